/* Who may do what, from both sides: for each person of the fixture and each table what get, list, count, insert, update and
 * delete answer for a row of his side and for a foreign one. */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define NAME_BYTES 512

/* The letters of one cell: R reads the near row, r the far one; C makes a near row, c a far one; W changes it as an employee
 * would, w as a customer would; D deletes it. */
static const char *const roles[] = { "adam", "mia", "ann", "cora", "tim", "ivy", "vera", "pat", "cass", "dora", "quin", "quest", "joe" };
enum { ROLES = sizeof(roles) / sizeof(roles[0]) };

#define ALL "CcRrWwD"

typedef struct subject {
    const char *name, *table;
    const char *update, *say; /* say NULL: customers change nothing of it */
    const char *cells[ROLES];
} subject;

static const subject subjects[] = {
    { "account", "customer_account", "'phone':'1'", NULL,
      { "CcRrWD", "CcRrWD", "Rr", "", "", "", "", "R", "R", "R", "", "", "" } },
    { "contact", "customer_contact", "'title':'t'", NULL,
      { "CcRrWD", "CcRrWD", "Rr", "", "", "", "", "R", "R", "CRW", "", "", "" } },
    { "consumer", "csm_consumer", "'gender':'x'", "'preferred_language':'en'",
      { "CcRrWwD", "CcRrWw", "", "CcRrWw", "", "", "", "", "", "", "", "", "Rw" } },
    { "household", "csm_household", "'phone':'1'", NULL,
      { "CcRrWD", "CcRrW", "", "Rr", "", "", "", "", "", "", "", "", "R" } },
    { "address", "cmn_location", "'street':'t'", NULL,
      { "CcRrWD", "CcRrWD", "Rr", "", "", "", "", "R", "R", "R", "", "", "" } },
    { "case of an account", CASE, "'priority':3", "'comments':'hello'",
      { ALL, ALL, ALL, "", "", "", "Rr", "CRw", "CRw", "CRw", "", "", "" } },
    { "case of a consumer", CASE, "'priority':3", "'comments':'hello'",
      { ALL, ALL, "", ALL, "", "", "Rr", "", "", "", "", "", "CRw" } },
    { "case task", "sn_customerservice_task", "'priority':3", "'comments':'hello'",
      { ALL, ALL, ALL, "", "", "", "", "Rw", "Rw", "Rw", "", "", "" } },
    { "related party", "sn_customerservice_related_party", "'order':3", NULL,
      { "CcRrWD", "CcRrW", "CcRrW", "", "", "", "Rr", "R", "R", "R", "", "", "" } },
    { "asset", "alm_asset", "'serial_number':'1'", NULL,
      { "CcRrWD", "CcRrW", "Rr", "Rr", "", "", "", "R", "R", "R", "", "", "" } },
    { "model", "cmdb_model", "'model_number':'1'", NULL,
      { "CcRrWD", "Rr", "Rr", "Rr", "", "", "", "Rr", "Rr", "Rr", "Rr", "Rr", "Rr" } },
    { "contract", "ast_contract", "'vendor_contract':'1'", NULL,
      { "CcRrWD", "CcRrW", "Rr", "Rr", "", "", "", "R", "R", "R", "", "", "" } },
    { "entitlement", "service_entitlement", "'channel':'web'", NULL,
      { "CcRrWD", "CcRrW", "Rr", "Rr", "", "", "", "R", "R", "R", "", "", "" } },
    { "responsibility", "sn_customerservice_responsibility_def", "'description':'d'", NULL,
      { "CcRrWD", "Rr", "Rr", "Rr", "", "", "", "", "", "", "", "", "" } },
    { "relationship type", "sn_customerservice_account_relationship_type", "'relationship':'d'", NULL,
      { "CcRrWD", "Rr", "Rr", "Rr", "", "", "", "", "", "", "", "", "" } },
    { "contact relationship", "sn_customerservice_contact_relationship", "'order':3", NULL,
      { "CcRrWD", "CcRrWD", "Rr", "Rr", "", "", "", "", "", "", "", "", "" } },
    { "team member", "sn_customerservice_team_member", "'order':3", NULL,
      { "CcRrWD", "CcRrWD", "Rr", "Rr", "", "", "", "", "", "", "", "", "" } },
    { "mail", "sys_email", "'subject':'t'", NULL, { "CcRrWD", "", "", "", "", "", "", "", "", "", "", "", "" } },
    { "property", "sys_properties", "'value':'t'", NULL, { "CcRrWD", "", "", "", "", "", "", "", "", "", "", "", "" } },
    { "survey", "asmt_assessment_instance", "'taken_on':'2026-01-01T00:00:00Z'", "'score':'4'",
      { "CcRrWwD", "Rr", "Rr", "", "", "", "", "Rw", "", "", "", "", "" } },
};

/* ---- rows to try on ---- */

static int serial;

static const char *case_of(people *p, bool far)
{
    return csm_tk_insert(p->tk, CASE, "{'short_description':'of a row','account':'%s','contact':'%s'}", far ? p->X : p->P,
                         far ? p->xena : p->pat);
}

static void party_values(people *p, bool far, char *out)
{
    (void)snprintf(out, NAME_BYTES, "'case':'%s','type':'%s','contact':'%s'", case_of(p, far),
                   people_shipped(p, "sn_customerservice_related_party_configuration", "Listed Contact"),
                   far ? p->xena : p->pam);
}

static void relation_values(people *p, bool far, char *out)
{
    const char *contact = csm_tk_insert(p->tk, "customer_contact", "{'first_name':'Tied','last_name':'%d','account':'%s'}", serial,
                                        far ? p->Q : p->S1);

    (void)snprintf(out, NAME_BYTES, "'company':'%s','contact':'%s','responsibility':'%s'", far ? p->C : p->P, contact,
                   people_shipped(p, "sn_customerservice_responsibility_def", "Asset Contact"));
}

static void member_values(people *p, bool far, char *out)
{
    const char *user = csm_tk_insert(p->tk, "sys_user", "{'first_name':'Member','last_name':'%d'}", serial);

    (void)snprintf(out, NAME_BYTES, "'account':'%s','user':'%s','responsibility':'%s'", far ? p->X : p->P, user,
                   people_shipped(p, "sn_customerservice_responsibility_def", "Preferred Technician"));
}

/* Values of a new row of the subject, near or far. As the local administrator. */
static void values_of(people *p, const subject *s, bool far, char *out)
{
    const char *account = far ? p->X : p->P, *consumer = far ? p->jane : p->joe;

    serial++;
    if (strcmp(s->name, "contact") == 0)
        (void)snprintf(out, NAME_BYTES, "'first_name':'Try','last_name':'%d','account':'%s'", serial, account);
    else if (strcmp(s->name, "consumer") == 0)
        (void)snprintf(out, NAME_BYTES, "'first_name':'Try','last_name':'%d'", serial);
    else if (strcmp(s->name, "household") == 0)
        (void)snprintf(out, NAME_BYTES, "'name':'House %d','head_of_household':'%s'", serial, consumer);
    else if (strcmp(s->name, "address") == 0)
        (void)snprintf(out, NAME_BYTES, "'street':'Street %d','account':'%s'", serial, account);
    else if (strcmp(s->name, "case of an account") == 0)
        (void)snprintf(out, NAME_BYTES, "'short_description':'try','account':'%s','contact':'%s'", account, far ? p->xena : p->pat);
    else if (strcmp(s->name, "case of a consumer") == 0)
        (void)snprintf(out, NAME_BYTES, "'short_description':'try','consumer':'%s'", consumer);
    else if (strcmp(s->name, "case task") == 0)
        (void)snprintf(out, NAME_BYTES, "'short_description':'t','visible_to_customer':true,'parent_case':'%s'", case_of(p, far));
    else if (strcmp(s->name, "related party") == 0)
        party_values(p, far, out);
    else if (strcmp(s->name, "asset") == 0)
        (void)snprintf(out, NAME_BYTES, "'account':'%s','model':'%s'", account,
                       csm_tk_str(p->tk, csm_tk_first(p->tk, "cmdb_model", "nameISNOTEMPTY"), "sys_id"));
    else if (strcmp(s->name, "contract") == 0)
        (void)snprintf(out, NAME_BYTES, "'account':'%s','starts':'2026-01-01','state':'active'", account);
    else if (strcmp(s->name, "entitlement") == 0)
        (void)snprintf(out, NAME_BYTES, "'account':'%s','name':'E %d'", account, serial);
    else if (strcmp(s->name, "responsibility") == 0)
        (void)snprintf(out, NAME_BYTES, "'name':'Resp %d','type':'contact'", serial);
    else if (strcmp(s->name, "relationship type") == 0)
        (void)snprintf(out, NAME_BYTES, "'name':'Type %d','from_type':'account','to_type':'account','relationship':'a',"
                       "'reverse_relationship':'b'", serial);
    else if (strcmp(s->name, "contact relationship") == 0)
        relation_values(p, far, out);
    else if (strcmp(s->name, "team member") == 0)
        member_values(p, far, out);
    else if (strcmp(s->name, "mail") == 0)
        (void)snprintf(out, NAME_BYTES, "'recipients':'pat@example.com','subject':'s'");
    else if (strcmp(s->name, "survey") == 0)
        (void)snprintf(out, NAME_BYTES, "'task':'%s','user':'%s'", case_of(p, far), far ? p->xena : p->pat);
    else
        (void)snprintf(out, NAME_BYTES, "'name':'%s %d'", s->table, serial);
}

static const char *row_of(people *p, const subject *s, bool far, const char *role)
{
    char values[NAME_BYTES];

    as(p, NULL);
    if (strcmp(s->name, "account") == 0)
        return far ? p->X : p->P;
    if (strcmp(s->name, "consumer") == 0 && strcmp(role, "joe") == 0)
        return far ? p->jane : p->joe;
    values_of(p, s, far, values);
    return csm_tk_insert(p->tk, s->table, "{%s}", values);
}

/* ---- trying ---- */

/* Whether the answer means that the caller has the right (what stands in the way is something else). */
static bool may(csm_status st)
{
    return st == CSM_OK || st == CSM_E_REJECTED || st == CSM_E_EXISTS;
}

static bool sees(people *p, const subject *s, const char *id)
{
    bool seen = csm_tk_sees(p->tk, s->table, id);

    if (!seen)
        csm_tk_hidden(p->tk, s->table, id);
    return seen;
}

static bool makes(people *p, const subject *s, bool far, const char *role)
{
    const csm_value *out;
    char values[NAME_BYTES];

    as(p, NULL);
    values_of(p, s, far, values);
    as(p, role);
    return csm_tk_call(p->tk, &out, "record.insert", "{'table':'%s','values':{%s}}", s->table, values) == CSM_OK;
}

static bool changes(people *p, const subject *s, const char *id, const char *values)
{
    const csm_value *out;

    return values != NULL &&
           may(csm_tk_call(p->tk, &out, "record.update", "{'table':'%s','id':'%s','values':{%s}}", s->table, id, values));
}

static void try(people *p, const subject *s, const char *role, char *cell)
{
    const char *near, *far;
    const csm_value *out;
    char *end = cell;

    near = row_of(p, s, false, role);
    far = row_of(p, s, true, role);
    if (makes(p, s, false, role))
        *end++ = 'C';
    if (makes(p, s, true, role))
        *end++ = 'c';
    as(p, role);
    if (sees(p, s, near))
        *end++ = 'R';
    if (sees(p, s, far))
        *end++ = 'r';
    if (changes(p, s, near, s->update))
        *end++ = 'W';
    if (changes(p, s, near, s->say))
        *end++ = 'w';
    if (may(csm_tk_call(p->tk, &out, "record.delete", "{'table':'%s','id':'%s'}", s->table, near)))
        *end++ = 'D';
    *end = '\0';
}

static void every_role_on_every_table(void **state)
{
    people *p = *state;
    unsigned wrong = 0;

    as(p, NULL);
    (void)csm_tk_insert(p->tk, "cmdb_model", "{'name':'Of the table'}");
    for (size_t t = 0; t < sizeof(subjects) / sizeof(subjects[0]); t++)
        for (size_t r = 0; r < ROLES; r++) {
            char cell[16];

            try(p, &subjects[t], roles[r], cell);
            if (strcmp(cell, subjects[t].cells[r]) != 0) {
                print_error("%s, %s: got \"%s\", wanted \"%s\"\n", subjects[t].name, roles[r], cell, subjects[t].cells[r]);
                wrong++;
            }
        }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(every_role_on_every_table),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
