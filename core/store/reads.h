/* What a write transaction has got from its snapshot: its requests ask for the same few keys again and again, and a look
 * into the engine costs thousands of instructions. Keeps where bytes lie, not the bytes: good while the snapshot does not
 * move. Each key has one place; the newer drives out the older. One thread. */
#ifndef CSM_STORE_READS_H
#define CSM_STORE_READS_H

#include "store/store.h"

#define CSM_READS_COUNT 2048u /* a power of two */
#define CSM_READS_KEY 40u     /* longer keys are not kept */

typedef struct csm_read {
    uint64_t moves;    /* of the view when it was got, plus one: 0 is an empty place */
    const char *value; /* borrowed from the snapshot */
    uint32_t value_len;
    bool there;        /* false: the snapshot has no such key */
    uint8_t db, key_len;
    char key[CSM_READS_KEY];
} csm_read;

typedef struct csm_reads {
    csm_read items[CSM_READS_COUNT];
} csm_reads;

/* The place of a key; NULL when it is too long to be kept. */
csm_read *csm_reads_place(csm_reads *reads, csm_db db, csm_str key);

/* True when the place holds this key as the snapshot of @p moves has it. */
static inline bool csm_read_is(const csm_read *read, uint64_t moves, csm_db db, csm_str key)
{
    return read->moves == moves + 1 && read->db == db && read->key_len == key.len &&
           memcmp(read->key, key.ptr, key.len) == 0;
}

/* @p value: NULL when the key is not there. */
void csm_read_keep(csm_read *read, uint64_t moves, csm_db db, csm_str key, const csm_str *value);

#endif
