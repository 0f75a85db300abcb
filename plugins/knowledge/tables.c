/* Bases, articles, who may read and write them, and what they are attached to. */
#include "knowledge.h"

static const csm_field criteria_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_LIST("roles", "sys_user_role"),
    CSM_LIST("groups", "sys_user_group"),
    CSM_LIST("companies", "core_company", .doc = "Employers; of contacts, their accounts"),
    CSM_LIST("users", "sys_user"),
    CSM_BOOL("match_all", .dflt = "false", .doc = "Each list that is not empty must fit; else one is enough"),
    CSM_BOOL("active", .dflt = "true"),
};

static const csm_field base_fields[] = {
    CSM_TEXT("title", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_TEXT("description", .length = 1000),
    CSM_REF("owner", "sys_user"),
    CSM_BOOL("active", .dflt = "true"),
};

static const csm_field use_fields[] = {
    CSM_REF("kb_knowledge_base", BASE, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("user_criteria", CRITERIA, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY),
};
static const csm_index use_indexes[] = {
    { .name = "pair", .columns = "kb_knowledge_base,user_criteria", .flags = CSM_INDEX_UNIQUE },
};

static const csm_field category_fields[] = {
    CSM_TEXT("label", .length = 100, .flags = CSM_REQUIRED),
    CSM_REF("parent", CATEGORY, .flags = CSM_INDEXED | CSM_NO_CYCLE),
    CSM_REF("kb_knowledge_base", BASE, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
};

static const csm_choice state_choices[] = {
    { "draft", "Draft", NULL, NULL },
    { "review", "Review", NULL, NULL },
    { "published", "Published", NULL, NULL },
    { "pending_retirement", "Pending retirement", NULL, NULL },
    { "retired", "Retired", NULL, NULL },
    { "outdated", "Outdated", NULL, NULL },
};

static const csm_field article_fields[] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("short_description", .length = 160, .flags = CSM_REQUIRED),
    CSM_TEXT("text", .length = 65000),
    CSM_REF("kb_knowledge_base", BASE, .flags = CSM_REQUIRED | CSM_INDEXED, .label = "Knowledge base"),
    CSM_REF("kb_category", CATEGORY, .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .label = "Category"),
    CSM_TEXT("workflow_state", .length = 40, .dflt = "draft", CSM_CHOICES(state_choices), .label = "State"),
    CSM_BOOL("active", .dflt = "true", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_DATE("valid_to", .doc = "Last day on which it holds; empty: no end"),
    CSM_TEXT("article_type", .length = 40, .dflt = "text"),
    CSM_BOOL("is_known_error", .dflt = "false"),
    CSM_REF("source", "task", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "What it was written for"),
    CSM_REF("author", "sys_user", .dflt = "@me", .flags = CSM_INDEXED),
    CSM_TIME("published_at", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_INT("view_count", .dflt = "0", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_INT("use_count", .dflt = "0", .flags = CSM_READ_ONLY | CSM_SYSTEM_WRITE, .doc = "Tasks it was attached to"),
};
static const csm_index article_indexes[] = {
    { .name = "readable", .columns = "kb_knowledge_base,workflow_state,active" },
};

static const csm_field attached_fields[] = {
    CSM_REF("kb_knowledge", ARTICLE, .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE,
            .label = "Article"),
    CSM_REF("task", "task", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_TEXT("draft", .length = 4000, .flags = CSM_READ_ONLY | CSM_INTERNAL, .doc = "Comment proposed for the customer"),
    CSM_TIME("posted_at", .flags = CSM_READ_ONLY, .doc = "When the customer was told; empty: he does not see the link"),
    CSM_REF("posted_by", "sys_user", .flags = CSM_READ_ONLY),
};
static const csm_index attached_indexes[] = {
    { .name = "pair", .columns = "task,kb_knowledge", .flags = CSM_INDEX_UNIQUE },
};

static const csm_field gap_fields[] = {
    CSM_REF("article", ARTICLE, .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "What fills it"),
};

#define USE(n, l, d) { .name = (n), .label = (l), .fields = CSM_ARRAY(use_fields), .indexes = CSM_ARRAY(use_indexes), \
                       .flags = CSM_TABLE_WATCHED, .doc = (d) }

const csm_table knowledge_tables[KNOWLEDGE_TABLES] = {
    { .name = CRITERIA, .label = "User criteria", .fields = CSM_ARRAY(criteria_fields), .flags = CSM_TABLE_WATCHED,
      .order = "name", .doc = "Which people are meant" },
    { .name = BASE, .label = "Knowledge base", .fields = CSM_ARRAY(base_fields), .display = "title", .order = "title",
      .flags = CSM_TABLE_WATCHED, .doc = "Articles with the same readers and authors" },
    USE("kb_uc_can_read_mtom", "Can read", "Who may read a base; none: every user who logged in"),
    USE("kb_uc_can_contribute_mtom", "Can contribute", "Who may write in a base; none: every author"),
    USE("kb_uc_cannot_read_mtom", "Cannot read", "Who may not read a base, whatever else is said"),
    USE("kb_uc_cannot_contribute_mtom", "Cannot contribute", "Who may not write in a base, whatever else is said"),
    { .name = CATEGORY, .label = "Knowledge category", .fields = CSM_ARRAY(category_fields), .display = "label",
      .order = "label", .doc = "Topic within a base" },
    { .name = ARTICLE, .label = "Knowledge article", .fields = CSM_ARRAY(article_fields), .indexes = CSM_ARRAY(article_indexes),
      .number = "KB", .display = "number", .doc = "What somebody found out, for others" },
    { .name = ATTACHED, .label = "Attached knowledge", .fields = CSM_ARRAY(attached_fields),
      .indexes = CSM_ARRAY(attached_indexes), .doc = "An article attached to a task" },
    { .name = GAP, .label = "Knowledge feedback", .extends = "task", .fields = CSM_ARRAY(gap_fields), .number = "KFT",
      .display = "number", .doc = "An article that is missing, or wrong" },
};
