/* Arguments by name, as clients and points give them, checked against their declaration. */
#include "engine/record/call.h"

#include "base/str.h"

#define NAMES_MAX 64u

static csm_status bad(csm_ctx *ctx, const csm_param *param, const char *what)
{
    return csm_error_field(&ctx->err, CSM_E_INVALID, param->name, "argument \"%s\": %s", param->name, what);
}

static csm_status as_id(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    csm_id id;

    if (in.type == CSM_T_TEXT && csm_id_parse(in.s, &id)) {
        *out = csm_id_value(id);
        return CSM_OK;
    }
    return bad(ctx, param, "an id of 32 hex digits is wanted");
}

static csm_status as_time(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    csm_time at;

    if (in.type == CSM_T_TEXT && csm_time_parse(in.s, &at)) {
        *out = csm_time_value(at);
        return CSM_OK;
    }
    return bad(ctx, param, "a time like 2026-01-31T10:00:00Z is wanted");
}

static csm_status as_date(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    int64_t days;

    if (in.type == CSM_T_TEXT && csm_date_parse(in.s, &days)) {
        *out = csm_date_value(days);
        return CSM_OK;
    }
    return bad(ctx, param, "a date like 2026-01-31 is wanted");
}

static csm_status as_decimal(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    int64_t millionths;

    if (in.type == CSM_T_TEXT && csm_parse_decimal(in.s, &millionths)) {
        *out = csm_decimal(millionths);
        return CSM_OK;
    }
    if (in.type == CSM_T_INT && in.i > INT64_MIN / 1000000 && in.i < INT64_MAX / 1000000) {
        *out = csm_decimal(in.i * 1000000);
        return CSM_OK;
    }
    return bad(ctx, param, "a decimal number as text is wanted");
}

static csm_status as_float(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    if (in.type == CSM_T_INT) {
        *out = csm_float((double)in.i);
        return CSM_OK;
    }
    return bad(ctx, param, "a number is wanted");
}

/* A list that names a table is one of ids. */
static csm_status as_ids(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    csm_value *items = csm_arena_array(ctx->arena, in.count, sizeof(*items));

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < in.count; n++) {
        items[n] = in.list[n];
        if (items[n].type != CSM_T_ID)
            CSM_TRY(as_id(ctx, param, in.list[n], &items[n]));
    }
    *out = csm_list(items, in.count);
    return CSM_OK;
}

static csm_status as_list(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    (void)in;
    (void)out;
    return bad(ctx, param, "a list is wanted");
}

static csm_status as_map(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    (void)in;
    (void)out;
    return bad(ctx, param, "a map is wanted");
}

static csm_status as_bool(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    (void)in;
    (void)out;
    return bad(ctx, param, "true or false is wanted");
}

static csm_status as_int(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    (void)in;
    (void)out;
    return bad(ctx, param, "a whole number is wanted");
}

static csm_status as_text(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    (void)in;
    (void)out;
    return bad(ctx, param, "text is wanted");
}

static csm_status as_bytes(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    if (in.type == CSM_T_TEXT) {
        *out = csm_bytes(in.s);
        return CSM_OK;
    }
    return bad(ctx, param, "bytes are wanted");
}

/* From another form into the type wanted; one that has no other form says what is wanted. */
static csm_status (*const converters[])(csm_ctx *, const csm_param *, csm_value, csm_value *) = {
    [CSM_T_BOOL] = as_bool, [CSM_T_INT] = as_int,   [CSM_T_FLOAT] = as_float,     [CSM_T_TEXT] = as_text, [CSM_T_BYTES] = as_bytes,
    [CSM_T_TIME] = as_time, [CSM_T_ID] = as_id,     [CSM_T_LIST] = as_list,       [CSM_T_MAP] = as_map,
    [CSM_T_DECIMAL] = as_decimal, [CSM_T_DATE] = as_date,
};

static csm_status check_range(csm_ctx *ctx, const csm_param *param, csm_value value)
{
    int64_t size;

    if (param->min == 0 && param->max == 0)
        return CSM_OK;
    switch (value.type) {
    case CSM_T_INT:
        size = value.i;
        break;
    case CSM_T_TEXT:
        size = (int64_t)csm_utf8_count(value.s);
        break;
    case CSM_T_LIST:
        size = value.count;
        break;
    default:
        return CSM_OK;
    }
    if (size >= param->min && size <= param->max)
        return CSM_OK;
    return csm_error_field(&ctx->err, CSM_E_INVALID, param->name, "argument \"%s\": %s %lld is not within %lld to %lld", param->name,
                           value.type == CSM_T_INT ? "the value" : "the length", (long long)size, (long long)param->min,
                           (long long)param->max);
}

static csm_status convert(csm_ctx *ctx, const csm_param *param, csm_value in, csm_value *out)
{
    *out = in;
    if (param->type != CSM_T_NIL && in.type != param->type) {
        if (param->type >= sizeof(converters) / sizeof(converters[0]))
            return csm_ctx_fail(ctx, CSM_E_INTERNAL, "argument \"%s\" is declared with type %u", param->name, param->type);
        CSM_TRY(converters[param->type](ctx, param, in, out));
    }
    CSM_TRY(check_range(ctx, param, *out));
    return param->type == CSM_T_LIST && param->table != NULL ? as_ids(ctx, param, *out, out) : CSM_OK;
}

/* A default is text in wire form. */
static csm_status default_value(csm_ctx *ctx, const csm_param *param, csm_value *out)
{
    csm_str text = csm_str_of(param->dflt);
    csm_value parsed = csm_text(text);
    int64_t number;

    if (param->type == CSM_T_BOOL)
        parsed = csm_bool(csm_str_is(text, "true"));
    else if (param->type == CSM_T_INT && csm_parse_int(text, &number))
        parsed = csm_int(number);
    return convert(ctx, param, parsed, out);
}

static const csm_param *find(const csm_param *params, uint32_t count, csm_str name)
{
    for (uint32_t n = 0; n < count; n++)
        if (csm_str_is(name, params[n].name))
            return &params[n];
    return NULL;
}

static csm_status check_names(csm_ctx *ctx, const csm_param *params, uint32_t count, csm_value given)
{
    const char *names[NAMES_MAX];

    for (uint32_t n = 0; n < given.count; n++) {
        csm_str name = given.map[n].key;
        const char *nearest;
        uint32_t known = count < NAMES_MAX ? count : NAMES_MAX;

        if (find(params, count, name) != NULL)
            continue;
        for (uint32_t k = 0; k < known; k++)
            names[k] = params[k].name;
        nearest = csm_str_nearest(name, names, known);
        csm_ctx_fail(ctx, CSM_E_INVALID, "there is no argument \"%.*s\"%s%s%s", CSM_STR_FMT(name),
                     nearest != NULL ? "; \"" : "", nearest != NULL ? nearest : "", nearest != NULL ? "\" is meant?" : "");
        return CSM_E_INVALID;
    }
    return CSM_OK;
}

csm_status csm_args_parse(csm_ctx *ctx, const csm_param *params, uint32_t count, csm_value given, csm_args *out)
{
    csm_value *values = csm_arena_array(ctx->arena, count, sizeof(*values));

    if (values == NULL)
        return csm_ctx_nomem(ctx);
    if (!csm_is_nil(given) && given.type != CSM_T_MAP)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "arguments are a map of names to values");
    if (given.type == CSM_T_MAP)
        CSM_TRY(check_names(ctx, params, count, given));
    for (uint32_t n = 0; n < count; n++) {
        const csm_value *value = csm_map_get(&given, params[n].name);

        if (value != NULL && !csm_is_nil(*value))
            CSM_TRY(convert(ctx, &params[n], *value, &values[n]));
        else if (params[n].dflt != NULL)
            CSM_TRY(default_value(ctx, &params[n], &values[n]));
        else if ((params[n].flags & CSM_PARAM_REQUIRED) != 0)
            return bad(ctx, &params[n], "it is required");
    }
    *out = (csm_args){ .params = params, .count = count, .values = values };
    return CSM_OK;
}
