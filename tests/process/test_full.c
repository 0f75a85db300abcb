/* A store at its ceiling: inserts and changes are FULL, reads, deletes and restarts go on; with more room all does. */
#include "server_process.h"

#include "unit.h"

#include <string.h>

#define MOST 4000u

static server_process server;
static char ids[MOST][40];

static csm_status insert(csm_client *client, csm_client_error *err, char id[40])
{
    static unsigned number;
    csm_client_result *result = NULL;
    char name[32];
    csm_pair values[2], pairs[2];
    char description[901];
    csm_value params;
    csm_status st;

    (void)snprintf(name, sizeof(name), "group %u", number++);
    memset(description, 'd', sizeof(description) - 1);
    description[sizeof(description) - 1] = '\0';
    values[0] = (csm_pair){ CSM_STR("name"), csm_ctext(name) };
    values[1] = (csm_pair){ CSM_STR("description"), csm_ctext(description) };
    pairs[0] = (csm_pair){ CSM_STR("table"), csm_ctext("sys_user_group") };
    pairs[1] = (csm_pair){ CSM_STR("values"), csm_map(values, 2) };
    params = csm_map(pairs, 2);
    st = csm_client_call(client, "record.insert", &params, &result, err);
    if (st == CSM_OK)
        (void)server_text(result, "sys_id", id, 40);
    csm_client_result_free(result);
    return st;
}

static unsigned fill(csm_client *client)
{
    csm_client_error err = { 0 };
    unsigned count = 0;
    csm_status st;

    while ((st = insert(client, &err, ids[count])) == CSM_OK)
        assert_true(++count < MOST);
    assert_int_equal(st, CSM_E_FULL);
    assert_string_equal(err.message, "store is full: cannot put");
    assert_true(err.hint[0] != '\0');
    return count;
}

static void refuses_and_serves(csm_client *client, unsigned from, unsigned to)
{
    csm_client_error err;
    char id[40];

    for (unsigned n = from; n < to; n++) {
        csm_client_result_free(server_call(client, "record.get", "{'table':'sys_user_group','id':'%s'}", ids[n]));
        assert_int_equal(insert(client, &err, id), CSM_E_FULL);
        assert_int_equal(server_try(client, &err, "record.update",
                                    "{'table':'sys_user_group','id':'%s','values':{'description':'short'}}", ids[n]),
                         CSM_E_FULL);
        csm_client_result_free(server_call(client, "record.delete", "{'table':'sys_user_group','id':'%s'}", ids[n]));
        assert_int_equal(server_try(client, &err, "record.get", "{'table':'sys_user_group','id':'%s'}", ids[n]),
                         CSM_E_NOT_FOUND);
    }
}

/* Sent at once, so that they share batches: each has its own answer all the same. */
static void mixed_batch(csm_client *client, unsigned from, unsigned to)
{
    uint32_t deletes[64], inserts[64];
    csm_client_error err;

    for (unsigned n = from; n < to; n++) {
        csm_pair pairs[2] = { { CSM_STR("table"), csm_ctext("sys_user_group") }, { CSM_STR("id"), csm_ctext(ids[n]) } };
        csm_pair value = { CSM_STR("name"), csm_ctext("one more") };
        csm_value params = csm_map(pairs, 2);

        assert_int_equal(csm_client_send(client, "record.delete", &params, &deletes[n - from], &err), CSM_OK);
        pairs[1] = (csm_pair){ CSM_STR("values"), csm_map(&value, 1) };
        assert_int_equal(csm_client_send(client, "record.insert", &params, &inserts[n - from], &err), CSM_OK);
    }
    for (unsigned n = 0; n < to - from; n++) {
        assert_int_equal(csm_client_receive(client, deletes[n], -1, NULL, &err), CSM_OK);
        assert_int_equal(csm_client_receive(client, inserts[n], -1, NULL, &err), CSM_E_FULL);
    }
}

static void full_store_serves(void **state)
{
    csm_client_error err;
    csm_client *client;
    unsigned count;
    char id[40];

    (void)state;
    server_init(&server, "");
    server.extra = "--set=store_ceiling_mb=2";
    server_start(&server);
    client = server_client(&server);
    count = fill(client);
    assert_true(count > 100);
    refuses_and_serves(client, 0, 20);
    mixed_batch(client, 20, 70);
    csm_client_close(client);
    server_log_has(&server, "the store is full");
    server_kill(&server);
    assert_int_equal(server_verify(&server), 0);
    server_start(&server); /* a full store starts */
    client = server_client(&server);
    refuses_and_serves(client, 70, 75);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    server.extra = "--set=store_ceiling_mb=64";
    server_start(&server);
    client = server_client(&server);
    assert_int_equal(insert(client, &err, id), CSM_OK);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(server_verify(&server), 0);
    server_done(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(full_store_serves) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
