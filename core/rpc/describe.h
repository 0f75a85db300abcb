/* What the describing files share: describe.c (methods and the rest), describe_table.c (tables and fields). */
#ifndef CSM_RPC_DESCRIBE_H
#define CSM_RPC_DESCRIBE_H

#include "rpc/method.h"

typedef struct csm_flag_name {
    uint32_t flag;
    const char *name;
} csm_flag_name;

#define CSM_NAMES(a) (a), (uint32_t)(sizeof(a) / sizeof((a)[0]))

/* Writes the names of the flags that are set, as a list. */
void csm_put_flags(csm_writer *w, const char *key, uint32_t flags, const csm_flag_name *names, uint32_t count);
/* Writes what a type is called; nil for one without a name. */
void csm_put_type(csm_writer *w, const char *key, uint32_t type, const char *const *names, uint32_t count);
void csm_put_field_type(csm_writer *w, const char *key, uint32_t type); /* of a csm_field_type */
/* Writes a field's choices in the wording of the caller's side. */
void csm_put_choices(csm_ctx *ctx, csm_writer *w, const csm_mfield *field);
/* Name of a table the caller may know: to external ones the others do not exist, *out is NULL. */
csm_status csm_table_known_name(csm_ctx *ctx, const csm_mtable *table, const char **out);
/* Area "tables": all of them, to external callers those that are known. */
csm_status csm_describe_tables(csm_ctx *ctx, csm_writer *w);

#endif
