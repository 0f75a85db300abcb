/* Rules of major cases, and which rule runs when. */
#include "major_issue.h"

/* ---- a major case is nobody's ---- */

csm_status major_customer(csm_ctx *ctx, csm_change *ch)
{
    static const char *const customers[] = { "account", "contact", "consumer", "household", "partner", "partner_contact" };

    for (size_t n = 0; n < sizeof(customers) / sizeof(customers[0]); n++)
        if (!csm_is_nil(csm_change_new(ctx, ch, customers[n])))
            return csm_fail_field(ctx, CSM_E_REJECTED, customers[n], "field \"%s\": a major case has no customer of its own",
                                  customers[n]);
    return CSM_OK;
}

/* ---- affected customers ---- */

static csm_status has_made_children(csm_ctx *ctx, csm_id major, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, CASE, &q));
    csm_query_where(ctx, q, "parent", CSM_OP_EQ, csm_id_value(major));
    csm_query_where(ctx, q, "child_case_creation_progress", CSM_OP_EQ, csm_bool(true));
    return csm_query_any(ctx, q, out);
}

csm_status major_recipients(csm_ctx *ctx, csm_change *ch)
{
    csm_str state = csm_change_new_text(ctx, ch, "major_case_state"), type;
    csm_record *list;
    bool made = false;

    if (csm_change_get_op(ctx, ch) == CSM_UPDATING)
        CSM_TRY(has_made_children(ctx, csm_change_id(ctx, ch), &made));
    if (made)
        return csm_fail_field(ctx, CSM_E_REJECTED, "recipient_list", "field \"recipient_list\": child cases were made from it");
    if (csm_is_nil(csm_change_new(ctx, ch, "recipient_list")))
        return CSM_OK;
    if (!csm_str_is(state, "accepted") && !csm_str_is(state, "proposed"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "recipient_list",
                              "field \"recipient_list\": only major cases and candidates have affected customers");
    CSM_TRY(csm_record_find(ctx, LIST, csm_change_new_ref(ctx, ch, "recipient_list"), &list));
    if (list == NULL)
        return CSM_OK; /* refused as a missing reference */
    type = csm_record_text(ctx, list, "type");
    if (csm_str_is(type, "accounts") || csm_str_is(type, "consumers"))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "recipient_list",
                          "field \"recipient_list\": affected customers are accounts or consumers, not %.*s", CSM_STR_FMT(type));
}

#define RULE(t, w, o, c, f, d) { .table = (t), .when = (w), .order = (o), .filter = (c), .run = (f), \
                                 .name = "major_issue." #f, .doc = (d) }

const csm_rule major_issue_rules[MAJOR_ISSUE_RULES] = {
    RULE(CASE, CSM_BEFORE_WRITE, 45, "parentCHANGES", child_joins, "Who may become a child of a major case"),
    RULE(CASE, CSM_BEFORE_WRITE, 53, "major_case_state=accepted", major_customer, "A major case is nobody's"),
    RULE(CASE, CSM_BEFORE_WRITE, 53, "recipient_listCHANGES", major_recipients, "Affected customers, until child cases are made"),
    RULE(CASE, CSM_BEFORE_UPDATE, 54, "sync_driver=true", child_links, "Technical support is the major case's business"),
    RULE(CASE, CSM_BEFORE_UPDATE, 74, "sync_driver=true", child_noted, "A note on a child asks for attention"),
    RULE(CASE, CSM_AFTER_WRITE, 110, "parentCHANGES", child_moved, "The major case knows its children"),
    { .table = CASE, .when = CSM_AFTER_DELETE, .order = 110, .run = child_moved, .name = "major_issue.child_deleted",
      .doc = "The major case knows its children" },
    RULE(CASE, CSM_AFTER_UPDATE, 111, "sync_driver=true", child_heard, "The customer's word on a child asks for attention"),
    RULE(CASE, CSM_AFTER_UPDATE, 112, "major_case_state=accepted", queue_change, "What changes goes to the children"),
    RULE("sys_properties", CSM_BEFORE_WRITE, 50, "name=" PROPERTY_FIELDS, sync_fields_check,
         "A state is synchronised with what explains it"),
};
