/* Text without locale: comparing, splitting, parsing numbers, UTF-8 checks, nearest name. */
#ifndef CSM_BASE_STR_H
#define CSM_BASE_STR_H

#include <csm/types.h>

int csm_str_cmp(csm_str a, csm_str b); /* bytewise, shorter first on a tie */
bool csm_str_starts(csm_str s, csm_str prefix);
bool csm_str_ends(csm_str s, csm_str suffix);
csm_str csm_str_trim(csm_str s); /* ASCII blanks off both ends */
/* Index of the first occurrence of @p needle at or after @p from, or SIZE_MAX. */
size_t csm_str_find(csm_str s, csm_str needle, size_t from);
/* Takes the part up to @p sep off the front of @p rest into @p part; false when @p rest was exhausted (ptr NULL). */
bool csm_str_split(csm_str *rest, char sep, csm_str *part);
bool csm_utf8_valid(csm_str s); /* RFC 3629: no surrogates, no overlongs */
size_t csm_utf8_step(csm_str s); /* bytes of the code point at the front; 0: empty or broken */
size_t csm_utf8_count(csm_str s); /* code points of valid UTF-8 */
/* One e-mail address and nothing else: no second one, no name beside it, nothing that ends a header line. */
bool csm_str_is_mail_address(csm_str s);

/* The whole of @p s must parse; no blanks, no locale. False leaves @p out alone. */
bool csm_parse_int(csm_str s, int64_t *out);
bool csm_parse_uint(csm_str s, uint64_t *out);
/* -1, 0, 1 by dotted numbers; what follows the numbers ("-rc1") is not looked at. */
int csm_version_cmp(csm_str a, csm_str b);
bool csm_parse_float(csm_str s, double *out); /* finite only */
/* "-12.5" -> millionths; at most 6 decimals; false on overflow. */
bool csm_parse_decimal(csm_str s, int64_t *out_millionths);
/* Shortest form without trailing zeros, NUL-terminated; returns its length (buffer of 32 suffices). */
size_t csm_format_decimal(int64_t millionths, char *buf, size_t cap);

/* The name among @p names nearest to @p text by edits (at most a third of its length), or NULL. */
const char *csm_str_nearest(csm_str text, const char *const *names, size_t count);
/* FNV-1a 64. */
uint64_t csm_hash(const void *bytes, size_t len);
/* Faster, for tables in memory: differs from release to release and machine to machine. */
uint64_t csm_hash_in_memory(const void *bytes, size_t len);

#endif
