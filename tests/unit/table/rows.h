/* A store of its own for each test, and rows to put into it. */
#ifndef CSM_TEST_ROWS_H
#define CSM_TEST_ROWS_H

#include "declare.h"

#include "engine/table/index.h"

static inline int setup(void **state)
{
    static fixture f;
    fixture_open(&f, plugins, COUNT_OF(plugins));
    *state = &f;
    return 0;
}

static inline int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static inline csm_row *duty(fixture *f, const char *table, const char *number)
{
    csm_row *row = fixture_row(f, table);
    if (number != NULL)
        fixture_set(row, "number", csm_ctext(number));
    return row;
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
