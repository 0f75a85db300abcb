/* Test kit: the real server in this process, on a store of its own in a fresh directory, with real sockets and a clock the
 * test moves. Calls go through the public protocol as the person named. For cmocka tests: everything that is not as
 * expected fails the running test and prints the call and the answer.
 *
 *     csm_tk *tk = csm_tk_start("customer_service", 0);
 *     csm_tk_user(tk, "ann", "sn_customerservice_agent");
 *     csm_tk_as(tk, "ann");
 *     const csm_value *rec = csm_tk_ok(tk, "record.insert", "{'table':'sn_customerservice_case',"
 *                                                          "'values':{'short_description':'%s'}}", "printer");
 *     csm_tk_fails(tk, CSM_E_DENIED, "record.delete", "{'table':'sys_user','id':'%s'}", csm_tk_str(tk, rec, "sys_id"));
 *     csm_tk_stop(tk);
 *
 * Arguments are JSON with ' for " (write \\u0027 for an apostrophe), formatted as printf does. Answers live until the kit
 * stops. One thread per kit. */
#ifndef CSM_TEST_H
#define CSM_TEST_H

#include <csm/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csm_tk csm_tk;

#define CSM_TK_DEMO 0x1u /* with the plugins' demo rows */

/* @p plugins: "a,b". Modules come from the directory in environment CSM_PLUGIN_DIR. Fails the test when it cannot start. */
csm_tk *csm_tk_start(const char *plugins, unsigned flags);
/* The same with settings of the configuration file: "partial_s=1,store_ceiling_mb=8". Limits of time (deadline_ms, write_ms,
 * batch_ms) are two minutes where they are not set here. */
csm_tk *csm_tk_start_with(const char *plugins, unsigned flags, const char *settings);
void csm_tk_stop(csm_tk *tk); /* checks the store, then removes it; NULL is fine */
/* Stops and starts on the same store; the clock goes on from where the test moved it. The local administrator is chosen. */
void csm_tk_restart(csm_tk *tk);
/* The same; meanwhile @p by_us went by and nothing served. */
void csm_tk_restart_after(csm_tk *tk, int64_t by_us);
const char *csm_tk_address(const csm_tk *tk); /* of the Unix socket */
const char *csm_tk_tcp(const csm_tk *tk);     /* of the TCP socket */
const char *csm_tk_dir(const csm_tk *tk);     /* data directory */

/* A NUL-terminated copy that lives as long as the kit. */
const char *csm_tk_keep_text(csm_tk *tk, csm_str text);

/* From here on calls are made as this user ("" or NULL: the local administrator); one connection is kept per user. */
void csm_tk_as(csm_tk *tk, const char *user_name);
/* From here on calls are made over a TCP connection of this label, which is nobody until it logs in. */
void csm_tk_as_guest(csm_tk *tk, const char *label);
/* A user with these roles ("a,b"), made by the local administrator, who stays chosen; returns his sys_id. */
const char *csm_tk_user(csm_tk *tk, const char *user_name, const char *roles);
/* Gives roles to a user there is already, or takes them; as csm_tk_user. */
void csm_tk_grant(csm_tk *tk, const char *user_id, const char *roles);
void csm_tk_revoke(csm_tk *tk, const char *user_id, const char *role);

/* The answer of a call that must succeed. */
const csm_value *csm_tk_ok(csm_tk *tk, const char *method, const char *args, ...) __attribute__((format(printf, 3, 4)));
/* The message of a call that must fail with @p code. */
const char *csm_tk_fails(csm_tk *tk, csm_status code, const char *method, const char *args, ...)
    __attribute__((format(printf, 4, 5)));
/* Either: OK and *out, or the status; the message is then in csm_tk_message. */
csm_status csm_tk_call(csm_tk *tk, const csm_value **out, const char *method, const char *args, ...)
    __attribute__((format(printf, 4, 5)));
const char *csm_tk_message(const csm_tk *tk);

/* A call that was sent and not waited for, and whose it is. */
typedef struct csm_tk_sent {
    unsigned person;
    uint32_t msgid;
} csm_tk_sent;

/* Several people at the same moment: sends as whoever is chosen and returns at once. Each person has a connection of his own. */
csm_tk_sent csm_tk_send(csm_tk *tk, const char *method, const char *args, ...) __attribute__((format(printf, 3, 4)));
/* What became of it, as csm_tk_call tells, whoever is chosen now. */
csm_status csm_tk_answer(csm_tk *tk, csm_tk_sent sent, const csm_value **out);
/* The field or argument the last error names; empty when none. */
const char *csm_tk_error_field(const csm_tk *tk);
const char *csm_tk_error_hint(const csm_tk *tk);
/* "data" of the last error (a conflict's fields); fails when there is none. Valid until the same person's next call. */
const csm_value *csm_tk_error_data(const csm_tk *tk);

/* ---- shorthands over record.* ---- */

/* sys_id of a new record: csm_tk_insert(tk, "core_company", "{'name':'%s'}", name). */
const char *csm_tk_insert(csm_tk *tk, const char *table, const char *values, ...) __attribute__((format(printf, 3, 4)));
const csm_value *csm_tk_update(csm_tk *tk, const char *table, const char *id, const char *values, ...)
    __attribute__((format(printf, 4, 5)));
const csm_value *csm_tk_get(csm_tk *tk, const char *table, const char *id);
/* Rows of a filter (a list), at most 1000. */
const csm_value *csm_tk_rows(csm_tk *tk, const char *table, const char *query, ...) __attribute__((format(printf, 3, 4)));
/* How many rows the caller may count, by record.aggregate. */
int64_t csm_tk_count(csm_tk *tk, const char *table, const char *query, ...) __attribute__((format(printf, 3, 4)));
/* The first row of a filter; fails when there is none. */
const csm_value *csm_tk_first(csm_tk *tk, const char *table, const char *query, ...) __attribute__((format(printf, 3, 4)));
/* True when get, query, count agree that the caller has (or has not) this row; fails when they disagree. */
bool csm_tk_sees(csm_tk *tk, const char *table, const char *id);
/* Fails unless the row does not exist for the caller: list and count are without it, and get, update, delete and history
 * answer as they do for an id that nobody has. */
void csm_tk_hidden(csm_tk *tk, const char *table, const char *id);

/* ---- values: paths of map keys and list positions, "rows.0.number"; fail when absent ---- */

const csm_value *csm_tk_at(csm_tk *tk, const csm_value *value, const char *path);
const char *csm_tk_str(csm_tk *tk, const csm_value *value, const char *path); /* text; nil: "" */
int64_t csm_tk_int(csm_tk *tk, const csm_value *value, const char *path);
bool csm_tk_bool(csm_tk *tk, const csm_value *value, const char *path);
bool csm_tk_is_nil(csm_tk *tk, const csm_value *value, const char *path);
bool csm_tk_has(const csm_value *map, const char *key);

/* ---- clock, jobs, faults ---- */

void csm_tk_advance(csm_tk *tk, int64_t by_us);  /* moves the clock; due jobs run */
void csm_tk_settle(csm_tk *tk);                  /* waits until no job is due and events are delivered */
/* Compares; fails with both values and the line. */
#define csm_tk_assert_str(got, want) csm_tk_check_str((got), (want), __FILE__, __LINE__)
void csm_tk_check_str(const char *got, const char *want, const char *file, int line);

#ifdef __cplusplus
}
#endif

#endif
