/* Questions and answers. The questions of an item are rows: its own and those of its sets; the answers are a map on the
 * requested item, checked as the arguments of a method are. */
#include "catalog.h"

#define VARIABLES_MAX 200u

typedef struct question {
    csm_record *row;
    csm_param param;
} question;

typedef struct questions {
    question *items;
    csm_param *params;
    uint32_t count;
} questions;

static uint32_t type_of(csm_str kind)
{
    static const struct {
        const char *kind;
        uint32_t type;
    } types[] = { { "int", CSM_T_INT }, { "bool", CSM_T_BOOL }, { "date", CSM_T_DATE }, { "datetime", CSM_T_TIME },
                  { "reference", CSM_T_ID } };

    for (size_t n = 0; n < sizeof(types) / sizeof(types[0]); n++)
        if (csm_str_is(kind, types[n].kind))
            return types[n].type;
    return CSM_T_TEXT;
}

/* The row as a parameter: name, type, default, length. */
static csm_status as_param(csm_ctx *ctx, csm_str name, csm_str kind, csm_str dflt, csm_param *out)
{
    csm_str name_text = csm_str_copy(ctx, name), dflt_text = csm_str_copy(ctx, dflt);

    if (name_text.ptr == NULL || dflt_text.ptr == NULL)
        return CSM_E_NOMEM;
    *out = (csm_param){ .name = name_text.ptr, .type = type_of(kind), .dflt = dflt.len > 0 ? dflt_text.ptr : NULL };
    if (out->type == CSM_T_TEXT)
        out->max = csm_str_is(kind, "text") ? 4000 : 255;
    return CSM_OK;
}

static csm_status gather_from(csm_ctx *ctx, const char *by, csm_value owner, questions *qs)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, VARIABLE, &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, owner);
    csm_query_order(ctx, q, "order", CSM_ASC);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        question *one = &qs->items[qs->count];

        if (qs->count == VARIABLES_MAX) {
            st = csm_fail(ctx, CSM_E_LIMIT, "an item asks at most %u questions", VARIABLES_MAX);
            break;
        }
        if ((st = csm_record_get(ctx, VARIABLE, csm_record_id(ctx, row), &one->row)) != CSM_OK ||
            (st = as_param(ctx, csm_record_text(ctx, row, "name"), csm_record_text(ctx, row, "type"),
                           csm_record_text(ctx, row, "default_value"), &one->param)) != CSM_OK)
            break;
        qs->params[qs->count++] = one->param;
    }
    csm_query_close(ctx, q);
    return st;
}

static csm_status gather(csm_ctx *ctx, csm_id item, questions *qs)
{
    csm_record *row;
    csm_value sets;

    qs->items = csm_alloc(ctx, VARIABLES_MAX * sizeof(*qs->items));
    qs->params = csm_alloc(ctx, VARIABLES_MAX * sizeof(*qs->params));
    if (qs->items == NULL || qs->params == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_get(ctx, ITEM, item, &row));
    sets = csm_record_value(ctx, row, "variable_sets");
    for (uint32_t n = 0; sets.type == CSM_T_LIST && n < sets.count; n++)
        CSM_TRY(gather_from(ctx, "variable_set", sets.list[n], qs));
    return gather_from(ctx, "cat_item", csm_id_value(item), qs);
}

/* ---- one answer ---- */

static bool is_choice(csm_str choices, csm_str value)
{
    size_t from = 0;

    for (size_t n = 0; n <= choices.len; n++) {
        if (n < choices.len && choices.ptr[n] != ',')
            continue;
        while (from < n && choices.ptr[from] == ' ')
            from++;
        if (csm_str_eq((csm_str){ choices.ptr + from, n - from }, value))
            return true;
        from = n + 1;
    }
    return false;
}

static bool is_email(csm_str text)
{
    const char *at = memchr(text.ptr, '@', text.len);

    return at != NULL && at > text.ptr && (size_t)(at - text.ptr) + 1 < text.len && memchr(text.ptr, ' ', text.len) == NULL &&
           memchr(at + 1, '@', text.len - (size_t)(at - text.ptr) - 1) == NULL;
}

/* A row that is not there, or not for the one who answers, is no answer. */
static csm_status check_reference(csm_ctx *ctx, const question *q, csm_value value)
{
    csm_str table = csm_str_copy(ctx, csm_record_text(ctx, q->row, "reference"));
    bool may = false;

    if (table.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_caller_can(ctx, table.ptr, csm_value_id(value), CSM_OP_READ, &may));
    return may ? CSM_OK : csm_fail_field(ctx, CSM_E_INVALID, q->param.name, "variable \"%s\": there is no such %s", q->param.name,
                                         table.ptr);
}

static csm_status check_answer(csm_ctx *ctx, const question *q, csm_value value)
{
    csm_str kind = csm_record_text(ctx, q->row, "type"), choices = csm_record_text(ctx, q->row, "choices");

    if (csm_str_is(kind, "reference"))
        return check_reference(ctx, q, value);
    if (csm_str_is(kind, "choice") && !is_choice(choices, csm_value_text(value)))
        return csm_fail_field(ctx, CSM_E_INVALID, q->param.name, "variable \"%s\": one of %.*s", q->param.name,
                              CSM_STR_FMT(choices));
    if (csm_str_is(kind, "email") && !is_email(csm_value_text(value)))
        return csm_fail_field(ctx, CSM_E_INVALID, q->param.name, "variable \"%s\": an e-mail address is wanted", q->param.name);
    return CSM_OK;
}

static bool is_empty(const csm_value *value)
{
    return value == NULL || csm_is_nil(*value) || (value->type == CSM_T_TEXT && value->s.len == 0);
}

/* All that is missing, not just the first of it. */
static csm_status check_missing(csm_ctx *ctx, const questions *qs, const csm_value *taken)
{
    const char *first = NULL;
    csm_str names = CSM_STR("");

    for (uint32_t n = 0; n < qs->count; n++) {
        if (!csm_record_bool(ctx, qs->items[n].row, "mandatory") || !is_empty(csm_map_get(taken, qs->params[n].name)))
            continue;
        names = csm_printf(ctx, "%.*s%s\"%s\"", CSM_STR_FMT(names), first != NULL ? ", " : "", qs->params[n].name);
        if (names.ptr == NULL)
            return CSM_E_NOMEM;
        if (first == NULL)
            first = qs->params[n].name;
    }
    if (first == NULL)
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_INVALID, first, "these variables must be answered: %.*s", CSM_STR_FMT(names));
}

csm_status answers_check(csm_ctx *ctx, csm_id item, csm_value given, csm_value *out)
{
    questions qs = { 0 };
    csm_value taken;

    if (csm_id_is_none(item))
        return csm_fail_field(ctx, CSM_E_INVALID, "cat_item", "field \"cat_item\": what is ordered must be named");
    CSM_TRY(gather(ctx, item, &qs));
    CSM_TRY(csm_args_check(ctx, qs.params, qs.count, given, &taken));
    CSM_TRY(check_missing(ctx, &qs, &taken));
    *out = csm_map(NULL, 0);
    for (uint32_t n = 0; n < qs.count; n++) {
        const csm_value *value = csm_map_get(&taken, qs.params[n].name), *said = csm_map_get(&given, qs.params[n].name);

        if (is_empty(value))
            continue;
        CSM_TRY(check_answer(ctx, &qs.items[n], *value));
        if (value->type != CSM_T_TEXT && value->type != CSM_T_INT && value->type != CSM_T_BOOL)
            CSM_TRY(csm_map_add(ctx, out, qs.params[n].name, is_empty(said) ? csm_ctext(qs.params[n].dflt) : *said));
        else
            CSM_TRY(csm_map_add(ctx, out, qs.params[n].name, *value));
    }
    return CSM_OK;
}

/* ---- a question ---- */

static csm_status check_once(csm_ctx *ctx, csm_change *ch, const char *by)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, VARIABLE, &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, csm_change_new(ctx, ch, by));
    csm_query_where(ctx, q, "name", CSM_OP_EQ, csm_change_new(ctx, ch, "name"));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if (!csm_id_eq(csm_record_id(ctx, row), csm_change_id(ctx, ch))) {
            st = csm_fail_field(ctx, CSM_E_EXISTS, "name", "field \"name\": this is asked already");
            break;
        }
    csm_query_close(ctx, q);
    return st;
}

/* What nobody could answer is refused when it is asked. */
csm_status variable_check(csm_ctx *ctx, csm_change *ch)
{
    csm_str kind = csm_change_new_text(ctx, ch, "type"), table = csm_str_copy(ctx, csm_change_new_text(ctx, ch, "reference"));
    bool own = !csm_is_nil(csm_change_new(ctx, ch, "cat_item")), of_set = !csm_is_nil(csm_change_new(ctx, ch, "variable_set"));
    csm_value taken;
    csm_param param;

    if (table.ptr == NULL)
        return CSM_E_NOMEM;
    if (own == of_set)
        return csm_fail_field(ctx, CSM_E_INVALID, "cat_item", "a variable belongs to an item or to a set");
    if (csm_str_is(kind, "reference") && (table.len == 0 || !csm_table_has_field(ctx, table.ptr, "sys_id")))
        return csm_fail_field(ctx, CSM_E_INVALID, "reference", "field \"reference\": there is no table \"%s\"", table.ptr);
    if (csm_str_is(kind, "choice") && csm_change_new_text(ctx, ch, "choices").len == 0)
        return csm_fail_field(ctx, CSM_E_INVALID, "choices", "field \"choices\": a choice needs something to choose from");
    CSM_TRY(as_param(ctx, csm_change_new_text(ctx, ch, "name"), kind, csm_change_new_text(ctx, ch, "default_value"), &param));
    CSM_TRY(csm_args_check(ctx, &param, 1, csm_map(NULL, 0), &taken));
    return check_once(ctx, ch, own ? "cat_item" : "variable_set");
}
