/* Demo rows: a streaming node, the service on it, the boxes of three customers behind that service, and who watches them. They
 * need the demo rows of customer_service and install_base. Written and removed by command only. */
#include "proactive_ops.h"

#define USER(key, first, last)                                                                                       \
    { "sys_user", key, "user_name=" key "^first_name=" first "^last_name=" last "^email=" key "@support.example" }
#define ROLE(key, user, role)                                                                                        \
    { "sys_user_has_role", key, "user=@key:sys_user/" user "^role=@key:sys_user_role/" role }
#define DEPENDS(key, parent, child)                                                                                  \
    { "cmdb_rel_ci", key, "parent=@key:" parent "^child=@key:" child "^type=@key:cmdb_rel_type/depends_on" }
#define SERVICE "cmdb_ci_service/tide_iberia"
#define BOX(key, title, account_)                                                                                    \
    { ITEM, key, "name=" title "^account=@key:customer_account/" account_ "^product=@key:cmdb_hardware_product_model/ott_box" \
      "^configuration_item=@key:cmdb_ci/" key "^service_context=@key:" SERVICE "^install_date=2026-03-01" }

const csm_seed proactive_ops_demo[PROACTIVE_OPS_DEMO] = {
    USER("nora.noc", "Nora", "Noc"),
    USER("probe", "Tide", "Probe"),
    ROLE("nora_operator", "nora.noc", "evt_mgmt_operator"),
    ROLE("nora_incidents", "nora.noc", "sn_incident_write"),
    ROLE("probe_sends", "probe", "evt_mgmt_integration"),

    { "cmdb_ci", "iberia_node", "name=iberia-stream-1^serial_number=ST-1" },
    { "cmdb_ci_service", "tide_iberia", "name=Tide streaming Iberia^busines_criticality=1" },
    { "cmdb_ci", "gijon_reception", "name=Box 301^serial_number=SN-3001" },
    { "cmdb_ci", "malaga_bar", "name=Box 302^serial_number=SN-3002" },
    { "cmdb_ci", "coral_lounge", "name=Box 303^serial_number=SN-3003" },
    DEPENDS("service_node", SERVICE, "cmdb_ci/iberia_node"),
    DEPENDS("gijon_service", "cmdb_ci/gijon_reception", SERVICE),
    DEPENDS("malaga_service", "cmdb_ci/malaga_bar", SERVICE),
    DEPENDS("coral_service", "cmdb_ci/coral_lounge", SERVICE),
    BOX("gijon_reception", "Box reception Gijon Bay", "shark.gijon"),
    BOX("malaga_bar", "Box bar Malaga Beach", "shark.malaga"),
    BOX("coral_lounge", "Box lounge Coral Travel", "coral"),
};
