/* Approvals of a case, or of a task raised from one, are told on the case: what the customer's side decided as a comment, what
 * the provider decided as a work note. */
#include "customer_service.h"

#define CASE "sn_customerservice_case"

/* The case the decided task is or was raised from; NULL: none. */
static csm_status case_of(csm_ctx *ctx, const csm_record *task, csm_record **out)
{
    if (csm_table_is_a(ctx, csm_record_table(ctx, task), CASE))
        return csm_record_find(ctx, CASE, csm_record_id(ctx, task), out);
    return csm_record_find(ctx, CASE, csm_record_ref(ctx, task, "parent"), out);
}

static bool is_of_customer(csm_ctx *ctx, const csm_record *of, csm_id person)
{
    return csm_user_has_role(ctx, person, "snc_external") || csm_id_eq(person, csm_record_ref(ctx, of, "internal_contact")) ||
           csm_id_eq(person, csm_record_ref(ctx, of, "requested_by"));
}

static csm_str what_was_said(csm_ctx *ctx, csm_change *ch, const csm_record *task, bool about_case)
{
    const csm_record *row = csm_change_record(ctx, ch);
    bool yes = csm_str_is(csm_change_new_text(ctx, ch, "state"), "approved");
    csm_str words = csm_change_touches(ctx, ch, "comments") ? csm_change_new_text(ctx, ch, "comments") : CSM_STR("");
    csm_str title = about_case ? CSM_STR("") : csm_record_text(ctx, task, "short_description");
    csm_str number = about_case ? CSM_STR("") : csm_record_text(ctx, task, "number");

    return csm_printf(ctx, "%.*s%s%.*s%s by %.*s%s%.*s", CSM_STR_FMT(title), about_case ? "" : " (", CSM_STR_FMT(number),
                      about_case ? (yes ? "Approved" : "Rejected") : (yes ? ") approved" : ") rejected"),
                      CSM_STR_FMT(csm_record_display(ctx, row, "approver")), words.len > 0 ? ": " : "", CSM_STR_FMT(words));
}

csm_status decision_told(csm_ctx *ctx, csm_change *ch)
{
    csm_record *task, *of;
    csm_str text;

    CSM_TRY(csm_record_find(ctx, "task", csm_change_new_ref(ctx, ch, "sysapproval"), &task));
    if (task == NULL)
        return CSM_OK;
    CSM_TRY(case_of(ctx, task, &of));
    if (of == NULL || !csm_record_bool(ctx, of, "active"))
        return CSM_OK;
    text = what_was_said(ctx, ch, task, csm_id_eq(csm_record_id(ctx, of), csm_record_id(ctx, task)));
    if (text.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_set_text(
        ctx, of, is_of_customer(ctx, of, csm_change_new_ref(ctx, ch, "approver")) ? "comments" : "work_notes", text));
    return csm_record_update(ctx, of);
}
