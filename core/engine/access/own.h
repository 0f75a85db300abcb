/* Parts of the engine's own plugin, shared by its files. */
#ifndef CSM_ENGINE_ACCESS_OWN_H
#define CSM_ENGINE_ACCESS_OWN_H

#include <csm/csm.h>

#define CSM_OWN_TABLES 16
extern const csm_table csm_own_tables[CSM_OWN_TABLES];

/* Rules that keep roles sound (no containment cycle, never both explicit roles). Source: DOMAIN 3.5. */
#define CSM_OWN_RULES 25
extern const csm_rule csm_own_rules[CSM_OWN_RULES];

/* The users the server itself is. Their ids are made from the keys of their seeds, as the id of every shipped row. */
#define CSM_OWN_SEEDS 2
extern const csm_seed csm_own_seeds[CSM_OWN_SEEDS];
/* clang-format off */
#define CSM_OWN_SYSTEM_ID { { 0x3d, 0xfb, 0x55, 0x52, 0x90, 0xb0, 0x83, 0xf3, 0x84, 0xc4, 0x74, 0x64, 0x15, 0xba, 0x8d, 0xcf } }
#define CSM_OWN_GUEST_ID { { 0xb9, 0x05, 0x59, 0x56, 0xfb, 0x75, 0x87, 0x74, 0x92, 0xc7, 0xcf, 0x8a, 0xf5, 0xe8, 0x13, 0xa9 } }
/* clang-format on */
csm_status csm_own_user_kept(csm_ctx *ctx, csm_change *change); /* rules: they are not changed, */
csm_status csm_own_user_bare(csm_ctx *ctx, csm_change *change); /* and nothing is given to them */

/* DENIED when the user holds a role that the caller may not give. With the rights of the engine. */
csm_status csm_own_check_over(csm_ctx *ctx, csm_id user);

#endif
