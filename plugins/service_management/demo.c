/* Demo rows: the people of technical support, and the rights by which the demo's support people raise records to them.
 * Written and removed by command only. */
#include "service_management.h"

#define USER(key, first, last)                                                                                       \
    { "sys_user", key, "user_name=" key "^first_name=" first "^last_name=" last "^email=" key "@support.example" }
#define ROLE(key, user, role)                                                                                        \
    { "sys_user_has_role", key, "user=@key:sys_user/" user "^role=@key:sys_user_role/" role }
#define MEMBER(user) { "sys_user_grmember", "tech_" user, "user=@key:sys_user/" user "^group=@key:sys_user_group/tech_support" }

const csm_seed service_management_demo[SERVICE_MANAGEMENT_DEMO] = {
    { "sys_user_group", "tech_support", "name=Technical Support^email=technical.support@support.example" },
    USER("tim.tech", "Tim", "Tech"),
    USER("tess.tech", "Tess", "Tech"),
    MEMBER("tim.tech"),
    MEMBER("tess.tech"),
    ROLE("tim_itil", "tim.tech", "itil"),
    ROLE("tess_itil", "tess.tech", "itil"),
    ROLE("ann_incidents", "ann.agent", "sn_incident_write"),
    ROLE("ann_problems", "ann.agent", "sn_problem_write"),
    ROLE("ann_changes", "ann.agent", "sn_change_write"),
};
