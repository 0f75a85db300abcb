/* Demo rows: a small catalog of the streaming service, with the groups that deliver it. Written and removed by command only. */
#include "catalog.h"

#define GROUP(key, name) { "sys_user_group", key, "name=" name }
#define STEP(key, order, group, values)                                                                              \
    { PLAN_TASK, key, "plan=@key:sc_cat_item_delivery_plan/swap_box^order=" order "^group=@key:sys_user_group/" group values }

const csm_seed catalog_demo[CATALOG_DEMO] = {
    GROUP("warehouse", "Warehouse"),
    GROUP("field_team", "Field Team"),
    GROUP("provisioning", "Provisioning"),
    GROUP("accounts_desk", "Accounts Desk"),
    { "sys_user", "wes.ware", "user_name=wes.ware^first_name=Wes^last_name=Ware^email=wes.ware@support.example" },
    { "sys_user", "ada.accounts", "user_name=ada.accounts^first_name=Ada^last_name=Counts^email=ada.accounts@support.example" },
    { "sys_user_grmember", "wes", "user=@key:sys_user/wes.ware^group=@key:sys_user_group/warehouse" },
    { "sys_user_grmember", "ada", "user=@key:sys_user/ada.accounts^group=@key:sys_user_group/accounts_desk" },
    { "sys_user_has_role", "wes_itil", "user=@key:sys_user/wes.ware^role=@key:sys_user_role/itil" },

    { "sc_category", "streaming", "title=Streaming^sc_catalog=@key:sc_catalog/service" },
    { "sc_cat_item_delivery_plan", "swap_box", "name=Swap a box" },
    STEP("pick", "100", "warehouse", "^name=Pick and send the box^delivery_time=86400"),
    STEP("visit", "200", "field_team", "^name=Swap it on site^delivery_time=172800"),
    STEP("activate", "200", "provisioning", "^name=Activate the new box^delivery_time=3600"),
    { ITEM, "replace_box", "name=Replace set-top box^short_description=We bring a new box and take the old one along"
      "^category=@key:sc_category/streaming^visible_to_external=true^fulfillment_plan=@key:sc_cat_item_delivery_plan/swap_box" },
    { VARIABLE, "box_room", "cat_item=@key:" ITEM "/replace_box^name=room^question_text=In which room is it?^mandatory=true" },
    { ITEM, "extra_screen", "name=Extra screen^short_description=One more screen at the same time^price=4.50 EUR"
      "^recurring_price=4.50 EUR^category=@key:sc_category/streaming^visible_to_external=true^approval_required=group"
      "^approval_group=@key:sys_user_group/accounts_desk" },
    { ITEM, "laptop", "name=Laptop^short_description=For our own people^price=900 EUR^category=@key:sc_category/streaming" },
};
