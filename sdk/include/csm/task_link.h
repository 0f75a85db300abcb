/* Bonds between processes: a record raised from another (task link), and children whose states decide their parent's
 * (roll-up). Declared; the engine makes the methods, keeps both sides told and never does it twice. Source: DESIGN 1,
 * DOMAIN 4.2 to 4.6. */
#ifndef CSM_TASK_LINK_H
#define CSM_TASK_LINK_H

#include <csm/rule.h>

#define CSM_LINK_FORWARD 0u /* .field is of the source: one linked record per source, many sources per linked record */
#define CSM_LINK_BACK 1u    /* .field is of the linked record: many linked records per source */

/* A line for the notes of every source when the linked record changes. */
typedef struct csm_link_note {
    const char *filter; /* on the linked record's change; CHANGES operators allowed */
    const char *text;   /* "${number}: ${state.old} -> ${state}"; display texts; a journal: the entry being added */
} csm_link_note;

/* Methods made when .methods names a noun (all need .role and that the caller may write the source):
 *   <noun>.create_<name> {id, ...params}       a new linked record; answers it
 *   <noun>.associate_<name> {id, <name>: id}   one that is there and that the caller may read
 *   <noun>.remove_<name> {id, <name>?: id}     BACK links name which
 * However the link comes or goes, both sides get a note with the other's number, and point "task_link.changed/1" is called
 * in the same transaction with change "set", "cleared", "released" (at once when the linked record is so already) or, when a
 * released record is worked on again, "resumed". */
typedef struct csm_task_link {
    const char *name;          /* "incident" */
    const char *source;        /* table a linked record is raised from */
    const char *linked;        /* table of the linked record */
    const char *field;         /* indexed reference, see the directions above */
    uint32_t direction;
    const char *methods;
    const char *role;          /* "a,b": any of them */
    const char *may_create;    /* on the source; NULL: FORWARD the field is empty, BACK always */
    const char *may_create_message;
    const char *may_associate; /* on the linked record; NULL: any */
    const char *copies;        /* "short_description,company=account": linked field = source field */
    const char *params;        /* fields of the linked record that the caller may give */
    const char *required;      /* fields that must hold a value in the end; "a|b": one of them */
    const char *point;         /* asked for values before creating: {source, values} -> {values}; NULL = none */
    const char *source_note;   /* journal of the source that is told; NULL = none */
    const char *linked_note;   /* journal of the linked record that is told, none that .notes repeat; NULL = none */
    const char *told;          /* on sources: those that still take notes; NULL = all */
    CSM_SLICE(csm_link_note) notes;
    const char *released;      /* on the linked record: from then on it holds nobody up; NULL = never */
    const char *doc;
    bool optional;             /* without its source or linked table there is no link: their plugin need not be there */
    bool aside;                /* it never holds the source up: the point is not called */
} csm_task_link;

/* Point every link calls; in: {link, change, source_table, source, linked_table, linked}. */
#define CSM_POINT_LINK_CHANGED "task_link.changed/1"
/* Asked for each source that is to be told; in: {link, source, linked}, out: {told}. Nobody handles it: it is told. */
#define CSM_POINT_LINK_TELL "task_link.tell/1"

typedef struct csm_rollup_step {
    const char *any;           /* some child matches; NULL = always. The first step that fits is taken */
    const char *transition;    /* of the parent */
    const char *none;          /* and no child matches; NULL = always */
} csm_rollup_step;

/* When no child matches .open any more, the parent moves. */
typedef struct csm_rollup {
    const char *child;         /* table */
    const char *parent_field;  /* indexed reference of the child */
    const char *open;          /* on children: those that keep the parent waiting */
    const char *parent_filter; /* on the parent: others are left alone; NULL = all */
    CSM_SLICE(csm_rollup_step) steps;
    const char *doc;
} csm_rollup;

#endif
