/* Pull reader: one head at a time over bytes that may be hostile. Allocates nothing. */
#include "wire/head.h"
#include "wire/walk.h"

bool csm_reader_next(csm_reader *r, csm_head *out)
{
    int head_len = csm_head_read(r->at, r->end, out);
    if (head_len <= 0)
        return false;
    r->at += head_len;
    if (csm_head_has_body(out)) {
        if (out->s.len > (size_t)(r->end - r->at))
            return false;
        r->at += out->s.len;
    } else if (out->type >= CSM_T_LIST && csm_head_values(out) > (size_t)(r->end - r->at)) {
        return false; /* callers may size memory by count */
    }
    return true;
}

bool csm_reader_skip(csm_reader *r)
{
    static const csm_wire_limits any = { UINT32_MAX, CSM_WIRE_DEPTH_MAX, UINT32_MAX };
    csm_walk walk;
    walk.pos = 0;
    walk.depth = 0;
    walk.elements = 0;
    csm_walk_stop stop = CSM_WALK_STOP_NONE;
    if (csm_walk_run(&walk, &any, r->at, (size_t)(r->end - r->at), &stop) != CSM_WALK_DONE)
        return false;
    r->at += walk.pos;
    return true;
}
