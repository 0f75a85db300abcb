/* Who reaches cases, their tasks and what hangs on them. Employees: DOMAIN 3.5. Customers: DOMAIN 3.3 and 3.4, and of each
 * row only the fields listed. Filters use the caller values of customer_base. */
#include "customer_service.h"

#define CASE "sn_customerservice_case"
#define TASK "sn_customerservice_task"
#define PARTY "sn_customerservice_related_party"

#define AGENT "sn_customerservice_agent"
#define CONSUMER_AGENT "sn_customerservice.consumer_agent"
#define MANAGER "sn_customerservice_manager"
#define CONTRIBUTOR "sn_customerservice.case_contributor_creator"
#define EDITOR "sn_customerservice.case_contributor_editor"
#define PROXY "sn_customerservice.proxy_contact"

#define CRW (CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE)

/* Cases of accounts, cases of consumers; one without customer yet is both kinds' business. */
#define NOBODYS "accountISEMPTY^consumerISEMPTY^householdISEMPTY"
#define BUSINESS "accountISNOTEMPTY^NQ" NOBODYS
#define PRIVATE "consumerISNOTEMPTY^NQhouseholdISNOTEMPTY^NQ" NOBODYS
#define DELETABLE "stateIN1,10,18"
#define CONTRIBUTED "contributor_users=@me^NQcontributor_groups=@my_groups"

#define CUSTOMER_FIELDS                                                                                              \
    "number,short_description,description,state,priority,category,subcategory,contact_type,account,contact,"         \
    "consumer,household,partner,partner_contact,requested_by,product,asset,contract,entitlement,opened_at,"          \
    "resolved_at,closed_at,resolution_code,close_notes,comments,proactive,approval"
#define CUSTOMER_GIVES                                                                                               \
    "short_description,description,category,subcategory,contact_type,account,contact,consumer,household,product,"    \
    "asset,comments"
#define TASK_FIELDS                                                                                                  \
    "number,short_description,description,state,active,priority,parent_case,account,contact,consumer,"               \
    "visible_to_customer,opened_at,closed_at,due_date,comments"

#define MAY(ops_, t, r, rows) { .table = (t), .ops = (ops_), .role = (r), .filter = (rows) }
#define SHOWS(r, rows) { .table = CASE, .ops = CSM_OP_READ, .role = (r), .filter = (rows), .fields = CUSTOMER_FIELDS }
#define ANSWERS(r, rows) { .table = CASE, .ops = CSM_OP_WRITE, .role = (r), .filter = (rows), .fields = "comments" }
#define OPENS(r, rows) { .table = CASE, .ops = CSM_OP_CREATE, .role = (r), .filter = (rows), .fields = CUSTOMER_GIVES }
/* Cases a customer reads and answers. */
#define HAS(r, rows) SHOWS(r, rows), ANSWERS(r, rows)
/* What hangs on a case goes with it. */
#define WITH_CASE(ops_, t, r, f) { .table = (t), .ops = (ops_), .role = (r), .via = (f) }

const csm_scope customer_service_scopes[CUSTOMER_SERVICE_SCOPES] = {
    /* agents; a manager is both kinds of agent */
    MAY(CRW, CASE, AGENT, BUSINESS),
    MAY(CRW, CASE, CONSUMER_AGENT, PRIVATE),
    MAY(CSM_OP_DELETE, CASE, AGENT, "accountISNOTEMPTY^" DELETABLE "^NQ" NOBODYS "^" DELETABLE),
    MAY(CSM_OP_DELETE, CASE, CONSUMER_AGENT,
        "consumerISNOTEMPTY^" DELETABLE "^NQhouseholdISNOTEMPTY^" DELETABLE "^NQ" NOBODYS "^" DELETABLE),
    MAY(CSM_OP_CRWD, CASE, "csm_admin", NULL),

    /* other employees */
    MAY(CSM_OP_READ, CASE, "sn_customerservice.case_viewer", NULL),
    MAY(CSM_OP_READ, CASE, "snc_internal", CONTRIBUTED),
    SHOWS("snc_internal", "requested_by=@me"),
    ANSWERS("snc_internal", "requested_by=@me"),
    MAY(CSM_OP_READ, CASE, CONTRIBUTOR, "opened_by=@me"),
    { .table = CASE, .ops = CSM_OP_WRITE, .role = CONTRIBUTOR, .filter = "opened_by=@me", .fields = "comments" },
    { .table = CASE, .ops = CSM_OP_WRITE, .role = EDITOR, .via = "sys_id",
      .fields = "work_notes,comments,state,contributor_users,contributor_groups,watch_list,work_notes_list",
      .doc = "Contributors note, talk and move a case they may read, but change nothing else of it" },
    MAY(CSM_OP_READ, CASE, PROXY, "internal_contact=@me"),
    { .table = CASE, .ops = CSM_OP_WRITE, .role = PROXY, .filter = "internal_contact=@me",
      .fields = "comments,work_notes,watch_list" },
    { .table = CASE, .ops = CSM_OP_CREATE, .role = PROXY, .filter = "internal_contact=@me",
      .fields = CUSTOMER_GIVES ",internal_contact" },
    OPENS("sn_customerservice.account_contributor", "accountISNOTEMPTY^consumerISEMPTY"),
    OPENS("sn_customerservice.consumer_contributor", "consumerISNOTEMPTY^accountISEMPTY"),
    OPENS("sn_customerservice.relationship_contributor", "account=@team_accounts"),
    { .table = "customer_account", .ops = CSM_OP_READ, .role = "sn_customerservice.relationship_contributor",
      .filter = "sys_id=@team_accounts", .fields = "number,name", .doc = "To choose the customer" },
    { .table = "customer_contact", .ops = CSM_OP_READ, .role = "sn_customerservice.relationship_contributor",
      .filter = "account=@team_accounts", .fields = "name", .doc = "To choose the customer" },
    { .table = CASE, .ops = CSM_OP_CREATE, .role = "sn_customerservice.self_contributor",
      .filter = "requested_by=@me^" NOBODYS, .fields = CUSTOMER_GIVES ",requested_by" },

    /* customers */
    HAS("sn_customerservice.customer", "contact=@me^account=@contact_accounts^NQopened_by=@me^account=@contact_accounts"),
    SHOWS("sn_customerservice.customer", "watch_list=@me^account=@contact_accounts"),
    OPENS("sn_customerservice.customer", "contact=@me^account=@contact_accounts"),
    HAS("sn_customerservice.customer_case_manager", "account=@case_manager_accounts"),
    OPENS("sn_customerservice.customer_case_manager", "account=@case_manager_accounts"),
    HAS("sn_customerservice.customer_admin", "account=@admin_accounts"),
    OPENS("sn_customerservice.customer_admin", "account=@admin_accounts"),
    HAS("sn_customerservice.partner",
        "partner_contact=@me^account=@partner_accounts^NQopened_by=@me^account=@partner_accounts"),
    OPENS("sn_customerservice.partner", "partner=@own_account^partner_contact=@me^account=@served_accounts"),
    HAS("sn_customerservice.partner_admin", "partner=@own_account^account=@partner_accounts"),
    HAS("sn_customerservice.consumer", "consumer=@my_consumer^NQopened_by=@me^NQhousehold=@headed_households"),
    OPENS("sn_customerservice.consumer", "consumer=@my_consumer^NQconsumer=@household_members"),
    HAS("sn_customerservice.case_authorized_contact", "additional_users=@me"),
    HAS("sn_customerservice.case_authorized_consumer", "additional_consumers=@my_consumer"),
    MAY(CSM_OP_READ, CASE, "sn_customerservice.case_authorized_contributor", "additional_users=@me"),
    ANSWERS("sn_customerservice.case_authorized_contributor", "additional_users=@me"),

    /* case tasks */
    WITH_CASE(CSM_OP_CRWD, TASK, AGENT, "parent_case"),
    WITH_CASE(CSM_OP_CRWD, TASK, CONSUMER_AGENT, "parent_case"),
    MAY(CSM_OP_CRWD, TASK, MANAGER, NULL),
    MAY(CRW, TASK, "sn_esm_agent", "parent_caseISEMPTY^assigned_to=@me^NQparent_caseISEMPTY^opened_by=@me"),
    MAY(CSM_OP_READ | CSM_OP_WRITE, TASK, "sn_customerservice.case_task_agent",
        "assigned_to=@me^NQassignment_group=@my_groups^NQopened_by=@me"),
    MAY(CSM_OP_READ, TASK, "sn_customerservice.case_task_viewer", NULL),
    { .table = TASK, .ops = CSM_OP_READ, .role = "sn_esm_user", .filter = "visible_to_customer=true", .via = "parent_case",
      .fields = TASK_FIELDS },
    { .table = TASK, .ops = CSM_OP_WRITE, .role = "sn_esm_user", .filter = "visible_to_customer=true",
      .via = "parent_case", .via_op = CSM_OP_WRITE, .fields = "comments,state" },

    /* related parties, report, survey */
    WITH_CASE(CRW, PARTY, AGENT, "case"),
    WITH_CASE(CRW, PARTY, CONSUMER_AGENT, "case"),
    WITH_CASE(CSM_OP_READ, PARTY, "snc_internal", "case"),
    MAY(CSM_OP_DELETE, PARTY, "csm_admin", NULL),
    { .table = PARTY, .ops = CSM_OP_READ, .role = "sn_esm_user", .via = "case",
      .fields = "case,type,responsibility,contact,consumer,order" },
    WITH_CASE(CSM_OP_READ, "sn_customerservice_case_entitlement", "snc_internal", "case"),
    { .table = "sn_customerservice_case_entitlement", .ops = CSM_OP_CREATE | CSM_OP_DELETE, .role = "sn_esm_agent",
      .via = "case", .via_op = CSM_OP_WRITE },
    MAY(CSM_OP_CRWD, "sn_customerservice_case_entitlement", "csm_admin", NULL),
    WITH_CASE(CSM_OP_READ, "sn_customerservice_case_report", "snc_internal", "case"),
    WITH_CASE(CSM_OP_READ, "asmt_assessment_instance", "sn_esm_agent", "task"),
    WITH_CASE(CSM_OP_READ, "sn_customerservice_relayed_note", "snc_internal", "case"),
    WITH_CASE(CSM_OP_READ, "m2m_kb_product", "snc_internal", "kb_knowledge"),
    { .table = "m2m_kb_product", .ops = CSM_OP_READ, .role = "snc_external", .via = "kb_knowledge", .fields = "kb_knowledge,product" },
    { .table = "m2m_kb_product", .ops = CSM_OP_CREATE | CSM_OP_DELETE, .role = "knowledge", .via = "kb_knowledge",
      .via_op = CSM_OP_WRITE },
    MAY(CSM_OP_CRWD, "m2m_kb_product", "knowledge_admin", NULL),
    { .table = "cmdb_model", .ops = CSM_OP_READ, .role = "knowledge", .inherit = true, .doc = "Authors name products" },
    { .table = "asmt_assessment_instance", .ops = CSM_OP_READ, .role = "sn_esm_user", .via = "task",
      .filter = "user=@me^NQconsumer=@my_consumer", .fields = "task,state,taken_on,score,answers" },
    { .table = "asmt_assessment_instance", .ops = CSM_OP_WRITE, .role = "sn_esm_user",
      .filter = "user=@me^state=ready^NQconsumer=@my_consumer^state=ready^NQuser=@me^state=complete"
                "^NQconsumer=@my_consumer^state=complete",
      .fields = "state,score,answers" },
};
