/* Places by hash. See the header. */
#include "store/reads.h"

#include "base/str.h"

csm_read *csm_reads_place(csm_reads *reads, csm_db db, csm_str key)
{
    if (key.len > CSM_READS_KEY)
        return NULL;
    return &reads->items[(csm_hash_in_memory(key.ptr, key.len) + (uint64_t)db) & (CSM_READS_COUNT - 1)];
}

void csm_read_keep(csm_read *read, uint64_t moves, csm_db db, csm_str key, const csm_str *value)
{
    read->moves = moves + 1;
    read->there = value != NULL;
    read->value = value != NULL ? value->ptr : NULL;
    read->value_len = value != NULL ? (uint32_t)value->len : 0;
    read->db = (uint8_t)db;
    read->key_len = (uint8_t)key.len;
    memcpy(read->key, key.ptr, key.len);
}
