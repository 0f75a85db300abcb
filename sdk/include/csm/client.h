/* Talks to a server: connects, calls methods, receives notifications. Synchronous, on poll(); one thread at a time per
 * client. Nothing the server sends is trusted: sizes, depth and counts are bounded before memory is taken.
 *
 *     csm_client *client;
 *     csm_client_error err;
 *     csm_client_result *result;
 *
 *     if (csm_client_connect("unix:/run/csm/csm.sock", NULL, &client, &err) != CSM_OK)
 *         return fail(err.message);
 *     if (csm_client_call(client, "server.ping", NULL, &result, &err) == CSM_OK)
 *         csm_client_result_free(result);
 *     csm_client_close(client);
 *
 * Many calls under way at once: csm_client_send each, then csm_client_receive by message id, in any order. */
#ifndef CSM_CLIENT_H
#define CSM_CLIENT_H

#include <csm/abi.h>
#include <csm/value.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct csm_client csm_client;
/* One answer: a value tree and the memory it stands in. */
typedef struct csm_client_result csm_client_result;

/* Why a call failed. All texts are NUL-terminated UTF-8, cut where they are longer, empty when absent. */
typedef struct csm_client_error {
    csm_status code;
    bool from_server; /* the server answered this; false: the client, the connection or the time limit */
    char name[32];    /* "not found" */
    char message[384];
    char detail[384];
    char hint[192];
    char field[96];
    char reason[64];
    char plugin[64];
    char trace[64]; /* names this call in the server's log */
} csm_client_error;

/* @p params: the named arguments, a map (nil when there are none). Borrowed for the call. Calls of the same client from
 * here fail with CSM_E_STATE; it must not be closed here. */
typedef void (*csm_client_notification_fn)(csm_str method, const csm_value *params, void *user);

/* Start from CSM_CLIENT_OPTIONS_INIT. */
typedef struct csm_client_options {
    int32_t timeout_ms;                         /* of connecting and of each call; -1: none */
    uint32_t frame_bytes;                       /* largest message accepted from the server */
    csm_client_notification_fn on_notification; /* NULL: they are skipped */
    void *user;
} csm_client_options;
/* clang-format off */
#define CSM_CLIENT_OPTIONS_INIT { 30000, 64u << 20, NULL, NULL }
/* clang-format on */

/**
 * Connects and says server.hello {errors: "map"}.
 *
 * @param address  "unix:PATH" or "tcp:HOST:PORT" (IPv6 in brackets); every address of a name is tried
 * @param options  NULL: CSM_CLIENT_OPTIONS_INIT
 * @param err      here and below: receives the reason on failure; may be NULL
 * @return CSM_OK; INVALID address; NOT_FOUND host; DENIED; BUSY; TIMEOUT; IO when nobody listens; the server's refusal
 * @owner  caller closes with csm_client_close   @thread any, one at a time   @since 1
 */
csm_status csm_client_connect(const char *address, const csm_client_options *options, csm_client **out,
                              csm_client_error *err);
/** Closes and frees; answers not received are dropped. NULL is fine. @since 1 */
void csm_client_close(csm_client *client);

/** What server.hello answered: versions and limits. Borrowed until close. @since 1 */
const csm_value *csm_client_hello(const csm_client *client);
/** False once the connection is lost: every further call fails. @since 1 */
bool csm_client_is_open(const csm_client *client);
/** For a poll loop of the caller's: readable means csm_client_wait has something. -1 once lost. @since 1 */
int csm_client_fd(const csm_client *client);
/** @param timeout_ms  of the calls from now on; -1: none. @since 1 */
void csm_client_set_timeout(csm_client *client, int32_t timeout_ms);

/**
 * Calls a method and waits for its answer.
 *
 * @param params  a map of named arguments; NULL or nil: none
 * @param out     receives the answer; NULL when it is not wanted
 * @return CSM_OK; the server's error; TIMEOUT (a late answer is dropped); INVALID for arguments that cannot be encoded
 *         or an answer that cannot be decoded; IO when the connection was lost before the request was sent whole (it
 *         is not done), UNKNOWN when after: the server may or may not have done it, so a write is repeated with the
 *         same request_key
 * @owner  caller frees *out with csm_client_result_free   @since 1
 */
csm_status csm_client_call(csm_client *client, const char *method, const csm_value *params, csm_client_result **out,
                           csm_client_error *err);
/** As csm_client_call. @param params  one encoded MessagePack map; empty: no arguments. @since 1 */
csm_status csm_client_call_encoded(csm_client *client, const char *method, csm_str params, csm_client_result **out,
                                   csm_client_error *err);

/**
 * Sends a request and returns at once, or when the server takes it; answers that arrive meanwhile are kept.
 *
 * @param out_msgid  names the request for csm_client_receive
 * @return CSM_OK; INVALID; LIMIT when 65536 are under way; TIMEOUT when the server takes nothing; IO when the
 *         connection is lost. After a failure the request is not done
 * @since 1
 */
csm_status csm_client_send(csm_client *client, const char *method, const csm_value *params, uint32_t *out_msgid,
                           csm_client_error *err);
/** As csm_client_send. @param params  one encoded MessagePack map; empty: no arguments. @since 1 */
csm_status csm_client_send_encoded(csm_client *client, const char *method, csm_str params, uint32_t *out_msgid,
                                   csm_client_error *err);
/**
 * Waits for the answer to one request. After TIMEOUT it can be asked for again.
 *
 * @param timeout_ms  0: only what is here already; -1: no limit
 * @return as csm_client_call; INVALID when @p msgid is not under way
 * @since 1
 */
csm_status csm_client_receive(csm_client *client, uint32_t msgid, int32_t timeout_ms, csm_client_result **out,
                              csm_client_error *err);
/** As csm_client_receive for whichever answer comes first; @p out_msgid is set whenever one came, also an error.
 * INVALID when nothing is under way. @since 1 */
csm_status csm_client_receive_any(csm_client *client, int32_t timeout_ms, uint32_t *out_msgid, csm_client_result **out,
                                  csm_client_error *err);
/** Drops the answer to a request, here already or not. @since 1 */
void csm_client_forget(csm_client *client, uint32_t msgid);
/** Waits until at least one message came: notifications were then delivered, answers kept. TIMEOUT; IO when lost.
 * @since 1 */
csm_status csm_client_wait(csm_client *client, int32_t timeout_ms, csm_client_error *err);

/** The last error the server answered, as it sent it: a map, also with what csm_client_error has no place for ("data" of
 * a conflict). NULL when the last answer was none. Borrowed until the next answer is received. @since 1 */
const csm_value *csm_client_refusal(const csm_client *client);

/** Borrowed until the result is freed. @since 1 */
const csm_value *csm_client_result_value(const csm_client_result *result);
/** The same as the server encoded it: one MessagePack value. Borrowed until the result is freed. @since 1 */
csm_str csm_client_result_encoded(const csm_client_result *result);
/** NULL is fine. @since 1 */
void csm_client_result_free(csm_client_result *result);

#ifdef __cplusplus
}
#endif

#endif
