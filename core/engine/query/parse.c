/* The encoded form of a filter: terms joined by ^ (and), ^OR (or with the term before it), ^NQ (or of whole groups).
 * A value ends at the next ^; one that holds a ^ needs the structured form. */
#include "engine/query/expr.h"

#include "base/str.h"

#define JOIN_CHUNK 16u

/* A growing list of expressions in the arena. */
typedef struct expr_list {
    const csm_expr **items;
    uint32_t count, room;
} expr_list;

typedef struct encoded {
    csm_parse parse;
    csm_filter *filter;
    expr_list groups, ands, ors; /* groups of the whole; and-ed parts of the group; or-ed terms of the part */
} encoded;

static csm_status list_add(csm_parse *parse, expr_list *list, const csm_expr *expr)
{
    if (list->count == list->room) {
        uint32_t room = list->room > 0 ? list->room * 2 : JOIN_CHUNK;
        const csm_expr **items = csm_arena_array(parse->arena, room, sizeof(*items));

        if (items == NULL)
            return csm_error_nomem(parse->err);
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof(*items));
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = expr;
    return CSM_OK;
}

/* Ends @p from: its items become one in @p to. */
static csm_status fold_list(csm_parse *parse, expr_list *from, csm_expr_kind kind, expr_list *to)
{
    const csm_expr *joined;

    if (from->count == 0)
        return CSM_OK;
    joined = csm_expr_join(parse->arena, kind, from->items, from->count);
    if (joined == NULL || joined->kind == CSM_EXPR_FAILED)
        return csm_error_nomem(parse->err);
    from->count = 0;
    return list_add(parse, to, joined);
}

/* ---- terms ---- */

static csm_status find_operator(const csm_parse *parse, const csm_path *path, csm_str rest, const csm_operator **out)
{
    const csm_mfield *field = path->steps[path->count - 1];

    for (size_t n = 0; n < csm_operator_count; n++)
        if (csm_str_starts(rest, csm_str_of(csm_operators[n].sign))) {
            *out = &csm_operators[n];
            return CSM_OK;
        }
    csm_error_field(parse->err, CSM_E_INVALID, field->name, "field \"%s\": no operator at \"%.*s\"", field->name,
                    (int)(rest.len < 40 ? rest.len : 40), rest.len > 0 ? rest.ptr : "");
    csm_error_hint(parse->err, "one of = != < <= > >= IN NOT IN LIKE NOT LIKE STARTSWITH ENDSWITH ISEMPTY ISNOTEMPTY "
                               "BETWEEN CHANGES CHANGESTO CHANGESFROM");
    return CSM_E_INVALID;
}

/* Splits at @p separator into texts in the arena. */
static csm_status split(const csm_parse *parse, csm_str text, char separator, csm_given **out, uint32_t *count)
{
    csm_str rest = text, part;
    csm_given *items;
    uint32_t most = 1;

    for (size_t n = 0; n < text.len; n++)
        most += text.ptr[n] == separator;
    if (most > CSM_FILTER_VALUES_MAX)
        return csm_error_set(parse->err, CSM_E_LIMIT, "a filter holds at most %u values", CSM_FILTER_VALUES_MAX);
    items = csm_arena_array(parse->arena, most, sizeof(*items));
    if (items == NULL)
        return csm_error_nomem(parse->err);
    *count = 0;
    while (text.len > 0 && csm_str_split(&rest, separator, &part)) {
        items[*count].is_text = true;
        items[(*count)++].text = part;
    }
    *out = items;
    return CSM_OK;
}

static csm_status split_operands(const csm_parse *parse, const csm_mfield *field, const csm_operator *op, csm_str text,
                                 csm_given **out, uint32_t *count)
{
    if (op->takes == CSM_TAKES_NONE) {
        *count = 0;
        if (text.len > 0)
            return csm_error_field(parse->err, CSM_E_INVALID, field->name,
                                   "field \"%s\": operator %s takes no value, not \"%.*s\"", field->name, op->sign,
                                   (int)(text.len < 40 ? text.len : 40), text.ptr);
        return CSM_OK;
    }
    if (op->takes == CSM_TAKES_ONE) {
        csm_given *one = csm_arena_zalloc(parse->arena, sizeof(*one));

        if (one == NULL)
            return csm_error_nomem(parse->err);
        *one = (csm_given){ .is_text = true, .text = text };
        *out = one;
        *count = 1;
        return CSM_OK;
    }
    CSM_TRY(split(parse, text, op->takes == CSM_TAKES_TWO ? '@' : ',', out, count));
    if (op->takes == CSM_TAKES_TWO && *count != 2)
        return csm_error_field(parse->err, CSM_E_INVALID, field->name, "field \"%s\": BETWEEN takes two values, \"a@b\"",
                               field->name);
    for (uint32_t n = 0; n < *count; n++)
        if ((*out)[n].text.len == 0)
            *count = 0;
    if (*count == 0)
        return csm_error_field(parse->err, CSM_E_INVALID, field->name, "field \"%s\": operator %s: a value is missing",
                               field->name, op->sign);
    return CSM_OK;
}

static csm_status add_term(encoded *e, csm_str text, bool or_ed)
{
    csm_parse *parse = &e->parse;
    const csm_operator *op;
    const csm_expr *expr;
    csm_given *given = NULL;
    uint32_t count = 0;
    csm_path path;
    csm_str rest;

    if (text.len == 0)
        return csm_error_set(parse->err, CSM_E_INVALID, "the filter has an empty term");
    if (or_ed && e->ors.count == 0)
        return csm_error_set(parse->err, CSM_E_INVALID, "^OR has no term before it");
    CSM_TRY(csm_path_scan(parse->table, text, &path, &rest, parse->err));
    CSM_TRY(find_operator(parse, &path, rest, &op));
    rest.ptr += strlen(op->sign);
    rest.len -= strlen(op->sign);
    CSM_TRY(split_operands(parse, path.steps[path.count - 1], op, rest, &given, &count));
    CSM_TRY(csm_term_make(parse, &path, op, false, given, count, &expr));
    if (!or_ed)
        CSM_TRY(fold_list(parse, &e->ors, CSM_EXPR_OR, &e->ands));
    return list_add(parse, &e->ors, expr);
}

/* ---- the whole ---- */

static bool take(csm_str *text, const char *word)
{
    csm_str front = csm_str_of(word);

    if (!csm_str_starts(*text, front))
        return false;
    text->ptr += front.len;
    text->len -= front.len;
    return true;
}

static csm_status end_group(encoded *e)
{
    CSM_TRY(fold_list(&e->parse, &e->ors, CSM_EXPR_OR, &e->ands));
    if (e->ands.count == 0)
        return csm_error_set(e->parse.err, CSM_E_INVALID, "^NQ needs a term on either side");
    return fold_list(&e->parse, &e->ands, CSM_EXPR_AND, &e->groups);
}

static csm_status add_part(encoded *e, csm_str part, bool first)
{
    if (take(&part, "ORDERBYDESC"))
        return csm_order_add(&e->parse, part, true, e->filter);
    if (take(&part, "ORDERBY"))
        return csm_order_add(&e->parse, part, false, e->filter);
    if (!first && take(&part, "OR"))
        return add_term(e, part, true);
    if (!first && take(&part, "NQ")) {
        CSM_TRY(end_group(e));
        if (take(&part, "ORDERBY"))
            return csm_error_set(e->parse.err, CSM_E_INVALID, "^NQ needs a term on either side");
    }
    return add_term(e, part, false);
}

csm_status csm_filter_parse(const csm_registry *reg, const csm_mtable *table, csm_str text, csm_filter_options options,
                            csm_arena *arena, csm_filter *out, csm_error *err)
{
    csm_filter filter = { 0 };
    encoded e = { .parse = { .reg = reg, .table = table, .options = options, .arena = arena, .err = err },
                  .filter = &filter };
    csm_str rest = text, part;
    bool first = true;

    if (!csm_utf8_valid(text))
        return csm_error_set(err, CSM_E_INVALID, "the filter is not valid UTF-8");
    while (text.len > 0 && csm_str_split(&rest, '^', &part)) {
        CSM_TRY(add_part(&e, part, first));
        first = false;
    }
    if (e.groups.count > 0)
        CSM_TRY(end_group(&e));
    CSM_TRY(fold_list(&e.parse, &e.ors, CSM_EXPR_OR, &e.ands));
    CSM_TRY(fold_list(&e.parse, &e.ands, CSM_EXPR_AND, &e.groups));
    if (e.groups.count > 0) {
        filter.expr = csm_expr_join(arena, CSM_EXPR_OR, e.groups.items, e.groups.count);
        if (filter.expr == NULL || filter.expr->kind == CSM_EXPR_FAILED)
            return csm_error_nomem(err);
    }
    *out = filter;
    return CSM_OK;
}
