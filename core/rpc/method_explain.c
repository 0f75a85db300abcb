/* Why: rights, plans, rules, allowed transitions. */
#include "engine/rule/rule.h"
#include "rpc/method.h"

static const struct {
    const char *name;
    uint32_t op;
} operations[] = { { "read", CSM_OP_READ }, { "create", CSM_OP_CREATE }, { "write", CSM_OP_WRITE }, { "delete", CSM_OP_DELETE } };

static csm_status parse_operation(csm_ctx *ctx, csm_str text, uint32_t *out)
{
    for (size_t n = 0; n < sizeof(operations) / sizeof(operations[0]); n++)
        if (csm_str_is(text, operations[n].name)) {
            *out = operations[n].op;
            return CSM_OK;
        }
    return csm_error_field(&ctx->err, CSM_E_INVALID, "operation", "argument \"operation\" is read, create, write or delete");
}

static csm_status explain_access(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_id user = ctx->caller->user, id = csm_value_id(in->values[1]);
    const csm_mtable *table;
    csm_row *row = NULL;
    csm_value answer;
    uint32_t op;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(parse_operation(ctx, csm_value_text(in->values[2]), &op));
    if (!csm_is_nil(in->values[3])) {
        if (!csm_caller_has_any(ctx, CSM_STR("security_admin")))
            return csm_error_field(&ctx->err, CSM_E_DENIED, "user", "asking about others needs the role security_admin");
        CSM_TRY(csm_find_user(ctx, in->values[3].s, &row));
        user = row->id;
    }
    CSM_TRY(csm_access_explain(ctx, user, table, id, op, &answer));
    csm_write_value(csm_reply_begin(out), answer);
    return CSM_OK;
}

/* Runs the query to its limit, so that the rows touched are those of a real page. */
static csm_status explain_query(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_query_spec spec = { .limit = 100 };
    csm_value answer = csm_nil();
    csm_cursor *cursor = NULL;
    csm_row *row = NULL;
    csm_status st;

    CSM_TRY(csm_find_table(ctx, in->values[0], &spec.table));
    CSM_TRY(csm_parse_filter(ctx, spec.table, in->values[1], in->values[2], in->values[3], &spec.filter));
    if (!csm_is_nil(in->values[4]))
        spec.limit = (uint32_t)in->values[4].i;
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    do
        st = csm_cursor_next(ctx, cursor, &row, NULL);
    while (st == CSM_OK && row != NULL);
    if (st == CSM_OK)
        st = csm_cursor_explain(ctx, cursor, &answer);
    if (st == CSM_OK)
        csm_write_value(csm_reply_begin(out), answer);
    csm_cursor_close(cursor);
    return st;
}

/* ---- rules ---- */

static const char *const moments[CSM_WHEN_COUNT] = {
    [CSM_BEFORE_INSERT] = "before_insert", [CSM_BEFORE_UPDATE] = "before_update", [CSM_BEFORE_DELETE] = "before_delete",
    [CSM_AFTER_INSERT] = "after_insert",   [CSM_AFTER_UPDATE] = "after_update",   [CSM_AFTER_DELETE] = "after_delete",
    [CSM_ASYNC_INSERT] = "async_insert",   [CSM_ASYNC_UPDATE] = "async_update",   [CSM_ASYNC_DELETE] = "async_delete",
};

static void write_rule(csm_writer *w, const csm_mrule *rule, uint32_t when)
{
    csm_write_map(w, 7);
    csm_put_text(w, "when", moments[when]);
    csm_put_int(w, "order", rule->order);
    csm_put_text(w, "name", rule->name);
    csm_put_text(w, "plugin", rule->plugin->id);
    csm_put_text(w, "table", rule->decl->table);
    csm_put_text(w, "filter", rule->decl->filter);
    csm_put_text(w, "doc", rule->decl->doc);
}

static csm_status explain_rules(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str wanted = csm_value_text(in->values[1]);
    const csm_mtable *table;
    csm_open_list list;
    csm_writer *w;
    bool known = wanted.len == 0;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    for (uint32_t when = 0; when < CSM_WHEN_COUNT && !known; when++)
        known = moments[when] != NULL && csm_str_is(wanted, moments[when]);
    if (!known)
        return csm_error_field(&ctx->err, CSM_E_INVALID, "when",
                               "argument \"when\": before, after or async, then _insert, _update or _delete");
    w = csm_reply_begin(out);
    list = csm_list_begin(w);
    for (uint32_t when = 0; when < CSM_WHEN_COUNT; when++)
        for (uint32_t n = 0; moments[when] != NULL && n < table->rule_count[when]; n++) {
            if (wanted.len > 0 && !csm_str_is(wanted, moments[when]))
                continue;
            write_rule(w, &table->rules[when][n], when);
            list.count++;
        }
    csm_list_end(w, list);
    return CSM_OK;
}

static csm_status state_allowed(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const csm_mtable *table;
    csm_value answer = csm_nil();
    uint64_t *readable;
    csm_row *row;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(csm_record_read(ctx, table, in->values[1].id, &row, &readable));
    CSM_TRY(csm_state_allowed(ctx, row, &answer));
    csm_write_value(csm_reply_begin(out), answer);
    return CSM_OK;
}

/* ---- the set ---- */

static const csm_param access_params[] = {
    PARAM_TABLE,
    CSM_PARAM("id", CSM_T_ID, .doc = "A record; absent: the table as such"),
    CSM_PARAM("operation", CSM_T_TEXT, .max = 10, .dflt = "read", .doc = "read, create, write or delete"),
    CSM_PARAM("user", CSM_T_TEXT, .max = 100, .doc = "User name or sys_id (security_admin); absent: oneself"),
};
static const csm_param query_params[] = {
    PARAM_TABLE,
    CSM_PARAM("query", CSM_T_TEXT, .max = 100000, .doc = "Filter as text"),
    CSM_PARAM("where", CSM_T_LIST, .max = 20000, .doc = "Filter as a tree"),
    CSM_PARAM("order", CSM_T_NIL, .doc = "\"-opened_at,number\" or a list of such"),
    CSM_PARAM("limit", CSM_T_INT, .min = 1, .max = 1000, .doc = "Rows of the page, 100 when absent"),
};
static const csm_param rules_params[] = {
    PARAM_TABLE,
    CSM_PARAM("when", CSM_T_TEXT, .max = 20, .doc = "before_insert, after_update, async_delete ...; absent: all"),
};
static const csm_param allowed_params[] = { PARAM_TABLE, PARAM_RECORD };

static const csm_method methods[] = {
    { .name = "explain.access", .params = CSM_ARRAY(access_params), .returns = CSM_T_MAP, .since = 1, .run = explain_access,
      .doc = "Every scope and restriction with its verdict: why one may or may not",
      .returns_doc = "{allowed, user, admin, external, roles, rules, fields}" },
    { .name = "explain.query", .params = CSM_ARRAY(query_params), .returns = CSM_T_MAP, .since = 1, .run = explain_query,
      .doc = "How a query is answered and what it touches", .returns_doc = "{plan, index, rows_touched (security_admin), rows_returned, ...}" },
    { .name = "explain.rules", .params = CSM_ARRAY(rules_params), .returns = CSM_T_LIST, .since = 1, .run = explain_rules,
      .doc = "The rules of a table in the order they run", .returns_doc = "[{when, order, name, plugin, table, filter, doc}]" },
    { .name = "state.allowed", .params = CSM_ARRAY(allowed_params), .returns = CSM_T_LIST, .flags = CSM_METHOD_EXTERNAL,
      .since = 1, .run = state_allowed, .doc = "Transitions the caller may make with a record now",
      .returns_doc = "[{name, to, label, required, fields}]" },
};

csm_method_set csm_methods_explain(void)
{
    return CSM_METHOD_SET(methods);
}
