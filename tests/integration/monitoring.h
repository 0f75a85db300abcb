/* What the tests of proactive operations share: what is monitored, events, alerts and their cases. */
#ifndef TESTS_INTEGRATION_MONITORING_H
#define TESTS_INTEGRATION_MONITORING_H

#include "people.h"

#include <stdio.h>

#define ALERT "em_alert"
#define CASE "sn_customerservice_case"
#define ITEM "sn_install_base_item"
#define FLOW_STATUS "csm.proactive.major_case_status"
#define FLOW_SINGLE "csm.proactive.process_single_account"

/* mon sends, opal operates, mia manages. */
static inline int setup(void **state)
{
    people *p = people_start("proactive_ops");

    *state = p;
    (void)csm_tk_user(p->tk, "mon", "evt_mgmt_integration");
    (void)csm_tk_user(p->tk, "opal", "evt_mgmt_operator");
    (void)csm_tk_user(p->tk, "ada", "evt_mgmt_admin");
    (void)csm_tk_user(p->tk, "otto", "evt_mgmt_operator,sn_incident_write");
    (void)csm_tk_update(p->tk, "customer_account", p->P, "{'primary_contact':'%s'}", p->pat);
    (void)csm_tk_update(p->tk, "customer_account", p->X, "{'primary_contact':'%s'}", p->xena);
    return 0;
}

static inline const char *ci(people *p, const char *table, const char *name)
{
    as(p, "tim");
    return csm_tk_insert(p->tk, table, "{'name':'%s'}", name);
}

static inline void depends(people *p, const char *parent, const char *child)
{
    as(p, "tim");
    (void)csm_tk_insert(p->tk, "cmdb_rel_ci", "{'parent':'%s','child':'%s'}", parent, child);
}

/* An item of an account; "" leaves the configuration item or the service out. */
static inline const char *item(people *p, const char *name, const char *account, const char *on, const char *service)
{
    char more[160];

    (void)snprintf(more, sizeof(more), "%s%s%s%s%s%s", on[0] != '\0' ? ",'configuration_item':'" : "", on, on[0] != '\0' ? "'" : "",
                   service[0] != '\0' ? ",'service_context':'" : "", service, service[0] != '\0' ? "'" : "");
    as(p, "mia");
    return csm_tk_insert(p->tk, ITEM, "{'name':'%s','account':'%s'%s}", name, account, more);
}

/* What one node carries: an item of each account on it, the node called as given. */
static inline const char *node(people *p, const char *name, const char *const *accounts, size_t count)
{
    const char *on = ci(p, "cmdb_ci", name);

    for (size_t n = 0; n < count; n++)
        (void)item(p, name, accounts[n], on, "");
    return on;
}

static inline const csm_value *alert_of(people *p, const char *key)
{
    as(p, "opal");
    return csm_tk_first(p->tk, ALERT, "message_key=%s^ORDERBYDESCsys_created_on", key);
}

/* One event of that key on that node; the sys_id of its alert, when all that follows is done. */
static inline const char *event(people *p, const char *key, const char *on, int severity)
{
    as(p, "mon");
    (void)csm_tk_ok(p->tk, "event.send", "{'events':[{'source':'probe','message_key':'%s','node':'%s','severity':%d,"
                                         "'description':'%s is down'}]}", key, on, severity, key);
    csm_tk_settle(p->tk);
    return csm_tk_str(p->tk, alert_of(p, key), "sys_id");
}

static inline const char *open_case(people *p, const char *key)
{
    const char *id = csm_tk_str(p->tk, alert_of(p, key), "sys_id");

    as(p, "opal");
    id = csm_tk_str(p->tk, csm_tk_ok(p->tk, "alert.create_case", "{'id':'%s'}", id), "sys_id");
    csm_tk_settle(p->tk);
    return id;
}

static inline void flow(people *p, const char *status, const char *single)
{
    people_set_property(p, FLOW_STATUS, status);
    people_set_property(p, FLOW_SINGLE, single);
}

#endif
