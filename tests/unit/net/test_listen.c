/* Addresses that can and cannot be listened on, and what a Unix socket's file goes through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness.h"

static char dir[64];

static int setup(void **state)
{
    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/csm-net-XXXXXX");
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return rmdir(dir); /* fails when a test left a socket behind */
}

static void echo_once(const char *bound)
{
    int fd = test_connect(bound);

    if (fd < 0)
        fail_msg("%s: %s", bound, strerrordesc_np(errno));
    send_text(fd, "hello\n");
    expect_text(fd, "hello\n");
    close(fd);
}

static void tcp_addresses(void **state)
{
    static const struct {
        const char *text, *starts;
    } rows[] = { { "tcp:127.0.0.1:0", "tcp:127.0.0.1:" },
                 { "tcp:[::1]:0", "tcp:[::1]:" },
                 { "tcp:localhost:0", "tcp:" } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        harness_options options = { .address = rows[i].text };
        harness h;

        print_message("  %s\n", rows[i].text);
        harness_start(&h, &options);
        assert_memory_equal(h.bound, rows[i].starts, strlen(rows[i].starts));
        assert_int_not_equal(h.bound[strlen(h.bound) - 2], ':'); /* a real port, not 0 */
        echo_once(h.bound);
        harness_stop(&h, 1000);
    }
}

static void *open_none(void *user, csm_conn *conn, const csm_peer *peer)
{
    (void)user;
    (void)conn;
    (void)peer;
    return NULL;
}

static size_t data_none(void *conn_user, const uint8_t *bytes, size_t len)
{
    (void)conn_user;
    (void)bytes;
    return len;
}

static void close_none(void *conn_user)
{
    (void)conn_user;
}

static csm_net *quiet_net(void)
{
    csm_net_events events = { .on_open = open_none, .on_data = data_none, .on_close = close_none };
    csm_net *net = NULL;

    assert_int_equal(csm_net_new(NULL, &events, &net, NULL), CSM_OK);
    return net;
}

static void bad_addresses(void **state)
{
    static const struct {
        const char *text;
        csm_status want;
        const char *says;
    } rows[] = {
        { "", CSM_E_INVALID, "neither" },
        { "tcp:127.0.0.1", CSM_E_INVALID, "needs a port" },
        { "tcp:::1:80", CSM_E_INVALID, "brackets" },
        { "unix:", CSM_E_INVALID, "needs a path" },
        { "tcp:192.0.2.1:0", CSM_E_NOT_FOUND, "192.0.2.1" },
        { "tcp:1.2.3.4.5.6:0", CSM_E_NOT_FOUND, "1.2.3.4.5.6" },
        { "unix:/nonexistent/csm.sock", CSM_E_NOT_FOUND, "/nonexistent/csm.sock" },
        { "unix:/dev/null", CSM_E_EXISTS, "not a socket" },
        { "unix:/dev/null/csm.sock", CSM_E_NOT_FOUND, "/dev/null" },
    };
    csm_net *net = quiet_net();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char bound[128] = "untouched";
        csm_error err = { 0 };
        csm_status st = csm_net_listen(net, rows[i].text, bound, &err);

        print_message("  \"%s\": %s\n", rows[i].text, err.message);
        if (rows[i].want == CSM_E_NOT_FOUND && st == CSM_E_IO && strstr(err.message, "resolution") != NULL)
            continue; /* no resolver to ask on this machine */
        assert_int_equal(st, rows[i].want);
        assert_int_equal(err.code, rows[i].want);
        assert_non_null(strstr(err.message, rows[i].says));
        assert_string_equal(bound, "untouched");
    }
    csm_net_free(net);
}

static void taken_port_is_busy(void **state)
{
    harness_options options = { 0 };
    csm_net *net = quiet_net();
    csm_error err = { 0 };
    harness h;

    (void)state;
    harness_start(&h, &options);
    assert_int_equal(csm_net_listen(net, h.bound, NULL, &err), CSM_E_BUSY);
    assert_non_null(strstr(err.message, h.bound));
    harness_stop(&h, 1000);
    assert_int_equal(csm_net_listen(net, h.bound, NULL, &err), CSM_OK);
    csm_net_free(net);
}

static void socket_file_has_its_mode(void **state)
{
    static const struct {
        const char *option;
        mode_t want;
    } rows[] = { { "", 0600 }, { ",mode=0660", 0660 }, { ",mode=666", 0666 }, { ",mode=0400", 0400 } };
    mode_t before = umask(0077);

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char address[128], bound[128], want[128];
        csm_net *net = quiet_net();
        struct stat st;

        snprintf(address, sizeof(address), "unix:%s/s%s", dir, rows[i].option);
        snprintf(want, sizeof(want), "unix:%s/s", dir);
        assert_int_equal(csm_net_listen(net, address, bound, NULL), CSM_OK);
        assert_string_equal(bound, want);
        assert_int_equal(stat(bound + 5, &st), 0);
        assert_int_equal(st.st_mode & 07777, rows[i].want);
        csm_net_free(net);
        assert_int_equal(stat(bound + 5, &st), -1); /* gone with its listener */
    }
    umask(before);
}

static void unix_peer_shows_credentials(void **state)
{
    char address[128], want[128];
    harness_options options = { .address = address };
    harness h;
    int fd;

    (void)state;
    snprintf(address, sizeof(address), "unix:%s/s", dir);
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_text(fd, "who\n");
    snprintf(want, sizeof(want), "unix 1 1 %u %d\n", getuid(), getpid());
    expect_text(fd, want);
    close(fd);
    harness_stop(&h, 1000);
}

static void tcp_peer_shows_its_address(void **state)
{
    harness_options options = { 0 };
    harness h;
    int fd;

    (void)state;
    harness_start(&h, &options);
    fd = test_connect(h.bound);
    send_text(fd, "who\n");
    expect_text(fd, "127.0.0.1:");
    close(fd);
    harness_stop(&h, 1000);
}

/* A socket file as a killed process leaves it. */
static void leave_stale(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    close(fd);
}

static void stale_socket_is_replaced_a_live_one_is_not(void **state)
{
    char address[128];
    harness_options options = { .address = address };
    csm_net *net = quiet_net();
    csm_error err = { 0 };
    harness h;

    (void)state;
    snprintf(address, sizeof(address), "unix:%s/s", dir);
    leave_stale(address + 5);
    harness_start(&h, &options);
    echo_once(h.bound);
    assert_int_equal(csm_net_listen(net, address, NULL, &err), CSM_E_BUSY);
    assert_non_null(strstr(err.message, "another process"));
    csm_net_free(net);
    echo_once(h.bound); /* unharmed */
    harness_stop(&h, 1000);
}

static void plain_file_is_left_alone(void **state)
{
    char address[128];
    csm_net *net = quiet_net();
    int fd;

    (void)state;
    snprintf(address, sizeof(address), "unix:%s/s", dir);
    fd = open(address + 5, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(csm_net_listen(net, address, NULL, NULL), CSM_E_EXISTS);
    csm_net_free(net);
    assert_int_equal(unlink(address + 5), 0);
}

static void socket_put_there_by_others_is_not_unlinked(void **state)
{
    char address[128];
    csm_net *net = quiet_net();

    (void)state;
    snprintf(address, sizeof(address), "unix:%s/s", dir);
    assert_int_equal(csm_net_listen(net, address, NULL, NULL), CSM_OK);
    assert_int_equal(unlink(address + 5), 0);
    leave_stale(address + 5);
    csm_net_free(net);
    assert_int_equal(unlink(address + 5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_addresses),
        cmocka_unit_test(bad_addresses),
        cmocka_unit_test(taken_port_is_busy),
        cmocka_unit_test(socket_file_has_its_mode),
        cmocka_unit_test(unix_peer_shows_credentials),
        cmocka_unit_test(tcp_peer_shows_its_address),
        cmocka_unit_test(stale_socket_is_replaced_a_live_one_is_not),
        cmocka_unit_test(plain_file_is_left_alone),
        cmocka_unit_test(socket_put_there_by_others_is_not_unlinked),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
