/* Assignments as text: parsed once when a registry is prepared, applied by transitions and seeds. */
#include "engine/rule/change.h"

#include "base/str.h"

#define ASSIGN_MAX 200u

bool csm_value_is_text(csm_value value, const char *text)
{
    int64_t number;

    switch (value.type) {
    case CSM_T_NIL:
        return text[0] == '\0';
    case CSM_T_TEXT:
        return csm_str_is(value.s, text);
    case CSM_T_INT:
        return csm_parse_int(csm_str_of(text), &number) && number == value.i;
    case CSM_T_BOOL:
        return csm_str_is(value.b ? CSM_STR("true") : CSM_STR("false"), text);
    default:
        return false;
    }
}

static csm_status bad_kind(const csm_mfield *field, csm_str text, csm_error *err)
{
    return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": \"%.*s\" does not fit its type", field->name,
                           CSM_STR_FMT(text));
}

static csm_status parse_key(const csm_mfield *field, csm_str text, csm_assign *out, csm_error *err)
{
    csm_str rest = { text.ptr + 5, text.len - 5 };
    size_t slash = csm_str_find(rest, CSM_STR("/"), 0);

    if (slash == SIZE_MAX || slash == 0 || slash + 1 == rest.len)
        return bad_kind(field, text, err);
    if (field->type != CSM_F_REF && field->type != CSM_F_LIST && field->type != CSM_F_DOCUMENT)
        return bad_kind(field, text, err);
    out->kind = CSM_ASSIGN_KEY;
    out->key_table = (csm_str){ rest.ptr, slash };
    out->key = (csm_str){ rest.ptr + slash + 1, rest.len - slash - 1 };
    return CSM_OK;
}

static csm_status parse_value(const csm_mfield *field, csm_str text, csm_arena *arena, csm_assign *out, csm_error *err)
{
    if (csm_str_is(text, "@me")) {
        if (field->type != CSM_F_REF && field->type != CSM_F_TEXT)
            return bad_kind(field, text, err);
        out->kind = CSM_ASSIGN_ME;
        return CSM_OK;
    }
    if (csm_str_is(text, "@now") || csm_str_is(text, "@today")) {
        if (field->type != CSM_F_TIME && field->type != CSM_F_DATE)
            return bad_kind(field, text, err);
        out->kind = field->type == CSM_F_TIME ? CSM_ASSIGN_NOW : CSM_ASSIGN_TODAY;
        return CSM_OK;
    }
    if (csm_str_starts(text, CSM_STR("@key:")))
        return parse_key(field, text, out, err);
    out->kind = CSM_ASSIGN_VALUE;
    out->value = csm_nil();
    if (text.len == 0)
        return CSM_OK;
    if (field->type == CSM_F_JOURNAL) {
        out->value = csm_text(text);
        return CSM_OK;
    }
    return csm_mfield_parse(field, text, arena, &out->value, err);
}

/* Takes the next assignment off @p rest: up to a "^" that is not doubled. */
static csm_str next_part(csm_str *rest, bool *doubled)
{
    csm_str part = { rest->ptr, 0 };

    *doubled = false;
    while (part.len < rest->len && rest->ptr[part.len] != '^') {
        part.len++;
        while (part.len + 1 < rest->len && rest->ptr[part.len] == '^' && rest->ptr[part.len + 1] == '^') {
            part.len += 2;
            *doubled = true;
        }
    }
    rest->ptr += part.len < rest->len ? part.len + 1 : part.len;
    rest->len -= part.len < rest->len ? part.len + 1 : part.len;
    return part;
}

/* The text with each doubled "^" once. ptr NULL: out of memory. */
static csm_str undouble(csm_arena *arena, csm_str text)
{
    char *out = csm_arena_alloc(arena, text.len + 1);
    size_t len = 0;

    if (out == NULL)
        return (csm_str){ 0 };
    for (size_t n = 0; n < text.len; n++) {
        out[len++] = text.ptr[n];
        n += text.ptr[n] == '^';
    }
    out[len] = '\0';
    return (csm_str){ out, len };
}

csm_status csm_assign_parse(const csm_mtable *table, csm_str text, csm_arena *arena, csm_assign_list *out, csm_error *err)
{
    csm_assign_list list = { 0 };
    csm_str rest = text;
    uint32_t terms = 1;

    for (size_t n = 0; n < text.len; n++)
        terms += text.ptr[n] == '^';
    if (terms > ASSIGN_MAX)
        return csm_error_set(err, CSM_E_LIMIT, "more than %u assignments", ASSIGN_MAX);
    list.items = csm_arena_array(arena, terms, sizeof(*list.items));
    if (list.items == NULL)
        return csm_error_nomem(err);
    while (rest.len > 0) {
        csm_assign *item = &list.items[list.count];
        bool doubled;
        csm_str part = next_part(&rest, &doubled);
        size_t equal = csm_str_find(part, CSM_STR("="), 0);

        if (part.len == 0)
            continue;
        if (doubled) {
            part = undouble(arena, part);
            if (part.ptr == NULL)
                return csm_error_nomem(err);
        }
        if (equal == SIZE_MAX)
            return csm_error_set(err, CSM_E_INVALID, "\"%.*s\" is not field=value", CSM_STR_FMT(part));
        CSM_TRY(csm_mtable_get_field(table, (csm_str){ part.ptr, equal }, &item->field, err));
        CSM_TRY(parse_value(item->field, (csm_str){ part.ptr + equal + 1, part.len - equal - 1 }, arena, item, err));
        list.count++;
    }
    *out = list;
    return CSM_OK;
}

csm_value csm_assign_value(csm_ctx *ctx, const csm_assign *assign)
{
    int64_t day = ctx->now / CSM_DAY - (ctx->now % CSM_DAY < 0);

    switch (assign->kind) {
    case CSM_ASSIGN_ME:
        if (assign->field->type == CSM_F_TEXT)
            return csm_text(ctx->caller->user_name);
        return csm_id_is_none(ctx->caller->user) ? csm_nil() : csm_id_value(ctx->caller->user);
    case CSM_ASSIGN_NOW:
        return csm_time_value(ctx->now);
    case CSM_ASSIGN_TODAY:
        return csm_date_value(day);
    default:
        return assign->value;
    }
}
