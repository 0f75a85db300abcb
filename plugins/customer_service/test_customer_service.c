/* What hangs on cases: related parties, contributors, tasks, consumers and households, watchers, surveys, closing by itself. */
#include <csm/test.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define CASE "sn_customerservice_case"
#define TASK "sn_customerservice_task"
#define PARTY "sn_customerservice_related_party"

static csm_tk *tk;

static int setup(void **state)
{
    (void)state;
    tk = csm_tk_start("customer_service", CSM_TK_DEMO);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    csm_tk_stop(tk);
    return 0;
}

static const char *id_of(const char *table, const char *query)
{
    csm_tk_as(tk, NULL);
    return csm_tk_str(tk, csm_tk_first(tk, table, "%s", query), "sys_id");
}

static const char *contact(const char *name)
{
    csm_tk_as(tk, NULL);
    return csm_tk_str(tk, csm_tk_first(tk, "customer_contact", "user_name=%s", name), "sys_id");
}

/* A new case of Bea's, by the agent. */
static const char *case_of_bea(void)
{
    const char *bea = contact("bea");

    csm_tk_as(tk, "ann.agent");
    return csm_tk_insert(tk, CASE, "{'contact':'%s','short_description':'test'}", bea);
}

static bool sees(const char *who, const char *id)
{
    csm_tk_as(tk, who);
    return csm_tk_sees(tk, CASE, id);
}

/* ---- parties ---- */

static void a_party_needs_responsibility_and_role(void **state)
{
    const char *id = case_of_bea(), *tom = contact("tom"), *party;
    const char *authorized = id_of("sn_customerservice_related_party_configuration", "name=Authorized Contact^applies_to=case");
    const char *listed = id_of("sn_customerservice_related_party_configuration", "name=Listed Contact^applies_to=case");

    (void)state;
    csm_tk_as(tk, "ann.agent");
    party = csm_tk_insert(tk, PARTY, "{'case':'%s','type':'%s','contact':'%s'}", id, authorized, tom);
    assert_false(sees("tom", id)); /* no functional role */
    csm_tk_as(tk, NULL);
    csm_tk_grant(tk, tom, "sn_customerservice.case_authorized_contact");
    assert_true(sees("tom", id));
    (void)csm_tk_update(tk, CASE, id, "{'comments':'from a helper'}");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'responsibility':null}}", PARTY, party);
    csm_tk_as(tk, "ann.agent");
    (void)csm_tk_fails(tk, CSM_E_EXISTS, "record.insert", "{'table':'%s','values':{'case':'%s','type':'%s','contact':'%s'}}",
                       PARTY, id, authorized, tom);
    (void)csm_tk_update(tk, PARTY, party, "{'responsibility':null}");
    (void)csm_tk_insert(tk, PARTY, "{'case':'%s','type':'%s','contact':'%s'}", id, listed, tom);
    assert_false(sees("tom", id));
}

static void a_party_is_one_of_its_kind(void **state)
{
    const char *id = case_of_bea(), *lea = id_of("csm_consumer", "first_name=Lea"), *tom = contact("tom");
    const char *authorized = id_of("sn_customerservice_related_party_configuration", "name=Authorized Contact^applies_to=case");

    (void)state;
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'case':'%s','type':'%s'}}", PARTY, id,
                       authorized);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'case':'%s','type':'%s','contact':'%s',"
                       "'consumer':'%s'}}", PARTY, id, authorized, tom, lea);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.insert", "{'table':'%s','values':{'case':'%s','type':'%s','consumer':'%s'}}",
                       PARTY, id, authorized, lea);
}

/* ---- contributors and tasks ---- */

static void whoever_works_a_task_reads_the_case(void **state)
{
    const char *id = case_of_bea(), *middle, *task, *second;

    (void)state;
    middle = csm_tk_user(tk, "middle", "sn_customerservice.case_task_agent");
    assert_false(sees("middle", id));
    csm_tk_as(tk, "ann.agent");
    task = csm_tk_insert(tk, TASK, "{'parent_case':'%s','short_description':'one','assigned_to':'%s'}", id, middle);
    second = csm_tk_insert(tk, TASK, "{'parent_case':'%s','short_description':'two','assigned_to':'%s'}", id, middle);
    assert_true(sees("middle", id));
    (void)csm_tk_update(tk, CASE, id, "{'work_notes':'on it'}");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'priority':1}}", CASE, id);
    (void)csm_tk_ok(tk, "case_task.complete", "{'id':'%s'}", task);
    assert_true(sees("middle", id)); /* the second one is open */
    csm_tk_as(tk, "ann.agent");
    (void)csm_tk_update(tk, TASK, second, "{'assigned_to':null}");
    assert_false(sees("middle", id));
}

static void nobody_from_outside_contributes_or_watches(void **state)
{
    const char *id = case_of_bea(), *tom = contact("tom"), *kim = contact("kim"), *noa = contact("noa");

    (void)state;
    csm_tk_as(tk, "ann.agent");
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'contributor_users':['%s']}}", CASE,
                       id, kim);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'watch_list':['%s']}}", CASE, id,
                       tom);
    (void)csm_tk_update(tk, CASE, id, "{'watch_list':['%s']}", noa);
    csm_tk_as(tk, "bea");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'watch_list':[]}}", CASE, id);
}

static void customers_answer_visible_tasks(void **state)
{
    const char *id = case_of_bea(), *task, *hidden;

    (void)state;
    csm_tk_as(tk, "ann.agent");
    task = csm_tk_insert(tk, TASK, "{'parent_case':'%s','short_description':'yours','visible_to_customer':true}", id);
    hidden = csm_tk_insert(tk, TASK, "{'parent_case':'%s','short_description':'ours'}", id);
    csm_tk_as(tk, "bea");
    assert_true(csm_tk_sees(tk, TASK, task));
    assert_false(csm_tk_sees(tk, TASK, hidden));
    (void)csm_tk_update(tk, TASK, task, "{'comments':'done','state':3}");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'short_description':'x'}}", TASK, task);
    csm_tk_as(tk, "sol");
    assert_false(csm_tk_sees(tk, TASK, task));
}

/* ---- consumers ---- */

static void consumer_login(const char *name, const char *first_name)
{
    const char *consumer = csm_tk_str(tk, csm_tk_first(tk, "csm_consumer", "first_name=%s", first_name), "sys_id"), *user;

    user = csm_tk_insert(tk, "csm_consumer_user", "{'user_name':'%s','first_name':'%s','consumer':'%s'}", name, first_name,
                         consumer);
    (void)csm_tk_update(tk, "csm_consumer", consumer, "{'user':'%s'}", user);
}

static void a_head_sees_the_household_a_member_himself(void **state)
{
    const char *his, *hers, *leo = id_of("csm_consumer", "first_name=Leo"), *lea = id_of("csm_consumer", "first_name=Lea");

    (void)state;
    consumer_login("lea", "Lea");
    consumer_login("leo", "Leo");
    consumer_login("rui", "Rui");
    csm_tk_as(tk, "leo");
    his = csm_tk_insert(tk, CASE, "{'short_description':'his'}");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, CASE, his), "consumer"), leo);
    (void)csm_tk_fails(tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'consumer':'%s'}}", CASE, lea);
    csm_tk_as(tk, "lea");
    hers = csm_tk_insert(tk, CASE, "{'short_description':'hers'}");
    (void)csm_tk_insert(tk, CASE, "{'short_description':'for him','consumer':'%s'}", leo);
    assert_true(sees("lea", his));
    assert_false(sees("leo", hers));
    assert_false(sees("rui", his));
    csm_tk_as(tk, "leo");
    assert_int_equal(csm_tk_count(tk, "csm_household", "nameISNOTEMPTY"), 0);
    csm_tk_as(tk, "lea");
    assert_int_equal(csm_tk_count(tk, "csm_household", "nameISNOTEMPTY"), 1);
}

static void a_consumer_has_daily_limits(void **state)
{
    const char *id = NULL;

    (void)state;
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_properties",
                        csm_tk_str(tk, csm_tk_first(tk, "sys_properties", "nameENDSWITHconsumer_max_comments_per_case_daily"),
                                   "sys_id"), "{'value':'2'}");
    csm_tk_as(tk, "rui");
    for (int n = 0; n < 10; n++)
        id = csm_tk_insert(tk, CASE, "{'short_description':'case %d'}", n);
    (void)csm_tk_fails(tk, CSM_E_LIMIT, "record.insert", "{'table':'%s','values':{'short_description':'one more'}}", CASE);
    for (int n = 0; n < 2; n++)
        (void)csm_tk_update(tk, CASE, id, "{'comments':'word %d'}", n);
    (void)csm_tk_fails(tk, CSM_E_LIMIT, "record.update", "{'table':'%s','id':'%s','values':{'comments':'third'}}", CASE, id);
    csm_tk_advance(tk, CSM_DAY);
    csm_tk_as(tk, "rui");
    (void)csm_tk_insert(tk, CASE, "{'short_description':'tomorrow'}");
    (void)csm_tk_update(tk, CASE, id, "{'comments':'tomorrow'}");
}

/* ---- aftercare ---- */

static const char *solved(void)
{
    const char *id = case_of_bea();

    (void)csm_tk_ok(tk, "case.assign_to_me", "{'id':'%s'}", id);
    (void)csm_tk_ok(tk, "case.propose_solution", "{'id':'%s','resolution_code':'solved_workaround','close_notes':'so'}", id);
    return id;
}

static int64_t survey_mails(const char *id)
{
    int64_t count;

    csm_tk_settle(tk);
    csm_tk_as(tk, NULL);
    count = csm_tk_count(tk, "sys_email", "recipientsSTARTSWITHbea@^subject=How did we do with %s?",
                         csm_tk_str(tk, csm_tk_get(tk, CASE, id), "number"));
    return count;
}

static void whoever_gets_a_survey_is_told(void **state)
{
    const char *recorded = solved(), *closed = case_of_bea();

    (void)state;
    csm_tk_as(tk, "ann.agent");
    (void)csm_tk_ok(tk, "case.record_acceptance", "{'id':'%s','comments':'Bea, today, by phone'}", recorded);
    assert_int_equal(survey_mails(recorded), 1);
    csm_tk_as(tk, "ann.agent");
    (void)csm_tk_ok(tk, "case.close_case", "{'id':'%s','resolution_code':'void','close_notes':'twice'}", closed);
    assert_int_equal(survey_mails(closed), 0);
    assert_int_equal(csm_tk_count(tk, "asmt_assessment_instance", "task=%s", closed), 0);
}

static void a_survey_counts_in_the_report(void **state)
{
    const char *id = solved(), *survey;

    (void)state;
    csm_tk_as(tk, "bea");
    (void)csm_tk_ok(tk, "case.accept_solution", "{'id':'%s'}", id);
    assert_int_equal(survey_mails(id), 0); /* who accepts sees it at once */
    csm_tk_as(tk, "bea");
    survey = csm_tk_str(tk, csm_tk_first(tk, "asmt_assessment_instance", "task=%s", id), "sys_id");
    (void)csm_tk_update(tk, "asmt_assessment_instance", survey, "{'state':'complete','score':'4.5'}");
    csm_tk_as(tk, "kim");
    assert_false(csm_tk_sees(tk, "asmt_assessment_instance", survey));
    csm_tk_as(tk, "ann.agent");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_first(tk, "sn_customerservice_case_report", "case=%s", id),
                                 "customer_satisfaction_score"), "4.5");
}

static void silence_closes_when_switched_on(void **state)
{
    const char *quiet = solved(), *talks = solved(), *kept = solved();
    const char *closing = id_of("sys_properties", "name=csm.case.auto_close");

    (void)state;
    csm_tk_as(tk, "bea");
    (void)csm_tk_update(tk, CASE, talks, "{'comments':'wait'}");
    csm_tk_as(tk, "ann.agent");
    (void)csm_tk_update(tk, CASE, kept, "{'auto_close':false}");
    csm_tk_advance(tk, 11 * CSM_DAY);
    csm_tk_as(tk, "ann.agent");
    assert_int_equal(csm_tk_int(tk, csm_tk_get(tk, CASE, quiet), "state"), 6); /* it is off */
    csm_tk_as(tk, NULL);
    (void)csm_tk_update(tk, "sys_properties", closing, "{'value':'true'}");
    csm_tk_advance(tk, 2 * CSM_HOUR);
    csm_tk_as(tk, "ann.agent");
    assert_int_equal(csm_tk_int(tk, csm_tk_get(tk, CASE, quiet), "state"), 3);
    assert_int_equal(csm_tk_int(tk, csm_tk_get(tk, CASE, talks), "state"), 6);
    assert_int_equal(csm_tk_int(tk, csm_tk_get(tk, CASE, kept), "state"), 6);
}

static void roles_for_contacts_come_from_a_list(void **state)
{
    const char *gil = contact("gil"), *noa = contact("noa"), *pau = contact("pau");

    (void)state;
    csm_tk_as(tk, "kim");
    (void)csm_tk_ok(tk, "contact.grant_role", "{'id':'%s','role':'sn_customerservice.customer_case_manager'}", gil);
    (void)csm_tk_ok(tk, "contact.revoke_role", "{'id':'%s','role':'sn_customerservice.customer_case_manager'}", gil);
    (void)csm_tk_fails(tk, CSM_E_REJECTED, "contact.grant_role", "{'id':'%s','role':'sn_customerservice.case_viewer'}", gil);
    (void)csm_tk_fails(tk, CSM_E_NOT_FOUND, "contact.grant_role", "{'id':'%s','role':'sn_customerservice.customer'}", pau);
    csm_tk_as(tk, "noa");
    (void)csm_tk_fails(tk, CSM_E_DENIED, "contact.grant_role", "{'id':'%s','role':'sn_customerservice.customer_admin'}", noa);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_party_needs_responsibility_and_role),
        cmocka_unit_test(a_party_is_one_of_its_kind),
        cmocka_unit_test(whoever_works_a_task_reads_the_case),
        cmocka_unit_test(nobody_from_outside_contributes_or_watches),
        cmocka_unit_test(customers_answer_visible_tasks),
        cmocka_unit_test(a_head_sees_the_household_a_member_himself),
        cmocka_unit_test(a_consumer_has_daily_limits),
        cmocka_unit_test(whoever_gets_a_survey_is_told),
        cmocka_unit_test(a_survey_counts_in_the_report),
        cmocka_unit_test(silence_closes_when_switched_on),
        cmocka_unit_test(roles_for_contacts_come_from_a_list),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
