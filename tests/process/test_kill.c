/* kill -9 in the middle of concurrent creates, again and again on one store: every acknowledged record is there with its
 * history and index entries, no unacknowledged half of one, and a repeat with the same request key has no second effect (item 23). */
#include "server_process.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CONNECTIONS 8
#define PER_CONNECTION 125 /* 1000 creates under way at once */
#define ROUNDS 4

typedef struct create {
    uint32_t msgid;
    char name[48];
    char id[33];
    bool acknowledged;
} create;

typedef struct round_state {
    server_process server;
    csm_client *clients[CONNECTIONS];
    create creates[CONNECTIONS][PER_CONNECTION];
} round_state;

static csm_value insert_params(csm_pair pairs[3], csm_pair value[1], const char *name)
{
    value[0] = (csm_pair){ CSM_STR("name"), csm_ctext(name) };
    pairs[0] = (csm_pair){ CSM_STR("table"), csm_ctext("sys_user_group") };
    pairs[1] = (csm_pair){ CSM_STR("values"), csm_map(value, 1) };
    pairs[2] = (csm_pair){ CSM_STR("request_key"), csm_ctext(name) };
    return csm_map(pairs, 3);
}

static void send_all(round_state *r, unsigned round)
{
    for (unsigned c = 0; c < CONNECTIONS; c++) {
        r->clients[c] = server_client(&r->server);
        for (unsigned n = 0; n < PER_CONNECTION; n++) {
            create *item = &r->creates[c][n];
            csm_pair pairs[3], value[1];
            csm_value params;
            csm_client_error err;

            memset(item, 0, sizeof(*item));
            (void)snprintf(item->name, sizeof(item->name), "round %u connection %u item %u", round, c, n);
            params = insert_params(pairs, value, item->name);
            assert_int_equal(csm_client_send(r->clients[c], "record.insert", &params, &item->msgid, &err), CSM_OK);
        }
    }
}

static void copy_id(const csm_client_result *result, char id[33])
{
    const csm_value *value = csm_map_get(csm_client_result_value(result), "sys_id");
    csm_str text = value != NULL && value->type == CSM_T_TEXT ? value->s : CSM_STR("");

    (void)snprintf(id, 33, "%.*s", CSM_STR_FMT(text));
    assert_int_equal(strlen(id), 32);
}

static unsigned take_answers(round_state *r, int32_t wait_ms)
{
    unsigned acknowledged = 0;

    for (unsigned c = 0; c < CONNECTIONS; c++)
        for (unsigned n = 0; n < PER_CONNECTION; n++) {
            create *item = &r->creates[c][n];
            csm_client_result *result = NULL;
            csm_client_error err;

            if (!item->acknowledged && csm_client_receive(r->clients[c], item->msgid, wait_ms, &result, &err) == CSM_OK) {
                copy_id(result, item->id);
                item->acknowledged = true;
                csm_client_result_free(result);
            }
            acknowledged += item->acknowledged;
        }
    return acknowledged;
}

static int64_t count_named(csm_client *client, const char *name)
{
    csm_pair pairs[2] = { { CSM_STR("table"), csm_ctext("sys_user_group") }, { CSM_STR("query"), csm_nil() } };
    char query[80];
    csm_value params = csm_map(pairs, 2);
    csm_client_result *result = NULL;
    csm_client_error err = { 0 };
    const csm_value *rows, *count;
    int64_t out;

    (void)snprintf(query, sizeof(query), "name=%s", name);
    pairs[1].value = csm_ctext(query);
    if (csm_client_call(client, "record.aggregate", &params, &result, &err) != CSM_OK)
        fail_msg("count: %s", err.message);
    rows = csm_map_get(csm_client_result_value(result), "rows");
    count = rows != NULL && rows->count > 0 ? csm_map_get(&rows->list[0], "count") : NULL;
    out = count != NULL ? count->i : -1;
    csm_client_result_free(result);
    return out;
}

/* Every acknowledged one is there by id; every one of the round is there once after a repeat under its key. */
static void check_round(round_state *r)
{
    csm_client *client = server_client(&r->server);

    for (unsigned c = 0; c < CONNECTIONS; c++)
        for (unsigned n = 0; n < PER_CONNECTION; n++) {
            create *item = &r->creates[c][n];
            csm_pair pairs[3], value[1];
            csm_value params = insert_params(pairs, value, item->name);
            csm_client_result *result = NULL;
            csm_client_error err = { 0 };
            char id[33];

            if (item->acknowledged)
                assert_int_equal(count_named(client, item->name), 1);
            if (csm_client_call(client, "record.insert", &params, &result, &err) != CSM_OK)
                fail_msg("%s again: %s", item->name, err.message);
            copy_id(result, id);
            if (item->acknowledged)
                assert_string_equal(id, item->id);
            assert_int_equal(count_named(client, item->name), 1);
            csm_client_result_free(result);
        }
    csm_client_close(client);
}

static void acceptance_023_kill_9_among_creates(void **state)
{
    round_state *r = calloc(1, sizeof(*r));
    bool interrupted = false;

    (void)state;
    assert_non_null(r);
    server_init(&r->server, "");
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct timespec pause = { .tv_nsec = (long)(round + 1) * 4000000 };
        unsigned acknowledged;

        server_start(&r->server);
        send_all(r, round);
        (void)nanosleep(&pause, NULL); /* let some commits through: how many does not matter */
        (void)take_answers(r, 0);
        server_kill(&r->server);
        acknowledged = take_answers(r, 0); /* what was on its way in the socket counts as acknowledged */
        interrupted = interrupted || (acknowledged > 0 && acknowledged < CONNECTIONS * PER_CONNECTION);
        for (unsigned c = 0; c < CONNECTIONS; c++)
            csm_client_close(r->clients[c]);
        assert_int_equal(server_verify(&r->server), 0);
        server_start(&r->server);
        check_round(r);
        assert_int_equal(server_stop(&r->server), 0);
        assert_int_equal(server_verify(&r->server), 0);
    }
    server_done(&r->server);
    free(r);
    print_message("a round was cut in the middle: %s\n", interrupted ? "yes" : "no");
}

/* A clean stop answers what is under way. */
static void acceptance_023_sigterm_among_creates(void **state)
{
    round_state *r = calloc(1, sizeof(*r));

    (void)state;
    assert_non_null(r);
    server_init(&r->server, "");
    server_start(&r->server);
    send_all(r, 0);
    assert_int_equal(server_stop(&r->server), 0);
    (void)take_answers(r, 1000);
    for (unsigned c = 0; c < CONNECTIONS; c++)
        csm_client_close(r->clients[c]);
    assert_int_equal(server_verify(&r->server), 0);
    server_start(&r->server);
    check_round(r);
    server_done(&r->server);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acceptance_023_kill_9_among_creates),
        cmocka_unit_test(acceptance_023_sigterm_among_creates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
