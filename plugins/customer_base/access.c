/* Who reaches which customer data. Employees: DOMAIN 3.5. Customers: DOMAIN 3.3, with the caller values of values.c, and
 * of each row only the fields listed; nothing that is not named here. */
#include "customer_base.h"

#define AGENT "sn_customerservice_agent"
#define CONSUMER_AGENT "sn_customerservice.consumer_agent"
#define MANAGER "sn_customerservice_manager"
#define VIEWER "sn_customerservice.customer_data_viewer"
#define CRW (CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE)

#define CUSTOMER "sn_customerservice.customer"
#define CASE_MANAGER "sn_customerservice.customer_case_manager"
#define CUSTOMER_ADMIN "sn_customerservice.customer_admin"
#define PARTNER "sn_customerservice.partner"
#define PARTNER_ADMIN "sn_customerservice.partner_admin"
#define CONSUMER "sn_customerservice.consumer"

#define ACCOUNT_FIELDS                                                                                               \
    "number,name,phone,website,street,city,state,zip,country,primary_contact,account_parent,customer,partner"
#define CONTACT_FIELDS "name,first_name,middle_name,last_name,title,email,phone,mobile_phone,home_phone"
#define USER_PREFERENCES "street,city,state,zip,country,location,preferred_language,time_zone,notification"
#define LOGIN_FIELDS "account,user_name,active,locked_out,last_login_time,password_needs_reset"
#define ADMIN_WRITABLE                                                                                               \
    "first_name,middle_name,last_name,title,email,phone,mobile_phone,home_phone,street,city,state,zip,country,"      \
    "preferred_language,time_zone,notification,account,user_name,active,locked_out"
#define CONSUMER_FIELDS                                                                                              \
    "prefix,first_name,middle_name,last_name,suffix,name,title,email,business_phone,home_phone,mobile_phone"
#define CONSUMER_PREFERENCES                                                                                         \
    "street,city,state,zip,country,preferred_language,time_zone,notification,date_format,time_format"
#define ADDRESS_FIELDS "name,street,city,state,zip,country,latitude,longitude,phone,time_zone,type,primary"

/* One to look at, one to keep: most tables are alike. */
#define SEES(t, r) { .table = (t), .ops = CSM_OP_READ, .role = (r) }
#define KEEPS(t, r) { .table = (t), .ops = CRW, .role = (r) }
#define OWNS(t, r) { .table = (t), .ops = CSM_OP_CRWD, .role = (r) }
#define CHOOSES(t, r, f) { .table = (t), .ops = CSM_OP_READ, .role = (r), .fields = (f), .doc = "To choose the customer" }

/* For customers: these rows, of them these fields. */
#define SHOWS(t, r, rows, f) { .table = (t), .ops = CSM_OP_READ, .role = (r), .filter = (rows), .fields = (f) }
#define LETS_CHANGE(t, r, rows, f) { .table = (t), .ops = CSM_OP_WRITE, .role = (r), .filter = (rows), .fields = (f) }

const csm_scope customer_base_scopes[CUSTOMER_BASE_SCOPES] = {
    /* accounts and their contacts; one in use cannot be deleted */
    SEES("customer_account", AGENT),
    SEES("customer_account", VIEWER),
    OWNS("customer_account", MANAGER),
    CHOOSES("customer_account", "sn_customerservice.account_contributor", "number,name"),
    CHOOSES("customer_account", "sn_customerservice.proxy_contact", "number,name"),
    SEES("customer_contact", AGENT),
    SEES("customer_contact", VIEWER),
    OWNS("customer_contact", MANAGER),
    KEEPS("customer_contact", "sn_customerservice.contact_manager"),
    CHOOSES("customer_contact", "sn_customerservice.account_contributor", "name"),
    CHOOSES("customer_contact", "sn_customerservice.proxy_contact", "name"),
    { .table = "sys_user_has_role", .ops = CSM_OP_READ, .role = "sn_customerservice.contact_manager", .via = "user",
      .via_op = CSM_OP_WRITE, .doc = "Roles of contacts" },
    SEES("sys_user_role", "sn_customerservice.contact_manager"),
    /* consumers */
    KEEPS("csm_consumer", CONSUMER_AGENT),
    KEEPS("csm_consumer", MANAGER),
    OWNS("csm_consumer", "csm_admin"),
    SEES("csm_consumer", VIEWER),
    CHOOSES("csm_consumer", "sn_customerservice.consumer_contributor", "number,name"),
    CHOOSES("csm_consumer", "sn_customerservice.proxy_contact", "number,name"),
    SEES("csm_consumer_user", CONSUMER_AGENT),
    KEEPS("csm_consumer_user", MANAGER),
    SEES("csm_household", CONSUMER_AGENT),
    SEES("csm_household", VIEWER),
    KEEPS("csm_household", MANAGER),
    OWNS("csm_household", "csm_admin"),
    SEES("csm_household_member", CONSUMER_AGENT),
    SEES("csm_household_member", VIEWER),
    KEEPS("csm_household_member", MANAGER),
    OWNS("csm_household_member", "csm_admin"),
    /* addresses */
    { .table = "cmn_location", .ops = CSM_OP_READ, .role = "snc_internal",
      .filter = "accountISEMPTY^consumerISEMPTY^householdISEMPTY", .doc = "Places that are no customer's" },
    { .table = "cmn_location", .ops = CSM_OP_READ, .role = AGENT, .filter = "accountISNOTEMPTY",
      .doc = "Addresses of accounts" },
    { .table = "cmn_location", .ops = CRW, .role = CONSUMER_AGENT, .filter = "consumerISNOTEMPTY",
      .doc = "Addresses of consumers" },
    { .table = "cmn_location", .ops = CSM_OP_READ, .role = CONSUMER_AGENT, .filter = "householdISNOTEMPTY",
      .doc = "Addresses of households" },
    SEES("cmn_location", VIEWER),
    OWNS("cmn_location", MANAGER),
    SEES("account_address_relationship", AGENT),
    SEES("account_address_relationship", VIEWER),
    OWNS("account_address_relationship", MANAGER),
    /* relations; their types are the administrator's alone */
    SEES("account_relationship", AGENT),
    SEES("account_relationship", CONSUMER_AGENT),
    OWNS("account_relationship", MANAGER),
    SEES("sn_customerservice_account_relationship_type", "sn_esm_agent"),
    SEES("sn_customerservice_contact_relationship", AGENT),
    SEES("sn_customerservice_contact_relationship", CONSUMER_AGENT),
    OWNS("sn_customerservice_contact_relationship", MANAGER),
    SEES("sn_customerservice_team_member", AGENT),
    SEES("sn_customerservice_team_member", CONSUMER_AGENT),
    OWNS("sn_customerservice_team_member", MANAGER),
    SEES("sn_customerservice_responsibility_def", "sn_esm_agent"),
    OWNS("sn_customerservice_responsibility_def", "csm_admin"),
    SEES("sn_customerservice_related_party_configuration", "sn_esm_agent"),
    OWNS("sn_customerservice_related_party_configuration", "csm_admin"),

    /* customers */
    SHOWS("customer_account", CUSTOMER, "sys_id=@contact_accounts", ACCOUNT_FIELDS),
    SHOWS("customer_account", CASE_MANAGER, "sys_id=@case_manager_accounts", ACCOUNT_FIELDS),
    SHOWS("customer_account", CUSTOMER_ADMIN, "sys_id=@admin_accounts", ACCOUNT_FIELDS ",registration_code"),
    SHOWS("customer_account", PARTNER, "sys_id=@partner_accounts", ACCOUNT_FIELDS),

    SHOWS("customer_contact", "sn_esm_user", "sys_id=@me", CONTACT_FIELDS "," USER_PREFERENCES),
    LETS_CHANGE("customer_contact", "sn_esm_user", "sys_id=@me", USER_PREFERENCES),
    SHOWS("customer_contact", CUSTOMER, "account=@own_account", CONTACT_FIELDS),
    SHOWS("customer_contact", CASE_MANAGER, "account=@case_manager_accounts", CONTACT_FIELDS),
    SHOWS("customer_contact", CUSTOMER_ADMIN, "account=@admin_accounts", CONTACT_FIELDS ",account"),
    SHOWS("customer_contact", CUSTOMER_ADMIN, "account=@own_tree", CONTACT_FIELDS "," USER_PREFERENCES "," LOGIN_FIELDS),
    { .table = "customer_contact", .ops = CSM_OP_CREATE | CSM_OP_WRITE, .role = CUSTOMER_ADMIN,
      .filter = "account=@own_tree", .fields = ADMIN_WRITABLE,
      .doc = "Contacts of the own account and those below; never moved out of them" },
    { .table = "sys_user_has_role", .ops = CSM_OP_READ, .role = CUSTOMER_ADMIN, .via = "user", .via_op = CSM_OP_WRITE,
      .fields = "user,role", .doc = "Roles of the contacts he administers" },
    SHOWS("sys_user_role", CUSTOMER_ADMIN, "nameSTARTSWITHsn_customerservice.", "name"),
    SHOWS("customer_contact", PARTNER, "account=@served_accounts", "name,title,phone,email"),
    SHOWS("customer_contact", PARTNER_ADMIN, "account=@partner_accounts", CONTACT_FIELDS),

    SHOWS("csm_consumer", CONSUMER, "sys_id=@my_consumer", CONSUMER_FIELDS "," CONSUMER_PREFERENCES),
    LETS_CHANGE("csm_consumer", CONSUMER, "sys_id=@my_consumer", CONSUMER_PREFERENCES),
    SHOWS("csm_consumer", CONSUMER, "sys_id=@household_members", CONSUMER_FIELDS),
    SHOWS("csm_consumer_user", "sn_esm_user", "sys_id=@me", CONTACT_FIELDS "," USER_PREFERENCES),
    LETS_CHANGE("csm_consumer_user", "sn_esm_user", "sys_id=@me", USER_PREFERENCES),
    SHOWS("csm_household", CONSUMER, "sys_id=@headed_households", "number,name,street,city,state,zip,country,phone"),
    SHOWS("csm_household_member", CONSUMER, "household=@headed_households", "household,consumer,start_date,end_date"),
    SHOWS("csm_household_member", CONSUMER, "consumer=@my_consumer", "consumer,start_date,end_date"),

    SHOWS("cmn_location", "sn_esm_user", "sys_id=@my_locations", ADDRESS_FIELDS),
    SHOWS("cmn_location", CONSUMER, "consumer=@my_consumer", ADDRESS_FIELDS),
    SHOWS("cmn_location", CONSUMER, "household=@headed_households", ADDRESS_FIELDS),
    { .table = "account_address_relationship", .ops = CSM_OP_READ, .role = "sn_esm_user", .via = "account",
      .fields = "account,location,primary,type", .doc = "Addresses of a readable account" },

    { .table = "sysapproval_approver", .ops = CSM_OP_READ, .role = "sn_esm_user", .filter = "approver=@me",
      .fields = "sysapproval,document,approver,state,comments,due_date", .doc = "Decisions asked of me" },
    { .table = "sysapproval_approver", .ops = CSM_OP_WRITE, .role = "sn_esm_user", .filter = "approver=@me",
      .fields = "state,comments", .doc = "Deciding" },
};
