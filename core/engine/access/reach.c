/* Rows and fields within a caller's reach: scopes united, restrictions cut. The same answer serves list, get, count, dot-walk
 * and write. Source: DESIGN 6, DOMAIN 3. */
#include "engine/access/access.h"

static bool bit(const uint64_t *words, uint32_t n)
{
    return (words[n / 64] >> (n % 64) & 1) != 0;
}

static bool applies(const csm_ctx *ctx, const csm_mscope *scope, uint32_t op, bool restriction)
{
    const csm_caller *caller = ctx->caller;

    if ((scope->decl->ops & op) == 0 || ((scope->decl->flags & CSM_SCOPE_RESTRICT) != 0) != restriction ||
        (scope->decl->flags & CSM_SCOPE_ADDS) != 0)
        return false;
    if (restriction && caller->is_admin && (scope->decl->flags & CSM_SCOPE_EXEMPT_ADMIN) != 0)
        return false;
    if (scope->role == NULL)
        return restriction || !csm_id_is_none(caller->user);
    return csm_caller_has(caller, scope->role);
}

/* ---- what is kept with the caller: all of it follows from his roles and the registry ---- */

struct csm_known {
    const csm_reach *reach[4]; /* by operation */
    const csm_shown *shown;
};

/* NULL: nothing can be kept. */
static struct csm_known *known_of(csm_ctx *ctx, const csm_mtable *table)
{
    csm_caller *caller = ctx->caller;

    if (caller->arena == NULL || caller->reg != ctx->reg || table->id >= ctx->reg->table_by_id_count)
        return NULL;
    if (caller->known == NULL)
        caller->known = csm_arena_array(caller->arena, ctx->reg->table_by_id_count, sizeof(*caller->known));
    if (caller->known != NULL && caller->known[table->id] == NULL)
        caller->known[table->id] = csm_arena_zalloc(caller->arena, sizeof(struct csm_known));
    return caller->known != NULL ? caller->known[table->id] : NULL;
}

static const csm_reach **place_of(struct csm_known *known, uint32_t op)
{
    switch (op) {
    case CSM_OP_READ:
        return &known->reach[0];
    case CSM_OP_CREATE:
        return &known->reach[1];
    case CSM_OP_WRITE:
        return &known->reach[2];
    case CSM_OP_DELETE:
        return &known->reach[3];
    default:
        return NULL;
    }
}

/* ---- reach ---- */

/* The scope's rows as one expression: its filter and what it demands of the row it points to. */
static csm_status scope_expr(csm_ctx *ctx, csm_arena *arena, const csm_mscope *scope, const csm_expr **out)
{
    const csm_expr *filter = scope->filter, *via, *both;

    if (scope->via == NULL) {
        *out = filter;
        return CSM_OK;
    }
    via = csm_expr_via(arena, scope->via, scope->decl->via_op != 0 ? scope->decl->via_op : CSM_OP_READ);
    if (via == NULL)
        return csm_ctx_nomem(ctx);
    both = csm_expr_and(arena, filter, via);
    if (both == NULL)
        return csm_ctx_nomem(ctx);
    *out = both;
    return CSM_OK;
}

static csm_status add_restrictions(csm_ctx *ctx, csm_arena *arena, const csm_mtable *table, uint32_t op, csm_reach *reach)
{
    for (uint32_t n = 0; n < table->scope_count; n++) {
        const csm_mscope *scope = &table->scopes[n];
        const csm_expr *expr, *both;

        if (!applies(ctx, scope, op, true))
            continue;
        CSM_TRY(scope_expr(ctx, arena, scope, &expr));
        if (expr == NULL)
            continue;
        both = csm_expr_and(arena, reach->restriction, expr);
        if (both == NULL)
            return csm_ctx_nomem(ctx);
        reach->restriction = both;
    }
    return CSM_OK;
}

static csm_status make_reach(csm_ctx *ctx, csm_arena *arena, const csm_mtable *table, uint32_t op, csm_reach *out)
{
    csm_reach reach = { 0 };

    CSM_TRY(add_restrictions(ctx, arena, table, op, &reach));
    reach.all = ctx->caller->is_admin && reach.restriction == NULL;
    reach.branches = reach.all ? NULL : csm_arena_array(arena, table->scope_count + 1u, sizeof(*reach.branches));
    if (reach.branches == NULL && !reach.all)
        return csm_ctx_nomem(ctx);
    if (ctx->caller->is_admin && !reach.all)
        reach.branch_count = 1; /* all rows and fields, but for the restriction */
    for (uint32_t n = 0; n < table->scope_count && !ctx->caller->is_admin; n++) {
        const csm_mscope *scope = &table->scopes[n];
        csm_reach_branch *branch = &reach.branches[reach.branch_count];

        if (!applies(ctx, scope, op, false))
            continue;
        CSM_TRY(scope_expr(ctx, arena, scope, &branch->filter));
        branch->fields = scope->fields;
        branch->scope = scope;
        reach.branch_count++;
    }
    *out = reach;
    return CSM_OK;
}

csm_status csm_access_reach(csm_ctx *ctx, const csm_mtable *table, uint32_t op, csm_reach *out)
{
    struct csm_known *known;
    const csm_reach **place;

    if (ctx->system > 0 || ctx->caller->is_system) {
        *out = (csm_reach){ .all = true };
        return CSM_OK;
    }
    known = known_of(ctx, table);
    place = known != NULL ? place_of(known, op) : NULL;
    if (place != NULL && *place != NULL) {
        *out = **place;
        return CSM_OK;
    }
    CSM_TRY(make_reach(ctx, place != NULL ? ctx->caller->arena : ctx->arena, table, op, out));
    if (place != NULL)
        *place = csm_arena_copy(ctx->caller->arena, out, sizeof(*out)); /* without memory it is made again */
    return CSM_OK;
}

static csm_status write_empty(csm_ctx *ctx, csm_arena *arena, csm_shown_field *fields, csm_shown *shown)
{
    csm_buf text;
    csm_writer w = { &text };

    csm_buf_init(&text, 0);
    for (uint32_t n = 0; n < shown->count; n++) {
        csm_write_raw(&w, fields[n].field->wire_name);
        csm_write_nil(&w);
        fields[n].end = (uint32_t)text.len;
    }
    if (!text.failed)
        shown->empty = csm_arena_str(arena, csm_buf_str(&text));
    csm_buf_done(&text);
    return shown->empty.ptr != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

static bool is_key(const csm_mfield *field)
{
    return field->id == CSM_FID_SYS_ID || field->id == CSM_FID_MOD_COUNT;
}

static void add_bit(uint64_t *words, uint32_t n)
{
    words[n / 64] |= UINT64_C(1) << (n % 64);
}

static csm_status list_shown(csm_ctx *ctx, csm_arena *arena, const csm_mtable *table, csm_shown *shown)
{
    uint32_t words = (table->field_count + 63) / 64;
    uint64_t *bits = csm_arena_array(arena, words * (size_t)4, sizeof(*bits));
    uint64_t *listed = bits + words, *always = listed + words, *journals = always + words;
    csm_shown_field *fields = csm_arena_array(arena, table->field_count, sizeof(*fields));

    if (bits == NULL || fields == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < table->field_count; n++) {
        const csm_mfield *field = &table->fields[n];
        bool visible = (field->flags & CSM_HIDDEN) == 0 && csm_access_field(ctx, field, CSM_OP_READ);

        if (visible)
            add_bit(bits, n);
        if (field->id <= CSM_FID_MOD_COUNT)
            add_bit(always, n);
        if (field->type == CSM_F_JOURNAL)
            add_bit(journals, n);
        if (is_key(field) || (!visible && field->id > CSM_FID_MOD_COUNT))
            continue;
        add_bit(listed, n);
        fields[shown->count++] = (csm_shown_field){
            .field = field,
            .pos = (uint16_t)n,
            .is_journal = field->type == CSM_F_JOURNAL,
            .is_made = field->type == CSM_F_JOURNAL || field->type == CSM_F_DOCUMENT,
        };
    }
    shown->bits = bits;
    shown->listed = listed;
    shown->always = always;
    shown->journals = journals;
    shown->fields = fields;
    return write_empty(ctx, arena, fields, shown);
}

csm_status csm_access_shown(csm_ctx *ctx, const csm_mtable *table, const csm_shown **out)
{
    struct csm_known *known = known_of(ctx, table);
    csm_arena *arena = known != NULL ? ctx->caller->arena : ctx->arena;
    csm_shown *shown;

    if (known != NULL && known->shown != NULL && ctx->system == 0) {
        *out = known->shown;
        return CSM_OK;
    }
    shown = csm_arena_zalloc(arena, sizeof(*shown));
    if (shown == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(list_shown(ctx, arena, table, shown));
    if (known != NULL && ctx->system == 0)
        known->shown = shown;
    *out = shown;
    return CSM_OK;
}

static void unite(uint64_t *fields, const uint64_t *more, uint32_t words)
{
    for (uint32_t n = 0; n < words; n++)
        fields[n] |= more != NULL ? more[n] : UINT64_MAX;
}

csm_status csm_access_row(csm_ctx *ctx, const csm_row *row, uint32_t op, bool *allowed, uint64_t *fields)
{
    uint32_t words = (row->table->field_count + 63) / 64;
    bool holds = true, found = false, whole = false;
    csm_reach reach;

    if (fields != NULL)
        memset(fields, 0, words * sizeof(*fields));
    CSM_TRY(csm_access_reach(ctx, row->table, op, &reach));
    if (reach.all) {
        if (fields != NULL)
            unite(fields, NULL, words);
        *allowed = true;
        return CSM_OK;
    }
    if (reach.restriction != NULL)
        CSM_TRY(csm_expr_eval(ctx, reach.restriction, row, NULL, &holds));
    for (uint32_t n = 0; holds && !whole && n < reach.branch_count; n++) {
        const csm_reach_branch *branch = &reach.branches[n];
        bool match = true;

        if (branch->filter != NULL)
            CSM_TRY(csm_expr_eval(ctx, branch->filter, row, NULL, &match));
        if (!match)
            continue;
        found = true;
        if (fields != NULL)
            unite(fields, branch->fields, words);
        whole = fields == NULL || branch->fields == NULL;
    }
    *allowed = holds && found;
    return CSM_OK;
}

/* Who works inside and when is no outsider's business; the version he is told is made for him: csm_version_shown. */
static bool is_inner(const csm_mfield *field)
{
    return (field->flags & CSM_INTERNAL) != 0 || field->id == CSM_FID_MOD_COUNT || field->id == CSM_FID_CREATED_BY ||
           field->id == CSM_FID_UPDATED_ON || field->id == CSM_FID_UPDATED_BY;
}

bool csm_access_field(csm_ctx *ctx, const csm_mfield *field, uint32_t op)
{
    csm_str roles = op == CSM_OP_READ ? field->read_roles : field->write_roles;

    if (ctx->system > 0 || ctx->caller->is_system)
        return true;
    if ((field->flags & CSM_HIDDEN) != 0)
        return false;
    if (ctx->caller->is_external && is_inner(field))
        return false;
    return roles.len == 0 || csm_caller_has_any(ctx, roles);
}

bool csm_access_sees(csm_ctx *ctx, const csm_mfield *field, const uint64_t *readable)
{
    return (readable == NULL || (readable[field->pos / 64] >> (field->pos % 64) & 1) != 0) &&
           csm_access_field(ctx, field, CSM_OP_READ);
}

csm_status csm_access_use_field(csm_ctx *ctx, const csm_mtable *table, csm_reach *reach, const csm_mfield *field)
{
    uint32_t kept = 0;

    if (!csm_access_field(ctx, field, CSM_OP_READ))
        return csm_error_field(&ctx->err, CSM_E_DENIED, field->name, "field \"%s\" of %s may not be used in a condition, an "
                               "order or a group by this caller", field->name, csm_ctx_called(ctx, table));
    if (reach->all || field->id <= CSM_FID_MOD_COUNT)
        return CSM_OK;
    for (uint32_t n = 0; n < reach->branch_count; n++)
        if (reach->branches[n].fields == NULL || bit(reach->branches[n].fields, field->pos))
            reach->branches[kept++] = reach->branches[n];
    if (kept == 0 && reach->branch_count > 0)
        return csm_error_field(&ctx->err, CSM_E_DENIED, field->name, "field \"%s\" of %s may not be used in a condition, an "
                               "order or a group by this caller", field->name, csm_ctx_called(ctx, table));
    reach->branch_count = kept;
    return CSM_OK;
}
