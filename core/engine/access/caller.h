/* What the rooms below access need of callers beyond access.h. */
#ifndef CSM_ENGINE_ACCESS_CALLER_H
#define CSM_ENGINE_ACCESS_CALLER_H

#include "base/str.h"
#include "engine/access/access.h"

/* Name recorded for the local administrator acting as nobody else. */
#define CSM_LOCAL_ADMIN_NAME "local-admin"

/* The watched epoch the view of ctx sees; within one read snapshot looked up once. */
csm_status csm_caller_epoch(csm_ctx *ctx, uint64_t *out);
/* Forgets all callers: after a commit that failed, whose numbers are given again. */
void csm_caller_cache_clear(csm_caller_cache *cache);
/* A caller of one's own, outside any cache (questions about others). Free with csm_caller_free. */
csm_status csm_caller_make(csm_ctx *ctx, csm_id user, csm_caller **out);
/* The same with who acts as him, as csm_caller_load: for one whose rows this request changed and may yet undo. */
csm_status csm_caller_make_acting(csm_ctx *ctx, csm_id user, csm_id acting, bool local_admin, csm_caller **out);
void csm_caller_free(csm_caller *caller);
/* Whether another user holds @p role now; one who is gone, inactive or locked holds none. From the thread's cache while
 * nothing watched changed. */
csm_status csm_caller_other_has(csm_ctx *ctx, csm_id user, const csm_mrole *role, bool *out);
/* Ids of the rows of all roles a user holds: directly, through groups, by containment. In the arena of ctx. */
csm_status csm_caller_role_rows(csm_ctx *ctx, csm_id user, csm_id **out, uint32_t *count);
/* Id of the row of a declared role in sys_user_role. None when out of memory. */
csm_id csm_role_row_id(csm_arena *arena, const char *name);

#endif
