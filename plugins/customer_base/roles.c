/* The roles of customer service. An internal role contains snc_internal, an external one snc_external, directly or by
 * what it contains, so one person never holds roles of both kinds; granular roles are neutral. Helper roles open the
 * feature of their name and no customer's row. */
#include "customer_base.h"

#define INTERNAL "snc_internal"

const csm_role customer_base_roles[CUSTOMER_BASE_ROLES] = {
    /* helpers */
    { "wm_read", INTERNAL, "Reads work orders" },
    { "timecard_user", INTERNAL, "Records time" },
    { "timecard_manager", "timecard_user", "Manages time cards" },
    { "timecard_approver", "timecard_user", "Approves time cards" },
    { "skill_admin", INTERNAL, "Keeps skills" },
    { "awa_manager", INTERNAL, "Manages the routing of work" },
    { "asset", INTERNAL, "Keeps assets" },
    { "model_manager", INTERNAL, "Keeps product models" },
    { "contract_manager", INTERNAL, "Keeps contracts" },
    { "csm_workspace_user", INTERNAL, "Uses the workspace" },
    { "csm_guided_setup_user", INTERNAL, "Works the guided setup" },
    { "sn_publications_recipients_list_user", INTERNAL, "Uses recipients lists" },
    { "sn_publications.approver", INTERNAL, "Approves publications" },
    { "sn_pss_core.service_contract_viewer", INTERNAL, "Sees contracts" },
    { "sn_pss_core.service_contract_manager", "sn_pss_core.service_contract_viewer", "Keeps service contracts" },
    { "sn_shn.user", INTERNAL, "Reads special handling notes" },
    { "sn_shn.editor", "sn_shn.user", "Changes special handling notes" },
    { "sn_shn.admin", "sn_shn.editor", "Creates, deletes and configures special handling notes" },
    { "sn_customerservice.escalation_requester", INTERNAL, "Asks for an escalation" },
    { "sn_customerservice.deescalation_requester", "sn_customerservice.escalation_requester", "Ends an escalation" },
    { "sn_majorissue_mgt.major_issue_manager", "sn_customerservice_agent,sn_customerservice.consumer_agent,"
      "sn_publications_recipients_list_user", "Approves major case candidates, makes child cases" },
    /* granular */
    { "sn_customerservice.case_read_granular", NULL, "Reads the cases a responsibility opens" },
    { "sn_customerservice.case_create_granular", "sn_customerservice.case_read_granular", "Also creates them" },
    { "sn_customerservice.case_write_granular", "sn_customerservice.case_create_granular", "Also writes them" },
    { "sn_customerservice.case_related_party_write_granular", NULL, "Writes related parties of cases" },
    { "sn_customerservice.cust_data_resp_granular", NULL, "Customer data a responsibility opens" },
    { "sn_customerservice.case_mgmt_resp_granular", NULL, "Cases a responsibility opens" },
    { "sn_customerservice.contract_entitlement_resp_granular", NULL, "Contracts a responsibility opens" },
    { "sn_install_base.resp_granular", NULL, "Install base a responsibility opens" },
    /* employees */
    { "sn_esm_agent", "assignment_workbench,wm_read,cmdb_read,agent_schedule_user,interaction_agent,"
      "sn_publications_recipients_list_user", "Base of agents" },
    { "sn_customerservice_agent", "sn_esm_agent,knowledge,template_editor,timecard_user,sn_shn.editor,"
      "sn_customerservice.deescalation_requester,sn_pss_core.service_contract_viewer",
      "Customer service agent: cases of accounts" },
    { "sn_customerservice.consumer_agent", "sn_esm_agent,knowledge,template_editor,sn_shn.editor,"
      "sn_customerservice.deescalation_requester,sn_pss_core.service_contract_viewer",
      "Consumer service agent: cases of consumers" },
    { "sn_customerservice.contact_manager", INTERNAL, "Manages contacts" },
    { "sn_customerservice_manager", "sn_customerservice_agent,sn_customerservice.consumer_agent,skill_admin,asset,"
      "contract_manager,sn_shn.admin,sn_publications.approver,awa_manager,sn_majorissue_mgt.major_issue_manager,"
      "timecard_manager,timecard_approver,workspace_admin,approver_user,sn_pss_core.service_contract_manager,"
      "sn_customerservice.contact_manager", "Customer service manager" },
    { "csm_admin", "sn_customerservice_manager,sn_shn.admin", "Administers customer service features and data" },
    { "sn_customerservice.relationship_agent", "snc_internal,sn_customerservice.cust_data_resp_granular,"
      "sn_customerservice.case_mgmt_resp_granular,sn_customerservice.contract_entitlement_resp_granular,"
      "sn_install_base.resp_granular", "Agent limited to customers he has a relationship with" },
    { "sn_customerservice.customer_data_viewer", INTERNAL, "Reads customer, product and contract data" },
    { "sn_customerservice.case_viewer", INTERNAL, "Reads all cases" },
    { "sn_customerservice.case_task_viewer", INTERNAL, "Reads all case tasks" },
    { "sn_customerservice.case_contributor_viewer", "sn_shn.user,wm_read", "Reads what hangs on cases contributed to" },
    { "sn_customerservice.case_contributor_editor", INTERNAL, "Limited writes on cases contributed to" },
    { "sn_customerservice.case_contributor_creator", INTERNAL, "May open cases" },
    { "sn_customerservice.account_contributor", "sn_customerservice.case_contributor_creator",
      "Opens cases for any account" },
    { "sn_customerservice.consumer_contributor", "sn_customerservice.case_contributor_creator",
      "Opens cases for any consumer" },
    { "sn_customerservice.relationship_contributor", "sn_customerservice.case_contributor_creator,"
      "sn_customerservice.cust_data_resp_granular,sn_customerservice.case_mgmt_resp_granular,"
      "sn_install_base.resp_granular", "Opens cases for customers one has a relationship with" },
    { "sn_customerservice.service_organization_contributor", "sn_customerservice.case_contributor_creator",
      "Opens cases for the own business location" },
    { "sn_customerservice.self_contributor", "sn_customerservice.case_contributor_creator", "Opens cases for oneself" },
    { "sn_customerservice.case_task_agent", "sn_customerservice.customer_data_viewer,csm_workspace_user,"
      "sn_customerservice.case_contributor_editor", "Middle office: works case tasks" },
    { "sn_customerservice.proxy_contact", INTERNAL, "Employee who acts for customers" },
    { "sn_customerservice.proxy_case_creator", INTERNAL, "Makes cases from community questions" },
    { "sn_customerservice.projectmanager", "sn_customerservice.customer_data_viewer", "Manages customer projects" },
    { "sn_customerservice.projectstakeholder", INTERNAL, "Sees customer projects" },
    { "sn_customerservice.case_authorized_contributor", "snc_internal,sn_customerservice.case_write_granular",
      "Employee who is a related party of a case" },
    /* customers */
    { "sn_esm_user", "snc_external", "Base of external users" },
    { "sn_esm_user_admin", "sn_esm_user", "Base of customer administrators" },
    { "sn_esm_partner", "sn_esm_user", "Base of partners" },
    { "sn_esm_partner_admin", "sn_esm_user_admin", "Base of partner administrators" },
    { "sn_customerservice.customer", "sn_esm_user,snc_external", "Contact" },
    { "sn_customerservice.customer_case_manager", "sn_customerservice.customer",
      "Manages the cases of the account and its child accounts" },
    { "sn_customerservice.customer_admin", "sn_customerservice.customer,sn_esm_user_admin", "Administers the account" },
    { "sn_customerservice.partner", "sn_customerservice.customer,sn_esm_partner", "Partner contact" },
    { "sn_customerservice.partner_admin", "sn_customerservice.partner,sn_customerservice.customer_admin,"
      "sn_esm_partner_admin", "Partner administrator" },
    { "sn_customerservice.consumer", "sn_esm_user,snc_external", "Consumer user" },
    { "sn_customerservice.case_authorized_contact", "snc_external,sn_customerservice.case_write_granular",
      "Contact who is a related party of a case" },
    { "sn_customerservice.case_authorized_consumer", "snc_external,sn_customerservice.case_write_granular",
      "Consumer who is a related party of a case" },
};
