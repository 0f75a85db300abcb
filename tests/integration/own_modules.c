/* Joining modules in one directory. */
#include "own_modules.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char joined[64];

static void copy(const char *from_dir, const char *name)
{
    char from[512], to[512], block[65536];
    ssize_t got;
    int in, out;

    (void)snprintf(from, sizeof(from), "%s/%s", from_dir, name);
    (void)snprintf(to, sizeof(to), "%s/%s", joined, name);
    in = open(from, O_RDONLY | O_CLOEXEC);
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    assert_true(in >= 0 && out >= 0);
    while ((got = read(in, block, sizeof(block))) > 0)
        assert_int_equal(write(out, block, (size_t)got), got);
    assert_int_equal(got, 0);
    assert_int_equal(close(in), 0);
    assert_int_equal(close(out), 0);
}

static void copy_all(const char *from_dir)
{
    DIR *list = opendir(from_dir);
    const struct dirent *entry;

    assert_non_null(list);
    while ((entry = readdir(list)) != NULL)
        if (strstr(entry->d_name, ".so") != NULL || strstr(entry->d_name, ".manifest") != NULL)
            copy(from_dir, entry->d_name);
    assert_int_equal(closedir(list), 0);
}

void own_modules_join(const char *dir)
{
    const char *bundled = getenv("CSM_PLUGIN_DIR");

    assert_non_null(bundled);
    (void)snprintf(joined, sizeof(joined), "/tmp/csm-modules-XXXXXX");
    assert_non_null(mkdtemp(joined));
    copy_all(bundled);
    copy_all(dir);
    assert_int_equal(setenv("CSM_PLUGIN_DIR", joined, 1), 0);
}

void own_modules_part(void)
{
    DIR *list = opendir(joined);
    const struct dirent *entry;

    while (list != NULL && (entry = readdir(list)) != NULL)
        (void)unlinkat(dirfd(list), entry->d_name, 0);
    if (list != NULL)
        (void)closedir(list);
    (void)rmdir(joined);
}
