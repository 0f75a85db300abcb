/* Rules of the links: which record a case may name, when a change may be raised, and problems reaching the cases of their
 * incidents. */
#include "service_management.h"

#define PROPERTY_APPROVAL "csm.change.customer_approval_required"

/* ---- what a case may name ---- */

static csm_status is_active(csm_ctx *ctx, const char *table, csm_id id, bool *out)
{
    csm_record *rec = NULL;

    if (!csm_id_is_none(id))
        CSM_TRY(csm_record_find(ctx, table, id, &rec));
    *out = rec != NULL && csm_record_bool(ctx, rec, "active");
    return CSM_OK;
}

/* A plain write of the column is held to what the methods are: no closed record, and none that replaces an open one. */
static csm_status check_link(csm_ctx *ctx, csm_change *ch, const char *field, const char *table)
{
    csm_id now = csm_change_new_ref(ctx, ch, field), before = csm_change_old_ref(ctx, ch, field);
    bool open;

    if (csm_id_is_none(now) || !csm_change_touches(ctx, ch, field))
        return CSM_OK;
    CSM_TRY(is_active(ctx, table, now, &open));
    if (!open)
        return csm_fail_field(ctx, CSM_E_REJECTED, field, "field \"%s\": a closed record is not linked", field);
    CSM_TRY(is_active(ctx, table, before, &open));
    if (open)
        return csm_fail_field(ctx, CSM_E_REJECTED, field, "field \"%s\": the case has one that is not closed", field);
    return CSM_OK;
}

static csm_status check_links(csm_ctx *ctx, csm_change *ch)
{
    if (!csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch))
        return CSM_OK;
    CSM_TRY(check_link(ctx, ch, "incident", "incident"));
    CSM_TRY(check_link(ctx, ch, "problem", "problem"));
    return check_link(ctx, ch, "change", "change_request");
}

/* ---- the customer's word ---- */

static csm_status check_customer_approval(csm_ctx *ctx, csm_change *ch)
{
    csm_str approval = csm_change_new_text(ctx, ch, "approval");
    csm_record *change;

    if (csm_change_is_import(ctx, ch) || csm_str_is(approval, "approved"))
        return CSM_OK;
    if (csm_str_is(approval, "requested") || csm_str_is(approval, "rejected"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "change", "the customer %s a change",
                              csm_str_is(approval, "requested") ? "has not yet approved" : "did not approve");
    if (!csm_property_is_true(ctx, PROPERTY_APPROVAL))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "change_request", csm_change_new_ref(ctx, ch, "change"), &change));
    if (change == NULL || csm_str_is(csm_record_text(ctx, change, "type"), "standard"))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "change", "a change needs the customer's approval first");
}

/* ---- problems reach the cases of their incidents ---- */

static csm_status spread_problem(csm_ctx *ctx, csm_change *ch)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, CASE, &q));
    csm_query_where(ctx, q, "incident", CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    csm_query_filter(ctx, q, "problemISEMPTY^active=true");
    return csm_query_set(ctx, q, "problem", csm_change_new(ctx, ch, "problem_id"));
}

#define RULE(t, w, o, c, f, d) { .table = (t), .when = (w), .order = (o), .filter = (c), .run = (f), \
                                 .name = "service_management." #f, .doc = (d) }

const csm_rule service_management_rules[SERVICE_MANAGEMENT_RULES] = {
    RULE(CASE, CSM_BEFORE_WRITE, 55, NULL, check_links, "A case names open records, one of each kind"),
    RULE(CASE, CSM_BEFORE_WRITE, 56, "changeCHANGES^changeISNOTEMPTY", check_customer_approval,
         "No change against the customer's word"),
    RULE("incident", CSM_AFTER_WRITE, 100, "problem_idCHANGES^problem_idISNOTEMPTY", spread_problem,
         "The problem of an incident is that of its cases"),
};
