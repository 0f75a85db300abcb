/* History: gapless streams in order of time, ending as the record does. */
#include "engine/verify.h"

#include "base/id.h"
#include "engine/history/stream.h"
#include "engine/table/codec.h"

/* The stream the walk is in. */
typedef struct stream_state {
    uint8_t prefix[CSM_STREAM_PREFIX];
    bool open;
    uint64_t number; /* last seen */
    unsigned pieces; /* the last body has further pieces */
    csm_time at;
    csm_history_op op; /* of the last version */
} stream_state;

static const char *name_of(const stream_state *s, char text[CSM_ID_TEXT])
{
    csm_id id;
    memcpy(id.b, s->prefix + 4, sizeof(id.b));
    csm_id_format(id, text);
    return text;
}

static uint32_t stream_of(const stream_state *s)
{
    return csm_take_u32(s->prefix + 4 + sizeof(csm_id));
}

/* The last version is a delete exactly when the record is gone. A row whose journals have entries does not say otherwise. */
static csm_status end_stream(csm_verifier *v, stream_state *s)
{
    char text[CSM_ID_TEXT];
    csm_str bytes;
    if (!s->open)
        return CSM_OK;
    csm_str key = { (const char *)s->prefix, 4 + sizeof(csm_id) };
    csm_status st = csm_view_get(v->ctx.view, CSM_DB_ROWS, key, &bytes, &v->ctx.err);
    if (st != CSM_OK && st != CSM_E_NOT_FOUND)
        return st;
    if (stream_of(s) != CSM_STREAM_VERSIONS) {
        if (st == CSM_OK && csm_row_peek_no_journal(bytes))
            csm_verify_problem(v, "history", "record %s says it has no journal entry, stream %u has some", name_of(s, text),
                               stream_of(s));
        return CSM_OK;
    }
    if (st == CSM_OK && s->op == CSM_HISTORY_DELETE)
        csm_verify_problem(v, "history", "record %s is there, its history ends with a delete", name_of(s, text));
    if (st == CSM_E_NOT_FOUND && s->op != CSM_HISTORY_DELETE)
        csm_verify_problem(v, "history", "record %s is gone, its history has no delete", name_of(s, text));
    return CSM_OK;
}

static void check_time(csm_verifier *v, stream_state *s, csm_time at)
{
    char text[CSM_ID_TEXT];
    if (s->number > 1 && at < s->at)
        csm_verify_problem(v, "history", "record %s: number %llu of stream %u is earlier than the one before it",
                           name_of(s, text), (unsigned long long)s->number, stream_of(s));
    s->at = at;
}

static csm_status check_version(csm_verifier *v, stream_state *s, csm_str body)
{
    csm_id id;
    char text[CSM_ID_TEXT];
    csm_version version;
    memcpy(id.b, s->prefix + 4, sizeof(id.b));
    csm_status st = csm_version_read(&v->ctx, id, s->number, body, &version);
    if (st != CSM_OK)
        return csm_verify_damage(v, "history", st);
    if ((uint64_t)version.version + 1 != s->number)
        csm_verify_problem(v, "history", "record %s: number %llu is version %u", name_of(s, text),
                           (unsigned long long)s->number, version.version);
    if ((version.op == CSM_HISTORY_INSERT) != (s->number == 1 || s->op == CSM_HISTORY_DELETE))
        csm_verify_problem(v, "history", "record %s: number %llu inserts what is there or changes what is not",
                           name_of(s, text), (unsigned long long)s->number);
    s->op = version.op;
    check_time(v, s, version.at);
    return CSM_OK;
}

static csm_status check_body(csm_verifier *v, stream_state *s, csm_str key, csm_str value)
{
    char text[CSM_ID_TEXT];
    csm_str body;
    csm_journal_entry entry;
    csm_status st = csm_stream_whole(&v->ctx, key, value, &body);
    if (st != CSM_OK)
        return csm_verify_damage(v, "history", st);
    if (stream_of(s) == CSM_STREAM_VERSIONS)
        return check_version(v, s, body);
    if (csm_journal_read(body, &entry))
        check_time(v, s, entry.at);
    else
        csm_verify_problem(v, "history", "record %s: number %llu of stream %u does not decode", name_of(s, text),
                           (unsigned long long)s->number, stream_of(s));
    return CSM_OK;
}

static csm_status check_entry(csm_verifier *v, csm_str key, csm_str value, void *user)
{
    stream_state *s = user;
    char text[CSM_ID_TEXT];
    v->counts->history++;
    if (key.len != CSM_STREAM_KEY && key.len != CSM_STREAM_KEY + 1) {
        csm_verify_problem(v, "history", "a key has %zu bytes", key.len);
        return CSM_OK;
    }
    if (!s->open || memcmp(s->prefix, key.ptr, sizeof(s->prefix)) != 0) {
        CSM_TRY(end_stream(v, s));
        *s = (stream_state){ .open = true };
        memcpy(s->prefix, key.ptr, sizeof(s->prefix));
    }
    uint64_t number = csm_take_u64(key.ptr + CSM_STREAM_PREFIX);
    if (key.len == CSM_STREAM_KEY + 1) {
        if (number != s->number || (uint8_t)key.ptr[CSM_STREAM_KEY] > s->pieces)
            csm_verify_problem(v, "history", "record %s: a piece of number %llu of stream %u belongs to nothing",
                               name_of(s, text), (unsigned long long)number, stream_of(s));
        return CSM_OK;
    }
    if (number != s->number + 1)
        csm_verify_problem(v, "history", "record %s: number %llu of stream %u follows %llu", name_of(s, text),
                           (unsigned long long)number, stream_of(s), (unsigned long long)s->number);
    s->number = number;
    s->pieces = value.len >= CSM_STREAM_HEAD ? (uint8_t)value.ptr[1] : 0;
    return check_body(v, s, key, value);
}

csm_status csm_verify_history(csm_verifier *v)
{
    stream_state s = { 0 };
    CSM_TRY(csm_verify_each(v, CSM_DB_HISTORY, check_entry, &s));
    return end_stream(v, &s);
}
