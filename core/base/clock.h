/* Time: the server's clock, which tests can move, and RFC 3339 text. */
#ifndef CSM_BASE_CLOCK_H
#define CSM_BASE_CLOCK_H

#include <csm/types.h>

typedef struct csm_clock csm_clock;

csm_clock *csm_clock_new(void);
void csm_clock_free(csm_clock *clock);
/* Wall time plus whatever tests advanced it by; never goes back within one clock. Any thread. */
csm_time csm_clock_now(csm_clock *clock);
void csm_clock_advance(csm_clock *clock, int64_t by_us); /* tests */
/* Monotonic microseconds for measuring and deadlines; not moved by tests. */
int64_t csm_mono_us(void);
/* Microseconds the calling thread has been running for: what it waited for a processor does not count. A system call. */
int64_t csm_thread_cpu_us(void);

#define CSM_TIME_TEXT 28 /* "2026-11-22T10:00:00.000000Z" and NUL */
/* RFC 3339 UTC; fraction (6 digits) only when not zero; outside years 0001-9999 the nearest end. Returns the length. */
size_t csm_time_format(csm_time t, char buf[CSM_TIME_TEXT]);
/* Offset or Z required; 'T' or blank between; optional fraction to 6 digits; years 0001-9999; no leap seconds. */
bool csm_time_parse(csm_str s, csm_time *out);
#define CSM_DATE_TEXT 11
size_t csm_date_format(int64_t days, char buf[CSM_DATE_TEXT]);
bool csm_date_parse(csm_str s, int64_t *out_days);
typedef enum csm_date_order { CSM_DATE_NONE, CSM_DATE_MDY, CSM_DATE_DMY, CSM_DATE_YMD } csm_date_order;
/* "7/29/2013", "29-02-2016 01:16", "2016-02-29T01:16:05": the parts in the order named, taken as UTC. */
bool csm_time_parse_as(csm_str s, csm_date_order order, csm_time *out);
int64_t csm_days_from_civil(int64_t year, unsigned month, unsigned day);
void csm_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);

#endif
