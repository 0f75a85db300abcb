/* Publications: written, reviewed, approved, shown to their audience from one day to another. Source: DOMAIN 2.12, 3.3. */
#include "publications.h"

#define APPROVER "sn_publications.approver"
#define LISTS_MAX 1000u

/* ---- states ---- */

static csm_status approved_now(csm_ctx *ctx, csm_change *ch)
{
    if (csm_is_nil(csm_change_new(ctx, ch, "publish_on")))
        CSM_TRY(csm_change_set(ctx, ch, "publish_on", csm_time_value(csm_now(ctx))));
    return csm_change_set(ctx, ch, "approved_on", csm_time_value(csm_now(ctx)));
}

/* Shown before its time: its time begins now. */
static csm_status published_now(csm_ctx *ctx, csm_change *ch)
{
    if (csm_value_int(csm_change_new(ctx, ch, "publish_on")) <= csm_now(ctx))
        return CSM_OK;
    return csm_change_set(ctx, ch, "publish_on", csm_time_value(csm_now(ctx)));
}

static csm_status begin_telling(csm_ctx *ctx, csm_change *ch)
{
    csm_str key = csm_id_text(ctx, csm_change_id(ctx, ch));
    csm_value args = csm_map(NULL, 0);

    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_map_add(ctx, &args, "publication", csm_id_value(csm_change_id(ctx, ch))));
    return csm_job_start(ctx, JOB_TELL, key.ptr, csm_now(ctx), args);
}

static csm_status expired_now(csm_ctx *ctx, csm_change *ch)
{
    csm_value end = csm_change_new(ctx, ch, "expires_on");

    if (!csm_is_nil(end) && csm_value_int(end) <= csm_now(ctx))
        return CSM_OK;
    return csm_change_set(ctx, ch, "expires_on", csm_time_value(csm_now(ctx)));
}

static const csm_state states[] = {
    { "draft", CSM_STATE_INITIAL }, { "review", 0 }, { "approved", 0 }, { "published", 0 }, { "expired", CSM_STATE_CLOSED },
    { "cancelled", CSM_STATE_CLOSED },
};

static const csm_transition transitions[] = {
    { .name = "submit", .from = "draft", .to = "review", .required = "title,body,list", .fields = "work_notes",
      .doc = "The author asks for approval" },
    { .name = "approve", .from = "review", .to = "approved", .roles = APPROVER, .required = "title,body,list",
      .fields = "work_notes,publish_on,expires_on", .sets = "approved_by=@me", .guard = approved_now,
      .doc = "May be shown; is published when its time has come" },
    { .name = "return", .from = "review,approved", .to = "draft", .roles = APPROVER, .required = "work_notes",
      .sets = "approved_by=^approved_on=", .doc = "The author has to work on it again" },
    { .name = "publish", .from = "approved", .to = "published", .roles = APPROVER, .guard = published_now,
      .effect = begin_telling, .doc = "Is shown to its audience" },
    { .name = "expire", .from = "published", .to = "expired", .roles = APPROVER, .guard = expired_now, .doc = "Is shown no more" },
    { .name = "cancel", .from = "draft,review,approved,published", .to = "cancelled", .fields = "work_notes",
      .doc = "Is not wanted any more" },
};

const csm_state_model publications_states[PUBLICATIONS_STATES] = {
    { .table = PUBLICATION, .field = "state", .states = CSM_ARRAY(states), .transitions = CSM_ARRAY(transitions),
      .methods = "publication" },
};

/* ---- rules ---- */

/* What was approved is what is shown. */
csm_status publication_check(csm_ctx *ctx, csm_change *ch)
{
    static const char *const approved[] = { "title", "body", "list" };
    csm_value from = csm_change_new(ctx, ch, "publish_on"), to = csm_change_new(ctx, ch, "expires_on");
    csm_str state = csm_change_old_text(ctx, ch, "state");

    if (!csm_is_nil(from) && !csm_is_nil(to) && csm_value_int(to) <= csm_value_int(from) &&
        !csm_str_is(csm_change_new_text(ctx, ch, "state"), "expired"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "expires_on", "field \"expires_on\": it would end before it is shown");
    if (!csm_str_is(state, "approved") && !csm_str_is(state, "published"))
        return CSM_OK;
    for (size_t n = 0; csm_change_by_client(ctx, ch) && n < sizeof(approved) / sizeof(approved[0]); n++)
        if (csm_change_touches(ctx, ch, approved[n]))
            return csm_fail_field(ctx, CSM_E_REJECTED, approved[n], "field \"%s\": it is approved as it is; return it to change it",
                                  approved[n]);
    return CSM_OK;
}

/* Wakes the job when the next thing is to be done. */
csm_status publication_schedule(csm_ctx *ctx, csm_change *ch)
{
    csm_str state = csm_change_new_text(ctx, ch, "state");
    csm_value at = csm_nil();
    csm_str key;

    if (csm_str_is(state, "approved"))
        at = csm_change_new(ctx, ch, "publish_on");
    else if (csm_str_is(state, "published"))
        at = csm_change_new(ctx, ch, "expires_on");
    if (csm_is_nil(at))
        return CSM_OK;
    key = csm_id_text(ctx, csm_change_id(ctx, ch));
    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    return csm_job_start(ctx, JOB_DUE, key.ptr, csm_value_int(at), csm_id_value(csm_change_id(ctx, ch)));
}

/* Looks at the publication afresh: the entry is only a hint. */
csm_status due_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_record *rec;
    csm_str state;
    csm_value at;
    bool due;

    (void)more;
    (void)next_args;
    CSM_TRY(csm_record_find(ctx, PUBLICATION, csm_value_id(args), &rec));
    if (rec == NULL)
        return CSM_OK;
    state = csm_record_text(ctx, rec, "state");
    at = csm_record_value(ctx, rec, csm_str_is(state, "approved") ? "publish_on" : "expires_on");
    due = !csm_is_nil(at) && csm_value_int(at) <= csm_now(ctx);
    if (due && csm_str_is(state, "approved"))
        return csm_transition_run(ctx, rec, "publish", NULL);
    return due && csm_str_is(state, "published") ? csm_transition_run(ctx, rec, "expire", NULL) : CSM_OK;
}

/* ---- the audience ---- */

static csm_status add_lists(csm_ctx *ctx, const char *member, csm_value who, csm_value *lists)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    if (who.type == CSM_T_LIST && who.count == 0)
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, member, &q));
    csm_query_where(ctx, q, "recipient", who.type == CSM_T_LIST ? CSM_OP_IN : CSM_OP_EQ, who);
    csm_query_where(ctx, q, "active_communication", CSM_OP_EQ, csm_bool(true));
    csm_query_limit(ctx, q, LISTS_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = csm_list_add(ctx, lists, csm_record_value(ctx, row, "list"))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

/* A list of accounts addresses all who stand for them. */
csm_status my_recipient_lists(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_value accounts, consumers, me = csm_id_value(user);

    *out = csm_list(NULL, 0);
    if (csm_id_is_none(user))
        return CSM_OK;
    CSM_TRY(csm_caller_get_value(ctx, "contact_accounts", &accounts));
    CSM_TRY(csm_caller_get_value(ctx, "my_consumer", &consumers));
    CSM_TRY(add_lists(ctx, "sn_publications_recipientslist_account_m2m", accounts, out));
    CSM_TRY(add_lists(ctx, "sn_publications_publication_contact_m2m", me, out));
    CSM_TRY(add_lists(ctx, "sn_publications_recipientslist_consumer_m2m", consumers, out));
    return add_lists(ctx, "sn_publications_recipientslist_user_m2m", me, out);
}
