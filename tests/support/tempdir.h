/* A fresh directory per test, removed with all that is in it. */
#ifndef CSM_TEST_TEMPDIR_H
#define CSM_TEST_TEMPDIR_H

#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Writes the new directory's path to @p path; false when it cannot be made. */
static inline bool tempdir_make(char path[PATH_MAX])
{
    const char *base = getenv("TMPDIR");

    snprintf(path, PATH_MAX, "%s/csm-test-XXXXXX", base != NULL ? base : "/tmp");
    return mkdtemp(path) != NULL;
}

static inline int tempdir_remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static inline void tempdir_remove(const char *path)
{
    nftw(path, tempdir_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
