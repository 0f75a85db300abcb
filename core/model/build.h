/* Shared by the phases that compile declarations into a registry. Private to this folder.
 * A phase returns an error only when it cannot go on (no memory, number source failed); faults in declarations are
 * listed with csm_build_problem and the phase continues, so that the author sees all of them at once. */
#ifndef CSM_MODEL_BUILD_H
#define CSM_MODEL_BUILD_H

#include "model/model.h"

#define CSM_BUILD_WHERE 256 /* room for the place a problem is at, "table \"x\": field \"y\"" */
#define CSM_OWN_FIELDS 10   /* the engine's own, first in every table */

/* Columns or indexes another plugin adds to a table. */
typedef struct csm_build_ext {
    const csm_table_ext *decl;
    const csm_mplugin *plugin;
    struct csm_build_ext *next;
} csm_build_ext;

/* What csm_mfield does not keep; parallel to csm_mtable.fields. */
typedef struct csm_build_field {
    csm_field decl;            /* as it holds in this table, overrides merged in */
    const csm_mplugin *plugin; /* who declared it, or overrode it last */
    bool own;                  /* declared or overridden at this table, not merely inherited */
    bool indexed_above;        /* an ancestor already has its single-column index */
} csm_build_field;

typedef struct csm_build_table {
    csm_mtable *table;
    const csm_table *decl;
    const csm_mplugin *plugin;
    struct csm_build_table *parent;
    csm_build_ext *exts;       /* load order */
    csm_build_field *fields;
    const csm_mfield *display; /* named by .display here or above; NULL = nobody said */
    enum { CSM_BUILD_NEW, CSM_BUILD_OPEN, CSM_BUILD_PLACED } walk; /* of the sort by parents */
} csm_build_table;

typedef struct csm_build {
    csm_registry *reg;
    csm_arena *arena;          /* the registry's */
    csm_arena *problem_arena;  /* the caller's */
    csm_problem *problems;
    csm_problem **problems_end;
    uint32_t problem_count;
    const csm_number_source *numbers;
    csm_error *err;
    bool nomem;                /* an allocation failed while listing a problem */
    csm_build_table *tables;   /* load order, parallel to reg->tables */
    csm_build_table **sorted;  /* parents before the tables that extend them */
    uint32_t table_count;
    csm_strmap *by_name;       /* -> csm_build_table */
    uint32_t method_most;      /* room in reg->methods */
} csm_build;

/* The phases, in the order they run. */
csm_status csm_build_tables(csm_build *b);
csm_status csm_build_fields(csm_build *b);
csm_status csm_build_indexes(csm_build *b);
csm_status csm_build_inbound(csm_build *b);
csm_status csm_build_roles(csm_build *b);
csm_status csm_build_field_rights(csm_build *b);
csm_status csm_build_scopes(csm_build *b);
csm_status csm_build_rules(csm_build *b);
csm_status csm_build_derived(csm_build *b);
csm_status csm_build_states(csm_build *b);
csm_status csm_build_links(csm_build *b);
csm_status csm_build_rollups(csm_build *b);
/* One method of a link; called for each verb when the link names a noun. */
csm_status csm_build_link_method(csm_build *b, const csm_mlink *link, csm_link_verb verb, csm_mmethod *out);
csm_status csm_build_methods(csm_build *b);
csm_status csm_build_points(csm_build *b);
csm_status csm_build_jobs(csm_build *b);
csm_status csm_build_subscribers(csm_build *b);
csm_status csm_build_caller_values(csm_build *b);
csm_status csm_build_data(csm_build *b); /* settings, properties, seeds, migrations: checked, kept in the descriptor */
csm_status csm_build_numbers(csm_build *b);

/* Lists a problem. */
void csm_build_problem(csm_build *b, const csm_mplugin *plugin, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Zero-filled in the registry's arena; NULL when out of memory (the phase returns csm_build_nomem). */
void *csm_build_array(csm_build *b, size_t count, size_t size);
csm_status csm_build_nomem(csm_build *b);
/* @p name with the prefix of a third party's plugin before it unless it is there; NULL when out of memory. */
const char *csm_build_wire_name(csm_build *b, const csm_mplugin *plugin, const char *name, char separator);
/* True when @p name is a valid name; else lists it as a bad @p what. */
bool csm_build_name(csm_build *b, const csm_mplugin *plugin, const char *where, const char *what, const char *name);
/* An argument of a made method that takes what a field takes. */
csm_param csm_build_field_param(const csm_mtable *table, const csm_mfield *field);
/* Next name of a comma separated list, trimmed, empty parts skipped. */
bool csm_build_next(csm_str *rest, csm_str *part);
uint32_t csm_build_list_count(const char *list);

/* Look-ups that list what is missing, with the nearest name; NULL then. */
const csm_mtable *csm_build_find_table(csm_build *b, const csm_mplugin *plugin, const char *where, const char *name);
const csm_mfield *csm_build_find_field(csm_build *b, const csm_mplugin *plugin, const char *where,
                                       const csm_mtable *table, csm_str name);
const csm_mrole *csm_build_find_role(csm_build *b, const csm_mplugin *plugin, const char *where, csm_str name);
void csm_build_check_roles(csm_build *b, const csm_mplugin *plugin, const char *where, const char *roles);
/* Fields of @p list appended to @p out, each once; @p out has room for all. */
void csm_build_field_list(csm_build *b, const csm_mplugin *plugin, const char *where, const csm_mtable *table,
                          const char *list, const csm_mfield **out, uint32_t *count);
/* "a,-b" into columns. */
void csm_build_columns(csm_build *b, const csm_mplugin *plugin, const char *where, const csm_mtable *table,
                       const char *list, csm_mcolumn *out, uint32_t max, uint32_t *count);
/* An index of @p table that begins with @p field, one with fewest columns first; NULL when none. */
const csm_mindex *csm_build_serving_index(const csm_mtable *table, const csm_mfield *field);
/* The same field as of a table further down (or the same table). */
static inline const csm_mfield *csm_build_field_in(const csm_mtable *table, const csm_mfield *field)
{
    return field != NULL ? &table->fields[field->pos] : NULL;
}

/* Nearest names for messages; NULL when none is near. */
const char *csm_registry_nearest_table(const csm_registry *reg, csm_str name);
const char *csm_mtable_nearest_field(const csm_mtable *table, csm_str name);
const char *csm_registry_nearest_role(const csm_registry *reg, csm_str name);
/* Frees maps and arena of a registry that may be half built. */
void csm_registry_destroy(csm_registry *reg);
csm_registry *csm_registry_alloc(void);

#endif
