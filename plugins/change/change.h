/* What the files of this plugin share. */
#ifndef CHANGE_H
#define CHANGE_H

#include <csm/csm.h>

#define WRITE_ROLE "sn_change_write"

enum {
    CHANGE_TABLES = 3,
    CHANGE_TABLE_EXTS = 2,
    CHANGE_STATES = 2,
};

/* Values of change_request.state. */
enum { CHANGE_NEW = -5, CHANGE_ASSESS = -4, CHANGE_AUTHORIZE = -3, CHANGE_IMPLEMENT = -1, CHANGE_CLOSED = 3, CHANGE_CANCELED = 4 };

extern const csm_table change_tables[CHANGE_TABLES];
extern const csm_table_ext change_table_exts[CHANGE_TABLE_EXTS];
extern const csm_state_model change_states[CHANGE_STATES];

/* ---- rules of changes (states.c) ---- */

csm_status change_hold(csm_ctx *ctx, csm_change *ch);
csm_status change_type(csm_ctx *ctx, csm_change *ch);
csm_status change_dates(csm_ctx *ctx, csm_change *ch);
csm_status change_rejected(csm_ctx *ctx, csm_change *ch);

#endif
