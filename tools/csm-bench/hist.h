/* Latencies, counted in buckets of at most 3 % width: constant memory for any number of requests. */
#ifndef CSM_BENCH_HIST_H
#define CSM_BENCH_HIST_H

#include <stdbool.h>
#include <stdint.h>

#define HIST_SUB 32u
#define HIST_BUCKETS (HIST_SUB * 40u)

typedef struct hist {
    uint64_t count;
    uint64_t buckets[HIST_BUCKETS];
} hist;

void hist_add(hist *h, int64_t ns);
/* Nanoseconds below which @p share (0 to 1) of the values lie; 0 when there are none. */
double hist_at(const hist *h, double share);

#endif
