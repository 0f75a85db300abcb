/* Tables, fields, indexes and shipped rows: declared, never coded. All strings are static and NUL-terminated. */
#ifndef CSM_SCHEMA_H
#define CSM_SCHEMA_H

#include <csm/abi.h>
#include <csm/value.h>

typedef enum csm_field_type {
    CSM_F_TEXT = 1,     /* UTF-8, at most .length code points (0 = 255); above 4000 it is a text blob in effect */
    CSM_F_INT = 2,
    CSM_F_FLOAT = 3,
    CSM_F_DECIMAL = 4,  /* fixed point, 6 decimals */
    CSM_F_BOOL = 5,
    CSM_F_TIME = 6,     /* UTC, microseconds */
    CSM_F_DATE = 7,
    CSM_F_DURATION = 8, /* seconds */
    CSM_F_REF = 9,      /* id of a row of .ref or of a table that extends it */
    CSM_F_LIST = 10,    /* ordered ids of rows of .ref; an index entry per element */
    CSM_F_JOURNAL = 11, /* append-only entries kept in the history; never in the row */
    CSM_F_CURRENCY = 12,/* map {amount: decimal, currency: ISO 4217 code} */
    CSM_F_BYTES = 13,
    CSM_F_MAP = 14,     /* any value tree, at most .length bytes encoded (0 = 16 KiB) */
    CSM_F_DOCUMENT = 15,/* {table, id}: a row of any table; kept as list [table name text, id] */
    CSM_F_CONDITION = 16,/* encoded filter on the table named in field .condition_table (a field of this row) */
    CSM_F_ZONE = 17     /* IANA zone name */
} csm_field_type;

/* csm_field.flags */
#define CSM_REQUIRED 0x0001u  /* may not be empty when the row is written */
#define CSM_UNIQUE 0x0002u    /* no two rows of the family hold the same non-empty value; makes an index */
#define CSM_READ_ONLY 0x0004u /* clients may not write it; rules and transitions may */
#define CSM_HIDDEN 0x0008u    /* never leaves the server, for nobody (password hash) */
#define CSM_INDEXED 0x0010u   /* single-column index, unless a declared one of the table begins with the field */
#define CSM_NO_AUDIT 0x0020u  /* changes are not kept in the history */
#define CSM_COMPUTED 0x0040u  /* set by a derived-field declaration; implies READ_ONLY */
#define CSM_OVERRIDE 0x0080u  /* same name and type as an inherited field: replaces what is given of choices, default,
                               * label, doc, limits, ref (a table extending the former); flags are added to its flags */
#define CSM_INTERNAL 0x0100u  /* journal or text for internal callers only: leaves through no door to external ones */
#define CSM_INSERT_ONLY 0x0200u /* fixed after insert */
#define CSM_SYSTEM_WRITE 0x0400u /* import with kept times may write it although READ_ONLY */
#define CSM_MORE_CHOICES 0x0800u /* with CSM_OVERRIDE: .choices join those of the field, and nothing else of it changes */
#define CSM_MAIL_ADDRESS 0x1000u /* TEXT: one e-mail address, fit for the header of a mail */
#define CSM_NO_CYCLE 0x2000u  /* a reference to its own table: no row stands below itself, at whatever distance */

/* What deleting the target of an indexed reference does. */
typedef enum csm_on_delete { CSM_REFUSE = 0, CSM_CLEAR = 1, CSM_CASCADE = 2, CSM_KEEP = 3 } csm_on_delete;

typedef struct csm_choice {
    const char *value;    /* as text; for CSM_F_INT fields its decimal form */
    const char *label;
    const char *customer_label; /* what external callers see; NULL = label */
    const char *depends;  /* value of the field named by csm_field.depends_on that this choice belongs to, or NULL */
} csm_choice;

typedef struct csm_field {
    const char *name;
    uint32_t type;        /* csm_field_type */
    uint32_t flags;
    const char *label;    /* NULL: made from the name */
    const char *doc;
    int64_t min, max;     /* INT, DURATION: inclusive, both 0 = none */
    uint32_t length;      /* TEXT: code points; MAP, BYTES: bytes */
    const char *ref;      /* REF, LIST: table */
    uint32_t on_delete;   /* csm_on_delete; only for CSM_INDEXED references */
    CSM_SLICE(csm_choice) choices; /* empty: free */
    const char *depends_on; /* field that csm_choice.depends speaks of */
    const char *dflt;     /* default as text in wire form; "@now" "@today" "@me" (the caller's user id); NULL = empty */
    const char *condition_table; /* CONDITION: field of this row naming the table */
    const char *was;      /* former name after a rename */
} csm_field;

/* Field declarations: CSM_TEXT("name", .length = 80, .flags = CSM_REQUIRED). */
#define CSM_FIELD(n, ...) { .name = (n), .type = __VA_ARGS__ }
#define CSM_TEXT(...) { .type = CSM_F_TEXT, .name = __VA_ARGS__ }
#define CSM_INT(...) { .type = CSM_F_INT, .name = __VA_ARGS__ }
#define CSM_DECIMAL(...) { .type = CSM_F_DECIMAL, .name = __VA_ARGS__ }
#define CSM_BOOL(...) { .type = CSM_F_BOOL, .name = __VA_ARGS__ }
#define CSM_TIME(...) { .type = CSM_F_TIME, .name = __VA_ARGS__ }
#define CSM_DATE(...) { .type = CSM_F_DATE, .name = __VA_ARGS__ }
#define CSM_DURATION(...) { .type = CSM_F_DURATION, .name = __VA_ARGS__ }
#define CSM_REF(n, ...) { .type = CSM_F_REF, .name = (n), .ref = __VA_ARGS__ }
#define CSM_LIST(n, ...) { .type = CSM_F_LIST, .name = (n), .ref = __VA_ARGS__ }
#define CSM_JOURNAL(...) { .type = CSM_F_JOURNAL, .name = __VA_ARGS__ }
#define CSM_CURRENCY(...) { .type = CSM_F_CURRENCY, .name = __VA_ARGS__ }
#define CSM_DOCUMENT(...) { .type = CSM_F_DOCUMENT, .name = __VA_ARGS__ }
#define CSM_CONDITION(n, ...) { .type = CSM_F_CONDITION, .name = (n), .condition_table = __VA_ARGS__ }
#define CSM_ZONE(...) { .type = CSM_F_ZONE, .length = 64, .name = __VA_ARGS__ }
#define CSM_JSON(...) { .type = CSM_F_MAP, .name = __VA_ARGS__ }
/* The choices of a field: CSM_CHOICES(state_choices). */
#define CSM_CHOICES(a) .choices = CSM_ARRAY(a)

#define CSM_INDEX_UNIQUE 0x1u
typedef struct csm_index {
    const char *name;     /* unique within the table */
    const char *columns;  /* "account,active,-opened_at": '-' = descending; field names of the table or inherited */
    uint32_t flags;
    const char *include;  /* fields copied into the entry, "number,short_description"; may be NULL */
    uint32_t key_length;  /* folded bytes of each text column in the key (0 = 64) */
} csm_index;

/* csm_table.flags */
#define CSM_TABLE_NO_HISTORY 0x1u /* no versions, no audit, no as-of (sessions, staging) */
#define CSM_TABLE_WATCHED 0x2u    /* roles or caller values are computed from it, or its rows are kept: a change ends that */
#define CSM_TABLE_CLOSED 0x4u     /* no columns of other plugins */
#define CSM_TABLE_ABSTRACT 0x8u   /* no rows of its own, only of tables that extend it */

typedef struct csm_table {
    const char *name;
    const char *label;
    const char *doc;
    const char *extends;  /* parent table or NULL */
    CSM_SLICE(csm_field) fields;
    CSM_SLICE(csm_index) indexes; /* inherited by tables that extend this one */
    const char *display;  /* field shown for references; NULL: inherited, else "name", "number", sys_id */
    const char *number;   /* prefix of auto-numbers in field "number" ("CS"); NULL: inherited; at least 7 digits */
    uint32_t flags;
    const char *order;    /* default order "-opened_at"; NULL: by sys_id */
} csm_table;

/* Columns and indexes on someone else's table. */
typedef struct csm_table_ext {
    const char *table;
    CSM_SLICE(csm_field) fields;
    CSM_SLICE(csm_index) indexes;
} csm_table_ext;

/* A row shipped by the plugin, written once at activation and then the administrator's (never overwritten). */
typedef struct csm_seed {
    const char *table;
    const char *key;      /* unique text within the table and plugin; the row's id is made from it */
    const char *values;   /* "name=Service Provider^active=true"; a reference: "type=@key:TABLE/KEY" (of this or another
                           * plugin; a role's key is its name); "^^" is a literal "^" */
} csm_seed;

#endif
