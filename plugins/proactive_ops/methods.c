/* What operators, agents, managers and customers ask for. */
#include "proactive_ops.h"

static const csm_param alert_params[] = { CSM_PARAM_ID("id", .table = ALERT, .doc = "The alert") };
static const csm_param affected_params[] = {
    CSM_PARAM_ID("id", .table = ALERT, .doc = "The alert"),
    CSM_PARAM("after", CSM_T_ID, .table = ITEM, .doc = "The last install_base of the page before"),
    CSM_PARAM("limit", CSM_T_INT, .dflt = "200", .min = 1, .max = 1000),
};
static const csm_param item_params[] = { CSM_PARAM_ID("id", .table = ITEM, .doc = "The install base item") };
static const csm_param outage_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The major case"),
    CSM_PARAM("type", CSM_T_TEXT, .max = 40, .doc = "outage (default), planned or degradation"),
    CSM_PARAM("begin", CSM_T_TIME, .doc = "Empty: now"),
    CSM_PARAM("end", CSM_T_TIME, .doc = "Empty: it lasts"),
    CSM_PARAM("short_description", CSM_T_TEXT, .max = 160, .doc = "Empty: as the case"),
    CSM_PARAM("message", CSM_T_TEXT, .max = 4000, .doc = "What customers are told"),
};
static const csm_param tie_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The major case"),
    CSM_PARAM_ID("outage", .table = OUTAGE, .doc = "An outage of an item behind what the case affects"),
};

#define METHOD(n, p, r, t, fl, f, d) { .name = (n), .params = CSM_ARRAY(p), .returns = (t), .flags = (fl), .role = (r), .since = 1, \
                                       .run = (f), .doc = (d) }

const csm_method proactive_ops_methods[PROACTIVE_OPS_METHODS] = {
    METHOD("alert.create_case", alert_params, OPERATOR, CSM_T_MAP, CSM_METHOD_WRITES, create_case_method,
           "Opens the proactive case of an alert; answers it"),
    METHOD("alert.affected", affected_params, OPERATOR "," AGENTS, CSM_T_LIST, 0, affected_method,
           "Install base items an alert affects, with the names of those they belong to"),
    METHOD("install_base.refresh_health", item_params, AGENTS, CSM_T_MAP, CSM_METHOD_WRITES, refresh_health_method,
           "Works out anew how an item fares; answers the item"),
    METHOD("install_base.overview", item_params, NULL, CSM_T_MAP, CSM_METHOD_EXTERNAL, overview_method,
           "Health, proactive cases and those of 30 days, outages and active entitlements of an item, as the caller may read them"),
    METHOD("case.create_outage", outage_params, MANAGERS, CSM_T_MAP, CSM_METHOD_WRITES, create_outage_method,
           "Makes the outage of a major case, with the configuration items of all it affects; answers {number, outage}"),
    METHOD("case.add_outage", tie_params, MANAGERS, CSM_T_MAP, CSM_METHOD_WRITES, add_outage_method,
           "Ties an outage there is to a major case; answers {number, outage}"),
    { .name = "proactive.figures", .returns = CSM_T_MAP, .role = AGENTS "," OPERATOR, .since = 1, .run = figures_method,
      .doc = "Counts of proactive cases, alerts, affected items and outages the caller may read" },
};
