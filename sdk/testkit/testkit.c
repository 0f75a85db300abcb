/* The test kit: server on a thread of its own, one client per person, answers kept until the kit stops. */
#include "base/buf.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/access/access.h"
#include "engine/job/job.h"
#include "json/json.h"
#include "server/server.h"

#include <csm/client.h>
#include <csm/test.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define PEOPLE_MAX 64u
#define WAIT_S 120 /* for jobs, and for the answer to a call */

typedef struct person {
    char name[64];
    bool guest;
    csm_client *client;
} person;

struct csm_tk {
    char dir[64];
    char socket[96];
    csm_config config;
    csm_server *server;
    csm_thread *thread;
    csm_error run_error;
    csm_status run_status;
    csm_arena *arena;
    csm_client_result **results;
    size_t result_count, result_cap;
    person people[PEOPLE_MAX];
    unsigned person_count;
    person *current;
    csm_client_error error;
    int64_t moved_us; /* by how much the test moved the clock */
};

static void *need(void *ptr, const char *what)
{
    if (ptr == NULL)
        fail_msg("test kit: %s: out of memory", what);
    return ptr;
}

/* ---- start and stop ---- */

static void run_server(void *user)
{
    csm_tk *tk = user;

    tk->run_status = csm_server_run(tk->server, &tk->run_error);
}

static void boot(csm_tk *tk)
{
    csm_error err = { 0 };

    if (csm_server_open(&tk->config, &tk->server, &err) != CSM_OK)
        fail_msg("test kit: the server does not start: %s (%s) %s", err.message, err.detail, err.hint);
    if (tk->moved_us != 0)
        csm_server_advance(tk->server, tk->moved_us);
    if (csm_thread_start("csm-server", run_server, tk, &tk->thread) != CSM_OK)
        fail_msg("test kit: no thread for the server");
}

static void halt(csm_tk *tk)
{
    for (unsigned n = 0; n < tk->person_count; n++)
        csm_client_close(tk->people[n].client);
    tk->person_count = 0;
    tk->current = NULL;
    if (tk->server != NULL)
        csm_server_stop(tk->server);
    csm_thread_join(tk->thread);
    tk->thread = NULL;
    csm_server_close(tk->server);
    tk->server = NULL;
}

static void set_config(csm_tk *tk, const char *name, const char *value)
{
    csm_error err = { 0 };

    if (csm_config_set(&tk->config, name, value, &err) != CSM_OK)
        fail_msg("test kit: %s", err.message);
}

/* "name=value,name=value". */
static void apply_settings(csm_tk *tk, const char *settings)
{
    csm_str rest = csm_str_of(settings != NULL ? settings : ""), part, name;
    char key[64], value[96];

    while (rest.len > 0 && csm_str_split(&rest, ',', &part)) {
        if (!csm_str_split(&part, '=', &name))
            fail_msg("test kit: settings \"%s\"", settings);
        (void)snprintf(key, sizeof(key), "%.*s", CSM_STR_FMT(csm_str_trim(name)));
        (void)snprintf(value, sizeof(value), "%.*s", CSM_STR_FMT(csm_str_trim(part)));
        set_config(tk, key, value);
    }
}

/* What serves a person soon enough is no promise of a busy machine, least of all under a sanitizer. */
static void be_patient(csm_tk *tk)
{
    static const char *const limits[] = { "deadline_ms", "write_ms", "batch_ms" };
    char text[16];

    (void)snprintf(text, sizeof(text), "%d", WAIT_S * 1000);
    for (size_t n = 0; n < sizeof(limits) / sizeof(limits[0]); n++)
        set_config(tk, limits[n], text);
}

static void configure(csm_tk *tk, const char *plugins, unsigned flags, const char *settings)
{
    csm_str rest = csm_str_of(plugins != NULL ? plugins : ""), part;
    const char *plugin_dir = getenv("CSM_PLUGIN_DIR");
    csm_error err = { 0 };
    char text[160];

    if (csm_config_init(&tk->config, &err) != CSM_OK)
        fail_msg("test kit: %s", err.message);
    (void)snprintf(text, sizeof(text), "%s/store", tk->dir);
    set_config(tk, "data", text);
    (void)snprintf(tk->socket, sizeof(tk->socket), "unix:%s/s", tk->dir);
    set_config(tk, "listen", tk->socket);
    set_config(tk, "listen", "tcp:127.0.0.1:0");
    set_config(tk, "plugin_dir", plugin_dir != NULL ? plugin_dir : "");
    set_config(tk, "store_map_gb", "8");
    be_patient(tk);
    while (rest.len > 0 && csm_str_split(&rest, ',', &part)) {
        (void)snprintf(text, sizeof(text), "%.*s", CSM_STR_FMT(csm_str_trim(part)));
        set_config(tk, "plugins", text);
    }
    tk->config.demo = (flags & CSM_TK_DEMO) != 0;
    apply_settings(tk, settings);
}

csm_tk *csm_tk_start(const char *plugins, unsigned flags)
{
    return csm_tk_start_with(plugins, flags, NULL);
}

csm_tk *csm_tk_start_with(const char *plugins, unsigned flags, const char *settings)
{
    const char *tmp = getenv("TMPDIR");
    csm_tk *tk = need(csm_mem_zalloc(sizeof(*tk)), "start");

    csm_log_setup(getenv("CSM_TEST_LOG") != NULL ? CSM_LOG_DEBUG : CSM_LOG_ERROR, false);
    (void)snprintf(tk->dir, sizeof(tk->dir), "%.40s/csm-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(tk->dir) == NULL)
        fail_msg("test kit: no fresh directory %s", tk->dir);
    tk->arena = need(csm_arena_new(65536, 0), "start");
    configure(tk, plugins, flags, settings);
    boot(tk);
    csm_tk_as(tk, NULL);
    return tk;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static void report_problem(void *user, const char *area, csm_str what)
{
    (void)user;
    print_error("verify: %s: %.*s\n", area, CSM_STR_FMT(what));
}

void csm_tk_stop(csm_tk *tk)
{
    csm_verify_counts counts = { 0 };
    csm_error err = { 0 };
    csm_status st;

    if (tk == NULL)
        return;
    halt(tk);
    st = csm_server_verify(&tk->config, report_problem, NULL, &counts, &err);
    for (size_t n = 0; n < tk->result_count; n++)
        csm_client_result_free(tk->results[n]);
    csm_mem_free(tk->results);
    csm_arena_free(tk->arena);
    csm_config_done(&tk->config);
    (void)nftw(tk->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    csm_mem_free(tk);
    if (st != CSM_OK)
        fail_msg("test kit: verify: %s", err.message);
    assert_int_equal(counts.problems, 0);
}

void csm_tk_restart(csm_tk *tk)
{
    csm_tk_restart_after(tk, 0);
}

void csm_tk_restart_after(csm_tk *tk, int64_t by_us)
{
    halt(tk);
    tk->moved_us += by_us;
    boot(tk);
    csm_tk_as(tk, NULL);
}

const char *csm_tk_address(const csm_tk *tk)
{
    return tk->socket;
}

const char *csm_tk_tcp(const csm_tk *tk)
{
    return csm_server_address(tk->server, 1);
}

const char *csm_tk_dir(const csm_tk *tk)
{
    return tk->config.data;
}

/* ---- calling ---- */

static void keep_result(csm_tk *tk, csm_client_result *result)
{
    if (tk->result_count == tk->result_cap) {
        size_t cap = tk->result_cap == 0 ? 256 : tk->result_cap * 2;

        tk->results = need(csm_mem_realloc(tk->results, cap * sizeof(csm_client_result *)), "results");
        tk->result_cap = cap;
    }
    tk->results[tk->result_count++] = result;
}

static csm_str arguments(csm_tk *tk, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static csm_str arguments(csm_tk *tk, const char *format, va_list args)
{
    csm_str text = csm_arena_vprintf(tk->arena, format, args);
    char *bytes = (char *)(uintptr_t)need((void *)(uintptr_t)text.ptr, "arguments");

    for (size_t n = 0; n < text.len; n++)
        if (bytes[n] == '\'')
            bytes[n] = '"';
    return text;
}

static csm_value params_of(csm_tk *tk, const char *method, csm_str args)
{
    csm_value params = csm_nil();
    csm_error err = { 0 };

    if (args.len > 0 && csm_json_parse(tk->arena, args, &params, &err) != CSM_OK)
        fail_msg("test kit: arguments of %s: %s: %.*s", method, err.message, CSM_STR_FMT(args));
    return params;
}

static csm_status call(csm_tk *tk, const csm_value **out, const char *method, csm_str args)
{
    csm_client_result *result = NULL;
    csm_value params = params_of(tk, method, args);
    csm_status st;

    memset(&tk->error, 0, sizeof(tk->error));
    st = csm_client_call(tk->current->client, method, &params, &result, &tk->error);
    if (st != CSM_OK)
        return st;
    keep_result(tk, result);
    *out = csm_client_result_value(result);
    return CSM_OK;
}

const char *csm_tk_message(const csm_tk *tk)
{
    return tk->error.message;
}

const char *csm_tk_error_field(const csm_tk *tk)
{
    return tk->error.field;
}

const char *csm_tk_error_hint(const csm_tk *tk)
{
    return tk->error.hint;
}

const csm_value *csm_tk_error_data(const csm_tk *tk)
{
    const csm_value *data = csm_map_get(csm_client_refusal(tk->current->client), "data");

    if (data == NULL)
        fail_msg("the last error carries no data: %s", tk->error.message);
    return data;
}

csm_status csm_tk_call(csm_tk *tk, const csm_value **out, const char *method, const char *args, ...)
{
    va_list list;
    csm_str text;

    va_start(list, args);
    text = arguments(tk, args, list);
    va_end(list);
    return call(tk, out, method, text);
}

csm_tk_sent csm_tk_send(csm_tk *tk, const char *method, const char *args, ...)
{
    csm_tk_sent sent = { .person = (unsigned)(tk->current - tk->people) };
    csm_client_error err = { 0 };
    csm_value params;
    va_list list;
    csm_str text;

    va_start(list, args);
    text = arguments(tk, args, list);
    va_end(list);
    params = params_of(tk, method, text);
    if (csm_client_send(tk->current->client, method, &params, &sent.msgid, &err) != CSM_OK)
        fail_msg("test kit: sending %s: %s", method, err.message);
    return sent;
}

csm_status csm_tk_answer(csm_tk *tk, csm_tk_sent sent, const csm_value **out)
{
    csm_client_result *result = NULL;
    csm_status st;

    memset(&tk->error, 0, sizeof(tk->error));
    st = csm_client_receive(tk->people[sent.person].client, sent.msgid, WAIT_S * 1000, &result, &tk->error);
    if (st != CSM_OK)
        return st;
    keep_result(tk, result);
    *out = csm_client_result_value(result);
    return CSM_OK;
}

/* Arguments as a failure shows them. */
static csm_str shown(csm_str args)
{
    return (csm_str){ args.ptr, args.len < 400 ? args.len : 400 };
}

static const csm_value *call_ok(csm_tk *tk, const char *method, csm_str args)
{
    const csm_value *out = NULL;
    csm_status st = call(tk, &out, method, args);

    if (st != CSM_OK)
        fail_msg("%s %.*s as %s: CSM-%d %s: %s (%s) field=%s detail=%s", method, CSM_STR_FMT(shown(args)), tk->current->name, (int)st,
                 tk->error.name, tk->error.message, tk->error.hint, tk->error.field, tk->error.detail);
    return out;
}

const csm_value *csm_tk_ok(csm_tk *tk, const char *method, const char *args, ...)
{
    va_list list;
    csm_str text;

    va_start(list, args);
    text = arguments(tk, args, list);
    va_end(list);
    return call_ok(tk, method, text);
}

const char *csm_tk_fails(csm_tk *tk, csm_status code, const char *method, const char *args, ...)
{
    const csm_value *out = NULL;
    csm_status st;
    va_list list;
    csm_str text;

    va_start(list, args);
    text = arguments(tk, args, list);
    va_end(list);
    st = call(tk, &out, method, text);
    if (st != code) {
        csm_buf answer;

        csm_buf_init(&answer, 4096);
        if (st == CSM_OK)
            (void)csm_json_print(*out, 0, &answer);
        print_error("%s %.*s as %s: wanted CSM-%d, got CSM-%d %s %.*s\n", method, CSM_STR_FMT(shown(text)), tk->current->name,
                    (int)code, (int)st, tk->error.message, (int)answer.len, (const char *)answer.ptr);
        csm_buf_done(&answer);
        fail();
    }
    return csm_arena_cstr(tk->arena, csm_str_of(tk->error.message));
}

/* The person's connection, made when he is chosen for the first time; *fresh tells. */
static void choose(csm_tk *tk, const char *name, bool guest, bool *fresh)
{
    csm_client_options options = CSM_CLIENT_OPTIONS_INIT;
    csm_client_error err = { 0 };
    person *p;

    *fresh = false;
    for (unsigned n = 0; n < tk->person_count; n++)
        if (strcmp(tk->people[n].name, name) == 0 && tk->people[n].guest == guest) {
            tk->current = &tk->people[n];
            return;
        }
    if (tk->person_count == PEOPLE_MAX)
        fail_msg("test kit: more than %u people", PEOPLE_MAX);
    p = &tk->people[tk->person_count];
    (void)snprintf(p->name, sizeof(p->name), "%s", name);
    p->guest = guest;
    options.timeout_ms = WAIT_S * 1000;
    if (csm_client_connect(guest ? csm_tk_tcp(tk) : tk->socket, &options, &p->client, &err) != CSM_OK)
        fail_msg("test kit: connecting: %s", err.message);
    tk->person_count++;
    tk->current = p;
    *fresh = true;
}

void csm_tk_as(csm_tk *tk, const char *user_name)
{
    const char *name = user_name != NULL ? user_name : "";
    bool fresh;

    choose(tk, name, false, &fresh);
    if (fresh && name[0] != '\0')
        (void)csm_tk_ok(tk, "session.become", "{'user':'%s'}", name);
}

void csm_tk_as_guest(csm_tk *tk, const char *label)
{
    bool fresh;

    choose(tk, label, true, &fresh);
}

/* ---- clock ---- */

void csm_tk_advance(csm_tk *tk, int64_t by_us)
{
    tk->moved_us += by_us;
    csm_server_advance(tk->server, by_us);
    csm_tk_settle(tk);
}

static csm_time next_due(csm_tk *tk)
{
    csm_engine *engine = csm_server_engine(tk->server);
    csm_cache cache = { 0 };
    csm_error err = { 0 };
    csm_snap *snap = NULL;
    csm_idgen ids = { 0 };
    csm_time due = 0;
    csm_ctx ctx;

    if (csm_cache_init(&cache, &err) != CSM_OK || csm_snap_new(engine->store, &snap, &err) != CSM_OK || csm_snap_renew(snap, &err) != CSM_OK)
        fail_msg("test kit: %s", err.message);
    csm_ctx_init(&ctx, engine, tk->arena, snap, NULL, csm_caller_system(), &cache, &ids);
    if (csm_job_next_due(&ctx, &due) != CSM_OK)
        fail_msg("test kit: %s", ctx.err.message);
    csm_snap_free(snap);
    csm_cache_done(&cache);
    return due;
}

void csm_tk_settle(csm_tk *tk)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    int64_t until = csm_mono_us() + WAIT_S * CSM_SECOND;

    while (next_due(tk) <= csm_clock_now(csm_server_engine(tk->server)->clock)) {
        if (csm_mono_us() > until)
            fail_msg("test kit: jobs are still due after %d s", WAIT_S);
        (void)nanosleep(&pause, NULL);
    }
}

const char *csm_tk_keep_text(csm_tk *tk, csm_str text)
{
    return need(csm_arena_cstr(tk->arena, text), "text");
}
