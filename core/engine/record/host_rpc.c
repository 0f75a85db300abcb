/* Arguments, replies, values under construction, errors and the small things handlers need. */
#include "engine/record/call.h"

#include "base/log.h"
#include "engine/query/kept.h"

#include <stdio.h>

#define PROPERTY_NAME_MAX 200u

/* ---- arguments and replies ---- */

static csm_value arg(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    if (position < in->count)
        return in->values[position];
    csm_ctx_stick(ctx, CSM_E_INVALID, "argument %u is asked for; %u are declared", position, in->count);
    return csm_nil();
}

static csm_status refuse_second(csm_ctx *ctx)
{
    return csm_ctx_stick(ctx, CSM_E_INTERNAL, "the call is answered twice");
}

static csm_status reply(csm_ctx *ctx, csm_reply *out, csm_value value)
{
    if (out->done)
        return refuse_second(ctx);
    if (out->writer != NULL)
        csm_write_value(out->writer, value);
    else if (csm_value_copy(ctx->arena, value, &out->value) != CSM_OK)
        return csm_ctx_nomem(ctx);
    out->done = true;
    return CSM_OK;
}

csm_status csm_reply_row(csm_ctx *ctx, csm_reply *out, const csm_row *row)
{
    if (out->done)
        return refuse_second(ctx);
    CSM_TRY(out->writer != NULL ? csm_row_write(ctx, row, out->writer) : csm_row_as_value(ctx, row, &out->value));
    out->done = true;
    return CSM_OK;
}

static csm_status reply_record(csm_ctx *ctx, csm_reply *out, csm_record *rec)
{
    if (rec == NULL)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "there is no record to answer with");
    return csm_reply_row(ctx, out, rec->seen);
}

static csm_status record_value(csm_ctx *ctx, csm_record *rec, csm_value *out)
{
    if (rec == NULL)
        return csm_ctx_stick(ctx, CSM_E_INVALID, "there is no record to show");
    return csm_row_as_value(ctx, rec->seen, out);
}

/* ---- lists and maps under construction ---- */

static csm_growing *find_growing(csm_ctx *ctx, const void *items, uint32_t count)
{
    csm_growing *oldest = &ctx->growing[0];

    for (size_t n = 0; n < sizeof(ctx->growing) / sizeof(ctx->growing[0]); n++) {
        csm_growing *g = &ctx->growing[n];

        if (items != NULL && g->items == items && g->count == count)
            return g;
        if (g->used < oldest->used)
            oldest = g;
    }
    oldest->items = NULL;
    return oldest;
}

/* Room for one more item behind @p items, in place when they were built here and nobody else added to them. */
static void *grow(csm_ctx *ctx, const void *items, uint32_t count, size_t size)
{
    csm_growing *g = find_growing(ctx, items, count);
    uint32_t cap = count < 4 ? 8 : count * 2;
    void *bigger;

    g->used = ++ctx->growing_tick;
    if (g->items != NULL && g->count < g->cap) {
        g->count++;
        return g->items;
    }
    bigger = csm_arena_array(ctx->arena, cap, size);
    if (bigger == NULL) {
        g->items = NULL;
        return NULL;
    }
    if (count > 0)
        memcpy(bigger, items, count * size);
    *g = (csm_growing){ .items = bigger, .count = count + 1, .cap = cap, .used = g->used };
    return bigger;
}

static csm_status list_add(csm_ctx *ctx, csm_value *list, csm_value item)
{
    csm_value *items, copy;

    if (list->type != CSM_T_LIST && !csm_is_nil(*list))
        return csm_ctx_stick(ctx, CSM_E_INVALID, "items are added to a list only");
    if (csm_value_copy(ctx->arena, item, &copy) != CSM_OK)
        return csm_ctx_nomem(ctx);
    items = grow(ctx, list->count > 0 ? list->list : NULL, list->count, sizeof(*items));
    if (items == NULL)
        return csm_ctx_nomem(ctx);
    items[list->count] = copy;
    *list = csm_list(items, list->count + 1);
    return CSM_OK;
}

static csm_status map_add(csm_ctx *ctx, csm_value *map, const char *key, csm_value item)
{
    csm_pair *pairs, pair;

    if (map->type != CSM_T_MAP && !csm_is_nil(*map))
        return csm_ctx_stick(ctx, CSM_E_INVALID, "pairs are added to a map only");
    pair.key = csm_arena_str(ctx->arena, csm_str_of(key));
    if (pair.key.ptr == NULL || csm_value_copy(ctx->arena, item, &pair.value) != CSM_OK)
        return csm_ctx_nomem(ctx);
    pairs = grow(ctx, map->count > 0 ? map->map : NULL, map->count, sizeof(*pairs));
    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    pairs[map->count] = pair;
    *map = csm_map(pairs, map->count + 1);
    return CSM_OK;
}

/* ---- memory, text, time ---- */

static void *alloc(csm_ctx *ctx, size_t size)
{
    void *memory = csm_arena_zalloc(ctx->arena, size);

    if (memory == NULL)
        csm_ctx_nomem(ctx);
    return memory;
}

static csm_str print(csm_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A text that could not be made must not pass for an empty one: the call fails. */
static csm_str print(csm_ctx *ctx, const char *fmt, ...)
{
    va_list args;
    csm_str text;

    va_start(args, fmt);
    text = csm_arena_vprintf(ctx->arena, fmt, args);
    va_end(args);
    if (text.ptr != NULL)
        return text;
    csm_ctx_stick(ctx, CSM_E_NOMEM, "out of memory");
    return CSM_STR("");
}

static csm_time now(csm_ctx *ctx)
{
    return ctx->now;
}

static const void *settings(csm_ctx *ctx)
{
    return ctx->plugin != NULL ? ctx->plugin->settings : NULL;
}

/* ---- errors ---- */

static void name_plugin(csm_ctx *ctx)
{
    if (ctx->plugin != NULL)
        snprintf(ctx->err.plugin, sizeof(ctx->err.plugin), "%s", ctx->plugin->id);
}

static csm_status fail(csm_ctx *ctx, csm_status code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static csm_status fail(csm_ctx *ctx, csm_status code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    csm_error_vset(&ctx->err, code, fmt, args);
    va_end(args);
    name_plugin(ctx);
    return code;
}

static csm_status fail_field(csm_ctx *ctx, csm_status code, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static csm_status fail_field(csm_ctx *ctx, csm_status code, const char *field, const char *fmt, ...)
{
    char text[sizeof(ctx->err.message)];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    csm_error_field(&ctx->err, code, field, "%s", text);
    name_plugin(ctx);
    return code;
}

static void hint(csm_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void hint(csm_ctx *ctx, const char *fmt, ...)
{
    char text[sizeof(ctx->err.hint)];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    csm_error_hint(&ctx->err, "%s", text);
}

static void reason(csm_ctx *ctx, const char *word)
{
    snprintf(ctx->err.reason, sizeof(ctx->err.reason), "%s", word);
}

/* ---- kept values ---- */

static csm_status counter_next(csm_ctx *ctx, const char *name, int64_t *out)
{
    csm_str key = csm_arena_printf(ctx->arena, "p:%s:%s", ctx->plugin != NULL ? ctx->plugin->id : "", name);

    if (key.ptr == NULL)
        return csm_ctx_nomem(ctx);
    if (ctx->txn == NULL)
        return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "this call only reads: it may not take a number");
    return csm_counter_take(ctx, key, 1, out);
}

/* The administrators' row, kept: nearly every call reads some. *found false when there is none. */
static csm_status find_property(csm_ctx *ctx, const char *name, csm_str *out, bool *found)
{
    const csm_mtable *table = csm_registry_table(ctx->reg, CSM_STR("sys_properties"));
    const csm_mfield *value = table != NULL ? csm_mtable_field(table, CSM_STR("value")) : NULL;
    char filter[PROPERTY_NAME_MAX + 6];
    csm_kept_rows rows;

    *found = false;
    if (value == NULL)
        return CSM_OK;
    if (strlen(name) > PROPERTY_NAME_MAX || strchr(name, '^') != NULL)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "\"%s\" is no name of a property", name);
    (void)snprintf(filter, sizeof(filter), "name=%s", name);
    CSM_TRY(csm_kept_find(ctx, table, csm_str_of(filter), &rows));
    *found = rows.count > 0;
    if (*found)
        *out = csm_value_text(csm_row_get(rows.items[0], value));
    return CSM_OK;
}

static csm_str property(csm_ctx *ctx, const char *name, const char *dflt)
{
    csm_str text = CSM_STR("");
    bool found;

    if (find_property(ctx, name, &text, &found) != CSM_OK) {
        csm_ctx_stick(ctx, ctx->err.code, "property \"%s\" cannot be read", name);
        return CSM_STR("");
    }
    if (found)
        return text.ptr != NULL ? text : CSM_STR("");
    for (uint32_t n = 0; n < ctx->reg->plugin_count; n++) {
        const csm_plugin *plugin = ctx->reg->plugins[n].decl;

        for (uint32_t k = 0; k < plugin->properties.count; k++)
            if (strcmp(plugin->properties.items[k].name, name) == 0 && plugin->properties.items[k].dflt != NULL)
                return csm_str_of(plugin->properties.items[k].dflt);
    }
    return csm_str_of(dflt);
}

/* ---- the rest ---- */

static void log_line(csm_ctx *ctx, uint32_t level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static void log_line(csm_ctx *ctx, uint32_t level, const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    csm_log(level <= CSM_LOG_DEBUG ? (csm_log_level)level : CSM_LOG_INFO, ctx->plugin != NULL ? ctx->plugin->id : "plugin", "%s",
            text);
}

/* 32 letters and digits that people do not mix up: five bits each, no bias. */
static csm_status random_text(csm_ctx *ctx, uint32_t length, csm_str *out)
{
    static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    char *text;

    if (length == 0 || length > 256)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "random text has 1 to 256 characters");
    text = csm_arena_alloc(ctx->arena, length + 1u);
    if (text == NULL)
        return csm_ctx_nomem(ctx);
    if (!csm_random(text, length))
        return csm_ctx_fail(ctx, CSM_E_IO, "the system gives no random bytes");
    for (uint32_t n = 0; n < length; n++)
        text[n] = alphabet[(uint8_t)text[n] % 32];
    text[length] = '\0';
    *out = (csm_str){ text, length };
    return CSM_OK;
}

static csm_status args_check(csm_ctx *ctx, const csm_param *params, uint32_t count, csm_value given, csm_value *out)
{
    csm_pair *pairs = csm_arena_array(ctx->arena, count, sizeof(*pairs));
    uint32_t kept = 0;
    csm_args args;

    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_args_parse(ctx, params, count, given, &args));
    for (uint32_t n = 0; n < count; n++)
        if (!csm_is_nil(args.values[n]))
            pairs[kept++] = (csm_pair){ csm_str_of(params[n].name), args.values[n] };
    *out = csm_map(pairs, kept);
    return CSM_OK;
}

const csm_rpc_api csm_host_rpc = {
    .size = sizeof(csm_rpc_api),
    .arg = arg,
    .reply = reply,
    .reply_record = reply_record,
    .record_value = record_value,
    .list_add = list_add,
    .map_add = map_add,
    .alloc = alloc,
    .printf = print,
    .now = now,
    .settings = settings,
    .fail = fail,
    .fail_field = fail_field,
    .hint = hint,
    .reason = reason,
    .counter_next = counter_next,
    .property = property,
    .log = log_line,
    .random_text = random_text,
    .args_check = args_check,
};
