/* Demo rows: what the hotel group bought and what stands in its houses. They need the demo rows of customer_service. */
#include "install_base.h"

#define ACCOUNT(key) "^account=@key:customer_account/" key
#define PRODUCT(key) "^product=@key:cmdb_service_product_model/" key
#define BOX "^product=@key:cmdb_hardware_product_model/ott_box"

const csm_seed install_base_demo[INSTALL_BASE_DEMO] = {
    { SOLD, "group_tv", "name=Hotel television" ACCOUNT("shark") PRODUCT("ott_family") "^start_date=2026-01-01^quantity=1" },
    { SOLD, "bilbao_tv", "name=Television Bilbao Harbour^parent=@key:" SOLD "/group_tv" ACCOUNT("shark.bilbao")
      PRODUCT("ott_family") "^contact=@key:customer_contact/bea^start_date=2026-01-01^quantity=80" },
    { SOLD, "malaga_tv", "name=Television Malaga Beach^parent=@key:" SOLD "/group_tv" ACCOUNT("shark.malaga")
      PRODUCT("ott_basic") "^start_date=2026-02-01^quantity=120" },
    { SOLD, "lopes_tv", "name=Tide Family at home^household=@key:csm_household/lopes" PRODUCT("ott_family") },
    { "cmdb_ci", "bilbao_head_end", "name=Bilbao head end^serial_number=HE-2001" },
    { ITEM, "bilbao_head_end", "name=Head end Bilbao Harbour" ACCOUNT("shark.bilbao") BOX
      "^configuration_item=@key:cmdb_ci/bilbao_head_end^install_date=2026-01-10" },
    { ITEM, "bilbao_box", "name=Box lobby Bilbao Harbour^parent=@key:" ITEM "/bilbao_head_end" ACCOUNT("shark.bilbao") BOX
      "^asset=@key:alm_hardware/box_bilbao^install_date=2026-01-12" },
    { ITEM, "malaga_box", "name=Box lobby Malaga Beach" ACCOUNT("shark.malaga") BOX
      "^asset=@key:alm_hardware/box_malaga^install_date=2026-02-03" },
    { INSTALLED, "bilbao_head_end", "sold_product=@key:" SOLD "/bilbao_tv^install_base_item=@key:" ITEM "/bilbao_head_end" },
    { INSTALLED, "bilbao_box", "sold_product=@key:" SOLD "/bilbao_tv^install_base_item=@key:" ITEM "/bilbao_box" },
    { INSTALLED, "malaga_box", "sold_product=@key:" SOLD "/malaga_tv^install_base_item=@key:" ITEM "/malaga_box" },
};
