/* Why may this user (not) do this with this row: the same scopes and restrictions as reach.c, told one by one. */
#include "engine/access/caller.h"

typedef struct builder {
    csm_ctx *ctx;
    csm_pair *pairs;
    uint32_t count, cap;
} builder;

static csm_status begin(csm_ctx *ctx, builder *b, uint32_t cap)
{
    b->ctx = ctx;
    b->count = 0;
    b->cap = cap;
    b->pairs = csm_arena_array(ctx->arena, cap, sizeof(*b->pairs));
    return b->pairs != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

static void add(builder *b, const char *key, csm_value value)
{
    if (b->count < b->cap)
        b->pairs[b->count++] = (csm_pair){ csm_str_of(key), value };
}

static csm_value done(const builder *b)
{
    return csm_map(b->pairs, b->count);
}

static csm_value text_or_nil(const char *text)
{
    return text != NULL ? csm_ctext(text) : csm_nil();
}

static const char *kind_of(const csm_mscope *scope)
{
    if ((scope->decl->flags & CSM_SCOPE_ADDS) != 0)
        return "fields";
    return (scope->decl->flags & CSM_SCOPE_RESTRICT) != 0 ? "restriction" : "scope";
}

/* One scope: does its role bind the caller, does its filter match the row, which fields does it show. */
static csm_status explain_scope(csm_ctx *ctx, const csm_mscope *scope, const csm_row *row, uint32_t op, csm_value *out)
{
    bool held = scope->role == NULL || csm_caller_has(ctx->caller, scope->role), match = true;
    const csm_expr *expr = scope->filter;
    builder b;

    if (scope->via != NULL) {
        const csm_expr *via = csm_expr_via(ctx->arena, scope->via, scope->decl->via_op != 0 ? scope->decl->via_op : CSM_OP_READ);

        expr = via != NULL ? csm_expr_and(ctx->arena, expr, via) : NULL;
        if (expr == NULL)
            return csm_ctx_nomem(ctx);
    }
    CSM_TRY(begin(ctx, &b, 11));
    add(&b, "kind", csm_ctext(kind_of(scope)));
    add(&b, "plugin", csm_ctext(scope->plugin->id));
    add(&b, "role", scope->role != NULL ? csm_ctext(scope->role->name) : csm_nil());
    add(&b, "role_held", csm_bool(held));
    add(&b, "filter", text_or_nil(scope->decl->filter));
    add(&b, "via", text_or_nil(scope->decl->via));
    add(&b, "fields", text_or_nil(scope->decl->fields));
    add(&b, "like", text_or_nil(scope->decl->like));
    add(&b, "doc", text_or_nil(scope->decl->doc));
    if (held && row != NULL && expr != NULL)
        CSM_TRY(csm_expr_eval(ctx, expr, row, NULL, &match));
    (void)op;
    add(&b, "matches", held && row != NULL && (scope->decl->flags & CSM_SCOPE_ADDS) == 0 ? csm_bool(match) : csm_nil());
    *out = done(&b);
    return CSM_OK;
}

static csm_status explain_rules(csm_ctx *ctx, const csm_mtable *table, const csm_row *row, uint32_t op, csm_value *out)
{
    csm_value *items = csm_arena_array(ctx->arena, table->scope_count + 1u, sizeof(*items));
    uint32_t count = 0;

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < table->scope_count; n++) {
        if ((table->scopes[n].decl->ops & op) == 0)
            continue;
        CSM_TRY(explain_scope(ctx, &table->scopes[n], row, op, &items[count]));
        count++;
    }
    *out = csm_list(items, count);
    return CSM_OK;
}

static csm_status seen_fields(csm_ctx *ctx, const csm_mtable *table, const uint64_t *bits, uint32_t op, csm_value *out)
{
    csm_value *items = csm_arena_array(ctx->arena, table->field_count, sizeof(*items));
    uint32_t count = 0;

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < table->field_count; n++)
        if ((bits[n / 64] >> (n % 64) & 1) != 0 && csm_access_field(ctx, &table->fields[n], op))
            items[count++] = csm_ctext(table->fields[n].name);
    *out = csm_list(items, count);
    return CSM_OK;
}

static csm_status explain_as(csm_ctx *ctx, const csm_mtable *table, const csm_row *row, uint32_t op, csm_value *out)
{
    csm_value rules = csm_nil(), fields = csm_nil(), roles = csm_nil();
    bool allowed = ctx->caller->is_admin;
    builder b;

    CSM_TRY(explain_rules(ctx, row != NULL ? row->table : table, row, op, &rules));
    if (row != NULL) {
        uint64_t *bits = csm_arena_array(ctx->arena, (row->table->field_count + 63u) / 64u, sizeof(*bits));

        if (bits == NULL)
            return csm_ctx_nomem(ctx);
        CSM_TRY(csm_access_row(ctx, row, op, &allowed, bits));
        CSM_TRY(seen_fields(ctx, row->table, bits, op, &fields));
    } else {
        csm_reach reach;

        CSM_TRY(csm_access_reach(ctx, table, op, &reach));
        allowed = reach.all || reach.branch_count > 0;
    }
    CSM_TRY(csm_caller_value_get(ctx, CSM_STR("my_roles"), &roles));
    CSM_TRY(begin(ctx, &b, 8));
    add(&b, "allowed", csm_bool(allowed));
    add(&b, "user", csm_text(ctx->caller->user_name));
    add(&b, "admin", csm_bool(ctx->caller->is_admin));
    add(&b, "external", csm_bool(ctx->caller->is_external));
    add(&b, "roles", roles);
    add(&b, "rules", rules);
    add(&b, "fields", fields);
    *out = done(&b);
    return CSM_OK;
}

csm_status csm_access_explain(csm_ctx *ctx, csm_id user, const csm_mtable *table, csm_id id, uint32_t op, csm_value *out)
{
    csm_caller *asking = ctx->caller, *other = NULL;
    csm_value answer = csm_nil();
    csm_row *row = NULL;
    csm_status st;

    if (!csm_id_is_none(id)) {
        bool seen = false;

        CSM_TRY(csm_row_find(ctx, table, id, &row));
        if (row != NULL)
            CSM_TRY(csm_access_row(ctx, row, CSM_OP_READ, &seen, NULL));
        if (row == NULL || (!seen && !asking->is_admin))
            return csm_ctx_fail(ctx, CSM_E_NOT_FOUND, "no such record in %s", table->name);
    }
    if (!csm_id_eq(user, asking->user)) {
        CSM_TRY(csm_caller_make(ctx, user, &other));
        ctx->caller = other;
    }
    st = explain_as(ctx, table, row, op, &answer);
    ctx->caller = asking;
    if (st == CSM_OK)
        st = csm_value_copy(ctx->arena, answer, out); /* names of the other caller go with it */
    csm_caller_free(other);
    return st;
}
