/* The customer approves a change before it is raised. The approval is a row of sysapproval_approver that names the case; its
 * approver decides it, or an agent records what he said by other means. Source: DOMAIN 4.5. */
#include "service_management.h"

/* ---- asking ---- */

/* Who speaks for the customer and can log in. */
static csm_id approver_of(csm_ctx *ctx, const csm_record *from)
{
    static const char *const people[] = { "contact", "consumer.user", "partner_contact", "internal_contact", "requested_by" };
    csm_id id = { { 0 } };

    for (size_t n = 0; n < sizeof(people) / sizeof(people[0]) && csm_id_is_none(id); n++)
        id = csm_record_ref(ctx, from, people[n]);
    return id;
}

typedef struct question {
    csm_id source;
    csm_str comments;
    const char *answer; /* "approved", "rejected" */
} question;

static csm_status ask(csm_ctx *ctx, void *arg)
{
    const question *q = arg;
    csm_record *from, *row;
    csm_id person;

    CSM_TRY(csm_record_get(ctx, CASE, q->source, &from));
    person = approver_of(ctx, from);
    if (csm_id_is_none(person))
        return csm_fail(ctx, CSM_E_REJECTED, "nobody of the customer can log in; record_approval says what he said");
    CSM_TRY(csm_record_create(ctx, "sysapproval_approver", &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "sysapproval", q->source));
    CSM_TRY(csm_record_set_ref(ctx, row, "approver", person));
    CSM_TRY(csm_record_set(ctx, row, "state", csm_ctext("requested")));
    CSM_TRY(csm_record_insert(ctx, row));
    CSM_TRY(csm_record_set(ctx, from, "approval", csm_ctext("requested")));
    CSM_TRY(csm_record_set(ctx, from, "comments", q->comments.len > 0 ? csm_text(q->comments)
                                                                     : csm_ctext("We ask you to approve a change.")));
    return csm_record_update(ctx, from);
}

static csm_status answer_case(csm_ctx *ctx, csm_id id, csm_reply *out)
{
    csm_record *from;

    CSM_TRY(csm_record_get(ctx, CASE, id, &from));
    return csm_reply_record(ctx, out, from);
}

csm_status request_approval_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    question q = { csm_arg_id(ctx, in, 0), csm_arg_text(ctx, in, 1), NULL };
    csm_record *from;

    CSM_TRY(writable_case(ctx, q.source, &from));
    if (csm_str_is(csm_record_text(ctx, from, "approval"), "requested"))
        return csm_fail(ctx, CSM_E_STATE, "the customer is asked already");
    CSM_TRY(csm_as_plugin(ctx, ask, &q));
    return answer_case(ctx, q.source, out);
}

/* ---- deciding ---- */

static csm_status settle(csm_ctx *ctx, csm_id id, csm_str answer, csm_str who, csm_str words)
{
    bool yes = csm_str_is(answer, "approved");
    csm_record *from;
    csm_str text;

    CSM_TRY(csm_record_find(ctx, CASE, id, &from));
    if (from == NULL || !csm_record_bool(ctx, from, "active"))
        return CSM_OK; /* about another task, or too late */
    text = csm_printf(ctx, "Change %s%s%.*s%s%.*s", yes ? "approved" : "rejected", who.len > 0 ? " by " : "", CSM_STR_FMT(who),
                      words.len > 0 ? ": " : "", CSM_STR_FMT(words));
    if (text.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_set(ctx, from, "approval", csm_text(answer)));
    CSM_TRY(csm_record_set(ctx, from, "approval_set", csm_time_value(csm_now(ctx))));
    CSM_TRY(csm_record_set_text(ctx, from, "comments", text));
    return csm_record_update(ctx, from);
}

/* Ends what was asked for; the rule below then settles the case. Without a question the answer goes to the case itself. */
static csm_status record_answer(csm_ctx *ctx, void *arg)
{
    const question *q = arg;
    csm_query *query;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, "sysapproval_approver", &query));
    csm_query_where(ctx, query, "sysapproval", CSM_OP_EQ, csm_id_value(q->source));
    csm_query_filter(ctx, query, "state=requested");
    csm_query_limit(ctx, query, 1);
    CSM_TRY(csm_query_next(ctx, query, &row));
    csm_query_close(ctx, query);
    if (row == NULL)
        return settle(ctx, q->source, csm_str_of(q->answer), CSM_STR(""), q->comments);
    CSM_TRY(csm_record_get(ctx, "sysapproval_approver", csm_record_id(ctx, row), &row));
    CSM_TRY(csm_record_set(ctx, row, "state", csm_ctext(q->answer)));
    CSM_TRY(csm_record_set_text(ctx, row, "comments", q->comments));
    return csm_record_update(ctx, row);
}

static csm_status record_method(csm_ctx *ctx, const csm_args *in, csm_reply *out, const char *answer)
{
    question q = { csm_arg_id(ctx, in, 0), csm_arg_text(ctx, in, 1), answer };
    csm_record *from;

    CSM_TRY(writable_case(ctx, q.source, &from));
    if (q.comments.len == 0)
        return csm_fail_field(ctx, CSM_E_INVALID, "comments", "who said it, when and by what channel");
    CSM_TRY(csm_as_plugin(ctx, record_answer, &q));
    return answer_case(ctx, q.source, out);
}

csm_status record_approval_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return record_method(ctx, in, out, "approved");
}

csm_status record_refusal_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return record_method(ctx, in, out, "rejected");
}

/* ---- rules ---- */

/* Of a case, its approver answers once, with yes or no. */
csm_status approval_check(csm_ctx *ctx, csm_change *ch)
{
    csm_str state = csm_change_new_text(ctx, ch, "state");
    csm_record *from;

    if (!csm_change_by_client(ctx, ch) || csm_caller_has_role(ctx, "admin"))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, CASE, csm_change_new_ref(ctx, ch, "sysapproval"), &from));
    if (from == NULL)
        return CSM_OK;
    if (!csm_str_is(csm_change_old_text(ctx, ch, "state"), "requested"))
        return csm_fail_field(ctx, CSM_E_STATE, "state", "this was decided already");
    if (!csm_str_is(state, "approved") && !csm_str_is(state, "rejected"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "state", "field \"state\": approved or rejected");
    return CSM_OK;
}

csm_status approval_decided(csm_ctx *ctx, csm_change *ch)
{
    csm_str state = csm_change_new_text(ctx, ch, "state");

    if (!csm_str_is(state, "approved") && !csm_str_is(state, "rejected"))
        return CSM_OK;
    return settle(ctx, csm_change_new_ref(ctx, ch, "sysapproval"), state,
                  csm_record_display(ctx, csm_change_record(ctx, ch), "approver"),
                  csm_change_touches(ctx, ch, "comments") ? csm_change_new_text(ctx, ch, "comments") : CSM_STR(""));
}

/* What the customer decided is not for agents to write. */
csm_status case_approval_kept(csm_ctx *ctx, csm_change *ch)
{
    bool made = csm_change_get_op(ctx, ch) == CSM_INSERTING;

    if (!csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch) || !csm_change_touches(ctx, ch, "approval") ||
        csm_caller_has_role(ctx, "admin") || (made && csm_str_is(csm_change_new_text(ctx, ch, "approval"), "not requested")))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "approval", "field \"approval\": the customer's answer makes it");
}
