/* Buckets: the first HIST_SUB hold one value each; from then on each power of two has HIST_SUB of equal width. */
#include "hist.h"

static uint32_t bucket_of(uint64_t v)
{
    uint32_t top, shift;

    if (v < HIST_SUB)
        return (uint32_t)v;
    top = 63u - (uint32_t)__builtin_clzll(v);
    shift = top - 5;
    top = HIST_SUB * (shift + 1) + (uint32_t)((v >> shift) - HIST_SUB);
    return top < HIST_BUCKETS ? top : HIST_BUCKETS - 1;
}

static uint64_t upper_end(uint32_t bucket)
{
    uint32_t shift = bucket / HIST_SUB;

    return shift == 0 ? bucket : (uint64_t)(HIST_SUB + bucket % HIST_SUB + 1) << (shift - 1);
}

void hist_add(hist *h, int64_t ns)
{
    h->buckets[bucket_of(ns > 0 ? (uint64_t)ns : 0)]++;
    h->count++;
}

double hist_at(const hist *h, double share)
{
    uint64_t want = (uint64_t)((double)h->count * share), seen = 0;

    for (uint32_t n = 0; n < HIST_BUCKETS; n++) {
        seen += h->buckets[n];
        if (seen > want)
            return (double)upper_end(n);
    }
    return h->count > 0 ? (double)upper_end(HIST_BUCKETS - 1) : 0;
}
