/* The server's own users: "system", as which jobs write, and "guest", as which one calls before logging in. Rows like any other,
 * so that what they did names them; nobody logs in as them, changes them or gives them anything. Source: DOMAIN 2.1. */
#include "engine/access/own.h"

#define KEPT "active=false^locked_out=true"

const csm_seed csm_own_seeds[CSM_OWN_SEEDS] = {
    { "sys_user", "system", "user_name=system^first_name=System^" KEPT },
    { "sys_user", "guest", "user_name=guest^first_name=Guest^" KEPT },
};

static const csm_id ids[CSM_OWN_SEEDS] = { CSM_OWN_SYSTEM_ID, CSM_OWN_GUEST_ID };

static csm_status refuse(csm_ctx *ctx, csm_id user, const char *what)
{
    for (uint32_t n = 0; n < CSM_OWN_SEEDS; n++)
        if (csm_id_eq(user, ids[n]))
            return csm_fail(ctx, CSM_E_REJECTED, "user \"%s\" is the server's own: %s", csm_own_seeds[n].key, what);
    return CSM_OK;
}

csm_status csm_own_user_kept(csm_ctx *ctx, csm_change *change)
{
    return refuse(ctx, csm_change_id(ctx, change), "it stays as it is");
}

csm_status csm_own_user_bare(csm_ctx *ctx, csm_change *change)
{
    return refuse(ctx, csm_change_new_ref(ctx, change, "user"), "it has no roles, groups, sessions or tokens");
}
