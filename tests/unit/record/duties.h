/* Duties to make and to look for. */
#ifndef CSM_TEST_DUTIES_H
#define CSM_TEST_DUTIES_H

#include "fresh.h"

static inline csm_record *make(csm_ctx *ctx, const char *title, int64_t priority)
{
    csm_record *rec;

    assert_ok(ctx, csm_record_create(ctx, "duty", &rec));
    assert_ok(ctx, csm_record_set_text(ctx, rec, "title", csm_str_of(title)));
    assert_ok(ctx, csm_record_set_int(ctx, rec, "priority", priority));
    assert_ok(ctx, csm_record_insert(ctx, rec));
    return rec;
}

#endif
