/* What becomes of a case made from an alert: it lists the affected items, then, by how many accounts they belong to, stays what
 * it is, takes the one account, or becomes a candidate or a major case with its recipients. Source: DOMAIN 4.16.6. */
#include "proactive_ops.h"

#define ACCOUNTS_MAX 1000 /* no threshold is higher */

/* ---- what the run found out ---- */

typedef struct run {
    csm_id id, alert, after;
    csm_value accounts; /* those met, up to the threshold */
    int64_t threshold;
} run;

static run run_of(csm_ctx *ctx, const csm_value *args)
{
    const csm_value *accounts = csm_map_get(args, "accounts");

    return (run){ csm_map_id(args, "case"), csm_map_id(args, "alert"), csm_map_id(args, "after"),
                  accounts != NULL && accounts->type == CSM_T_LIST ? *accounts : csm_list(NULL, 0),
                  csm_property_int(ctx, PROPERTY_THRESHOLD, 2, 1, ACCOUNTS_MAX) };
}

static csm_status run_args(csm_ctx *ctx, const run *r, csm_value *out)
{
    CSM_TRY(id_args(ctx, "case", r->id, out));
    CSM_TRY(csm_map_add(ctx, out, "alert", csm_id_value(r->alert)));
    CSM_TRY(csm_map_add(ctx, out, "after", csm_id_value(r->after)));
    return csm_map_add(ctx, out, "accounts", r->accounts);
}

/* More than one and no fewer than the threshold is all that is asked. */
static csm_status meet_account(csm_ctx *ctx, run *r, csm_id account)
{
    if (csm_id_is_none(account) || (r->accounts.count > 1 && r->accounts.count >= r->threshold))
        return CSM_OK;
    for (uint32_t n = 0; n < r->accounts.count; n++)
        if (csm_id_eq(r->accounts.list[n].id, account))
            return CSM_OK;
    return csm_list_add(ctx, &r->accounts, csm_id_value(account));
}

/* ---- deciding ---- */

static csm_status take_account(csm_ctx *ctx, csm_record *rec, csm_id id)
{
    csm_record *account;

    CSM_TRY(csm_record_get(ctx, "customer_account", id, &account));
    CSM_TRY(csm_record_set_ref(ctx, rec, "account", id));
    CSM_TRY(csm_record_set(ctx, rec, "contact", csm_record_value(ctx, account, "primary_contact")));
    return csm_record_update(ctx, rec);
}

static csm_status raise_case(csm_ctx *ctx, csm_record *rec, csm_str status)
{
    bool accepted = csm_str_is(status, "accepted");
    csm_value args;

    CSM_TRY(csm_record_set(ctx, rec, "major_case_state", csm_text(status)));
    CSM_TRY(csm_record_set(ctx, rec, "work_notes", csm_ctext(accepted ? "Several accounts are affected: a major case"
                                                                      : "Several accounts are affected: proposed as a major case")));
    CSM_TRY(csm_record_update(ctx, rec));
    if (!accepted)
        return CSM_OK;
    CSM_TRY(id_args(ctx, "case", csm_record_id(ctx, rec), &args));
    CSM_TRY(csm_map_add(ctx, &args, "children", csm_bool(true)));
    return start_job(ctx, JOB_LIST, csm_record_id(ctx, rec), NULL, args);
}

static csm_status decide(csm_ctx *ctx, const run *r)
{
    csm_str status = csm_property_text(ctx, PROPERTY_MAJOR, "none");
    csm_record *rec;

    CSM_TRY(csm_record_find(ctx, CASE, r->id, &rec));
    if (rec == NULL || !csm_record_bool(ctx, rec, "active") || !csm_property_is_true(ctx, PROPERTY_FLOW))
        return CSM_OK;
    if (!csm_id_is_none(csm_record_ref(ctx, rec, "account")) || csm_record_text(ctx, rec, "major_case_state").len > 0)
        return CSM_OK; /* somebody was quicker */
    if (r->accounts.count == 1 && csm_property_is_true(ctx, PROPERTY_SINGLE))
        return take_account(ctx, rec, r->accounts.list[0].id);
    if (r->accounts.count < r->threshold || (!csm_str_is(status, "proposed") && !csm_str_is(status, "accepted")))
        return CSM_OK;
    return raise_case(ctx, rec, status);
}

/* Arguments: {case, alert, after?, accounts?}. */
csm_status items_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    run r = run_of(ctx, &args);
    csm_id page[PAGE];
    csm_record *item;
    uint32_t count;

    CSM_TRY(csm_record_find(ctx, CASE, r.id, &item));
    if (item == NULL)
        return CSM_OK;
    CSM_TRY(next_items(ctx, "alert", r.alert, r.after, page, &count));
    for (uint32_t n = 0; n < count; n++) {
        r.after = page[n];
        CSM_TRY(csm_record_find(ctx, ITEM, page[n], &item));
        if (item == NULL)
            continue;
        CSM_TRY(list_item(ctx, "task", r.id, page[n]));
        CSM_TRY(meet_account(ctx, &r, csm_record_ref(ctx, item, "account")));
    }
    *more = count == PAGE;
    return *more ? run_args(ctx, &r, next_args) : decide(ctx, &r);
}

/* ---- the recipients of a major case ---- */

static csm_status make_list(csm_ctx *ctx, csm_record *rec, csm_id *out)
{
    csm_str number = csm_record_text(ctx, rec, "number");
    csm_record *list;
    csm_str name;

    *out = csm_record_ref(ctx, rec, "recipient_list");
    if (!csm_id_is_none(*out))
        return CSM_OK;
    name = csm_printf(ctx, "Accounts affected by %.*s", CSM_STR_FMT(number));
    CSM_TRY(csm_record_create(ctx, LIST, &list));
    CSM_TRY(csm_record_set_text(ctx, list, "name", name));
    CSM_TRY(csm_record_set(ctx, list, "type", csm_ctext("accounts")));
    CSM_TRY(csm_record_insert(ctx, list));
    *out = csm_record_id(ctx, list);
    CSM_TRY(csm_record_set_ref(ctx, rec, "recipient_list", *out));
    return csm_record_update(ctx, rec);
}

static csm_status start_children(csm_ctx *ctx, csm_record *rec)
{
    csm_value args;

    CSM_TRY(csm_record_set_bool(ctx, rec, "child_case_creation_progress", true));
    CSM_TRY(csm_record_update(ctx, rec));
    CSM_TRY(id_args(ctx, "case", csm_record_id(ctx, rec), &args));
    return start_job(ctx, JOB_CHILDREN, csm_record_id(ctx, rec), NULL, args);
}

/* Arguments: {case, children: whether child cases follow, after?}. */
csm_status list_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_value *follow = csm_map_get(&args, "children");
    csm_id id = csm_map_id(&args, "case"), after = csm_map_id(&args, "after"), list, account, page[PAGE];
    bool children = follow != NULL && csm_value_bool(*follow);
    csm_record *rec, *item;
    uint32_t count;

    CSM_TRY(csm_record_find(ctx, CASE, id, &rec));
    if (rec == NULL || !csm_str_is(csm_record_text(ctx, rec, "major_case_state"), "accepted"))
        return CSM_OK;
    CSM_TRY(make_list(ctx, rec, &list));
    CSM_TRY(next_items(ctx, "task", id, after, page, &count));
    for (uint32_t n = 0; n < count; n++) {
        after = page[n];
        CSM_TRY(csm_record_find(ctx, ITEM, page[n], &item));
        account = item != NULL ? csm_record_ref(ctx, item, "account") : csm_nil().id;
        if (!csm_id_is_none(account))
            CSM_TRY(csm_record_tie(ctx, LIST_ACCOUNT, "list", list, "recipient", account));
    }
    *more = count == PAGE;
    if (!*more)
        return children ? start_children(ctx, rec) : CSM_OK;
    CSM_TRY(id_args(ctx, "case", id, next_args));
    CSM_TRY(csm_map_add(ctx, next_args, "children", csm_bool(children)));
    return csm_map_add(ctx, next_args, "after", csm_id_value(after));
}

/* A manager approved a candidate made from an alert: its recipients are known; when children are made is his choice. */
csm_status candidate_accepted(csm_ctx *ctx, csm_change *ch)
{
    csm_value args;

    if (csm_change_get_op(ctx, ch) != CSM_UPDATING || !csm_str_is(csm_change_old_text(ctx, ch, "major_case_state"), "proposed"))
        return CSM_OK;
    CSM_TRY(id_args(ctx, "case", csm_change_id(ctx, ch), &args));
    return start_job(ctx, JOB_LIST, csm_change_id(ctx, ch), NULL, args);
}
