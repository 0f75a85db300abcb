/* Connecting, calling, errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "fake.h"

static void connect_says_hello(void **state)
{
    csm_client *client;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, script_echo, NULL);
    assert_true(f.said_hello);
    assert_true(csm_client_is_open(client));
    assert_true(csm_client_fd(client) >= 0);
    assert_true(csm_str_is(csm_map_get(csm_client_hello(client), "version")->s, "1.2.3"));
    csm_client_close(client);
    csm_client_close(NULL);
    fake_stop(&f);
}

static void values_travel_both_ways(void **state)
{
    csm_value items[] = { csm_bool(true), csm_nil(), csm_float(1.5), csm_int(-70000) };
    csm_pair pairs[] = {
        { CSM_STR_INIT("text"), csm_ctext("gr\xc3\xbc\xc3\x9f"
                                          "e") },
        { CSM_STR_INIT("number"), csm_int(INT64_MIN) },
        { CSM_STR_INIT("list"), csm_list(items, 4) },
        { CSM_STR_INIT("bytes"), csm_bytes(CSM_STR("\0\xff")) },
    };
    csm_value params = csm_map(pairs, 4);
    csm_client_result *result = NULL;
    const csm_value *value;
    csm_client *client;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, script_echo, NULL);
    assert_int_equal(csm_client_call(client, "any.method", &params, &result, NULL), CSM_OK);
    value = csm_client_result_value(result);
    assert_int_equal(value->count, 4);
    assert_true(csm_str_eq(csm_map_get(value, "text")->s, pairs[0].value.s));
    assert_int_equal(csm_map_get(value, "number")->i, INT64_MIN);
    assert_int_equal(csm_map_get(value, "list")->count, 4);
    assert_int_equal(csm_map_get(value, "list")->list[3].i, -70000);
    assert_true(csm_map_get(value, "list")->list[2].f == 1.5);
    assert_int_equal(csm_map_get(value, "bytes")->type, CSM_T_BYTES);
    csm_client_result_free(result);

    assert_int_equal(csm_client_call(client, "no.params", NULL, &result, NULL), CSM_OK);
    assert_true(csm_str_is(csm_client_result_value(result)->s, "no.params"));
    csm_client_result_free(result);
    assert_int_equal(csm_client_call(client, "not.wanted", NULL, NULL, NULL), CSM_OK);
    csm_client_close(client);
    fake_stop(&f);
}

static void encoded_params(void **state)
{
    static const struct {
        const char *name;
        csm_str params;
        csm_status want;
    } rows[] = {
        { "map",
          CSM_STR_INIT("\x81\xa1"
                       "a\x01"),
          CSM_OK },
        { "empty map", CSM_STR_INIT("\x80"), CSM_OK },
        { "none", CSM_STR_INIT(""), CSM_OK },
        { "list", CSM_STR_INIT("\x91\x01"), CSM_E_INVALID },
        { "cut",
          CSM_STR_INIT("\x81\xa1"
                       "a"),
          CSM_E_INVALID },
        { "two values", CSM_STR_INIT("\x80\x80"), CSM_E_INVALID },
        { "reserved tag", CSM_STR_INIT("\xc1"), CSM_E_INVALID },
        { "lying count", CSM_STR_INIT("\xdf\x0f\xff\xff\xff"), CSM_E_INVALID },
    };
    csm_client *client;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, script_echo, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        csm_client_result *result = NULL;

        print_message("  %s\n", rows[i].name);
        assert_int_equal(csm_client_call_encoded(client, "m", rows[i].params, &result, NULL), rows[i].want);
        if (rows[i].want == CSM_OK && rows[i].params.len > 0)
            assert_true(csm_str_eq(csm_client_result_encoded(result), rows[i].params));
        csm_client_result_free(result);
    }
    csm_client_close(client);
    fake_stop(&f);
}

static void params_that_are_no_map(void **state)
{
    csm_value deep[40], text = csm_ctext("not a map");
    csm_pair pair = { CSM_STR_INIT("deep"), csm_nil() };
    csm_client_error err = { 0 };
    csm_value params;
    csm_client *client;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, script_echo, NULL);
    assert_int_equal(csm_client_call(client, "m", &text, NULL, &err), CSM_E_INVALID);
    assert_false(err.from_server);
    assert_string_equal(err.message, "params of \"m\" are not a map");
    deep[0] = csm_nil();
    for (size_t i = 1; i < 40; i++)
        deep[i] = csm_list(&deep[i - 1], 1);
    pair.value = deep[39];
    params = csm_map(&pair, 1);
    assert_int_equal(csm_client_call(client, "m", &params, NULL, &err), CSM_E_INVALID);
    assert_int_equal(csm_client_call(client, "m", NULL, NULL, &err), CSM_OK); /* nothing of it went out */
    csm_client_close(client);
    fake_stop(&f);
}

/* ---- errors of the server ---- */

static void script_error(fake *f)
{
    fake_request request;

    while (fake_next(f, &request))
        fake_error(f, request.envelope.msgid, *(const csm_value *)f->arg);
}

static void error_map_comes_whole(void **state)
{
    csm_pair pairs[] = {
        { CSM_STR_INIT("code"), csm_int(5) },
        { CSM_STR_INIT("name"), csm_ctext("denied") },
        { CSM_STR_INIT("message"), csm_ctext("you may not") },
        { CSM_STR_INIT("detail"), csm_ctext("rule 7") },
        { CSM_STR_INIT("hint"), csm_ctext("ask") },
        { CSM_STR_INIT("field"), csm_ctext("priority") },
        { CSM_STR_INIT("reason"), csm_ctext("too_low") },
        { CSM_STR_INIT("plugin"), csm_ctext("hello") },
        { CSM_STR_INIT("trace"), csm_ctext("t-1") },
        { CSM_STR_INIT("from_a_newer_server"), csm_int(1) },
    };
    csm_value error = csm_map(pairs, 10);
    csm_client_result *result = NULL;
    csm_client_error err = { 0 };
    csm_client *client;
    fake f = { 0 };

    (void)state;
    client = fake_client(&f, script_error, &error);
    assert_int_equal(csm_client_call(client, "m", NULL, &result, &err), CSM_E_DENIED);
    assert_null(result);
    assert_int_equal(err.code, CSM_E_DENIED);
    assert_true(err.from_server);
    assert_string_equal(err.name, "denied");
    assert_string_equal(err.message, "you may not");
    assert_string_equal(err.detail, "rule 7");
    assert_string_equal(err.hint, "ask");
    assert_string_equal(err.field, "priority");
    assert_string_equal(err.reason, "too_low");
    assert_string_equal(err.plugin, "hello");
    assert_string_equal(err.trace, "t-1");
    assert_int_equal(csm_client_call(client, "m", NULL, NULL, NULL), CSM_E_DENIED);
    assert_true(csm_client_is_open(client));
    csm_client_close(client);
    fake_stop(&f);
}

#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void error_forms(void **state)
{
    csm_pair no_code = { CSM_STR_INIT("message"), csm_ctext("x") };
    csm_pair new_code[] = { { CSM_STR_INIT("code"), csm_int(77) }, { CSM_STR_INIT("name"), csm_ctext("fancy") } };
    csm_pair bare_code = { CSM_STR_INIT("code"), csm_int(9) };
    csm_pair zero_code = { CSM_STR_INIT("code"), csm_int(0) };
    csm_pair long_trace[] = { { CSM_STR_INIT("code"), csm_int(2) },
                              { CSM_STR_INIT("trace"), csm_ctext(A50 "123456789012\xc3\xbc") } };
    struct {
        const char *name;
        csm_value error;
        csm_status want;
        bool from_server;
        const char *want_name, *message, *trace;
    } rows[] = {
        { "text", csm_ctext("CSM-2 not found: no such case: 7"), CSM_E_NOT_FOUND, true, "not found", "no such case: 7",
          "" },
        { "foreign text", csm_ctext("boom"), CSM_E_INTERNAL, true, "internal", "boom", "" },
        { "text with a strange code", csm_ctext("CSM-x y: z"), CSM_E_INTERNAL, true, "internal", "CSM-x y: z", "" },
        { "text with a new code", csm_ctext("CSM-99 fancy: z"), CSM_E_INTERNAL, true, "fancy", "z", "" },
        { "map with a new code", csm_map(new_code, 2), CSM_E_INTERNAL, true, "fancy", "", "" },
        { "map with a code alone", csm_map(&bare_code, 1), CSM_E_BUSY, true, "busy", "", "" },
        { "error that says ok", csm_map(&zero_code, 1), CSM_E_INTERNAL, true, "internal", "", "" },
        { "cut between characters", csm_map(long_trace, 2), CSM_E_NOT_FOUND, true, "not found", "",
          A50 "123456789012" },
        { "map without code", csm_map(&no_code, 1), CSM_E_INVALID, false, "invalid", "the server's error has no code",
          "" },
        { "number", csm_int(3), CSM_E_INVALID, false, "invalid", "the server's error is neither text nor a map", "" },
        { "false", csm_bool(false), CSM_E_INVALID, false, "invalid", "the server's error is neither text nor a map",
          "" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        csm_client_error err = { 0 };
        csm_client *client;
        fake f = { 0 };

        print_message("  %s\n", rows[i].name);
        client = fake_client(&f, script_error, &rows[i].error);
        assert_int_equal(csm_client_call(client, "m", NULL, NULL, &err), rows[i].want);
        assert_int_equal(err.code, rows[i].want);
        assert_int_equal(err.from_server, rows[i].from_server);
        assert_string_equal(err.name, rows[i].want_name);
        assert_string_equal(err.message, rows[i].message);
        assert_string_equal(err.trace, rows[i].trace);
        assert_true(csm_client_is_open(client)); /* well framed: the next call is fine */
        csm_client_close(client);
        fake_stop(&f);
    }
}

/* ---- connecting ---- */

static void script_none(fake *f)
{
    (void)f;
}

static void connect_failures(void **state)
{
    static const struct {
        const char *address;
        csm_status want;
        const char *says;
    } rows[] = {
        { "nonsense", CSM_E_INVALID, "neither" },
        { "unix:/nonexistent/s", CSM_E_IO, "No such file" },
        { "unix:/dev/null", CSM_E_IO, "refused" },
        { "tcp:127.0.0.1:1", CSM_E_IO, "refused" },
    };
    csm_client *client = NULL;
    csm_client_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("  %s\n", rows[i].address);
        assert_int_equal(csm_client_connect(rows[i].address, NULL, &client, &err), rows[i].want);
        assert_non_null(strstr(err.message, rows[i].says));
        assert_false(err.from_server);
        assert_null(client);
    }
    assert_int_equal(csm_client_connect("nonsense", NULL, &client, NULL), CSM_E_INVALID);
}

static void silent_or_leaving_server(void **state)
{
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    csm_client *client = NULL;
    csm_client_error err = { 0 };
    fake f = { .no_hello = true };

    (void)state;
    options.timeout_ms = 50;
    fake_start(&f, fake_until_closed, NULL);
    assert_int_equal(csm_client_connect(f.address, &options, &client, &err), CSM_E_TIMEOUT);
    assert_null(client);
    fake_stop(&f);

    options.timeout_ms = FAKE_WAIT_MS;
    f.no_hello = true;
    fake_start(&f, script_none, NULL);
    assert_int_not_equal(csm_client_connect(f.address, &options, &client, &err), CSM_OK);
    assert_true(err.code == CSM_E_UNKNOWN || err.code == CSM_E_IO); /* it left after the hello, or before */
    assert_null(client);
    fake_stop(&f);
}

static void hello_may_be_refused(void **state)
{
    csm_pair pairs[] = { { CSM_STR_INIT("code"), csm_int(9) }, { CSM_STR_INIT("message"), csm_ctext("draining") } };
    csm_value error = csm_map(pairs, 2);
    csm_client *client = NULL;
    csm_client_error err = { 0 };
    fake f = { .no_hello = true };

    (void)state;
    fake_start(&f, script_error, &error);
    assert_int_equal(csm_client_connect(f.address, NULL, &client, &err), CSM_E_BUSY);
    assert_string_equal(err.message, "draining");
    assert_true(err.from_server);
    fake_stop(&f);
}

#ifndef CSM_NO_FAULTS
/* Allocation 1, 2, 3 ... fails until all goes well: each time an error, never a leak or a crash. */
static void every_allocation_may_fail(void **state)
{
    csm_pair pair = { CSM_STR_INIT("a"), csm_ctext("b") };
    csm_value params = csm_map(&pair, 1);
    bool whole = false;

    (void)state;
    for (unsigned long nth = 1; !whole && nth < 200; nth++) {
        csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
        csm_client_result *result = NULL;
        csm_client *client = NULL;
        csm_client_error err = { 0 };
        fake f = { 0 };
        csm_status st;

        options.timeout_ms = FAKE_WAIT_MS;
        fake_start(&f, script_echo, NULL);
        csm_fault_arm(CSM_FAULT_alloc, nth, false);
        st = csm_client_connect(f.address, &options, &client, &err);
        if (st == CSM_OK)
            st = csm_client_call(client, "m", &params, &result, &err);
        whole = csm_fault_passes(CSM_FAULT_alloc) < nth;
        csm_fault_arm(CSM_FAULT_alloc, 0, false);
        if (whole)
            assert_int_equal(st, CSM_OK);
        if (st == CSM_OK)
            assert_non_null(csm_map_get(csm_client_result_value(result), "a"));
        else
            assert_true(err.code == st && err.message[0] != '\0');
        csm_client_result_free(result);
        csm_client_close(client);
        fake_stop(&f);
    }
    assert_true(whole);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connect_says_hello),
        cmocka_unit_test(values_travel_both_ways),
        cmocka_unit_test(encoded_params),
        cmocka_unit_test(params_that_are_no_map),
        cmocka_unit_test(error_map_comes_whole),
        cmocka_unit_test(error_forms),
        cmocka_unit_test(connect_failures),
        cmocka_unit_test(silent_or_leaving_server),
        cmocka_unit_test(hello_may_be_refused),
#ifndef CSM_NO_FAULTS
        cmocka_unit_test(every_allocation_may_fail),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
