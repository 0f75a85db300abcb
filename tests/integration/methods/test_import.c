/* import.*: pages that are one transaction each, rows that stand or fall alone, times that are kept. */
#include "kit.h"

static int start(void **state)
{
    csm_tk *tk = csm_tk_start("customer_service", 0);

    csm_tk_user(tk, "root", "admin");
    csm_tk_user(tk, "ida", "import_admin");
    csm_tk_user(tk, "ann", "itil");
    *state = tk;
    return 0;
}

static int stop(void **state)
{
    csm_tk_stop(*state);
    return 0;
}

#define COMPANIES                                                                                                        \
    "{'table':'core_company','coalesce':['name'],'empty':['?','N/A'],'fields':{'name':'Name','city':'City',"             \
    "'customer':{'column':'Kind','choices':{'yes':true,'no':false}},"                                                    \
    "'parent':{'column':'Parent','find':{'table':'core_company','by':'name','insert':true,"                              \
    "'values':{'notes':{'value':'made for row $row'}}}},'sys_created_on':{'column':'Since','date':'dmy'}}}"

static const char *begin(csm_tk *tk, const char *name, const char *mapping)
{
    return csm_tk_str(tk, csm_tk_ok(tk, "import.start", "{'name':'%s','mapping':%s}", name, mapping), "id");
}

static const csm_value *send(csm_tk *tk, const char *id, int first, const char *columns, const char *rows)
{
    return csm_tk_ok(tk, "import.rows", "{'id':'%s','first':%d,'columns':%s,'rows':%s}", id, first, columns, rows);
}

static void rows_stand_or_fall_alone(void **state)
{
    static const char columns[] = "['Name','City','Kind','Parent','Since']";
    csm_tk *tk = *state;
    const csm_value *answer, *row;
    const char *id;

    csm_tk_as(tk, "root");
    id = begin(tk, "companies", COMPANIES);
    answer = send(tk, id, 1, columns, "[['Alpha','Rome','yes','Holding','29-02-2016 01:16'],['Beta','?','no','',''],"
                  "['Gamma','Oslo','maybe','',''],['Delta','Oslo','no','','30-02-2016'],['','Oslo','no','','']]");
    assert_int_equal(csm_tk_int(tk, answer, "inserted"), 2);
    assert_int_equal(csm_tk_int(tk, answer, "failed"), 3);
    assert_int_equal(csm_tk_int(tk, answer, "rows_read"), 5);
    assert_int_equal(csm_tk_int(tk, answer, "errors.0.row"), 3);
    csm_tk_assert_str(csm_tk_str(tk, answer, "errors.0.field"), "customer");
    csm_tk_assert_str(csm_tk_str(tk, answer, "errors.1.field"), "sys_created_on");
    csm_tk_assert_str(csm_tk_str(tk, answer, "errors.2.message"), "field \"name\" is empty: it tells which record is meant");
    row = csm_tk_first(tk, "core_company", "name=Alpha");
    csm_tk_assert_str(csm_tk_str(tk, row, "sys_created_on"), "2016-02-29T01:16:00Z");
    assert_true(csm_tk_bool(tk, row, "customer"));
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "core_company", csm_tk_str(tk, row, "parent")), "notes"), "made for row 1");
    assert_true(csm_tk_is_nil(tk, csm_tk_first(tk, "core_company", "name=Beta"), "city"));
    assert_int_equal(csm_tk_count(tk, "core_company", "nameINGamma,Delta"), 0);
    answer = send(tk, id, 6, columns, "[['Alpha','Rome','yes','Holding','29-02-2016 01:16'],['Beta','Bonn','no','','']]");
    assert_int_equal(csm_tk_int(tk, answer, "unchanged"), 1);
    assert_int_equal(csm_tk_int(tk, answer, "updated"), 1);
    assert_int_equal(csm_tk_int(tk, answer, "inserted"), 2);
}

static void an_import_goes_on_where_it_stopped(void **state)
{
    static const char mapping[] = "{'table':'core_company','fields':{'name':'Name'}}";
    csm_tk *tk = *state;
    const csm_value *answer;
    const char *id;

    csm_tk_as(tk, "root");
    id = begin(tk, "resumed", mapping);
    (void)send(tk, id, 1, "['Name']", "[['R1'],['R2']]");
    answer = send(tk, id, 1, "['Name']", "[['R1'],['R2']]"); /* sent again */
    assert_int_equal(csm_tk_int(tk, answer, "inserted"), 2);
    answer = send(tk, id, 2, "['Name']", "[['R2'],['R3']]");
    assert_int_equal(csm_tk_int(tk, answer, "inserted"), 3);
    csm_tk_fails(tk, CSM_E_INVALID, "import.rows", "{'id':'%s','first':5,'columns':['Name'],'rows':[['R5']]}", id);
    assert_int_equal(csm_tk_count(tk, "core_company", "nameSTARTSWITHR"), 3);
    csm_tk_restart(tk);
    csm_tk_as(tk, "root");
    answer = csm_tk_ok(tk, "import.start", "{'name':'resumed','mapping':%s}", mapping);
    csm_tk_assert_str(csm_tk_str(tk, answer, "id"), id);
    assert_int_equal(csm_tk_int(tk, answer, "rows_read"), 3);
    csm_tk_fails(tk, CSM_E_CONFLICT, "import.start", "{'name':'resumed','mapping':{'table':'core_company','fields':{'name':'N'}}}");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_ok(tk, "import.finish", "{'id':'%s'}", id), "state"), "done");
    csm_tk_fails(tk, CSM_E_STATE, "import.rows", "{'id':'%s','first':4,'columns':['Name'],'rows':[['R4']]}", id);
    assert_int_equal(csm_tk_int(tk, csm_tk_ok(tk, "import.status", "{'id':'%s'}", id), "inserted"), 3);
}

static void a_mapping_with_a_typo_is_refused_whole(void **state)
{
    static const struct {
        const char *mapping;
        csm_status code;
    } rows[] = {
        { "{'table':'core_company'}", CSM_E_INVALID },
        { "{'table':'core_compny','fields':{'name':'N'}}", CSM_E_NOT_FOUND },
        { "{'table':'core_company','fields':{'nam':'N'}}", CSM_E_INVALID },
        { "{'table':'core_company','fields':{'name':'N'},'coalese':['name']}", CSM_E_INVALID },
        { "{'table':'core_company','fields':{'name':'N'},'coalesce':['city']}", CSM_E_INVALID },
        { "{'table':'core_company','fields':{'name':{'colum':'N'}}}", CSM_E_INVALID },
        { "{'table':'core_company','fields':{'name':{'column':'N','value':'x'}}}", CSM_E_INVALID },
        { "{'table':'core_company','fields':{'name':{'column':'N','date':'mm/dd'}}}", CSM_E_INVALID },
        { "{'table':'core_company','fields':{'parent':{'column':'N','find':{'table':'core_company'}}}}", CSM_E_INVALID },
        { "{'table':'task','fields':{'short_description':'N'},'steps':[{'transition':'fly'}]}", CSM_E_INVALID },
        { "{'table':'task','fields':{'short_description':'N'},'steps':[{'if':{'N':7}}]}", CSM_E_INVALID },
    };
    csm_tk *tk = *state;

    csm_tk_as(tk, "root");
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
        csm_tk_fails(tk, rows[n].code, "import.start", "{'name':'typo','mapping':%s}", rows[n].mapping);
    csm_tk_fails(tk, CSM_E_INVALID, "import.rows", "{'id':'%s','first':1,'columns':['Other'],'rows':[['x']]}",
                 begin(tk, "columns", "{'table':'core_company','fields':{'name':'Name'}}"));
    csm_tk_assert_str(csm_tk_error_field(tk), "columns");
}

static void steps_are_kept_at_their_times(void **state)
{
    static const char mapping[] =
        "{'table':'task','fields':{'short_description':'What','sys_created_on':{'column':'Opened','date':'mdy'},"
        "'sys_created_by':'Who','work_notes':'Note'},"
        "'steps':[{'if':{'Result':['done','skipped']},'at':{'column':'Worked','date':'mdy'},'fields':{'priority':{'value':1}}},"
        "{'if':{'Result':'done'},'at':{'column':'Ended','date':'mdy'},'fields':{'close_notes':'Result'}}]}";
    static const char columns[] = "['What','Opened','Who','Note','Result','Worked','Ended']";
    csm_tk *tk = *state;
    const csm_value *past, *answer;
    const char *id, *task;

    csm_tk_as(tk, "root");
    id = begin(tk, "steps", mapping);
    answer = send(tk, id, 1, columns, "[['replayed','7/29/2013','clerk 7','first','done','8/1/2013','8/5/2013'],"
                  "['half','7/29/2013','','','skipped','8/1/2013',''],['ahead','7/29/2013','','','done','8/1/2013','8/5/2199']]");
    assert_int_equal(csm_tk_int(tk, answer, "inserted"), 2);
    assert_int_equal(csm_tk_int(tk, answer, "failed"), 1); /* a refused step refuses the row whole */
    task = csm_tk_str(tk, csm_tk_first(tk, "task", "short_description=replayed"), "sys_id");
    past = csm_tk_ok(tk, "record.history", "{'table':'task','id':'%s','oldest_first':true}", task);
    assert_int_equal(csm_tk_at(tk, past, "versions")->count, 3);
    csm_tk_assert_str(csm_tk_str(tk, past, "versions.0.time"), "2013-07-29T00:00:00Z");
    csm_tk_assert_str(csm_tk_str(tk, past, "versions.1.time"), "2013-08-01T00:00:00Z");
    csm_tk_assert_str(csm_tk_str(tk, past, "versions.2.time"), "2013-08-05T00:00:00Z");
    csm_tk_assert_str(csm_tk_str(tk, past, "journal.0.text"), "first");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "task", task), "sys_created_by"), "clerk 7");
    assert_int_equal(csm_tk_count(tk, "task", "short_description=ahead"), 0);
}

static void a_dry_run_keeps_nothing(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;

    csm_tk_as(tk, "root");
    answer = csm_tk_ok(tk, "import.rows", "{'mapping':{'table':'core_company','fields':{'name':'Name'}},'first':1,"
                       "'columns':['Name'],'rows':[['Dry1'],['']],'dry_run':true}");
    assert_int_equal(csm_tk_int(tk, answer, "result.inserted") + csm_tk_int(tk, answer, "result.failed"), 2);
    assert_int_equal(csm_tk_count(tk, "core_company", "name=Dry1"), 0);
    csm_tk_fails(tk, CSM_E_INVALID, "import.rows", "{'mapping':{'table':'core_company','fields':{'name':'Name'}},'first':1,"
                 "'columns':['Name'],'rows':[['Dry1']]}");
    csm_tk_fails(tk, CSM_E_INVALID, "import.rows", "{'first':1,'columns':['Name'],'rows':[['x']]}");
}

static void an_import_has_its_callers_rights(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;
    const char *id;

    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_DENIED, "import.start", "{'name':'x','mapping':{'table':'task','fields':{'short_description':'N'}}}");
    csm_tk_as(tk, "ida"); /* may import, but no companies */
    id = begin(tk, "denied", "{'table':'core_company','fields':{'name':'Name'}}");
    answer = send(tk, id, 1, "['Name']", "[['Sneaked']]");
    assert_int_equal(csm_tk_int(tk, answer, "failed"), 1);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "import.status", "{'id':'00000000000000000000000000000001'}");
    csm_tk_as(tk, "root");
    assert_int_equal(csm_tk_count(tk, "core_company", "name=Sneaked"), 0);
}

static void rules_may_be_left_out_but_not_the_cores(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;
    const char *id;

    csm_tk_as(tk, "root");
    id = begin(tk, "roles", "{'table':'sys_user_has_role','rules':false,'fields':{"
               "'user':{'column':'User','find':{'table':'sys_user','by':'user_name'}},"
               "'role':{'column':'Role','find':{'table':'sys_user_role','by':'name'}}}}");
    answer = send(tk, id, 1, "['User','Role']", "[['ann','snc_external'],['ann','user_admin'],['nobody','itil']]");
    assert_int_equal(csm_tk_int(tk, answer, "inserted"), 1); /* never internal and external at once */
    assert_int_equal(csm_tk_int(tk, answer, "failed"), 2);
    csm_tk_assert_str(csm_tk_str(tk, answer, "errors.1.field"), "user");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_stand_or_fall_alone),
        cmocka_unit_test(an_import_goes_on_where_it_stopped),
        cmocka_unit_test(a_mapping_with_a_typo_is_refused_whole),
        cmocka_unit_test(steps_are_kept_at_their_times),
        cmocka_unit_test(a_dry_run_keeps_nothing),
        cmocka_unit_test(an_import_has_its_callers_rights),
        cmocka_unit_test(rules_may_be_left_out_but_not_the_cores),
    };

    return cmocka_run_group_tests_name("import methods", tests, start, stop);
}
