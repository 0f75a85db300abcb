/* A child case for each recipient of the list who is addressed and has none. A job, in pages: each page is a transaction that
 * also stores how far it came, so that whatever ends the server in between, each recipient gets one case. Other plugins start
 * the job themselves, see README. Source: DOMAIN 4.11. */
#include "major_issue.h"

#define PAGE 20u
#define REFUSED_BYTES 8000u /* of the notes about those who could not be given a case */
#define ACCOUNTS "sn_publications_recipientslist_account_m2m"
#define CONSUMERS "sn_publications_recipientslist_consumer_m2m"

/* What the pages of one run hand on to each other. */
typedef struct run {
    csm_id major;
    csm_id by;         /* who began it; none: nobody in particular */
    csm_str comments;  /* for the customers */
    csm_id after;      /* recipient of the last page */
    int64_t made, had; /* recipients who got a case, and who had one */
    csm_str refused;   /* who could not be given one, and why */
} run;

static csm_status begin(csm_ctx *ctx, void *arg)
{
    const run *r = arg;
    csm_value args = csm_map(NULL, 0);
    csm_str key = csm_id_text(ctx, r->major);
    csm_record *major;

    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_get(ctx, CASE, r->major, &major));
    CSM_TRY(csm_record_set_bool(ctx, major, "child_case_creation_progress", true));
    CSM_TRY(csm_record_update(ctx, major));
    CSM_TRY(csm_map_add(ctx, &args, "case", csm_id_value(r->major)));
    CSM_TRY(csm_map_add(ctx, &args, "by", csm_id_value(r->by)));
    CSM_TRY(csm_map_add(ctx, &args, "comments", csm_text(r->comments)));
    return csm_job_start(ctx, JOB_CREATE, key.ptr, csm_now(ctx), args);
}

/* A run that was given up after too many failures is begun again: it passes over those who have a case. */
static csm_status is_running(csm_ctx *ctx, const csm_record *major, bool *out)
{
    csm_str key = csm_id_text(ctx, csm_record_id(ctx, major));

    *out = csm_record_bool(ctx, major, "child_case_creation_progress");
    if (!*out)
        return CSM_OK;
    return key.ptr != NULL ? csm_job_waits(ctx, JOB_CREATE, key.ptr, out) : CSM_E_NOMEM;
}

csm_status create_children_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    run r = { .major = csm_arg_id(ctx, in, 0), .by = csm_caller_user(ctx), .comments = csm_arg_text(ctx, in, 1) };
    csm_record *major;
    bool running;

    CSM_TRY(csm_record_get_open(ctx, CASE, r.major, &major));
    if (!is_in_state(ctx, major, "accepted"))
        return csm_fail(ctx, CSM_E_STATE, "the case is no major case");
    if (csm_is_nil(csm_record_value(ctx, major, "recipient_list")))
        return csm_fail_field(ctx, CSM_E_STATE, "recipient_list", "the major case has no list of affected customers");
    CSM_TRY(is_running(ctx, major, &running));
    if (running)
        return csm_fail(ctx, CSM_E_STATE, "child cases are being made already");
    CSM_TRY(csm_as_plugin(ctx, begin, &r));
    CSM_TRY(csm_record_get(ctx, CASE, r.major, &major));
    return csm_reply_record(ctx, out, major);
}

/* ---- one child ---- */

typedef struct child {
    const run *of;
    const csm_record *major;
    bool account; /* else a consumer */
    csm_id recipient;
} child;

static csm_status has_child(csm_ctx *ctx, const child *c, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, CASE, &q));
    csm_query_where(ctx, q, "parent", CSM_OP_EQ, csm_id_value(c->of->major));
    csm_query_where(ctx, q, c->account ? "account" : "consumer", CSM_OP_EQ, csm_id_value(c->recipient));
    return csm_query_any(ctx, q, out);
}

/* What is kept in step later is alike from the beginning; states, notes and talk begin with the child. */
static csm_status set_synced(csm_ctx *ctx, const csm_record *major, csm_record *rec)
{
    static const csm_str own = CSM_STR_INIT("state,comments,work_notes,close_notes,resolution_code");
    csm_str names = csm_property_text(ctx, PROPERTY_FIELDS, FIELDS_DEFAULT), next, name;

    while (csm_names_next(&names, &next)) {
        name = csm_str_copy(ctx, next);
        if (name.ptr == NULL)
            return CSM_E_NOMEM;
        if (csm_table_has_field(ctx, CASE, name.ptr) && !csm_names_have(own, name))
            CSM_TRY(csm_record_set(ctx, rec, name.ptr, csm_record_value(ctx, major, name.ptr)));
    }
    return CSM_OK;
}

static csm_status set_customer(csm_ctx *ctx, const child *c, csm_record *rec)
{
    csm_record *account;
    csm_value contact;

    if (!c->account)
        return csm_record_set_ref(ctx, rec, "consumer", c->recipient);
    CSM_TRY(csm_record_set_ref(ctx, rec, "account", c->recipient));
    CSM_TRY(csm_record_get(ctx, "customer_account", c->recipient, &account));
    contact = csm_record_value(ctx, account, "primary_contact");
    if (csm_is_nil(contact))
        return CSM_OK;
    CSM_TRY(csm_record_set(ctx, rec, "contact", contact));
    return csm_record_set(ctx, rec, "watch_list", csm_list(&contact, 1));
}

static csm_status make_child(csm_ctx *ctx, void *arg)
{
    const child *c = arg;
    csm_record *rec;

    CSM_TRY(csm_record_create(ctx, CASE, &rec));
    CSM_TRY(csm_record_set_ref(ctx, rec, "parent", c->of->major));
    CSM_TRY(csm_record_set(ctx, rec, "short_description", csm_record_value(ctx, c->major, "short_description")));
    CSM_TRY(set_synced(ctx, c->major, rec));
    CSM_TRY(set_customer(ctx, c, rec));
    CSM_TRY(csm_record_set_bool(ctx, rec, "proactive", true));
    CSM_TRY(csm_record_set_bool(ctx, rec, "child_case_creation_progress", true));
    if (!csm_id_is_none(c->of->by))
        CSM_TRY(csm_record_set_ref(ctx, rec, "opened_by", c->of->by));
    if (c->of->comments.len > 0)
        CSM_TRY(csm_record_set_text(ctx, rec, "comments", c->of->comments));
    CSM_TRY(ask_child(ctx, c->of->major, c->account ? "customer_account" : "csm_consumer", c->recipient, rec));
    return csm_record_insert(ctx, rec);
}

/* ---- a page ---- */

/* Those addressed among the next recipients in their order; *more when there may be others behind them. */
static csm_status next_recipients(csm_ctx *ctx, const char *member, csm_id list, run *r, csm_id *page, uint32_t *count, bool *more)
{
    uint32_t seen = 0;
    csm_query *q;
    csm_record *row;
    csm_status st;

    *count = 0;
    CSM_TRY(csm_query_open(ctx, member, &q));
    csm_query_where(ctx, q, "list", CSM_OP_EQ, csm_id_value(list));
    if (!csm_id_is_none(r->after))
        csm_query_where(ctx, q, "recipient", CSM_OP_GT, csm_id_value(r->after));
    csm_query_order(ctx, q, "recipient", CSM_ASC);
    csm_query_limit(ctx, q, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && seen < PAGE) {
        seen++;
        r->after = csm_record_ref(ctx, row, "recipient");
        if (csm_record_bool(ctx, row, "active_communication"))
            page[(*count)++] = r->after;
    }
    csm_query_close(ctx, q);
    *more = seen == PAGE;
    return st;
}

static csm_status note_refusal(csm_ctx *ctx, run *r, const child *c, csm_str why)
{
    csm_record *who;

    if (r->refused.len > REFUSED_BYTES)
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, c->account ? "customer_account" : "csm_consumer", c->recipient, &who));
    r->refused = csm_printf(ctx, "%.*sno case for %.*s: %.*s\n", CSM_STR_FMT(r->refused),
                            CSM_STR_FMT(who != NULL ? csm_record_text(ctx, who, "name") : CSM_STR("one who is gone")), CSM_STR_FMT(why));
    return r->refused.ptr != NULL ? CSM_OK : CSM_E_NOMEM;
}

static csm_status lock(csm_ctx *ctx, csm_record *list)
{
    if (csm_record_bool(ctx, list, "locked"))
        return CSM_OK;
    CSM_TRY(csm_record_set_bool(ctx, list, "locked", true));
    return csm_record_update(ctx, list);
}

/* One who cannot be given a case is named in the notes and does not hinder the others. */
static csm_status run_page(csm_ctx *ctx, run *r, const csm_record *major, bool *more)
{
    child c = { .of = r, .major = major };
    csm_id page[PAGE];
    csm_record *list;
    uint32_t count;

    CSM_TRY(csm_record_get(ctx, LIST, csm_record_ref(ctx, major, "recipient_list"), &list));
    CSM_TRY(lock(ctx, list));
    c.account = csm_str_is(csm_record_text(ctx, list, "type"), "accounts");
    CSM_TRY(next_recipients(ctx, c.account ? ACCOUNTS : CONSUMERS, csm_record_id(ctx, list), r, page, &count, more));
    for (uint32_t n = 0; n < count; n++) {
        csm_failure failure;
        bool there;

        c.recipient = page[n];
        CSM_TRY(has_child(ctx, &c, &there));
        r->had += there;
        if (there)
            continue;
        CSM_TRY(csm_savepoint_attempt(ctx, make_child, &c, &failure));
        r->made += failure.code == CSM_OK;
        if (failure.code != CSM_OK)
            CSM_TRY(note_refusal(ctx, r, &c, failure.message));
    }
    return CSM_OK;
}

/* Notes are made at the end, together with what says that it is one of ours: such go to no child. */
static csm_status show_progress(csm_ctx *ctx, csm_record *major, const run *r, int64_t made, bool more)
{
    csm_str note;

    CSM_TRY(csm_record_set_int(ctx, major, "child_case_count", csm_record_int(ctx, major, "child_case_count") + made));
    CSM_TRY(csm_record_set_bool(ctx, major, "child_case_creation_progress", more));
    if (!more) {
        note = csm_printf(ctx, "%.*s%lld child cases created, %lld recipients had one", CSM_STR_FMT(r->refused), (long long)r->made,
                          (long long)r->had);
        if (note.ptr == NULL)
            return CSM_E_NOMEM;
        CSM_TRY(csm_record_set_text(ctx, major, "work_notes", note));
    }
    return csm_record_update(ctx, major);
}

static int64_t int_of(const csm_value *args, const char *key)
{
    const csm_value *value = csm_map_get(args, key);

    return value != NULL ? csm_value_int(*value) : 0;
}

static csm_str text_of(const csm_value *args, const char *key)
{
    const csm_value *value = csm_map_get(args, key);

    return value != NULL ? csm_value_text(*value) : CSM_STR("");
}

static csm_status next_page(csm_ctx *ctx, const run *r, csm_value *args)
{
    *args = csm_map(NULL, 0);
    CSM_TRY(csm_map_add(ctx, args, "case", csm_id_value(r->major)));
    CSM_TRY(csm_map_add(ctx, args, "by", csm_id_value(r->by)));
    CSM_TRY(csm_map_add(ctx, args, "comments", csm_text(r->comments)));
    CSM_TRY(csm_map_add(ctx, args, "after", csm_id_value(r->after)));
    CSM_TRY(csm_map_add(ctx, args, "made", csm_int(r->made)));
    CSM_TRY(csm_map_add(ctx, args, "had", csm_int(r->had)));
    return csm_map_add(ctx, args, "refused", csm_text(r->refused));
}

/* Arguments: {case, comments?, by?}, and on later pages {after, made, had, refused}. */
csm_status create_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    run r = { .major = csm_map_id(&args, "case"), .by = csm_map_id(&args, "by"), .after = csm_map_id(&args, "after"),
              .comments = text_of(&args, "comments"), .made = int_of(&args, "made"), .had = int_of(&args, "had"),
              .refused = text_of(&args, "refused") };
    int64_t before = r.made;
    csm_record *major;

    CSM_TRY(csm_record_find(ctx, CASE, r.major, &major));
    if (major == NULL)
        return CSM_OK;
    if (!is_in_state(ctx, major, "accepted") || !csm_record_bool(ctx, major, "active") ||
        csm_is_nil(csm_record_value(ctx, major, "recipient_list")))
        return show_progress(ctx, major, &r, 0, false); /* ended meanwhile */
    CSM_TRY(run_page(ctx, &r, major, more));
    CSM_TRY(show_progress(ctx, major, &r, r.made - before, *more));
    return *more ? next_page(ctx, &r, next_args) : CSM_OK;
}
