/* Who waits for whom at the writer: users take turns, and what comes in pieces makes way. A module holds the writer while everything
 * is queued, so that what then happens does not depend on how fast anybody is. */
#include "own_modules.h"
#include "people.h"

#include <csm/client.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

typedef struct world {
    csm_tk *tk;
    csm_client *holder; /* its call holds the writer until the file is there */
    uint32_t hold;
    char file[200];
} world;

static world *world_new(const char *settings)
{
    world *w = calloc(1, sizeof(*w));

    assert_non_null(w);
    w->tk = csm_tk_start_with("foundation,own_gate", 0, settings);
    (void)csm_tk_user(w->tk, "adam", "admin");
    (void)csm_tk_user(w->tk, "ada", "admin");
    return w;
}

static void world_free(world *w)
{
    csm_tk_stop(w->tk);
    free(w);
}

static int setup(void **state)
{
    own_modules_join(OWN_PLUGINS);
    *state = world_new("hook_ms=0"); /* a slow machine holds for long */
    return 0;
}

static int teardown(void **state)
{
    world_free(*state);
    own_modules_part();
    return 0;
}

static csm_client *connect_as(world *w, const char *user)
{
    csm_pair who = { CSM_STR_INIT("user"), csm_ctext(user) };
    csm_value become = csm_map(&who, 1);
    csm_client_error err = { 0 };
    csm_client *client;

    assert_int_equal(csm_client_connect(csm_tk_address(w->tk), NULL, &client, &err), CSM_OK);
    assert_int_equal(csm_client_call(client, "session.become", &become, NULL, &err), CSM_OK);
    return client;
}

/* Waits until so many writes are queued. */
static void wait_queued(world *w, int64_t count)
{
    for (int tries = 0; csm_tk_int(w->tk, csm_tk_ok(w->tk, "server.status", "{}"), "writes_waiting") != count; tries++) {
        assert_true(tries < 60000);
        (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
}

static void hold_writer(world *w)
{
    csm_pair file = { CSM_STR_INIT("file"), csm_nil() };
    csm_value params = csm_map(&file, 1);
    csm_client_error err = { 0 };
    char held[sizeof(w->file) + 8];

    (void)snprintf(w->file, sizeof(w->file), "%s/gate", csm_tk_dir(w->tk));
    (void)snprintf(held, sizeof(held), "%s.held", w->file);
    (void)unlink(w->file);
    (void)unlink(held);
    file.value = csm_ctext(w->file);
    w->holder = connect_as(w, "adam");
    assert_int_equal(csm_client_send(w->holder, "own_gate.hold", &params, &w->hold, &err), CSM_OK);
    for (int tries = 0; access(held, F_OK) != 0; tries++) {
        assert_true(tries < 60000);
        (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
}

static void release_writer(world *w)
{
    int fd = open(w->file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    csm_client_error err = { 0 };

    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(csm_client_receive(w->holder, w->hold, 60000, NULL, &err), CSM_OK);
    csm_client_close(w->holder);
}

/* How many companies the writer sees when it is this call's turn. */
static uint32_t send_count(csm_client *client)
{
    csm_client_error err = { 0 };
    uint32_t msgid = 0;

    assert_int_equal(csm_client_send(client, "own_gate.count", NULL, &msgid, &err), CSM_OK);
    return msgid;
}

static int64_t receive_count(csm_client *client, uint32_t msgid)
{
    csm_client_result *result = NULL;
    csm_client_error err = { 0 };
    int64_t count;

    if (csm_client_receive(client, msgid, 60000, &result, &err) != CSM_OK)
        fail_msg("count: %s", err.message);
    count = csm_client_result_value(result)->i;
    csm_client_result_free(result);
    return count;
}

/* ---- users ---- */

/* So many companies, without waiting for the answers; the last call's id. */
static uint32_t send_companies(csm_client *client, unsigned count)
{
    csm_pair values[] = { { CSM_STR_INIT("name"), csm_ctext("flood") } };
    csm_pair pairs[] = { { CSM_STR_INIT("table"), csm_ctext("core_company") }, { CSM_STR_INIT("values"), csm_map(values, 1) } };
    csm_value params = csm_map(pairs, 2);
    csm_client_error err = { 0 };
    uint32_t msgid = 0;

    for (unsigned n = 0; n < count; n++)
        assert_int_equal(csm_client_send(client, "record.insert", &params, &msgid, &err), CSM_OK);
    return msgid;
}

/* Whoever writes without a pause on many connections waits for himself: another's write comes between. */
static void a_flood_is_its_owners(void **state)
{
    enum { FLOODS = 4, EACH = 500 };
    world *w = *state;
    csm_client *floods[FLOODS], *other = connect_as(w, "ada");
    csm_client_error err = { 0 };
    uint32_t last[FLOODS], count;

    for (size_t c = 0; c < FLOODS; c++)
        floods[c] = connect_as(w, "adam");
    hold_writer(w);
    for (size_t c = 0; c < FLOODS; c++)
        last[c] = send_companies(floods[c], EACH);
    wait_queued(w, FLOODS * EACH);
    count = send_count(other);
    wait_queued(w, FLOODS * EACH + 1);
    release_writer(w);
    assert_true(receive_count(other, count) <= 1);
    for (size_t c = 0; c < FLOODS; c++) {
        assert_int_equal(csm_client_receive(floods[c], last[c], 120000, NULL, &err), CSM_OK);
        csm_client_close(floods[c]);
    }
    csm_client_close(other);
    assert_int_equal(csm_tk_count(w->tk, "core_company", "name=flood"), FLOODS * EACH);
}

/* ---- pages ---- */

static const char *begin(csm_tk *tk, const char *name)
{
    return csm_tk_str(tk, csm_tk_ok(tk, "import.start", "{'name':'%s','mapping':{'table':'core_company',"
                                    "'fields':{'name':'Name'}}}", name), "id");
}

enum { PAGE = 1000, REFUSED = 50 }; /* rows of a page; each so-many-th has no name */

static uint32_t send_page(csm_client *client, const char *id, unsigned first)
{
    static const csm_value column = { .type = CSM_T_TEXT, .s = CSM_STR_INIT("Name") };
    char(*names)[16] = calloc(PAGE, sizeof(*names)), key[32];
    csm_value *cells = calloc(PAGE, sizeof(*cells)), *rows = calloc(PAGE, sizeof(*rows)), params;
    csm_client_error err = { 0 };
    uint32_t msgid = 0;

    assert_true(names != NULL && cells != NULL && rows != NULL);
    for (unsigned n = 0; n < PAGE; n++) {
        if ((first + n) % REFUSED != 0)
            (void)snprintf(names[n], sizeof(names[n]), "Way %u", first + n);
        cells[n] = csm_ctext(names[n]);
        rows[n] = csm_list(&cells[n], 1);
    }
    (void)snprintf(key, sizeof(key), "page %u", first);
    params = csm_map((csm_pair[]){ { CSM_STR("id"), csm_ctext(id) }, { CSM_STR("first"), csm_int(first) },
                                   { CSM_STR("columns"), csm_list((csm_value *)(uintptr_t)&column, 1) },
                                   { CSM_STR("rows"), csm_list(rows, PAGE) }, { CSM_STR("request_key"), csm_ctext(key) } }, 5);
    assert_int_equal(csm_client_send(client, "import.rows", &params, &msgid, &err), CSM_OK);
    free(names);
    free(cells);
    free(rows);
    return msgid;
}

static void assert_page(csm_tk *tk, const csm_client_result *result, int64_t first)
{
    const csm_value *answer = csm_client_result_value(result);
    char path[40];

    assert_int_equal(csm_tk_int(tk, answer, "rows_read"), first + PAGE - 1);
    assert_int_equal(csm_tk_at(tk, answer, "errors")->count, PAGE / REFUSED);
    for (int n = 0; n < PAGE / REFUSED; n++) {
        (void)snprintf(path, sizeof(path), "errors.%d.row", n);
        assert_int_equal(csm_tk_int(tk, answer, path), first - 1 + (n + 1) * REFUSED);
    }
}

/* Two pages on one connection, sent at once: the first makes way for another's write, the second does not overtake it. */
static void pages_make_way(void **state)
{
    world *w = *state;
    csm_tk *tk = w->tk;
    csm_client *client = connect_as(w, "adam"), *other = connect_as(w, "ada");
    csm_client_error err = { 0 };
    csm_client_result *result = NULL;
    int64_t before = csm_tk_count(tk, "core_company", "sys_idISNOTEMPTY"), seen;
    const char *id = begin(tk, "way");
    uint32_t msgids[2], count;

    hold_writer(w);
    msgids[0] = send_page(client, id, 1);
    msgids[1] = send_page(client, id, 1 + PAGE);
    wait_queued(w, 2);
    count = send_count(other);
    wait_queued(w, 3);
    release_writer(w);
    seen = receive_count(other, count) - before;
    assert_true(seen > 0 && seen < PAGE - PAGE / REFUSED);
    for (unsigned n = 0; n < 2; n++) {
        assert_int_equal(csm_client_receive(client, msgids[n], 60000, &result, &err), CSM_OK);
        assert_page(tk, result, 1 + n * PAGE);
        csm_client_result_free(result);
    }
    assert_int_equal(csm_tk_count(tk, "core_company", "nameSTARTSWITHWay "), 2 * (PAGE - PAGE / REFUSED));
    msgids[0] = send_page(client, id, 1 + PAGE); /* again: answered as the first time */
    assert_int_equal(csm_client_receive(client, msgids[0], 60000, &result, &err), CSM_OK);
    assert_page(tk, result, 1 + PAGE);
    csm_client_result_free(result);
    csm_client_close(client);
    csm_client_close(other);
    assert_true(csm_tk_is_nil(tk, csm_tk_get(tk, "sys_import", id), "page"));
}

/* Who makes way comes to his turn however many others come meanwhile, also where every write has a commit of its own. */
static void nobody_starves_a_page(void **state)
{
    enum { FLOOD = 1000, TURN = 200 }; /* more rows than one turn takes */
    world *w = world_new("hook_ms=0,batch_requests=1");
    csm_client *client = connect_as(w, "adam"), *other = connect_as(w, "ada");
    const char *id = begin(w->tk, "patient");
    csm_client_error err = { 0 };
    uint32_t msgid, count;

    (void)state;
    hold_writer(w);
    (void)send_companies(other, FLOOD);
    count = send_count(other); /* run when the flood is over */
    wait_queued(w, FLOOD + 1);
    msgid = send_page(client, id, 1);
    wait_queued(w, FLOOD + 2);
    release_writer(w);
    assert_true(receive_count(other, count) > FLOOD + TURN);
    assert_int_equal(csm_client_receive(client, msgid, 60000, NULL, &err), CSM_OK);
    csm_client_close(client);
    csm_client_close(other);
    world_free(w);
}

/* Pages stay in order where every write has a commit of its own, too, and the second waits while the first makes way. */
static void pages_stay_in_order(void **state)
{
    enum { PAGES = 3 };
    csm_tk *tk = csm_tk_start_with("foundation", 0, "batch_requests=1");
    csm_client_error err = { 0 };
    uint32_t msgids[PAGES];
    csm_client *client;
    const char *id;

    (void)state;
    id = begin(tk, "order");
    assert_int_equal(csm_client_connect(csm_tk_address(tk), NULL, &client, &err), CSM_OK);
    for (unsigned n = 0; n < PAGES; n++)
        msgids[n] = send_page(client, id, 1 + n * PAGE);
    for (unsigned n = 0; n < PAGES; n++) {
        csm_client_result *result = NULL;

        if (csm_client_receive(client, msgids[n], 60000, &result, &err) != CSM_OK)
            fail_msg("page %u: %s", n, err.message);
        assert_page(tk, result, 1 + n * PAGE);
        csm_client_result_free(result);
    }
    csm_client_close(client);
    csm_tk_stop(tk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_is_its_owners),
        cmocka_unit_test(pages_make_way),
        cmocka_unit_test(nobody_starves_a_page),
        cmocka_unit_test(pages_stay_in_order),
    };

    return cmocka_run_group_tests_name("turns", tests, setup, teardown);
}
