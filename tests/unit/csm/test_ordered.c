/* Rows by the time they hold. */
#include "file.h"

#include "ordered.h"

#include "base/buf.h"

static csm_status read_ordered(const char *bytes, const char *column, csm_date_order order, csm_buf *out, csm_error *err)
{
    test_file file = file_make(bytes, strlen(bytes));
    cli_rows_options options = { .separator = ',' };
    cli_ordered *ordered = NULL;
    cli_rows *rows = NULL;
    cli_row row;
    csm_status st;

    assert_int_equal(cli_rows_open(file.path, &options, &rows, err), CSM_OK);
    st = cli_ordered_read(rows, csm_str_of(column), order, &ordered, err);
    while (st == CSM_OK && cli_ordered_next(ordered, &row))
        csm_buf_printf(out, "%llu ", (unsigned long long)row.line);
    if (st == CSM_OK)
        assert_int_equal(cli_ordered_share(ordered), 100);
    cli_ordered_free(ordered);
    cli_rows_close(rows);
    tempdir_remove(file.dir);
    return st;
}

static void rows_come_by_time(void **state)
{
    static const struct {
        const char *bytes;
        csm_date_order order;
        const char *want;
    } table[] = {
        { "At,b\n02-01-2016 10:00,x\n01-02-2016 09:00,y\n03-01-2016 08:00,z\n", CSM_DATE_DMY, "2 4 3 " },
        { "At,b\n02-01-2016 10:00,x\n01-02-2016 09:00,y\n03-01-2016 08:00,z\n", CSM_DATE_MDY, "3 2 4 " },
        { "At\n2016-01-02T00:00:00Z\n2016-01-01T00:00:00Z\n", CSM_DATE_NONE, "3 2 " },
        { "At,b\n2016-01-01 10:00,x\n2016-01-01 10:00,y\n2016-01-01 10:00,z\n", CSM_DATE_YMD, "2 3 4 " },
        { "At,b\n2016-01-02,x\nnever,y\n2016-01-01,z\n", CSM_DATE_YMD, "4 2 3 " }, /* behind the one before it */
        { "At,b\n2016-01-02,x\n2016-01-01,y,more\n", CSM_DATE_YMD, "2 3 " },       /* a row that cannot be used has no time */
        { "At\n", CSM_DATE_YMD, "" },
    };

    (void)state;
    for (size_t n = 0; n < COUNT_OF(table); n++) {
        csm_error err = { 0 };
        csm_buf out;

        csm_buf_init(&out, 0);
        assert_int_equal(read_ordered(table[n].bytes, "At", table[n].order, &out, &err), CSM_OK);
        assert_str(csm_buf_str(&out), table[n].want);
        csm_buf_done(&out);
    }
}

static void a_missing_column_is_told(void **state)
{
    csm_error err = { 0 };
    csm_buf out;

    (void)state;
    csm_buf_init(&out, 0);
    assert_int_equal(read_ordered("a,b\n1,2\n", "At", CSM_DATE_DMY, &out, &err), CSM_E_INVALID);
    assert_non_null(strstr(err.message, "\"At\""));
    csm_buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(rows_come_by_time), cmocka_unit_test(a_missing_column_is_told) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
