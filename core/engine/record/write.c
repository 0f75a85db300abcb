/* The write path. Each write is a nested step: what fails leaves nothing behind, numbers and log included. */
#include "engine/record/link.h"
#include "engine/record/write.h"

#include <stdio.h>

/* ---- steps ---- */

csm_status csm_write_nested(csm_ctx *ctx, csm_status (*run)(csm_ctx *ctx, void *arg), void *arg)
{
    csm_savepoint point;
    csm_log_mark mark;
    uint32_t depth = ctx->depth, system = ctx->system;
    const csm_mplugin *plugin = ctx->plugin;
    csm_status st;

    if (ctx->txn == NULL || ctx->log == NULL)
        return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "this call only reads: it may not write");
    point = csm_txn_save(ctx->txn);
    mark = csm_request_log_mark(ctx->log);
    st = run(ctx, arg);
    if (st == CSM_OK)
        return CSM_OK;
    csm_txn_undo(ctx->txn, point);
    csm_request_log_undo(ctx->log, mark);
    ctx->depth = depth;
    ctx->system = system;
    ctx->plugin = plugin;
    return st;
}

static csm_status not_found(csm_ctx *ctx, const csm_mtable *table, csm_id id)
{
    char hex[CSM_ID_TEXT];

    csm_id_format(id, hex);
    return csm_ctx_fail(ctx, CSM_E_NOT_FOUND, "there is no %s %s", csm_ctx_called(ctx, table), hex);
}

/* The row as it is, within the caller's reach for @p op: seen but not allowed is DENIED, not seen is not there. */
static csm_status find_for(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t op, csm_row **out, uint64_t **scope)
{
    bool allowed;

    CSM_TRY(csm_row_find(ctx, table, id, out));
    if (*out == NULL)
        return not_found(ctx, table, id);
    *scope = csm_bits_new(ctx->arena, (*out)->table->field_count);
    if (*scope == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_access_row(ctx, *out, op, &allowed, *scope));
    if (allowed)
        return CSM_OK;
    CSM_TRY(csm_access_row(ctx, *out, CSM_OP_READ, &allowed, NULL));
    if (!allowed)
        return not_found(ctx, table, id);
    return csm_ctx_fail(ctx, CSM_E_DENIED, "this %s may not be %s by this caller", csm_ctx_called(ctx, (*out)->table),
                        op == CSM_OP_DELETE ? "deleted" : "changed");
}

static csm_status begin(csm_ctx *ctx, csm_write *w, const csm_mtable *table, csm_change_op op)
{
    CSM_TRY(csm_budget_row(ctx));
    w->table = table;
    w->version = -1;
    w->begun = csm_request_log_mark(ctx->log);
    w->change.op = op;
    w->change.by_client = ctx->system == 0 && !ctx->caller->is_system;
    w->change.is_import = ctx->import;
    w->change.brings_states = ctx->import && !ctx->replay;
    w->change.given = csm_bits_new(ctx->arena, table->field_count);
    return w->change.given != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

static bool differs(const csm_row *a, const csm_value *b)
{
    for (uint32_t n = 0; n < a->table->field_count; n++)
        if (!csm_value_eq(a->values[n], b[n]))
            return true;
    return false;
}

/* Derived fields, rules, the state model; derived again when rules touched anything. */
static csm_status settle(csm_ctx *ctx, csm_write *w, csm_when when)
{
    csm_row *now = w->change.now;
    csm_value *before;

    CSM_TRY(csm_derive_before(ctx, &w->change));
    before = csm_arena_copy(ctx->arena, now->values, w->table->field_count * sizeof(*before));
    if (before == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_write_check_given(ctx, w));
    w->checked = before;
    CSM_TRY(csm_rules_run(ctx, when, &w->change));
    CSM_TRY(csm_state_check(ctx, &w->change));
    if (w->table->derived_count > 0 && differs(now, before))
        CSM_TRY(csm_derive_before(ctx, &w->change));
    return csm_write_validate(ctx, w);
}

/* ---- putting ---- */

static void put_own(csm_write *w, uint32_t id, csm_value value)
{
    const csm_mfield *field = csm_mtable_field_by_id(w->table, id);

    if (field == NULL || (w->change.is_import && csm_bits_has(w->change.given, field->pos)))
        return;
    w->change.now->values[field->pos] = value;
}

static void stamp(csm_ctx *ctx, csm_write *w)
{
    csm_value now = csm_time_value(ctx->now), by = csm_text(ctx->caller->user_name);

    if (w->change.old == NULL) {
        put_own(w, CSM_FID_CREATED_ON, now);
        put_own(w, CSM_FID_CREATED_BY, by);
    } else {
        csm_row_set_version(w->change.now, w->change.old->version + 1);
    }
    put_own(w, CSM_FID_UPDATED_ON, now);
    put_own(w, CSM_FID_UPDATED_BY, by);
}

static bool has_entries(const csm_write *w)
{
    for (uint32_t n = 0; n < w->table->journal_count; n++)
        if (csm_change_has_entry(&w->change, w->table->journals[n]))
            return true;
    return w->kept != NULL;
}

/* A rule may have written the record meanwhile, with an entry: then this row no longer knows. */
static bool stays_without_journal(const csm_ctx *ctx, const csm_write *w)
{
    const csm_row *now = w->change.now;

    return now->no_journal && !has_entries(w) && !csm_request_log_changed_since(ctx->log, w->begun, now->id);
}

static csm_status add_journals(csm_ctx *ctx, csm_write *w)
{
    for (csm_kept_entry *entry = w->kept; entry != NULL; entry = entry->next)
        CSM_TRY(csm_history_add_journal(ctx, w->change.now, entry->field, entry->text, entry->at, entry->by));
    for (uint32_t n = 0; n < w->table->journal_count; n++) {
        const csm_mfield *field = w->table->journals[n];

        if (csm_change_has_entry(&w->change, field))
            CSM_TRY(csm_history_add_journal(ctx, w->change.now, field, w->change.journal[field->pos], ctx->now,
                                            ctx->caller->user_name));
    }
    return CSM_OK;
}

/* After rules and effects may have written the row again: what the caller gets is the row as it is then. */
static csm_status newest(csm_ctx *ctx, const csm_write *w, csm_log_mark mark, csm_row **out)
{
    csm_row *again;

    *out = w->change.now;
    if (!csm_request_log_changed_since(ctx->log, mark, w->change.now->id))
        return CSM_OK;
    CSM_TRY(csm_row_find(ctx, w->table, w->change.now->id, &again));
    if (again != NULL)
        *out = again;
    return CSM_OK;
}

static csm_status put(csm_ctx *ctx, csm_write *w, csm_when after, csm_row **out)
{
    const csm_row *old = w->change.old;
    csm_row *now = w->change.now;
    csm_log_mark mark;

    stamp(ctx, w);
    now->no_journal = stays_without_journal(ctx, w);
    CSM_TRY(csm_row_put(ctx, old, now));
    CSM_TRY(csm_history_add(ctx, old, now));
    CSM_TRY(add_journals(ctx, w));
    CSM_TRY(csm_request_log_change(ctx, w->table, now->id, old != NULL ? old->version + 1 : 0, now->version + 1));
    mark = csm_request_log_mark(ctx->log);
    w->change.sealed = true;
    CSM_TRY(csm_rules_run(ctx, after, &w->change));
    CSM_TRY(csm_state_effect(ctx, &w->change));
    CSM_TRY(csm_derive_after(ctx, &w->change));
    CSM_TRY(csm_links_after(ctx, &w->change));
    CSM_TRY(csm_rollups_after(ctx, &w->change));
    return newest(ctx, w, mark, out);
}

/* ---- insert ---- */

typedef struct insert_args {
    const csm_mtable *table;
    csm_value values;
    const csm_write_options *options;
    csm_row **out;
} insert_args;

static csm_status choose_id(csm_ctx *ctx, const insert_args *a, csm_id *out)
{
    const csm_value *given = csm_map_get(&a->values, "sys_id");

    *out = a->options->id;
    if (csm_id_is_none(*out) && ctx->import && given != NULL) {
        if (given->type == CSM_T_ID)
            *out = given->id;
        else if (given->type != CSM_T_TEXT || !csm_id_parse(given->s, out))
            return csm_error_field(&ctx->err, CSM_E_INVALID, "sys_id", "field \"sys_id\": an id has 32 hex digits");
    }
    if (!csm_id_is_none(*out))
        return CSM_OK;
    return csm_id_new(ctx->ids, ctx->now, out) ? CSM_OK : csm_ctx_fail(ctx, CSM_E_IO, "the system gives no random bytes");
}

static csm_value default_value(const csm_ctx *ctx, const csm_mfield *field)
{
    int64_t today = ctx->now / CSM_DAY - (ctx->now % CSM_DAY < 0);

    switch (field->dflt_kind) {
    case CSM_DEFAULT_NOW:
        return csm_time_value(ctx->now);
    case CSM_DEFAULT_TODAY:
        return csm_date_value(today);
    case CSM_DEFAULT_ME:
        if (field->type == CSM_F_TEXT)
            return csm_text(ctx->caller->user_name);
        return csm_id_is_none(ctx->caller->user) ? csm_nil() : csm_id_value(ctx->caller->user);
    default:
        return field->dflt;
    }
}

static csm_status new_row(csm_ctx *ctx, const insert_args *a, csm_write *w)
{
    uint32_t version = 0;
    csm_id id;
    csm_row *row;

    CSM_TRY(choose_id(ctx, a, &id));
    if ((ctx->import || !csm_id_is_none(a->options->id)) && (a->table->flags & CSM_TABLE_NO_HISTORY) == 0)
        CSM_TRY(csm_history_next_version(ctx, a->table, id, &version));
    row = csm_row_new(ctx->arena, a->table, id);
    if (row == NULL)
        return csm_ctx_nomem(ctx);
    csm_row_set_version(row, version);
    row->no_journal = version == 0 && (a->table->flags & CSM_TABLE_NO_HISTORY) == 0;
    for (uint32_t n = 0; n < a->table->field_count; n++)
        if (a->table->fields[n].id >= CSM_FID_DOMAIN && a->table->fields[n].type != CSM_F_JOURNAL)
            row->values[n] = default_value(ctx, &a->table->fields[n]);
    w->change.now = row;
    return CSM_OK;
}

/* Who may make no row of the table at all is told so before anything else. */
static csm_status check_may_create(csm_ctx *ctx, const csm_mtable *table)
{
    csm_reach reach;

    CSM_TRY(csm_access_reach(ctx, table, CSM_OP_CREATE, &reach));
    if (reach.all || reach.branch_count > 0)
        return CSM_OK;
    return csm_ctx_fail(ctx, CSM_E_DENIED, "a %s may not be made by this caller", csm_ctx_called(ctx, table));
}

/* The new row is within reach, and so are the fields he named. */
static csm_status check_created(csm_ctx *ctx, const csm_write *w)
{
    uint64_t *scope = csm_bits_new(ctx->arena, w->table->field_count);
    bool allowed;

    if (scope == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_access_row(ctx, w->change.now, CSM_OP_CREATE, &allowed, scope));
    if (!allowed)
        return csm_ctx_fail(ctx, CSM_E_DENIED, "such a %s may not be made by this caller", csm_ctx_called(ctx, w->table));
    return csm_write_check_fields(ctx, w, scope);
}

static csm_status insert(csm_ctx *ctx, void *arg)
{
    const insert_args *a = arg;
    csm_write w = { .options = a->options };

    if ((a->table->flags & CSM_TABLE_ABSTRACT) != 0)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "%s has no rows of its own: insert into a table that extends it", a->table->name);
    CSM_TRY(check_may_create(ctx, a->table));
    CSM_TRY(begin(ctx, &w, a->table, CSM_INSERTING));
    CSM_TRY(new_row(ctx, a, &w));
    CSM_TRY(csm_write_values(ctx, &w, a->values));
    CSM_TRY(csm_write_check_fields(ctx, &w, NULL));
    CSM_TRY(csm_state_begin(ctx, &w.change, a->options->transition, &w.carried));
    CSM_TRY(csm_write_number(ctx, &w));
    CSM_TRY(settle(ctx, &w, CSM_BEFORE_INSERT));
    CSM_TRY(check_created(ctx, &w));
    return put(ctx, &w, CSM_AFTER_INSERT, a->out);
}

static const csm_write_options no_options = CSM_WRITE_OPTIONS_INIT;

csm_status csm_write_insert(csm_ctx *ctx, const csm_mtable *table, csm_value values, const csm_write_options *options,
                            csm_row **out)
{
    csm_row *row;
    insert_args a = { .table = table, .values = values, .options = options != NULL ? options : &no_options,
                      .out = out != NULL ? out : &row };

    return csm_write_nested(ctx, insert, &a);
}

/* ---- update ---- */

typedef struct update_args {
    const csm_mtable *table;
    csm_id id;
    csm_value values;
    const csm_write_options *options;
    csm_row **out;
} update_args;

/* A row that the caller's own part of the change would leave in: what a transition sets and carries is its own business. */
static csm_status own_part(csm_ctx *ctx, const csm_write *w, const csm_row **out)
{
    const csm_mstate_model *model = w->table->state_model;
    const csm_assign_list *sets = w->change.transition != NULL ? w->change.transition->sets : NULL;
    const csm_mfield *state, *active;
    csm_row *row;

    *out = w->change.now;
    if (w->change.transition == NULL || model == NULL)
        return CSM_OK;
    row = csm_row_copy(ctx->arena, w->change.now);
    if (row == NULL)
        return csm_ctx_nomem(ctx);
    state = csm_field_in(w->table, model->field);
    active = csm_field_in(w->table, model->active);
    for (uint32_t n = 0; n < w->table->field_count; n++) {
        const csm_mfield *field = &w->table->fields[n];
        bool moved = field == state || field == active || (w->carried != NULL && csm_bits_has(w->carried, n));

        for (uint32_t k = 0; sets != NULL && k < sets->count && !moved; k++)
            moved = sets->items[k].field->id == field->id;
        if (moved)
            row->values[n] = w->change.old->values[n];
    }
    *out = row;
    return CSM_OK;
}

static csm_status check_updated(csm_ctx *ctx, const csm_write *w)
{
    const csm_row *row;
    bool allowed;

    if (ctx->system > 0 || ctx->caller->is_system)
        return CSM_OK;
    CSM_TRY(own_part(ctx, w, &row));
    CSM_TRY(csm_access_row(ctx, row, CSM_OP_WRITE, &allowed, NULL));
    if (allowed)
        return CSM_OK;
    return csm_ctx_fail(ctx, CSM_E_DENIED, "the change would put this %s out of the caller's reach",
                        csm_ctx_called(ctx, w->table));
}

static csm_status update(csm_ctx *ctx, void *arg)
{
    const update_args *a = arg;
    csm_write w = { .options = a->options };
    uint64_t *scope;
    csm_row *old;

    CSM_TRY(find_for(ctx, a->table, a->id, CSM_OP_WRITE, &old, &scope));
    CSM_TRY(begin(ctx, &w, old->table, CSM_UPDATING));
    w.change.old = old;
    w.change.now = csm_row_copy(ctx->arena, old);
    if (w.change.now == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_write_values(ctx, &w, a->values));
    CSM_TRY(csm_write_merge(ctx, &w));
    CSM_TRY(csm_state_begin(ctx, &w.change, a->options->transition, &w.carried));
    CSM_TRY(csm_write_check_fields(ctx, &w, scope));
    CSM_TRY(settle(ctx, &w, CSM_BEFORE_UPDATE));
    CSM_TRY(check_updated(ctx, &w));
    if (differs(old, w.change.now->values) || has_entries(&w))
        return put(ctx, &w, CSM_AFTER_UPDATE, a->out);
    *a->out = old;
    w.change.sealed = true;
    return csm_state_effect(ctx, &w.change);
}

csm_status csm_write_update(csm_ctx *ctx, const csm_mtable *table, csm_id id, csm_value values,
                            const csm_write_options *options, csm_row **out)
{
    csm_row *row;
    update_args a = { .table = table, .id = id, .values = values, .options = options != NULL ? options : &no_options,
                      .out = out != NULL ? out : &row };

    return csm_write_nested(ctx, update, &a);
}

/* ---- delete ---- */

#define CASCADE_MAX 64u

typedef struct delete_args {
    const csm_mtable *table;
    csm_id id;
    const csm_write_options *options;
} delete_args;

static csm_status erase(csm_ctx *ctx, csm_write *w)
{
    csm_row *old = w->change.now;

    CSM_TRY(csm_write_release(ctx, old));
    CSM_TRY(csm_row_find(ctx, w->table, old->id, &old)); /* what was released may have written it */
    if (old == NULL)
        return CSM_OK;
    CSM_TRY(csm_row_delete(ctx, old));
    CSM_TRY(csm_history_add(ctx, old, NULL));
    CSM_TRY(csm_request_log_change(ctx, w->table, old->id, old->version + 1, 0));
    w->change.old = w->change.now = old;
    w->change.sealed = true;
    CSM_TRY(csm_rules_run(ctx, CSM_AFTER_DELETE, &w->change));
    return csm_rollups_after(ctx, &w->change);
}

static csm_status delete(csm_ctx *ctx, void *arg)
{
    const delete_args *a = arg;
    csm_write w = { .options = a->options };
    struct csm_deleting frame = { .id = a->id, .outer = ctx->deleting };
    uint64_t *scope;
    csm_row *old;
    csm_status st;

    for (const struct csm_deleting *d = ctx->deleting; d != NULL; d = d->outer) {
        if (csm_id_eq(d->id, a->id))
            return CSM_OK;
        if (++frame.depth > CASCADE_MAX)
            return csm_ctx_fail(ctx, CSM_E_LIMIT, "deleting along goes deeper than %u records", CASCADE_MAX);
    }
    CSM_TRY(find_for(ctx, a->table, a->id, CSM_OP_DELETE, &old, &scope));
    CSM_TRY(begin(ctx, &w, old->table, CSM_DELETING));
    w.change.old = w.change.now = old;
    CSM_TRY(csm_write_merge(ctx, &w));
    w.change.sealed = true;
    ctx->deleting = &frame;
    st = csm_rules_run(ctx, CSM_BEFORE_DELETE, &w.change);
    if (st == CSM_OK)
        st = erase(ctx, &w);
    ctx->deleting = frame.outer;
    return st;
}

csm_status csm_write_delete(csm_ctx *ctx, const csm_mtable *table, csm_id id, const csm_write_options *options)
{
    delete_args a = { .table = table, .id = id, .options = options != NULL ? options : &no_options };

    return csm_write_nested(ctx, delete, &a);
}
