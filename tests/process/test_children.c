/* kill -9 while the child cases of a major case are being made: after the restart the work goes on by itself and every account
 * of the list has exactly one. */
#include "server_process.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ACCOUNTS 500
#define PER_CALL 100
#define ROUNDS 4
#define WAIT_S 120
#define CASE "sn_customerservice_case"
#define LIST "sn_publications_recipients_list"

static int64_t count(csm_client *client, const char *filter)
{
    csm_client_result *result = server_call(client, "record.aggregate", "{'table':'" CASE "','query':'%s'}", filter);
    const csm_value *rows = csm_map_get(csm_client_result_value(result), "rows");
    const csm_value *figure = rows != NULL && rows->count > 0 ? csm_map_get(&rows->list[0], "count") : NULL;
    int64_t out = figure != NULL ? figure->i : -1;

    csm_client_result_free(result);
    return out;
}

static void text_of(csm_client_result *result, const char *key, char *out, size_t size)
{
    (void)server_text(result, key, out, size);
    csm_client_result_free(result);
    assert_int_equal(strlen(out), 32);
}

/* Waits until the record no longer shows @p field as true. */
static void wait_until_done(csm_client *client, const char *table, const char *id, const char *field)
{
    const struct timespec pause = { .tv_nsec = 5000000 };
    time_t until = time(NULL) + WAIT_S;
    bool busy = true;

    while (busy) {
        csm_client_result *result = server_call(client, "record.get", "{'table':'%s','id':'%s','fields':['%s']}", table, id, field);
        const csm_value *value = csm_map_get(csm_client_result_value(result), field);

        assert_non_null(value);
        busy = value->b;
        csm_client_result_free(result);
        if (busy && time(NULL) > until)
            fail_msg("%s of %s does not end", field, table);
        if (busy)
            (void)nanosleep(&pause, NULL);
    }
}

static void make_accounts(csm_client *client)
{
    char *items = calloc(1, PER_CALL * 128);

    assert_non_null(items);
    for (int n = 0; n < ACCOUNTS; n++) {
        size_t len = n % PER_CALL == 0 ? 0 : strlen(items);

        (void)snprintf(items + len, PER_CALL * 128 - len,
                       "%s{'op':'insert','table':'customer_account','values':{'name':'Hit %d','customer':true}}", len > 0 ? "," : "", n);
        if (n % PER_CALL == PER_CALL - 1)
            csm_client_result_free(server_call(client, "record.batch", "{'items':[%s]}", items));
    }
    free(items);
}

/* A list of all accounts made, and a major case with it. */
static void make_major(csm_client *client, int round, char major[33])
{
    char list[33];

    text_of(server_call(client, "record.insert", "{'table':'" LIST "','values':{'name':'hit %d','type':'accounts','method':'condition',"
                        "'condition':'nameSTARTSWITHHit'}}", round), "sys_id", list, sizeof(list));
    csm_client_result_free(server_call(client, "recipients_list.refresh", "{'id':'%s'}", list));
    wait_until_done(client, LIST, list, "refreshing");
    text_of(server_call(client, "case.create_major_case", "{'short_description':'round %d'}", round), "sys_id", major, 33);
    csm_client_result_free(server_call(client, "record.update", "{'table':'" CASE "','id':'%s','values':{'recipient_list':'%s'}}", major, list));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Every account has one child, none has two. */
static void check_children(csm_client *client, const char *major)
{
    static char accounts[ACCOUNTS][33];
    csm_client_result *result;
    const csm_value *rows;

    result = server_call(client, "record.query", "{'table':'" CASE "','query':'parent=%s','fields':['account'],'limit':1000}", major);
    rows = csm_map_get(csm_client_result_value(result), "rows");
    assert_non_null(rows);
    assert_int_equal(rows->count, ACCOUNTS);
    for (uint32_t n = 0; n < rows->count; n++) {
        const csm_value *account = csm_map_get(&rows->list[n], "account");

        assert_non_null(account);
        assert_int_equal(account->s.len, 32);
        memcpy(accounts[n], account->s.ptr, 32);
    }
    csm_client_result_free(result);
    qsort(accounts, ACCOUNTS, sizeof(accounts[0]), by_text);
    for (uint32_t n = 1; n < ACCOUNTS; n++)
        assert_string_not_equal(accounts[n - 1], accounts[n]);
}

static void each_account_gets_one_child(void **state)
{
    server_process server;
    csm_client *client;
    char major[33], filter[64];
    int cut = 0;

    (void)state;
    server_init(&server, "major_issue");
    server_start(&server);
    client = server_client(&server);
    make_accounts(client);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t made;

        make_major(client, round, major);
        (void)snprintf(filter, sizeof(filter), "parent=%s", major);
        csm_client_result_free(server_call(client, "case.create_child_cases", "{'id':'%s','comments':'we know'}", major));
        made = count(client, filter);
        server_kill(&server);
        cut += made < ACCOUNTS;
        csm_client_close(client);
        assert_int_equal(server_verify(&server), 0);
        server_start(&server);
        client = server_client(&server);
        assert_true(count(client, filter) >= made);
        wait_until_done(client, CASE, major, "child_case_creation_progress");
        check_children(client, major);
    }
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(server_verify(&server), 0);
    server_done(&server);
    print_message("%d of %d rounds were cut in the middle\n", cut, ROUNDS);
    assert_true(cut > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_account_gets_one_child),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
