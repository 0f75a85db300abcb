/* The change a rule sees, as plain functions; what each does is told at the member of csm_change_api. */
#ifndef CSM_CHANGE_CALLS_H
#define CSM_CHANGE_CALLS_H

#include <csm/record_calls.h>

static inline csm_change_op csm_change_get_op(csm_ctx *ctx, const csm_change *ch)
{
    return (csm_change_op)CSM_HOST(ctx)->change->op(ch);
}

static inline csm_id csm_change_id(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->id(ch);
}

static inline const char *csm_change_table(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->table(ch);
}

static inline bool csm_change_touches(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return CSM_HOST(ctx)->change->touches(ctx, ch, field);
}

static inline bool csm_change_given(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return CSM_HOST(ctx)->change->given(ctx, ch, field);
}

static inline csm_value csm_change_new(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return CSM_HOST(ctx)->change->new_value(ctx, ch, field);
}

static inline csm_value csm_change_old(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return CSM_HOST(ctx)->change->old_value(ctx, ch, field);
}

static inline int64_t csm_change_new_int(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_int(csm_change_new(ctx, ch, field));
}

static inline int64_t csm_change_old_int(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_int(csm_change_old(ctx, ch, field));
}

static inline bool csm_change_new_bool(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_bool(csm_change_new(ctx, ch, field));
}

static inline bool csm_change_old_bool(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_bool(csm_change_old(ctx, ch, field));
}

static inline csm_str csm_change_new_text(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_text(csm_change_new(ctx, ch, field));
}

static inline csm_str csm_change_old_text(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_text(csm_change_old(ctx, ch, field));
}

static inline csm_id csm_change_new_ref(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_id(csm_change_new(ctx, ch, field));
}

static inline csm_id csm_change_old_ref(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_id(csm_change_old(ctx, ch, field));
}

static inline csm_status csm_change_set(csm_ctx *ctx, csm_change *ch, const char *field, csm_value value)
{
    return CSM_HOST(ctx)->change->set(ctx, ch, field, value);
}

static inline csm_record *csm_change_record(csm_ctx *ctx, csm_change *ch)
{
    return CSM_HOST(ctx)->change->record(ctx, ch);
}

static inline bool csm_change_by_client(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->by_client(ch);
}

static inline bool csm_change_is_import(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->is_import(ch);
}

static inline const char *csm_change_transition(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->transition(ch);
}

static inline csm_status csm_change_matches(csm_ctx *ctx, const csm_change *ch, const char *filter, bool *out)
{
    return CSM_HOST(ctx)->change->matches(ctx, ch, filter, out);
}

#endif
