/* Reading a file whole and giving its rows by time. */
#include "ordered.h"

#include "base/str.h"

#include <stdlib.h>

#define BYTES_MAX ((size_t)1 << 30)

typedef struct timed_row {
    cli_row row;
    csm_time at;
    uint64_t position;
} timed_row;

struct cli_ordered {
    csm_arena *arena; /* the cells */
    timed_row *rows;
    size_t count, cap, given;
};

static int by_time(const void *a, const void *b)
{
    const timed_row *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

static csm_status add_row(cli_ordered *o, const cli_row *row, csm_time at, csm_error *err)
{
    if (o->count == o->cap) {
        size_t cap = o->cap == 0 ? 1024 : o->cap * 2;
        timed_row *rows = realloc(o->rows, cap * sizeof(*rows));

        if (rows == NULL)
            return csm_error_nomem(err);
        o->rows = rows;
        o->cap = cap;
    }
    o->rows[o->count] = (timed_row){ *row, at, o->count };
    o->count++;
    return CSM_OK;
}

static csm_status find_column(const cli_rows *rows, csm_str name, uint32_t *out, csm_error *err)
{
    uint32_t count;
    const csm_str *names = cli_rows_columns(rows, &count);

    for (uint32_t n = 0; n < count; n++)
        if (csm_str_eq(names[n], name)) {
            *out = n;
            return CSM_OK;
        }
    return csm_error_set(err, CSM_E_INVALID, "the rows have no column \"%.*s\", which tells their time", CSM_STR_FMT(name));
}

static csm_status read_all(cli_rows *rows, csm_str column, csm_date_order order, cli_ordered *o, csm_error *err)
{
    csm_time at = INT64_MIN, told;
    bool found = true;
    uint32_t n = 0;
    csm_status st;

    for (;;) {
        cli_row row;

        st = cli_rows_next(rows, o->arena, &row, &found, err);
        if (st == CSM_E_NOMEM)
            return csm_error_set(err, CSM_E_LIMIT, "more than 1 GiB of rows, or out of memory: the rows of a replay are sorted first");
        if (st != CSM_OK || !found)
            return st;
        if (o->count == 0)
            CSM_TRY(find_column(rows, column, &n, err));
        if (row.problem.ptr == NULL && n < row.count &&
            (order == CSM_DATE_NONE ? csm_time_parse(csm_str_trim(row.cells[n]), &told)
                                    : csm_time_parse_as(csm_str_trim(row.cells[n]), order, &told)))
            at = told;
        CSM_TRY(add_row(o, &row, at, err));
    }
}

csm_status cli_ordered_read(cli_rows *rows, csm_str column, csm_date_order order, cli_ordered **out, csm_error *err)
{
    cli_ordered *o = calloc(1, sizeof(*o));
    csm_status st;

    if (o == NULL || (o->arena = csm_arena_new(1u << 20, BYTES_MAX)) == NULL) {
        cli_ordered_free(o);
        return csm_error_nomem(err);
    }
    if ((st = read_all(rows, column, order, o, err)) != CSM_OK) {
        cli_ordered_free(o);
        return st;
    }
    if (o->count > 1)
        qsort(o->rows, o->count, sizeof(*o->rows), by_time);
    *out = o;
    return CSM_OK;
}

void cli_ordered_free(cli_ordered *ordered)
{
    if (ordered == NULL)
        return;
    csm_arena_free(ordered->arena);
    free(ordered->rows);
    free(ordered);
}

bool cli_ordered_next(cli_ordered *ordered, cli_row *out)
{
    if (ordered->given == ordered->count)
        return false;
    *out = ordered->rows[ordered->given++].row;
    return true;
}

uint64_t cli_ordered_share(const cli_ordered *ordered)
{
    return ordered->count > 0 ? 100 * (uint64_t)ordered->given / ordered->count : 100;
}
