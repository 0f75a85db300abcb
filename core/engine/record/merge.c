/* Writes that rest on an older state of the record: refused by version, or merged field by field. */
#include "engine/record/write.h"

#include <stdio.h>

/* What changed since the state the writer had seen. */
typedef struct since {
    uint64_t *changed;
    const csm_value *original;
} since;

/* The version the writer reads. */
static csm_status version_told(csm_ctx *ctx, const csm_row *old, uint32_t *out)
{
    uint64_t *readable;
    bool allowed;

    *out = old->version;
    if (!ctx->caller->is_external)
        return CSM_OK;
    readable = csm_bits_new(ctx->arena, old->table->field_count);
    if (readable == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_access_row(ctx, old, CSM_OP_READ, &allowed, readable));
    return csm_version_shown(ctx, old, readable, out);
}

static csm_status since_base(csm_ctx *ctx, const csm_write *w, int64_t base, since *out)
{
    const csm_row *old = w->change.old;
    csm_value *original = csm_arena_array(ctx->arena, w->table->field_count, sizeof(*original));
    uint64_t *changed = csm_bits_new(ctx->arena, w->table->field_count);
    uint32_t told;

    if (original == NULL || changed == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(version_told(ctx, old, &told));
    if (base > told)
        return csm_error_field(&ctx->err, CSM_E_INVALID, "base", "the record has version %u; %lld is ahead of it", told,
                               (long long)base);
    CSM_TRY(csm_history_since(ctx, old, (uint32_t)base, changed, original));
    out->changed = changed;
    out->original = original;
    return CSM_OK;
}

static csm_status since_seen(csm_ctx *ctx, const csm_write *w, const csm_row *seen, since *out)
{
    uint64_t *changed = csm_bits_new(ctx->arena, w->table->field_count);

    if (changed == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < w->table->field_count; n++)
        if (!csm_value_eq(seen->values[n], w->change.old->values[n]))
            csm_bits_add(changed, n);
    out->changed = changed;
    out->original = seen->values;
    return CSM_OK;
}

static csm_status add_conflict(csm_ctx *ctx, const csm_mfield *field, csm_value original, csm_value theirs, csm_value yours,
                               bool readable, csm_pair *out)
{
    csm_pair *sides = csm_arena_array(ctx->arena, 3, sizeof(*sides));

    if (sides == NULL)
        return csm_ctx_nomem(ctx);
    sides[0] = (csm_pair){ CSM_STR("original"), readable ? original : csm_nil() };
    sides[1] = (csm_pair){ CSM_STR("theirs"), readable ? theirs : csm_nil() };
    sides[2] = (csm_pair){ CSM_STR("yours"), yours };
    *out = (csm_pair){ csm_str_of(field->name), csm_map(sides, 3) };
    return CSM_OK;
}

static csm_status refuse(csm_ctx *ctx, csm_pair *conflicts, uint32_t count)
{
    csm_value *data = csm_arena_zalloc(ctx->arena, sizeof(*data));
    char names[256] = "";
    size_t len = 0;

    if (data == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < count && len < sizeof(names); n++) {
        int step = snprintf(names + len, sizeof(names) - len, "%s\"%.*s\"", n > 0 ? ", " : "", CSM_STR_FMT(conflicts[n].key));

        len += step > 0 ? (size_t)step : 0;
    }
    *data = csm_map(conflicts, count);
    csm_ctx_fail(ctx, CSM_E_CONFLICT, "changed by somebody else meanwhile: %s", names);
    ctx->err.data = data;
    return CSM_E_CONFLICT;
}

static csm_status settle(csm_ctx *ctx, csm_write *w, const since *s)
{
    uint64_t *readable = csm_bits_new(ctx->arena, w->table->field_count);
    csm_pair *conflicts = csm_arena_array(ctx->arena, w->table->field_count, sizeof(*conflicts));
    uint32_t count = 0;
    bool allowed;

    if (readable == NULL || conflicts == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_access_row(ctx, w->change.old, CSM_OP_READ, &allowed, readable));
    for (uint32_t n = 0; n < w->table->field_count; n++) {
        const csm_mfield *field = &w->table->fields[n];
        csm_value theirs = w->change.old->values[n], yours = w->change.now->values[n];

        if (!csm_bits_has(w->change.given, n) || !csm_bits_has(s->changed, n) || csm_value_eq(yours, theirs))
            continue;
        if (csm_value_eq(yours, s->original[n])) {
            w->change.now->values[n] = theirs; /* he gave back what he had seen */
            continue;
        }
        CSM_TRY(add_conflict(ctx, field, s->original[n], theirs, yours,
                             csm_bits_has(readable, n) && csm_access_field(ctx, field, CSM_OP_READ), &conflicts[count++]));
    }
    return count > 0 ? refuse(ctx, conflicts, count) : CSM_OK;
}

/* Refuses a write that rests on another version than the one its writer is told. */
static csm_status check_version(csm_ctx *ctx, const csm_row *old, int64_t asked)
{
    uint32_t version;

    if (asked < 0)
        return CSM_OK;
    CSM_TRY(version_told(ctx, old, &version));
    return asked == version ? CSM_OK
                            : csm_error_field(&ctx->err, CSM_E_CONFLICT, "sys_mod_count", "the record has version %u, not %lld",
                                              version, (long long)asked);
}

csm_status csm_write_merge(csm_ctx *ctx, csm_write *w)
{
    const csm_row *old = w->change.old, *seen = w->options->seen;
    int64_t version = w->options->version >= 0 ? w->options->version : w->version;
    since s;

    CSM_TRY(check_version(ctx, old, version));
    if (w->options->base >= 0 && (w->options->base != old->version || ctx->caller->is_external)) {
        CSM_TRY(since_base(ctx, w, w->options->base, &s));
        return settle(ctx, w, &s);
    }
    if (seen != NULL && seen->table == w->table && seen->version != old->version) {
        CSM_TRY(since_seen(ctx, w, seen, &s));
        return settle(ctx, w, &s);
    }
    return CSM_OK;
}
