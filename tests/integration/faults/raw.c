/* Sockets and encoded bytes by hand. */
#include "raw.h"

#include "base/str.h"
#include "json/json.h"
#include "unit.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_MS 30000
#define MSGID 7

void raw_open(raw *r, const char *address)
{
    struct sockaddr_un local = { .sun_family = AF_UNIX };
    struct sockaddr_in remote = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    bool is_unix = strncmp(address, "unix:", 5) == 0;
    int64_t port = 0;

    csm_buf_init(&r->request, 0);
    r->fd = socket(is_unix ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(r->fd >= 0);
    if (is_unix) {
        (void)snprintf(local.sun_path, sizeof(local.sun_path), "%s", address + 5);
        assert_int_equal(connect(r->fd, (struct sockaddr *)&local, sizeof(local)), 0);
        return;
    }
    assert_true(csm_parse_int(csm_str_of(strrchr(address, ':') + 1), &port));
    remote.sin_port = htons((uint16_t)port);
    assert_int_equal(connect(r->fd, (struct sockaddr *)&remote, sizeof(remote)), 0);
}

void raw_done(raw *r)
{
    csm_buf_done(&r->request);
    (void)close(r->fd);
    r->fd = -1;
}

void raw_prepare(raw *r, const char *method, const char *args)
{
    csm_arena *arena = csm_arena_new(65536, 0);
    csm_writer w = { &r->request };
    csm_value params = csm_nil();
    csm_error err = { 0 };
    char *text;

    assert_non_null(arena);
    text = csm_arena_cstr(arena, csm_str_of(args));
    assert_non_null(text);
    for (char *at = text; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    if (csm_json_parse(arena, csm_str_of(text), &params, &err) != CSM_OK)
        fail_msg("%s: %s", text, err.message);
    csm_buf_clear(&r->request);
    csm_write_list(&w, 4);
    csm_write_int(&w, CSM_REQUEST);
    csm_write_int(&w, MSGID);
    csm_write_cstr(&w, method);
    csm_write_list(&w, 1);
    csm_write_value(&w, params);
    assert_false(r->request.failed);
    csm_arena_free(arena);
}

static bool send_all(raw *r)
{
    size_t at = 0;

    while (at < r->request.len) {
        ssize_t sent = send(r->fd, r->request.ptr + at, r->request.len - at, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        at += (size_t)sent;
    }
    return true;
}

bool raw_ask(raw *r)
{
    csm_wire_limits limits = csm_wire_limits_default;
    csm_walk walk = { 0 };
    csm_error err = { 0 };

    r->reply_len = 0;
    r->silent = false;
    if (!send_all(r))
        return false;
    for (;;) {
        struct pollfd ready = { .fd = r->fd, .events = POLLIN };
        ssize_t got;

        if (poll(&ready, 1, WAIT_MS) <= 0) {
            r->silent = true;
            return false;
        }
        got = recv(r->fd, r->reply + r->reply_len, sizeof(r->reply) - r->reply_len, 0);
        if (got <= 0)
            return false;
        r->reply_len += (size_t)got;
        if (csm_walk_step(&walk, &limits, r->reply, r->reply_len, &err) == CSM_WALK_DONE)
            return walk.pos == r->reply_len;
    }
}

/* At the error of [1, msgid, error, result]. */
static csm_reader error_of(const raw *r)
{
    csm_reader reader = { r->reply, r->reply + r->reply_len };
    csm_head head;

    assert_true(csm_reader_next(&reader, &head) && head.type == CSM_T_LIST && head.count == 4);
    assert_true(csm_reader_next(&reader, &head) && head.type == CSM_T_INT && head.i == CSM_RESPONSE);
    assert_true(csm_reader_next(&reader, &head) && head.type == CSM_T_INT && head.i == MSGID);
    return reader;
}

csm_status raw_status(const raw *r)
{
    csm_reader reader = error_of(r);
    csm_str rest, code;
    csm_head head;
    int64_t number;

    assert_true(csm_reader_next(&reader, &head));
    if (head.type == CSM_T_NIL)
        return CSM_OK;
    assert_int_equal(head.type, CSM_T_TEXT);
    rest = head.s;
    assert_true(csm_str_split(&rest, ' ', &code) && code.len > 4 && memcmp(code.ptr, "CSM-", 4) == 0);
    assert_true(csm_parse_int((csm_str){ code.ptr + 4, code.len - 4 }, &number) && number > 0);
    return (csm_status)number;
}

csm_value raw_result(const raw *r, csm_arena *arena)
{
    csm_reader reader = error_of(r);
    csm_decode_options strict = { .copy = false, .strict = true };
    csm_value out = csm_nil();
    csm_error err = { 0 };

    assert_true(csm_reader_skip(&reader));
    if (csm_wire_decode(&reader, arena, strict, &out, &err) != CSM_OK)
        fail_msg("%s", err.message);
    return out;
}

void raw_print(const raw *r)
{
    csm_reader reader = error_of(r);
    csm_head head;

    if (csm_reader_next(&reader, &head) && head.type == CSM_T_TEXT)
        print_error("answer: %.*s\n", CSM_STR_FMT(head.s));
}
