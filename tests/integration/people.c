/* Making the people, and what tests often ask of them. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- making them ---- */

static const char *account(people *p, const char *name, const char *parent, bool partner)
{
    char above[64] = "";

    if (parent != NULL)
        (void)snprintf(above, sizeof(above), ",'account_parent':'%s'", parent);
    return csm_tk_insert(p->tk, "customer_account", "{'name':'Account %s','customer':%s,'partner':%s%s}", name,
                         partner ? "false" : "true", partner ? "true" : "false", above);
}

static const char *contact(people *p, const char *name, const char *account_id, const char *role)
{
    const char *id = csm_tk_insert(p->tk, "customer_contact",
                                   "{'user_name':'%s','first_name':'%s','last_name':'Contact','email':'%s@example.com',"
                                   "'account':'%s'}", name, name, name, account_id);

    csm_tk_grant(p->tk, id, role);
    return id;
}

static const char *consumer(people *p, const char *name, const char **user)
{
    const char *id = csm_tk_insert(p->tk, "csm_consumer", "{'first_name':'%s','last_name':'Consumer',"
                                   "'email':'%s@example.com'}", name, name);

    *user = csm_tk_insert(p->tk, "csm_consumer_user", "{'user_name':'%s','first_name':'%s','last_name':'Consumer',"
                          "'email':'%s@example.com','consumer':'%s'}", name, name, name, id);
    (void)csm_tk_update(p->tk, "csm_consumer", id, "{'user':'%s'}", *user);
    return id;
}

static void make_accounts(people *p)
{
    p->P = account(p, "P", NULL, false);
    p->S1 = account(p, "S1", p->P, false);
    p->S2 = account(p, "S2", p->P, false);
    p->S1a = account(p, "S1a", p->S1, false);
    p->Q = account(p, "Q", NULL, true);
    p->C = account(p, "C", NULL, false);
    p->X = account(p, "X", NULL, false);
    p->serves = csm_tk_insert(p->tk, "account_relationship",
                              "{'from_company':'%s','to_company':'%s','relationship_type':'%s'}", p->Q, p->C,
                              people_shipped(p, "sn_customerservice_account_relationship_type", "Service Provider"));
}

static void make_employees(people *p)
{
    p->adam = csm_tk_user(p->tk, "adam", "admin");
    p->mia = csm_tk_user(p->tk, "mia", "sn_customerservice_manager");
    p->ann = csm_tk_user(p->tk, "ann", "sn_customerservice_agent");
    p->abe = csm_tk_user(p->tk, "abe", "sn_customerservice_agent");
    p->cora = csm_tk_user(p->tk, "cora", "sn_customerservice.consumer_agent");
    p->tim = csm_tk_user(p->tk, "tim", "itil");
    p->ivy = csm_tk_user(p->tk, "ivy", "snc_internal");
    p->vera = csm_tk_user(p->tk, "vera", "sn_customerservice.case_viewer");
    p->desk = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Desk'}");
    (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", p->ann, p->desk);
}

static void make_customers(people *p)
{
    p->pat = contact(p, "pat", p->P, NULL);
    p->pam = contact(p, "pam", p->P, NULL);
    p->cass = contact(p, "cass", p->P, "sn_customerservice.customer_case_manager");
    p->dora = contact(p, "dora", p->P, "sn_customerservice.customer_admin");
    p->sam = contact(p, "sam", p->S1, NULL);
    p->sid = contact(p, "sid", p->S1, "sn_customerservice.customer_admin");
    p->sue = contact(p, "sue", p->S1a, NULL);
    p->quin = contact(p, "quin", p->Q, "sn_customerservice.partner");
    p->quest = contact(p, "quest", p->Q, "sn_customerservice.partner_admin");
    p->carl = contact(p, "carl", p->C, NULL);
    p->xena = contact(p, "xena", p->X, NULL);
    p->joe = consumer(p, "joe", &p->joe_user);
    p->jane = consumer(p, "jane", &p->jane_user);
}

people *people_start(const char *plugins)
{
    people *p = calloc(1, sizeof(*p));

    assert_non_null(p);
    p->tk = csm_tk_start(plugins, 0);
    make_accounts(p);
    make_employees(p);
    make_customers(p);
    return p;
}

void people_stop(people *p)
{
    if (p == NULL)
        return;
    csm_tk_stop(p->tk);
    free(p);
}

int people_setup(void **state)
{
    *state = people_start("customer_service");
    return 0;
}

int people_teardown(void **state)
{
    people_stop(*state);
    return 0;
}

int people_each(void **state)
{
    as(*state, "ann");
    return 0;
}

void people_noon(people *p)
{
    const char *now = csm_tk_str(p->tk, csm_tk_ok(p->tk, "server.ping", "{}"), "time");
    int hour, minute, second, since;

    assert_int_equal(sscanf(now, "%*d-%*d-%*dT%d:%d:%d", &hour, &minute, &second), 3);
    since = ((hour + 12) % 24 * 60 + minute) * 60 + second;
    csm_tk_advance(p->tk, CSM_DAY - since * CSM_SECOND);
}

/* ---- asking ---- */

void as(people *p, const char *user_name)
{
    p->who = user_name;
    csm_tk_as(p->tk, user_name);
}

const char *people_shipped(people *p, const char *table, const char *name)
{
    return csm_tk_str(p->tk, csm_tk_first(p->tk, table, "name=%s", name), "sys_id");
}

const csm_value *people_row(people *p, const char *table, const char *id)
{
    const char *before = p->who;
    const csm_value *rec;

    as(p, "adam");
    rec = csm_tk_get(p->tk, table, id);
    as(p, before);
    return rec;
}

const char *people_said(people *p, const char *table, const char *id, const char *journal)
{
    const csm_value *entries = csm_tk_at(p->tk, people_row(p, table, id), journal);
    char text[16384] = "";

    for (uint32_t n = 0; n < entries->count && strlen(text) < 15000; n++)
        strncat(strncat(text, csm_tk_str(p->tk, &entries->list[n], "text"), 1000), "|", 2);
    return csm_tk_keep_text(p->tk, csm_str_of(text));
}

unsigned people_told(people *p, const char *table, const char *id, const char *journal, const char *part)
{
    const csm_value *entries = csm_tk_at(p->tk, people_row(p, table, id), journal);
    unsigned found = 0;

    for (uint32_t n = 0; n < entries->count; n++)
        found += strstr(csm_tk_str(p->tk, &entries->list[n], "text"), part) != NULL;
    return found;
}

const char *people_list(people *p, const char *table, const char *query, const char *field)
{
    const csm_value *rows = csm_tk_rows(p->tk, table, "%s", query);
    char *text = calloc(1, 65536);
    size_t len = 0;
    const char *kept;

    assert_non_null(text);
    for (uint32_t n = 0; n < rows->count && len < 65000; n++)
        len += (size_t)snprintf(text + len, 65536 - len, "%s%s", n > 0 ? " " : "", csm_tk_str(p->tk, &rows->list[n], field));
    kept = csm_tk_keep_text(p->tk, (csm_str){ text, len });
    free(text);
    return kept;
}

bool people_has(people *p, const char *table, const char *query, const char *id)
{
    return strstr(people_list(p, table, query, "sys_id"), id) != NULL;
}

void people_set_property(people *p, const char *name, const char *value)
{
    const csm_value *rows;
    const char *before = p->who;

    as(p, NULL);
    rows = csm_tk_rows(p->tk, "sys_properties", "name=%s", name);
    if (rows->count == 0)
        (void)csm_tk_insert(p->tk, "sys_properties", "{'name':'%s','value':'%s'}", name, value);
    else
        (void)csm_tk_update(p->tk, "sys_properties", csm_tk_str(p->tk, rows, "0.sys_id"), "{'value':'%s'}", value);
    as(p, before);
}

int64_t people_mails(people *p, const char *to, const char *subject_part)
{
    const char *before = p->who;
    int64_t count;

    csm_tk_settle(p->tk);
    as(p, NULL);
    count = csm_tk_count(p->tk, "sys_email", "recipientsLIKE%s@example.com^subjectLIKE%s", to, subject_part);
    as(p, before);
    return count;
}

/* ---- cases ---- */

const char *people_case(people *p, const char *title)
{
    const char *before = p->who, *id;

    as(p, "ann");
    id = csm_tk_insert(p->tk, "sn_customerservice_case", "{'short_description':'%s','contact':'%s'}", title, p->pat);
    as(p, before);
    return id;
}

const csm_value *people_do(people *p, const char *method, const char *id)
{
    return csm_tk_ok(p->tk, method, "{'id':'%s'}", id);
}

const char *people_case_in(people *p, int state)
{
    const char *before = p->who, *id = people_case(p, "in a state");

    as(p, "ann");
    (void)people_do(p, "case.assign_to_me", id);
    if (state == 18)
        (void)csm_tk_ok(p->tk, "case.request_info", "{'id':'%s','comments':'which model is it?'}", id);
    if (state == 7)
        (void)csm_tk_ok(p->tk, "case.cancel", "{'id':'%s','work_notes':'twice'}", id);
    if (state == 6 || state == 3)
        (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_fixed_by_support',"
                        "'close_notes':'switched it on'}", id);
    if (state == 3) {
        as(p, "pat");
        (void)people_do(p, "case.accept_solution", id);
    }
    as(p, before);
    return id;
}
