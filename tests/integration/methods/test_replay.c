/* Imports of what happened step by step: each row at its own time, the state model on, nothing twice. */
#include "kit.h"

#define MAP                                                                                                              \
    "{'table':'incident','coalesce':['number'],'empty':['?'],"                                                           \
    "'replay':{'at':{'column':'At','date':'dmy'},'create':{'state':{'value':1},'opened_by':{'column':'Caller','find':"   \
    "{'table':'sys_user','by':'user_name','insert':true}}}},"                                                            \
    "'fields':{'number':'Number','caller_id':{'column':'Caller','find':{'table':'sys_user','by':'user_name',"            \
    "'insert':true}},'state':{'column':'State','choices':{'new':1,'work':2,'wait':3,'done':6,'shut':7}},"                \
    "'hold_reason':{'column':'State','choices':{'wait':1},'other':null},"                                                \
    "'close_code':{'value':'Solution provided','if':{'State':['done','shut']}},"                                         \
    "'close_notes':{'value':'-','if':{'State':['done','shut']}},"                                                        \
    "'resolved_by':{'column':'By','if':{'State':'done'},'find':{'table':'sys_user','by':'user_name','insert':true}},"    \
    "'reassignment_count':'Moves','work_notes':'Note','sys_updated_by':'By',"                                            \
    "'sys_updated_on':{'column':'At','date':'dmy'}}}"
#define COLUMNS "['Number','At','State','Caller','By','Moves','Note']"

static int start(void **state)
{
    csm_tk *tk = csm_tk_start("incident", 0);

    csm_tk_user(tk, "root", "admin");
    csm_tk_user(tk, "ida", "import_admin,user_admin,itil");
    *state = tk;
    return 0;
}

static int stop(void **state)
{
    csm_tk_stop(*state);
    return 0;
}

static const csm_value *send(csm_tk *tk, const char *name, const char *rows)
{
    const char *id = csm_tk_str(tk, csm_tk_ok(tk, "import.start", "{'name':'%s','mapping':" MAP "}", name), "id");

    return csm_tk_ok(tk, "import.rows", "{'id':'%s','first':1,'columns':" COLUMNS ",'rows':%s}", id, rows);
}

static void each_row_happens_at_its_time(void **state)
{
    static const char rows[] = "[['INC0009001','01-02-2016 10:00','wait','cal','una','0','asked'],"
                               "['INC0009001','01-02-2016 12:00','work','cal','una','3','heard'],"
                               "['INC0009001','01-02-2016 12:00','done','cal','rob','3',''],"
                               "['INC0009001','02-02-2016 09:00','work','cal','una','4',''],"
                               "['INC0009001','03-02-2016 09:00','done','cal','ron','4',''],"
                               "['INC0009001','04-02-2016 09:00','shut','cal','una','4','']]";
    csm_tk *tk = *state;
    const csm_value *answer, *row;
    const char *id;

    csm_tk_as(tk, "root");
    answer = send(tk, "times", rows);
    assert_int_equal(csm_tk_int(tk, answer, "failed"), 0);
    assert_int_equal(csm_tk_int(tk, answer, "inserted"), 1);
    assert_int_equal(csm_tk_int(tk, answer, "updated"), 5);
    row = csm_tk_first(tk, "incident", "number=INC0009001");
    id = csm_tk_str(tk, row, "sys_id");
    assert_int_equal(csm_tk_int(tk, row, "reopen_count"), 1);       /* counted by the rules */
    assert_int_equal(csm_tk_int(tk, row, "reassignment_count"), 4); /* told */
    csm_tk_assert_str(csm_tk_str(tk, row, "resolved_at"), "2016-02-03T09:00:00Z");
    csm_tk_assert_str(csm_tk_str(tk, row, "closed_at"), "2016-02-04T09:00:00Z");
    csm_tk_assert_str(csm_tk_str(tk, row, "sys_updated_by"), "una");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "sys_user", csm_tk_str(tk, row, "resolved_by")), "user_name"), "ron");
    answer = csm_tk_ok(tk, "record.history", "{'table':'incident','id':'%s','oldest_first':true}", id);
    assert_int_equal(csm_tk_at(tk, answer, "versions")->count, 7); /* it began as new */
    csm_tk_assert_str(csm_tk_str(tk, answer, "versions.0.time"), "2016-02-01T10:00:00Z");
    csm_tk_assert_str(csm_tk_str(tk, answer, "versions.6.time"), "2016-02-04T09:00:00Z");
    assert_int_equal(csm_tk_at(tk, answer, "journal")->count, 2);
    csm_tk_assert_str(csm_tk_str(tk, answer, "journal.0.time"), "2016-02-01T12:00:00Z");
    row = csm_tk_ok(tk, "record.get", "{'table':'incident','id':'%s','as_of':'2016-02-01T11:59:59Z'}", id);
    assert_int_equal(csm_tk_int(tk, row, "state"), 3);
    row = csm_tk_ok(tk, "record.get", "{'table':'incident','id':'%s','as_of':'2016-02-01T12:00:00Z'}", id);
    assert_int_equal(csm_tk_int(tk, row, "state"), 6);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.get", "{'table':'incident','id':'%s','as_of':'2016-02-01T09:59:59Z'}", id);

    answer = send(tk, "times again", rows); /* all of it was */
    assert_int_equal(csm_tk_int(tk, answer, "unchanged"), 6);
    assert_int_equal(csm_tk_int(tk, answer, "failed"), 0);
    answer = csm_tk_ok(tk, "record.history", "{'table':'incident','id':'%s'}", id);
    assert_int_equal(csm_tk_at(tk, answer, "versions")->count, 7);
    assert_int_equal(csm_tk_at(tk, answer, "journal")->count, 2);
}

static void the_state_model_binds_everybody(void **state)
{
    static const char rows[] = "[['INC0009002','01-02-2016 10:00','new','cal','una','0',''],"
                               "['INC0009002','01-02-2016 11:00','shut','cal','una','0',''],"
                               "['INC0009002','01-02-2016 12:00','done','cal','rob','0',''],"
                               "['INC0009002','01-02-2016 13:00','new','cal','una','0',''],"
                               "['INC0009002','01-02-2016 14:00','shut','cal','una','0',''],"
                               "['INC0009002','01-02-2016 15:00','shut','cal','una','9',''],"
                               "['INC0009002','01-02-2016 13:30','done','cal','una','0',''],"
                               "['INC0009002','','done','cal','una','0','']]";
    csm_tk *tk = *state;
    const csm_value *answer;

    csm_tk_as(tk, "root"); /* an administrator might change what is closed; a replay may not */
    answer = send(tk, "model", rows);
    assert_int_equal(csm_tk_at(tk, answer, "errors")->count, 5);
    assert_int_equal(csm_tk_int(tk, answer, "errors.0.row"), 2);
    csm_tk_assert_str(csm_tk_str(tk, answer, "errors.0.field"), "state");
    assert_int_equal(csm_tk_int(tk, answer, "errors.1.row"), 4);
    assert_int_equal(csm_tk_int(tk, answer, "errors.2.row"), 6);
    assert_int_equal(csm_tk_int(tk, answer, "errors.3.row"), 7);
    csm_tk_assert_str(csm_tk_str(tk, answer, "errors.3.message"),
                      "the row is of 2016-02-01T13:30:00Z, the record has changed at 2016-02-01T14:00:00Z since");
    assert_int_equal(csm_tk_int(tk, answer, "errors.4.row"), 8);
    assert_int_equal(csm_tk_int(tk, csm_tk_first(tk, "incident", "number=INC0009002"), "reassignment_count"), 0);
}

/* Without "replay" an import brings states as they are. */
static void a_plain_import_brings_states(void **state)
{
    csm_tk *tk = *state;
    const char *id;

    csm_tk_as(tk, "root");
    id = csm_tk_str(tk, csm_tk_ok(tk, "import.start", "{'name':'plain','mapping':{'table':'incident','fields':{'number':'Number',"
                                  "'state':'State','caller_id':{'column':'Caller','find':{'table':'sys_user','by':'user_name',"
                                  "'insert':true}}}}}"), "id");
    assert_int_equal(csm_tk_int(tk, csm_tk_ok(tk, "import.rows", "{'id':'%s','first':1,'columns':['Number','State','Caller'],"
                                              "'rows':[['INC0009003','7','cal']]}", id), "failed"), 0);
    assert_int_equal(csm_tk_int(tk, csm_tk_first(tk, "incident", "number=INC0009003"), "state"), 7);
}

static void a_replay_has_its_callers_rights(void **state)
{
    static const char rows[] = "[['INC0009004','01-02-2016 10:00','new','ida','ida','0','']]";
    csm_tk *tk = *state;

    csm_tk_as(tk, "ida");
    assert_int_equal(csm_tk_int(tk, send(tk, "rights", rows), "failed"), 0);
    csm_tk_as(tk, NULL);
    csm_tk_user(tk, "imp", "import_admin");
    csm_tk_as(tk, "imp");
    assert_int_equal(csm_tk_int(tk, send(tk, "no rights", rows), "failed"), 1);
}

static void a_wrong_replay_is_refused_whole(void **state)
{
    static const char *const wrong[] = {
        "{'table':'incident','fields':{'number':'N'},'replay':{'at':'At'}}",
        "{'table':'incident','coalesce':['number'],'fields':{'number':'N'},'replay':{}}",
        "{'table':'incident','coalesce':['number'],'fields':{'number':'N'},'replay':{'at':'At','when':'At'}}",
        "{'table':'incident','coalesce':['number'],'fields':{'number':'N'},'steps':[{}],'replay':{'at':'At'}}",
        "{'table':'incident','coalesce':['number'],'fields':{'number':'N'},'replay':{'at':'At','create':{'nope':'N'}}}",
        "{'table':'incident','coalesce':['number'],'fields':{'number':{'column':'N','if':['N']}}}",
        "{'table':'sys_session','coalesce':['address'],'fields':{'address':'N'},'replay':{'at':'At'}}",
    };
    csm_tk *tk = *state;

    csm_tk_as(tk, "root");
    for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++)
        csm_tk_fails(tk, CSM_E_INVALID, "import.start", "{'name':'wrong','mapping':%s}", wrong[n]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_happens_at_its_time),
        cmocka_unit_test(the_state_model_binds_everybody),
        cmocka_unit_test(a_plain_import_brings_states),
        cmocka_unit_test(a_replay_has_its_callers_rights),
        cmocka_unit_test(a_wrong_replay_is_refused_whole),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
