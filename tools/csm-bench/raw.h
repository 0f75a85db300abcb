/* LMDB opened by itself, no server above it: for the files that measure it alone. */
#ifndef CSM_BENCH_RAW_H
#define CSM_BENCH_RAW_H

#include <lmdb.h>

#include <stdint.h>

#define RAW_DBS 16u

typedef struct raw_env {
    MDB_env *env;
    uint32_t count;
    MDB_dbi dbis[RAW_DBS];
    char names[RAW_DBS][16];
} raw_env;

/* Opens the environment in @p dir and all its named databases. @p flags: of mdb_env_open. */
void raw_open(raw_env *raw, const char *dir, unsigned flags);
void raw_close(raw_env *raw);
/* Ends the program when @p rc is an error. */
void raw_check(int rc, const char *what);

#endif
