/* The descriptor: what this plugin brings. Source: DOMAIN 2.4, 4.11. */
#include "major_issue.h"

static const csm_choice state_choices[] = {
    { "proposed", "Proposed", NULL, NULL }, { "accepted", "Accepted", NULL, NULL }, { "rejected", "Rejected", NULL, NULL },
    { "canceled", "Canceled", NULL, NULL },
};

static const csm_field case_fields[] = {
    CSM_TEXT("major_case_state", .length = 40, .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE, CSM_CHOICES(state_choices),
             .doc = "Of candidates and major cases; set by their methods"),
    CSM_TEXT("business_impact", .length = 4000, .flags = CSM_INTERNAL),
    CSM_TEXT("probable_cause", .length = 4000, .flags = CSM_INTERNAL),
    CSM_REF("recipient_list", LIST, .flags = CSM_INDEXED, .on_delete = CSM_REFUSE, .label = "Affected Customers"),
    CSM_BOOL("child_case_creation_progress", .dflt = "false", .flags = CSM_READ_ONLY,
             .doc = "Of a major case: child cases are being made; of a child case: made from a list"),
    CSM_BOOL("sync_driver", .dflt = "false", .flags = CSM_READ_ONLY, .doc = "The child of a major case, which drives it"),
    CSM_INT("child_case_count", .dflt = "0", .flags = CSM_READ_ONLY, .doc = "Child cases a major case has"),
};
static const csm_index case_indexes[] = {
    { .name = "major_cases", .columns = "major_case_state,active,-opened_at" },
    { .name = "children", .columns = "parent,account" },
};
static const csm_table_ext table_exts[] = {
    { .table = CASE, .fields = CSM_ARRAY(case_fields), .indexes = CSM_ARRAY(case_indexes) },
};

static const csm_field change_fields[] = {
    CSM_REF("case", CASE, .flags = CSM_REQUIRED | CSM_INDEXED, .on_delete = CSM_CASCADE, .doc = "The major case"),
    CSM_JSON("values", .length = 60000, .doc = "Fields and what they became"),
    CSM_REF("after", CASE, .doc = "The last child that has it"),
};
static const csm_table tables[] = {
    { .name = CHANGE, .label = "Major Case Change", .fields = CSM_ARRAY(change_fields), .flags = CSM_TABLE_NO_HISTORY,
      .doc = "A change of a major case on its way to the child cases" },
};

static const csm_field_right field_rights[] = {
    { CASE, "recipient_list", CSM_OP_WRITE, MANAGERS },
};

static const csm_property properties[] = {
    { PROPERTY_SYNC, CSM_T_BOOL, "false", "What changes on a major case goes to its open child cases" },
    { PROPERTY_FIELDS, CSM_T_TEXT, FIELDS_DEFAULT, "Fields that go; with state, close_notes and resolution_code go too" },
    { PROPERTY_TYPE, CSM_T_BOOL, "true", "A major case is of its candidate's table" },
};

static const csm_seed seeds[] = {
    { "sysevent_email_action", "major_candidate", "name=Major case proposed^collection=" CASE
      "^condition=major_case_stateCHANGESTOproposed^recipient_roles=" MANAGERS "^active=true"
      "^subject=${number} is proposed as a major case^message=${number}: ${short_description}\n\n${business_impact}" },
};

static const csm_job jobs[] = {
    { .name = JOB_CREATE, .run = create_job, .doc = "Makes the child cases of a major case from its list, in pages" },
    { .name = JOB_SYNC, .run = sync_job, .doc = "Gives the changes of a major case to its child cases, in order, in pages" },
};

static const csm_dep depends[] = { { "customer_service", "1.0" }, { "publications", "1.0" } };

CSM_PLUGIN(major_issue, .version = "1.0.0", .summary = "Issues that hit many customers: major cases and their child cases",
           .alias = "com.sn_majorissue_mgt", .depends = CSM_ARRAY(depends), .properties = CSM_ARRAY(properties),
           .tables = CSM_ARRAY(tables), .table_exts = CSM_ARRAY(table_exts), .field_rights = CSM_ARRAY(field_rights),
           .seeds = CSM_ARRAY(seeds), .demo = CSM_ARRAY(major_issue_demo), .rules = CSM_ARRAY(major_issue_rules),
           .methods = CSM_ARRAY(major_issue_methods), .points = CSM_ARRAY(major_issue_points),
           .impls = CSM_ARRAY(major_issue_impls), .jobs = CSM_ARRAY(jobs))
