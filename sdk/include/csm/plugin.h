/* The descriptor: one constant struct full of declarations, returned by the plugin's only exported function.
 * Source: SDK contract B2. Members down to summary are frozen; new members come at the end. */
#ifndef CSM_PLUGIN_H
#define CSM_PLUGIN_H

#include <csm/job.h>
#include <csm/link.h>
#include <csm/point.h>
#include <csm/query.h>
#include <csm/rpc.h>
#include <csm/rule.h>
#include <csm/schema.h>
#include <csm/security.h>
#include <csm/setting.h>
#include <csm/state.h>
#include <csm/task_link.h>

typedef struct csm_dep {
    const char *plugin;
    const char *min; /* lowest version, "1.0"; NULL = any */
} csm_dep;

/* A step from the rows of an earlier version to those of this one. Steps the store has not had run in the transaction of the
 * activation, in their order, each once; when one fails, none has and the plugin stays out. */
typedef struct csm_migration {
    uint32_t version; /* strictly increasing */
    const char *name;
    csm_status (*run)(csm_ctx *ctx);
} csm_migration;

typedef struct csm_plugin {
    uint32_t magic, size;
    uint16_t abi_major, abi_minor;
    uint32_t build_flags;
    const char *id, *version, *summary;
    const char *alias; /* the mirrored product's id, accepted in config and protocol; NULL = none */
    CSM_SLICE(csm_dep) depends;
    CSM_SLICE(csm_setting) settings;
    size_t settings_size;
    CSM_SLICE(csm_property) properties;
    CSM_SLICE(csm_table) tables;
    CSM_SLICE(csm_table_ext) table_exts;
    CSM_SLICE(csm_seed) seeds;
    CSM_SLICE(csm_seed) demo; /* as seeds, written and removed by command only (csmd --demo) */
    CSM_SLICE(csm_role) roles;
    CSM_SLICE(csm_scope) scopes;
    CSM_SLICE(csm_field_right) field_rights;
    CSM_SLICE(csm_caller_value) caller_values;
    CSM_SLICE(csm_state_model) states;
    CSM_SLICE(csm_derived) derived;
    CSM_SLICE(csm_rule) rules;
    CSM_SLICE(csm_method) methods;
    CSM_SLICE(csm_point) points;
    CSM_SLICE(csm_impl) impls;
    CSM_SLICE(csm_job) jobs;
    CSM_SLICE(csm_subscriber) subscribers;
    CSM_SLICE(csm_migration) migrations;
    csm_status (*on_start)(csm_ctx *ctx); /* writer thread, last in the transaction of the activation; may be NULL */
    void (*on_stop)(csm_ctx *ctx); /* own transaction: once deactivated, or before the server closes; not after a crash */
    CSM_SLICE(csm_task_link) links;
    CSM_SLICE(csm_rollup) rollups;
    const char *elevated; /* "a,b": those of .roles that only who holds them, or security_admin, gives to others */
} csm_plugin;

/* What the host gives a plugin: append-only tables, each with its size. */
struct csm_host {
    uint32_t size;
    uint32_t api_level;
    const csm_record_api *record;
    const csm_query_api *query;
    const csm_change_api *change;
    const csm_caller_api *caller;
    const csm_rpc_api *rpc;
    const csm_job_api *job;
    const csm_point_api *point;
};

/* The public beginning of a context: the host resolves every call. */
struct csm_ctx_head {
    const csm_host *host;
};
#define CSM_HOST(ctx) (((const struct csm_ctx_head *)(const void *)(ctx))->host)

/* Defines the plugin's only exported symbol. With CSM_STATIC_PLUGIN the symbol gains the id, so that the same source links in. */
#ifdef CSM_STATIC_PLUGIN
#define CSM_ENTRY_NAME(id_) csm_plugin_entry_v1_##id_
#else
#define CSM_ENTRY_NAME(id_) csm_plugin_entry_v1
#endif
#define CSM_PLUGIN(id_, ...)                                                                            \
    CSM_EXPORT const csm_plugin *CSM_ENTRY_NAME(id_)(void);                                             \
    CSM_EXPORT const csm_plugin *CSM_ENTRY_NAME(id_)(void)                                              \
    {                                                                                                   \
        static const csm_plugin descriptor = { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin),      \
                                               .abi_major = CSM_ABI_MAJOR, .abi_minor = CSM_ABI_MINOR,  \
                                               .id = #id_, __VA_ARGS__ };                               \
        return &descriptor;                                                                             \
    }

#endif
