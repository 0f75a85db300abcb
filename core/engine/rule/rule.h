/* Ordered rule chains, state models, extension points. Called by the write path; runs plugin code with the plugin's rights. */
#ifndef CSM_ENGINE_RULE_RULE_H
#define CSM_ENGINE_RULE_RULE_H

#include "engine/access/access.h"

/* The change under way, as rules see it through csm_change_api. */
struct csm_change {
    csm_change_op op;
    const csm_row *old;        /* NULL on insert */
    csm_row *now;              /* pending row; on delete the old one */
    uint64_t *given;           /* bit per field position the writer named */
    csm_str *journal;          /* by field position: entry to add, ptr NULL = none; NULL = no journals */
    const csm_mtransition *transition; /* under way; NULL = none */
    bool by_client, is_import;
    bool brings_states;        /* an import that is no replay: records come in the states they are in */
    bool sealed;               /* after rules: set is refused */
};

/* Runs the rules of one moment (csm_when 1..6) in order; stops at the first refusal. Guards rule depth. */
csm_status csm_rules_run(csm_ctx *ctx, csm_when when, csm_change *change);

/* Finds and checks the transition of a change: by name, or from old and new state. Applies sets, checks roles (by_client only),
 * filter, closed states, initial state. STATE lists the allowed targets. @p carried: the fields that the transition lets
 * its caller set (bit per field position; NULL = no transition). */
csm_status csm_state_begin(csm_ctx *ctx, csm_change *change, const char *transition, const uint64_t **carried);
csm_status csm_state_check(csm_ctx *ctx, csm_change *change);  /* after before rules: required, guard, active flag */
csm_status csm_state_effect(csm_ctx *ctx, csm_change *change); /* after the row is written */
/* STATE when the row is in a closed state and takes nothing more from this caller, neither values nor files. */
csm_status csm_state_open(csm_ctx *ctx, const csm_row *row);
/* Allowed transitions of a row for the caller: list of {name, to, label, required, fields}. */
csm_status csm_state_allowed(csm_ctx *ctx, const csm_row *row, csm_value *out);

/* Derived fields of the row, before validation; and what others derive from it, after it is written. */
csm_status csm_derive_before(csm_ctx *ctx, csm_change *change);
csm_status csm_derive_after(csm_ctx *ctx, csm_change *change);

/* Runs a point's implementations in their order until one has handled it, of a replacing point the first alone; *out: the last
 * answer, a map of the point's own names, or nil. */
csm_status csm_point_run(csm_ctx *ctx, const csm_mpoint *point, csm_value in, csm_value *out);

#endif
