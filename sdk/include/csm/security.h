/* Who may do what: roles, scopes (rows), field rights. Deny unless allowed. Source: DESIGN 6, DOMAIN 3. */
#ifndef CSM_SECURITY_H
#define CSM_SECURITY_H

#include <csm/abi.h>
#include <csm/value.h>

typedef struct csm_role {
    const char *name;
    const char *contains; /* "role_a,role_b": roles of this or a plugin this one depends on; transitive */
    const char *doc;
} csm_role;

/* Operations, a bit each. */
#define CSM_OP_READ 0x1u
#define CSM_OP_CREATE 0x2u
#define CSM_OP_WRITE 0x4u
#define CSM_OP_DELETE 0x8u
#define CSM_OP_CRWD 0xfu

/* csm_scope.flags */
#define CSM_SCOPE_RESTRICT 0x1u /* and-ed to every scope of those who hold .role (NULL: everyone but system) */
#define CSM_SCOPE_EXEMPT_ADMIN 0x2u /* a restriction that does not bind holders of role "admin" */
#define CSM_SCOPE_ADDS 0x4u /* grants no rows: .fields join the field list of every scope of the table whose operations are among
                             * .ops and whose role is .role or contains it; how a plugin's columns reach those who see the row */

/* Grants operations on the rows a filter describes. What a caller may do with a row is the union of the scopes of
 * his roles, cut by every restriction. A table inherits the scopes of the table it extends only when
 * they say so (.inherit). The role "admin" has every operation on every table without a scope. */
typedef struct csm_scope {
    const char *table;
    uint32_t ops;
    const char *role;     /* who profits (directly or contained) */
    const char *filter;   /* encoded filter with caller values "account=@contact_accounts"; NULL = all rows */
    const char *via;      /* reference field: the row it points to (a list: one of them) must be within the caller's reach for .via_op */
    uint32_t via_op;      /* 0 = CSM_OP_READ */
    const char *fields;   /* READ: fields seen; CREATE, WRITE: fields that may be set. NULL = all, "-a,b" = all but */
    uint32_t flags;
    bool inherit;         /* also for tables that extend this one */
    const char *doc;
    const char *like;     /* role: the fields are those of its scopes of this table with the same .ops; .fields is NULL then */
} csm_scope;

/* A further demand on one field: reading or writing it needs one of these roles, whatever the scope says. */
typedef struct csm_field_right {
    const char *table;
    const char *field;
    uint32_t ops;         /* CSM_OP_READ, CSM_OP_WRITE */
    const char *roles;    /* "a,b": any of them */
} csm_field_right;

/* A caller value: a pure function of the calling user that yields a list (usually of ids), computed in the reading
 * snapshot and kept only while none of the watched tables changed. Written "@name" in filters. Always there:
 * @me (own user id), @my_groups, @my_roles (names), @now, @today.
 * In a filter "field=@name" means "field is one of", "field!=@name" none of; an empty list matches nothing. */
typedef struct csm_caller_value {
    const char *name;
    uint32_t type;        /* CSM_T_ID, CSM_T_TEXT, CSM_T_BOOL, CSM_T_INT: of the elements */
    csm_status (*run)(csm_ctx *ctx, csm_id user, csm_value *out_list); /* list in the arena of ctx */
    const char *doc;
} csm_caller_value;

/* ---- what a handler may ask about the caller ---- */

typedef struct csm_caller_api {
    uint32_t size;
    csm_id (*user)(csm_ctx *ctx);
    csm_str (*user_name)(csm_ctx *ctx);
    bool (*has_role)(csm_ctx *ctx, const char *role);
    bool (*is_external)(csm_ctx *ctx);
    csm_status (*value)(csm_ctx *ctx, const char *name, csm_value *out);
    bool (*user_has_role)(csm_ctx *ctx, csm_id user, const char *role);
    csm_status (*can)(csm_ctx *ctx, const char *table, csm_id id, uint32_t op, bool *out);
    csm_status (*as_plugin)(csm_ctx *ctx, csm_status (*run)(csm_ctx *ctx, void *arg), void *arg);
    /* INVALID tells the rule for new passwords that @p password breaks. */
    csm_status (*hash_password)(csm_ctx *ctx, csm_str password, csm_str *out);
    csm_status (*grant_role)(csm_ctx *ctx, csm_id user, const char *role);
    /* One-time secrets: text to send, hash to keep and to look up by. Arena of ctx. */
    csm_status (*secret_new)(csm_ctx *ctx, csm_str *secret, csm_str *hash);
    csm_status (*secret_hash)(csm_ctx *ctx, csm_str secret, csm_str *hash);
} csm_caller_api;

#endif
