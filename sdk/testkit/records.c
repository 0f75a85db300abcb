/* The test kit's shorthands over record.* and over answers. */
#include "base/arena.h"
#include "base/str.h"

#include <csm/test.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

/* Formats into a fresh buffer; the caller frees it. */
static char *format_text(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static char *format_text(const char *format, va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        fail_msg("test kit: out of memory");
    return text;
}

/* ---- reading answers ---- */

static const csm_value *step(const csm_value *value, csm_str part)
{
    int64_t position;

    if (value->type == CSM_T_MAP) {
        for (uint32_t n = 0; n < value->count; n++)
            if (csm_str_eq(value->map[n].key, part))
                return &value->map[n].value;
        return NULL;
    }
    if (value->type == CSM_T_LIST && csm_parse_int(part, &position) && position >= 0 && position < value->count)
        return &value->list[position];
    return NULL;
}

const csm_value *csm_tk_at(csm_tk *tk, const csm_value *value, const char *path)
{
    csm_str rest = csm_str_of(path), part;
    const csm_value *at = value;

    (void)tk;
    while (at != NULL && rest.len > 0) {
        const csm_value *whole = at->type == CSM_T_MAP ? step(at, rest) : NULL; /* a key may hold dots: "account.name" */

        if (whole != NULL)
            return whole;
        if (!csm_str_split(&rest, '.', &part))
            break;
        at = step(at, part);
    }
    if (at == NULL)
        fail_msg("the answer has no \"%s\"", path);
    return at;
}

const char *csm_tk_str(csm_tk *tk, const csm_value *value, const char *path)
{
    const csm_value *at = csm_tk_at(tk, value, path);

    if (at->type == CSM_T_NIL)
        return "";
    if (at->type != CSM_T_TEXT)
        fail_msg("\"%s\" is no text but type %u", path, at->type);
    return csm_tk_keep_text(tk, at->s);
}

int64_t csm_tk_int(csm_tk *tk, const csm_value *value, const char *path)
{
    const csm_value *at = csm_tk_at(tk, value, path);

    if (at->type != CSM_T_INT)
        fail_msg("\"%s\" is no whole number but type %u", path, at->type);
    return at->i;
}

bool csm_tk_bool(csm_tk *tk, const csm_value *value, const char *path)
{
    const csm_value *at = csm_tk_at(tk, value, path);

    if (at->type != CSM_T_BOOL)
        fail_msg("\"%s\" is no truth value but type %u", path, at->type);
    return at->b;
}

bool csm_tk_is_nil(csm_tk *tk, const csm_value *value, const char *path)
{
    return csm_tk_at(tk, value, path)->type == CSM_T_NIL;
}

bool csm_tk_has(const csm_value *map, const char *key)
{
    return csm_map_get(map, key) != NULL;
}

void csm_tk_check_str(const char *got, const char *want, const char *file, int line)
{
    if (strcmp(got, want) != 0) {
        print_error("%s:%d: got \"%s\", wanted \"%s\"\n", file, line, got, want);
        _fail(file, line);
    }
}

/* ---- records ---- */

const char *csm_tk_insert(csm_tk *tk, const char *table, const char *values, ...)
{
    const csm_value *row;
    va_list args;
    char *text;

    va_start(args, values);
    text = format_text(values, args);
    va_end(args);
    row = csm_tk_ok(tk, "record.insert", "{'table':'%s','values':%s}", table, text);
    free(text);
    return csm_tk_str(tk, row, "sys_id");
}

const csm_value *csm_tk_update(csm_tk *tk, const char *table, const char *id, const char *values, ...)
{
    const csm_value *row;
    va_list args;
    char *text;

    va_start(args, values);
    text = format_text(values, args);
    va_end(args);
    row = csm_tk_ok(tk, "record.update", "{'table':'%s','id':'%s','values':%s}", table, id, text);
    free(text);
    return row;
}

const csm_value *csm_tk_get(csm_tk *tk, const char *table, const char *id)
{
    return csm_tk_ok(tk, "record.get", "{'table':'%s','id':'%s'}", table, id);
}

static const csm_value *rows_of(csm_tk *tk, const char *table, const char *text)
{
    return csm_tk_at(tk, csm_tk_ok(tk, "record.query", "{'table':'%s','query':'%s','limit':1000}", table, text), "rows");
}

const csm_value *csm_tk_rows(csm_tk *tk, const char *table, const char *query, ...)
{
    const csm_value *rows;
    va_list args;
    char *text;

    va_start(args, query);
    text = format_text(query, args);
    va_end(args);
    rows = rows_of(tk, table, text);
    free(text);
    return rows;
}

const csm_value *csm_tk_first(csm_tk *tk, const char *table, const char *query, ...)
{
    const csm_value *rows;
    va_list args;
    char *text;

    va_start(args, query);
    text = format_text(query, args);
    va_end(args);
    rows = rows_of(tk, table, text);
    if (rows->count == 0)
        fail_msg("no row of %s matches %s", table, text);
    free(text);
    return &rows->list[0];
}

static int64_t count_of(csm_tk *tk, const char *table, const char *text)
{
    const csm_value *answer = csm_tk_ok(tk, "record.aggregate", "{'table':'%s','query':'%s'}", table, text);

    return csm_tk_int(tk, answer, "rows.0.count");
}

int64_t csm_tk_count(csm_tk *tk, const char *table, const char *query, ...)
{
    int64_t count;
    va_list args;
    char *text;

    va_start(args, query);
    text = format_text(query, args);
    va_end(args);
    count = count_of(tk, table, text);
    free(text);
    return count;
}

bool csm_tk_sees(csm_tk *tk, const char *table, const char *id)
{
    const csm_value *row = NULL;
    csm_status st = csm_tk_call(tk, &row, "record.get", "{'table':'%s','id':'%s'}", table, id);
    const csm_value *rows = csm_tk_rows(tk, table, "sys_id=%s", id);
    int64_t count = csm_tk_count(tk, table, "sys_id=%s", id);

    if (st != CSM_OK)
        assert_int_equal(st, CSM_E_NOT_FOUND);
    assert_int_equal(rows->count, st == CSM_OK ? 1 : 0);
    assert_int_equal(count, st == CSM_OK ? 1 : 0);
    return st == CSM_OK;
}

/* An id that no record has. */
#define NOBODY "00000000000070008000000000000000"

static csm_status answer_of(csm_tk *tk, const char *method, const char *table, const char *id)
{
    bool writes = strcmp(method, "record.update") == 0;
    const csm_value *out;

    return csm_tk_call(tk, &out, method, "{'table':'%s','id':'%s'%s}", table, id, writes ? ",'values':{}" : "");
}

void csm_tk_hidden(csm_tk *tk, const char *table, const char *id)
{
    static const char *const doors[] = { "record.get", "record.update", "record.delete", "record.history" };

    assert_false(csm_tk_sees(tk, table, id));
    for (size_t n = 0; n < sizeof(doors) / sizeof(doors[0]); n++) {
        csm_status got = answer_of(tk, doors[n], table, id), absent = answer_of(tk, doors[n], table, NOBODY);

        if (got != absent || got == CSM_OK)
            fail_msg("%s of a hidden row of %s answers CSM-%d, of no row CSM-%d", doors[n], table, (int)got, (int)absent);
    }
}

/* ---- people ---- */

static const char *role_row(csm_tk *tk, csm_str name)
{
    return csm_tk_str(tk, csm_tk_first(tk, "sys_user_role", "name=%.*s", CSM_STR_FMT(csm_str_trim(name))), "sys_id");
}

void csm_tk_grant(csm_tk *tk, const char *user_id, const char *roles)
{
    csm_str rest = csm_str_of(roles != NULL ? roles : ""), part;

    csm_tk_as(tk, NULL);
    while (rest.len > 0 && csm_str_split(&rest, ',', &part))
        (void)csm_tk_insert(tk, "sys_user_has_role", "{'user':'%s','role':'%s'}", user_id, role_row(tk, part));
}

void csm_tk_revoke(csm_tk *tk, const char *user_id, const char *role)
{
    const csm_value *row;

    csm_tk_as(tk, NULL);
    row = csm_tk_first(tk, "sys_user_has_role", "user=%s^role=%s^granted_byISEMPTY", user_id, role_row(tk, csm_str_of(role)));
    (void)csm_tk_ok(tk, "record.delete", "{'table':'sys_user_has_role','id':'%s'}", csm_tk_str(tk, row, "sys_id"));
}

const char *csm_tk_user(csm_tk *tk, const char *user_name, const char *roles)
{
    const char *id;

    csm_tk_as(tk, NULL);
    id = csm_tk_insert(tk, "sys_user", "{'user_name':'%s','first_name':'%s','last_name':'Test','email':'%s@example.com'}",
                       user_name, user_name, user_name);
    csm_tk_grant(tk, id, roles);
    return id;
}
