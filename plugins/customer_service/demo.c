/* Demo rows: a hotel group with two levels of subsidiaries and the partner that serves it, the people of both and ours, a
 * streaming product line and some cases. Written and removed by command only. Nobody of them has a password. */
#include "customer_service.h"

#define ACCOUNT(key, values) { "customer_account", key, values }
#define ACCOUNT_ID(key) "@key:customer_account/" key
#define BELOW(key, title, parent, city)                                                                              \
    ACCOUNT(key, "name=" title "^customer=true^account_parent=" ACCOUNT_ID(parent) "^city=" city "^country=Spain")
#define USER(key, first, last)                                                                                       \
    { "sys_user", key, "user_name=" key "^first_name=" first "^last_name=" last "^email=" key "@support.example" }
#define ROLE(key, user, role)                                                                                        \
    { "sys_user_has_role", key, "user=@key:" user "^role=@key:sys_user_role/" role }
#define CONTACT(key, first, last, account)                                                                           \
    { "customer_contact", key, "user_name=" key "^first_name=" first "^last_name=" last "^email=" key "@" account       \
      ".example^account=" ACCOUNT_ID(account) }
#define CONSUMER(key, first, last)                                                                                   \
    { "csm_consumer", key, "first_name=" first "^last_name=" last "^email=" key "@mail.example^street=Beach Road 1"   \
      "^city=Lisbon^country=Portugal" }
#define CASE(key, values) { "sn_customerservice_case", key, values }

const csm_seed customer_service_demo[CUSTOMER_SERVICE_DEMO] = {
    /* ours */
    { "sys_user_group", "customer_support", "name=Customer Support^email=customer.support@support.example" },
    USER("ann.agent", "Ann", "Agent"),
    USER("ben.agent", "Ben", "Agent"),
    USER("cleo.consumer", "Cleo", "Streams"),
    USER("mia.manager", "Mia", "Manager"),
    { "sys_user_grmember", "ann", "user=@key:sys_user/ann.agent^group=@key:sys_user_group/customer_support" },
    { "sys_user_grmember", "ben", "user=@key:sys_user/ben.agent^group=@key:sys_user_group/customer_support" },
    ROLE("ann_agent", "sys_user/ann.agent", "sn_customerservice_agent"),
    ROLE("ben_agent", "sys_user/ben.agent", "sn_customerservice_agent"),
    ROLE("cleo_agent", "sys_user/cleo.consumer", "sn_customerservice.consumer_agent"),
    ROLE("mia_manager", "sys_user/mia.manager", "sn_customerservice_manager"),

    /* the hotel group */
    ACCOUNT("shark", "name=Shark Hotels^customer=true^street=Ocean Drive 1^city=Valencia^zip=46001^country=Spain"
            "^phone=+34 96 000 0001^website=https://shark.example"),
    BELOW("shark.north", "Shark Hotels North", "shark", "Bilbao"),
    BELOW("shark.south", "Shark Hotels South", "shark", "Malaga"),
    BELOW("shark.bilbao", "Shark Bilbao Harbour", "shark.north", "Bilbao"),
    BELOW("shark.gijon", "Shark Gijon Bay", "shark.north", "Gijon"),
    BELOW("shark.malaga", "Shark Malaga Beach", "shark.south", "Malaga"),
    CONTACT("kim", "Kim", "Costa", "shark"),
    CONTACT("noa", "Noa", "Norte", "shark.north"),
    CONTACT("sol", "Sol", "Sur", "shark.south"),
    CONTACT("bea", "Bea", "Bahia", "shark.bilbao"),
    CONTACT("gil", "Gil", "Golfo", "shark.gijon"),
    CONTACT("mar", "Mar", "Playa", "shark.malaga"),
    ROLE("kim_admin", "customer_contact/kim", "sn_customerservice.customer_admin"),
    ROLE("noa_manager", "customer_contact/noa", "sn_customerservice.customer_case_manager"),
    { "sn_customerservice_contact_relationship", "bea_gijon", "company=" ACCOUNT_ID("shark.gijon")
      "^contact=@key:customer_contact/bea^responsibility=@key:sn_customerservice_responsibility_def/asset_contact" },

    /* the partner, who is a customer too, and an account the group only knows */
    ACCOUNT("reef", "name=Reef Services^customer=true^partner=true^city=Porto^country=Portugal"),
    ACCOUNT("coral", "name=Coral Travel^customer=true^city=Faro^country=Portugal"),
    CONTACT("pau", "Pau", "Partner", "reef"),
    CONTACT("pia", "Pia", "Partner", "reef"),
    CONTACT("tom", "Tom", "Travel", "coral"),
    ROLE("pau_partner", "customer_contact/pau", "sn_customerservice.partner"),
    ROLE("pia_partner", "customer_contact/pia", "sn_customerservice.partner_admin"),
    { "account_relationship", "reef_shark", "from_company=" ACCOUNT_ID("reef") "^to_company=" ACCOUNT_ID("shark")
      "^relationship_type=@key:sn_customerservice_account_relationship_type/service_provider" },
    { "sn_customerservice_account_relationship_type", "sister", "name=Sister company^from_type=account^to_type=account"
      "^relationship=Books with^reverse_relationship=Books for" },
    { "account_relationship", "coral_shark", "from_company=" ACCOUNT_ID("coral") "^to_company=" ACCOUNT_ID("shark")
      "^relationship_type=@key:sn_customerservice_account_relationship_type/sister" },
    { "account_relationship", "shark_coral", "from_company=" ACCOUNT_ID("shark") "^to_company=" ACCOUNT_ID("coral")
      "^relationship_type=@key:sn_customerservice_account_relationship_type/sister" },

    /* the streaming product line and what the hotels have */
    { "core_company", "tidal", "name=Tidal Media^manufacturer=true" },
    { "cmdb_service_product_model", "ott_basic", "name=Tide Basic^model_number=T1"
      "^manufacturer=@key:core_company/tidal^short_description=Streaming, one screen" },
    { "cmdb_service_product_model", "ott_family", "name=Tide Family^model_number=T4"
      "^manufacturer=@key:core_company/tidal^short_description=Streaming, four screens" },
    { "cmdb_hardware_product_model", "ott_box", "name=Tide Box^model_number=B2^manufacturer=@key:core_company/tidal" },
    { "alm_hardware", "box_bilbao", "asset_tag=TB-1001^serial_number=SN-1001^model=@key:cmdb_hardware_product_model/ott_box"
      "^account=" ACCOUNT_ID("shark.bilbao") "^contact=@key:customer_contact/bea" },
    { "alm_hardware", "box_malaga", "asset_tag=TB-1002^serial_number=SN-1002^model=@key:cmdb_hardware_product_model/ott_box"
      "^account=" ACCOUNT_ID("shark.malaga") },
    { "sn_pss_core_service_contract", "shark_care", "short_description=Shark care^account=" ACCOUNT_ID("shark")
      "^starts=2026-01-01^state=active" },
    { "service_entitlement", "shark_web", "name=Shark web support^account=" ACCOUNT_ID("shark") "^channel=web,email"
      "^contract=@key:sn_pss_core_service_contract/shark_care^start_date=2026-01-01" },

    /* consumers */
    CONSUMER("lea", "Lea", "Lopes"),
    CONSUMER("leo", "Leo", "Lopes"),
    CONSUMER("rui", "Rui", "Rocha"),
    { "csm_household", "lopes", "name=Lopes^head_of_household=@key:csm_consumer/lea^city=Lisbon" },
    { "csm_household_member", "leo", "household=@key:csm_household/lopes^consumer=@key:csm_consumer/leo" },

    /* cases */
    CASE("wifi", "short_description=Streaming boxes drop off at night^account=" ACCOUNT_ID("shark.bilbao")
         "^contact=@key:customer_contact/bea^asset=@key:alm_hardware/box_bilbao^priority=2"
         "^assignment_group=@key:sys_user_group/customer_support^assigned_to=@key:sys_user/ann.agent"),
    CASE("invoice", "short_description=Invoice of May is missing^account=" ACCOUNT_ID("shark.south")
         "^contact=@key:customer_contact/sol^category=0^contact_type=email"),
    CASE("rooms", "short_description=Forty more rooms^account=" ACCOUNT_ID("shark") "^contact=@key:customer_contact/kim"
         "^category=3^contact_type=phone^partner=" ACCOUNT_ID("reef") "^partner_contact=@key:customer_contact/pau"),
    CASE("reef_own", "short_description=Partner portal login^account=" ACCOUNT_ID("reef")
         "^contact=@key:customer_contact/pau"),
    CASE("subtitles", "short_description=No subtitles on episode three^consumer=@key:csm_consumer/lea"
         "^product=@key:cmdb_service_product_model/ott_family^contact_type=chat"),
    CASE("charged_twice", "short_description=Charged twice^consumer=@key:csm_consumer/rui^category=4"
         "^product=@key:cmdb_service_product_model/ott_basic"),
};
