/* Conditions as text, for explain and for the fingerprint in a page token: the encoded form, with parentheses where it has
 * none. Not meant to be parsed again. */
#include "engine/query/expr.h"

#include "base/buf.h"
#include "base/str.h"

#include <inttypes.h>

static void add_text(csm_buf *buf, csm_str s)
{
    (void)csm_buf_add(buf, s.ptr, s.len);
}

static void add_value(csm_buf *buf, csm_value v)
{
    char text[40];

    switch (v.type) {
    case CSM_T_BOOL:
        add_text(buf, v.b ? CSM_STR("true") : CSM_STR("false"));
        break;
    case CSM_T_INT:
        (void)csm_buf_printf(buf, "%" PRId64, v.i);
        break;
    case CSM_T_FLOAT:
        (void)csm_buf_printf(buf, "%.17g", v.f);
        break;
    case CSM_T_TEXT:
        add_text(buf, v.s);
        break;
    case CSM_T_TIME:
        (void)csm_buf_add(buf, text, csm_time_format(v.i, text));
        break;
    case CSM_T_DATE:
        (void)csm_buf_add(buf, text, csm_date_format(v.i, text));
        break;
    case CSM_T_DECIMAL:
        (void)csm_buf_add(buf, text, csm_format_decimal(v.i, text, sizeof(text)));
        break;
    case CSM_T_ID:
        csm_id_format(v.id, text);
        (void)csm_buf_add(buf, text, CSM_ID_TEXT - 1);
        break;
    case CSM_T_LIST:
        for (uint32_t n = 0; n < v.count; n++) {
            if (n > 0)
                (void)csm_buf_add_byte(buf, '/');
            add_value(buf, v.list[n]);
        }
        break;
    case CSM_T_MAP:
        for (uint32_t n = 0; n < v.count; n++) {
            if (n > 0)
                (void)csm_buf_add_byte(buf, ' ');
            add_value(buf, v.map[n].value);
        }
        break;
    default:
        break;
    }
}

static const char *sign_of(const csm_term *term)
{
    bool many = term->op == CSM_OP_EQ && term->caller_value.len == 0 && term->operands.count != 1;

    for (size_t n = 0; n < csm_operator_count; n++)
        if (csm_operators[n].op == term->op && csm_operators[n].negated == term->negated &&
            (csm_operators[n].takes == CSM_TAKES_MANY) == many)
            return csm_operators[n].sign;
    for (size_t n = 0; n < csm_operator_count; n++) /* a "not" that has no sign of its own */
        if (csm_operators[n].op == term->op && !csm_operators[n].negated)
            return csm_operators[n].sign;
    return "?";
}

static bool has_sign(const csm_term *term)
{
    for (size_t n = 0; n < csm_operator_count; n++)
        if (csm_operators[n].op == term->op && csm_operators[n].negated == term->negated)
            return true;
    return false;
}

static void add_path(csm_buf *buf, const csm_path *path)
{
    for (uint32_t n = 0; n < path->count; n++) {
        if (n > 0)
            (void)csm_buf_add_byte(buf, '.');
        add_text(buf, csm_str_of(path->steps[n]->name));
    }
}

static void add_term(csm_buf *buf, const csm_term *term)
{
    const csm_mfield *field = term->path.steps[term->path.count - 1];

    if (!has_sign(term))
        add_text(buf, CSM_STR("NOT "));
    add_path(buf, &term->path);
    add_text(buf, csm_str_of(sign_of(term)));
    if (term->caller_value.len > 0) {
        (void)csm_buf_add_byte(buf, '@');
        add_text(buf, term->caller_value);
        return;
    }
    for (uint32_t n = 0; n < term->operands.count; n++) {
        if (n > 0)
            (void)csm_buf_add_byte(buf, term->op == CSM_OP_BETWEEN ? '@' : ',');
        if ((field->flags & CSM_HIDDEN) != 0)
            (void)csm_buf_add_byte(buf, '?');
        else
            add_value(buf, term->operands.items[n].value);
    }
}

static void add_expr(csm_buf *buf, const csm_expr *expr, bool nested)
{
    switch (expr->kind) {
    case CSM_EXPR_TERM:
        add_term(buf, &expr->term);
        break;
    case CSM_EXPR_VIA:
        add_text(buf, CSM_STR("via "));
        add_path(buf, &expr->term.path);
        break;
    case CSM_EXPR_AND:
    case CSM_EXPR_OR:
        if (nested)
            (void)csm_buf_add_byte(buf, '(');
        for (uint32_t n = 0; n < expr->count; n++) {
            if (n > 0)
                add_text(buf, expr->kind == CSM_EXPR_AND ? CSM_STR("^") : CSM_STR("^OR"));
            add_expr(buf, expr->items[n], true);
        }
        if (nested)
            (void)csm_buf_add_byte(buf, ')');
        break;
    case CSM_EXPR_NEVER:
        add_text(buf, CSM_STR("never"));
        break;
    case CSM_EXPR_FAILED:
        buf->failed = true;
        break;
    }
}

csm_str csm_expr_text(csm_arena *arena, const csm_expr *expr)
{
    csm_str none = { 0 }, text = none;
    csm_buf buf;

    csm_buf_init(&buf, 0);
    if (expr != NULL)
        add_expr(&buf, expr, false);
    if (!buf.failed)
        text = csm_arena_str(arena, csm_buf_str(&buf));
    csm_buf_done(&buf);
    return text;
}
