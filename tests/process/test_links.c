/* An incident of 1,000 cases tells all of them what happens to it, in pages. kill -9 at any page, again and again: after the
 * restart every case has heard of every change once. */
#include "server_process.h"

#include "unit.h"

#include <csm/value.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CASE "sn_customerservice_case"
#define CASES 1000
#define PER_BATCH 100
#define WAIT_TRIES 60000 /* of 2 ms */

typedef struct world {
    server_process server;
    char incident[33];
    char ids[CASES][33];
} world;

static const csm_value *at(const csm_value *map, const char *key)
{
    const csm_value *value = csm_map_get(map, key);

    assert_non_null(value);
    return value;
}

static void copy_id(const csm_value *record, char id[33])
{
    const csm_value *value = at(record, "sys_id");

    assert_int_equal(value->type, CSM_T_TEXT);
    assert_int_equal(value->s.len, 32);
    (void)snprintf(id, 33, "%.*s", CSM_STR_FMT(value->s));
}

static void make(csm_client *client, const char *table, const char *values, char id[33])
{
    csm_client_result *result = server_call(client, "record.insert", "{'table':'%s','values':%s}", table, values);

    copy_id(csm_client_result_value(result), id);
    csm_client_result_free(result);
}

/* The cases in the order in which they are told. */
static void put_in_order(world *w, csm_client *client)
{
    csm_client_result *result = server_call(client, "record.query", "{'table':'" CASE "','query':'incident=%s^ORDERBYsys_id','limit':1000,"
                                            "'fields':['sys_id']}", w->incident);
    const csm_value *list = at(csm_client_result_value(result), "rows");

    assert_int_equal(list->count, CASES);
    for (uint32_t n = 0; n < list->count; n++)
        copy_id(&list->list[n], w->ids[n]);
    csm_client_result_free(result);
}

static void make_cases(world *w, csm_client *client)
{
    char caller[33], values[128], *items = malloc(PER_BATCH * 200u);
    unsigned count = 0;

    assert_non_null(items);
    make(client, "sys_user", "{'user_name':'cal','last_name':'Caller'}", caller);
    (void)snprintf(values, sizeof(values), "{'short_description':'line down','caller_id':'%s'}", caller);
    make(client, "incident", values, w->incident);
    while (count < CASES) {
        csm_client_result *result;
        const csm_value *list;
        size_t len = 0;

        for (unsigned n = 0; n < PER_BATCH; n++)
            len += (size_t)snprintf(items + len, 200, "%s{'op':'insert','table':'" CASE "','values':{'short_description':'%u',"
                                    "'incident':'%s'}}", n > 0 ? "," : "", count + n, w->incident);
        result = server_call(client, "record.batch", "{'items':[%s]}", items);
        list = csm_client_result_value(result);
        assert_int_equal(list->type, CSM_T_LIST);
        assert_int_equal(list->count, PER_BATCH);
        for (uint32_t n = 0; n < list->count; n++)
            (void)at(&list->list[n], "record");
        count += PER_BATCH;
        csm_client_result_free(result);
    }
    free(items);
    put_in_order(w, client);
}

/* How often the case's work notes say it. */
static unsigned told(csm_client *client, const char *id, const char *words)
{
    csm_client_result *result = server_call(client, "record.get", "{'table':'" CASE "','id':'%s','fields':['work_notes']}", id);
    const csm_value *notes = at(csm_client_result_value(result), "work_notes");
    unsigned count = 0;

    for (uint32_t n = 0; n < notes->count; n++) {
        const csm_value *text = at(&notes->list[n], "text");

        count += memmem(text->s.ptr, text->s.len, words, strlen(words)) != NULL;
    }
    csm_client_result_free(result);
    return count;
}

static void wait_told(csm_client *client, const char *id, const char *words)
{
    const struct timespec pause = { .tv_nsec = 2000000 };

    for (unsigned tries = 0; told(client, id, words) == 0; tries++) {
        assert_true(tries < WAIT_TRIES);
        (void)nanosleep(&pause, NULL);
    }
}

/* Kills the server once the case at this place has heard, and starts it again. True when it was cut in the middle. */
static bool say_and_kill(world *w, unsigned place, const char *words)
{
    csm_client *client = server_client(&w->server);
    bool cut;

    csm_client_result_free(server_call(client, "record.update", "{'table':'incident','id':'%s','values':{'comments':'%s'}}",
                                       w->incident, words));
    wait_told(client, w->ids[place], words);
    server_kill(&w->server);
    csm_client_close(client);
    assert_int_equal(server_verify(&w->server), 0);
    server_start(&w->server);
    client = server_client(&w->server);
    cut = told(client, w->ids[CASES - 1], words) == 0;
    csm_client_close(client);
    return cut;
}

static void every_case_hears_of_it_once(void **state)
{
    static const struct {
        unsigned place;
        const char *words;
    } rounds[] = { { 0, "the first words" }, { 19, "second words" }, { 20, "third words" }, { 300, "fourth words" }, { 940, "last words" } };
    world *w = calloc(1, sizeof(*w));
    unsigned cut = 0;
    csm_client *client;

    (void)state;
    assert_non_null(w);
    server_init(&w->server, "service_management");
    server_start(&w->server);
    client = server_client(&w->server);
    make_cases(w, client);
    csm_client_close(client);
    for (size_t n = 0; n < COUNT_OF(rounds); n++)
        cut += say_and_kill(w, rounds[n].place, rounds[n].words);
    client = server_client(&w->server);
    for (size_t n = 0; n < COUNT_OF(rounds); n++)
        wait_told(client, w->ids[CASES - 1], rounds[n].words);
    for (unsigned k = 0; k < CASES; k++)
        for (size_t n = 0; n < COUNT_OF(rounds); n++)
            assert_int_equal(told(client, w->ids[k], rounds[n].words), 1);
    csm_client_close(client);
    assert_int_equal(server_stop(&w->server), 0);
    assert_int_equal(server_verify(&w->server), 0);
    server_done(&w->server);
    free(w);
    print_message("rounds cut in the middle: %u of %u\n", cut, (unsigned)COUNT_OF(rounds));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_case_hears_of_it_once) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
