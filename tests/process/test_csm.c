/* The command line against a real server: what each command prints and its exit code. */
#include "csm_run.h"

#include "unit.h"

#include "base/arena.h"
#include "base/error.h"
#include "json/json.h"

#include <stdlib.h>
#include <string.h>

#define CASE "sn_customerservice_case"

static server_process server;

typedef struct row {
    const char *name;
    const char *args[12];
    int code;
    const char *out, *err; /* what must be in them; NULL: must be empty */
    const char *input;
} row;

/* clang-format off */
static const row table[] = {
    { "get by number", { "get", CASE, "CS0000001", "number,state,account.name" }, 0, "Shark Bilbao Harbour", NULL, NULL },
    { "get by name", { "get", "customer_account", "Reef Services", "name,city" }, 0, "Porto", NULL, NULL },
    { "get by user name", { "get", "sys_user", "ann.agent", "name" }, 0, "Ann Agent", NULL, NULL },
    { "get shows choices in words", { "get", CASE, "CS0000001", "state" }, 0, "New", NULL, NULL },
    { "get: no such record", { "get", CASE, "CS9999999" }, 2, NULL, "no record of " CASE " is called \"CS9999999\"", NULL },
    { "get: no such id", { "get", CASE, "00000000000000000000000000000001" }, 2, NULL, "csm: ", NULL },
    { "get: no such table", { "get", "nosuch", "X" }, 2, NULL, "nosuch", NULL },
    { "get: too few words", { "get", CASE }, 64, NULL, "get TABLE RECORD", NULL },
    { "list", { "list", CASE, "number=CS0000002", "--fields", "number,contact.name" }, 0, "Sol Sur", NULL, NULL },
    { "list: nothing", { "list", CASE, "number=X" }, 0, "no rows", NULL, NULL },
    { "list tells when there is more", { "list", CASE, "--limit", "1" }, 0, "CS", "the first 1;", NULL },
    { "list: the name of its methods", { "list", "case" }, 2, NULL, "did you mean \"" CASE "\"?", NULL },
    { "list: a field that is none", { "list", CASE, "nosuch=1" }, 1, NULL, "nosuch", NULL },
    { "list: limit", { "list", CASE, "--limit", "0" }, 64, NULL, "--limit", NULL },
    { "list: option", { "list", CASE, "--nosuch" }, 64, NULL, "no option --nosuch", NULL },
    { "list: csv", { "--csv", "list", CASE, "number=CS0000002", "--fields", "number,short_description" }, 0,
      "number,short_description\r\nCS0000002,Invoice of May is missing\r\n", NULL, NULL },
    { "list: sorted", { "--csv", "list", CASE, "numberINCS0000001,CS0000002", "--fields", "number", "--sort", "-number" }, 0,
      "number\r\nCS0000002\r\nCS0000001\r\n", NULL, NULL },
    { "count", { "--csv", "count", CASE, "numberINCS0000001,CS0000002" }, 0, "count\r\n2\r\n", NULL, NULL },
    { "count by", { "--csv", "count", CASE, "numberINCS0000001,CS0000002", "--by", "priority" }, 0, "2,1\r\n4,1\r\n", NULL, NULL },
    { "as a customer", { "-u", "sol", "--csv", "list", CASE, "number=CS0000001", "--fields", "number" }, 0, "number\r\n", NULL, NULL },
    { "denied", { "-u", "bea", "plugin", "list" }, 3, NULL, "csm: ", NULL },
    { "no such user", { "-u", "nobody", "list", CASE }, 2, NULL, "nobody", NULL },
    { "exists", { "insert", "sys_user_group", "name=Customer Support" }, 4, NULL, "csm: ", NULL },
    { "insert: a field that is none", { "insert", "sys_user_group", "nosuch=1" }, 1, NULL, "nosuch", NULL },
    { "insert: no assignment", { "insert", "sys_user_group", "name" }, 64, NULL, "\"name\" is no name=value", NULL },
    { "insert: broken JSON", { "insert", "sys_user_group", "name:={" }, 64, NULL, "name: ", NULL },
    { "insert: no file", { "insert", "sys_user_group", "name@=/nonexistent/x" }, 74, NULL, "/nonexistent/x", NULL },
    { "call", { "--json", "call", "record.aggregate", "{\"table\":\"" CASE "\",\"query\":\"number=CS0000001\"}" }, 0, "\"count\": 1", NULL, NULL },
    { "call: no such method", { "call", "no.such" }, 2, NULL, "no.such", NULL },
    { "call: broken JSON", { "call", "server.ping", "{" }, 64, NULL, "csm: ", NULL },
    { "verb: no such method", { "case", "nosuch" }, 2, NULL, "no method \"case.nosuch\"", NULL },
    { "verb: a typo", { "case", "proprose-solution", "CS0000001" }, 2, NULL, "did you mean \"case propose_solution\"?", NULL },
    { "verb: its beginning", { "case", "close", "CS0000001" }, 2, NULL, "did you mean \"case close_case\"?", NULL },
    { "verb: a typo in the noun", { "csae", "close" }, 2, NULL, "did you mean \"case\"?", NULL },
    { "verb: none", { "case" }, 64, NULL, "csm help case lists what can be done with it", NULL },
    { "verb: no record", { "case", "propose-solution" }, 64, NULL,
      "which record? csm case propose_solution RECORD resolution_code=... close_notes=...", NULL },
    { "a command with a typo", { "lst", CASE }, 2, NULL, "did you mean \"list\"?", NULL },
    { "fields", { "--csv", "fields", CASE }, 0, "\r\npriority,int,write,\"1 Critical, 2 High, ", NULL, NULL },
    { "fields: what an outsider may", { "-u", "bea", "--csv", "fields", CASE }, 0, "\r\nshort_description,text of 160,create,", NULL, NULL },
    { "fields: no such table", { "fields", "nosuch" }, 2, NULL, "nosuch", NULL },
    { "a choice by its label", { "update", CASE, "CS0000003", "priority=hIgh" }, 0, "CS0000003", NULL, NULL },
    { "a choice by no label", { "update", CASE, "CS0000003", "priority=Huge" }, 1, NULL, "\"Huge\" is none of 1, 2, 3, 4, 5", NULL },
    { "a time as it is shown", { "--csv", "count", CASE, "opened_at>2020-01-31 10:00:00Z^numberINCS0000001,CS0000002" }, 0, "count\r\n2\r\n", NULL, NULL },
    { "times are shown so", { "list", CASE, "number=CS0000001", "--fields", "opened_at" }, 0, "Z\n", NULL, NULL },
    { "a table in a cell", { "call", "server.describe", "{\"areas\":[\"methods\"]}" }, 0, "server.hello                       protocol         (2) ", NULL, NULL },
    { "verb: not from this state", { "-u", "ann.agent", "case", "request-info", "CS0000001", "comments=x" }, 1, NULL, "csm: ", NULL },
    { "a time line", { "--csv", "case", "timeline", "CS0000001" }, 0, "time,by,what,from,to\r\n", NULL, NULL },
    { "a time line: no such record", { "case", "timeline", "CS9999999" }, 2, NULL, "CS9999999", NULL },
    { "plugins", { "plugin", "list" }, 0, "customer_service", NULL, NULL },
    { "plugin", { "plugin", "show", "customer_service" }, 0, "Cases", NULL, NULL },
    { "plugin: activate", { "plugin", "activate", "com.snc.csm_action_status" }, 0, "action_status", NULL, NULL },
    { "plugin: it is active", { "--json", "plugin", "show", "action_status" }, 0, "\"state\": \"active\"", NULL, NULL },
    { "plugin: not its own way", { "plugin", "deactivate", "customer_service" }, 1, NULL, "is needed by \"action_status\"", NULL },
    { "plugin: deactivate", { "plugin", "deactivate", "action_status", "--cascade" }, 0, "action_status", NULL, NULL },
    { "plugin: not installed", { "plugin", "activate", "nosuch" }, 2, NULL, "plugin \"nosuch\" is not installed", NULL },
    { "plugin: denied", { "-u", "bea", "plugin", "activate", "action_status" }, 3, NULL, "csm: ", NULL },
    { "plugin: usage", { "plugin", "activate", "action_status", "--cascade" }, 64, NULL, "plugin activate ID", NULL },
    { "status", { "status" }, 0, "sequence", NULL, NULL },
    { "verify", { "verify" }, 0, "problem_count", NULL, NULL },
    { "names of tables", { "names", "tables" }, 0, CASE "\n", NULL, NULL },
    { "names of methods", { "names", "methods" }, 0, "case.propose_solution\n", NULL, NULL },
    { "help", { "help" }, 0, "EXIT CODES", NULL, NULL },
    { "help of a command", { "help", "import" }, 0, "--rejected FILE", NULL, NULL },
    { "help of nothing", { "help", "nosuch" }, 64, NULL, "nosuch", NULL },
    { "help of a noun: what is tied", { "help", "case" }, 0, " from the Case; answers it\n", NULL, NULL },
    { "help of a noun: its records", { "help", "case" }, 0, "delete, history " CASE "; csm fields " CASE " tells what they hold.\n", NULL, NULL },
    { "help of a noun", { "help", "case" }, 0, "csm case propose_solution RECORD resolution_code=... close_notes=...\n", NULL, NULL },
    { "help of a verb", { "help", "case", "propose-solution" }, 0, "resolution_code   text, required \n          one of solved_fixed_by_support ", NULL, NULL },
    { "help of a verb: references", { "help", "case", "assign" }, 0, "assigned_to   reference of sys_user", NULL, NULL },
    { "help of a verb: of one of several ways", { "help", "case", "close_case" }, 0, "resolution_code   text \n", NULL, NULL },
    { "help of no verb", { "help", "case", "nosuch" }, 64, NULL, "\"case nosuch\"", NULL },
    { "completion", { "completion", "bash" }, 0, "complete -F _csm csm", NULL, NULL },
    { "no server", { "-c", "unix:/nonexistent/s", "status" }, 69, NULL, "/nonexistent/s", NULL },
    { "no address", { "-c", "nowhere", "status" }, 69, NULL, "nowhere", NULL },
    { "option", { "--nosuch" }, 64, NULL, "nosuch", NULL },
    { "shell", { "shell" }, 0, "Ann Agent", NULL, "get sys_user \"ann.agent\" name\n\nexit\nget sys_user nobody\n" },
    { "shell: failure", { "shell" }, 2, "Ann Agent", "nobody", "get sys_user nobody\nget sys_user ann.agent name\n" },
    { "shell: open quote", { "shell" }, 64, "", "a quote is open", "get \"x\n" },
    { "import: no mapping", { "import", "x.csv" }, 64, NULL, "--map", NULL },
    { "import: no file", { "import", "/nonexistent/x.csv", "--map", "/nonexistent/m" }, 74, NULL, "/nonexistent/m", NULL },
    { "export: no such table", { "export", "nosuch" }, 2, NULL, "nosuch", NULL },
    { "export: no such field", { "export", CASE, "--fields", "nosuch" }, 1, "", "nosuch", NULL },
};
/* clang-format on */

static void assert_in(const char *what, const char *text, const char *want)
{
    if ((want == NULL && text[0] == '\0') || (want != NULL && strstr(text, want) != NULL))
        return;
    print_error("%s is \"%s\"\nwant \"%s\"\n", what, text, want != NULL ? want : "");
    fail();
}

static void check_row(void **state)
{
    const row *want = *state;
    csm_run run = csm_run_now(&server, want->args, want->input);

    assert_in("standard output", run.out, want->out);
    assert_in("standard error", run.err, want->err);
    assert_int_equal(run.code, want->code);
    csm_run_done(&run);
}

/* The text of a field of a record printed as JSON; the caller frees. */
static char *json_text(const char *json, const char *key)
{
    csm_arena *arena = csm_arena_new(0, 0);
    csm_error err = { 0 };
    const csm_value *found;
    csm_value value;
    char *text;

    assert_non_null(arena);
    assert_int_equal(csm_json_parse(arena, csm_str_of(json), &value, &err), CSM_OK);
    assert_non_null(found = csm_map_get(&value, key));
    assert_int_equal(found->type, CSM_T_TEXT);
    assert_non_null(text = strndup(found->s.ptr, found->s.len));
    csm_arena_free(arena);
    return text;
}

static void a_case_from_opening_to_closing(void **state)
{
    char *made =
        CSM_EXPECT(&server, 0, "-u", "bea", "--json", "insert", CASE, "short_description=No picture", "category:=1");
    char *number = json_text(made, "number"), *out;

    (void)state;
    free(CSM_EXPECT(&server, 0, "-u", "ann.agent", "case", "assign-to-me", number));
    free(CSM_EXPECT(&server, 0, "-u", "ann.agent", "case", "propose_solution", number,
                    "resolution_code=solved_workaround", "close_notes=Unplug it"));
    free(CSM_EXPECT(&server, 0, "-u", "bea", "case", "reject_solution", number, "comments=No, \"still\" black"));
    free(CSM_EXPECT(&server, 0, "-u", "mia.manager", "update", CASE, number, "assigned_to=ben.agent"));
    out = CSM_EXPECT(&server, 0, "get", CASE, number, "state,assigned_to,reopen_count,comments");
    assert_in("the case", out, "Open");
    assert_in("the case", out, "Ben Agent");
    assert_in("the case", out, "bea: No, \"still\" black");
    free(out);
    out = CSM_EXPECT(&server, 0, "--csv", "history", CASE, number);
    assert_in("history", out, ",assigned_to,Ann Agent,Ben Agent\r\n");
    assert_in("history", out, ",state,Resolved,Open\r\n");
    assert_in("history", out, ",comments,,\"No, \"\"still\"\" black\"\r\n");
    assert_in("history", out, ",(made),,\r\n");
    free(out);
    out = CSM_EXPECT(&server, 0, "delete", CASE, number);
    assert_in("delete", out, "deleted CS");
    free(out);
    free(CSM_EXPECT(&server, 2, "get", CASE, number));
    free(number);
    free(made);
}

/* An argument that may be any task, named by an agent who reads cases and no plain tasks. */
static void a_task_that_is_a_case(void **state)
{
    char *base = CSM_EXPECT(&server, 0, "--json", "insert", "kb_knowledge_base", "title=For the shell");
    char *id = json_text(base, "sys_id"), in_base[64], task[64], *made, *number, *made_case, *of_case, *out;

    (void)state;
    (void)snprintf(in_base, sizeof(in_base), "kb_knowledge_base=%s", id);
    made = CSM_EXPECT(&server, 0, "--json", "insert", "kb_knowledge", "short_description=Dark screens", "text=Unplug it", in_base);
    number = json_text(made, "number");
    free(CSM_EXPECT(&server, 0, "knowledge", "publish", number));
    made_case = CSM_EXPECT(&server, 0, "-u", "bea", "--json", "insert", CASE, "short_description=Dark", "category:=1");
    of_case = json_text(made_case, "number");
    (void)snprintf(task, sizeof(task), "task=%s", of_case);
    free(CSM_EXPECT(&server, 0, "-u", "ann.agent", "knowledge", "attach", number, task));
    out = CSM_EXPECT(&server, 0, "get", CASE, of_case, "work_notes");
    assert_in("the case", out, "Article attached");
    free(out);
    free(CSM_EXPECT(&server, 2, "-u", "ann.agent", "knowledge", "attach", number, "task=CS9999999"));
    free(CSM_EXPECT(&server, 0, "delete", CASE, of_case));
    free(of_case);
    free(made_case);
    free(number);
    free(made);
    free(id);
    free(base);
}

static void values_of_every_form(void **state)
{
    char *made = CSM_EXPECT(&server, 0, "--json", "insert", "sys_user", "user_name=zoe", "first_name=Zoe",
                            "active=false", "title=", "email=zoe@mail.example");
    char *id = json_text(made, "sys_id"), *out;
    csm_run run;

    (void)state;
    free(CSM_EXPECT(&server, 0, "insert", "sys_user_has_role", "user=zoe", "role=sn_customerservice_agent"));
    out = CSM_EXPECT(&server, 0, "--csv", "list", "sys_user_has_role", "user.user_name=zoe", "--fields", "role.name");
    assert_string_equal(out, "role.name\r\nsn_customerservice_agent\r\n");
    free(out);
    run = CSM(&server, "Passw0rd-of-zoe\n", "user", "set-password", "user=zoe", "password@=-");
    assert_in("standard error", run.err, NULL);
    assert_int_equal(run.code, 0);
    csm_run_done(&run);
    free(CSM_EXPECT(&server, 0, "update", "sys_user", "zoe", "email=", "active:=true"));
    out = CSM_EXPECT(&server, 0, "--csv", "list", "sys_user", "user_name=zoe", "--fields", "email,active,first_name");
    assert_string_equal(out, "email,active,first_name\r\n,true,Zoe\r\n");
    free(out);
    out = CSM_EXPECT(&server, 0, "--json", "get", "sys_user", id);
    free(json_text(out, "user_name"));
    free(out);
    free(id);
    free(made);
}

/* Over TCP one is nobody until a token says who; a password gives one. */
static void a_login_gives_a_token(void **state)
{
    csm_run run;

    (void)state;
    free(CSM_EXPECT(&server, 0, "insert", "sys_user", "user_name=tess", "first_name=Tess"));
    free(CSM_EXPECT(&server, 0, "insert", "sys_user_has_role", "user=tess", "role=sn_customerservice_agent"));
    run = CSM(&server, "Passw0rd-of-tess\n", "user", "set-password", "user=tess", "needs_reset:=false", "password@=-");
    assert_int_equal(run.code, 0);
    csm_run_done(&run);
    run = CSM(&server, "wrong\n", "login", "tess");
    assert_int_equal(run.code, 3);
    assert_in("standard error", run.err, "do not fit");
    csm_run_done(&run);
    run = CSM(&server, "Passw0rd-of-tess\n", "login", "tess");
    assert_int_equal(run.code, 0);
    run.out[strcspn(run.out, "\n")] = '\0';
    assert_int_equal(setenv("CSM_TOKEN", run.out, 1), 0);
    csm_run_done(&run);
    run = CSM(&server, NULL, "call", "session.whoami");
    assert_in("whoami", run.out, "tess");
    csm_run_done(&run);
    assert_int_equal(setenv("CSM_TOKEN", "stale", 1), 0);
    run = CSM(&server, NULL, "call", "session.whoami");
    assert_int_equal(run.code, 3);
    assert_in("standard error", run.err, "token");
    csm_run_done(&run);
    assert_int_equal(unsetenv("CSM_TOKEN"), 0);
}

/* Pages of an export meet: more records than one page holds, each once. */
static void export_takes_every_record_once(void **state)
{
    enum { COUNT = 1203 };
    csm_client *client = server_client(&server);
    char *out;
    unsigned rows = 0;

    (void)state;
    for (unsigned n = 0; n < COUNT; n++) {
        char name[32];
        csm_pair value = { CSM_STR("name"), csm_nil() },
                 pairs[2] = { { CSM_STR("table"), csm_ctext("sys_user_group") } };
        csm_client_error err;
        csm_value params;
        uint32_t msgid;

        (void)snprintf(name, sizeof(name), "Group, \"%u\"", n);
        value.value = csm_ctext(name);
        pairs[1] = (csm_pair){ CSM_STR("values"), csm_map(&value, 1) };
        params = csm_map(pairs, 2);
        assert_int_equal(csm_client_send(client, "record.insert", &params, &msgid, &err), CSM_OK);
        if (n % 100 == 99 || n == COUNT - 1)
            while (csm_client_receive_any(client, -1, &msgid, NULL, &err) == CSM_OK)
                continue;
    }
    csm_client_close(client);
    out = CSM_EXPECT(&server, 0, "export", "sys_user_group", "nameSTARTSWITHGroup^ORDERBYname", "--fields", "name");
    assert_in("export", out, "name\r\n\"Group, \"\"0\"\"\"\r\n");
    for (const char *at = out; (at = strstr(at, "\r\n")) != NULL; at += 2)
        rows++;
    assert_int_equal(rows, COUNT + 1);
    free(out);
    out = CSM_EXPECT(&server, 0, "export", "sys_user_group", "nameSTARTSWITHGroup", "--fields", "name", "--format",
                     "jsonl");
    rows = 0;
    for (const char *at = out; (at = strchr(at, '\n')) != NULL; at++)
        rows++;
    assert_int_equal(rows, COUNT);
    assert_in("export", out, "\"name\":\"Group, \\\"0\\\"\"");
    free(out);
}

static void completion_is_bash(void **state)
{
    char *script = CSM_EXPECT(&server, 0, "completion", "bash");
    char path[96], command[512];
    FILE *file;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/completion", server.dir);
    assert_non_null(file = fopen(path, "wb"));
    assert_true(fputs(script, file) >= 0);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(command, sizeof(command),
                   "CSM_CONNECT=%s bash -uc 'source %s; COMP_WORDS=(%s/csm case prop) COMP_CWORD=2; _csm; "
                   "test \"${COMPREPLY[*]}\" = propose_solution; a=$?; COMP_WORDS=(csm hi) COMP_CWORD=1; _csm; "
                   "test $a = 0 -a \"${COMPREPLY[*]}\" = history'",
                   server.socket, path, getenv("CSM_BIN_DIR"));
    assert_int_equal(system(command), 0);
    free(script);
}

/* On a terminal lines are kept for the next time, but none with a password in it. */
static void a_shell_keeps_no_secret(void **state)
{
    char command[640];

    (void)state;
    (void)snprintf(command, sizeof(command),
                   "cd %s && printf 'user set-password user=ben.agent password=Tr0ub4dor-and-3 needs_reset:=false\\nget sys_user "
                   "ann.agent name\\nexit\\n' | CSM_CONNECT=%s HOME=%s script -qec '%s/csm shell' /dev/null >shell.out && "
                   "grep -q 'Ann Agent' shell.out && grep -q ann.agent .csm_history && ! grep -q Tr0ub4dor .csm_history",
                   server.dir, server.socket, server.dir, getenv("CSM_BIN_DIR"));
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_from_opening_to_closing),
        cmocka_unit_test(a_task_that_is_a_case),
        cmocka_unit_test(values_of_every_form),
        cmocka_unit_test(a_login_gives_a_token),
        cmocka_unit_test(export_takes_every_record_once),
        cmocka_unit_test(completion_is_bash),
        cmocka_unit_test(a_shell_keeps_no_secret),
    };
    int failed;

    server_init(&server, "customer_service");
    server.extra = "--demo";
    server_start(&server);
    failed = run_rows("csm", table, check_row);
    failed += cmocka_run_group_tests(tests, NULL, NULL);
    failed += server_stop(&server) != 0;
    server_done(&server);
    return failed;
}
