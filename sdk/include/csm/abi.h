/* Versions, export macro, growable arrays. Source: SDK contract, ABI rules 1-9. */
#ifndef CSM_ABI_H
#define CSM_ABI_H

#include <stddef.h>
#include <stdint.h>

#define CSM_ABI_MAGIC 0x43534d31u /* "CSM1" */
#define CSM_ABI_MAJOR 0
#define CSM_ABI_MINOR 1
#define CSM_API_LEVEL 1

#if defined(__GNUC__)
#define CSM_EXPORT __attribute__((visibility("default")))
#else
#define CSM_EXPORT
#endif

/* An array of structs whose element may grow: items, how many, how big the plugin's compiler made each. */
#define CSM_SLICE(T)             \
    struct {                     \
        const T *items;          \
        uint32_t count;          \
        uint32_t item_size;      \
    }
#define CSM_ARRAY(a) { (a), (uint32_t)(sizeof(a) / sizeof((a)[0])), (uint32_t)sizeof((a)[0]) }

/* True when the host's table @p area has @p member and filled it. */
#define CSM_HAS(ctx, area, member)                                                                        \
    (CSM_HOST(ctx)->size > offsetof(csm_host, area) && CSM_HOST(ctx)->area != NULL &&                     \
     CSM_HOST(ctx)->area->size > offsetof(csm_##area##_api, member) && CSM_HOST(ctx)->area->member != NULL)

#endif
