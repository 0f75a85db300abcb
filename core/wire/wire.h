/* MessagePack behind one door: bounded walk of untrusted bytes, decoding into csm_value, encoding.
 * The only room that includes <msgpack.h>. Knows no method and no table. */
#ifndef CSM_WIRE_WIRE_H
#define CSM_WIRE_WIRE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#include <csm/value.h>

/* What a peer may send. Announced by server.hello, checked before memory is taken. */
typedef struct csm_wire_limits {
    uint32_t frame_bytes; /* one message, default 4 MiB */
    uint32_t depth;       /* nesting, at most 24 */
    uint32_t elements;    /* all values inside lists and maps of one message, default 1 000 000; a map entry is two */
} csm_wire_limits;

#define CSM_WIRE_DEPTH_MAX 24
extern const csm_wire_limits csm_wire_limits_default;

/* ---- walk: finds where the first message of a byte stream ends, without decoding ---- */

/* Resumable: keeps its place, so a message arriving byte by byte costs its length once. Zero = fresh. */
typedef struct csm_walk {
    size_t pos;        /* bytes of the message accepted so far */
    uint32_t depth;
    uint32_t elements;
    uint64_t left[CSM_WIRE_DEPTH_MAX + 1]; /* values still open per level */
} csm_walk;

typedef enum csm_walk_result { CSM_WALK_MORE, CSM_WALK_DONE, CSM_WALK_BAD } csm_walk_result;

/* @p bytes always starts at the message's first byte; call again with more after CSM_WALK_MORE.
 * DONE: the message is bytes[0 .. walk->pos). BAD: @p err says which limit (LIMIT) or tag (INVALID). A declared count
 * that cannot fit in frame_bytes is BAD at once. Ext types are BAD. An integer above INT64_MAX passes: it is framed
 * well, so the decoder refuses it and the connection lives on. */
csm_walk_result csm_walk_step(csm_walk *walk, const csm_wire_limits *limits, const uint8_t *bytes, size_t len,
                              csm_error *err);

/* ---- reader: pulls values off bytes that may be hostile; every step is bounded ---- */

typedef struct csm_reader {
    const uint8_t *at;
    const uint8_t *end;
} csm_reader;

/* One head of a value: for TEXT/BYTES the body is in s and skipped; LIST/MAP: count, elements follow (never more than
 * bytes are left). Only the member that goes with the type is set. */
typedef struct csm_head {
    uint32_t type; /* csm_type: NIL BOOL INT FLOAT TEXT BYTES LIST MAP */
    uint32_t count;
    bool b;
    int64_t i;
    double f;
    csm_str s; /* borrowed from the bytes */
} csm_head;

/* False on truncated or unsupported bytes (uint64 above INT64_MAX and ext included); @p r is then undefined. */
bool csm_reader_next(csm_reader *r, csm_head *out);
bool csm_reader_skip(csm_reader *r); /* one whole value, any nesting up to CSM_WIRE_DEPTH_MAX */
/* Decodes one value into @p arena; text is borrowed from the bytes unless @p copy. When @p strict (wire) map keys must
 * not be empty, text must be valid UTF-8 and numbers finite, and what is wrong is INVALID; the store reads with
 * strict=false and gets CORRUPT. The message names the innermost map key. NOMEM also when the arena's limit is met. */
typedef struct csm_decode_options { bool copy; bool strict; } csm_decode_options;
csm_status csm_wire_decode(csm_reader *r, csm_arena *arena, csm_decode_options options, csm_value *out, csm_error *err);

/* ---- writer: appends to a csm_buf (msgpack-c packs). Failures stick in buf->failed ---- */

typedef struct csm_writer {
    csm_buf *buf;
} csm_writer;

void csm_write_nil(csm_writer *w);
void csm_write_bool(csm_writer *w, bool b);
void csm_write_int(csm_writer *w, int64_t i);
void csm_write_float(csm_writer *w, double f);
void csm_write_text(csm_writer *w, csm_str s);
void csm_write_cstr(csm_writer *w, const char *text);
void csm_write_bytes(csm_writer *w, csm_str s);
void csm_write_list(csm_writer *w, uint32_t count);
void csm_write_map(csm_writer *w, uint32_t count);
void csm_write_raw(csm_writer *w, csm_str encoded);
/* Types MessagePack lacks, in their wire form: id 32-hex, time RFC 3339, date, decimal text. */
void csm_write_id(csm_writer *w, csm_id id);
void csm_write_time(csm_writer *w, csm_time t);
void csm_write_date(csm_writer *w, int64_t days);
void csm_write_decimal(csm_writer *w, int64_t millionths);
/* Any value, wire form. Depth over CSM_WIRE_DEPTH_MAX marks the buffer failed. */
void csm_write_value(csm_writer *w, csm_value v);
void csm_write_value_at(csm_writer *w, const csm_value *v); /* the same, where it lies */

/* ---- envelope of MessagePack-RPC ---- */

typedef enum csm_envelope_kind { CSM_REQUEST = 0, CSM_RESPONSE = 1, CSM_NOTIFICATION = 2 } csm_envelope_kind;

typedef struct csm_envelope {
    csm_envelope_kind kind;
    uint32_t msgid;
    csm_str method;    /* at most 100 bytes; borrowed */
    csm_reader params; /* undecoded: [] or [{...}]; for a response: error then result */
} csm_envelope;

#define CSM_METHOD_NAME_MAX 100

/* Parses the outer array of one walked message; nothing is allocated. INVALID says what is wrong; when the msgid
 * could be read, out->msgid and kind are set so that an error reply can be sent (*out_has_msgid). */
csm_status csm_envelope_parse(csm_str message, csm_envelope *out, bool *out_has_msgid, csm_error *err);

#endif
