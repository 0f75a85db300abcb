/* The registry: the catalog and the declarations of all active plugins, compiled into one immutable snapshot.
 * Built once per activation, shared by counted reference, read without locks by every thread.
 * Knows names, types and numeric ids; knows no store, no query language, no user. */
#ifndef CSM_MODEL_MODEL_H
#define CSM_MODEL_MODEL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"

#include <csm/csm.h>

typedef struct csm_registry csm_registry;
typedef struct csm_mtable csm_mtable;   /* a table, compiled */
typedef struct csm_mfield csm_mfield;   /* a field of one table (inherited ones appear in each descendant) */
typedef struct csm_mindex csm_mindex;
typedef struct csm_mrole csm_mrole;
typedef struct csm_mplugin csm_mplugin;

/* Field ids below 16 are the engine's own, the same in every table. */
enum {
    CSM_FID_SYS_ID = 1,          /* the key itself, never in the row map */
    CSM_FID_CLASS = 2,           /* sys_class_name: from the row header */
    CSM_FID_MOD_COUNT = 3,       /* sys_mod_count: from the row header */
    CSM_FID_CREATED_ON = 4,
    CSM_FID_CREATED_BY = 5,      /* user name, text */
    CSM_FID_UPDATED_ON = 6,
    CSM_FID_UPDATED_BY = 7,
    CSM_FID_DOMAIN = 8,          /* sys_domain */
    CSM_FID_DOMAIN_PATH = 9,
    CSM_FID_TAGS = 10,
    CSM_FID_FIRST = 16           /* first id given to declared fields */
};

struct csm_mfield {
    uint32_t id;                 /* stable number, unique in the store; the same for an inherited field */
    uint32_t pos;                /* position in csm_mtable.fields of the table it is read through */
    const char *name;
    csm_str wire_name;           /* the name as MessagePack text: the key of the field in a record */
    const char *label;
    const char *doc;
    const char *plugin;
    uint32_t type;               /* csm_field_type */
    uint32_t flags;              /* CSM_REQUIRED ... */
    int64_t min, max;
    uint32_t length;
    const csm_choice *choices;
    uint32_t choice_count;
    const csm_mfield *depends_on;
    const csm_mtable *ref;       /* REF, LIST */
    uint32_t on_delete;
    csm_value dflt;              /* parsed; nil = none */
    uint32_t dflt_kind;          /* csm_default */
    const csm_mfield *condition_table;
    const csm_mtable *owner;     /* table that declares it */
    const csm_field_right *read_right, *write_right; /* NULL = none; further demands */
    csm_str read_roles, write_roles; /* "a,b" of those rights */
};
typedef enum csm_default { CSM_DEFAULT_VALUE = 0, CSM_DEFAULT_NOW, CSM_DEFAULT_TODAY, CSM_DEFAULT_ME } csm_default;

typedef struct csm_mcolumn {
    const csm_mfield *field;
    bool descending;
} csm_mcolumn;

#define CSM_INDEX_COLUMNS_MAX 8
struct csm_mindex {
    uint32_t id;                 /* stable number; the same in inheriting tables (the key also holds the table id) */
    const char *name;
    bool unique;                 /* within the family */
    uint32_t key_length;
    uint32_t column_count;
    csm_mcolumn columns[CSM_INDEX_COLUMNS_MAX]; /* fields as of the table it is read through */
    const csm_mfield **include;
    uint32_t include_count;
    const csm_mtable *owner;     /* table that declares it */
};

/* A reference field that points to a table (used when its rows are deleted). */
typedef struct csm_minbound {
    const csm_mtable *table;     /* declaring table; its descendants have it too */
    const csm_mfield *field;
    const csm_mindex *index;     /* serving the look-up */
} csm_minbound;

/* One compiled declaration with its plugin and order. Sorted by order, plugin load order, position. */
typedef struct csm_mrule {
    const csm_rule *decl;
    const csm_mplugin *plugin;
    int32_t order;
    const char *name;
    void *filter;                /* set by the engine when it prepares the registry: csm_expr, NULL = always */
} csm_mrule;

typedef struct csm_mscope {
    const csm_scope *decl;
    const csm_mplugin *plugin;
    const csm_mtable *table;     /* the table it is attached to here (a descendant when inherited) */
    const csm_mrole *role;       /* NULL: everyone */
    const csm_mfield *via;
    uint64_t *fields;            /* bit per field pos; NULL = all */
    void *filter;                /* set by the engine: csm_expr, NULL = all rows */
} csm_mscope;

typedef struct csm_mtransition {
    const csm_transition *decl;
    const csm_value *from_values;
    uint32_t from_count;
    csm_value to;                /* nil: the state stays */
    const csm_mfield **required;
    uint32_t required_count;
    const csm_mfield **fields;   /* settable with it: required and decl->fields */
    uint32_t field_count;
    void *filter;                /* set by the engine: csm_expr */
    void *sets;                  /* set by the engine: list of assignments */
} csm_mtransition;

typedef struct csm_mtimed {
    const csm_timed *decl;
    csm_value to;
    void *filter;                /* set by the engine: csm_expr */
} csm_mtimed;

typedef struct csm_mstate_model {
    const csm_state_model *decl;
    const csm_mplugin *plugin;
    const csm_mtable *table;
    const csm_mfield *field;
    const csm_mfield *active;
    csm_mtransition *transitions;
    uint32_t transition_count;
    const csm_value *state_values; /* of decl->states, in their order */
    csm_mtimed *timed;
    uint32_t timed_count;
} csm_mstate_model;

typedef struct csm_mderived {
    const csm_derived *decl;
    const csm_mplugin *plugin;
    const csm_mtable *table;     /* declaring table */
    const csm_mfield *field;
    const csm_mfield *inputs[8];
    uint32_t input_count;
    const csm_mfield *source;    /* COPY: in the table inputs[0] refers to */
} csm_mderived;

/* A task link, resolved. Filters are the engine's slots (csm_expr). */
typedef struct csm_mlink {
    const csm_task_link *decl;
    const csm_mplugin *plugin;
    const csm_mtable *source, *linked;
    const csm_mfield *field;     /* as of source (FORWARD) or linked (BACK) */
    const csm_mfield **copy_to, **copy_from; /* of linked, of source */
    uint32_t copy_count;
    const csm_mfield **params;   /* of linked */
    uint32_t param_count;
    const csm_mfield **required; /* of linked */
    uint32_t required_count;
    bool *required_or;           /* parallel: instead of the one before */
    const csm_mfield *source_note, *linked_note;
    void *may_create, *may_associate, *told, *released;
    void **notes;                /* parallel to decl->notes */
} csm_mlink;

typedef struct csm_mrollup {
    const csm_rollup *decl;
    const csm_mplugin *plugin;
    const csm_mtable *child, *parent;
    const csm_mfield *parent_field;
    void *open, *parent_filter;
    void **any, **none;          /* parallel to decl->steps */
} csm_mrollup;

/* What a method made from a declaration does. */
typedef enum csm_link_verb { CSM_LINK_NONE = 0, CSM_LINK_CREATE, CSM_LINK_ASSOCIATE, CSM_LINK_REMOVE } csm_link_verb;

#define CSM_WHEN_COUNT 12
struct csm_mtable {
    uint32_t id;                 /* stable number */
    const char *name, *label, *doc;
    const char *plugin;
    uint32_t flags;              /* CSM_TABLE_* */
    const csm_mtable *parent;
    const csm_mtable *root;      /* the family */
    const csm_mtable **descendants; /* itself first, then all that extend it */
    uint32_t descendant_count;
    csm_mfield *fields;          /* engine's own first, then inherited, then own; pos = position */
    uint32_t field_count;
    const csm_mfield **journals; /* those of type CSM_F_JOURNAL */
    uint32_t journal_count;
    csm_strmap *by_name;         /* -> const csm_mfield */
    const csm_mfield **by_id;    /* dense over [0, by_id_count), NULL holes */
    uint32_t by_id_count;
    csm_mindex *indexes;         /* inherited and own */
    uint32_t index_count;
    const csm_mfield *display;
    const csm_mfield *number;    /* the auto-number field or NULL */
    const char *number_prefix;
    csm_mcolumn order[4];        /* default order */
    uint32_t order_count;
    csm_mrule *rules[CSM_WHEN_COUNT]; /* by csm_when 1..9 (BEFORE_WRITE, AFTER_WRITE are spread) */
    uint32_t rule_count[CSM_WHEN_COUNT];
    csm_mscope *scopes;          /* grants and restrictions, declared here or inherited */
    uint32_t scope_count;
    const csm_mstate_model *state_model; /* own or nearest ancestor's */
    csm_mderived **derived;      /* whose field is in this table */
    uint32_t derived_count;
    csm_mderived **copies_out;   /* COPY declarations (but .once) whose source is a field of this table */
    uint32_t copies_out_count;
    csm_minbound *inbound;       /* references to this table or an ancestor */
    uint32_t inbound_count;
    csm_mlink **links;           /* whose source or linked table this is or extends */
    uint32_t link_count;
    csm_mrollup **rollups;       /* whose child table this is or extends */
    uint32_t rollup_count;
    uint32_t awaited;            /* bit per change (csm_change_names): an async rule or a subscriber hears of it */
};

struct csm_mrole {
    uint32_t id;                 /* position in csm_registry.roles */
    const char *name, *doc, *plugin;
    const csm_mrole **contains;  /* as declared; rows of the containment table rule at run time */
    uint32_t contains_count;
    bool elevated;               /* given by who holds it or security_admin only */
};

typedef struct csm_mmethod {
    const csm_method *decl;
    const csm_mplugin *plugin;
    const char *name;            /* on the wire */
    const csm_mstate_model *model; /* a method made from a state model, else NULL */
    const char *transition;      /* and the transition it makes; NULL = the record's timeline */
    const csm_mlink *link;       /* a method made from a task link: the link, else NULL */
    csm_link_verb verb;
} csm_mmethod;

typedef struct csm_mpoint {
    const csm_point *decl;
    const csm_mplugin *plugin;
    struct csm_mimpl { const csm_impl *decl; const csm_mplugin *plugin; } *impls; /* sorted */
    uint32_t impl_count;
} csm_mpoint;

struct csm_mplugin {
    const csm_plugin *decl;      /* the host's own copy, newest layout */
    const char *id;
    uint32_t position;           /* load order; 0 = the engine's own */
    const void *settings;        /* parsed struct */
    bool third_party;            /* names are prefixed */
};

struct csm_registry {
    uint64_t sequence;           /* holds from this sequence number on */
    csm_arena *arena;
    csm_mplugin *plugins;
    uint32_t plugin_count;
    csm_mtable **tables;         /* in load order */
    uint32_t table_count;
    csm_mtable **table_by_id;    /* dense, NULL holes */
    uint32_t table_by_id_count;
    csm_strmap *table_by_name;
    csm_mrole *roles;
    uint32_t role_count;
    csm_strmap *role_by_name;
    csm_mmethod *methods;
    uint32_t method_count;
    csm_strmap *method_by_name;
    csm_mpoint *points;
    uint32_t point_count;
    csm_strmap *point_by_name;
    struct csm_mjob { const csm_job *decl; const csm_mplugin *plugin; } *jobs;
    uint32_t job_count;
    struct csm_msubscriber { const csm_subscriber *decl; const csm_mplugin *plugin; } *subscribers; /* sorted */
    uint32_t subscriber_count;
    struct csm_mvalue { const csm_caller_value *decl; const csm_mplugin *plugin; } *caller_values;
    uint32_t caller_value_count;
    csm_mstate_model *models;
    uint32_t model_count;
    csm_mderived *derived;
    uint32_t derived_count;
    csm_mlink *links;
    uint32_t link_count;
    csm_mrollup *rollups;
    uint32_t rollup_count;
    void (*on_free)(csm_registry *reg); /* engine's compiled parts; may be NULL */
    void *engine;                /* set by the engine when it prepares the registry */
};

/* ---- building ---- */

/* Gives every table, field and index its stable number: asked by "t:NAME", "f:TABLE/NAME", "i:TABLE/NAME" (owner table).
 * The engine keeps them in the store; @p was is the former name or NULL. Numbers are never reused. */
typedef struct csm_number_source {
    csm_status (*number)(void *user, const char *key, const char *was, uint32_t *out, csm_error *err);
    void *user;
} csm_number_source;

/* Problems found while building: all are listed, each with the plugin at fault. */
typedef struct csm_problem {
    const char *plugin;          /* id */
    csm_str text;
    struct csm_problem *next;
} csm_problem;

/* Compiles @p plugins (dependency order; [0] is the engine's own). On E_INVALID *problems is a list in @p arena, in the
 * order found; the registry is not made, no number is asked for. The plugins' descriptors must outlive the registry.
 * Declarations speak of tables, fields and methods by their wire names; a scope or rule on table "*" is on every table. */
csm_status csm_registry_build(const csm_mplugin *plugins, uint32_t count, const csm_number_source *numbers,
                              csm_arena *arena, csm_registry **out, csm_problem **problems, csm_error *err);
csm_registry *csm_registry_ref(csm_registry *reg);
void csm_registry_unref(csm_registry *reg); /* frees with the last reference; NULL is fine */

/* Copies a plugin's descriptor into the host's newest layout, slices included (elements of other sizes are zero-filled or
 * cut). E_UNSUPPORTED names the field and both values when the ABI does not fit. In @p arena. */
csm_status csm_plugin_copy(const csm_plugin *theirs, csm_arena *arena, csm_plugin **out, csm_error *err);

/* ---- looking up: NULL when absent; the _get forms name the nearest: NOT_FOUND for a table, INVALID for a field ---- */

const csm_mtable *csm_registry_table(const csm_registry *reg, csm_str name);
csm_status csm_registry_get_table(const csm_registry *reg, csm_str name, const csm_mtable **out, csm_error *err);
const char *csm_field_type_name(uint32_t type); /* of a csm_field_type: "text"; NULL when it is none */
const csm_mtable *csm_registry_table_by_id(const csm_registry *reg, uint32_t id);
const csm_mfield *csm_mtable_field(const csm_mtable *table, csm_str name);
csm_status csm_mtable_get_field(const csm_mtable *table, csm_str name, const csm_mfield **out, csm_error *err);
static inline const csm_mfield *csm_mtable_field_by_id(const csm_mtable *table, uint32_t id)
{
    return id < table->by_id_count ? table->by_id[id] : NULL;
}
bool csm_mtable_is_a(const csm_mtable *table, const csm_mtable *ancestor);
/* Changes of rows: what is done to them, in the order of csm_when. */
extern const char *const csm_change_names[3];
/* Whether its pattern means that change (of csm_change_names): "table.update", also of what extends the table, or "*.update". */
bool csm_subscriber_hears(const csm_subscriber *decl, const csm_mtable *table, uint32_t change);
const csm_mrole *csm_registry_role(const csm_registry *reg, csm_str name);
const csm_mmethod *csm_registry_method(const csm_registry *reg, csm_str name);
const csm_mpoint *csm_registry_point(const csm_registry *reg, csm_str name);
const csm_mplugin *csm_registry_plugin(const csm_registry *reg, csm_str id_or_alias);
/* Label of a choice value for an internal (or external: the customer's wording) reader; empty when it is no choice. */
csm_str csm_mfield_choice_label(const csm_mfield *field, csm_value value, bool external);

/* ---- values ---- */

/* Checks and converts a value as a client or plugin gives it (wire form or typed) into what a row keeps: type, range,
 * length, choice, zone. References: format only. Empty text, list or id = nil; an id twice in a list counts once.
 * Text and bytes of *out are borrowed from @p in. INVALID names the field and the allowed values. */
csm_status csm_mfield_convert(const csm_mfield *field, csm_value in, csm_arena *arena, csm_value *out, csm_error *err);
/* The same from text (filters, defaults, imports): "1", "true", "2026-01-31T10:00:00Z", 32 hex digits, "a,b" for lists,
 * "12.50 EUR" for money, "TABLE/ID" for documents. */
csm_status csm_mfield_parse(const csm_mfield *field, csm_str text, csm_arena *arena, csm_value *out, csm_error *err);
/* Bytewise equality of two stored values; NULL-safe for nil. */
bool csm_value_eq(csm_value a, csm_value b);
/* Deep copy into @p arena. NOMEM leaves *out alone. */
csm_status csm_value_copy(csm_arena *arena, csm_value in, csm_value *out);

#endif
