/* Demo rows, on those of customer_service: an issue that hits the hotels of a group, the list of them, and what they are to be
 * told. */
#include "major_issue.h"

#define LIST_ID "@key:" LIST "/shark_hotels"
#define ON_LIST(key) { "sn_publications_recipientslist_account_m2m", key, "list=" LIST_ID "^recipient=@key:customer_account/" key }

const csm_seed major_issue_demo[MAJOR_ISSUE_DEMO] = {
    { LIST, "shark_hotels", "name=Shark hotels^type=accounts^owner=@key:sys_user/mia.manager" },
    ON_LIST("shark.bilbao"),
    ON_LIST("shark.gijon"),
    ON_LIST("shark.malaga"),
    { CASE, "pictures", "short_description=Boxes lose their picture after the update^priority=2^proactive=true"
      "^major_case_state=accepted^business_impact=Rooms without television in three hotels^recipient_list=" LIST_ID
      "^assignment_group=@key:sys_user_group/customer_support" },
    { CASE, "portal", "short_description=Partner portal slow since Monday^proactive=true^major_case_state=proposed"
      "^business_impact=Partners cannot book" },
    { "sn_publications_publication", "update", "title=Update of the streaming boxes^list=" LIST_ID
      "^body=The next update brings the picture back. You need not do anything.^author=@key:sys_user/ann.agent" },
};
