/* Acceptance of a deployer's own: a plugin of a third party beside the bundled ones maps cases to incidents (item 268) and rules what
 * is found (item 10). It also answers points of the case: what it says replaces the plugin's own entitlements and joins its lines of
 * verification. */
#include "own_modules.h"
#include "people.h"

#define CASE "sn_customerservice_case"

static int setup(void **state)
{
    own_modules_join(OWN_PLUGINS);
    *state = people_start("own_mapping,own_case_type");
    return 0;
}

static int teardown(void **state)
{
    people_stop(*state);
    own_modules_part();
    return 0;
}

/* ---- the items ---- */

/* A query rule binds whoever is not an administrator, alike in list, count, get and dot-walk, whatever scopes he has. */
static void acceptance_010_a_query_rule(void **state)
{
    static const char *const bound[] = { "ann", "mia", "vera", "pat", "dora" };
    people *p = *state;
    const char *open = people_case(p, "unsealed"), *sealed, *task;

    as(p, "adam");
    sealed = csm_tk_insert(p->tk, CASE, "{'short_description':'sealed','contact':'%s'}", p->pat);
    task = csm_tk_insert(p->tk, "sn_customerservice_task", "{'short_description':'t','parent_case':'%s'}", sealed);
    for (size_t n = 0; n < sizeof(bound) / sizeof(bound[0]); n++) {
        as(p, bound[n]);
        csm_tk_hidden(p->tk, CASE, sealed);
        csm_tk_hidden(p->tk, "task", sealed);
        assert_true(csm_tk_sees(p->tk, CASE, open));
        assert_int_equal(csm_tk_count(p->tk, CASE, "short_descriptionENDSWITHsealed"), 1);
        assert_int_equal(csm_tk_rows(p->tk, CASE, "short_descriptionENDSWITHsealed")->count, 1);
    }
    as(p, "mia"); /* who sees the task walks no further */
    assert_true(csm_tk_is_nil(p->tk, csm_tk_ok(p->tk, "record.get", "{'table':'sn_customerservice_task','id':'%s',"
                                               "'fields':'number,parent_case.short_description'}", task),
                              "parent_case.short_description"));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'short_description':'sealed','contact':'%s'}}",
                       CASE, p->pat);
    as(p, "adam");
    assert_true(csm_tk_sees(p->tk, CASE, sealed));
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_descriptionENDSWITHsealed"), 2);
}

static void acceptance_268_own_mapping(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "no dial tone");
    const csm_value *rec;

    csm_tk_grant(p->tk, p->ann, "sn_incident_write");
    as(p, "ann");
    rec = csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "category"), "network");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "caller_id"), p->pat);
    assert_int_equal(csm_tk_int(p->tk, rec, "priority"), 1);
    assert_true(csm_tk_is_nil(p->tk, rec, "parent")); /* the plugin's own mapping was not asked */
    id = people_case(p, "no dial tone");
    rec = csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s','category':'voice'}", id); /* the agent has the last word */
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "category"), "voice");
}

static void own_entitlements_and_lines(void **state)
{
    people *p = *state;
    const char *ours, *id;
    const csm_value *lines;
    int found = 0;

    as(p, NULL);
    ours = csm_tk_insert(p->tk, "service_entitlement", "{'name':'Ours','account':'%s'}", p->P);
    (void)csm_tk_insert(p->tk, "service_entitlement", "{'name':'Sooner','account':'%s','end_date':'2999-01-01'}", p->P);
    id = people_case(p, "any");
    as(p, "ann");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "entitlement"), ours);
    lines = csm_tk_at(p->tk, csm_tk_ok(p->tk, "case.verify", "{'id':'%s'}", id), "lines");
    for (uint32_t n = 0; n < lines->count; n++)
        if (strcmp(csm_tk_str(p->tk, &lines->list[n], "check"), "service_levels") == 0) {
            found++;
            assert_true(csm_tk_bool(p->tk, &lines->list[n], "ok"));
            csm_tk_assert_str(csm_tk_str(p->tk, &lines->list[n], "reason"), "answered within the hour");
        }
    assert_int_equal(found, 1);
    assert_true(lines->count > 3); /* the others are told as before */
}

static void acceptance_283_a_case_type(void **state)
{
    people *p = *state;
    const char *id, *request;

    as(p, NULL);
    csm_tk_grant(p->tk, p->ann, "sn_request_write");
    as(p, "ann");
    id = csm_tk_insert(p->tk, "own_case_type_return", "{'short_description':'too big','account':'%s','contact':'%s'}", p->P, p->pat);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_request", "{'id':'%s'}", id); /* the row of cases is not its own */
    as(p, "adam");
    (void)csm_tk_insert(p->tk, "request_parent_mapping", "{'name':'Return','parent_table':'own_case_type_return'}");
    as(p, "ann");
    request = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_request", "{'id':'%s'}", id), "sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "sc_request", request), "requested_for"), p->pat);
    as(p, "pat"); /* without rows in its access a customer finds nothing of it */
    csm_tk_hidden(p->tk, "own_case_type_return", id);
    csm_tk_hidden(p->tk, "sc_request", request);
}

static void own_say_on_what_customers_approve(void **state)
{
    people *p = *state;
    const char *task, *id = people_case(p, "any");

    as(p, "adam");
    task = csm_tk_insert(p->tk, "task", "{'short_description':'t'}");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'sysapproval_approver','values':{'sysapproval':'%s','approver':'%s'}}", task, p->pat);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "approver");
    (void)csm_tk_insert(p->tk, "sysapproval_approver", "{'sysapproval':'%s','approver':'%s'}", task, p->ivy); /* employees do */
    (void)csm_tk_insert(p->tk, "sysapproval_approver", "{'sysapproval':'%s','approver':'%s'}", id, p->pat);
}

int main(void)
{
    const struct CMUnitTest tests[] = { people_test(acceptance_268_own_mapping), people_test(acceptance_010_a_query_rule),
                                        people_test(own_entitlements_and_lines), people_test(acceptance_283_a_case_type),
                                        people_test(own_say_on_what_customers_approve) };

    return cmocka_run_group_tests(tests, setup, teardown);
}
