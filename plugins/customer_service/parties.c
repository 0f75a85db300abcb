/* Related parties of a case. Named with a responsibility they may read and answer it; without one they are only listed. */
#include "customer_service.h"

static csm_status collect(csm_ctx *ctx, csm_id id, csm_value *users, csm_value *consumers)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, "sn_customerservice_related_party", &q));
    csm_query_where(ctx, q, "case", CSM_OP_EQ, csm_id_value(id));
    csm_query_where(ctx, q, "responsibility", CSM_OP_NOT_EMPTY, csm_nil());
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        csm_id contact = csm_record_ref(ctx, row, "contact"), consumer = csm_record_ref(ctx, row, "consumer");
        csm_id user = csm_id_is_none(contact) ? csm_record_ref(ctx, row, "user") : contact;

        if (!csm_id_is_none(user) && !csm_list_has(*users, user) &&
            (st = csm_list_add(ctx, users, csm_id_value(user))) != CSM_OK)
            break;
        if (!csm_id_is_none(consumer) && !csm_list_has(*consumers, consumer) &&
            (st = csm_list_add(ctx, consumers, csm_id_value(consumer))) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

/* Adds the numbers of the open tasks of the case that name @p who in @p field. */
static csm_status add_tasks(csm_ctx *ctx, csm_id id, const char *field, csm_id who, csm_str *list)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    if (csm_id_is_none(who))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "sn_customerservice_task", &q));
    csm_query_where(ctx, q, "parent_case", CSM_OP_EQ, csm_id_value(id));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    csm_query_where(ctx, q, field, CSM_OP_EQ, csm_id_value(who));
    csm_query_limit(ctx, q, 20);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        *list = csm_printf(ctx, "%.*s%s%.*s", CSM_STR_FMT(*list), list->len > 0 ? ", " : "",
                           CSM_STR_FMT(csm_record_text(ctx, row, "number")));
        if (list->ptr == NULL) {
            st = CSM_E_NOMEM;
            break;
        }
    }
    csm_query_close(ctx, q);
    return st;
}

/* Taking the responsibility from him ends what he may do at once; his row stays until the work that names him is done. */
csm_status party_may_go(csm_ctx *ctx, csm_change *ch)
{
    static const char *const fields[][2] = { { "contact", "contact" }, { "consumer", "consumer" }, { "user", "assigned_to" } };
    csm_id id = csm_change_old_ref(ctx, ch, "case");
    csm_str list = CSM_STR("");

    if (!csm_change_by_client(ctx, ch))
        return CSM_OK; /* goes along with its case or its person */
    for (size_t n = 0; n < sizeof(fields) / sizeof(fields[0]); n++)
        CSM_TRY(add_tasks(ctx, id, fields[n][1], csm_change_old_ref(ctx, ch, fields[n][0]), &list));
    return list.len == 0 ? CSM_OK : csm_fail(ctx, CSM_E_REJECTED, "open case tasks name this party: %.*s", CSM_STR_FMT(list));
}

csm_status party_changed(csm_ctx *ctx, csm_change *ch)
{
    bool gone = csm_change_get_op(ctx, ch) == CSM_DELETING;
    csm_id id = gone ? csm_change_old_ref(ctx, ch, "case") : csm_change_new_ref(ctx, ch, "case");
    csm_value users = csm_list(NULL, 0), consumers = csm_list(NULL, 0);
    csm_record *rec;

    CSM_TRY(csm_record_find(ctx, "sn_customerservice_case", id, &rec));
    if (rec == NULL)
        return CSM_OK; /* goes along with its case */
    CSM_TRY(collect(ctx, id, &users, &consumers));
    CSM_TRY(csm_record_set(ctx, rec, "additional_users", users));
    CSM_TRY(csm_record_set(ctx, rec, "additional_consumers", consumers));
    return csm_record_update(ctx, rec);
}
