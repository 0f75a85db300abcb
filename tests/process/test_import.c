/* Imports and exports as people run them: refused rows written aside, a run that goes on after kill -9 of either side,
 * what was exported imported again. */
#include "csm_run.h"

#include "unit.h"

#include "base/buf.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_TRIES 120000 /* of 1 ms and more */
#define GROUPS "{\"table\": \"sys_user_group\", \"fields\": {\"name\": \"Name\", \"description\": \"Text\"}}"

/* ---- files ---- */

static char *path_in(const server_process *server, const char *name)
{
    char *path = NULL;

    assert_true(asprintf(&path, "%s/%s", server->dir, name) > 0);
    return path;
}

static char *write_file(const server_process *server, const char *name, const char *text)
{
    char *path = path_in(server, name);
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    csm_buf buf;
    char part[4096];
    size_t got;

    assert_non_null(file);
    csm_buf_init(&buf, 0);
    while ((got = fread(part, 1, sizeof(part), file)) > 0)
        assert_true(csm_buf_add(&buf, part, got));
    (void)fclose(file);
    assert_true(csm_buf_add_byte(&buf, 0));
    return (char *)buf.ptr;
}

/* "Group 1" ... ; each 100th row has the name of the row before and cannot be taken. */
static char *write_groups(const server_process *server, const char *name, unsigned count)
{
    char *path = path_in(server, name);
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    fputs("Name,Text\r\n", file);
    for (unsigned n = 1; n <= count; n++)
        fprintf(file, "Group %u,\"row %u, quoted\"\r\n", n % 100 == 0 ? n - 1 : n, n);
    assert_int_equal(fclose(file), 0);
    return path;
}

static unsigned count_of(const char *text, const char *what)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
        count++;
    return count;
}

static void assert_in(const char *what, const char *text, const char *want)
{
    if (strstr(text, want) != NULL)
        return;
    print_error("%s is \"%s\"\nwant \"%s\"\n", what, text, want);
    fail();
}

/* What is there after everything was taken: all but the refused, each once; the refused once in the file beside. */
static void assert_all_groups(const server_process *server, const char *file, unsigned count)
{
    char *rejected = NULL, *text, *out, want[64];

    out = CSM_EXPECT(server, 0, "--csv", "count", "sys_user_group", "nameSTARTSWITHGroup ");
    (void)snprintf(want, sizeof(want), "count\r\n%u\r\n", count - count / 100);
    assert_string_equal(out, want);
    free(out);
    assert_true(asprintf(&rejected, "%s.rejected.csv", file) > 0);
    text = read_file(rejected);
    assert_in("refused rows", text, "#line,#reason,Name,Text\r\n101,");
    assert_int_equal(count_of(text, "\r\n"), count / 100 + 1);
    for (unsigned n = 100; n <= count; n += 100) {
        (void)snprintf(want, sizeof(want), "\r\n%u,", n + 1);
        assert_int_equal(count_of(text, want), 1);
    }
    free(text);
    free(rejected);
}

/* ---- what an import says ---- */

typedef struct world {
    server_process server;
    char *map;
} world;

static int setup(void **state)
{
    world *w = calloc(1, sizeof(*w));

    assert_non_null(w);
    server_init(&w->server, "");
    server_start(&w->server);
    w->map = write_file(&w->server, "groups.json", GROUPS);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    world *w = *state;

    if (w->server.pid > 0) {
        assert_int_equal(server_stop(&w->server), 0);
        assert_int_equal(server_verify(&w->server), 0);
    }
    server_done(&w->server);
    free(w->map);
    free(w);
    return 0;
}

static void refused_rows_are_written_aside(void **state)
{
    world *w = *state;
    char *file = write_groups(&w->server, "groups.csv", 250), *fixed, *text;
    csm_run run = CSM(&w->server, NULL, "--json", "import", file, "--map", w->map, "--page", "60");

    assert_int_equal(run.code, 5);
    assert_in("summary", run.out, "\"inserted\": 248");
    assert_in("summary", run.out, "\"refused\": 2");
    assert_in("standard error", run.err, "line 101: ");
    csm_run_done(&run);
    assert_all_groups(&w->server, file, 250);

    run = CSM(&w->server, NULL, "--json", "import", file, "--map", w->map); /* done already: nothing happens */
    assert_int_equal(run.code, 5);
    assert_in("standard error", run.err, "is done already");
    csm_run_done(&run);
    assert_all_groups(&w->server, file, 250);

    fixed =
        write_file(&w->server, "fixed.csv", "#line,#reason,Name,Text\r\n101,x,Group 100,a\r\n201,y,Group 200,b\r\n");
    text = CSM_EXPECT(&w->server, 0, "--json", "import", fixed, "--map", w->map);
    assert_in("summary", text, "\"inserted\": 2");
    free(text);
    free(fixed);
    free(file);
}

static void names_keep_imports_apart(void **state)
{
    world *w = *state;
    char *file = write_file(&w->server, "a.csv", "Name,Text\nOne,1\n");
    char *other =
        write_file(&w->server, "other.json", "{\"table\": \"sys_user_group\", \"fields\": {\"name\": \"Text\"}}");
    char *typo =
        write_file(&w->server, "typo.json", "{\"table\": \"sys_user_group\", \"fields\": {\"nmae\": \"Name\"}}");
    char *column =
        write_file(&w->server, "column.json", "{\"table\": \"sys_user_group\", \"fields\": {\"name\": \"Nmae\"}}");
    csm_run run;

    free(CSM_EXPECT(&w->server, 0, "import", file, "--map", w->map, "--name", "a"));
    free(CSM_EXPECT(&w->server, 4, "import", file, "--map", other, "--name", "a"));
    run = CSM(&w->server, NULL, "import", file, "--map", typo);
    assert_int_equal(run.code, 1);
    assert_in("standard error", run.err, "nmae");
    csm_run_done(&run);
    run = CSM(&w->server, NULL, "import", file, "--map", column);
    assert_int_equal(run.code, 1);
    assert_in("standard error", run.err, "Nmae");
    csm_run_done(&run);
    free(file);
    free(other);
    free(typo);
    free(column);
}

static void a_dry_run_keeps_nothing(void **state)
{
    world *w = *state;
    char *file = write_groups(&w->server, "dry.csv", 150), *rejected = path_in(&w->server, "dry.csv.rejected.csv"),
         *out;
    csm_run run = CSM(&w->server, NULL, "--json", "import", file, "--map", w->map, "--dry-run");

    assert_int_equal(run.code, 5);
    assert_in("summary", run.out, "\"inserted\": 149");
    assert_in("summary", run.out, "\"refused\": 1");
    csm_run_done(&run);
    out = CSM_EXPECT(&w->server, 0, "--csv", "count", "sys_user_group", "nameSTARTSWITHGroup ");
    assert_string_equal(out, "count\r\n0\r\n");
    free(out);
    assert_int_not_equal(access(rejected, F_OK), 0);
    out = CSM_EXPECT(&w->server, 0, "--csv", "count", "sys_import");
    assert_string_equal(out, "count\r\n0\r\n");
    free(out);
    free(rejected);
    free(file);
}

static void other_encodings_are_told(void **state)
{
    world *w = *state;
    char *file = write_file(&w->server, "old.csv", "Name,Text\nCaf\xe9,\x93x\x94\nPlain,y\nBad,\x81\n"), *out;
    csm_run run = CSM(&w->server, NULL, "--json", "import", file, "--map", w->map);

    assert_int_equal(run.code, 5);
    assert_in("standard error", run.err, "line 2, column \"Name\": no UTF-8, taken as windows-1252");
    assert_in("standard error", run.err, "line 4: column \"Text\" is neither UTF-8 nor windows-1252 (byte 0x81)");
    assert_in("summary", run.out, "\"rows_converted\": 1");
    assert_in("summary", run.out, "\"inserted\": 2");
    csm_run_done(&run);
    out = CSM_EXPECT(&w->server, 0, "--csv", "list", "sys_user_group", "name=Caf\xc3\xa9", "--fields", "description");
    assert_string_equal(out, "description\r\n\xe2\x80\x9cx\xe2\x80\x9d\r\n");
    free(out);
    free(file);
}

/* ---- going on ---- */

/* Waits until the import of groups took at least so many rows. */
static void wait_rows(const server_process *server, int64_t rows)
{
    csm_client *client = server_client((server_process *)(uintptr_t)server);
    csm_pair pairs[] = { { CSM_STR("table"), csm_ctext("sys_import") }, { CSM_STR("query"), csm_ctext("name!=others") } };
    csm_value params = csm_map(pairs, 2);
    int64_t taken = -1;

    for (unsigned tries = 0; taken < rows; tries++) {
        csm_client_result *result = NULL;
        csm_client_error err;
        const csm_value *list, *value = NULL;

        assert_true(tries < WAIT_TRIES);
        assert_int_equal(csm_client_call(client, "record.query", &params, &result, &err), CSM_OK);
        list = csm_map_get(csm_client_result_value(result), "rows");
        if (list != NULL && list->type == CSM_T_LIST && list->count == 1)
            value = csm_map_get(&list->list[0], "rows_read");
        taken = value != NULL && value->type == CSM_T_INT ? value->i : -1;
        csm_client_result_free(result);
        if (taken < rows)
            (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    csm_client_close(client);
}

static void goes_on_after_kill_of_the_client(void **state)
{
    enum { COUNT = 6000 };
    world *w = *state;
    char *file = write_groups(&w->server, "groups.csv", COUNT);
    const char *const args[] = { "import", file, "--map", w->map, "--page", "20", NULL };
    unsigned killed = 0;

    for (int64_t at = 500; at <= 4500; at += 1000) {
        pid_t pid = csm_run_start(&w->server, args);
        int code;

        wait_rows(&w->server, at);
        assert_int_equal(kill(pid, SIGKILL), 0);
        code = csm_run_wait(pid);
        killed += code == 128 + SIGKILL;
        assert_true(code == 128 + SIGKILL || code == 5); /* 5: it was faster than the signal */
    }
    assert_true(killed > 0);
    free(csm_run_expect(&w->server, 5, args));
    assert_all_groups(&w->server, file, COUNT);
    free(file);
}

/* Whether an import ended with its server: it may have been faster than the signal. */
static bool was_cut(pid_t pid)
{
    int code = csm_run_wait(pid);

    assert_true(code == 69 || code == 5);
    return code == 69;
}

static void goes_on_after_kill_of_the_server(void **state)
{
    enum { COUNT = 6000 };
    world *w = *state;
    char *file = write_groups(&w->server, "groups.csv", COUNT);
    const char *const args[] = { "import", file, "--map", w->map, "--page", "20", NULL };
    unsigned cut = 0;

    for (int64_t at = 800; at <= 3200; at += 1200) {
        pid_t pid = csm_run_start(&w->server, args);

        wait_rows(&w->server, at);
        server_kill(&w->server);
        cut += was_cut(pid);
        server_start(&w->server);
    }
    assert_true(cut > 0);
    free(csm_run_expect(&w->server, 5, args));
    assert_all_groups(&w->server, file, COUNT);
    free(file);
}

/* Large pages are taken in pieces while others write: what a piece refused is told when the page is sent again. */
static void goes_on_within_a_page(void **state)
{
    enum { COUNT = 6000 };
    world *w = *state;
    char *file = write_groups(&w->server, "groups.csv", COUNT), *beside, *text;
    const char *const args[] = { "import", file, "--map", w->map, "--page", "1000", NULL };
    unsigned cut = 0;
    pid_t pid, other;

    text = read_file(file);
    for (char *at = text; (at = strstr(at, "\nGroup")) != NULL; at++)
        memcpy(at + 1, "Other", 5);
    beside = write_file(&w->server, "others.csv", text);
    free(text);
    for (int64_t at = 300; at <= 4300; at += 1000) {
        const char *const others[] = { "import", beside, "--map", w->map, "--page", "5", "--name", "others", NULL };

        pid = csm_run_start(&w->server, args);
        other = csm_run_start(&w->server, others);
        wait_rows(&w->server, at);
        server_kill(&w->server);
        cut += was_cut(pid);
        (void)was_cut(other);
        server_start(&w->server);
    }
    assert_true(cut > 0);
    free(csm_run_expect(&w->server, 5, args));
    assert_all_groups(&w->server, file, COUNT);
    free(file);
    free(beside);
}

/* ---- out and in again ---- */

static void export_to(const server_process *server, const char *path, const char *format)
{
    char *out = CSM_EXPECT(server, 0, "export", "sys_user_group", "ORDERBYname", "--fields",
                           "name,description,active,email", "--format", format);
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_true(fputs(out, file) >= 0);
    assert_int_equal(fclose(file), 0);
    free(out);
}

static void round_trip(world *from, const char *format)
{
    server_process to;
    char *first = path_in(&from->server, format[0] == 'c' ? "groups1.csv" : "groups1.jsonl"), *second, *a, *b, *map;

    export_to(&from->server, first, format);
    server_init(&to, "");
    server_start(&to);
    map = write_file(&to, "map.json",
                     "{\"table\": \"sys_user_group\", \"coalesce\": [\"name\"], \"fields\": {\"name\": \"name\", "
                     "\"description\": \"description\", \"active\": \"active\", \"email\": \"email\"}}");
    free(CSM_EXPECT(&to, 0, "import", first, "--map", map));
    second = path_in(&to, "groups2");
    export_to(&to, second, format);
    a = read_file(first);
    b = read_file(second);
    assert_string_equal(a, b);
    assert_true(count_of(a, "\n") >= 4);
    assert_int_equal(server_stop(&to), 0);
    server_done(&to);
    free(a);
    free(b);
    free(first);
    free(second);
    free(map);
}

static void what_was_exported_is_imported(void **state)
{
    world *w = *state;
    char *file =
        write_file(&w->server, "odd.csv",
                   "Name,Text\n\"Comma, and \"\"quote\"\"\",\"two\nlines\"\n  Caf\xc3\xa9,\n=1+1,\"a\r\nb\"\n");

    free(CSM_EXPECT(&w->server, 0, "import", file, "--map", w->map));
    free(CSM_EXPECT(&w->server, 0, "insert", "sys_user_group", "name=Off", "active=false", "email=off@mail.example"));
    round_trip(w, "csv");
    round_trip(w, "jsonl");
    free(file);
}

/* ---- a reader beyond its budget ---- */

/* Names beside an aggregate's groups are looked up after the rows were counted: a read that runs out of its rows on the
 * way is run again, not answered with names missing. */
static void names_are_whole_beyond_the_budget(void **state)
{
    enum { COUNT = 90 }; /* counted: 90 of the 100 rows a read may touch in place */
    static const char map[] =
        "{\"table\": \"sys_user_group\", \"fields\": {\"name\": \"Name\", \"manager\": {\"column\": \"Name\", "
        "\"find\": {\"table\": \"sys_user\", \"by\": \"user_name\", \"insert\": true, "
        "\"values\": {\"first_name\": \"Name\"}}}}}";
    csm_value group = csm_ctext("manager");
    csm_pair pairs[] = { { CSM_STR("table"), csm_ctext("sys_user_group") },
                         { CSM_STR("group"), csm_list(&group, 1) },
                         { CSM_STR("query"), csm_ctext("managerISNOTEMPTY") },
                         { CSM_STR("display"), csm_bool(true) } };
    csm_value params = csm_map(pairs, 4);
    csm_client_result *result = NULL;
    csm_client_error err;
    const csm_value *rows;
    server_process server;
    csm_client *client;
    csm_buf text;
    char *file, *mapping;

    (void)state;
    server_init(&server, "");
    server.extra = "--set=read_rows=100";
    server_start(&server);
    csm_buf_init(&text, 0);
    assert_true(csm_buf_printf(&text, "Name\n"));
    for (unsigned n = 0; n < COUNT; n++)
        assert_true(csm_buf_printf(&text, "m%u\n", n));
    assert_true(csm_buf_add_byte(&text, 0));
    file = write_file(&server, "managers.csv", (const char *)text.ptr);
    mapping = write_file(&server, "managers.json", map);
    free(CSM_EXPECT(&server, 0, "import", file, "--map", mapping));
    client = server_client(&server);
    assert_int_equal(csm_client_call(client, "record.aggregate", &params, &result, &err), CSM_OK);
    assert_non_null(rows = csm_map_get(csm_client_result_value(result), "rows"));
    assert_int_equal(rows->count, COUNT);
    for (uint32_t n = 0; n < rows->count; n++) {
        const csm_value *name = csm_map_get(csm_map_get(&rows->list[n], "display"), "manager");

        assert_non_null(name);
        assert_int_equal(name->type, CSM_T_TEXT);
        assert_true(name->s.len > 0);
    }
    csm_client_result_free(result);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    server_done(&server);
    csm_buf_done(&text);
    free(file);
    free(mapping);
}

/* Codes an import brought are in use: the generator takes the next free one and says so in the log. */
static void acceptance_033_codes_in_use_are_logged(void **state)
{
    static const char map[] = "{\"table\": \"customer_account\", \"fields\": {\"name\": \"Name\", \"account_code\": \"Code\"}}";
    server_process server;
    char *file, *mapping, *made;

    (void)state;
    server_init(&server, "customer_base");
    server_start(&server);
    file = write_file(&server, "accounts.csv", "Name,Code\nBrought,~~~~1\nBrought too,~~~~2\n");
    mapping = write_file(&server, "accounts.json", map);
    free(CSM_EXPECT(&server, 0, "import", file, "--map", mapping));
    server_clear_log(&server);
    made = CSM_EXPECT(&server, 0, "--json", "insert", "customer_account", "name=Made here");
    assert_non_null(strstr(made, "\"~~~~3\""));
    server_log_has(&server, "skipped 2 codes in use, next is ~~~~3");
    assert_int_equal(server_stop(&server), 0);
    server_done(&server);
    free(made);
    free(file);
    free(mapping);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refused_rows_are_written_aside, setup, teardown),
        cmocka_unit_test_setup_teardown(names_keep_imports_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(a_dry_run_keeps_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(other_encodings_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(goes_on_after_kill_of_the_client, setup, teardown),
        cmocka_unit_test_setup_teardown(goes_on_after_kill_of_the_server, setup, teardown),
        cmocka_unit_test_setup_teardown(goes_on_within_a_page, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_exported_is_imported, setup, teardown),
        cmocka_unit_test(names_are_whole_beyond_the_budget),
        cmocka_unit_test(acceptance_033_codes_in_use_are_logged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
