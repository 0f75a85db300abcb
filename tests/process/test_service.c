/* Under a service manager: it is told by a datagram when the server serves, and when it stops. */
#include "server_process.h"

#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static server_process server;
static char address[128]; /* as in the environment */

static bool in_child(void *of)
{
    (void)of;
    return setenv("NOTIFY_SOCKET", address, 1) == 0;
}

static int setup(void **state)
{
    (void)state;
    server_init(&server, "");
    server.in_child = in_child;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_done(&server);
    return 0;
}

/* The manager's socket at address. */
static int listen_there(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    memcpy(at.sun_path, address, strlen(address));
    if (address[0] == '@')
        at.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (const struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address))), 0);
    return fd;
}

/* Waits for what the server says next. */
static void says(int fd, const char *want)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    char text[64] = "";

    assert_int_equal(poll(&ready, 1, 60000), 1);
    assert_true(recv(fd, text, sizeof(text) - 1, 0) > 0);
    assert_string_equal(text, want);
}

static void says_nothing(int fd)
{
    char text[64];

    assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
}

static void ready_and_stopping(const char *kind)
{
    int fd;

    (void)snprintf(address, sizeof(address), "%s%s/notify", kind, server.dir);
    fd = listen_there();
    server_start(&server);
    says(fd, "READY=1");
    says_nothing(fd);
    assert_int_equal(server_stop(&server), 0);
    says(fd, "STOPPING=1");
    says_nothing(fd);
    (void)close(fd);
}

static void a_socket_in_a_directory(void **state)
{
    (void)state;
    ready_and_stopping("");
}

static void a_socket_in_no_file_system(void **state)
{
    (void)state;
    ready_and_stopping("@");
}

/* What cannot listen was never ready. */
static void not_ready(void **state)
{
    const char *const nowhere[] = { "--listen", "unix:/nowhere/at/all/s", NULL };
    int fd;

    (void)state;
    (void)snprintf(address, sizeof(address), "%s/notify", server.dir);
    fd = listen_there();
    assert_int_not_equal(server_run(&server, nowhere), 0);
    says_nothing(fd);
    (void)close(fd);
}

/* A manager that does not listen, or an address that is none, is no reason not to serve. */
static void nobody_listens(void **state)
{
    static const char *const bad[] = { "/nowhere/at/all/notify", "notify", "@" };

    (void)state;
    for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
        (void)snprintf(address, sizeof(address), "%s", bad[n]);
        server_clear_log(&server);
        server_start(&server);
        server_log_has(&server, "NOTIFY_SOCKET");
        assert_int_equal(server_stop(&server), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_socket_in_a_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(a_socket_in_no_file_system, setup, teardown),
        cmocka_unit_test_setup_teardown(not_ready, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_listens, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
