/* record.get, query, aggregate, insert, update, delete, batch; dry runs and repeats: from the right and the wrong side. */
#include "kit.h"

#include <csm/client.h>

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

/* A task of ann's that no other test counts: its correlation id says whose. */
static const char *task(csm_tk *tk, const char *test, int priority, const char *text)
{
    return csm_tk_insert(tk, "task", "{'correlation_id':'%s','priority':%d,'short_description':'%s'}", test, priority, text);
}

static void get_shows_what_one_may_see(void **state)
{
    csm_tk *tk = *state;
    const csm_value *row;
    const char *id;

    csm_tk_as(tk, "ann");
    id = task(tk, "get", 2, "printer");
    (void)csm_tk_update(tk, "task", id, "{'work_notes':'checked the cable'}");
    row = csm_tk_ok(tk, "record.get", "{'table':'task','id':'%s','display':true}", id);
    csm_tk_assert_str(csm_tk_str(tk, row, "short_description"), "printer");
    csm_tk_assert_str(csm_tk_str(tk, row, "work_notes.0.text"), "checked the cable");
    csm_tk_assert_str(csm_tk_str(tk, row, "display.priority"), "High");
    assert_int_equal(csm_tk_int(tk, row, "sys_mod_count"), 1);
    row = csm_tk_ok(tk, "record.get", "{'table':'task','id':'%s','fields':['number','opened_by.user_name']}", id);
    csm_tk_assert_str(csm_tk_keep_text(tk, csm_map_get(row, "opened_by.user_name")->s), "ann");
    assert_null(csm_map_get(row, "short_description"));
    csm_tk_fails(tk, CSM_E_INVALID, "record.get", "{'table':'task','id':'%s','fields':['numbr']}", id);
    csm_tk_fails(tk, CSM_E_INVALID, "record.get", "{'table':'task','id':'123'}");
    csm_tk_fails(tk, CSM_E_INVALID, "record.get", "{'table':'task'}");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.get", "{'table':'tsk','id':'%s'}", id);
    csm_tk_as(tk, "ivy");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.get", "{'table':'task','id':'%s'}", id);
    csm_tk_as(tk, "xena");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.get", "{'table':'task','id':'%s'}", id);
    csm_tk_fails(tk, CSM_E_DENIED, "record.get", "{'table':'task','id':'%s','as_of':'2030-01-01T00:00:00Z'}", id);
}

static void query_pages_in_order(void **state)
{
    csm_tk *tk = *state;
    const csm_value *page;
    const char *next;
    int seen = 0;

    csm_tk_as(tk, "ann");
    for (int n = 0; n < 25; n++)
        (void)task(tk, "pages", 1 + n % 5, "row");
    page = csm_tk_ok(tk, "record.query", "{'table':'task','query':'correlation_id=pages','order':'priority,-number',"
                                         "'fields':'number,priority','limit':10}");
    for (;;) {
        const csm_value *rows = csm_tk_at(tk, page, "rows");

        for (uint32_t n = 0; n < rows->count; n++)
            assert_int_equal(csm_tk_int(tk, &rows->list[n], "priority"), 1 + seen++ / 5);
        if (csm_tk_is_nil(tk, page, "next"))
            break;
        next = csm_tk_str(tk, page, "next");
        page = csm_tk_ok(tk, "record.query", "{'table':'task','query':'correlation_id=pages','order':['priority','-number'],"
                                             "'fields':['number','priority'],'limit':10,'after':'%s'}", next);
    }
    assert_int_equal(seen, 25);
    page = csm_tk_ok(tk, "record.query", "{'table':'task','where':['and',['=','correlation_id','pages'],['<=','priority',2]],"
                                         "'offset':8,'limit':5}");
    assert_int_equal(csm_tk_at(tk, page, "rows")->count, 2);
    csm_tk_as(tk, "ivy");
    assert_int_equal(csm_tk_rows(tk, "task", "correlation_id=pages")->count, 0);
}

static void query_refuses_what_it_does_not_understand(void **state)
{
    static const struct {
        const char *args;
        csm_status code;
    } rows[] = {
        { "{'table':'task','query':'priorty=1'}", CSM_E_INVALID },
        { "{'table':'task','query':'priority~1'}", CSM_E_INVALID },
        { "{'table':'task','query':'priority=high'}", CSM_E_INVALID },
        { "{'table':'task','query':'active=true','where':['=','active',true]}", CSM_E_INVALID },
        { "{'table':'task','order':'-openedat'}", CSM_E_INVALID },
        { "{'table':'task','order':7}", CSM_E_INVALID },
        { "{'table':'task','fields':7}", CSM_E_INVALID },
        { "{'table':'task','limit':0}", CSM_E_INVALID },
        { "{'table':'task','limit':5000}", CSM_E_LIMIT },
        { "{'table':'task','offset':20000}", CSM_E_INVALID },
        { "{'table':'task','after':'rubbish'}", CSM_E_INVALID },
        { "{'table':'task','filter':'active=true'}", CSM_E_INVALID },
        { "{'table':'sys_session','as_of':'2020-01-01T00:00:00Z'}", CSM_E_UNSUPPORTED },
        { "{'table':'task','as_of':'yesterday'}", CSM_E_INVALID },
        { "{'table':'sys_user','query':'password_hashISNOTEMPTY'}", CSM_E_INVALID },
        { "{'table':'sys_user','query':'locked_out=true'}", CSM_E_DENIED },
        { "{'table':'sys_user','order':'locked_out'}", CSM_E_DENIED },
    };
    csm_tk *tk = *state;

    csm_tk_as(tk, "ann");
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
        csm_tk_fails(tk, rows[n].code, "record.query", "%s", rows[n].args);
}

static void aggregate_counts_groups(void **state)
{
    csm_tk *tk = *state;
    const csm_value *rows;

    csm_tk_as(tk, "ann");
    for (int n = 0; n < 6; n++)
        (void)task(tk, "figures", n < 3 ? 1 : n < 5 ? 2 : 3, "row");
    rows = csm_tk_at(tk, csm_tk_ok(tk, "record.aggregate", "{'table':'task','query':'correlation_id=figures','group':['priority'],"
                                   "'figures':['count','max:order'],'display':true}"), "rows");
    assert_int_equal(rows->count, 3);
    assert_int_equal(csm_tk_int(tk, rows, "0.count"), 3);
    csm_tk_assert_str(csm_tk_str(tk, rows, "0.display.priority"), "Critical");
    rows = csm_tk_at(tk, csm_tk_ok(tk, "record.aggregate", "{'table':'task','query':'correlation_id=figures','group':['priority'],"
                                   "'having':['and',['>=','count',2],['not',['=','priority',1]]]}"), "rows");
    assert_int_equal(rows->count, 1);
    assert_int_equal(csm_tk_int(tk, rows, "0.priority"), 2);
    rows = csm_tk_at(tk, csm_tk_ok(tk, "record.aggregate", "{'table':'task','query':'correlation_id=figures','group':['priority'],"
                                   "'order':'-priority','limit':1}"), "rows");
    assert_int_equal(rows->count, 1);
    assert_int_equal(csm_tk_int(tk, rows, "0.priority"), 3);
    csm_tk_fails(tk, CSM_E_INVALID, "record.aggregate", "{'table':'task','figures':['median:order']}");
    csm_tk_fails(tk, CSM_E_INVALID, "record.aggregate", "{'table':'task','group':['priority:month']}");
    csm_tk_fails(tk, CSM_E_INVALID, "record.aggregate", "{'table':'task','having':['>','sum',1]}");
    csm_tk_fails(tk, CSM_E_INVALID, "record.aggregate", "{'table':'task','group':['priority'],'order':'state'}");
    csm_tk_fails(tk, CSM_E_INVALID, "record.aggregate", "{'table':'sys_user','group':['password_hash']}");
    csm_tk_fails(tk, CSM_E_DENIED, "record.aggregate", "{'table':'sys_user','group':['locked_out']}");
    csm_tk_as(tk, "ivy");
    assert_int_equal(csm_tk_count(tk, "task", "correlation_id=figures"), 0);
}

static void writes_keep_versions_apart(void **state)
{
    csm_tk *tk = *state;
    const char *id;

    csm_tk_as(tk, "ann");
    id = task(tk, "versions", 4, "first");
    (void)csm_tk_update(tk, "task", id, "{'short_description':'second'}");
    csm_tk_fails(tk, CSM_E_CONFLICT, "record.update", "{'table':'task','id':'%s','version':0,'values':{'priority':1}}", id);
    (void)csm_tk_ok(tk, "record.update", "{'table':'task','id':'%s','base':0,'values':{'priority':1}}", id); /* merged */
    csm_tk_fails(tk, CSM_E_CONFLICT, "record.update", "{'table':'task','id':'%s','base':0,'values':{'short_description':'third'}}",
                 id);
    csm_tk_fails(tk, CSM_E_INVALID, "record.update", "{'table':'task','id':'%s','base':0,'version':1,'values':{}}", id);
    csm_tk_fails(tk, CSM_E_INVALID, "record.update", "{'table':'task','id':'%s','values':{'priorty':1}}", id);
    csm_tk_fails(tk, CSM_E_DENIED, "record.update", "{'table':'task','id':'%s','values':{'number':'X1'}}", id);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "task", id), "short_description"), "second");
    csm_tk_as(tk, "ivy");
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.update", "{'table':'task','id':'%s','values':{'priority':1}}", id);
    csm_tk_fails(tk, CSM_E_DENIED, "record.insert", "{'table':'task','values':{'short_description':'no'}}");
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_DENIED, "record.delete", "{'table':'task','id':'%s'}", id);
    csm_tk_as(tk, NULL);
    csm_tk_fails(tk, CSM_E_CONFLICT, "record.delete", "{'table':'task','id':'%s','version':0}", id);
    (void)csm_tk_ok(tk, "record.delete", "{'table':'task','id':'%s'}", id);
    csm_tk_fails(tk, CSM_E_NOT_FOUND, "record.get", "{'table':'task','id':'%s'}", id);
}

static void a_repeat_has_one_effect(void **state)
{
    csm_tk *tk = *state;
    const char *first, *again;

    csm_tk_as(tk, "ann");
    first = csm_tk_str(tk, csm_tk_ok(tk, "record.insert", "{'table':'task','values':{'correlation_id':'once'},'request_key':'k1'}"),
                       "sys_id");
    again = csm_tk_str(tk, csm_tk_ok(tk, "record.insert", "{'table':'task','values':{'correlation_id':'once'},'request_key':'k1',"
                                     "'trace':'t2'}"), "sys_id");
    csm_tk_assert_str(again, first);
    assert_int_equal(csm_tk_count(tk, "task", "correlation_id=once"), 1);
    csm_tk_fails(tk, CSM_E_CONFLICT, "record.insert", "{'table':'task','values':{'correlation_id':'twice'},'request_key':'k1'}");
    csm_tk_fails(tk, CSM_E_INVALID, "record.query", "{'table':'task','request_key':'k2'}");
    csm_tk_as(tk, "ben"); /* another caller's key is another key */
    (void)csm_tk_ok(tk, "record.insert", "{'table':'task','values':{'correlation_id':'ben'},'request_key':'k1'}");
    csm_tk_as(tk, NULL); /* nobody shares the local administrator's empty id, but not what was kept for him */
    (void)csm_tk_ok(tk, "record.insert", "{'table':'task','values':{'correlation_id':'admin'},'request_key':'k9'}");
    csm_tk_as_guest(tk, "stranger");
    csm_tk_fails(tk, CSM_E_UNAUTHENTICATED, "record.insert",
                 "{'table':'task','values':{'correlation_id':'admin'},'request_key':'k9'}");
}

static void a_dry_run_tells_and_keeps_nothing(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer, *change;
    const char *id;

    csm_tk_as(tk, "ann");
    id = task(tk, "dry", 4, "before");
    answer = csm_tk_ok(tk, "record.update", "{'table':'task','id':'%s','values':{'short_description':'after'},'dry_run':true}", id);
    csm_tk_assert_str(csm_tk_str(tk, answer, "result.short_description"), "after");
    change = csm_tk_at(tk, answer, "changes.0");
    csm_tk_assert_str(csm_tk_str(tk, change, "operation"), "update");
    csm_tk_assert_str(csm_tk_str(tk, change, "id"), id);
    csm_tk_assert_str(csm_tk_str(tk, change, "fields.short_description.old"), "before");
    csm_tk_assert_str(csm_tk_str(tk, change, "fields.short_description.new"), "after");
    assert_null(csm_map_get(csm_tk_at(tk, change, "fields"), "priority"));
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_get(tk, "task", id), "short_description"), "before");
    answer = csm_tk_ok(tk, "record.insert", "{'table':'task','values':{'correlation_id':'never'},'dry_run':true}");
    csm_tk_assert_str(csm_tk_str(tk, answer, "changes.0.operation"), "insert");
    assert_int_equal(csm_tk_count(tk, "task", "correlation_id=never"), 0);
    csm_tk_fails(tk, CSM_E_INVALID, "record.update", "{'table':'task','id':'%s','values':{'priority':99},'dry_run':true}", id);
    csm_tk_as_guest(tk, "dry");
    csm_tk_fails(tk, CSM_E_UNSUPPORTED, "session.login", "{'user':'ann','password':'x','dry_run':true}");
}

static void a_batch_is_whole_or_item_by_item(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;
    const char *parent;

    csm_tk_as(tk, "ann");
    answer = csm_tk_ok(tk, "record.batch", "{'items':["
                       "{'op':'insert','table':'task','values':{'correlation_id':'batch','short_description':'parent'}},"
                       "{'op':'insert','table':'task','values':{'correlation_id':'batch','parent':{'$ref':0}}},"
                       "{'op':'update','table':'task','id':{'$ref':0},'values':{'priority':1}}]}");
    parent = csm_tk_str(tk, answer, "0.record.sys_id");
    csm_tk_assert_str(csm_tk_str(tk, answer, "1.record.parent"), parent);
    assert_int_equal(csm_tk_int(tk, answer, "2.record.priority"), 1);
    csm_tk_fails(tk, CSM_E_INVALID, "record.batch", "{'items':["
                 "{'op':'insert','table':'task','values':{'correlation_id':'batch2'}},"
                 "{'op':'insert','table':'task','values':{'priority':99}}]}");
    assert_non_null(strstr(csm_tk_message(tk), "item 1"));
    assert_int_equal(csm_tk_count(tk, "task", "correlation_id=batch2"), 0);
    answer = csm_tk_ok(tk, "record.batch", "{'atomic':false,'items':["
                       "{'op':'insert','table':'task','values':{'correlation_id':'batch3'}},"
                       "{'op':'insert','table':'task','values':{'priority':99}},"
                       "{'op':'update','table':'task','id':{'$ref':1},'values':{'priority':1}},"
                       "{'op':'delete','table':'task','id':{'$ref':0}},"
                       "{'op':'insert','table':'task','valus':{}}]}");
    assert_true(csm_tk_has(csm_tk_at(tk, answer, "0"), "record"));
    csm_tk_assert_str(csm_tk_str(tk, answer, "1.error.field"), "priority");
    assert_int_equal(csm_tk_int(tk, answer, "2.error.code"), CSM_E_INVALID);
    assert_int_equal(csm_tk_int(tk, answer, "3.error.code"), CSM_E_DENIED);
    assert_int_equal(csm_tk_int(tk, answer, "4.error.code"), CSM_E_INVALID);
    assert_int_equal(csm_tk_count(tk, "task", "correlation_id=batch3"), 1);
    csm_tk_fails(tk, CSM_E_INVALID, "record.batch", "{'items':[]}");
    csm_tk_fails(tk, CSM_E_INVALID, "record.batch", "{'items':[{'op':'upsert','table':'task'}]}");
    csm_tk_as(tk, "ivy");
    csm_tk_fails(tk, CSM_E_DENIED, "record.batch", "{'items':[{'op':'insert','table':'task','values':{}}]}");
}

#define LONG_BATCH 600

/* Inserts that refer to the first and to the one before, as arguments of record.batch. */
static const char *long_batch(const char *mark)
{
    static char text[LONG_BATCH * 200];
    size_t len = (size_t)snprintf(text, sizeof(text), "{'op':'insert','table':'task','values':{'correlation_id':'%s'}}", mark);

    for (int n = 1; n < LONG_BATCH; n++)
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                ",{'op':'insert','table':'task','values':{'correlation_id':'%s','parent':{'$ref':%d}}}", mark,
                                n % 2 == 0 ? 0 : n - 1);
    return text;
}

static int64_t sequence(csm_tk *tk)
{
    return csm_tk_int(tk, csm_tk_ok(tk, "store.stat", "{}"), "sequence");
}

/* Items that stand for themselves let others in between; the answer is of all of them, in their order. */
static void a_long_batch_goes_in_pages(void **state)
{
    csm_tk *tk = *state;
    const csm_value *answer;
    int64_t before;

    csm_tk_as(tk, NULL);
    before = sequence(tk);
    answer = csm_tk_ok(tk, "record.batch", "{'atomic':false,'items':[%s]}", long_batch("long"));
    assert_true(sequence(tk) > before + 1);
    assert_int_equal(answer->count, LONG_BATCH);
    for (uint32_t n = 1; n < LONG_BATCH; n++)
        csm_tk_assert_str(csm_tk_str(tk, csm_map_get(&answer->list[n], "record"), "parent"),
                          csm_tk_str(tk, csm_map_get(&answer->list[n % 2 == 0 ? 0 : n - 1], "record"), "sys_id"));
    assert_int_equal(csm_tk_count(tk, "task", "correlation_id=long"), LONG_BATCH);
    /* Kept for repeats it is one: the second time nothing happens. */
    for (int n = 0; n < 2; n++)
        (void)csm_tk_ok(tk, "record.batch", "{'atomic':false,'request_key':'pages','items':["
                        "{'op':'insert','table':'task','values':{'correlation_id':'kept'}},"
                        "{'op':'insert','table':'task','values':{'correlation_id':'kept'}}]}");
    assert_int_equal(csm_tk_count(tk, "task", "correlation_id=kept"), 2);
}

/* All or nothing holds everybody up, so it has a limit of its own. */
static void a_whole_batch_has_a_limit(void **state)
{
    csm_tk *tk = csm_tk_start_with("foundation", 0, "batch_ms=10");

    (void)state;
    csm_tk_fails(tk, CSM_E_LIMIT, "record.batch", "{'items':[%s]}", long_batch("whole"));
    assert_non_null(strstr(csm_tk_message(tk), "item "));
    assert_non_null(strstr(csm_tk_error_hint(tk), "fewer items"));
    assert_int_equal(csm_tk_count(tk, "task", "correlation_id=whole"), 0);
    (void)csm_tk_ok(tk, "record.batch", "{'atomic':false,'items':[%s]}", long_batch("each"));
    assert_int_equal(csm_tk_count(tk, "task", "correlation_id=each"), LONG_BATCH);
    csm_tk_stop(tk);
}

/* A key twice in one map, which JSON tools hide, is refused rather than read as one of the two. */
static void a_key_twice_is_refused(void **state)
{
    const csm_pair inner[] = { { CSM_STR_INIT("priority"), csm_int(1) }, { CSM_STR_INIT("priority"), csm_int(2) } };
    const csm_pair twice[] = { { CSM_STR_INIT("table"), csm_ctext("task") }, { CSM_STR_INIT("table"), csm_ctext("sys_user") } };
    const csm_pair deep[] = { { CSM_STR_INIT("table"), csm_ctext("task") }, { CSM_STR_INIT("values"), csm_map(inner, 2) } };
    const csm_value outer_map = csm_map(twice, 2), deep_map = csm_map(deep, 2);
    csm_pair many[20];
    const csm_value many_map = csm_map(many, 20);
    csm_client_result *result = NULL;
    csm_client_error error;
    csm_client *client;
    csm_tk *tk = *state;

    assert_int_equal(csm_client_connect(csm_tk_address(tk), NULL, &client, &error), CSM_OK);
    assert_int_equal(csm_client_call(client, "record.query", &outer_map, &result, &error), CSM_E_INVALID);
    assert_non_null(strstr(error.message, "twice"));
    assert_int_equal(csm_client_call(client, "record.insert", &deep_map, &result, &error), CSM_E_INVALID);
    assert_non_null(strstr(error.message, "priority"));
    for (uint32_t n = 0; n < 20; n++)
        many[n] = (csm_pair){ { &"abcdefghijklmnopqrsg"[n], 1 }, csm_int(1) };
    assert_int_equal(csm_client_call(client, "record.query", &many_map, &result, &error), CSM_E_INVALID);
    assert_non_null(strstr(error.message, "\"g\" is there twice"));
    csm_client_close(client);
    csm_tk_as(tk, "ann");
    csm_tk_fails(tk, CSM_E_INVALID, "record.insert", "{'table':'task','values':{},'as_of':'2026-01-01T00:00:00Z'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(get_shows_what_one_may_see),
        cmocka_unit_test(query_pages_in_order),
        cmocka_unit_test(query_refuses_what_it_does_not_understand),
        cmocka_unit_test(aggregate_counts_groups),
        cmocka_unit_test(writes_keep_versions_apart),
        cmocka_unit_test(a_repeat_has_one_effect),
        cmocka_unit_test(a_dry_run_tells_and_keeps_nothing),
        cmocka_unit_test(a_batch_is_whole_or_item_by_item),
        cmocka_unit_test(a_long_batch_goes_in_pages),
        cmocka_unit_test(a_whole_batch_has_a_limit),
        cmocka_unit_test(a_key_twice_is_refused),
    };

    return cmocka_run_group_tests_name("record methods", tests, start, stop);
}
