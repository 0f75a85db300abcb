/* Recipients lists, who is on them, and publications. Source: DOMAIN 2.12. */
#include "publications.h"

static const csm_choice type_choices[] = {
    { "accounts", "Accounts", NULL, NULL },   { "contacts", "Contacts", NULL, NULL },
    { "consumers", "Consumers", NULL, NULL }, { "internal_users", "Internal users", NULL, NULL },
};
static const csm_choice method_choices[] = {
    { "condition", "Condition", NULL, NULL }, { "script", "Script", NULL, NULL }, { "upload", "Upload", NULL, NULL },
};

static const csm_field list_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_TEXT("type", .length = 40, .flags = CSM_REQUIRED | CSM_INSERT_ONLY, CSM_CHOICES(type_choices)),
    CSM_TEXT("recipient_table", .length = 80, .flags = CSM_COMPUTED, .doc = "Table of its recipients, by type"),
    CSM_TEXT("method", .length = 40, .dflt = "upload", CSM_CHOICES(method_choices), .doc = "Where its recipients come from"),
    CSM_CONDITION("condition", "recipient_table", .length = 2000, .doc = "Method condition: who is on it"),
    CSM_TEXT("script", .length = 100, .doc = "Method script: name that an implementation of " POINT_SOURCE " answers to"),
    CSM_BOOL("locked", .dflt = "false", .flags = CSM_READ_ONLY,
             .doc = "In use: who is on it may still change, what it is may not"),
    CSM_REF("owner", "sys_user", .dflt = "@me", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CLEAR),
    CSM_BOOL("refreshing", .dflt = "false", .flags = CSM_READ_ONLY, .doc = "Is being compared with its source"),
    CSM_TIME("refreshed_on", .flags = CSM_READ_ONLY),
};

/* ---- who is on a list: one table per kind of recipient, all of one form ---- */

static const csm_field recipient_fields[] = {
    CSM_REF("list", LIST, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_BOOL("dynamically_added", .dflt = "false", .flags = CSM_READ_ONLY, .doc = "By a refresh, which may take it off again"),
    CSM_BOOL("active_communication", .dflt = "true", .doc = "False: stays on the list and is not addressed"),
};

#define MEMBER_FLAGS .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE
static const csm_field account_fields[] = { CSM_REF("recipient", "customer_account", MEMBER_FLAGS) };
static const csm_field contact_fields[] = { CSM_REF("recipient", "customer_contact", MEMBER_FLAGS) };
static const csm_field consumer_fields[] = { CSM_REF("recipient", "csm_consumer", MEMBER_FLAGS) };
static const csm_field user_fields[] = { CSM_REF("recipient", "sys_user", MEMBER_FLAGS) };
static const csm_index recipient_indexes[] = {
    { .name = "on_list", .columns = "list,recipient", .flags = CSM_INDEX_UNIQUE },
};

/* ---- publications ---- */

static const csm_choice state_choices[] = {
    { "draft", "Draft", NULL, NULL },         { "review", "Review", NULL, NULL },   { "approved", "Approved", NULL, NULL },
    { "published", "Published", NULL, NULL }, { "expired", "Expired", NULL, NULL }, { "cancelled", "Cancelled", NULL, NULL },
};

static const csm_field publication_fields[] = {
    CSM_TEXT("title", .length = 160, .flags = CSM_REQUIRED),
    CSM_TEXT("body", .length = 16000),
    CSM_REF("list", LIST, .flags = CSM_INDEXED, .on_delete = CSM_REFUSE, .label = "Recipients list", .doc = "Its audience"),
    CSM_TEXT("state", .length = 20, .dflt = "draft", CSM_CHOICES(state_choices)),
    CSM_TIME("publish_on", .doc = "Empty: when it is approved"),
    CSM_TIME("expires_on", .doc = "Empty: stays until somebody ends it"),
    CSM_REF("author", "sys_user", .dflt = "@me", .flags = CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CLEAR),
    CSM_REF("approved_by", "sys_user", .flags = CSM_READ_ONLY),
    CSM_TIME("approved_on", .flags = CSM_READ_ONLY),
    CSM_JOURNAL("work_notes", .flags = CSM_INTERNAL, .doc = "Talk among those who write and approve it"),
};
static const csm_index publication_indexes[] = {
    { .name = "shown", .columns = "list,state,-publish_on" },
};

#define MEMBERS(n, l, f) { .name = (n), .label = (l), .extends = RECIPIENT, .fields = CSM_ARRAY(f), \
                           .indexes = CSM_ARRAY(recipient_indexes), .display = "recipient", .flags = CSM_TABLE_WATCHED, \
                           .doc = "Who is on a recipients list" }

const csm_table publications_tables[PUBLICATIONS_TABLES] = {
    { .name = LIST, .label = "Recipients List", .fields = CSM_ARRAY(list_fields), .display = "name", .order = "name",
      .doc = "Customers or employees who are addressed together" },
    { .name = RECIPIENT, .label = "Recipient", .fields = CSM_ARRAY(recipient_fields),
      .flags = CSM_TABLE_ABSTRACT | CSM_TABLE_WATCHED, .doc = "Who is on a recipients list" },
    MEMBERS("sn_publications_recipientslist_account_m2m", "Recipient Account", account_fields),
    MEMBERS("sn_publications_publication_contact_m2m", "Recipient Contact", contact_fields),
    MEMBERS("sn_publications_recipientslist_consumer_m2m", "Recipient Consumer", consumer_fields),
    MEMBERS("sn_publications_recipientslist_user_m2m", "Recipient User", user_fields),
    { .name = PUBLICATION, .label = "Publication", .fields = CSM_ARRAY(publication_fields),
      .indexes = CSM_ARRAY(publication_indexes), .display = "title", .order = "-publish_on",
      .doc = "What the provider tells an audience for a time" },
};

/* ---- kinds ---- */

static const kind kinds[] = {
    { "accounts", "customer_account", "sn_publications_recipientslist_account_m2m" },
    { "contacts", "customer_contact", "sn_publications_publication_contact_m2m" },
    { "consumers", "csm_consumer", "sn_publications_recipientslist_consumer_m2m" },
    { "internal_users", "sys_user", "sn_publications_recipientslist_user_m2m" },
};

const kind *kind_of(csm_str type)
{
    for (size_t n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++)
        if (csm_str_is(type, kinds[n].type))
            return &kinds[n];
    return NULL;
}
