/* The file of refused rows: made when needed, gone on in without telling a row twice, no stranger's file overwritten.
 */
#include "file.h"

#include "rejected.h"

#include <unistd.h>

static const csm_str columns[] = { { "a", 1 }, { "b,c", 3 } };

static csm_status add(cli_rejected *r, uint64_t line, const char *cell, const char *reason)
{
    csm_str cells[] = { csm_str_of(cell) };
    cli_row row = { .line = line, .cells = cells, .count = 1 };
    csm_error err = { 0 };

    return cli_rejected_add(r, columns, 2, &row, csm_str_of(reason), &err);
}

static void assert_file(const char *path, const char *want)
{
    char text[1024] = "";
    FILE *in = fopen(path, "rb");

    assert_non_null(in);
    assert_true(fread(text, 1, sizeof(text) - 1, in) > 0);
    (void)fclose(in);
    assert_string_equal(text, want);
}

static void rows_stand_once(void **state)
{
    test_file file = file_make("", 0);
    cli_rejected r = { .path = file.path };
    csm_error err = { 0 };

    (void)state;
    assert_int_equal(unlink(file.path), 0);
    assert_int_equal(cli_rejected_close(&r, &err), CSM_OK);
    assert_int_not_equal(access(file.path, F_OK), 0); /* nothing refused: no file */

    assert_int_equal(add(&r, 3, "x", "bad, very"), CSM_OK);
    assert_int_equal(add(&r, 7, "y", "worse"), CSM_OK);
    assert_file(file.path,
                "#line,#reason,a,\"b,c\"\r\n3,\"bad, very\",x,\r\n7,worse,y,\r\n"); /* before the close already */
    assert_int_equal(cli_rejected_close(&r, &err), CSM_OK);

    r = (cli_rejected){ .path = file.path, .resume = true };
    assert_int_equal(add(&r, 3, "x", "bad, very"), CSM_OK);
    assert_int_equal(add(&r, 7, "y", "worse"), CSM_OK);
    assert_int_equal(add(&r, 9, "z", "new"), CSM_OK);
    assert_int_equal(add(&r, 5, "w", "out of turn"), CSM_OK);
    assert_int_equal(cli_rejected_close(&r, &err), CSM_OK);
    assert_file(file.path, "#line,#reason,a,\"b,c\"\r\n3,\"bad, very\",x,\r\n7,worse,y,\r\n9,new,z,\r\n5,out of turn,w,\r\n");

    r = (cli_rejected){ .path = file.path, .resume = true };
    assert_int_equal(add(&r, 5, "w", "out of turn"), CSM_OK);
    assert_int_equal(add(&r, 9, "z", "new"), CSM_OK);
    assert_int_equal(cli_rejected_close(&r, &err), CSM_OK);
    assert_file(file.path, "#line,#reason,a,\"b,c\"\r\n3,\"bad, very\",x,\r\n7,worse,y,\r\n9,new,z,\r\n5,out of turn,w,\r\n");

    r = (cli_rejected){ .path = file.path };
    assert_int_equal(add(&r, 2, "n", "anew"), CSM_OK);
    assert_int_equal(cli_rejected_close(&r, &err), CSM_OK);
    assert_file(file.path, "#line,#reason,a,\"b,c\"\r\n2,anew,n,\r\n");
    tempdir_remove(file.dir);
}

static void strangers_file_is_kept(void **state)
{
    test_file file = file_make("a,b\n1,2\n", 8);
    cli_rejected r = { .path = file.path };
    csm_error err = { 0 };

    (void)state;
    assert_int_equal(add(&r, 2, "n", "anew"), CSM_E_EXISTS);
    assert_int_equal(cli_rejected_close(&r, &err), CSM_OK);
    assert_file(file.path, "a,b\n1,2\n");
    tempdir_remove(file.dir);
}

static void unwritable_path_is_named(void **state)
{
    cli_rejected r = { .path = "/nonexistent/x.rejected.csv" };
    csm_str cells[] = { CSM_STR("1") };
    cli_row row = { .line = 1, .cells = cells, .count = 1 };
    csm_error err = { 0 };

    (void)state;
    assert_int_equal(cli_rejected_add(&r, columns, 2, &row, CSM_STR("no"), &err), CSM_E_IO);
    assert_non_null(strstr(err.message, "/nonexistent/x.rejected.csv"));
    assert_non_null(strstr(err.hint, "--rejected"));
    assert_int_equal(cli_rejected_close(&r, &err), CSM_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_stand_once),
        cmocka_unit_test(strangers_file_is_kept),
        cmocka_unit_test(unwritable_path_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
