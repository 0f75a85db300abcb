/* Several calls under way, late answers, notifications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake.h"

static int64_t number_of(const csm_client_result *result)
{
    return csm_map_get(csm_client_result_value(result), "n")->i;
}

static uint32_t send_number(csm_client *client, int64_t n)
{
    csm_pair pair = { CSM_STR_INIT("n"), csm_int(n) };
    csm_value params = csm_map(&pair, 1);
    uint32_t msgid = 0;

    assert_int_equal(csm_client_send(client, "m", &params, &msgid, NULL), CSM_OK);
    return msgid;
}

static void many_under_way(void **state)
{
    enum { COUNT = 5000 };
    uint32_t *ids = calloc(COUNT, sizeof(*ids));
    csm_client_result *result = NULL;
    csm_client *client;
    fake f = { 0 };

    (void)state;
    assert_non_null(ids);
    client = fake_client(&f, script_echo, NULL);
    for (int i = 0; i < COUNT; i++)
        ids[i] = send_number(client, i);
    for (int i = COUNT - 1; i >= 0; i -= 2) { /* backwards */
        assert_int_equal(csm_client_receive(client, ids[i], FAKE_WAIT_MS, &result, NULL), CSM_OK);
        assert_int_equal(number_of(result), i);
        csm_client_result_free(result);
    }
    for (int i = 0; i < COUNT / 2; i++) { /* the even ones, in order of arrival */
        uint32_t msgid = 0;

        assert_int_equal(csm_client_receive_any(client, FAKE_WAIT_MS, &msgid, &result, NULL), CSM_OK);
        assert_int_equal(msgid, ids[i * 2]);
        assert_int_equal(number_of(result), i * 2);
        csm_client_result_free(result);
    }
    assert_int_equal(csm_client_receive_any(client, 0, ids, &result, NULL), CSM_E_INVALID);
    assert_int_equal(csm_client_receive(client, ids[0], 0, &result, NULL), CSM_E_INVALID);
    csm_client_close(client);
    fake_stop(&f);
    free(ids);
}

/* Two requests, answered in reverse once told to. */
static void script_reverse(fake *f)
{
    fake_request first, second;

    if (!fake_next(f, &first))
        return;
    uint32_t first_id = first.envelope.msgid;
    if (!fake_next(f, &second))
        return;
    fake_wait_go(f);
    fake_reply(f, second.envelope.msgid, csm_int(2));
    fake_reply(f, first_id, csm_int(1));
    script_echo(f);
}

static void late_answers(void **state)
{
    csm_client_result *result = NULL;
    csm_client_error err = { 0 };
    csm_client *client;
    uint32_t kept, msgid = 0;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, script_reverse, NULL);
    kept = send_number(client, 1);
    csm_client_set_timeout(client, 20);
    assert_int_equal(csm_client_call(client, "m", NULL, &result, &err), CSM_E_TIMEOUT);
    assert_false(err.from_server);
    assert_int_equal(csm_client_receive(client, kept, 0, &result, &err), CSM_E_TIMEOUT);
    csm_client_set_timeout(client, FAKE_WAIT_MS);
    atomic_store(&f.go, true);
    /* The answer to the timed-out call is dropped; the other one can still be had. */
    assert_int_equal(csm_client_receive_any(client, FAKE_WAIT_MS, &msgid, &result, &err), CSM_OK);
    assert_int_equal(msgid, kept);
    assert_int_equal(csm_client_result_value(result)->i, 1);
    csm_client_result_free(result);
    assert_int_equal(csm_client_call(client, "m", NULL, NULL, &err), CSM_OK);
    csm_client_close(client);
    fake_stop(&f);
}

static void forgotten_answers(void **state)
{
    csm_client_result *result = NULL;
    csm_client *client;
    uint32_t here, coming;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, script_echo, NULL);
    here = send_number(client, 1);
    assert_int_equal(csm_client_wait(client, FAKE_WAIT_MS, NULL), CSM_OK); /* its answer is here */
    csm_client_forget(client, here);
    assert_int_equal(csm_client_receive(client, here, 0, &result, NULL), CSM_E_INVALID);
    coming = send_number(client, 2);
    csm_client_forget(client, coming);
    csm_client_forget(client, 12345);
    assert_int_equal(csm_client_receive(client, coming, 0, &result, NULL), CSM_E_INVALID);
    assert_int_equal(csm_client_call(client, "m", NULL, NULL, NULL), CSM_OK);
    csm_client_close(client);
    fake_stop(&f);
}

/* Answers each request at once with a megabyte and reads the next only then: a client that only wrote would wait for
 * ever. */
static void script_large(fake *f)
{
    enum { LEN = 1 << 20 };
    fake_request request;
    char *text = malloc(LEN);

    if (text == NULL)
        return;
    memset(text, 'x', LEN);
    while (fake_next(f, &request))
        fake_reply(f, request.envelope.msgid, csm_text((csm_str){ text, LEN }));
    free(text);
}

static void neither_side_blocks_the_other(void **state)
{
    enum { COUNT = 20, LEN = 1 << 20 };
    char *text = malloc(LEN);
    csm_client_result *result = NULL;
    csm_client *client;
    uint32_t ids[COUNT];
    fake f = { 0 };

    (void)state;
    assert_non_null(text);
    memset(text, 'y', LEN);
    client = fake_client(&f, script_large, NULL);
    for (size_t i = 0; i < COUNT; i++) {
        csm_pair pair = { CSM_STR_INIT("t"), csm_text((csm_str){ text, LEN }) };
        csm_value params = csm_map(&pair, 1);

        assert_int_equal(csm_client_send(client, "m", &params, &ids[i], NULL), CSM_OK);
    }
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(csm_client_receive(client, ids[i], FAKE_WAIT_MS, &result, NULL), CSM_OK);
        assert_int_equal(csm_client_result_value(result)->s.len, LEN);
        csm_client_result_free(result);
    }
    csm_client_close(client);
    fake_stop(&f);
    free(text);
}

static void requests_have_a_maximum(void **state)
{
    csm_client_error err = { 0 };
    csm_client *client;
    uint32_t msgid = 0;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, fake_until_closed, NULL);
    for (unsigned i = 0; i < 65536; i++)
        if (csm_client_send(client, "m", NULL, &msgid, &err) != CSM_OK)
            fail_msg("request %u: %s", i, err.message);
    assert_int_equal(csm_client_send(client, "m", NULL, &msgid, &err), CSM_E_LIMIT);
    csm_client_close(client);
    fake_stop(&f);
}

/* ---- notifications ---- */

struct heard {
    csm_client *client;
    unsigned count;
    int64_t n;
    bool was_nil;
    char method[32];
    csm_status inside;
};

static void on_notification(csm_str method, const csm_value *params, void *user)
{
    struct heard *heard = user;
    const csm_value *n = csm_map_get(params, "n");

    heard->count++;
    heard->was_nil = csm_is_nil(*params);
    heard->n = n != NULL ? n->i : -1;
    snprintf(heard->method, sizeof(heard->method), "%.*s", CSM_STR_FMT(method));
    if (heard->client != NULL)
        heard->inside = csm_client_call(heard->client, "m", NULL, NULL, NULL);
}

static void script_notify(fake *f)
{
    csm_pair pair = { CSM_STR_INIT("n"), csm_int(7) };
    csm_value map = csm_map(&pair, 1);
    fake_request request;

    if (!fake_next(f, &request))
        return;
    fake_notify(f, "live.change", csm_list(&map, 1));
    fake_reply(f, request.envelope.msgid, csm_int(1));
    fake_wait_go(f);
    fake_notify(f, "live.empty", csm_list(NULL, 0));
    script_echo(f);
}

static void notifications_are_delivered(void **state)
{
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    struct heard heard = { 0 };
    csm_client *client = NULL;
    fake f = { 0 };

    (void)state;
    options.on_notification = on_notification;
    options.user = &heard;
    fake_start(&f, script_notify, NULL);
    assert_int_equal(csm_client_connect(f.address, &options, &client, NULL), CSM_OK);
    assert_int_equal(csm_client_wait(client, 0, NULL), CSM_E_TIMEOUT);
    heard.client = client;
    assert_int_equal(csm_client_call(client, "m", NULL, NULL, NULL), CSM_OK);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.n, 7);
    assert_string_equal(heard.method, "live.change");
    assert_int_equal(heard.inside, CSM_E_STATE);
    atomic_store(&f.go, true);
    assert_int_equal(csm_client_wait(client, FAKE_WAIT_MS, NULL), CSM_OK);
    assert_int_equal(heard.count, 2);
    assert_true(heard.was_nil);
    assert_string_equal(heard.method, "live.empty");
    assert_int_equal(csm_client_call(client, "m", NULL, NULL, NULL), CSM_OK);
    csm_client_close(client);
    fake_stop(&f);
}

static void notifications_nobody_wants_are_skipped(void **state)
{
    csm_client *client;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, script_notify, NULL);
    assert_int_equal(csm_client_call(client, "m", NULL, NULL, NULL), CSM_OK);
    atomic_store(&f.go, true);
    assert_int_equal(csm_client_wait(client, FAKE_WAIT_MS, NULL), CSM_OK);
    assert_int_equal(csm_client_call(client, "m", NULL, NULL, NULL), CSM_OK);
    csm_client_close(client);
    fake_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_under_way),
        cmocka_unit_test(late_answers),
        cmocka_unit_test(forgotten_answers),
        cmocka_unit_test(neither_side_blocks_the_other),
        cmocka_unit_test(requests_have_a_maximum),
        cmocka_unit_test(notifications_are_delivered),
        cmocka_unit_test(notifications_nobody_wants_are_skipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
