/* From an answer's bytes to a value or an error the caller can read. */
#include "client_int.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>

#define ARENA_BLOCK_MAX 65536u

struct csm_client_result {
    csm_arena *arena;
    uint8_t *bytes; /* the whole message; texts of the value point into it */
    csm_str encoded;
    csm_value value;
};

/* Cuts at a character's end. */
static void text_copy(char *to, size_t cap, csm_str from)
{
    size_t len = from.len < cap ? from.len : cap - 1;

    while (len < from.len && len > 0 && ((uint8_t)from.ptr[len] & 0xC0u) == 0x80u)
        len--;
    if (len > 0)
        memcpy(to, from.ptr, len);
    to[len] = '\0';
}

csm_status error_export(const csm_error *err, csm_client_error *out)
{
    if (out == NULL)
        return err->code;
    *out = (csm_client_error){ .code = err->code };
    text_copy(out->name, sizeof(out->name), csm_str_of(csm_status_text(err->code)));
    text_copy(out->message, sizeof(out->message), csm_str_of(err->message));
    text_copy(out->detail, sizeof(out->detail), csm_str_of(err->detail));
    text_copy(out->hint, sizeof(out->hint), csm_str_of(err->hint));
    text_copy(out->field, sizeof(out->field), csm_str_of(err->field));
    text_copy(out->reason, sizeof(out->reason), csm_str_of(err->reason));
    return err->code;
}

/* ---- the server's error ---- */

static bool code_known(int64_t code)
{
    return code > CSM_OK && code < CSM_STATUS_COUNT;
}

static csm_status error_from_map(const csm_value *map, csm_client_error *out, csm_error *err)
{
    const struct {
        const char *key;
        char *to;
        size_t cap;
    } texts[] = {
        { "name", out->name, sizeof(out->name) },       { "message", out->message, sizeof(out->message) },
        { "detail", out->detail, sizeof(out->detail) }, { "hint", out->hint, sizeof(out->hint) },
        { "field", out->field, sizeof(out->field) },    { "reason", out->reason, sizeof(out->reason) },
        { "plugin", out->plugin, sizeof(out->plugin) }, { "trace", out->trace, sizeof(out->trace) },
    };
    const csm_value *code = csm_map_get(map, "code");

    if (code == NULL || code->type != CSM_T_INT)
        return csm_error_set(err, CSM_E_INVALID, "the server's error has no code");
    /* A code from a newer server: its name and message still say what it is. */
    out->code = code_known(code->i) ? (csm_status)code->i : CSM_E_INTERNAL;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const csm_value *text = csm_map_get(map, texts[i].key);

        if (text != NULL && text->type == CSM_T_TEXT)
            text_copy(texts[i].to, texts[i].cap, text->s);
    }
    if (out->name[0] == '\0')
        text_copy(out->name, sizeof(out->name), csm_str_of(csm_status_text(out->code)));
    return CSM_OK;
}

/* "CSM-<code> <name>: <message>", as before hello; any other text is the message itself. */
static void error_from_text(csm_str text, csm_client_error *out)
{
    size_t blank = csm_str_find(text, CSM_STR(" "), 0);
    size_t colon = csm_str_find(text, CSM_STR(": "), 0);
    int64_t code = 0;

    out->code = CSM_E_INTERNAL;
    if (csm_str_starts(text, CSM_STR("CSM-")) && blank != SIZE_MAX && colon != SIZE_MAX && colon > blank &&
        csm_parse_int((csm_str){ text.ptr + 4, blank - 4 }, &code)) {
        out->code = code_known(code) ? (csm_status)code : CSM_E_INTERNAL;
        text_copy(out->name, sizeof(out->name), (csm_str){ text.ptr + blank + 1, colon - blank - 1 });
        text_copy(out->message, sizeof(out->message), (csm_str){ text.ptr + colon + 2, text.len - colon - 2 });
        return;
    }
    text_copy(out->name, sizeof(out->name), csm_str_of(csm_status_text(out->code)));
    text_copy(out->message, sizeof(out->message), text);
}

static csm_status error_decode(csm_reader *reader, csm_client_result *result, csm_client_error *out, csm_error *err)
{
    csm_decode_options options = { .strict = true };

    CSM_TRY(csm_wire_decode(reader, result->arena, options, &result->value, err));
    *out = (csm_client_error){ .from_server = true };
    if (result->value.type == CSM_T_MAP)
        return error_from_map(&result->value, out, err);
    if (result->value.type != CSM_T_TEXT)
        return csm_error_set(err, CSM_E_INVALID, "the server's error is neither text nor a map");
    error_from_text(result->value.s, out);
    return CSM_OK;
}

/* ---- the answer ---- */

static csm_status value_decode(csm_client_result *result, csm_reader *reader, csm_client_error *out_err, csm_error *err)
{
    csm_decode_options options = { .strict = true };
    csm_reader probe = *reader;
    csm_client_error server;
    csm_head head;

    if (!csm_reader_next(&probe, &head))
        return csm_error_set(err, CSM_E_INVALID, "the server's answer cannot be read");
    if (head.type != CSM_T_NIL) {
        CSM_TRY(error_decode(reader, result, &server, err));
        if (out_err != NULL)
            *out_err = server;
        return server.code;
    }
    result->encoded.ptr = (const char *)probe.at;
    result->encoded.len = (size_t)(probe.end - probe.at);
    return csm_wire_decode(&probe, result->arena, options, &result->value, err);
}

csm_status result_decode(uint8_t *bytes, size_t len, csm_client_result **out, csm_client_result **refusal,
                         csm_client_error *out_err)
{
    size_t block = len * 2 < ARENA_BLOCK_MAX ? len * 2 : ARENA_BLOCK_MAX;
    csm_client_result *result = csm_mem_zalloc(sizeof(*result));
    csm_envelope envelope;
    csm_error err = { 0 };
    csm_status st;
    bool has_msgid;

    if (result == NULL) {
        csm_mem_free(bytes);
        csm_error_nomem(&err);
        return error_export(&err, out_err);
    }
    result->bytes = bytes;
    if ((result->arena = csm_arena_new(block, 0)) == NULL)
        st = csm_error_nomem(&err);
    else if ((st = csm_envelope_parse((csm_str){ (const char *)bytes, len }, &envelope, &has_msgid, &err)) == CSM_OK)
        st = value_decode(result, &envelope.params, out_err, &err);
    if (st == CSM_OK && out != NULL) {
        *out = result;
        return CSM_OK;
    }
    if (st != CSM_OK && err.code == CSM_OK) {
        *refusal = result;
        return st;
    }
    csm_client_result_free(result);
    if (err.code != CSM_OK)
        error_export(&err, out_err);
    return st;
}

const csm_value *csm_client_result_value(const csm_client_result *result)
{
    return &result->value;
}

csm_str csm_client_result_encoded(const csm_client_result *result)
{
    return result->encoded;
}

void csm_client_result_free(csm_client_result *result)
{
    if (result == NULL)
        return;
    csm_arena_free(result->arena);
    csm_mem_free(result->bytes);
    csm_mem_free(result);
}
