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
    CSM_TRY(csm_record_insert(ctx, row));
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

    CSM_TRY(csm_record_get_open(ctx, CASE, q.source, &from));
    if (csm_str_is(csm_record_text(ctx, from, "approval"), "requested"))
        return csm_fail(ctx, CSM_E_STATE, "the customer is asked already");
    CSM_TRY(csm_as_plugin(ctx, ask, &q));
    return answer_case(ctx, q.source, out);
}

/* ---- deciding ---- */

/* Nobody was asked: the customer's word goes to the case itself. */
static csm_status write_answer(csm_ctx *ctx, const question *q)
{
    csm_record *from;
    csm_str text = csm_printf(ctx, "Change %s: %.*s", q->answer, CSM_STR_FMT(q->comments));

    if (text.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_get(ctx, CASE, q->source, &from));
    CSM_TRY(csm_record_set(ctx, from, "approval", csm_ctext(q->answer)));
    CSM_TRY(csm_record_set_text(ctx, from, "comments", text));
    return csm_record_update(ctx, from);
}

/* The question the customer's side was asked, or none. What colleagues are asked is theirs to answer. */
static csm_status find_question(csm_ctx *ctx, csm_id source, csm_id *out)
{
    csm_query *q;
    csm_record *row, *from;
    csm_status st;
    csm_id person;

    *out = (csm_id){ { 0 } };
    CSM_TRY(csm_record_get(ctx, CASE, source, &from));
    person = approver_of(ctx, from);
    CSM_TRY(csm_query_open(ctx, "sysapproval_approver", &q));
    csm_query_where(ctx, q, "sysapproval", CSM_OP_EQ, csm_id_value(source));
    csm_query_filter(ctx, q, "state=requested");
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && csm_id_is_none(*out)) {
        csm_id asked = csm_record_ref(ctx, row, "approver");

        if (csm_id_eq(asked, person) || csm_user_has_role(ctx, asked, "snc_external"))
            *out = csm_record_id(ctx, row);
    }
    csm_query_close(ctx, q);
    return st;
}

static csm_status record_answer(csm_ctx *ctx, void *arg)
{
    const question *q = arg;
    csm_record *row;
    csm_id asked;

    CSM_TRY(find_question(ctx, q->source, &asked));
    if (csm_id_is_none(asked))
        return write_answer(ctx, q);
    CSM_TRY(csm_record_get(ctx, "sysapproval_approver", asked, &row));
    CSM_TRY(csm_record_set(ctx, row, "state", csm_ctext(q->answer)));
    CSM_TRY(csm_record_set_text(ctx, row, "comments", q->comments));
    return csm_record_update(ctx, row);
}

static csm_status record_method(csm_ctx *ctx, const csm_args *in, csm_reply *out, const char *answer)
{
    question q = { csm_arg_id(ctx, in, 0), csm_arg_text(ctx, in, 1), answer };
    csm_record *from;

    CSM_TRY(csm_record_get_open(ctx, CASE, q.source, &from));
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
