/* The engine's own tables: what the server needs to know who asks. Everything else of the platform is a plugin's. */
#include "engine/access/own.h"

static const csm_field user_fields[] = {
    CSM_TEXT("user_name", .length = 40, .flags = CSM_UNIQUE, .label = "User ID", .doc = "Name to log in with; empty: cannot log in"),
    CSM_TEXT("first_name", .length = 50),
    CSM_TEXT("middle_name", .length = 50),
    CSM_TEXT("last_name", .length = 50),
    CSM_TEXT("name", .length = 151, .flags = CSM_COMPUTED | CSM_INDEXED, .doc = "First, middle and last name"),
    CSM_TEXT("email", .length = 100, .flags = CSM_INDEXED | CSM_MAIL_ADDRESS, .label = "Email"),
    CSM_ZONE("time_zone", .doc = "IANA zone for display and schedules"),
    CSM_TEXT("preferred_language", .length = 3),
    CSM_BOOL("active", .dflt = "true", .flags = CSM_INDEXED, .doc = "Inactive users cannot log in; open sessions end"),
    CSM_BOOL("locked_out", .dflt = "false", .doc = "Set by too many failed logins or an administrator"),
    CSM_TIME("locked_until", .flags = CSM_READ_ONLY | CSM_NO_AUDIT, .doc = "End of the lock after failed logins"),
    CSM_TEXT("password_hash", .length = 200, .flags = CSM_HIDDEN | CSM_READ_ONLY | CSM_NO_AUDIT, .doc = "argon2id"),
    CSM_BOOL("password_needs_reset", .dflt = "false", .doc = "Only session.change_password is allowed"),
    CSM_INT("failed_attempts", .dflt = "0", .flags = CSM_READ_ONLY | CSM_NO_AUDIT),
    CSM_TIME("last_login_time", .flags = CSM_READ_ONLY | CSM_NO_AUDIT),
    CSM_BOOL("web_service_access_only", .dflt = "false"),
    CSM_BOOL("internal_integration_user", .dflt = "false"),
};

static const csm_field group_fields[] = {
    CSM_TEXT("name", .length = 80, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_TEXT("description", .length = 1000),
    CSM_REF("manager", "sys_user", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_REF("parent", "sys_user_group", .flags = CSM_INDEXED | CSM_NO_CYCLE),
    CSM_TEXT("email", .length = 100, .flags = CSM_MAIL_ADDRESS),
    CSM_REF("default_assignee", "sys_user", .label = "Default assignee"),
    CSM_BOOL("active", .dflt = "true"),
};

static const csm_field member_fields[] = {
    CSM_REF("user", "sys_user", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("group", "sys_user_group", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
};
static const csm_index member_indexes[] = {
    { .name = "member", .columns = "user,group", .flags = CSM_INDEX_UNIQUE },
};

static const csm_field role_fields[] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE | CSM_INSERT_ONLY),
    CSM_TEXT("description", .length = 1000),
    CSM_BOOL("elevated_privilege", .dflt = "false"),
};

static const csm_field contains_fields[] = {
    CSM_REF("role", "sys_user_role", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("contains", "sys_user_role", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
};
static const csm_index contains_indexes[] = {
    { .name = "pair", .columns = "role,contains", .flags = CSM_INDEX_UNIQUE },
};

static const csm_choice has_role_states[] = { { "active", "Active", NULL, NULL } };
static const csm_field has_role_fields[] = {
    CSM_REF("user", "sys_user", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("role", "sys_user_role", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("granted_by", "sys_user_group", .doc = "Group that brings the role; empty: given directly"),
    CSM_TEXT("state", .length = 20, .dflt = "active", CSM_CHOICES(has_role_states)),
};
static const csm_index has_role_indexes[] = {
    { .name = "grant", .columns = "user,role,granted_by", .flags = CSM_INDEX_UNIQUE },
};

static const csm_field group_role_fields[] = {
    CSM_REF("group", "sys_user_group", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_REF("role", "sys_user_role", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
};
static const csm_index group_role_indexes[] = {
    { .name = "grant", .columns = "group,role", .flags = CSM_INDEX_UNIQUE },
};

static const csm_choice property_types[] = {
    { "string", "Text", NULL, NULL }, { "integer", "Number", NULL, NULL }, { "boolean", "True or false", NULL, NULL },
};
static const csm_field property_fields[] = {
    CSM_TEXT("name", .length = 200, .flags = CSM_REQUIRED | CSM_UNIQUE | CSM_INSERT_ONLY),
    CSM_TEXT("value", .length = 4000),
    CSM_TEXT("type", .length = 20, .dflt = "string", CSM_CHOICES(property_types)),
    CSM_TEXT("description", .length = 4000),
};

static const csm_field plugin_fields[] = {
    CSM_TEXT("source", .length = 63, .flags = CSM_REQUIRED | CSM_UNIQUE | CSM_READ_ONLY, .doc = "Id of the plugin"),
    CSM_BOOL("active", .dflt = "false", .flags = CSM_READ_ONLY, .doc = "Activated or deactivated, whatever the configuration says"),
};

static const csm_field session_fields[] = {
    CSM_TEXT("secret_hash", .length = 64, .flags = CSM_HIDDEN | CSM_UNIQUE | CSM_INSERT_ONLY),
    CSM_REF("user", "sys_user", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_TEXT("address", .length = 110, .doc = "Where the login came from"),
    CSM_TIME("expires", .flags = CSM_REQUIRED | CSM_INDEXED),
};

static const csm_field token_fields[] = {
    CSM_TEXT("name", .length = 80, .flags = CSM_REQUIRED),
    CSM_TEXT("secret_hash", .length = 64, .flags = CSM_HIDDEN | CSM_UNIQUE | CSM_INSERT_ONLY),
    CSM_REF("user", "sys_user", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_TIME("expires", .flags = CSM_INDEXED, .doc = "Empty: does not expire"),
    CSM_BOOL("active", .dflt = "true"),
};

static const csm_choice secret_kinds[] = {
    { "password", "Password reset", NULL, NULL }, { "email", "New e-mail address", NULL, NULL },
};
static const csm_field secret_fields[] = {
    CSM_REF("user", "sys_user", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .on_delete = CSM_CASCADE),
    CSM_TEXT("kind", .length = 20, .flags = CSM_REQUIRED | CSM_INSERT_ONLY, CSM_CHOICES(secret_kinds)),
    CSM_TEXT("secret_hash", .length = 64, .flags = CSM_HIDDEN | CSM_UNIQUE | CSM_INSERT_ONLY),
    CSM_TEXT("value", .length = 100, .flags = CSM_INSERT_ONLY, .doc = "Where the link was mailed"),
    CSM_TIME("expires", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY),
};

static const csm_choice attachment_states[] = {
    { "pending", "Being uploaded", NULL, NULL }, { "available", "Available", NULL, NULL },
};
static const csm_field attachment_fields[] = {
    CSM_DOCUMENT("document", .flags = CSM_REQUIRED | CSM_INDEXED | CSM_INSERT_ONLY, .doc = "The record it hangs on"),
    CSM_TEXT("file_name", .length = 255, .flags = CSM_REQUIRED),
    CSM_TEXT("content_type", .length = 100),
    CSM_INT("size_bytes", .flags = CSM_READ_ONLY),
    CSM_TEXT("hash", .length = 64, .flags = CSM_READ_ONLY, .doc = "SHA-256 of the bytes"),
    CSM_TEXT("state", .length = 20, .dflt = "pending", .flags = CSM_READ_ONLY | CSM_INDEXED, CSM_CHOICES(attachment_states)),
    CSM_BOOL("internal", .dflt = "false", .doc = "Never shown to external users"),
};

static const csm_choice import_states[] = {
    { "loading", "Loading", NULL, NULL }, { "done", "Done", NULL, NULL }, { "cancelled", "Cancelled", NULL, NULL },
};
static const csm_field import_fields[] = {
    CSM_TEXT("name", .length = 200, .flags = CSM_REQUIRED | CSM_INDEXED, .doc = "Name the client gave: a resumed import has the same"),
    CSM_TEXT("target", .length = 80, .flags = CSM_REQUIRED),
    CSM_TEXT("state", .length = 20, .dflt = "loading", CSM_CHOICES(import_states)),
    CSM_JSON("mapping", .length = 32768),
    CSM_INT("rows_read", .dflt = "0", .doc = "Rows of the source taken so far: where a resumed import goes on"),
    CSM_INT("inserted", .dflt = "0"),
    CSM_INT("updated", .dflt = "0"),
    CSM_INT("unchanged", .dflt = "0"),
    CSM_INT("failed", .dflt = "0"),
    CSM_JSON("page", .length = 60000, .doc = "Of a page that is not taken whole yet: {first, refused: [[row, field, message]]}"),
};

/* Views of the history: their rows are made when asked for and stored nowhere. */
static const csm_field audit_fields[] = {
    CSM_TEXT("tablename", .length = 80, .flags = CSM_READ_ONLY, .label = "Table name"),
    CSM_TEXT("documentkey", .length = 32, .flags = CSM_READ_ONLY, .label = "Document key", .doc = "sys_id of the record"),
    CSM_TEXT("fieldname", .length = 80, .flags = CSM_READ_ONLY, .label = "Field name"),
    CSM_TEXT("oldvalue", .length = 65000, .flags = CSM_READ_ONLY, .label = "Old value"),
    CSM_TEXT("newvalue", .length = 65000, .flags = CSM_READ_ONLY, .label = "New value"),
    CSM_TEXT("user", .length = 40, .flags = CSM_READ_ONLY),
    CSM_INT("record_checkpoint", .flags = CSM_READ_ONLY, .doc = "sys_mod_count after the change"),
};
static const csm_field journal_fields[] = {
    CSM_TEXT("name", .length = 80, .flags = CSM_READ_ONLY, .label = "Table"),
    CSM_TEXT("element_id", .length = 32, .flags = CSM_READ_ONLY, .doc = "sys_id of the record"),
    CSM_TEXT("element", .length = 80, .flags = CSM_READ_ONLY, .label = "Field"),
    CSM_TEXT("value", .length = 65000, .flags = CSM_READ_ONLY),
};

const csm_table csm_own_tables[CSM_OWN_TABLES] = {
    { .name = "sys_user", .label = "User", .fields = CSM_ARRAY(user_fields), .display = "name", .flags = CSM_TABLE_WATCHED,
      .doc = "A person or program that may call the server" },
    { .name = "sys_user_group", .label = "Group", .fields = CSM_ARRAY(group_fields), .display = "name",
      .flags = CSM_TABLE_WATCHED, .doc = "People who share work and roles" },
    { .name = "sys_user_grmember", .label = "Group member", .fields = CSM_ARRAY(member_fields),
      .indexes = CSM_ARRAY(member_indexes), .flags = CSM_TABLE_WATCHED, .doc = "A user in a group" },
    { .name = "sys_user_role", .label = "Role", .fields = CSM_ARRAY(role_fields), .display = "name",
      .flags = CSM_TABLE_WATCHED, .doc = "What scopes and methods ask for" },
    { .name = "sys_user_role_contains", .label = "Contained role", .fields = CSM_ARRAY(contains_fields),
      .indexes = CSM_ARRAY(contains_indexes), .flags = CSM_TABLE_WATCHED, .doc = "Who has the one role has the other" },
    { .name = "sys_user_has_role", .label = "User role", .fields = CSM_ARRAY(has_role_fields),
      .indexes = CSM_ARRAY(has_role_indexes), .flags = CSM_TABLE_WATCHED, .doc = "A role given to a user" },
    { .name = "sys_group_has_role", .label = "Group role", .fields = CSM_ARRAY(group_role_fields),
      .indexes = CSM_ARRAY(group_role_indexes), .flags = CSM_TABLE_WATCHED, .doc = "A role every member of a group has" },
    { .name = "sys_properties", .label = "Property", .fields = CSM_ARRAY(property_fields), .display = "name",
      .flags = CSM_TABLE_WATCHED, .doc = "A setting administrators change while the server runs" },
    { .name = "sys_plugins", .label = "Plugin", .fields = CSM_ARRAY(plugin_fields), .display = "source",
      .doc = "What administrators did with plugins; without its row one is the configuration's again, from the next start on" },
    { .name = "sys_session", .label = "Session", .fields = CSM_ARRAY(session_fields),
      .flags = CSM_TABLE_NO_HISTORY | CSM_TABLE_WATCHED, .doc = "A login that has not ended" },
    { .name = "sys_token", .label = "API token", .fields = CSM_ARRAY(token_fields), .display = "name",
      .flags = CSM_TABLE_WATCHED, .doc = "A secret a program logs in with" },
    { .name = "sys_one_time_secret", .label = "One-time secret", .fields = CSM_ARRAY(secret_fields),
      .flags = CSM_TABLE_NO_HISTORY | CSM_TABLE_CLOSED, .doc = "A mailed link that is good once" },
    { .name = "sys_attachment", .label = "Attachment", .fields = CSM_ARRAY(attachment_fields), .display = "file_name",
      .doc = "A file on a record; reached only through it" },
    { .name = "sys_import", .label = "Import", .fields = CSM_ARRAY(import_fields), .display = "name", .flags = CSM_TABLE_NO_HISTORY,
      .order = "-sys_created_on", .doc = "A load of rows, resumable by name" },
    { .name = "sys_audit", .label = "Audit", .fields = CSM_ARRAY(audit_fields), .order = "sys_created_on",
      .flags = CSM_TABLE_NO_HISTORY | CSM_TABLE_CLOSED | CSM_TABLE_ABSTRACT,
      .doc = "Changed fields of one record; a query names its documentkey" },
    { .name = "sys_journal_field", .label = "Journal entry", .fields = CSM_ARRAY(journal_fields), .order = "-sys_created_on",
      .flags = CSM_TABLE_NO_HISTORY | CSM_TABLE_CLOSED | CSM_TABLE_ABSTRACT,
      .doc = "Journal entries of one record; a query names its element_id" },
};
