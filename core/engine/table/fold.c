/* Text folding: full Unicode case folding, then NFC, independent of any locale. ASCII takes a short way round the
 * library. Folded bytes are on disk, in index keys: a new library version means new keys. */
#include "engine/table/fold.h"

#include "engine/table/table.h"

#include <unicase.h>
#include <uninorm.h>
#include <unistring/version.h>

#include <errno.h>
#include <stdlib.h>

#define TEXT_OF(number) #number
#define VERSION_TEXT(number) TEXT_OF(number)

static void lower_ascii(uint8_t *to, csm_str s)
{
    for (size_t n = 0; n < s.len; n++)
        to[n] = csm_fold_ascii(s.ptr[n]);
}

static void fold_ascii(csm_folded *folded, csm_str s)
{
    uint8_t *to = folded->local;
    if (s.len > sizeof(folded->local))
        to = folded->heap = malloc(s.len);
    if (to != NULL)
        lower_ascii(to, s);
    folded->s = (csm_str){ (const char *)to, s.len };
}

void csm_folded_init(csm_folded *folded, csm_str s)
{
    folded->heap = NULL;
    if (csm_is_ascii(s.ptr, s.len)) {
        fold_ascii(folded, s);
        return;
    }
    size_t len = sizeof(folded->local);
    uint8_t *out = u8_casefold((const uint8_t *)s.ptr, s.len, NULL, UNINORM_NFC, folded->local, &len);
    if (out == NULL && errno != ENOMEM) {
        fold_ascii(folded, s);
        return;
    }
    if (out != folded->local)
        folded->heap = out;
    folded->s = (csm_str){ (const char *)out, len };
}

void csm_folded_done(csm_folded *folded)
{
    free(folded->heap);
    folded->heap = NULL;
}

csm_str csm_text_fold(csm_arena *arena, csm_str s)
{
    csm_str none = { 0 };
    if (csm_is_ascii(s.ptr, s.len)) {
        uint8_t *to = csm_arena_alloc(arena, s.len);
        if (to == NULL)
            return none;
        lower_ascii(to, s);
        return (csm_str){ (const char *)to, s.len };
    }
    csm_folded folded;
    csm_folded_init(&folded, s);
    csm_str out = folded.s.ptr != NULL ? csm_arena_str(arena, folded.s) : none;
    csm_folded_done(&folded);
    return out;
}

const char *csm_text_fold_version(void)
{
    return "libunistring " VERSION_TEXT(_LIBUNISTRING_VERSION);
}
