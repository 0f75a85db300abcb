/* The structured form of a filter: nested lists for programs. "not" is pushed down to the terms, so that a term whose
 * dot-walk leads out of reach stays false under it. */
#include "engine/query/expr.h"

#include "base/str.h"

static csm_status node_make(csm_parse *parse, csm_value node, bool negate, uint32_t depth, const csm_expr **out);

static bool is_word(csm_str word, const char *name)
{
    if (word.len != strlen(name))
        return false;
    for (size_t n = 0; n < word.len; n++) {
        char a = word.ptr[n], b = name[n];

        if ((a >= 'A' && a <= 'Z' ? (char)(a + ('a' - 'A')) : a) != (b >= 'A' && b <= 'Z' ? (char)(b + ('a' - 'A')) : b))
            return false;
    }
    return true;
}

static csm_status find_operator(const csm_parse *parse, csm_str word, const csm_operator **out)
{
    for (size_t n = 0; n < csm_operator_count; n++)
        if (is_word(word, csm_operators[n].word) || is_word(word, csm_operators[n].sign)) {
            *out = &csm_operators[n];
            return CSM_OK;
        }
    csm_error_set(parse->err, CSM_E_INVALID, "no operator \"%.*s\"", (int)(word.len < 40 ? word.len : 40),
                  word.len > 0 ? word.ptr : "");
    csm_error_hint(parse->err, "one of and, or, not, = != < <= > >= in, not in, like, not like, starts, ends, empty, "
                               "not empty, between");
    return CSM_E_INVALID;
}

static csm_status join_make(csm_parse *parse, csm_value node, csm_expr_kind kind, bool negate, uint32_t depth,
                            const csm_expr **out)
{
    uint32_t count = node.count - 1;
    const csm_expr **items = csm_arena_array(parse->arena, count > 0 ? count : 1, sizeof(*items));

    if (items == NULL)
        return csm_error_nomem(parse->err);
    if (count == 0)
        return csm_error_set(parse->err, CSM_E_INVALID, "\"%.*s\" joins at least one condition",
                             CSM_STR_FMT(node.list[0].s));
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(node_make(parse, node.list[n + 1], negate, depth + 1, &items[n]));
    if (negate)
        kind = kind == CSM_EXPR_AND ? CSM_EXPR_OR : CSM_EXPR_AND;
    *out = csm_expr_join(parse->arena, kind, items, count);
    return (*out)->kind == CSM_EXPR_FAILED ? csm_error_nomem(parse->err) : CSM_OK;
}

/* Operands after the field: single values, or one list where several are taken. */
static csm_status term_make(csm_parse *parse, csm_value node, bool negate, const csm_expr **out)
{
    const csm_value *values = node.list + 2;
    uint32_t count = node.count - 2;
    const csm_operator *op;
    csm_given *given;
    csm_path path;

    if (node.list[1].type != CSM_T_TEXT)
        return csm_error_set(parse->err, CSM_E_INVALID, "the name of a field is missing after \"%.*s\"",
                             CSM_STR_FMT(node.list[0].s));
    CSM_TRY(find_operator(parse, node.list[0].s, &op));
    CSM_TRY(csm_path_find(parse->table, node.list[1].s, &path, parse->err));
    if ((op->takes == CSM_TAKES_MANY || op->takes == CSM_TAKES_TWO) && count == 1 && values->type == CSM_T_LIST) {
        count = values->count;
        values = values->list;
    } else if (op->takes == CSM_TAKES_MANY) {
        return csm_error_set(parse->err, CSM_E_INVALID, "\"%s\" takes a list of values", op->word);
    }
    if ((op->takes == CSM_TAKES_NONE && count > 0) || (op->takes == CSM_TAKES_ONE && count != 1) ||
        (op->takes == CSM_TAKES_TWO && count != 2))
        return csm_error_set(parse->err, CSM_E_INVALID, "\"%s\" takes another number of values than %u", op->word, count);
    if (count > CSM_FILTER_VALUES_MAX)
        return csm_error_set(parse->err, CSM_E_LIMIT, "a filter holds at most %u values", CSM_FILTER_VALUES_MAX);
    given = csm_arena_array(parse->arena, count > 0 ? count : 1, sizeof(*given));
    if (given == NULL)
        return csm_error_nomem(parse->err);
    for (uint32_t n = 0; n < count; n++)
        given[n].value = values[n];
    return csm_term_make(parse, &path, op, negate, given, count, out);
}

static csm_status node_make(csm_parse *parse, csm_value node, bool negate, uint32_t depth, const csm_expr **out)
{
    csm_str head;

    if (depth > CSM_FILTER_DEPTH_MAX)
        return csm_error_set(parse->err, CSM_E_LIMIT, "a filter nests at most %u levels", CSM_FILTER_DEPTH_MAX);
    if (node.type != CSM_T_LIST || node.count < 1 || node.list[0].type != CSM_T_TEXT)
        return csm_error_set(parse->err, CSM_E_INVALID, "a condition is a list that begins with an operator");
    head = node.list[0].s;
    if (is_word(head, "and"))
        return join_make(parse, node, CSM_EXPR_AND, negate, depth, out);
    if (is_word(head, "or"))
        return join_make(parse, node, CSM_EXPR_OR, negate, depth, out);
    if (is_word(head, "not")) {
        if (node.count != 2)
            return csm_error_set(parse->err, CSM_E_INVALID, "\"not\" takes one condition");
        return node_make(parse, node.list[1], !negate, depth + 1, out);
    }
    if (node.count < 2)
        return csm_error_set(parse->err, CSM_E_INVALID, "the name of a field is missing after \"%.*s\"",
                             (int)(head.len < 40 ? head.len : 40), head.ptr);
    return term_make(parse, node, negate, out);
}

csm_status csm_filter_from_value(const csm_registry *reg, const csm_mtable *table, csm_value where, csm_arena *arena,
                                 csm_filter *out, csm_error *err)
{
    csm_parse parse = { .reg = reg, .table = table, .arena = arena, .err = err };
    csm_filter filter = { 0 };

    if (!csm_is_nil(where))
        CSM_TRY(node_make(&parse, where, false, 1, &filter.expr));
    *out = filter;
    return CSM_OK;
}
