/* A server that lies, breaks off or floods: an error each time, never more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fake.h"

/* The bytes after hello; the first request of a client after hello has message id 2. */
static void script_bytes(fake *f)
{
    const csm_str *bytes = f->arg;
    fake_request request;

    if (fake_next(f, &request))
        fake_send(f, bytes->ptr, bytes->len);
}

static void script_bytes_one_by_one(fake *f)
{
    const csm_str *bytes = f->arg;
    fake_request request;

    if (fake_next(f, &request))
        for (size_t i = 0; i < bytes->len; i++)
            fake_send(f, bytes->ptr + i, 1);
    fake_until_closed(f);
}

struct row {
    const char *name;
    csm_str bytes;
    csm_status want; /* of the call */
    bool open;       /* the connection outlives it */
    const char *says;
};

static const struct row rows[] = {
    { "an answer", CSM_STR_INIT("\x94\x01\x02\xc0\xc3"), CSM_OK, true, "" },
    { "nothing", CSM_STR_INIT(""), CSM_E_UNKNOWN, false, "closed" },
    { "half an answer", CSM_STR_INIT("\x94\x01\x02\xc0"), CSM_E_UNKNOWN, false, "closed" },
    { "no list", CSM_STR_INIT("\x01"), CSM_E_UNKNOWN, false, "not a list" },
    { "reserved tag", CSM_STR_INIT("\xc1"), CSM_E_UNKNOWN, false, "" },
    { "extension", CSM_STR_INIT("\x94\x01\x02\xc0\xd4\x01\x01"), CSM_E_UNKNOWN, false, "" },
    { "a count of 4 billion", CSM_STR_INIT("\xdd\xff\xff\xff\xff"), CSM_E_UNKNOWN, false, "" },
    { "a text of 4 GiB", CSM_STR_INIT("\x94\x01\x02\xc0\xdb\xff\xff\xff\xff"), CSM_E_UNKNOWN, false, "" },
    { "too deep",
      CSM_STR_INIT("\x94\x01\x02\xc0\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91"
                   "\x91\x91\x91\x91\x91\x91\x91\x91\x91\x01"),
      CSM_E_UNKNOWN, false, "" },
    { "an answer nobody asked for", CSM_STR_INIT("\x94\x01\x63\xc0\xc3"), CSM_E_UNKNOWN, false, "request 99" },
    { "a negative id", CSM_STR_INIT("\x94\x01\xff\xc0\xc3"), CSM_E_UNKNOWN, false, "msgid" },
    { "an answer of five parts", CSM_STR_INIT("\x95\x01\x02\xc0\xc3\xc3"), CSM_E_UNKNOWN, false, "parts" },
    { "a request", CSM_STR_INIT("\x94\x00\x01\xa1m\x90"), CSM_E_UNKNOWN, false, "sent a request" },
    { "the same answer twice", CSM_STR_INIT("\x94\x01\x02\xc0\xc3\x94\x01\x02\xc0\xc3"), CSM_OK, false, "" },
    { "text that is no UTF-8", CSM_STR_INIT("\x94\x01\x02\xc0\xa1\xff"), CSM_E_INVALID, true, "" },
    { "an unsigned too large", CSM_STR_INIT("\x94\x01\x02\xc0\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), CSM_E_INVALID,
      true, "" },
    { "a map key that is a number", CSM_STR_INIT("\x94\x01\x02\xc0\x81\x01\x01"), CSM_E_INVALID, true, "" },
    { "an error with bad text", CSM_STR_INIT("\x94\x01\x02\xa1\xff\xc0"), CSM_E_INVALID, true, "" },
};

static void one_row(const struct row *row, void (*script)(fake *f))
{
    csm_client_result *result = NULL;
    csm_client_error err = { 0 };
    csm_client *client;
    fake f = { 0 };
    csm_status st;

    client = fake_client(&f, script, &row->bytes);
    st = csm_client_call(client, "m", NULL, &result, &err);
    assert_int_equal(st, row->want);
    assert_int_equal(result != NULL, st == CSM_OK);
    if (st != CSM_OK && strstr(err.message, row->says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.message, row->says);
    assert_false(err.from_server);
    if (!row->open && st != CSM_OK) {
        assert_false(csm_client_is_open(client));
        assert_int_equal(csm_client_fd(client), -1);
        assert_int_equal(csm_client_call(client, "m", NULL, NULL, &err), CSM_E_IO);
        assert_non_null(strstr(err.message, "lost"));
    }
    if (row->open)
        assert_true(csm_client_is_open(client));
    csm_client_result_free(result);
    csm_client_close(client);
    fake_stop(&f);
}

static void bytes_of_all_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("  %s\n", rows[i].name);
        one_row(&rows[i], script_bytes);
    }
}

static void bytes_of_all_kinds_one_by_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strstr(rows[i].says, "closed") != NULL)
            continue; /* these need the server to close */
        print_message("  %s\n", rows[i].name);
        one_row(&rows[i], script_bytes_one_by_one);
    }
}

static void script_bytes_after_three(fake *f)
{
    const csm_str *bytes = f->arg;
    fake_request request;

    for (int i = 0; i < 3; i++)
        if (!fake_next(f, &request))
            return;
    fake_send(f, bytes->ptr, bytes->len);
}

/* What was sent before the break still waits for its answer: each learns that there is none. */
static void a_lost_connection_ends_every_request(void **state)
{
    csm_str bytes = CSM_STR("\x94\x01\x03\xc0\xc3"); /* the second is answered, then the server closes */
    csm_client_result *result = NULL;
    csm_client_error err = { 0 };
    csm_client *client;
    uint32_t ids[3], msgid = 0;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, script_bytes_after_three, &bytes);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(csm_client_send(client, "m", NULL, &ids[i], NULL), CSM_OK);
    assert_int_equal(csm_client_receive(client, ids[0], FAKE_WAIT_MS, &result, &err), CSM_E_UNKNOWN);
    assert_true(err.hint[0] != '\0');
    assert_int_equal(csm_client_receive_any(client, FAKE_WAIT_MS, &msgid, &result, &err), CSM_OK);
    assert_int_equal(msgid, ids[1]);
    csm_client_result_free(result);
    assert_int_equal(csm_client_receive_any(client, FAKE_WAIT_MS, &msgid, &result, &err), CSM_E_UNKNOWN);
    assert_int_equal(msgid, ids[2]);
    assert_int_equal(csm_client_receive_any(client, FAKE_WAIT_MS, &msgid, &result, &err), CSM_E_INVALID);
    assert_int_equal(csm_client_wait(client, 0, &err), CSM_E_IO);
    csm_client_close(client);
    fake_stop(&f);
}

static void script_huge(fake *f)
{
    enum { LEN = 5000 };
    fake_request request;
    char text[LEN];

    memset(text, 'x', LEN);
    while (fake_next(f, &request))
        fake_reply(f, request.envelope.msgid, csm_text((csm_str){ text, LEN }));
}

static void messages_have_a_maximum(void **state)
{
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    csm_client_error err = { 0 };
    csm_client *client = NULL;
    fake f = { 0 };

    (void)state;
    options.frame_bytes = 5000;
    fake_start(&f, script_huge, NULL);
    assert_int_equal(csm_client_connect(f.address, &options, &client, NULL), CSM_OK);
    assert_int_equal(csm_client_call(client, "m", NULL, NULL, &err), CSM_E_UNKNOWN);
    assert_false(csm_client_is_open(client));
    csm_client_close(client);
    fake_stop(&f);
}

static void answers_not_received_have_a_maximum(void **state)
{
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    csm_client_error err = { 0 };
    csm_client *client = NULL;
    uint32_t msgid = 0;
    csm_status st = CSM_OK;
    fake f = { 0 };

    (void)state;
    options.frame_bytes = 6000;
    fake_start(&f, script_huge, NULL);
    assert_int_equal(csm_client_connect(f.address, &options, &client, NULL), CSM_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(csm_client_send(client, "m", NULL, &msgid, NULL), CSM_OK);
    while (st == CSM_OK)
        st = csm_client_wait(client, FAKE_WAIT_MS, &err);
    assert_int_equal(st, CSM_E_LIMIT);
    assert_false(csm_client_is_open(client));
    csm_client_close(client);
    fake_stop(&f);
}

static void script_bad_notification(fake *f)
{
    fake_request request;

    if (fake_next(f, &request))
        fake_notify(f, "live.change", csm_int(3));
    fake_until_closed(f);
}

static void ignore(csm_str method, const csm_value *params, void *user)
{
    (void)method;
    (void)params;
    ++*(int *)user;
}

static void notification_without_arguments_list(void **state)
{
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    csm_client_error err = { 0 };
    csm_client *client = NULL;
    uint32_t msgid = 0;
    int heard = 0;
    fake f = { 0 };

    (void)state;
    options.on_notification = ignore;
    options.user = &heard;
    fake_start(&f, script_bad_notification, NULL);
    assert_int_equal(csm_client_connect(f.address, &options, &client, &err), CSM_OK);
    assert_int_equal(csm_client_send(client, "m", NULL, &msgid, &err), CSM_OK);
    assert_int_equal(csm_client_wait(client, FAKE_WAIT_MS, &err), CSM_E_INVALID);
    assert_int_equal(heard, 0);
    csm_client_close(client);
    fake_stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_of_all_kinds),
        cmocka_unit_test(bytes_of_all_kinds_one_by_one),
        cmocka_unit_test(a_lost_connection_ends_every_request),
        cmocka_unit_test(messages_have_a_maximum),
        cmocka_unit_test(answers_not_received_have_a_maximum),
        cmocka_unit_test(notification_without_arguments_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
