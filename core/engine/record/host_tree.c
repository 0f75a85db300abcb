/* Hierarchies as handlers ask of them: what stands below what, by the path a derived field keeps. The row asked about and its
 * path are read with the rights of the call: what those hide stands nowhere. */
#include "engine/record/call.h"

typedef struct place {
    const csm_mfield *field;
    csm_str separator, path;
} place;

static csm_status path_decl(csm_ctx *ctx, const csm_mtable *table, place *out)
{
    for (uint32_t n = 0; n < table->derived_count; n++) {
        const csm_mderived *d = table->derived[n];

        if (d->decl->kind != CSM_DERIVE_PATH)
            continue;
        *out = (place){ .field = d->field, .separator = csm_str_of(d->decl->separator != NULL ? d->decl->separator : "/") };
        return CSM_OK;
    }
    return csm_ctx_stick(ctx, CSM_E_INVALID, "%s keeps no hierarchy path", table->name);
}

/* With an empty path when the row is absent, hidden or outside every tree. */
static csm_status place_of(csm_ctx *ctx, const csm_mtable *table, csm_id id, place *out)
{
    csm_record *rec;

    CSM_TRY(path_decl(ctx, table, out));
    CSM_TRY(csm_host_record.find(ctx, table->name, id, &rec));
    if (rec != NULL)
        out->path = csm_value_text(csm_host_record.value(ctx, rec, out->field->name));
    return CSM_OK;
}

static bool begins(csm_str text, csm_str with)
{
    return text.len >= with.len && memcmp(text.ptr, with.ptr, with.len) == 0;
}

csm_status csm_tree_is_below(csm_ctx *ctx, const char *name, csm_id id, csm_id above, bool *out)
{
    const csm_mtable *table = csm_host_table(ctx, name);
    place low, high;

    if (table == NULL)
        return CSM_E_INVALID;
    CSM_TRY(place_of(ctx, table, id, &low));
    CSM_TRY(place_of(ctx, table, above, &high));
    *out = high.path.len > 0 && begins(low.path, high.path);
    if (*out) {
        csm_str rest = { low.path.ptr + high.path.len, low.path.len - high.path.len };

        *out = rest.len > 0 && begins(rest, high.separator);
    }
    return CSM_OK;
}

static void go_to_top(place *p)
{
    for (size_t n = 0; p->separator.len > 0 && n < p->path.len; n++)
        if (begins((csm_str){ p->path.ptr + n, p->path.len - n }, p->separator))
            p->path.len = n;
}

csm_status csm_tree_expr(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t part, const csm_mfield **path,
                         const csm_expr **out)
{
    const csm_expr *items[2];
    uint32_t count = 0;
    csm_str below;
    place p;

    if (part > CSM_TREE_WHOLE)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "a tree of %s has no part %u", table->name, part);
    CSM_TRY(place_of(ctx, table, id, &p));
    if (part == CSM_TREE_WHOLE)
        go_to_top(&p);
    below = csm_arena_printf(ctx->arena, "%.*s%.*s", CSM_STR_FMT(p.path), CSM_STR_FMT(p.separator));
    if (below.ptr == NULL)
        return csm_ctx_nomem(ctx);
    if (p.path.len > 0)
        items[count++] = csm_expr_term(ctx->arena, p.field, CSM_OP_STARTS, csm_text(below));
    if (p.path.len > 0 && part != CSM_TREE_BELOW)
        items[count++] = csm_expr_term(ctx->arena, p.field, CSM_OP_EQ, csm_text(p.path));
    else if (part != CSM_TREE_BELOW)
        items[count++] = csm_expr_term(ctx->arena, csm_mtable_field(table, CSM_STR("sys_id")), CSM_OP_EQ, csm_id_value(id));
    *path = p.field;
    *out = csm_expr_or(ctx->arena, items, count);
    return CSM_OK;
}
