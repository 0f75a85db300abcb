/* Who is asking and what he may do: callers, roles, scopes and restrictions as filters, field rights, explain; passwords,
 * secrets. Deny unless allowed. One evaluator for every door. */
#ifndef CSM_ENGINE_ACCESS_ACCESS_H
#define CSM_ENGINE_ACCESS_ACCESS_H

#include "engine/query/query.h"

csm_caller_cache *csm_caller_cache_new(void); /* one per thread */
void csm_caller_cache_free(csm_caller_cache *cache);

/* The caller for @p user as the view of @p ctx sees him, in the cache of @p ctx; recomputed when something watched changed. Not
 * for a request that changed something watched itself: it may be undone. @p acting none or the administrator. Sets ctx->caller.
 * UNAUTHENTICATED when inactive, locked or gone. @p user none with @p local_admin: the local administrator. */
csm_status csm_caller_load(csm_ctx *ctx, csm_id user, csm_id acting, bool local_admin);
csm_caller *csm_caller_system(void);     /* static, for every registry */
csm_caller *csm_caller_nobody(void);     /* before login: no roles */
bool csm_caller_has(const csm_caller *caller, const csm_mrole *role); /* an admin has every role but snc_external and what contains it */
bool csm_caller_has_any(csm_ctx *ctx, csm_str roles); /* "a,b"; empty = true; unknown names are not held */
/* The list of a caller value by name (without "@"): declared ones and the built-in me, my_groups, my_roles, now, today. */
csm_status csm_caller_value_get(csm_ctx *ctx, csm_str name, csm_value *out_list);
/* Element type of a caller value by name, or -1 when there is none: for checking filters. */
int csm_caller_value_type(const csm_registry *reg, csm_str name);

/* ---- rows and fields ---- */

/* One way to reach rows: all that @p filter describes, and of them these fields. */
typedef struct csm_reach_branch {
    const csm_expr *filter;    /* NULL = all rows */
    const uint64_t *fields;    /* bit per field position; NULL = all */
    const csm_mscope *scope;
} csm_reach_branch;
typedef struct csm_reach {
    bool all;                  /* everything, every field (admin, system) */
    csm_reach_branch *branches;/* none: nothing */
    uint32_t branch_count;
    const csm_expr *restriction; /* and-ed; NULL = none */
} csm_reach;
/* What the caller may do with rows of the concrete @p table for one operation. A query over a parent asks for each
 * descendant. In the arena of ctx, or kept with the caller: the branches are not to be changed. */
csm_status csm_access_reach(csm_ctx *ctx, const csm_mtable *table, uint32_t op, csm_reach *out);
/* One row. @p fields (may be NULL; (field_count+63)/64 words) gets the union of the fields of all scopes that match. */
csm_status csm_access_row(csm_ctx *ctx, const csm_row *row, uint32_t op, bool *allowed, uint64_t *fields);
/* Static field rights and flags (HIDDEN, INTERNAL, csm_field_right), not the scope's list. */
bool csm_access_field(csm_ctx *ctx, const csm_mfield *field, uint32_t op);
/* Whether the caller sees the field of a row of which he may see @p readable (bits per field position; NULL = all). */
bool csm_access_sees(csm_ctx *ctx, const csm_mfield *field, const uint64_t *readable);
/* The same of all fields of @p table for reading, laid out for writing rows: most fields of a row hold nothing, and what is
 * written of them is always the same. */
typedef struct csm_shown_field {
    const csm_mfield *field;
    uint32_t end;              /* of its pair in csm_shown.empty */
    uint16_t pos;              /* of the field, as are the next: the whole list fits the nearest cache */
    bool is_journal;
    bool is_made;              /* what is written is not what the row holds: journals, documents */
} csm_shown_field;
typedef struct csm_shown {
    const uint64_t *bits;      /* per field position, as are the next three */
    const uint64_t *listed;    /* those in the list */
    const uint64_t *always;    /* also on rows whose scopes do not show them */
    const uint64_t *journals;
    const csm_shown_field *fields; /* all of them but id and version, in order */
    uint32_t count;
    csm_str empty;             /* their encoded names, each followed by nil */
} csm_shown;
/* Kept with the caller, or in the arena of ctx. */
csm_status csm_access_shown(csm_ctx *ctx, const csm_mtable *table, const csm_shown **out);
/* Removes from @p reach the branches that do not show @p field; DENIED naming the field when static rights forbid it or no
 * branch is left. Called for every field a condition, order, group or search names. */
csm_status csm_access_use_field(csm_ctx *ctx, const csm_mtable *table, csm_reach *reach, const csm_mfield *field);
/* Tree of rules with verdicts for one user, row and operation. */
csm_status csm_access_explain(csm_ctx *ctx, csm_id user, const csm_mtable *table, csm_id id, uint32_t op, csm_value *out);

/* ---- secrets (worker thread: slow on purpose) ---- */

/* argon2id; as stored. In @p arena. */
csm_status csm_password_make(csm_arena *arena, csm_str password, csm_str *out, csm_error *err);
bool csm_password_check(csm_str stored, csm_str password); /* empty stored: hashes anyway, false */
/* Rule for new passwords: 8 or more, upper, lower, digit. INVALID says which. */
csm_status csm_password_rule(csm_str password, csm_error *err);
/* An opaque secret (32 random bytes as text) and the hash it is stored under. */
csm_status csm_secret_make(csm_arena *arena, csm_str *secret, csm_str *hash, csm_error *err);
csm_status csm_secret_digest(csm_arena *arena, csm_str secret, csm_str *hash, csm_error *err);

#endif
