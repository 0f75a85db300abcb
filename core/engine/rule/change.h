/* What the rule and record rooms do with a change under way: setting fields, comparing, evaluating. */
#ifndef CSM_ENGINE_RULE_CHANGE_H
#define CSM_ENGINE_RULE_CHANGE_H

#include "engine/rule/frame.h"
#include "engine/rule/rule.h"

/* Sets a field of the pending row, checked and converted; a journal field gets an entry (added to one already there).
 * STATE after the row was written. */
csm_status csm_change_assign(csm_ctx *ctx, csm_change *change, const csm_mfield *field, csm_value value);
/* An import named this field that only the system writes: transitions and rules leave it so. */
bool csm_change_keeps(const csm_change *change, const csm_mfield *field);
/* Adds a journal entry: text, trimmed; empty adds nothing. */
csm_status csm_change_note(csm_ctx *ctx, csm_change *change, const csm_mfield *field, csm_value value);
/* Value differs from the old row's (insert: is not empty), or a journal entry is being added. */
bool csm_change_moves(const csm_change *change, const csm_mfield *field);
bool csm_change_has_entry(const csm_change *change, const csm_mfield *field);
/* A condition on the change: the new row, journals as what is being added, CHANGES against the old row. */
csm_status csm_change_eval(csm_ctx *ctx, const csm_expr *expr, const csm_change *change, bool *out);

/* "field=value^field=@me^field=": what a transition sets, what a seed holds; "^^" is a literal "^". */
typedef enum csm_assign_kind { CSM_ASSIGN_VALUE, CSM_ASSIGN_ME, CSM_ASSIGN_NOW, CSM_ASSIGN_TODAY, CSM_ASSIGN_KEY } csm_assign_kind;
typedef struct csm_assign {
    const csm_mfield *field;   /* as of the table it was parsed for */
    csm_assign_kind kind;
    csm_value value;           /* VALUE; nil clears */
    csm_str key_table, key;    /* KEY: "@key:TABLE/KEY" */
} csm_assign;
typedef struct csm_assign_list {
    csm_assign *items;
    uint32_t count;
} csm_assign_list;
/* INVALID names field and value. In @p arena; texts are borrowed from @p text. */
csm_status csm_assign_parse(const csm_mtable *table, csm_str text, csm_arena *arena, csm_assign_list *out, csm_error *err);
/* What one assignment comes to now. Not for CSM_ASSIGN_KEY. */
csm_value csm_assign_value(csm_ctx *ctx, const csm_assign *assign);

/* The text a choice or state value is declared with, compared with a stored value. */
bool csm_value_is_text(csm_value value, const char *text);

/* May the caller make it on this row: roles (unless the engine or a plugin acts) and filter. */
typedef enum csm_permit { CSM_PERMIT_YES, CSM_PERMIT_ROLE, CSM_PERMIT_FILTER } csm_permit;
csm_status csm_transition_permit(csm_ctx *ctx, const csm_mtransition *transition, const csm_row *row, csm_permit *out);
bool csm_transition_leaves(const csm_mtransition *transition, csm_value from);
/* Refuses: STATE naming from, to and what the caller may do instead. */
csm_status csm_state_refuse(csm_ctx *ctx, const csm_mstate_model *model, const csm_row *row, csm_value to);

#endif
