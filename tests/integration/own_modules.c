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

static void copy_as(const char *from_dir, const char *name, const char *as)
{
    char from[512], to[512], block[65536];
    ssize_t got;
    int in, out;

    (void)snprintf(from, sizeof(from), "%s/%s", from_dir, name);
    (void)snprintf(to, sizeof(to), "%s/%s", joined, as);
    in = open(from, O_RDONLY | O_CLOEXEC);
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    assert_true(in >= 0 && out >= 0);
    while ((got = read(in, block, sizeof(block))) > 0)
        assert_int_equal(write(out, block, (size_t)got), got);
    assert_int_equal(got, 0);
    assert_int_equal(close(in), 0);
    assert_int_equal(close(out), 0);
}

static void copy(const char *from_dir, const char *name)
{
    copy_as(from_dir, name, name);
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

static void rename_to(const char *from, const char *name, const char *end)
{
    char before[192], after[192];

    (void)snprintf(before, sizeof(before), "%s/%s", joined, from);
    (void)snprintf(after, sizeof(after), "%s/%s%s", joined, name, end);
    assert_int_equal(rename(before, after), 0);
}

void own_modules_install(const char *dir, const char *name, const char *as, const char *manifest)
{
    char file[128], path[192];
    FILE *f;

    (void)snprintf(file, sizeof(file), "%s.so", name);
    copy_as(dir, file, "new");
    rename_to("new", as, ".so");
    (void)snprintf(path, sizeof(path), "%s/new", joined);
    f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(manifest, f) >= 0);
    assert_int_equal(fchmod(fileno(f), 0600), 0);
    assert_int_equal(fclose(f), 0);
    rename_to("new", as, ".manifest");
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
