/* Who reaches contracts, lines and entitlements. Employees: DOMAIN 3.5. Customers: DOMAIN 3.3, active ones only. */
#include "contracts.h"

#define CONTRACT_FIELDS                                                                                              \
    "number,short_description,account,consumer,household,contract_model,state,starts,ends,"                          \
    "process_non_contractual_slas,renewable,parent"
#define SERVICE_CONTRACT_FIELDS CONTRACT_FIELDS ",contract_reference,renewal_root,renewed_from"
#define LINE_FIELDS                                                                                                  \
    "number,name,contract,parent_contract_line,account,consumer,household,product,product_offering,location,state,"  \
    "starts,ends,renewal_root,renewed_from"
#define ENTITLEMENT_FIELDS                                                                                           \
    "number,name,account,consumer,household,contact,product,asset,contract,service_contract_line,channel,schedule,"  \
    "state,active,start_date,end_date,per_unit,unit,total_units,remaining_units,renewal_root,renewed_from"

#define VIEWER "sn_pss_core.service_contract_viewer"
#define DATA_VIEWER "sn_customerservice.customer_data_viewer"
#define CRW (CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE)

#define SEES(t, r) { .table = (t), .ops = CSM_OP_READ, .role = (r), .inherit = true }
#define KEEPS(t, r) { .table = (t), .ops = CRW, .role = (r), .inherit = true }
#define OWNS(t, r) { .table = (t), .ops = CSM_OP_CRWD, .role = (r), .inherit = true }

#define SHOWS(t, r, rows, f) { .table = (t), .ops = CSM_OP_READ, .role = (r), .filter = (rows), .fields = (f) }
/* The active rows of a table, for each kind of customer. */
#define SHOWS_ACTIVE(t, f)                                                                                           \
    SHOWS(t, "sn_customerservice.customer", "account=@contact_accounts^state=active", f),                            \
        SHOWS(t, "sn_customerservice.customer_case_manager", "account=@case_manager_accounts^state=active", f),      \
        SHOWS(t, "sn_customerservice.customer_admin", "account=@admin_accounts^state=active", f),                    \
        SHOWS(t, "sn_customerservice.partner", "account=@partner_accounts^state=active", f),                         \
        SHOWS(t, "sn_customerservice.consumer", "consumer=@my_consumer^state=active", f),                            \
        SHOWS(t, "sn_customerservice.consumer", "household=@headed_households^state=active", f)

const csm_scope contracts_scopes[CONTRACTS_SCOPES] = {
    SEES("ast_contract", VIEWER),
    SEES("ast_contract", DATA_VIEWER),
    KEEPS("ast_contract", "contract_manager"),
    OWNS("ast_contract", "csm_admin"),
    { .table = "ast_contract", .ops = CSM_OP_READ, .role = "snc_internal", .filter = "approver=@me", .inherit = true },
    { .table = "ast_contract", .ops = CSM_OP_WRITE, .role = "snc_internal", .filter = "approver=@me^state=draft",
      .fields = "approval", .inherit = true, .doc = "Deciding, by transitions" },
    SEES("sn_pss_core_service_contract_line", VIEWER),
    SEES("sn_pss_core_service_contract_line", DATA_VIEWER),
    KEEPS("sn_pss_core_service_contract_line", "sn_pss_core.service_contract_manager"),
    OWNS("sn_pss_core_service_contract_line", "csm_admin"),
    SEES("service_entitlement", VIEWER),
    SEES("service_entitlement", DATA_VIEWER),
    KEEPS("service_entitlement", "contract_manager"),
    OWNS("service_entitlement", "csm_admin"),
    SEES("sn_pss_core_entitlement_characteristic", VIEWER),
    KEEPS("sn_pss_core_entitlement_characteristic", "contract_manager"),
    OWNS("sn_pss_core_entitlement_characteristic", "csm_admin"),
    SEES("sn_pss_core_contract_entitlement_usage", VIEWER),
    { .table = "sn_pss_core_contract_entitlement_usage", .ops = CSM_OP_WRITE, .role = "sn_esm_agent",
      .fields = "used_units", .doc = "Agents book what was used" },
    KEEPS("sn_pss_core_contract_entitlement_usage", "contract_manager"),
    OWNS("sn_pss_core_contract_entitlement_usage", "csm_admin"),
    SEES("clm_m2m_contract_asset", VIEWER),
    OWNS("clm_m2m_contract_asset", "contract_manager"),
    SEES("contract_rel_contact", VIEWER),
    OWNS("contract_rel_contact", "contract_manager"),

    SHOWS_ACTIVE("ast_contract", CONTRACT_FIELDS),
    SHOWS_ACTIVE("ast_service", CONTRACT_FIELDS),
    SHOWS_ACTIVE("sn_pss_core_service_contract", SERVICE_CONTRACT_FIELDS),
    SHOWS_ACTIVE("sn_pss_core_service_contract_line", LINE_FIELDS),
    SHOWS_ACTIVE("service_entitlement", ENTITLEMENT_FIELDS),
};
