/* What every unit test starts with: cmocka with its prerequisites, text assertions, table rows as tests of their own.
 */
#ifndef CSM_TEST_UNIT_H
#define CSM_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <csm/types.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A csm_str against a C string; shows both when they differ. */
#define assert_str(got, want) assert_str_at((got), (want), __FILE__, __LINE__)
static inline void assert_str_at(csm_str got, const char *want, const char *file, int line)
{
    if (csm_str_is(got, want))
        return;
    print_error("got \"%.*s\"\nwant \"%s\"\n", CSM_STR_FMT(got), want);
    _fail(file, line);
}

/* Runs @p check once per row; each row is a test named by its first member, a `const char *`. */
#define run_rows(group, rows, check) run_rows_of((group), (rows), sizeof((rows)[0]), COUNT_OF(rows), (check))
static inline int run_rows_of(const char *group, const void *rows, size_t row_size, size_t count,
                              CMUnitTestFunction check)
{
    struct CMUnitTest *tests = calloc(count, sizeof(*tests));
    if (tests == NULL)
        return 1;
    for (size_t n = 0; n < count; n++) {
        const char *row = (const char *)rows + n * row_size;
        memcpy(&tests[n].name, row, sizeof(tests[n].name));
        tests[n].test_func = check;
        memcpy(&tests[n].initial_state, &row, sizeof(row)); /* rows stay const for the check */
    }
    int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    free(tests);
    return failed;
}

/* Repeatable random numbers (splitmix64). */
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
