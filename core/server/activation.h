/* Which plugins are active: finding them, building their registry and making the store fit for it, in one transaction. */
#ifndef CSM_SERVER_ACTIVATION_H
#define CSM_SERVER_ACTIVATION_H

#include "server/config.h"

typedef struct csm_activation csm_activation;

/* Looks for plugins; no code of theirs is touched. @p config and @p engine must outlive it. */
csm_status csm_activation_open(const csm_config *config, csm_engine *engine, csm_activation **out, csm_error *err);
/* After csm_engine_close: registries point to what plugins declare. NULL is fine. */
void csm_activation_free(csm_activation *activation);
/* The registry a boot would have, without activating anything or writing to the store. The caller frees it. */
csm_status csm_activation_look(csm_activation *activation, csm_registry **out, csm_error *err);
/* Loads what the configuration enables, as administrators left it, and activates it; who fails is set aside with those that stand on it. */
csm_status csm_activation_boot(csm_activation *activation, csm_error *err);
/* Runs on_stop of the active plugins; nothing when there was no boot. Before csm_engine_close. NULL is fine. */
void csm_activation_stop(csm_activation *activation);
/* What plugin.list, plugin.show and plugin.clear do. */
csm_rpc_plugins csm_activation_plugins(csm_activation *activation);
/* What plugin.activate and plugin.deactivate do. */
csm_rpc_activation csm_activation_rpc(csm_activation *activation);
/* Where the trail of this server's threads lies. */
const char *csm_activation_trail(const csm_activation *activation);

#endif
