/* Repair of rows that came in with rules off: codes and paths of accounts, roles and companies of contacts. Comes in pages,
 * each a transaction of its own. */
#include "customer_base.h"

#define PAGE 200u

/* An account's path needs its parent's, so a parent without one comes first. */
static csm_status repair_account(csm_ctx *ctx, csm_id id, uint32_t depth)
{
    csm_record *account;
    csm_str code;
    bool changed = false;

    CSM_TRY(csm_record_find(ctx, "customer_account", id, &account));
    if (account == NULL || depth > 64)
        return CSM_OK;
    CSM_TRY(repair_account(ctx, csm_record_ref(ctx, account, "account_parent"), depth + 1));
    if (!csm_record_bool(ctx, account, "customer") && !csm_record_bool(ctx, account, "partner")) {
        CSM_TRY(csm_record_set_bool(ctx, account, "customer", true));
        changed = true;
    }
    if (csm_record_text(ctx, account, "account_code").len == 0) {
        CSM_TRY(account_next_code(ctx, &code));
        CSM_TRY(csm_record_set_text(ctx, account, "account_code", code));
        changed = true;
    }
    return changed ? csm_record_update(ctx, account) : CSM_OK;
}

static csm_status repair_contact(csm_ctx *ctx, csm_id id)
{
    csm_record *contact;

    CSM_TRY(csm_record_find(ctx, "customer_contact", id, &contact));
    if (contact == NULL)
        return CSM_OK;
    CSM_TRY(contact_grant(ctx, id, csm_record_text(ctx, contact, "user_name").len > 0));
    if (csm_id_eq(csm_record_ref(ctx, contact, "company"), csm_record_ref(ctx, contact, "account")))
        return CSM_OK;
    CSM_TRY(csm_record_set_ref(ctx, contact, "company", csm_record_ref(ctx, contact, "account")));
    return csm_record_update(ctx, contact);
}

/* One page of the table beyond @p after, in the order of ids; *last is none at the end. */
static csm_status repair_page(csm_ctx *ctx, const char *table, csm_id after, csm_id *last)
{
    csm_value page = csm_list(NULL, 0);
    csm_query *q;
    csm_record *row;
    csm_status st;

    *last = (csm_id){ { 0 } };
    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_page(ctx, q, "sys_id", after, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = csm_list_add_id(ctx, &page, csm_record_id(ctx, row))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    CSM_TRY(st);
    for (uint32_t n = 0; n < page.count; n++)
        CSM_TRY(strcmp(table, "customer_account") == 0 ? repair_account(ctx, page.list[n].id, 0)
                                                        : repair_contact(ctx, page.list[n].id));
    if (page.count == PAGE)
        *last = page.list[page.count - 1].id;
    return CSM_OK;
}

/* Arguments: {table, after}; none: from the start. */
csm_status repair_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_value *stage = csm_map_get(&args, "table");
    bool contacts = stage != NULL && csm_str_is(csm_value_text(*stage), "customer_contact");
    csm_id last;

    CSM_TRY(repair_page(ctx, contacts ? "customer_contact" : "customer_account", csm_map_id(&args, "after"), &last));
    *more = !csm_id_is_none(last) || !contacts;
    if (!*more)
        return CSM_OK;
    contacts = contacts || csm_id_is_none(last);
    *next_args = csm_map(NULL, 0);
    CSM_TRY(csm_map_add(ctx, next_args, "table", csm_ctext(contacts ? "customer_contact" : "customer_account")));
    return csm_id_is_none(last) ? CSM_OK : csm_map_add(ctx, next_args, "after", csm_id_value(last));
}

csm_status repair_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    (void)in;
    CSM_TRY(csm_job_start(ctx, "account.repair", "on demand", csm_now(ctx), csm_nil()));
    return csm_reply_value(ctx, out, csm_bool(true));
}
