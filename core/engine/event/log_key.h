/* Keys of the log: sequence number (8, big-endian) + piece (2). */
#ifndef CSM_ENGINE_EVENT_LOG_KEY_H
#define CSM_ENGINE_EVENT_LOG_KEY_H

#include "base/str.h"

#define CSM_LOG_KEY 10u

static inline void csm_log_key(uint64_t sequence, uint32_t piece, uint8_t key[CSM_LOG_KEY])
{
    for (uint32_t n = 0; n < 8; n++)
        key[n] = (uint8_t)(sequence >> (56 - 8 * n));
    key[8] = (uint8_t)(piece >> 8);
    key[9] = (uint8_t)piece;
}

/* Of a key of CSM_LOG_KEY bytes. */
static inline uint64_t csm_log_key_sequence(csm_str key)
{
    uint64_t sequence = 0;

    for (uint32_t n = 0; n < 8; n++)
        sequence = sequence << 8 | (uint8_t)key.ptr[n];
    return sequence;
}

#endif
