/* Parts of the engine's own plugin, shared by its files. */
#ifndef CSM_ENGINE_ACCESS_OWN_H
#define CSM_ENGINE_ACCESS_OWN_H

#include <csm/csm.h>

#define CSM_OWN_TABLES 15
extern const csm_table csm_own_tables[CSM_OWN_TABLES];

/* Rules that keep roles sound (no containment cycle, never both explicit roles). Source: DOMAIN 3.5. */
#define CSM_OWN_RULES 19
extern const csm_rule csm_own_rules[CSM_OWN_RULES];

/* DENIED when the user holds a role that the caller may not give. With the rights of the engine. */
csm_status csm_own_check_over(csm_ctx *ctx, csm_id user);

#endif
