/* Folding into memory of one's own; what key and order stand on. */
#ifndef CSM_ENGINE_TABLE_FOLD_H
#define CSM_ENGINE_TABLE_FOLD_H

#include <csm/types.h>

#define CSM_FOLD_LOCAL 256

/* A folded text: in @p local when it fits, else on libunistring's heap. */
typedef struct csm_folded {
    csm_str s; /* ptr NULL: out of memory */
    uint8_t *heap;
    uint8_t local[CSM_FOLD_LOCAL];
} csm_folded;

/* Never refuses: of broken UTF-8 (only a damaged store holds any) the rest is folded. */
void csm_folded_init(csm_folded *folded, csm_str s);
void csm_folded_done(csm_folded *folded);

static inline uint8_t csm_fold_ascii(char c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/* True when the first @p len bytes are ASCII. */
static inline bool csm_is_ascii(const char *s, size_t len)
{
    uint64_t word;
    for (; len >= sizeof(word); s += sizeof(word), len -= sizeof(word)) {
        memcpy(&word, s, sizeof(word));
        if ((word & UINT64_C(0x8080808080808080)) != 0)
            return false;
    }
    uint8_t any = 0;
    for (; len > 0; len--)
        any |= (uint8_t)*s++;
    return any < 0x80;
}

#endif
