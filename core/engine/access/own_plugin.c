/* The engine's own plugin: users, groups, roles, rights, sessions, tokens, properties. Position 0 in every registry. */
#include "engine/access/own.h"
#include "engine/engine.h"

static const csm_role roles[] = {
    { "snc_internal", NULL, "Own people; never together with snc_external" },
    { "snc_external", NULL, "Outside people; never together with snc_internal" },
    { "user_admin", "snc_internal", "Users, groups, memberships and who holds which role" },
    { "security_admin", "snc_internal", "Roles, containment; reads rights of others" },
    { "import_admin", "snc_internal", "Imports rows with kept times and authors" },
    { "admin", "user_admin,security_admin,import_admin", "Everything" },
};

#define USER_PUBLIC "user_name,first_name,middle_name,last_name,name,email,time_zone,preferred_language,active"
#define USER_ADMIN_WRITE                                                                                             \
    "user_name,first_name,middle_name,last_name,email,time_zone,preferred_language,active,locked_out,"               \
    "password_needs_reset,web_service_access_only,internal_integration_user"

static const csm_scope scopes[] = {
    { .table = "sys_user", .ops = CSM_OP_READ, .role = "snc_internal", .fields = USER_PUBLIC, .doc = "Colleagues by name" },
    { .table = "sys_user", .ops = CSM_OP_READ, .role = "snc_internal", .filter = "sys_id=@me",
      .fields = USER_PUBLIC ",password_needs_reset,last_login_time", .doc = "Oneself" },
    { .table = "sys_user", .ops = CSM_OP_WRITE, .role = "snc_internal", .filter = "sys_id=@me", .fields = "time_zone,preferred_language",
      .doc = "One's own preferences" },
    { .table = "sys_user", .ops = CSM_OP_READ | CSM_OP_DELETE, .role = "user_admin", .doc = "Administers internal users" },
    { .table = "sys_user", .ops = CSM_OP_CREATE | CSM_OP_WRITE, .role = "user_admin", .fields = USER_ADMIN_WRITE },
    { .table = "sys_user_group", .ops = CSM_OP_READ, .role = "snc_internal" },
    { .table = "sys_user_group", .ops = CSM_OP_CRWD, .role = "user_admin" },
    { .table = "sys_user_grmember", .ops = CSM_OP_READ, .role = "snc_internal" },
    { .table = "sys_user_grmember", .ops = CSM_OP_CRWD, .role = "user_admin" },
    { .table = "sys_user_role", .ops = CSM_OP_READ, .role = "user_admin" },
    { .table = "sys_user_role", .ops = CSM_OP_CRWD, .role = "security_admin" },
    { .table = "sys_user_role_contains", .ops = CSM_OP_READ, .role = "user_admin" },
    { .table = "sys_user_role_contains", .ops = CSM_OP_CRWD, .role = "security_admin" },
    { .table = "sys_user_has_role", .ops = CSM_OP_CRWD, .role = "user_admin", .filter = "role.name!=admin" },
    { .table = "sys_user_has_role", .ops = CSM_OP_READ, .role = "user_admin" },
    { .table = "sys_user_has_role", .ops = CSM_OP_READ, .filter = "user=@me", .doc = "One's own roles" },
    { .table = "sys_group_has_role", .ops = CSM_OP_CRWD, .role = "user_admin", .filter = "role.name!=admin" },
    { .table = "sys_group_has_role", .ops = CSM_OP_READ, .role = "user_admin" },
    { .table = "sys_session", .ops = CSM_OP_READ, .filter = "user=@me", .doc = "One's own sessions" },
    { .table = "sys_token", .ops = CSM_OP_READ, .filter = "user=@me", .doc = "One's own tokens" },
    { .table = "sys_import", .ops = CSM_OP_READ, .role = "import_admin" },
};

static const csm_derived derived[] = {
    { .kind = CSM_DERIVE_JOIN, .table = "sys_user", .field = "name", .inputs = "first_name,middle_name,last_name",
      .doc = "Full name" },
};

static const csm_param link_changed_params[] = {
    CSM_PARAM("link", CSM_T_TEXT, .doc = "Name of the task link"),
    CSM_PARAM("change", CSM_T_TEXT, .doc = "set, cleared, released or resumed"),
    CSM_PARAM("source_table", CSM_T_TEXT, .doc = "Concrete table of the source"),
    CSM_PARAM("source", CSM_T_ID, .doc = "The record the other was raised from"),
    CSM_PARAM("linked_table", CSM_T_TEXT, .doc = "Concrete table of the linked record"),
    CSM_PARAM("linked", CSM_T_ID, .doc = "The linked record"),
};
static const csm_param user_link_params[] = {
    CSM_PARAM("kind", CSM_T_TEXT, .doc = "password: to reset it; email: to confirm a new address"),
    CSM_PARAM("user", CSM_T_ID, .table = "sys_user", .doc = "Whose it is"),
    CSM_PARAM("email", CSM_T_TEXT, .doc = "Where the mail goes"),
    CSM_PARAM("secret", CSM_T_TEXT, .doc = "Works once"),
    CSM_PARAM("expires", CSM_T_TIME, .doc = "And until then"),
};
static const csm_param link_tell_params[] = {
    CSM_PARAM("link", CSM_T_TEXT, .doc = "Name of the task link"),
    CSM_PARAM("source", CSM_T_ID, .doc = "The record that would be told"),
    CSM_PARAM("linked", CSM_T_ID, .doc = "The linked record that changed"),
};
static const csm_param link_tell_returns[] = { CSM_PARAM("told", CSM_T_BOOL, .doc = "False: it hears of it by other means") };
static const csm_point points[] = {
    { .name = CSM_POINT_USER_LINK, .params = CSM_ARRAY(user_link_params), .cardinality = CSM_REPLACE,
      .doc = "Mails a user a secret that works once; same transaction, so that it is kept nowhere else" },
    { .name = CSM_POINT_LINK_TELL, .params = CSM_ARRAY(link_tell_params), .returns = CSM_ARRAY(link_tell_returns),
      .cardinality = CSM_MANY, .doc = "Whether a source is told of a change of its linked record; the first who handles it" },
    { .name = CSM_POINT_LINK_CHANGED, .params = CSM_ARRAY(link_changed_params), .cardinality = CSM_MANY,
      .doc = "A task link was set or cleared, or its linked record holds nobody up any more; same transaction" },
};

const csm_plugin *csm_engine_plugin(void)
{
    static const csm_plugin plugin = {
        .magic = CSM_ABI_MAGIC,
        .size = sizeof(csm_plugin),
        .abi_major = CSM_ABI_MAJOR,
        .abi_minor = CSM_ABI_MINOR,
        .id = "core",
        .version = CSM_VERSION,
        .summary = "Users, groups, roles, sessions, tokens, properties",
        .tables = CSM_ARRAY(csm_own_tables),
        .roles = CSM_ARRAY(roles),
        .seeds = CSM_ARRAY(csm_own_seeds),
        .elevated = "user_admin,security_admin,import_admin,admin",
        .scopes = CSM_ARRAY(scopes),
        .derived = CSM_ARRAY(derived),
        .rules = CSM_ARRAY(csm_own_rules),
        .points = CSM_ARRAY(points),
    };

    return &plugin;
}
