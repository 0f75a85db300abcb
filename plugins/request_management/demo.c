/* Demo rows: who of the demo's support people raises requests, and who of the hotel group decides. Written and removed by
 * command only. */
#include "request_management.h"

#define ROLE(key, user, role)                                                                                        \
    { "sys_user_has_role", key, "user=@key:sys_user/" user "^role=@key:sys_user_role/" role }

const csm_seed request_management_demo[REQUEST_MANAGEMENT_DEMO] = {
    ROLE("ann_requests", "ann.agent", "sn_request_write"),
    ROLE("ben_requests", "ben.agent", "sn_request_write"),
    ROLE("mia_requests", "mia.manager", "sn_request_write"),
};
