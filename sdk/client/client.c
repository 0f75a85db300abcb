/* The door: connect with hello, call, send and receive. Turns failures into the caller's form. */
#include "client_int.h"

#include "base/mem.h"

#define DEPTH 24u
#define ELEMENT_BYTES 16u /* a value in memory is a few times its bytes; one element per 16 bytes bounds that */
#define ELEMENTS_MIN 65536u
#define REQUEST_BYTES_MAX (1u << 30)

static const csm_client_options options_default = CSM_CLIENT_OPTIONS_INIT;

/* ---- requests ---- */

static csm_status usable(const csm_client *client, csm_error *err)
{
    if (client->in_callback)
        return csm_error_set(err, CSM_E_STATE, "the client cannot be used from its notification callback");
    if (client->fd < 0) {
        *err = client->broken;
        return csm_error_set(err, CSM_E_IO, "the connection is lost: %s", client->broken.message);
    }
    return CSM_OK;
}

/* A caller's encoded bytes go into the stream as they are, so they must be one whole map. */
static csm_status encoded_check(csm_str params, csm_error *err)
{
    csm_reader reader = { (const uint8_t *)params.ptr, (const uint8_t *)params.ptr + params.len };
    csm_reader probe = reader;
    csm_head head;

    if (!csm_reader_next(&probe, &head) || head.type != CSM_T_MAP || !csm_reader_skip(&reader) ||
        reader.at != reader.end)
        return csm_error_set(err, CSM_E_INVALID, "encoded params are not one MessagePack map");
    return CSM_OK;
}

static csm_status request_encode(csm_client *client, uint32_t msgid, const char *method, csm_str encoded,
                                 const csm_value *params, csm_error *err)
{
    csm_writer w = { &client->out };
    bool none = encoded.len == 0 && (params == NULL || params->type == CSM_T_NIL);

    csm_buf_clear(&client->out);
    csm_write_list(&w, 4);
    csm_write_int(&w, CSM_REQUEST);
    csm_write_int(&w, msgid);
    csm_write_cstr(&w, method);
    csm_write_list(&w, none ? 0 : 1);
    if (encoded.len > 0)
        csm_write_raw(&w, encoded);
    else if (!none)
        csm_write_value(&w, *params);
    if (client->out.failed)
        return csm_error_set(err, CSM_E_INVALID,
                             "the request to \"%s\" is too large, too deep, or there is no memory for it", method);
    return CSM_OK;
}

static csm_status request_send(csm_client *client, const char *method, csm_str encoded, const csm_value *params,
                               uint32_t *out_msgid, csm_error *err)
{
    uint32_t msgid = 0;
    csm_status st;

    CSM_TRY(usable(client, err));
    if (params != NULL && params->type != CSM_T_MAP && params->type != CSM_T_NIL)
        return csm_error_set(err, CSM_E_INVALID, "params of \"%s\" are not a map", method);
    if (encoded.len > 0)
        CSM_TRY(encoded_check(encoded, err));
    CSM_TRY(pending_add(client, &msgid, err));
    if ((st = request_encode(client, msgid, method, encoded, params, err)) == CSM_OK)
        st = stream_send(client, deadline_in(client->options.timeout_ms), err);
    if (st != CSM_OK) {
        pending *p = pending_find(client, msgid);

        if (p != NULL)
            pending_del(client, p);
        return st; /* the server has at most a part of it: not done */
    }
    *out_msgid = msgid;
    return CSM_OK;
}

/* ---- answers ---- */

static csm_status answer_take(csm_client *client, pending *p, csm_client_result **out, csm_client_error *out_err)
{
    uint8_t *bytes = p->bytes;
    size_t len = p->len;

    p->bytes = NULL;
    pending_del(client, p);
    csm_client_result_free(client->refusal);
    client->refusal = NULL;
    return result_decode(bytes, len, out, &client->refusal, out_err);
}

/* Its answer will never come. */
static csm_status answer_lost(csm_client *client, csm_error *err)
{
    *err = client->broken;
    csm_error_set(err, CSM_E_UNKNOWN, "no answer: %s", client->broken.message);
    csm_error_hint(err, "it may have been done or not: repeat a write with the same request_key");
    return CSM_E_UNKNOWN;
}

static csm_status receive(csm_client *client, uint32_t msgid, int64_t deadline_us, csm_client_result **out,
                          csm_client_error *out_err)
{
    csm_error err = { 0 };
    pending *p = pending_find(client, msgid);

    if (client->in_callback) {
        (void)usable(client, &err);
        return error_export(&err, out_err);
    }
    if (p == NULL || p->state == PENDING_FORGOTTEN) {
        csm_error_set(&err, CSM_E_INVALID, "request %u is not under way", msgid);
        return error_export(&err, out_err);
    }
    while (p->state != PENDING_DONE) {
        if (client->fd >= 0 && stream_read(client, deadline_us, &err) == CSM_E_TIMEOUT && client->fd >= 0)
            return error_export(&err, out_err);
        if (client->fd < 0 && p->state != PENDING_DONE) {
            pending_del(client, p);
            answer_lost(client, &err);
            return error_export(&err, out_err);
        }
    }
    return answer_take(client, p, out, out_err);
}

static csm_status call(csm_client *client, const char *method, csm_str encoded, const csm_value *params,
                       csm_client_result **out, csm_client_error *out_err)
{
    int64_t deadline_us = deadline_in(client->options.timeout_ms);
    csm_error err = { 0 };
    uint32_t msgid = 0;
    csm_status st;

    if (request_send(client, method, encoded, params, &msgid, &err) != CSM_OK)
        return error_export(&err, out_err);
    st = receive(client, msgid, deadline_us, out, out_err);
    csm_client_forget(client, msgid); /* after a timeout; else there is nothing to forget */
    return st;
}

csm_status csm_client_call(csm_client *client, const char *method, const csm_value *params, csm_client_result **out,
                           csm_client_error *err)
{
    return call(client, method, (csm_str){ 0 }, params, out, err);
}

csm_status csm_client_call_encoded(csm_client *client, const char *method, csm_str params, csm_client_result **out,
                                   csm_client_error *err)
{
    return call(client, method, params, NULL, out, err);
}

csm_status csm_client_send(csm_client *client, const char *method, const csm_value *params, uint32_t *out_msgid,
                           csm_client_error *err)
{
    csm_error own = { 0 };
    csm_status st = request_send(client, method, (csm_str){ 0 }, params, out_msgid, &own);

    return st == CSM_OK ? CSM_OK : error_export(&own, err);
}

csm_status csm_client_send_encoded(csm_client *client, const char *method, csm_str params, uint32_t *out_msgid,
                                   csm_client_error *err)
{
    csm_error own = { 0 };
    csm_status st = request_send(client, method, params, NULL, out_msgid, &own);

    return st == CSM_OK ? CSM_OK : error_export(&own, err);
}

csm_status csm_client_receive(csm_client *client, uint32_t msgid, int32_t timeout_ms, csm_client_result **out,
                              csm_client_error *err)
{
    return receive(client, msgid, deadline_in(timeout_ms), out, err);
}

static pending *waiting_one(const csm_client *client)
{
    for (uint32_t i = 0; i < client->slot_count; i++)
        if (client->slots[i] != NULL && client->slots[i]->state == PENDING_WAITING)
            return client->slots[i];
    return NULL;
}

csm_status csm_client_receive_any(csm_client *client, int32_t timeout_ms, uint32_t *out_msgid, csm_client_result **out,
                                  csm_client_error *out_err)
{
    int64_t deadline_us = deadline_in(timeout_ms);
    csm_error err = { 0 };
    pending *p;

    if (client->in_callback) {
        (void)usable(client, &err);
        return error_export(&err, out_err);
    }
    while ((p = TAILQ_FIRST(&client->done)) == NULL) {
        if (client->waiting_count == 0) {
            csm_error_set(&err, CSM_E_INVALID, "no request is under way");
            return error_export(&err, out_err);
        }
        if (client->fd < 0 && (p = waiting_one(client)) != NULL)
            break; /* any of them: they are all lost */
        if (stream_read(client, deadline_us, &err) == CSM_E_TIMEOUT && client->fd >= 0)
            return error_export(&err, out_err);
    }
    *out_msgid = p->msgid;
    return receive(client, p->msgid, deadline_us, out, out_err);
}

void csm_client_forget(csm_client *client, uint32_t msgid)
{
    pending *p = pending_find(client, msgid);

    if (p != NULL && !client->in_callback)
        pending_forget(client, p);
}

csm_status csm_client_wait(csm_client *client, int32_t timeout_ms, csm_client_error *out_err)
{
    int64_t deadline_us = deadline_in(timeout_ms);
    uint64_t before = client->received;
    csm_error err = { 0 };
    csm_status st = usable(client, &err);

    while (st == CSM_OK && client->received == before)
        st = stream_read(client, deadline_us, &err);
    return st == CSM_OK ? CSM_OK : error_export(&err, out_err);
}

/* ---- life ---- */

static csm_client *client_new(const csm_client_options *options)
{
    csm_client *client = csm_mem_zalloc(sizeof(*client));

    if (client == NULL)
        return NULL;
    client->fd = -1;
    client->options = *options;
    if (client->options.frame_bytes == 0)
        client->options.frame_bytes = options_default.frame_bytes;
    client->limits.frame_bytes = client->options.frame_bytes;
    client->limits.depth = DEPTH;
    client->limits.elements = client->options.frame_bytes / ELEMENT_BYTES;
    if (client->limits.elements < ELEMENTS_MIN)
        client->limits.elements = ELEMENTS_MIN;
    csm_buf_init(&client->in, 0); /* the walk ends a message at frame_bytes, so it holds that and one read */
    csm_buf_init(&client->out, REQUEST_BYTES_MAX);
    TAILQ_INIT(&client->done);
    client->next_msgid = 1;
    return client;
}

static csm_status hello(csm_client *client, csm_client_error *err)
{
    csm_pair errors = { CSM_STR_INIT("errors"), csm_ctext("map") };
    csm_value params = csm_map(&errors, 1);

    return csm_client_call(client, "server.hello", &params, &client->hello, err);
}

csm_status csm_client_connect(const char *address, const csm_client_options *options, csm_client **out,
                              csm_client_error *out_err)
{
    csm_client *client = client_new(options != NULL ? options : &options_default);
    csm_error err = { 0 };
    csm_status st;

    if (client == NULL) {
        csm_error_nomem(&err);
        return error_export(&err, out_err);
    }
    if (connect_open(address, deadline_in(client->options.timeout_ms), &client->fd, &err) != CSM_OK) {
        csm_client_close(client);
        return error_export(&err, out_err);
    }
    if ((st = hello(client, out_err)) != CSM_OK) {
        csm_client_close(client);
        return st;
    }
    *out = client;
    return CSM_OK;
}

void csm_client_close(csm_client *client)
{
    csm_error err = { 0 };

    if (client == NULL)
        return;
    (void)stream_lose(client, &err);
    pending_free_all(client);
    csm_buf_done(&client->in);
    csm_buf_done(&client->out);
    csm_client_result_free(client->hello);
    csm_client_result_free(client->refusal);
    csm_mem_free(client);
}

const csm_value *csm_client_hello(const csm_client *client)
{
    return csm_client_result_value(client->hello);
}

const csm_value *csm_client_refusal(const csm_client *client)
{
    return client->refusal != NULL ? csm_client_result_value(client->refusal) : NULL;
}

bool csm_client_is_open(const csm_client *client)
{
    return client->fd >= 0;
}

int csm_client_fd(const csm_client *client)
{
    return client->fd;
}

void csm_client_set_timeout(csm_client *client, int32_t timeout_ms)
{
    client->options.timeout_ms = timeout_ms;
}
