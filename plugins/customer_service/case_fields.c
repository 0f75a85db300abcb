/* Columns of a case over and above those of a task. */
#include "customer_service.h"

static const csm_choice state_choices[] = {
    { "1", "New", "Received", NULL },
    { "10", "Open", "In progress", NULL },
    { "18", "Awaiting Info", "Waiting for you", NULL },
    { "6", "Resolved", "Solution proposed", NULL },
    { "3", "Closed", "Closed", NULL },
    { "7", "Cancelled", "Cancelled", NULL },
};
static const csm_choice channel_choices[] = {
    { "chat", "Chat", NULL, NULL },     { "email", "Email", NULL, NULL }, { "phone", "Phone", NULL, NULL },
    { "social", "Social", NULL, NULL }, { "web", "Web", NULL, NULL },     { "letter", "Letter", NULL, NULL },
    { "fax", "Fax", NULL, NULL },       { "referral", "Referral", NULL, NULL },
};
static const csm_choice category_choices[] = {
    { "0", "Question", NULL, NULL }, { "1", "Issue", NULL, NULL },     { "2", "Feature", NULL, NULL },
    { "3", "Request", NULL, NULL },  { "4", "Complaint", NULL, NULL }, { "5", "Order", NULL, NULL },
};
static const csm_choice resolution_choices[] = {
    { "solved_fixed_by_support", "Solved - Fixed by support/guidance provided", "Solved", NULL },
    { "solved_workaround", "Solved - Workaround provided", "Workaround provided", NULL },
    { "solved_by_customer", "Solved by customer", "Closed by you", NULL },
    { "not_solved_no_response", "Not solved - no customer response", "Closed without answer", NULL },
    { "void", "Void/Cancelled", "Cancelled", NULL },
};
static const csm_choice notify_choices[] = {
    { "1", "Do Not Notify", NULL, NULL }, { "2", "Send Email", NULL, NULL }, { "3", "Telephone", NULL, NULL },
};

#define BY_SYSTEM (CSM_READ_ONLY | CSM_SYSTEM_WRITE)

const csm_field customer_service_case_fields[CUSTOMER_SERVICE_CASE_FIELDS] = {
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "1", CSM_CHOICES(state_choices)),
    CSM_TEXT("contact_type", .flags = CSM_OVERRIDE, .length = 40, .dflt = "web", .label = "Channel",
             CSM_CHOICES(channel_choices)),
    CSM_INT("category", .dflt = "1", CSM_CHOICES(category_choices)),
    CSM_TEXT("subcategory", .length = 100),
    CSM_REF("account", "customer_account", .flags = CSM_INDEXED, .doc = "Customer organisation"),
    CSM_REF("contact", "customer_contact", .flags = CSM_INDEXED, .doc = "Person of the account"),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED),
    CSM_REF("household", "csm_household", .flags = CSM_INDEXED),
    CSM_REF("partner", "customer_account", .flags = CSM_INDEXED, .doc = "Partner acting for the account"),
    CSM_REF("partner_contact", "customer_contact", .flags = CSM_INDEXED),
    CSM_REF("internal_contact", "sys_user", .flags = CSM_INDEXED, .doc = "Employee who acts for the customer"),
    CSM_REF("requested_by", "sys_user", .flags = CSM_INDEXED, .doc = "Employee who is the customer"),
    CSM_ZONE("contact_time_zone"),
    CSM_REF("asset", "alm_asset"),
    CSM_REF("product", "cmdb_model"),
    CSM_REF("entitlement", "service_entitlement", .flags = CSM_INDEXED),
    CSM_TIME("assigned_on", .flags = BY_SYSTEM),
    CSM_REF("support_manager", "sys_user"),
    CSM_TEXT("resolution_code", .length = 40, CSM_CHOICES(resolution_choices)),
    CSM_TEXT("cause", .length = 4000, .flags = CSM_INTERNAL),
    CSM_BOOL("notes_to_comments", .dflt = "false", .doc = "Resolution notes are copied to the comments"),
    CSM_TIME("resolved_at", .flags = BY_SYSTEM),
    CSM_REF("resolved_by", "sys_user", .flags = BY_SYSTEM),
    CSM_TIME("first_response_time", .flags = BY_SYSTEM),
    CSM_TIME("reopened_time", .flags = BY_SYSTEM),
    CSM_INT("reopen_count", .dflt = "0", .flags = BY_SYSTEM),
    CSM_BOOL("follow_the_sun", .dflt = "false"),
    CSM_BOOL("needs_attention", .dflt = "false", .doc = "The customer wrote; somebody should look"),
    CSM_BOOL("auto_close", .dflt = "false", .doc = "Closes by itself when the customer does not answer a solution"),
    CSM_BOOL("proactive", .dflt = "false", .doc = "Opened by the provider before the customer reported"),
    CSM_LIST("contributor_users", "sys_user", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR,
             .doc = "Employees who help with the case"),
    CSM_LIST("contributor_groups", "sys_user_group", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_LIST("additional_users", "sys_user", .flags = CSM_INDEXED | CSM_READ_ONLY, .on_delete = CSM_CLEAR,
             .doc = "Authorized parties, kept in step with the related parties"),
    CSM_LIST("additional_consumers", "csm_consumer", .flags = CSM_INDEXED | CSM_READ_ONLY, .on_delete = CSM_CLEAR),
    CSM_REF("case_report", "sn_customerservice_case_report", .flags = CSM_READ_ONLY),
    CSM_INT("notify", .dflt = "1", CSM_CHOICES(notify_choices), .doc = "How an agent should reach the customer by hand"),
};

const csm_index customer_service_case_indexes[CUSTOMER_SERVICE_CASE_INDEXES] = {
    { .name = "account_cases", .columns = "account,active,-opened_at" },
    { .name = "group_cases", .columns = "assignment_group,active,priority,-opened_at" },
    /* What customers list, newest first: one way in per scope. */
    { .name = "of_account", .columns = "account,-opened_at" },
    { .name = "of_contact", .columns = "contact,-opened_at" },
    { .name = "of_consumer", .columns = "consumer,-opened_at" },
    { .name = "of_household", .columns = "household,-opened_at" },
    { .name = "of_partner", .columns = "partner,-opened_at" },
    { .name = "of_partner_contact", .columns = "partner_contact,-opened_at" },
    { .name = "of_product", .columns = "product,-resolved_at" },
    { .name = "board", .columns = "state,priority" },
    { .name = "resolved", .columns = "state,resolved_at" },
    { .name = "proactive_cases", .columns = "proactive,active" },
};
