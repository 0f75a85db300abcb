/* Errors, arguments, replies, values under construction, texts, settings and points as plain functions; what each does is told
 * at the member of csm_rpc_api. */
#ifndef CSM_RPC_CALLS_H
#define CSM_RPC_CALLS_H

#include <csm/record_calls.h>

/* Errors and texts, formatted. */
#define csm_fail(ctx, code, ...) ((CSM_HOST(ctx)->rpc->fail)((ctx), (code), __VA_ARGS__)) /* also where "fail" is a macro */
#define csm_fail_field(ctx, code, field, ...) (CSM_HOST(ctx)->rpc->fail_field((ctx), (code), (field), __VA_ARGS__))
#define csm_hint(ctx, ...) (CSM_HOST(ctx)->rpc->hint((ctx), __VA_ARGS__))
#define csm_reason(ctx, word) (CSM_HOST(ctx)->rpc->reason((ctx), (word)))
#define csm_printf(ctx, ...) (CSM_HOST(ctx)->rpc->printf((ctx), __VA_ARGS__))
#define csm_log_info(ctx, ...) (CSM_HOST(ctx)->rpc->log((ctx), 2, __VA_ARGS__))

static inline csm_value csm_arg(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return CSM_HOST(ctx)->rpc->arg(ctx, in, position);
}

static inline int64_t csm_arg_int(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return csm_value_int(csm_arg(ctx, in, position));
}

static inline bool csm_arg_bool(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return csm_value_bool(csm_arg(ctx, in, position));
}

static inline csm_str csm_arg_text(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return csm_value_text(csm_arg(ctx, in, position));
}

static inline csm_id csm_arg_id(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return csm_value_id(csm_arg(ctx, in, position));
}

static inline csm_status csm_args_check(csm_ctx *ctx, const csm_param *params, uint32_t count, csm_value given, csm_value *out)
{
    return CSM_HOST(ctx)->rpc->args_check(ctx, params, count, given, out);
}

static inline csm_status csm_reply_value(csm_ctx *ctx, csm_reply *out, csm_value value)
{
    return CSM_HOST(ctx)->rpc->reply(ctx, out, value);
}

static inline csm_status csm_reply_int(csm_ctx *ctx, csm_reply *out, int64_t value)
{
    return csm_reply_value(ctx, out, csm_int(value));
}

static inline csm_status csm_reply_record(csm_ctx *ctx, csm_reply *out, csm_record *rec)
{
    return CSM_HOST(ctx)->rpc->reply_record(ctx, out, rec);
}

static inline csm_status csm_record_as_value(csm_ctx *ctx, csm_record *rec, csm_value *out)
{
    return CSM_HOST(ctx)->rpc->record_value(ctx, rec, out);
}

static inline csm_status csm_list_add(csm_ctx *ctx, csm_value *list, csm_value item)
{
    return CSM_HOST(ctx)->rpc->list_add(ctx, list, item);
}

/* Adds an id; none adds nothing. */
static inline csm_status csm_list_add_id(csm_ctx *ctx, csm_value *list, csm_id id)
{
    return csm_id_is_none(id) ? CSM_OK : csm_list_add(ctx, list, csm_id_value(id));
}

static inline csm_status csm_map_add(csm_ctx *ctx, csm_value *map, const char *key, csm_value item)
{
    return CSM_HOST(ctx)->rpc->map_add(ctx, map, key, item);
}

static inline void *csm_alloc(csm_ctx *ctx, size_t size)
{
    return CSM_HOST(ctx)->rpc->alloc(ctx, size);
}

/* A copy with a NUL behind it, in the arena of the call: for calls that take names. ptr NULL: out of memory. */
static inline csm_str csm_str_copy(csm_ctx *ctx, csm_str s)
{
    char *bytes = (char *)csm_alloc(ctx, s.len + 1);
    csm_str out = { bytes, bytes != NULL ? s.len : 0 };

    if (bytes != NULL) {
        if (s.len > 0)
            memcpy(bytes, s.ptr, s.len);
        bytes[s.len] = '\0';
    }
    return out;
}

/* Takes the next of several names, separated by commas or blanks, off @p rest; false when none is left. Borrowed from @p rest. */
static inline bool csm_names_next(csm_str *rest, csm_str *name)
{
    size_t from = 0, to;

    while (from < rest->len && (rest->ptr[from] == ',' || rest->ptr[from] == ' '))
        from++;
    for (to = from; to < rest->len && rest->ptr[to] != ',' && rest->ptr[to] != ' ';)
        to++;
    if (to == from)
        return false;
    name->ptr = rest->ptr + from;
    name->len = to - from;
    rest->ptr += to;
    rest->len -= to;
    return true;
}

static inline bool csm_names_have(csm_str names, csm_str wanted)
{
    csm_str name;

    while (csm_names_next(&names, &name))
        if (csm_str_eq(name, wanted))
            return true;
    return false;
}

/* The 32 hex digits of an id, with a NUL behind them, in the arena of the call: keys of jobs. ptr NULL: out of memory. */
static inline csm_str csm_id_text(csm_ctx *ctx, csm_id id)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = (char *)csm_alloc(ctx, 2 * sizeof(id.b) + 1);
    csm_str out = { hex, hex != NULL ? 2 * sizeof(id.b) : 0 };

    for (size_t n = 0; hex != NULL && n < sizeof(id.b); n++) {
        hex[2 * n] = digits[id.b[n] >> 4];
        hex[2 * n + 1] = digits[id.b[n] & 15];
    }
    return out;
}

static inline csm_time csm_now(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->rpc->now(ctx);
}

static inline const void * csm_settings(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->rpc->settings(ctx);
}

static inline csm_status csm_counter_next(csm_ctx *ctx, const char *name, int64_t *out)
{
    return CSM_HOST(ctx)->rpc->counter_next(ctx, name, out);
}

static inline csm_str csm_property_text(csm_ctx *ctx, const char *name, const char *dflt)
{
    return CSM_HOST(ctx)->rpc->property(ctx, name, dflt);
}

static inline bool csm_property_is_true(csm_ctx *ctx, const char *name)
{
    return csm_str_is(csm_property_text(ctx, name, "false"), "true");
}

/* A whole number of 0 or more; what an administrator wrote that is none within the limits counts as dflt. */
static inline int64_t csm_property_int(csm_ctx *ctx, const char *name, int64_t dflt, int64_t min, int64_t max)
{
    csm_str text = csm_property_text(ctx, name, "");
    int64_t value = 0;

    if (text.len == 0 || text.len > 15)
        return dflt;
    for (size_t n = 0; n < text.len; n++) {
        if (text.ptr[n] < '0' || text.ptr[n] > '9')
            return dflt;
        value = value * 10 + (text.ptr[n] - '0');
    }
    return value >= min && value <= max ? value : dflt;
}

static inline csm_status csm_random_text(csm_ctx *ctx, uint32_t length, csm_str *out)
{
    return CSM_HOST(ctx)->rpc->random_text(ctx, length, out);
}

static inline csm_status csm_point_call(csm_ctx *ctx, const char *point, csm_value in, csm_value *out)
{
    return CSM_HOST(ctx)->point->call(ctx, point, in, out);
}

#endif
