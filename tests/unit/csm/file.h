/* A file with given bytes in a directory of its own. */
#ifndef CSM_TEST_CSM_FILE_H
#define CSM_TEST_CSM_FILE_H

#include "tempdir.h"
#include "unit.h"

#include <string.h>

typedef struct test_file {
    char dir[PATH_MAX];
    char path[PATH_MAX + 16];
} test_file;

static inline test_file file_make(const char *bytes, size_t len)
{
    test_file file;
    FILE *out;

    assert_true(tempdir_make(file.dir));
    snprintf(file.path, sizeof(file.path), "%s/rows", file.dir);
    assert_non_null(out = fopen(file.path, "wb"));
    assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(out), 0);
    return file;
}

#endif
