/* Recipients lists: what they hold, who may be on them, what stays once they are in use. Source: DOMAIN 2.12, 4.11. */
#include "publications.h"

csm_status list_table(csm_ctx *ctx, csm_change *ch, csm_value *out)
{
    const kind *k = kind_of(csm_change_new_text(ctx, ch, "type"));

    *out = k != NULL ? csm_ctext(k->table) : csm_nil();
    return CSM_OK;
}

static csm_status needed(csm_ctx *ctx, const csm_change *ch, const char *method, const char *field)
{
    if (!csm_str_is(csm_change_new_text(ctx, ch, "method"), method) || csm_change_new_text(ctx, ch, field).len > 0)
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_INVALID, field, "field \"%s\": a list of method %s needs one", field, method);
}

/* A refresh asks it of rows, not of changes: tried on a row that is none. */
static csm_status check_condition(csm_ctx *ctx, const csm_change *ch)
{
    csm_str condition = csm_str_copy(ctx, csm_change_new_text(ctx, ch, "condition"));
    const kind *k = kind_of(csm_change_new_text(ctx, ch, "type"));
    csm_query *q;
    csm_record *row;

    if (condition.ptr == NULL)
        return CSM_E_NOMEM;
    if (condition.len == 0 || k == NULL || !csm_change_touches(ctx, ch, "condition"))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, k->table, &q));
    csm_query_where(ctx, q, "sys_id", CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    csm_query_filter(ctx, q, condition.ptr);
    return csm_query_one(ctx, q, &row);
}

csm_status list_check(csm_ctx *ctx, csm_change *ch)
{
    static const char *const fixed[] = { "name", "method", "condition", "script" };

    CSM_TRY(needed(ctx, ch, "condition", "condition"));
    CSM_TRY(needed(ctx, ch, "script", "script"));
    CSM_TRY(check_condition(ctx, ch));
    if (!csm_change_by_client(ctx, ch) || csm_change_get_op(ctx, ch) == CSM_INSERTING || !csm_change_old_bool(ctx, ch, "locked"))
        return CSM_OK;
    for (size_t n = 0; n < sizeof(fixed) / sizeof(fixed[0]); n++)
        if (csm_change_touches(ctx, ch, fixed[n]))
            return csm_fail_field(ctx, CSM_E_REJECTED, fixed[n], "field \"%s\": the list is locked", fixed[n]);
    return CSM_OK;
}

csm_status list_keep(csm_ctx *ctx, csm_change *ch)
{
    return csm_change_old_bool(ctx, ch, "locked") ? csm_fail(ctx, CSM_E_REJECTED, "the list is locked") : CSM_OK;
}

/* ---- who is on it ---- */

csm_status recipient_check(csm_ctx *ctx, csm_change *ch)
{
    csm_record *list;
    const kind *k;

    CSM_TRY(csm_record_find(ctx, LIST, csm_change_new_ref(ctx, ch, "list"), &list));
    if (list == NULL)
        return CSM_OK; /* refused as a missing reference */
    k = kind_of(csm_record_text(ctx, list, "type"));
    if (k == NULL || strcmp(k->member, csm_change_table(ctx, ch)) != 0)
        return csm_fail_field(ctx, CSM_E_REJECTED, "list", "field \"list\": a list of %.*s holds no %s",
                              CSM_STR_FMT(csm_record_text(ctx, list, "type")), csm_change_table(ctx, ch));
    if (strcmp(k->type, "internal_users") == 0 &&
        csm_user_has_role(ctx, csm_change_new_ref(ctx, ch, "recipient"), "snc_external"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "recipient", "field \"recipient\": not an internal user");
    return CSM_OK;
}

csm_status is_listed(csm_ctx *ctx, const kind *k, csm_id list, csm_id recipient, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, k->member, &q));
    csm_query_where(ctx, q, "list", CSM_OP_EQ, csm_id_value(list));
    csm_query_where(ctx, q, "recipient", CSM_OP_EQ, csm_id_value(recipient));
    return csm_query_any(ctx, q, out);
}

csm_status put_on_list(csm_ctx *ctx, const kind *k, csm_id list, csm_id recipient, bool dynamically)
{
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, k->member, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "list", list));
    CSM_TRY(csm_record_set_ref(ctx, row, "recipient", recipient));
    if (dynamically)
        CSM_TRY(csm_record_set_bool(ctx, row, "dynamically_added", true));
    return csm_record_insert(ctx, row);
}

/* ---- methods ---- */

/* The list of an "id" argument, which the caller may write. */
static csm_status kept_list(csm_ctx *ctx, csm_id id, csm_record **out)
{
    bool may;

    CSM_TRY(csm_record_get(ctx, LIST, id, out));
    CSM_TRY(csm_caller_can(ctx, LIST, id, CSM_OP_WRITE, &may));
    return may ? CSM_OK : csm_fail(ctx, CSM_E_DENIED, "this list is kept by its owner and by managers");
}

/* With the caller's rights: he names only those he may read. */
csm_status list_add_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value ids = csm_arg(ctx, in, 1), answer = csm_map(NULL, 0);
    csm_id list = csm_arg_id(ctx, in, 0);
    int64_t added = 0;
    csm_record *rec, *row;
    const kind *k;

    CSM_TRY(kept_list(ctx, list, &rec));
    k = kind_of(csm_record_text(ctx, rec, "type"));
    if (k == NULL)
        return csm_fail(ctx, CSM_E_STATE, "the list is of no known type");
    for (uint32_t n = 0; n < ids.count; n++) {
        csm_id id = csm_value_id(ids.list[n]);
        bool there;

        CSM_TRY(csm_record_get(ctx, k->table, id, &row));
        CSM_TRY(is_listed(ctx, k, list, id, &there));
        if (there)
            continue;
        CSM_TRY(put_on_list(ctx, k, list, id, false));
        added++;
    }
    CSM_TRY(csm_map_add(ctx, &answer, "added", csm_int(added)));
    CSM_TRY(csm_map_add(ctx, &answer, "present", csm_int(ids.count - added)));
    return csm_reply_value(ctx, out, answer);
}

static csm_status begin_refresh(csm_ctx *ctx, void *arg)
{
    csm_record *list = arg;
    csm_value args = csm_map(NULL, 0);
    csm_str key = csm_id_text(ctx, csm_record_id(ctx, list));

    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(refresh_check(ctx, csm_record_id(ctx, list)));
    CSM_TRY(csm_map_add(ctx, &args, "list", csm_id_value(csm_record_id(ctx, list))));
    CSM_TRY(csm_record_set_bool(ctx, list, "refreshing", true));
    CSM_TRY(csm_record_update(ctx, list));
    return csm_job_start(ctx, JOB_REFRESH, key.ptr, csm_now(ctx), args);
}

csm_status list_refresh_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_record *list;

    CSM_TRY(kept_list(ctx, csm_arg_id(ctx, in, 0), &list));
    CSM_TRY(csm_as_plugin(ctx, begin_refresh, list));
    return csm_reply_record(ctx, out, list);
}
