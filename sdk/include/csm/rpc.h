/* Methods: what clients call. Arguments are checked and defaulted before the handler runs. Source: DESIGN 8. */
#ifndef CSM_RPC_H
#define CSM_RPC_H

#include <csm/abi.h>
#include <csm/record.h>

#define CSM_PARAM_REQUIRED 0x1u
#define CSM_PARAM_NEEDED 0x2u /* told as required, but asked for by the method itself, after who may and when */
typedef struct csm_param {
    const char *name;
    uint32_t type;       /* csm_type; CSM_T_NIL = any. CSM_T_ID takes 32 hex, CSM_T_TIME RFC 3339 ... */
    uint32_t flags;
    const char *table;   /* CSM_T_ID: of which table (documentation and check of the format only); CSM_T_LIST: ids of it */
    const char *dflt;    /* wire text; NULL: absent stays nil */
    int64_t min, max;    /* CSM_T_INT, and length of CSM_T_TEXT / count of CSM_T_LIST; both 0 = default limits */
    const char *doc;
    const char *field;   /* takes what this field of .table takes, checked when it is written; NULL = .type says it */
} csm_param;
#define CSM_PARAM(n, ...) { .name = (n), .type = __VA_ARGS__ }
#define CSM_PARAM_ID(...) { .type = CSM_T_ID, .flags = CSM_PARAM_REQUIRED, .name = __VA_ARGS__ }

#define CSM_METHOD_WRITES 0x1u /* runs on the writer thread in a transaction */
#define CSM_METHOD_SLOW 0x2u   /* a read that starts on a worker */
#define CSM_METHOD_OPEN 0x4u   /* callable before login */
#define CSM_METHOD_EXTERNAL 0x8u /* external callers too (otherwise internal only); rows are guarded by scopes anyway */

typedef struct csm_method {
    const char *name;      /* "noun.verb"; of a third party: without its prefix "<plugin>." */
    CSM_SLICE(csm_param) params;
    uint32_t returns;      /* csm_type of the result; CSM_T_NIL = any */
    uint32_t flags;
    const char *role;      /* "a,b": one of them needed; NULL = any logged-in caller */
    uint32_t since;
    uint32_t deadline_ms;  /* 0 = the server's default */
    csm_status (*run)(csm_ctx *ctx, const csm_args *in, csm_reply *out);
    const char *doc;
    const char *returns_doc;
} csm_method;

typedef struct csm_rpc_api {
    uint32_t size;
    /* By position in params; nil when absent. Text, lists, maps borrowed for the call. */
    csm_value (*arg)(csm_ctx *ctx, const csm_args *in, uint32_t position);
    csm_status (*reply)(csm_ctx *ctx, csm_reply *out, csm_value value); /* once */
    csm_status (*reply_record)(csm_ctx *ctx, csm_reply *out, csm_record *rec); /* the fields its caller may see */
    /* A record as a map value, filtered by what the caller may see. */
    csm_status (*record_value)(csm_ctx *ctx, csm_record *rec, csm_value *out);
    /* Building: copies items into the arena. */
    csm_status (*list_add)(csm_ctx *ctx, csm_value *list, csm_value item);
    csm_status (*map_add)(csm_ctx *ctx, csm_value *map, const char *key, csm_value item);
    void *(*alloc)(csm_ctx *ctx, size_t size); /* arena of ctx, zero-filled; NULL sets the error */
    csm_str (*printf)(csm_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* arena of ctx, NUL-terminated */
    csm_time (*now)(csm_ctx *ctx);
    const void *(*settings)(csm_ctx *ctx);
    csm_status (*fail)(csm_ctx *ctx, csm_status code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
    csm_status (*fail_field)(csm_ctx *ctx, csm_status code, const char *field, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));
    /* Advice beside the error; after fail, which forgets what was said before. */
    void (*hint)(csm_ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
    void (*reason)(csm_ctx *ctx, const char *word);
    /* A value kept by name in the store, in this transaction (counters of generators and the like). */
    csm_status (*counter_next)(csm_ctx *ctx, const char *name, int64_t *out);
    /* Property row of sys_properties-like settings that administrators change at run time: text, or dflt. */
    csm_str (*property)(csm_ctx *ctx, const char *name, const char *dflt);
    void (*log)(csm_ctx *ctx, uint32_t level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
    csm_status (*random_text)(csm_ctx *ctx, uint32_t length, csm_str *out); /* A-Z2-9, for codes and passwords */
    /* Values by name (a map or nil) checked, converted and defaulted as the arguments of a method are, for forms kept in rows.
     * *out: a map of those that have a value, each of its parameter's type. */
    csm_status (*args_check)(csm_ctx *ctx, const csm_param *params, uint32_t count, csm_value given, csm_value *out);
} csm_rpc_api;

#endif
