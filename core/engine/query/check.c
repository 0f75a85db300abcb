/* What both forms of a filter have in common: paths, operators that fit a field, operands of its type, orders.
 * Everything a filter may get wrong is refused here, by name. */
#include "engine/query/expr.h"

#include "base/str.h"

/* Signs that begin with another one stand before it. */
const csm_operator csm_operators[] = {
    { "!=", "!=", CSM_OP_EQ, true, CSM_TAKES_ONE },
    { "<=", "<=", CSM_OP_LE, false, CSM_TAKES_ONE },
    { ">=", ">=", CSM_OP_GE, false, CSM_TAKES_ONE },
    { "=", "=", CSM_OP_EQ, false, CSM_TAKES_ONE },
    { "<", "<", CSM_OP_LT, false, CSM_TAKES_ONE },
    { ">", ">", CSM_OP_GT, false, CSM_TAKES_ONE },
    { "NOT IN", "not in", CSM_OP_EQ, true, CSM_TAKES_MANY },
    { "NOT LIKE", "not like", CSM_OP_LIKE, true, CSM_TAKES_ONE },
    { "IN", "in", CSM_OP_EQ, false, CSM_TAKES_MANY },
    { "LIKE", "like", CSM_OP_LIKE, false, CSM_TAKES_ONE },
    { "STARTSWITH", "starts", CSM_OP_STARTS, false, CSM_TAKES_ONE },
    { "ENDSWITH", "ends", CSM_OP_ENDS, false, CSM_TAKES_ONE },
    { "ISNOTEMPTY", "not empty", CSM_OP_EMPTY, true, CSM_TAKES_NONE },
    { "ISEMPTY", "empty", CSM_OP_EMPTY, false, CSM_TAKES_NONE },
    { "BETWEEN", "between", CSM_OP_BETWEEN, false, CSM_TAKES_TWO },
    { "CHANGESFROM", "changes from", CSM_OP_CHANGES_FROM, false, CSM_TAKES_ONE },
    { "CHANGESTO", "changes to", CSM_OP_CHANGES_TO, false, CSM_TAKES_ONE },
    { "CHANGES", "changes", CSM_OP_CHANGES, false, CSM_TAKES_NONE },
};
const size_t csm_operator_count = sizeof(csm_operators) / sizeof(csm_operators[0]);

/* ---- paths ---- */

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The look-up's own words, as a fault of the filter. */
static csm_status unknown_field(const csm_mtable *table, csm_str name, csm_error *err)
{
    const csm_mfield *field;
    csm_error found = { 0 };
    csm_status st = csm_mtable_get_field(table, name, &field, &found);

    if (st == CSM_OK)
        return csm_error_set(err, CSM_E_INVALID, "\"%.*s\" is no field of %s", CSM_STR_FMT(name), table->name);
    if (err != NULL)
        *err = found;
    return st;
}

/* The table that a dot after @p field leads to. */
static csm_status next_table(const csm_mfield *field, uint32_t count, const csm_mtable **out, csm_error *err)
{
    if (count > CSM_WALK_MAX)
        return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\": a path follows at most %d references",
                               field->name, CSM_WALK_MAX);
    if (field->type != CSM_F_REF || field->ref == NULL)
        return csm_error_field(err, CSM_E_INVALID, field->name, "field \"%s\" is no reference: nothing follows a \".\"",
                               field->name);
    *out = field->ref;
    return CSM_OK;
}

csm_status csm_path_find(const csm_mtable *table, csm_str text, csm_path *out, csm_error *err)
{
    csm_str rest = text, part;
    csm_path path = { .count = 0 };

    if (text.len == 0)
        return csm_error_set(err, CSM_E_INVALID, "the name of a field is missing");
    while (csm_str_split(&rest, '.', &part)) {
        if (path.count > 0)
            CSM_TRY(next_table(path.steps[path.count - 1], path.count, &table, err));
        path.steps[path.count] = csm_mtable_field(table, part);
        if (path.steps[path.count] == NULL)
            return unknown_field(table, part, err);
        path.count++;
    }
    *out = path;
    return CSM_OK;
}

/* The longest field of @p table at the front. Field names and operators may run into each other ("stateIN1,2"). */
static const csm_mfield *front_field(const csm_mtable *table, csm_str text, size_t *len)
{
    size_t most = 0;

    while (most < text.len && name_char(text.ptr[most]))
        most++;
    for (size_t n = most; n > 0; n--) {
        csm_str name = { text.ptr, n };
        const csm_mfield *field = csm_mtable_field(table, name);

        if (field != NULL) {
            *len = n;
            return field;
        }
    }
    /* For the message: names are lower-case, operators are not. */
    for (*len = 0; *len < most && !(text.ptr[*len] >= 'A' && text.ptr[*len] <= 'Z');)
        ++*len;
    if (*len == 0)
        *len = most;
    return NULL;
}

csm_status csm_path_scan(const csm_mtable *table, csm_str text, csm_path *out, csm_str *rest, csm_error *err)
{
    csm_path path = { .count = 0 };
    csm_str at = text;

    for (;;) {
        size_t len;
        const csm_mfield *field = front_field(table, at, &len);

        if (field == NULL && len == 0)
            return csm_error_set(err, CSM_E_INVALID, "the name of a field is missing at \"%.*s\"",
                                 (int)(at.len < 40 ? at.len : 40), at.ptr);
        if (field == NULL)
            return unknown_field(table, (csm_str){ at.ptr, len }, err);
        path.steps[path.count++] = field;
        at.ptr += len;
        at.len -= len;
        if (at.len == 0 || at.ptr[0] != '.')
            break;
        CSM_TRY(next_table(field, path.count, &table, err));
        at.ptr++;
        at.len--;
    }
    *out = path;
    *rest = at;
    return CSM_OK;
}

/* ---- operator and field ---- */

static bool fits(const csm_mfield *field, csm_op op)
{
    switch (op) {
    case CSM_OP_EMPTY:
        return field->type != CSM_F_JOURNAL;
    case CSM_OP_CHANGES:
        return true;
    case CSM_OP_EQ:
    case CSM_OP_CHANGES_TO:
    case CSM_OP_CHANGES_FROM:
        return csm_field_element(field) >= 0;
    case CSM_OP_LIKE:
        return csm_field_is_text(field) || field->type == CSM_F_LIST;
    case CSM_OP_STARTS:
    case CSM_OP_ENDS:
        return csm_field_is_text(field);
    default:
        return csm_field_is_ordered(field) && field->type != CSM_F_BOOL;
    }
}

static bool is_change(csm_op op)
{
    return op == CSM_OP_CHANGES || op == CSM_OP_CHANGES_TO || op == CSM_OP_CHANGES_FROM;
}

static csm_status check_operator(const csm_parse *parse, const csm_path *path, const csm_operator *op)
{
    const csm_mfield *field = path->steps[path->count - 1];

    for (uint32_t n = 0; n < path->count && !parse->options.trusted; n++)
        if ((path->steps[n]->flags & CSM_HIDDEN) != 0)
            return csm_error_field(parse->err, CSM_E_INVALID, path->steps[n]->name,
                                   "field \"%s\" may not be used in a condition", path->steps[n]->name);
    if (is_change(op->op) && (!parse->options.changes || path->count > 1))
        return csm_error_field(parse->err, CSM_E_INVALID, field->name, "field \"%s\": operator %s is for conditions on a "
                               "change of the record itself", field->name, op->sign);
    if (field->type == CSM_F_JOURNAL && op->op != CSM_OP_CHANGES)
        return csm_error_field(parse->err, CSM_E_INVALID, field->name,
                               "field \"%s\" is a journal: it may not be used in a condition", field->name);
    if (!fits(field, op->op))
        return csm_error_field(parse->err, CSM_E_INVALID, field->name, "field \"%s\": operator %s does not fit its type",
                               field->name, op->sign);
    return CSM_OK;
}

/* ---- operands ---- */

static bool is_order(csm_op op)
{
    return op == CSM_OP_LT || op == CSM_OP_LE || op == CSM_OP_GT || op == CSM_OP_GE || op == CSM_OP_BETWEEN;
}

static bool is_pattern(const csm_mfield *field, csm_op op)
{
    return csm_field_is_text(field) && (op == CSM_OP_LIKE || op == CSM_OP_STARTS || op == CSM_OP_ENDS);
}

/* Bounds and patterns need not be values the field could hold, only of its type. */
static csm_mfield loosened(const csm_mfield *field, csm_op op)
{
    csm_mfield loose = *field;

    if (is_order(op) || is_pattern(field, op)) {
        loose.choices = NULL;
        loose.choice_count = 0;
        loose.min = loose.max = 0;
        loose.length = 4000;
    }
    if (is_pattern(field, op))
        loose.type = CSM_F_TEXT; /* part of a zone or condition */
    return loose;
}

static csm_status check_class(const csm_parse *parse, const csm_mfield *field, csm_op op, csm_value value)
{
    const csm_mtable *table;
    csm_status st;

    if (field->id != CSM_FID_CLASS || op != CSM_OP_EQ || value.type != CSM_T_TEXT)
        return CSM_OK;
    st = csm_registry_get_table(parse->reg, value.s, &table, parse->err);
    if (st == CSM_E_NOT_FOUND && parse->err != NULL)
        parse->err->code = CSM_E_INVALID;
    return st == CSM_E_NOT_FOUND ? CSM_E_INVALID : st;
}

/* One operand. An element of a list is asked for by its id alone. */
static csm_status convert(csm_parse *parse, const csm_mfield *field, csm_op op, const csm_given *given, csm_value *out)
{
    csm_mfield loose = loosened(field, op);
    csm_value in = given->is_text ? csm_text(given->text) : given->value, made;

    if (++parse->values > CSM_FILTER_VALUES_MAX)
        return csm_error_set(parse->err, CSM_E_LIMIT, "a filter holds at most %u values", CSM_FILTER_VALUES_MAX);
    if (field->type == CSM_F_LIST) /* csm_mfield_convert answers a list */
        loose.type = CSM_F_REF;
    CSM_TRY(csm_mfield_convert(&loose, in, parse->arena, &made, parse->err));
    CSM_TRY(check_class(parse, field, op, made));
    if (csm_is_nil(made) && op != CSM_OP_EQ && !is_change(op))
        return csm_error_field(parse->err, CSM_E_INVALID, field->name, "field \"%s\": the operator needs a value",
                               field->name);
    *out = made;
    return CSM_OK;
}

static csm_status use_caller_value(csm_parse *parse, csm_term *term, const csm_mfield *field, csm_str text)
{
    csm_str name = { text.ptr + 1, text.len - 1 };
    int type = csm_caller_value_type(parse->reg, name);

    if (type < 0)
        return csm_error_field(parse->err, CSM_E_INVALID, field->name, "field \"%s\": no caller value \"@%.*s\"",
                               field->name, CSM_STR_FMT(name));
    if (type != csm_field_element(field))
        return csm_error_field(parse->err, CSM_E_INVALID, field->name,
                               "field \"%s\": caller value \"@%.*s\" is of another type", field->name,
                               CSM_STR_FMT(name));
    term->caller_value = csm_arena_str(parse->arena, name);
    return term->caller_value.ptr != NULL ? CSM_OK : csm_error_nomem(parse->err);
}

static bool names_caller_value(const csm_parse *parse, const csm_operator *op, const csm_given *given, uint32_t count)
{
    return parse->options.trusted && count == 1 && (op->takes == CSM_TAKES_ONE || op->takes == CSM_TAKES_MANY) &&
           given->is_text && given->text.len > 1 && given->text.ptr[0] == '@';
}

static csm_status make_operands(csm_parse *parse, csm_term *term, const csm_mfield *field, const csm_given *given,
                                uint32_t count)
{
    csm_value *values = csm_arena_array(parse->arena, count > 0 ? count : 1, sizeof(*values));

    if (values == NULL)
        return csm_error_nomem(parse->err);
    for (uint32_t n = 0; n < count; n++) {
        CSM_TRY(convert(parse, field, term->op, &given[n], &values[n]));
        /* The filter outlives its text. */
        if (csm_value_copy(parse->arena, values[n], &values[n]) != CSM_OK)
            return csm_error_nomem(parse->err);
    }
    if (count == 1 && term->op == CSM_OP_EQ && csm_is_nil(values[0])) {
        term->op = CSM_OP_EMPTY; /* "field=" */
        return CSM_OK;
    }
    if (!csm_operands_make(parse->arena, field, term->op, values, count, &term->operands))
        return csm_error_nomem(parse->err);
    return CSM_OK;
}

csm_status csm_term_make(csm_parse *parse, const csm_path *path, const csm_operator *op, bool negate,
                         const csm_given *given, uint32_t count, const csm_expr **out)
{
    const csm_mfield *field = path->steps[path->count - 1];
    csm_term term = { .path = *path, .op = op->op, .negated = op->negated != negate, .trusted = parse->options.trusted };

    if (++parse->terms > CSM_TERMS_MAX)
        return csm_error_set(parse->err, CSM_E_LIMIT, "a filter has at most %u terms", CSM_TERMS_MAX);
    CSM_TRY(check_operator(parse, path, op));
    if (field->type == CSM_F_LIST && term.op == CSM_OP_LIKE)
        term.op = CSM_OP_EQ; /* both ask for an element */
    if (names_caller_value(parse, op, given, count))
        CSM_TRY(use_caller_value(parse, &term, field, given->text));
    else
        CSM_TRY(make_operands(parse, &term, field, given, count));
    *out = csm_expr_of_term(parse->arena, &term);
    return (*out)->kind == CSM_EXPR_FAILED ? csm_error_nomem(parse->err) : CSM_OK;
}

/* ---- orders ---- */

csm_status csm_order_add(csm_parse *parse, csm_str name, bool descending, csm_filter *filter)
{
    csm_path path;
    const csm_mfield *field;

    CSM_TRY(csm_path_find(parse->table, name, &path, parse->err));
    field = path.steps[0];
    if (path.count > 1)
        return csm_error_field(parse->err, CSM_E_INVALID, field->name, "order by \"%.*s\": a path has no order",
                               CSM_STR_FMT(name));
    if (!csm_field_is_ordered(field) || ((field->flags & CSM_HIDDEN) != 0 && !parse->options.trusted))
        return csm_error_field(parse->err, CSM_E_INVALID, field->name, "order by \"%s\": the field has no order",
                               field->name);
    for (uint32_t n = 0; n < filter->order_count; n++)
        if (filter->order[n].field == field)
            return csm_error_field(parse->err, CSM_E_INVALID, field->name, "order by \"%s\": named twice", field->name);
    if (filter->order_count == CSM_ORDER_MAX)
        return csm_error_set(parse->err, CSM_E_LIMIT, "an order has at most %d fields", CSM_ORDER_MAX);
    filter->order[filter->order_count++] = (csm_mcolumn){ field, descending };
    return CSM_OK;
}

csm_status csm_order_parse(const csm_registry *reg, const csm_mtable *table, csm_str text, csm_filter *filter,
                           csm_error *err)
{
    csm_parse parse = { .reg = reg, .table = table, .err = err };
    csm_str rest = text, part;
    csm_filter made = *filter;

    made.order_count = 0;
    while (text.len > 0 && csm_str_split(&rest, ',', &part)) {
        part = csm_str_trim(part);
        bool descending = part.len > 0 && part.ptr[0] == '-';

        CSM_TRY(csm_order_add(&parse, (csm_str){ part.ptr + descending, part.len - descending }, descending, &made));
    }
    *filter = made;
    return CSM_OK;
}
