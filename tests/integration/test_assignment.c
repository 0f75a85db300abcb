/* Acceptance of assignment rules (items 202, 203, 250). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define RULE "sysrule_assignment"

static const char *second_line;

static int setup(void **state)
{
    people *p = people_start("service_management,assignment");

    *state = p;
    (void)csm_tk_user(p->tk, "sol", "sn_customerservice_agent,sn_incident_write");
    (void)csm_tk_user(p->tk, "rae", "assignment_rule_admin");
    second_line = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Second line'}");
    return 0;
}

static const char *product(people *p, const char *name)
{
    const char *before = p->who, *id;

    as(p, "adam");
    id = csm_tk_insert(p->tk, "cmdb_model", "{'name':'%s'}", name);
    as(p, before);
    return id;
}

/* Written by an administrator: rae keeps rules, but reads no products. */
static const char *rule(people *p, const char *values, const char *product_id)
{
    const char *before = p->who, *id;

    as(p, "adam");
    id = csm_tk_insert(p->tk, RULE, "{'name':'r','table':'" CASE "','condition':'product=%s',%s}", product_id, values);
    as(p, before);
    return id;
}

static const char *group_values(const char *group, const char *more)
{
    static char text[128];

    (void)snprintf(text, sizeof(text), "'group':'%s'%s", group, more);
    return text;
}

static const csm_value *case_of(people *p, const char *product_id, const char *more)
{
    as(p, "ann");
    return csm_tk_get(p->tk, CASE, csm_tk_insert(p->tk, CASE, "{'short_description':'x','account':'%s','contact':'%s',"
                                                 "'product':'%s'%s}", p->P, p->pat, product_id, more));
}

static void acceptance_202_a_rule_on_a_product(void **state)
{
    people *p = *state;
    const char *x = product(p, "X"), *y = product(p, "Y");
    const csm_value *rec;
    const char *id;

    (void)rule(p, group_values(second_line, ""), x);
    rec = case_of(p, x, "");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "assignment_group"), second_line);
    assert_true(csm_tk_is_nil(p->tk, rec, "assigned_to"));
    assert_true(csm_tk_is_nil(p->tk, case_of(p, y, ""), "assignment_group"));
    id = csm_tk_str(p->tk, case_of(p, y, ""), "sys_id"); /* it becomes one of X */
    (void)csm_tk_update(p->tk, CASE, id, "{'product':'%s'}", x);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "assignment_group"), second_line);
    id = csm_tk_str(p->tk, case_of(p, y, ""), "sys_id"); /* somebody has it */
    (void)csm_tk_ok(p->tk, "case.assign_to_me", "{'id':'%s'}", id);
    (void)csm_tk_update(p->tk, CASE, id, "{'product':'%s'}", x);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "assignment_group"));
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "assigned_to"), p->ann);
}

static void acceptance_202_wrong_side(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'" RULE "','values':{'name':'r','table':'task','group':'%s'}}",
                       second_line);
    id = rule(p, group_values(second_line, ""), product(p, "V"));
    as(p, "pat");
    csm_tk_hidden(p->tk, RULE, id);
    as(p, "ann");
    assert_true(csm_tk_sees(p->tk, RULE, id));
    as(p, "rae");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'" RULE "','values':{'name':'r','table':'sys_user','group':'%s'}}",
                       second_line);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'" RULE "','values':{'name':'r','table':'incident'}}");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert",
                       "{'table':'" RULE "','values':{'name':'r','table':'incident','condition':'nosuch=1','group':'%s'}}", second_line);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" RULE "','values':{'name':'r','table':'incident',"
                       "'user':'%s','group':'%s'}}", p->tim, second_line); /* no member */
    as(p, "adam");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" RULE "','values':{'name':'r','table':'" CASE "',"
                       "'user':'%s'}}", p->pat);
}

static void acceptance_203_the_lowest_order(void **state)
{
    people *p = *state;
    const char *z = product(p, "Z"), *first;

    (void)rule(p, group_values(second_line, ",'order':200"), z);
    first = rule(p, group_values(p->desk, ",'order':50"), z);
    (void)rule(p, group_values(second_line, ",'order':10,'active':false"), z);
    csm_tk_assert_str(csm_tk_str(p->tk, case_of(p, z, ""), "assignment_group"), p->desk);
    as(p, "adam");
    (void)csm_tk_update(p->tk, RULE, first, "{'active':false}");
    csm_tk_assert_str(csm_tk_str(p->tk, case_of(p, z, ""), "assignment_group"), second_line);
}

/* A person who left since is passed over. */
static void acceptance_203_who_may_have_it(void **state)
{
    people *p = *state;
    const char *w = product(p, "W"), *gone = csm_tk_user(p->tk, "gone", "sn_customerservice_agent");
    const csm_value *rec;
    char values[96];

    (void)snprintf(values, sizeof(values), "'user':'%s','order':1", gone);
    (void)rule(p, values, w);
    (void)rule(p, group_values(second_line, ",'order':2"), w);
    csm_tk_assert_str(csm_tk_str(p->tk, case_of(p, w, ""), "assigned_to"), gone);
    as(p, "adam");
    (void)csm_tk_update(p->tk, "sys_user", gone, "{'active':false}");
    rec = case_of(p, w, "");
    assert_true(csm_tk_is_nil(p->tk, rec, "assigned_to"));
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "assignment_group"), second_line);
}

static void acceptance_250_incidents(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "dead line"), *incident, *rule_id;

    as(p, "sol"); /* without a rule it waits for first line */
    incident = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", id), "sys_id");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, "incident", incident), "assignment_group"));
    as(p, "tim"); /* which passes it on */
    (void)csm_tk_update(p->tk, "incident", incident, "{'assignment_group':'%s'}", second_line);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "incident", incident), "assignment_group"), second_line);
    as(p, "rae");
    rule_id = csm_tk_insert(p->tk, RULE, "{'name':'lines','table':'incident','condition':'short_descriptionLIKEline','user':'%s'}", p->tim);
    id = people_case(p, "another dead line");
    as(p, "sol");
    incident = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", id), "sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "incident", incident), "assigned_to"), p->tim);
    as(p, "ann"); /* cases are not incidents */
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "assigned_to"));
    as(p, "rae");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'" RULE "','id':'%s'}", rule_id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_202_a_rule_on_a_product), people_test(acceptance_202_wrong_side),
        people_test(acceptance_203_the_lowest_order),    people_test(acceptance_203_who_may_have_it),
        people_test(acceptance_250_incidents),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
