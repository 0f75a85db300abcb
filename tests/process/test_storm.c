/* An event storm: batches of events with duplicates, out of order, clears before their trouble, nodes nobody knows, and a kill
 * in the middle. What was acknowledged is counted, what was not is sent again under its request key, no key has two alerts that
 * stand, each stands as its last event says, and memory stays flat: what the server holds after the first quarter is all it takes.
 * Short unless CSM_TEST_STORM says how many events, and as fast as they go unless CSM_TEST_STORM_RATE says how many a second
 * (60000 and 1000: a minute as monitoring sends it). */
#include "server_process.h"

#include "base/arena.h"
#include "base/clock.h"
#include "json/json.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 100u
#define KEYS 200u
#ifdef CSM_SANITIZED
#define GROWTH_MAX_KB (512 * 1024) /* what is freed is kept for a while */
#else
#define GROWTH_MAX_KB 4096
#endif

/* What a key should be in the end. */
typedef struct expected {
    int64_t last;    /* second of its latest event; 0: none */
    bool clear;      /* that one was a clear */
    bool trouble;    /* it had any */
    int64_t count;
} expected;

typedef struct storm {
    server_process server;
    csm_client *client;
    expected keys[KEYS];
    uint64_t random;
    int64_t second;  /* the time the sources are at */
    uint64_t sent;
    uint64_t rate;     /* events a second; 0: as fast as they go */
    int64_t begun_us, late_us; /* when, and how far behind the rate it was at the worst */
    char text[BATCH * 256];
} storm;

static void never_flap(csm_client *client)
{
    csm_client_result *result = server_call(client, "record.query", "{'table':'sys_properties','query':'name=evt_mgmt.flap_count'}");
    const csm_value *rows = csm_map_get(csm_client_result_value(result), "rows"), *id;

    assert_true(rows != NULL && rows->count == 1);
    id = csm_map_get(&rows->list[0], "sys_id");
    assert_non_null(id);
    csm_client_result_free(server_call(client, "record.update", "{'table':'sys_properties','id':'%.*s','values':{'value':'100000'}}",
                                       CSM_STR_FMT(id->s)));
    csm_client_result_free(result);
}

static int setup(void **state)
{
    storm *s = calloc(1, sizeof(*s));
    csm_client_result *result;

    assert_non_null(s);
    s->random = 7;
    server_init(&s->server, "event_management");
    server_start(&s->server);
    s->client = server_client(&s->server);
    for (unsigned n = 0; n < KEYS; n += 2) { /* every other node is known */
        result = server_call(s->client, "record.insert", "{'table':'cmdb_ci','values':{'name':'node-%u'}}", n);
        csm_client_result_free(result);
    }
    never_flap(s->client);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    storm *s = *state;

    csm_client_close(s->client);
    server_done(&s->server);
    free(s);
    return 0;
}

/* Late by up to two minutes, twice at times; no two of a key at the same second but the doubles. */
static void expect(storm *s, unsigned key, int64_t second, bool clear)
{
    expected *e = &s->keys[key];

    e->count++;
    e->trouble |= !clear;
    if (second < e->last)
        return;
    e->last = second;
    e->clear = clear;
}

static int put_event(storm *s, char *at, size_t room, bool first)
{
    unsigned key = (unsigned)(next_random(&s->random) % KEYS), severity = (unsigned)(next_random(&s->random) % 5);
    int64_t second = s->second++;

    if (next_random(&s->random) % 4 == 0)
        second -= (int64_t)(next_random(&s->random) % 120) * KEYS;
    second = second / KEYS * KEYS + key; /* a second belongs to one key ... */
    severity = (unsigned)(second / KEYS * 7 % 5); /* ... and says one thing, however often it is sent */
    expect(s, key, second, severity == 0);
    return snprintf(at, room, "%s{'source':'storm','node':'node-%u','message_key':'key-%u','severity':%u,'description':'storm',"
                    "'time_of_event':'2020-01-%02dT%02d:%02d:%02dZ'}", first ? "" : ",", key, key, severity,
                    (int)(1 + second / 86400), (int)(second / 3600 % 24), (int)(second / 60 % 60), (int)(second % 60));
}

static void make_batch(storm *s)
{
    size_t len = 0;

    for (unsigned n = 0; n < BATCH; n++)
        len += (size_t)put_event(s, s->text + len, sizeof(s->text) - len, n == 0);
    s->sent += BATCH;
}

static int64_t whole_number(const csm_client_result *result, const char *key)
{
    const csm_value *value = csm_map_get(csm_client_result_value(result), key);

    assert_non_null(value);
    return value->i;
}

/* Waits for the moment this batch is due. */
static void keep_pace(storm *s)
{
    int64_t due, late;
    struct timespec rest;

    if (s->rate == 0)
        return;
    due = s->begun_us + (int64_t)(s->sent * 1000000 / s->rate);
    late = csm_mono_us() - due;
    if (late > s->late_us)
        s->late_us = late;
    if (late >= 0)
        return;
    rest = (struct timespec){ .tv_sec = -late / 1000000, .tv_nsec = -late % 1000000 * 1000 };
    (void)nanosleep(&rest, NULL);
}

static void send_batch(storm *s)
{
    csm_client_result *result;

    keep_pace(s);
    make_batch(s);
    result = server_call(s->client, "event.send", "{'events':[%s]}", s->text);
    assert_int_equal(whole_number(result, "accepted"), BATCH);
    csm_client_result_free(result);
}

/* Killed before the answer is read: sent again under the same key it counts once, whether it was taken or not. */
static void killed_batch(storm *s)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    char args[sizeof(s->text) + 128];
    csm_client_result *result;
    csm_client_error err;
    csm_error problem;
    csm_value params;
    uint32_t msgid;
    int64_t down_us;

    make_batch(s);
    (void)snprintf(args, sizeof(args), "{'events':[%s],'request_key':'before the kill'}", s->text);
    for (char *at = args; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    assert_non_null(arena);
    assert_int_equal(csm_json_parse(arena, csm_str_of(args), &params, &problem), CSM_OK);
    assert_int_equal(csm_client_send(s->client, "event.send", &params, &msgid, &err), CSM_OK);
    csm_arena_free(arena);
    down_us = csm_mono_us();
    server_kill(&s->server);
    csm_client_close(s->client);
    server_start(&s->server);
    s->client = server_client(&s->server);
    s->begun_us += csm_mono_us() - down_us; /* the sources wait */
    result = server_call(s->client, "event.send", "{'events':[%s],'request_key':'before the kill'}", s->text);
    assert_int_equal(whole_number(result, "accepted"), BATCH);
    csm_client_result_free(result);
}

static long memory_kb(const storm *s)
{
    char path[64], line[128];
    long kb = -1;
    FILE *f;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)s->server.pid);
    f = fopen(path, "re");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f) != NULL)
        if (strncmp(line, "RssAnon:", 8) == 0)
            kb = strtol(line + 8, NULL, 10);
    (void)fclose(f);
    assert_true(kb > 0);
    return kb;
}

static int64_t sum(storm *s, const char *table, const char *query, const char *what)
{
    csm_client_result *result = server_call(s->client, "record.aggregate", "{'table':'%s','query':'%s'%s}", table, query, what);
    const csm_value *rows = csm_map_get(csm_client_result_value(result), "rows");
    const csm_value *number = NULL;
    int64_t out;

    assert_non_null(rows);
    if (rows->count > 0)
        number = csm_map_get(&rows->list[0], what[0] != '\0' ? "sum:event_count" : "count");
    out = number != NULL ? number->i : 0;
    csm_client_result_free(result);
    return out;
}

static void check_key(storm *s, unsigned key)
{
    const expected *e = &s->keys[key];
    int64_t standing, folded, ignored;
    char query[80];

    (void)snprintf(query, sizeof(query), "message_key=key-%u^active=true", key);
    standing = sum(s, "em_alert", query, "");
    (void)snprintf(query, sizeof(query), "message_key=key-%u", key);
    folded = sum(s, "em_alert", query, ",'figures':['sum:event_count']");
    (void)snprintf(query, sizeof(query), "message_key=key-%u^state=Ignored", key);
    ignored = sum(s, "em_event", query, "");
    if (standing != (e->count > 0 && !e->clear) || folded + ignored != e->count || (folded > 0) != e->trouble)
        fail_msg("key %u: %lld stand, %lld folded, %lld ignored of %lld, last %s", key, (long long)standing, (long long)folded,
                 (long long)ignored, (long long)e->count, e->clear ? "clear" : "trouble");
}

static uint64_t asked(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

/* What comes after the first quarter takes no more memory than that left. */
static void stay_flat(storm *s, uint64_t events)
{
    long before = memory_kb(s), most = before;

    while (s->sent < events) {
        long now;

        send_batch(s);
        now = memory_kb(s);
        most = now > most ? now : most;
    }
    print_message("%llu events in %.1f s, at most %.0f ms late; memory %ld kB after a quarter, at most %ld kB\n",
                  (unsigned long long)s->sent, (double)(csm_mono_us() - s->begun_us) / 1e6, (double)s->late_us / 1e3, before, most);
    if (most - before > GROWTH_MAX_KB)
        fail_msg("memory grew by %ld kB", most - before);
}

static void acceptance_313_event_storm(void **state)
{
    storm *s = *state;
    uint64_t events = asked("CSM_TEST_STORM", 3000);

    s->rate = asked("CSM_TEST_STORM_RATE", 0);
    s->begun_us = csm_mono_us();
    s->second = 3 * 86400;
    while (s->sent < events / 8)
        send_batch(s);
    killed_batch(s);
    while (s->sent < events / 4)
        send_batch(s);
    stay_flat(s, events);
    assert_int_equal(sum(s, "em_event", "source=storm", ""), s->sent);
    for (unsigned key = 0; key < KEYS; key++)
        check_key(s, key);
    assert_true(sum(s, "em_alert", "source=storm^cmdb_ciISEMPTY", "") > 0);
    assert_true(sum(s, "em_alert", "source=storm^cmdb_ciISNOTEMPTY", "") > 0);
    assert_int_equal(server_stop(&s->server), 0);
    assert_int_equal(server_verify(&s->server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(acceptance_313_event_storm, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
