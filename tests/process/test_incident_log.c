/* A live instance's incident log, where it is: replayed through config/import/itsm_incident_events.json with a kill on the
 * way, then compared with what a reader of its own makes of the file: how each incident ended, each step of its history, and
 * what it was at every moment. CSM_DATA_DIR, else ../shared/data beside the source tree. */
#include "csm_run.h"

#include "unit.h"

#include <csm/value.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CELLS 36
#define ROWS_MAX 6000
#define INCIDENTS_MAX 1000
#define WAIT_TRIES 120000 /* of 1 ms and more */

enum { NUMBER = 0, STATE = 1, REASSIGNED = 3, REOPENED = 4, SLA = 6, CALLER = 7, AUTHOR = 12, AT = 13, GROUP = 23,
       ASSIGNED = 24, PRIORITY = 22, IMPACT = 20, URGENCY = 21, RESOLVER = 33, RESOLVED = 34, CLOSED = 35 };

typedef struct log_row {
    char *cells[CELLS];
    char at[24];   /* as the protocol writes times: in text order */
    unsigned line;
    int state;     /* 1 New, 2 In Progress, 3 On Hold, 6 Resolved, 7 Closed */
    bool refused, again; /* by the state model; the same as a row of that minute before it */
} log_row;

static log_row rows[ROWS_MAX];
static unsigned row_count, refused_count;
static unsigned first_of[INCIDENTS_MAX + 1], incidents; /* rows of an incident: first_of[n] to first_of[n + 1] */

/* ---- the file, read anew ---- */

/* "29-02-2016 01:16" as "2016-02-29T01:16:00Z"; "?" as "". */
static void to_time(const char *cell, char out[24])
{
    unsigned day, month, year, hour, minute;

    out[0] = '\0';
    if (strcmp(cell, "?") == 0)
        return;
    assert_int_equal(sscanf(cell, "%u-%u-%u %u:%u", &day, &month, &year, &hour, &minute), 5);
    (void)snprintf(out, 24, "%04u-%02u-%02uT%02u:%02u:00Z", year % 10000, month % 100, day % 100, hour % 100, minute % 100);
}

static int state_of(const char *cell)
{
    static const char *const names[] = { "New", "Active", "Awaiting User Info", "Awaiting Problem", "Awaiting Vendor",
                                         "Awaiting Evidence", "Resolved", "Closed" };
    static const int states[] = { 1, 2, 3, 3, 3, 3, 6, 7 };

    for (size_t n = 0; n < COUNT_OF(names); n++)
        if (strcmp(names[n], cell) == 0)
            return states[n];
    fail_msg("state \"%s\"", cell);
    return 0;
}

static void read_row(char *line, unsigned number)
{
    log_row *row = &rows[row_count++];

    line[strcspn(line, "\r\n")] = '\0';
    row->line = number;
    for (unsigned n = 0; n < CELLS; n++) {
        char *comma = strchr(line, ',');

        assert_int_equal(comma == NULL, n == CELLS - 1); /* no cell of the file holds a quote */
        if (comma != NULL)
            *comma = '\0';
        row->cells[n] = strdup(line);
        assert_non_null(row->cells[n]);
        line = comma != NULL ? comma + 1 : line;
    }
    to_time(row->cells[AT], row->at);
    row->state = state_of(row->cells[STATE]);
}

static int by_incident_and_time(const void *a, const void *b)
{
    const log_row *x = a, *y = b;
    int order = strcmp(x->cells[NUMBER], y->cells[NUMBER]);

    if (order == 0)
        order = strcmp(x->at, y->at);
    return order != 0 ? order : x->line < y->line ? -1 : 1;
}

/* Nothing happens to what is closed, and a solution is taken back or kept: it does not become new or wait. */
static bool may_follow(int from, int to)
{
    return from != 7 && (from != 6 || to == 6 || to == 2 || to == 7) && (to != 7 || from == 6) && (to != 1 || from == 1);
}

static bool same_cells(const log_row *a, const log_row *b)
{
    static const unsigned same[] = { STATE, REASSIGNED, SLA, CALLER, AUTHOR, GROUP, ASSIGNED, IMPACT, URGENCY, RESOLVER, 14, 15, 16, 17,
                                     18, 19, 32 };

    for (size_t n = 0; n < COUNT_OF(same); n++)
        if (strcmp(a->cells[same[n]], b->cells[same[n]]) != 0)
            return false;
    return strcmp(a->at, b->at) == 0;
}

static void judge(unsigned from, unsigned to)
{
    int state = rows[from].state == 2 ? 2 : 1;

    for (unsigned n = from; n < to; n++) {
        rows[n].refused = !may_follow(state, rows[n].state);
        for (unsigned k = from; k < n && !rows[n].again; k++)
            rows[n].again = !rows[k].refused && same_cells(&rows[k], &rows[n]);
        refused_count += rows[n].refused;
        if (!rows[n].refused)
            state = rows[n].state;
    }
}

static bool read_log(const char *path)
{
    FILE *file = fopen(path, "rb");
    char line[4096];

    if (file == NULL)
        return false;
    assert_non_null(fgets(line, sizeof(line), file));
    while (fgets(line, sizeof(line), file) != NULL) {
        assert_true(row_count < ROWS_MAX);
        read_row(line, row_count + 2);
    }
    (void)fclose(file);
    qsort(rows, row_count, sizeof(rows[0]), by_incident_and_time);
    for (unsigned n = 0; n < row_count; n++) {
        assert_true(incidents < INCIDENTS_MAX);
        if (n == 0 || strcmp(rows[n].cells[NUMBER], rows[n - 1].cells[NUMBER]) != 0)
            first_of[incidents++] = n;
    }
    first_of[incidents] = row_count;
    for (unsigned n = 0; n < incidents; n++)
        judge(first_of[n], first_of[n + 1]);
    return true;
}

/* ---- what the server tells ---- */

static void assert_text(const csm_value *map, const char *key, const char *want, const log_row *row)
{
    const csm_value *value = csm_map_get(map, key);
    csm_str text = value != NULL && value->type == CSM_T_TEXT ? value->s : CSM_STR("");

    if (strcmp(want, "?") == 0)
        want = "";
    if (!csm_str_is(text, want)) {
        print_error("%s, line %u: %s is \"%.*s\", want \"%s\"\n", row->cells[NUMBER], row->line, key, CSM_STR_FMT(text), want);
        fail();
    }
}

static void assert_number(const csm_value *map, const char *key, long want, const log_row *row)
{
    const csm_value *value = csm_map_get(map, key);

    if (value == NULL || value->type != CSM_T_INT || value->i != want) {
        print_error("%s, line %u: %s is %lld, want %ld\n", row->cells[NUMBER], row->line, key,
                    value != NULL && value->type == CSM_T_INT ? (long long)value->i : -1LL, want);
        fail();
    }
}

#define FIELDS "'sys_id','number','state','priority','reassignment_count','reopen_count','made_sla','active','assigned_to.user_name',"    \
               "'assignment_group.name','resolved_by.user_name','resolved_at','closed_at','sys_updated_by'"

/* What holds at any moment of an incident. */
static void assert_is(const csm_value *record, const log_row *row)
{
    const csm_value *sla = csm_map_get(record, "made_sla");

    assert_number(record, "state", row->state, row);
    assert_number(record, "priority", atol(row->cells[PRIORITY]), row);
    assert_number(record, "reassignment_count", atol(row->cells[REASSIGNED]), row);
    assert_number(record, "reopen_count", atol(row->cells[REOPENED]), row);
    assert_text(record, "assigned_to.user_name", row->cells[ASSIGNED], row);
    assert_text(record, "assignment_group.name", row->cells[GROUP], row);
    assert_text(record, "sys_updated_by", row->cells[AUTHOR], row);
    assert_true(sla != NULL && sla->type == CSM_T_BOOL);
    assert_int_equal(sla->b, strcmp(row->cells[SLA], "TRUE") == 0);
}

/* ---- how each ended ---- */

/* The row an incident's last state comes from. */
static const log_row *last_kept(unsigned n)
{
    unsigned at = first_of[n + 1] - 1;

    while (rows[at].refused)
        at--;
    return &rows[at];
}

static void assert_ended(csm_client *client, unsigned n, char id[33])
{
    const log_row *last = &rows[first_of[n + 1] - 1], *resolved = NULL;
    char closed_at[24], resolved_at[24];
    const csm_value *list;
    csm_client_result *result =
        server_call(client, "record.query", "{'table':'incident','query':'number=%s','fields':[" FIELDS "]}", last->cells[NUMBER]);

    for (unsigned k = first_of[n]; k < first_of[n + 1]; k++)
        if (!rows[k].refused && rows[k].state == 6 && (k == first_of[n] || rows[k - 1].state != 6 || resolved == NULL))
            resolved = &rows[k];
    list = csm_map_get(csm_client_result_value(result), "rows");
    assert_non_null(list);
    assert_int_equal(list->count, 1);
    assert_is(&list->list[0], last_kept(n));
    assert_number(&list->list[0], "state", last->state, last);
    assert_text(&list->list[0], "resolved_by.user_name", last->cells[RESOLVER], last);
    to_time(last->cells[CLOSED], closed_at);
    to_time(last->cells[RESOLVED], resolved_at);
    assert_text(&list->list[0], "closed_at", closed_at, last);
    assert_non_null(resolved); /* the log does not tell when: then it is when it was seen resolved */
    assert_text(&list->list[0], "resolved_at", resolved_at[0] != '\0' ? resolved_at : resolved->at, last);
    (void)snprintf(id, 33, "%.*s", CSM_STR_FMT(csm_map_get(&list->list[0], "sys_id")->s));
    csm_client_result_free(result);
}

/* ---- each step ---- */

static const csm_value *new_state(const csm_value *version)
{
    const csm_value *changes = csm_map_get(version, "changes");
    const csm_value *change = changes != NULL ? csm_map_get(changes, "state") : NULL;

    return change != NULL ? csm_map_get(change, "new") : NULL;
}

/* One version per row, in order; the first has one more before it when no incident begins in the row's state. */
static void assert_history(csm_client *client, unsigned n, const char *id)
{
    csm_client_result *result =
        server_call(client, "record.history", "{'table':'incident','id':'%s','limit':1000,'oldest_first':true}", id);
    const csm_value *versions = csm_map_get(csm_client_result_value(result), "versions");
    const log_row *first = &rows[first_of[n]];
    uint32_t at = first->state > 2 ? 1 : 0;
    int64_t state = 1;

    assert_non_null(versions);
    if (at > 0)
        assert_text(&versions->list[0], "time", first->at, first);
    for (unsigned k = first_of[n]; k < first_of[n + 1]; k++) {
        const csm_value *moved;

        if (rows[k].refused || rows[k].again)
            continue;
        assert_true(at < versions->count);
        assert_text(&versions->list[at], "time", rows[k].at, &rows[k]);
        moved = new_state(&versions->list[at++]);
        state = moved != NULL ? moved->i : state;
        if (state != rows[k].state)
            print_error("line %u: state %lld, want %d\n", rows[k].line, (long long)state, rows[k].state);
        assert_int_equal(state, rows[k].state);
    }
    assert_int_equal(versions->count, at);
    csm_client_result_free(result);
}

/* ---- each moment ---- */

/* The row of an incident in force at a time; NULL before its first. */
static const log_row *in_force(unsigned n, const char *at)
{
    const log_row *row = NULL;

    for (unsigned k = first_of[n]; k < first_of[n + 1] && strcmp(rows[k].at, at) <= 0; k++)
        if (!rows[k].refused && !rows[k].again)
            row = &rows[k];
    return row;
}

/* At each of its rows' times, refused or not, and before the first. */
static void assert_moments(csm_client *client, unsigned n, const char *id)
{
    csm_client_error err;

    assert_int_equal(server_try(client, &err, "record.get", "{'table':'incident','id':'%s','as_of':'2016-01-01T00:00:00Z'}", id),
                     CSM_E_NOT_FOUND);
    for (unsigned k = first_of[n]; k < first_of[n + 1]; k++) {
        const log_row *row = in_force(n, rows[k].at);
        csm_client_result *result;

        if (row == NULL)
            continue;
        result = server_call(client, "record.get", "{'table':'incident','id':'%s','as_of':'%s','fields':[" FIELDS "]}", id,
                             rows[k].at);
        assert_is(csm_client_result_value(result), row);
        csm_client_result_free(result);
    }
}

/* All incidents of a state at a time. */
static void assert_query_then(csm_client *client, const char *at, int state)
{
    unsigned want = 0;
    csm_client_result *result = server_call(
        client, "record.query",
        "{'table':'incident','query':'state=%d^ORDERBYnumber','as_of':'%s','limit':1000,'fields':[" FIELDS "]}", state, at);
    const csm_value *list = csm_map_get(csm_client_result_value(result), "rows");

    assert_non_null(list);
    for (unsigned n = 0; n < incidents; n++) {
        const log_row *row = in_force(n, at);

        if (row == NULL || row->state != state)
            continue;
        assert_true(want < list->count);
        assert_text(&list->list[want], "number", row->cells[NUMBER], row);
        assert_is(&list->list[want++], row);
    }
    assert_int_equal(list->count, want);
    csm_client_result_free(result);
}

/* How many incidents were in each state at a time. */
static void assert_figures_then(csm_client *client, const char *at)
{
    csm_client_result *result =
        server_call(client, "record.aggregate", "{'table':'incident','group':['state'],'as_of':'%s'}", at);
    const csm_value *list = csm_map_get(csm_client_result_value(result), "rows");
    int64_t want[8] = { 0 }, told = 0;

    assert_non_null(list);
    for (unsigned n = 0; n < incidents; n++) {
        const log_row *row = in_force(n, at);

        if (row != NULL)
            want[row->state]++;
    }
    for (uint32_t n = 0; n < list->count; n++) {
        int64_t state = csm_map_get(&list->list[n], "state")->i;

        assert_true(state > 0 && state < 8);
        assert_int_equal(csm_map_get(&list->list[n], "count")->i, want[state]);
        told++;
    }
    for (unsigned state = 0; state < 8; state++)
        told -= want[state] > 0;
    assert_int_equal(told, 0);
    csm_client_result_free(result);
}

/* ---- the refused ---- */

/* @p again: by a second run, for which a row may lie in the record's past. */
static void assert_refused(const char *path, bool again)
{
    FILE *file = fopen(path, "rb");
    char line[4096];
    unsigned told = 0;

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    while (fgets(line, sizeof(line), file) != NULL) {
        unsigned long number = strtoul(line, NULL, 10), n = 0;

        while (n < row_count && rows[n].line != number)
            n++;
        assert_true(n < row_count);
        assert_true(rows[n].refused);
        assert_non_null(strstr(line, rows[n].state == 7 ? "state 7 Closed takes no such change"
                                     : again            ? "the record has changed at"
                                                        : "6 Resolved cannot become"));
        told++;
    }
    (void)fclose(file);
    assert_int_equal(told, refused_count);
}

/* ---- the run ---- */

typedef struct files {
    char log[600], map[600], rejected[128];
} files;

static csm_run replay(server_process *server, const files *f, const char *name)
{
    return CSM(server, NULL, "--json", "import", f->log, "--map", f->map, "--rejected", f->rejected, "--name", name);
}

/* The look-up of the instance the log is from, where it differs from the shipped one. */
static void set_priorities(csm_client *client)
{
    csm_client_result *result = server_call(client, "record.query", "{'table':'dl_u_priority','query':'impact=3^urgency=3'}");
    const csm_value *list = csm_map_get(csm_client_result_value(result), "rows");

    assert_non_null(list);
    assert_int_equal(list->count, 1);
    csm_client_result_free(server_call(client, "record.update", "{'table':'dl_u_priority','id':'%.*s','values':{'priority':4}}",
                                       CSM_STR_FMT(csm_map_get(&list->list[0], "sys_id")->s)));
    csm_client_result_free(result);
}

static int64_t taken(csm_client *client)
{
    csm_client_result *result = server_call(client, "record.query", "{'table':'sys_import','fields':['rows_read']}");
    const csm_value *list = csm_map_get(csm_client_result_value(result), "rows");
    int64_t count = list != NULL && list->count == 1 ? csm_map_get(&list->list[0], "rows_read")->i : 0;

    csm_client_result_free(result);
    return count;
}

/* Begins, and is killed in the middle. */
static void begin_and_kill(server_process *server, const files *f)
{
    const char *const args[] = { "import", f->log, "--map", f->map, "--rejected", f->rejected, "--name", "log", NULL };
    csm_client *client = server_client(server);
    pid_t pid;

    set_priorities(client);
    pid = csm_run_start(server, args);
    for (unsigned tries = 0; taken(client) < 2000; tries++) {
        assert_true(tries < WAIT_TRIES);
        (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    server_kill(server);
    assert_int_not_equal(csm_run_wait(pid), 0);
    csm_client_close(client);
    server_start(server);
}

static int64_t versions_in_all(csm_client *client)
{
    csm_client_result *result =
        server_call(client, "record.aggregate", "{'table':'incident','figures':['sum:sys_mod_count','count']}");
    const csm_value *list = csm_map_get(csm_client_result_value(result), "rows");
    int64_t sum = csm_map_get(&list->list[0], "sum:sys_mod_count")->i + csm_map_get(&list->list[0], "count")->i;

    csm_client_result_free(result);
    return sum;
}

static void assert_all(server_process *server)
{
    static const int states[] = { 1, 2, 3, 6, 7 };
    csm_client *client = server_client(server);
    char id[33];

    for (unsigned n = 0; n < incidents; n++) {
        assert_ended(client, n, id);
        assert_history(client, n, id);
        assert_moments(client, n, id);
    }
    for (unsigned n = 0; n < row_count; n += row_count / 12) {
        assert_figures_then(client, rows[n].at);
        for (size_t k = 0; k < COUNT_OF(states); k++)
            assert_query_then(client, rows[n].at, states[k]);
    }
    csm_client_close(client);
}

static void the_log_is_replayed(void **state)
{
    const char *data = getenv("CSM_DATA_DIR"), *source = getenv("CSM_SOURCE_DIR");
    server_process server;
    csm_client *client;
    int64_t versions;
    csm_run run;
    files f;

    (void)state;
    assert_non_null(source);
    (void)snprintf(f.log, sizeof(f.log), "%s%s/itsm_incident_events.csv", data != NULL ? data : source,
                   data != NULL ? "" : "/../shared/data");
    (void)snprintf(f.map, sizeof(f.map), "%s/config/import/itsm_incident_events.json", source);
    if (!read_log(f.log)) {
        print_message("%s is not there\n", f.log);
        skip();
    }
    server_init(&server, "incident");
    server_start(&server);
    (void)snprintf(f.rejected, sizeof(f.rejected), "%s/rejected.csv", server.dir);
    begin_and_kill(&server, &f);
    run = replay(&server, &f, "log");
    assert_int_equal(run.code, refused_count > 0 ? 5 : 0);
    csm_run_done(&run);
    assert_refused(f.rejected, false);
    assert_all(&server);
    client = server_client(&server);
    versions = versions_in_all(client);
    run = replay(&server, &f, "log"); /* done already */
    assert_non_null(strstr(run.err, "is done already"));
    csm_run_done(&run);
    run = replay(&server, &f, "log again"); /* under another name: every row has been */
    assert_non_null(strstr(run.out, "\"updated\": 0"));
    assert_non_null(strstr(run.out, "\"inserted\": 0"));
    csm_run_done(&run);
    assert_refused(f.rejected, true);
    assert_int_equal(versions_in_all(client), versions);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(server_verify(&server), 0);
    server_done(&server);
    for (unsigned n = 0; n < row_count; n++)
        for (unsigned k = 0; k < CELLS; k++)
            free(rows[n].cells[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_log_is_replayed) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
