/* State models: states, allowed transitions, who, what they need and set. Source: DESIGN 1, DOMAIN 4.1. */
#ifndef CSM_STATE_H
#define CSM_STATE_H

#include <csm/rule.h>

#define CSM_STATE_CLOSED 0x1u /* the row takes no update but by admin and by transitions that leave it; active = false */
#define CSM_STATE_INITIAL 0x2u /* a new row may start here (at least one; the field's default must be one) */
#define CSM_STATE_INACTIVE 0x4u /* active = false, but still open to updates */

typedef struct csm_state {
    const char *value;    /* of the state field, as text */
    uint32_t flags;
} csm_state;

typedef struct csm_transition {
    const char *name;     /* also the method <methods>.<name>; several rows may share one name */
    const char *from;     /* "1,10,18" */
    const char *to;       /* NULL or "" = the state stays */
    const char *roles;    /* any of; NULL = whoever may write the row */
    const char *filter;   /* on the row before, with caller values; NULL = none */
    const char *filter_message; /* what the refusal says when the filter fails */
    const char *required; /* fields that must hold a value afterwards (journal: an entry in this call) */
    const char *fields;   /* fields the caller may set with it besides (the transition carries the right) */
    const char *sets;     /* "assigned_to=@me^resolved_at=@now^resolved_by=@me^cause=" applied as the plugin */
    csm_status (*guard)(csm_ctx *ctx, csm_change *change);  /* before rules; may refuse or set */
    csm_status (*effect)(csm_ctx *ctx, csm_change *change); /* after rules, same transaction */
    const char *doc;
} csm_transition;

#define CSM_TIMED_ON_WRITE 0x1u /* also whenever such a row is written, not only by the hourly job */

/* Rows that move by themselves as days go by, along declared transitions: those the filter describes go to .to. */
typedef struct csm_timed {
    const char *filter;   /* "state=draft^starts<=@today"; a row that has moved no longer meets it */
    const char *to;
    uint32_t flags;
    const char *doc;
} csm_timed;

/* A plain write of the state field counts as the transition with that from and to that the caller may make. One not in
 * the table is E_STATE naming the allowed targets. Rules and jobs may also make transitions without roles check. */
typedef struct csm_state_model {
    const char *table;    /* and tables that extend it without a model of their own */
    const char *field;    /* "state" */
    CSM_SLICE(csm_state) states;
    CSM_SLICE(csm_transition) transitions;
    const char *methods;  /* noun: registers one method per transition name, "<noun>.<name>" {id, ...fields}, and
                           * "<noun>.timeline" {id, limit}; NULL = none */
    const char *active;   /* bool field kept in step with the states' flags; NULL = none */
    CSM_SLICE(csm_timed) timed; /* looked at in this order */
} csm_state_model;

#endif
