/* What a deployer sets: one table of typed settings that the file, the command line, --check and --print-config all read.
 * Source: DESIGN 10. */
#ifndef CSM_SERVER_CONFIG_H
#define CSM_SERVER_CONFIG_H

#include "engine/engine.h"
#include "net/net.h"
#include "rpc/rpc.h"

#define CSM_LISTEN_MAX 16
#define CSM_PLUGINS_MAX 128

/* A plugin's own file: plugins.d/<id>.conf. */
typedef struct csm_plugin_setting {
    char *plugin, *name;
    unsigned line;                 /* of that file */
    csm_value value;               /* bool, int or text */
    char *text;                    /* what value points to */
    struct csm_plugin_setting *next;
} csm_plugin_setting;

/* Every string is owned by the configuration. */
typedef struct csm_config {
    char *data;                    /* data directory */
    char *plugin_dir;              /* where modules and manifests lie */
    char *listen[CSM_LISTEN_MAX];
    uint32_t listen_count;
    char *plugins[CSM_PLUGINS_MAX];/* enabled ids or aliases */
    uint32_t plugin_count;
    char *allowed[CSM_PLUGINS_MAX];/* third parties' ids or aliases that may be activated */
    uint32_t allowed_count;
    char *log_level;               /* error, warn, info, debug */
    char *log_format;              /* text, json */
    bool demo;
    int64_t store_ceiling_mb;      /* 0 = none */
    int64_t store_map_gb;
    int64_t drain_ms;
    int64_t max_connections, in_flight_max, frame_kb, idle_s, partial_s, write_limit_kb;
    int64_t workers, queue_max, batch_requests, deadline_ms, reply_mb, login_parallel;
    int64_t page_rows, read_rows, sort_rows, session_hours, request_key_days, write_ms, batch_ms, hook_ms;
    csm_plugin_setting *plugin_settings;
} csm_config;

/* Defaults. NOMEM. */
csm_status csm_config_init(csm_config *config, csm_error *err);
void csm_config_done(csm_config *config); /* accepts a zeroed one */
/* Reads the file and, when it is there, plugins.d beside it: each <id>.conf enables its plugin. INVALID names file, line, key
 * and the nearest valid name. */
csm_status csm_config_read(csm_config *config, const char *path, csm_error *err);
/* One setting by name from text (command line). Lists add an element. */
csm_status csm_config_set(csm_config *config, const char *name, const char *value, csm_error *err);
bool csm_config_has(const char *name);     /* there is such a setting */
bool csm_config_is_list(const char *name); /* and it takes several values */
/* Ranges and what must be there: for a look at the store, and for serving it. */
csm_status csm_config_check(const csm_config *config, csm_error *err);
csm_status csm_config_check_serving(const csm_config *config, csm_error *err);
/* The file as it stands, with docs, units and defaults as comments. */
csm_status csm_config_print(const csm_config *config, csm_buf *out);
/* The value a plugin's file gives for one of its settings; nil: not given. INVALID: wrong type. */
csm_status csm_config_plugin_setting(const csm_config *config, const char *plugin, const csm_setting *setting, csm_value *out,
                                     csm_error *err);
/* Everything the plugins' files set is a setting of theirs. @p reg: plugins that are not in it are left out. INVALID names file,
 * line and the nearest name. */
csm_status csm_config_check_plugins(const csm_config *config, const csm_registry *reg, csm_error *err);

#endif
