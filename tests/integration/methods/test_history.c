/* record.history, record.undo, as_of, sys_audit and sys_journal_field: the past, for those it is for. */
#include "kit.h"

static int start(void **state)
{
    csm_tk *tk = csm_tk_start("customer_service", 0);

    csm_tk_user(tk, "ann", "itil");
    csm_tk_user(tk, "ben", "itil");
    csm_tk_user(tk, "ivy", "snc_internal");
    csm_tk_user(tk, "xena", "snc_external");
    *state = tk;
    return 0;
}

static int stop(void **state)
{
    csm_tk_stop(*state);
    return 0;
}

/* Sequence number of the newest version of a task. */
static int64_t last_sequence(csm_tk *tk, const char *id)
{
    return csm_tk_int(tk, csm_tk_ok(tk, "record.history", "{'table':'task','id':'%s','limit':1}", id), "versions.0.sequence");
}

static void history_tells_who_changed_what(void **state)
{
    csm_tk *tk = *state;
    const csm_value *past;
    const char *id;

    csm_tk_as(tk, "ann");
    id = csm_tk_insert(tk, "task", "{'short_description':'one'}");
    csm_tk_as(tk, "ben");
    (void)csm_tk_update(tk, "task", id, "{'short_description':'two','work_notes':'looked'}");
    (void)csm_tk_update(tk, "task", id, "{'priority':1}");
    past = csm_tk_ok(tk, "record.history", "{'table':'task','id':'%s'}", id);
    assert_int_equal(csm_tk_at(tk, past, "versions")->count, 3);
    assert_int_equal(csm_tk_int(tk, past, "versions.0.changes.priority.new"), 1);
    csm_tk_assert_str(csm_tk_str(tk, past, "versions.1.by"), "ben");
    csm_tk_assert_str(csm_tk_str(tk, past, "versions.1.changes.short_description.old"), "one");
    csm_tk_assert_str(csm_tk_str(tk, past, "versions.2.operation"), "insert");
    csm_tk_assert_str(csm_tk_str(tk, past, "journal.0.text"), "looked");
    past = csm_tk_ok(tk, "record.history", "{'table':'task','id':'%s','limit':2,'oldest_first':true}", id);
    csm_tk_assert_str(csm_tk_str(tk, past, "versions.0.operation"), "insert");
    past = csm_tk_ok(tk, "record.history", "{'table':'task','id':'%s','limit':2,'oldest_first':true,'after':%d}", id,
                     (int)csm_tk_int(tk, past, "next"));
    assert_int_equal(csm_tk_at(tk, past, "versions")->count, 1);
    csm_tk_as(tk, "ivy");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.history", "{'table':'task','id':'%s'}", id);
    csm_tk_as(tk, "xena");
    csm_tk_fails(tk, CSM_E_DENIED, "record.history", "{'table':'task','id':'%s'}", id);
    csm_tk_as(tk, NULL);
    (void)csm_tk_ok(tk, "record.delete", "{'table':'task','id':'%s'}", id);
    past = csm_tk_ok(tk, "record.history", "{'table':'task','id':'%s'}", id); /* an administrator sees what is gone */
    csm_tk_assert_str(csm_tk_str(tk, past, "versions.0.operation"), "delete");
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.history", "{'table':'task','id':'%s'}", id);
}

static void as_of_shows_the_record_then(void **state)
{
    csm_tk *tk = *state;
    const char *id, *then;

    csm_tk_as(tk, "ann");
    id = csm_tk_insert(tk, "task", "{'short_description':'one'}");
    csm_tk_advance(tk, CSM_HOUR);
    then = csm_tk_str(tk, csm_tk_ok(tk, "server.ping", "{}"), "time");
    csm_tk_advance(tk, CSM_HOUR);
    (void)csm_tk_update(tk, "task", id, "{'short_description':'two'}");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_ok(tk, "record.get", "{'table':'task','id':'%s','as_of':'%s'}", id, then),
                                 "short_description"), "one");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.get", "{'table':'task','id':'%s','as_of':'2001-01-01T00:00:00Z'}", id);
}

/* Short descriptions of a page of the past, joined. */
static const char *past_page(csm_tk *tk, const char *then, const char *query, const char *more, const csm_value **answer)
{
    static char text[256];
    const csm_value *rows;

    *answer = csm_tk_ok(tk, "record.query", "{'table':'task','query':'%s','as_of':'%s'%s}", query, then, more);
    rows = csm_tk_at(tk, *answer, "rows");
    text[0] = '\0';
    for (uint32_t n = 0; n < rows->count; n++) {
        size_t len = strlen(text);

        (void)snprintf(text + len, sizeof(text) - len, "%s ", csm_tk_str(tk, &rows->list[n], "short_description"));
    }
    return text;
}

static const char *with_token(const char *token)
{
    static char text[80];

    (void)snprintf(text, sizeof(text), ",'limit':2,'after':'%s'", token);
    return text;
}

static void queries_see_the_rows_of_then(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;
    const char *moved, *gone, *then;

    csm_tk_as(tk, "ann");
    (void)csm_tk_insert(tk, "task", "{'short_description':'past-a','correlation_id':'p','priority':3}");
    moved = csm_tk_insert(tk, "task", "{'short_description':'past-b','correlation_id':'p','priority':1}");
    gone = csm_tk_insert(tk, "task", "{'short_description':'past-c','correlation_id':'p','priority':2}");
    csm_tk_advance(tk, CSM_MINUTE);
    then = csm_tk_str(tk, csm_tk_ok(tk, "server.ping", "{}"), "time");
    csm_tk_advance(tk, CSM_MINUTE);
    (void)csm_tk_update(tk, "task", moved, "{'short_description':'past-z','correlation_id':'q','priority':5}");
    (void)csm_tk_insert(tk, "task", "{'short_description':'past-new','correlation_id':'p'}");
    csm_tk_as(tk, NULL);
    (void)csm_tk_ok(tk, "record.delete", "{'table':'task','id':'%s'}", gone);
    csm_tk_assert_str(past_page(tk, then, "correlation_id=p^ORDERBYpriority", "", &answer), "past-b past-c past-a ");
    csm_tk_assert_str(past_page(tk, then, "correlation_id=p^ORDERBYpriority", ",'limit':2", &answer), "past-b past-c ");
    csm_tk_assert_str(past_page(tk, then, "correlation_id=p^ORDERBYpriority",
                                with_token(csm_tk_str(tk, answer, "next")), &answer),
                      "past-a ");
    assert_true(csm_tk_is_nil(tk, answer, "next"));
    csm_tk_as(tk, "ann"); /* what is gone is an administrator's to see */
    csm_tk_assert_str(past_page(tk, then, "correlation_id=p^ORDERBYpriority", "", &answer), "past-b past-a ");
    csm_tk_assert_str(past_page(tk, "2001-01-01T00:00:00Z", "correlation_id=p", "", &answer), "");
    csm_tk_as(tk, "ivy");
    csm_tk_assert_str(past_page(tk, then, "correlation_id=p", "", &answer), "");
    csm_tk_as(tk, "xena");
    csm_tk_fails(tk, CSM_E_DENIED, "record.query", "{'table':'task','as_of':'%s'}", then);
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_INVALID, "record.query", "{'table':'task','as_of':'%s','after':'x'}", then);
    csm_tk_fails(tk, CSM_E_INVALID, "record.query", "{'table':'task','as_of':'%s','query':'nope=1'}", then);
}

static void figures_and_views_are_those_of_then(void **state)
{
    csm_tk *tk = *state;
    const csm_value *rows;
    const char *id, *then, *second;

    csm_tk_as(tk, "ann");
    id = csm_tk_insert(tk, "task", "{'short_description':'then-a','correlation_id':'t','priority':2,'work_notes':'first'}");
    second = csm_tk_insert(tk, "task", "{'short_description':'then-b','correlation_id':'t','priority':2}");
    (void)csm_tk_update(tk, "task", id, "{'priority':3}");
    csm_tk_advance(tk, CSM_MINUTE);
    then = csm_tk_str(tk, csm_tk_ok(tk, "server.ping", "{}"), "time");
    csm_tk_advance(tk, CSM_MINUTE);
    (void)csm_tk_update(tk, "task", id, "{'priority':1,'work_notes':'second'}");
    (void)csm_tk_update(tk, "task", second, "{'correlation_id':'u'}");
    (void)csm_tk_insert(tk, "task", "{'short_description':'then-c','correlation_id':'t','priority':2}");
    rows = csm_tk_at(tk, csm_tk_ok(tk, "record.aggregate", "{'table':'task','query':'correlation_id=t','group':['priority'],"
                                   "'figures':['count','max:short_description'],'as_of':'%s'}", then), "rows");
    assert_int_equal(rows->count, 2);
    assert_int_equal(csm_tk_int(tk, &rows->list[0], "priority"), 2);
    assert_int_equal(csm_tk_int(tk, &rows->list[0], "count"), 1);
    csm_tk_assert_str(csm_tk_str(tk, &rows->list[0], "max:short_description"), "then-b");
    assert_int_equal(csm_tk_int(tk, &rows->list[1], "priority"), 3);
    rows = csm_tk_at(tk, csm_tk_ok(tk, "record.aggregate", "{'table':'task','query':'correlation_id=t','as_of':"
                                   "'2001-01-01T00:00:00Z'}"), "rows");
    assert_int_equal(csm_tk_int(tk, &rows->list[0], "count"), 0);
    rows = csm_tk_at(tk, csm_tk_ok(tk, "record.query", "{'table':'sys_audit','query':'documentkey=%s','as_of':'%s'}", id, then),
                     "rows");
    assert_int_equal(rows->count, 1);
    csm_tk_assert_str(csm_tk_str(tk, &rows->list[0], "newvalue"), "3");
    rows = csm_tk_at(tk, csm_tk_ok(tk, "record.query", "{'table':'sys_journal_field','query':'element_id=%s','as_of':'%s'}", id,
                                   then), "rows");
    assert_int_equal(rows->count, 1);
    csm_tk_assert_str(csm_tk_str(tk, &rows->list[0], "value"), "first");
    csm_tk_as(tk, "ivy"); /* out of reach today is out of reach then */
    rows = csm_tk_at(tk, csm_tk_ok(tk, "record.aggregate", "{'table':'task','query':'correlation_id=t','as_of':'%s'}", then), "rows");
    assert_int_equal(csm_tk_int(tk, &rows->list[0], "count"), 0);
    csm_tk_as(tk, "xena");
    csm_tk_fails(tk, CSM_E_DENIED, "record.aggregate", "{'table':'task','as_of':'%s'}", then);
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_DENIED, "record.aggregate", "{'table':'sys_user','group':['locked_out'],'as_of':'%s'}", then);
    csm_tk_fails(tk, CSM_E_UNSUPPORTED, "record.aggregate", "{'table':'sys_session','as_of':'%s'}", then);
}

static void undo_sets_back_what_is_still_so(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;
    const char *id;
    int64_t sequence;

    csm_tk_as(tk, "ann");
    id = csm_tk_insert(tk, "task", "{'short_description':'one','priority':4}");
    (void)csm_tk_update(tk, "task", id, "{'short_description':'two','priority':2}");
    sequence = last_sequence(tk, id);
    csm_tk_as(tk, "ben");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.undo", "{'sequence':%lld}", (long long)sequence); /* not his */
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.undo", "{'sequence':99999999}");
    answer = csm_tk_ok(tk, "record.undo", "{'sequence':%lld}", (long long)sequence);
    csm_tk_assert_str(csm_tk_str(tk, answer, "undone.0.operation"), "update");
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "task", id), "short_description"), "one");
    assert_int_equal(csm_tk_int(tk, csm_tk_get(tk, "task", id), "priority"), 4);
    (void)csm_tk_update(tk, "task", id, "{'priority':3}");
    sequence = last_sequence(tk, id);
    (void)csm_tk_update(tk, "task", id, "{'priority':1}");
    csm_tk_fails(tk, CSM_E_CONFLICT, "record.undo", "{'sequence':%lld}", (long long)sequence);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_error_data(tk), "conflicts.0.field"), "priority");
    assert_int_equal(csm_tk_int(tk, csm_tk_get(tk, "task", id), "priority"), 1);
    answer = csm_tk_ok(tk, "record.undo", "{'sequence':%lld,'partial':true}", (long long)sequence);
    assert_int_equal(csm_tk_at(tk, answer, "undone")->count, 0);
    assert_int_equal(csm_tk_at(tk, answer, "conflicts")->count, 1);
}

static void undo_brings_back_and_takes_away_records(void **state)
{
    csm_tk *tk = *state;
    const char *company, *number;
    int64_t made, gone;
    const char *id;

    csm_tk_as(tk, NULL);
    company = csm_tk_insert(tk, "core_company", "{'name':'Vanishing','city':'Rome'}");
    made = csm_tk_int(tk, csm_tk_ok(tk, "record.history", "{'table':'core_company','id':'%s'}", company), "versions.0.sequence");
    (void)csm_tk_ok(tk, "record.delete", "{'table':'core_company','id':'%s'}", company);
    gone = csm_tk_int(tk, csm_tk_ok(tk, "record.history", "{'table':'core_company','id':'%s'}", company), "versions.0.sequence");
    (void)csm_tk_ok(tk, "record.undo", "{'sequence':%lld}", (long long)gone);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "core_company", company), "city"), "Rome");
    csm_tk_fails(tk, CSM_E_CONFLICT, "record.undo", "{'sequence':%lld}", (long long)gone); /* it is there again */
    csm_tk_fails(tk, CSM_E_CONFLICT, "record.undo", "{'sequence':%lld}", (long long)made); /* changed since */
    id = csm_tk_insert(tk, "task", "{'short_description':'a mistake'}");
    number = csm_tk_str(tk, csm_tk_get(tk, "task", id), "number");
    (void)csm_tk_ok(tk, "record.undo", "{'sequence':%lld}", (long long)last_sequence(tk, id));
    assert_int_equal(csm_tk_count(tk, "task", "number=%s", number), 0);
}

static void audit_and_journal_are_views_of_one_record(void **state)
{
    csm_tk *tk = *state;
    const csm_value *rows;
    const char *id;

    csm_tk_as(tk, "ann");
    id = csm_tk_insert(tk, "task", "{'short_description':'one'}");
    (void)csm_tk_update(tk, "task", id, "{'short_description':'two','work_notes':'n1'}");
    (void)csm_tk_update(tk, "task", id, "{'short_description':'three','work_notes':'n2','comments':'c1'}");
    rows = csm_tk_rows(tk, "sys_audit", "documentkey=%s^fieldname=short_description", id);
    assert_int_equal(rows->count, 2);
    csm_tk_assert_str(csm_tk_str(tk, rows, "0.oldvalue"), "one");
    csm_tk_assert_str(csm_tk_str(tk, rows, "1.newvalue"), "three");
    csm_tk_assert_str(csm_tk_str(tk, rows, "1.user"), "ann");
    assert_int_equal(csm_tk_int(tk, rows, "1.record_checkpoint"), 2);
    rows = csm_tk_rows(tk, "sys_journal_field", "element_id=%s^element=work_notes", id);
    assert_int_equal(rows->count, 2);
    csm_tk_assert_str(csm_tk_str(tk, rows, "0.value"), "n2"); /* newest first */
    rows = csm_tk_at(tk, csm_tk_ok(tk, "record.query", "{'table':'sys_journal_field','where':['and',['=','element_id','%s'],"
                                   "['=','element','comments']],'fields':['value']}", id), "rows");
    assert_int_equal(rows->count, 1);
    csm_tk_fails(tk, CSM_E_INVALID, "record.query", "{'table':'sys_audit','query':'fieldname=state'}");
    csm_tk_fails(tk, CSM_E_INVALID, "record.query", "{'table':'sys_audit','query':'documentkey=%s^ORfieldname=state'}", id);
    csm_tk_fails(tk, CSM_E_UNSUPPORTED, "record.aggregate", "{'table':'sys_audit','query':'documentkey=%s'}", id);
    csm_tk_as(tk, "ivy");
    assert_int_equal(csm_tk_rows(tk, "sys_audit", "documentkey=%s", id)->count, 0); /* not his record */
    csm_tk_as(tk, "xena");
    csm_tk_fails(tk, CSM_E_DENIED, "record.query", "{'table':'sys_audit','query':'documentkey=%s'}", id);
    csm_tk_as(tk, NULL);
    csm_tk_fails(tk, CSM_E_INVALID, "record.insert", "{'table':'sys_audit','values':{'tablename':'task'}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_tells_who_changed_what),
        cmocka_unit_test(as_of_shows_the_record_then),
        cmocka_unit_test(queries_see_the_rows_of_then),
        cmocka_unit_test(figures_and_views_are_those_of_then),
        cmocka_unit_test(undo_sets_back_what_is_still_so),
        cmocka_unit_test(undo_brings_back_and_takes_away_records),
        cmocka_unit_test(audit_and_journal_are_views_of_one_record),
    };

    return cmocka_run_group_tests_name("history methods", tests, start, stop);
}
