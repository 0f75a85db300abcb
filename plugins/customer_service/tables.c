/* Cases, their tasks and what hangs on them. */
#include "customer_service.h"

static const csm_choice task_state_choices[] = {
    { "1", "Open", NULL, NULL },              { "2", "Work in Progress", NULL, NULL },
    { "3", "Closed Complete", NULL, NULL },   { "4", "Closed Incomplete", NULL, NULL },
    { "7", "Cancelled", NULL, NULL },
};

static const csm_field task_fields[] = {
    CSM_INT("state", .flags = CSM_OVERRIDE, .dflt = "1", CSM_CHOICES(task_state_choices)),
    CSM_REF("parent_case", "sn_customerservice_case", .flags = CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("account", "customer_account", .flags = CSM_COMPUTED),
    CSM_REF("contact", "customer_contact", .flags = CSM_COMPUTED),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_COMPUTED),
    CSM_BOOL("visible_to_customer", .dflt = "false"),
};

static const csm_choice contact_resolution_choices[] = {
    { "0", "None", NULL, NULL }, { "1", "True", NULL, NULL }, { "2", "False", NULL, NULL },
};

static const csm_field report_fields[] = {
    CSM_REF("case", "sn_customerservice_case", .flags = CSM_REQUIRED | CSM_UNIQUE | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_INT("first_contact_resolution", .dflt = "0", CSM_CHOICES(contact_resolution_choices)),
    CSM_INT("agent_reassignment_count", .dflt = "0"),
    CSM_INT("reopen_count", .dflt = "0"),
    CSM_DECIMAL("customer_satisfaction_score"),
    CSM_DURATION("time_to_resolve"),
    CSM_BOOL("skipped_by_prediction", .dflt = "false"),
};

static const csm_choice survey_choices[] = {
    { "ready", "Ready", NULL, NULL }, { "complete", "Complete", NULL, NULL },
    { "expired", "Expired", NULL, NULL }, { "cancelled", "Cancelled", NULL, NULL },
};

static const csm_field survey_fields[] = {
    CSM_REF("task", "task", .flags = CSM_REQUIRED | CSM_UNIQUE | CSM_INDEXED, .on_delete = CSM_CASCADE),
    CSM_REF("user", "sys_user", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_TEXT("state", .length = 20, .dflt = "ready", CSM_CHOICES(survey_choices)),
    CSM_TIME("taken_on"),
    CSM_DECIMAL("score"),
    CSM_JSON("answers"),
};

static const csm_field party_fields[] = {
    CSM_REF("case", "sn_customerservice_case", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY,
            .on_delete = CSM_CASCADE),
};

static const csm_field case_entitlement_fields[] = {
    CSM_REF("case", "sn_customerservice_case", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("entitlement", "service_entitlement", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY,
            .on_delete = CSM_CASCADE),
    CSM_DECIMAL("units_consumed", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE, .doc = "What the case took of it when it closed"),
};
static const csm_index case_entitlement_indexes[] = {
    { .name = "pair", .columns = "case,entitlement", .flags = CSM_INDEX_UNIQUE },
};

/* One person once in one way. */
static const csm_index party_indexes[] = {
    { .name = "contact_once", .columns = "case,type,contact", .flags = CSM_INDEX_UNIQUE },
    { .name = "consumer_once", .columns = "case,type,consumer", .flags = CSM_INDEX_UNIQUE },
    { .name = "user_once", .columns = "case,type,user", .flags = CSM_INDEX_UNIQUE },
};

static const csm_field product_fields[] = {
    CSM_REF("kb_knowledge", "kb_knowledge", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE,
            .label = "Article"),
    CSM_REF("product", "cmdb_model", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
};
static const csm_index product_indexes[] = {
    { .name = "pair", .columns = "product,kb_knowledge", .flags = CSM_INDEX_UNIQUE },
};

static const csm_field relayed_fields[] = {
    CSM_REF("case", "sn_customerservice_case", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_TEXT("note", .length = 32, .flags = CSM_REQUIRED | CSM_UNIQUE | CSM_INSERT_ONLY, .doc = "sys_id of the work note"),
    CSM_TEXT("comment", .length = 8000, .flags = CSM_INSERT_ONLY, .doc = "What the customer was told"),
    CSM_REF("relayed_by", "sys_user", .dflt = "@me", .flags = CSM_INSERT_ONLY),
};

const csm_table customer_service_tables[CUSTOMER_SERVICE_TABLES] = {
    { .name = "sn_customerservice_case", .label = "Case", .extends = "task",
      .fields = CSM_ARRAY(customer_service_case_fields), .indexes = CSM_ARRAY(customer_service_case_indexes),
      .display = "number", .number = "CS", .order = "-opened_at",
      .doc = "A customer's issue, question or request and all work and talk about it" },
    { .name = "sn_customerservice_task", .label = "Case Task", .extends = "task", .fields = CSM_ARRAY(task_fields),
      .display = "number", .number = "CSTASK", .order = "-opened_at", .doc = "A piece of work needed to resolve a case" },
    { .name = "sn_customerservice_case_report", .label = "Case Report", .fields = CSM_ARRAY(report_fields),
      .doc = "Figures of one case" },
    { .name = "asmt_assessment_instance", .label = "Survey", .fields = CSM_ARRAY(survey_fields),
      .doc = "What the customer thought of it; one per case" },
    { .name = "sn_customerservice_related_party", .label = "Related Party",
      .extends = "sn_customerservice_party", .fields = CSM_ARRAY(party_fields), .indexes = CSM_ARRAY(party_indexes),
      .doc = "Somebody tied to a case with a named relation" },
    { .name = "m2m_kb_product", .label = "Affected product", .fields = CSM_ARRAY(product_fields),
      .indexes = CSM_ARRAY(product_indexes), .doc = "A product that an article is about" },
    { .name = "sn_customerservice_relayed_note", .label = "Relayed note", .fields = CSM_ARRAY(relayed_fields),
      .doc = "A work note whose content the customer was told in a comment" },
    { .name = "sn_customerservice_case_entitlement", .label = "Case Entitlement", .fields = CSM_ARRAY(case_entitlement_fields),
      .indexes = CSM_ARRAY(case_entitlement_indexes), .doc = "An entitlement a case is worked under, and what it took of it" },
};
