/* Data directories a server cannot serve, and what a restart keeps. */
#include "server_process.h"

#include "store/dir.h"
#include "store/engine.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <sched.h>

#define STORE 74

static server_process server;

static int setup(void **state)
{
    (void)state;
    server_init(&server, "");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_done(&server);
    return 0;
}

/* The data directory on a mount that nothing may be written to, seen by the new process alone. */
static bool mount_read_only(void *user)
{
    const server_process *s = user;

    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mount(s->data, s->data, NULL, MS_BIND, NULL) == 0 &&
           mount("none", s->data, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0;
}

static void read_only(void **state)
{
    int code;

    (void)state;
    server_start(&server);
    assert_int_equal(server_stop(&server), 0);
    server_clear_log(&server);
    server.in_child = mount_read_only;
    code = server_run(&server, NULL);
    if (code == 77)
        skip();
    assert_int_equal(code, STORE);
    server_log_has(&server, server.data);
    server_log_has(&server, "Read-only file system");
    server.in_child = NULL;
    server_start(&server);
    assert_int_equal(server_stop(&server), 0);
}

static void in_use(void **state)
{
    char text[64];

    (void)state;
    server_start(&server);
    assert_int_equal(server_run(&server, NULL), STORE);
    (void)snprintf(text, sizeof(text), "is in use by process %d", (int)server.pid);
    server_log_has(&server, text);
    server_clear_log(&server);
    assert_int_equal(server_run(&server, (const char *const[]){ "--verify", NULL }), STORE);
    server_log_has(&server, text);
    csm_client_close(server_client(&server)); /* and it still serves */
    assert_int_equal(server_stop(&server), 0);
}

static void newer_version(void **state)
{
    const csm_store_options options = { 0 };
    csm_error err = { 0 };
    csm_kv *kv = NULL;
    int dir;

    (void)state;
    assert_int_equal(csm_dir_open(server.data, true, &dir, &err), CSM_OK);
    assert_int_equal(csm_kv_open_lmdb(server.data, dir, &options, CSM_STORE_VERSION + 1, &kv, &err), CSM_OK);
    kv->ops->close(kv);
    csm_dir_close(dir, true);
    assert_int_equal(server_run(&server, NULL), STORE);
    server_log_has(&server, "store has version 2, this server reads up to 1");
    server_log_has(&server, "start the newer server that wrote it");
}

static void damaged(void **state)
{
    char path[128];
    FILE *f;

    (void)state;
    server_start(&server);
    assert_int_equal(server_stop(&server), 0);
    (void)snprintf(path, sizeof(path), "%s/data.mdb", server.data);
    f = fopen(path, "r+e");
    assert_non_null(f);
    for (unsigned n = 0; n < 8192; n++)
        assert_int_equal(fputc('j', f), 'j');
    assert_int_equal(fclose(f), 0);
    server_clear_log(&server);
    assert_int_equal(server_run(&server, NULL), STORE);
    server_log_has(&server, "store is damaged");
}

/* A repeat after a restart gets the first reply; the key with other arguments is refused. */
static void request_key_outlives_restart(void **state)
{
    static const char insert[] = "{'table':'sys_user_group','values':{'name':'%s'},'request_key':'once'}";
    csm_client_result *result;
    csm_client_error err;
    csm_client *client;
    char id[40], again[40];

    (void)state;
    server_start(&server);
    client = server_client(&server);
    result = server_call(client, "record.insert", insert, "night shift");
    assert_int_equal(strlen(server_text(result, "sys_id", id, sizeof(id))), 32);
    csm_client_result_free(result);
    csm_client_close(client);
    server_kill(&server);
    server_start(&server);
    client = server_client(&server);
    result = server_call(client, "record.insert", insert, "night shift");
    assert_string_equal(server_text(result, "sys_id", again, sizeof(again)), id);
    csm_client_result_free(result);
    assert_int_equal(server_try(client, &err, "record.insert", insert, "day shift"), CSM_E_CONFLICT);
    assert_string_equal(err.field, "request_key");
    result = server_call(client, "record.query", "{'table':'sys_user_group','query':'nameLIKEshift'}");
    assert_int_equal(csm_map_get(csm_client_result_value(result), "rows")->count, 1);
    csm_client_result_free(result);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(server_verify(&server), 0);
}

/* A path with a typo is no store without problems; and looking changes nothing. */
static void verify_makes_nothing(void **state)
{
    struct stat before, after;
    char path[512];

    (void)state;
    assert_int_equal(server_run(&server, (const char *const[]){ "--verify", NULL }), STORE);
    assert_int_equal(access(server.data, F_OK), -1);
    assert_int_equal(mkdir(server.data, 0700), 0);
    assert_int_equal(server_run(&server, (const char *const[]){ "--verify", NULL }), STORE);
    server_log_has(&server, "no readable file \"data.mdb\" in it");
    server_start(&server);
    assert_int_equal(server_stop(&server), 0);
    (void)snprintf(path, sizeof(path), "%s/data.mdb", server.data);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(server_run(&server, (const char *const[]){ "--verify", "--plugins", "foundation,knowledge", NULL }), 0);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(memcmp(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim)), 0);
}

/* Who may connect may not fill the disk with what the server says of him. */
static void strangers_fill_no_log(void **state)
{
    static const char note[] = "\x93\x02\xacrecord.query\x91\x81\xa5table\xa1x", call[] = "\x94\x00\x01\xa1x\x90", broken[] = "\xc1";
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    char *log;

    (void)state;
    server_start(&server);
    server_clear_log(&server);
    (void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", server.socket + strlen("unix:"));
    for (unsigned n = 0; n < 50; n++) {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
        for (unsigned k = 0; k < 20; k++)
            assert_true(send(fd, note, sizeof(note) - 1, MSG_NOSIGNAL) > 0 && send(fd, call, sizeof(call) - 1, MSG_NOSIGNAL) > 0);
        (void)send(fd, broken, sizeof(broken) - 1, MSG_NOSIGNAL);
        (void)close(fd);
    }
    csm_client_close(server_client(&server));
    log = server_log(&server);
    assert_string_equal(log, "");
    free(log);
    assert_int_equal(server_stop(&server), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(read_only, setup, teardown),
        cmocka_unit_test_setup_teardown(in_use, setup, teardown),
        cmocka_unit_test_setup_teardown(newer_version, setup, teardown),
        cmocka_unit_test_setup_teardown(damaged, setup, teardown),
        cmocka_unit_test_setup_teardown(strangers_fill_no_log, setup, teardown),
        cmocka_unit_test_setup_teardown(verify_makes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(request_key_outlives_restart, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
