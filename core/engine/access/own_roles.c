/* Rules that keep roles sound: containment has no cycle, and nobody ends up with both snc_internal and snc_external,
 * directly, through a role, through a group or through what a role contains. They run after the row is written, in the same
 * transaction, so they look at the world as it would be; the first collision is the reason. Source: DOMAIN 3.5. */
#include "engine/access/own.h"

#include "engine/access/caller.h"
#include "engine/ctx.h"

#define WALK_MAX 2000u /* roles or users looked at for one change */

/* A small set of ids in the arena of the call. */
typedef struct id_set {
    csm_id *items;
    uint32_t count, cap;
} id_set;

static bool set_has(const id_set *set, csm_id id)
{
    for (uint32_t n = 0; n < set->count; n++)
        if (csm_id_eq(set->items[n], id))
            return true;
    return false;
}

static csm_status set_add(csm_ctx *ctx, id_set *set, csm_id id)
{
    if (set_has(set, id))
        return CSM_OK;
    if (set->count == WALK_MAX)
        return csm_fail(ctx, CSM_E_LIMIT, "the change touches more than %u roles, groups or users at once", WALK_MAX);
    if (set->count == set->cap) {
        uint32_t cap = set->cap == 0 ? 32 : set->cap * 2;
        csm_id *items = csm_alloc(ctx, cap * sizeof(*items));

        if (items == NULL)
            return CSM_E_NOMEM;
        if (set->count > 0)
            memcpy(items, set->items, set->count * sizeof(*items));
        set->items = items;
        set->cap = cap;
    }
    set->items[set->count++] = id;
    return CSM_OK;
}

/* Adds field @p take of every row of @p table whose @p field is @p id. */
static csm_status add_linked(csm_ctx *ctx, id_set *set, const char *table, const char *field, csm_id id, const char *take)
{
    csm_value found = csm_list(NULL, 0);

    CSM_TRY(csm_query_linked(ctx, table, field, csm_id_value(id), NULL, take, &found));
    for (uint32_t n = 0; n < found.count; n++)
        CSM_TRY(set_add(ctx, set, csm_value_id(found.list[n])));
    return CSM_OK;
}

/* Follows containment from every role of @p set: downwards to what they contain, or upwards to what contains them. */
static csm_status close_roles(csm_ctx *ctx, id_set *set, bool down)
{
    for (uint32_t n = 0; n < set->count; n++)
        CSM_TRY(add_linked(ctx, set, "sys_user_role_contains", down ? "role" : "contains", set->items[n],
                           down ? "contains" : "role"));
    return CSM_OK;
}

static csm_status role_id(csm_ctx *ctx, const char *name, csm_id *out)
{
    csm_record *role;

    CSM_TRY(csm_record_find_where(ctx, "sys_user_role", csm_printf(ctx, "name=%s", name).ptr, &role));
    *out = role != NULL ? csm_record_id(ctx, role) : (csm_id){ { 0 } };
    return CSM_OK;
}

/* True when the closed set of roles holds both explicit ones. */
static csm_status has_both(csm_ctx *ctx, const id_set *roles, bool *out)
{
    csm_id internal, external;

    CSM_TRY(role_id(ctx, "snc_internal", &internal));
    CSM_TRY(role_id(ctx, "snc_external", &external));
    *out = set_has(roles, internal) && set_has(roles, external);
    return CSM_OK;
}

static csm_status roles_of_user(csm_ctx *ctx, csm_id user, id_set *roles)
{
    csm_id *held;
    uint32_t count;

    CSM_TRY(csm_caller_role_rows(ctx, user, &held, &count));
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(set_add(ctx, roles, held[n]));
    return CSM_OK;
}

static csm_status check_user(csm_ctx *ctx, csm_id user)
{
    id_set roles = { 0 };
    csm_record *rec;
    bool both;

    CSM_TRY(roles_of_user(ctx, user, &roles));
    CSM_TRY(has_both(ctx, &roles, &both));
    if (!both)
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, "sys_user", user, &rec));
    return csm_fail(ctx, CSM_E_REJECTED, "user \"%.*s\" would hold both snc_internal and snc_external",
                    CSM_STR_FMT(csm_record_display(ctx, rec, "name")));
}

static csm_status check_users(csm_ctx *ctx, const id_set *users)
{
    for (uint32_t n = 0; n < users->count; n++)
        CSM_TRY(check_user(ctx, users->items[n]));
    return CSM_OK;
}

static csm_status user_rule(csm_ctx *ctx, csm_change *change)
{
    return check_user(ctx, csm_change_new_ref(ctx, change, "user"));
}

static csm_status group_rule(csm_ctx *ctx, csm_change *change)
{
    id_set users = { 0 };

    CSM_TRY(add_linked(ctx, &users, "sys_user_grmember", "group", csm_change_new_ref(ctx, change, "group"), "user"));
    return check_users(ctx, &users);
}

static csm_status contains_rule(csm_ctx *ctx, csm_change *change)
{
    csm_id role = csm_change_new_ref(ctx, change, "role");
    id_set below = { 0 }, above = { 0 }, users = { 0 }, groups = { 0 };
    bool both;

    CSM_TRY(set_add(ctx, &below, csm_change_new_ref(ctx, change, "contains")));
    CSM_TRY(close_roles(ctx, &below, true));
    if (set_has(&below, role))
        return csm_fail_field(ctx, CSM_E_REJECTED, "contains", "the role would contain itself");
    CSM_TRY(set_add(ctx, &above, role));
    CSM_TRY(close_roles(ctx, &above, false));
    for (uint32_t n = 0; n < above.count; n++) {
        id_set held = { 0 };

        CSM_TRY(set_add(ctx, &held, above.items[n]));
        CSM_TRY(close_roles(ctx, &held, true));
        CSM_TRY(has_both(ctx, &held, &both));
        if (both)
            return csm_fail(ctx, CSM_E_REJECTED, "a role would contain both snc_internal and snc_external");
        CSM_TRY(add_linked(ctx, &users, "sys_user_has_role", "role", above.items[n], "user"));
        CSM_TRY(add_linked(ctx, &groups, "sys_group_has_role", "role", above.items[n], "group"));
    }
    for (uint32_t n = 0; n < groups.count; n++)
        CSM_TRY(add_linked(ctx, &users, "sys_user_grmember", "group", groups.items[n], "user"));
    return check_users(ctx, &users);
}

/* ---- who gives which role ---- */

/* An elevated role is given by who holds it or by security_admin, the role admin by an administrator alone. */
static csm_status may_give(csm_ctx *ctx, csm_record *role, bool *out)
{
    const char *name = csm_str_copy(ctx, csm_record_text(ctx, role, "name")).ptr;

    if (name == NULL)
        return CSM_E_NOMEM;
    *out = csm_caller_has_role(ctx, name) ||
           (strcmp(name, "admin") != 0 &&
            (!csm_record_bool(ctx, role, "elevated_privilege") || csm_caller_has_role(ctx, "security_admin")));
    return CSM_OK;
}

/* The first role of the set that the caller may not give; *out empty: he may give all. */
static csm_status first_not_given(csm_ctx *ctx, const id_set *roles, csm_str *out)
{
    *out = (csm_str){ 0 };
    for (uint32_t n = 0; n < roles->count && out->len == 0; n++) {
        csm_record *role;
        bool may;

        CSM_TRY(csm_record_find(ctx, "sys_user_role", roles->items[n], &role));
        if (role == NULL) /* being deleted */
            continue;
        CSM_TRY(may_give(ctx, role, &may));
        if (!may)
            *out = csm_record_text(ctx, role, "name");
    }
    return CSM_OK;
}

/* The roles a grant, a membership, a group or a containment brings. */
static csm_status roles_brought(csm_ctx *ctx, csm_change *change, id_set *roles)
{
    const char *table = csm_change_table(ctx, change);

    if (csm_table_is_a(ctx, table, "sys_user_grmember"))
        CSM_TRY(add_linked(ctx, roles, "sys_group_has_role", "group", csm_change_new_ref(ctx, change, "group"), "role"));
    else if (csm_table_is_a(ctx, table, "sys_user_group"))
        CSM_TRY(add_linked(ctx, roles, "sys_group_has_role", "group", csm_change_id(ctx, change), "role"));
    else
        CSM_TRY(set_add(ctx, roles, csm_change_new_ref(ctx, change, csm_table_is_a(ctx, table, "sys_user_role_contains")
                                                                        ? "contains" : "role")));
    return close_roles(ctx, roles, true);
}

/* Nobody reaches a role above his own by a detour, nor takes it from those who have it. */
static csm_status give_rule(csm_ctx *ctx, csm_change *change)
{
    id_set roles = { 0 };
    csm_str name;

    if (!csm_change_by_client(ctx, change) || csm_caller_has_role(ctx, "admin"))
        return CSM_OK;
    CSM_TRY(roles_brought(ctx, change, &roles));
    CSM_TRY(first_not_given(ctx, &roles, &name));
    if (csm_str_is(name, "admin"))
        return csm_fail(ctx, CSM_E_DENIED, "only an administrator gives or takes the role admin");
    return name.len == 0 ? CSM_OK
                         : csm_fail(ctx, CSM_E_DENIED, "the role \"%.*s\" is given and taken by those who hold it or security_admin",
                                    CSM_STR_FMT(name));
}

/* Whoever may set the address of one with more rights may have his password mailed to himself. */
csm_status csm_own_check_over(csm_ctx *ctx, csm_id user)
{
    id_set roles = { 0 };
    csm_str name;

    if (csm_caller_has_role(ctx, "admin"))
        return CSM_OK;
    CSM_TRY(roles_of_user(ctx, user, &roles));
    CSM_TRY(first_not_given(ctx, &roles, &name));
    if (csm_str_is(name, "admin"))
        return csm_fail(ctx, CSM_E_DENIED, "only an administrator may change an administrator");
    return name.len == 0 ? CSM_OK
                         : csm_fail(ctx, CSM_E_DENIED, "who holds the role \"%.*s\" is changed by those who may give it",
                                    CSM_STR_FMT(name));
}

/* One's own preferences are one's own. */
static csm_status over_user_rule(csm_ctx *ctx, csm_change *change)
{
    if (!csm_change_by_client(ctx, change) || csm_id_eq(csm_change_id(ctx, change), csm_caller_user(ctx)))
        return CSM_OK;
    return csm_own_check_over(ctx, csm_change_id(ctx, change));
}

/* A declared role is asked for by name: without its row nobody holds it, and nobody can be given it. Nobody deletes one, nor
 * undoes the start that made it. */
static csm_status declared_role_rule(csm_ctx *ctx, csm_change *change)
{
    csm_record *role;
    csm_str name;

    CSM_TRY(csm_record_get(ctx, "sys_user_role", csm_change_id(ctx, change), &role));
    name = csm_record_text(ctx, role, "name");
    if (csm_registry_role(ctx->reg, name) == NULL)
        return CSM_OK;
    return csm_fail(ctx, CSM_E_REJECTED, "the role \"%.*s\" is one of a plugin and is not deleted; it can be taken from people",
                    CSM_STR_FMT(name));
}

/* With a role all its grants would go; without its mark anybody gives it. */
static csm_status role_rule(csm_ctx *ctx, csm_change *change)
{
    csm_record *role;
    bool may;

    if (!csm_change_by_client(ctx, change) || csm_caller_has_role(ctx, "admin"))
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, "sys_user_role", csm_change_id(ctx, change), &role));
    CSM_TRY(may_give(ctx, role, &may));
    return may ? CSM_OK
               : csm_fail(ctx, CSM_E_DENIED, "the role \"%.*s\" is changed by those who may give it",
                          CSM_STR_FMT(csm_record_text(ctx, role, "name")));
}

#define BARE(t, n)                                                                                \
    { .table = (t), .when = CSM_BEFORE_INSERT, .order = 1, .run = csm_own_user_bare,              \
      .name = "the server's own users have no " n }
#define GIVEN(t, n)                                                                               \
    { .table = (t), .when = CSM_BEFORE_WRITE, .order = 5, .run = give_rule, .name = n " are given" }, \
    { .table = (t), .when = CSM_BEFORE_DELETE, .order = 5, .run = give_rule, .name = n " are taken" }

const csm_rule csm_own_rules[CSM_OWN_RULES] = {
    { .table = "sys_user_has_role", .when = CSM_AFTER_INSERT, .order = 10, .run = user_rule, .name = "explicit roles of a user" },
    { .table = "sys_user_grmember", .when = CSM_AFTER_INSERT, .order = 10, .run = user_rule, .name = "explicit roles of a member" },
    { .table = "sys_group_has_role", .when = CSM_AFTER_INSERT, .order = 10, .run = group_rule,
      .name = "explicit roles of a group" },
    { .table = "sys_user_role_contains", .when = CSM_AFTER_INSERT, .order = 10, .run = contains_rule,
      .name = "containment without cycle" },
    { .table = "sys_user", .when = CSM_BEFORE_UPDATE, .order = 1, .run = csm_own_user_kept,
      .name = "the server's own users are not changed" },
    { .table = "sys_user", .when = CSM_BEFORE_DELETE, .order = 1, .run = csm_own_user_kept,
      .name = "the server's own users are not deleted" },
    BARE("sys_user_has_role", "roles"),
    BARE("sys_user_grmember", "groups"),
    BARE("sys_session", "sessions"),
    BARE("sys_token", "tokens"),
    GIVEN("sys_user_has_role", "roles of a user"),
    GIVEN("sys_group_has_role", "roles of a group"),
    GIVEN("sys_user_role_contains", "roles by containment"),
    GIVEN("sys_user_grmember", "roles by membership"),
    { .table = "sys_user_group", .when = CSM_BEFORE_DELETE, .order = 5, .run = give_rule, .name = "roles of a group go with it" },
    { .table = "sys_user_role", .when = CSM_BEFORE_UPDATE, .order = 5, .run = role_rule, .name = "roles above one's own stay" },
    { .table = "sys_user_role", .when = CSM_BEFORE_DELETE, .order = 5, .run = role_rule,
      .name = "roles above one's own are not deleted" },
    { .table = "sys_user_role", .when = CSM_BEFORE_DELETE, .order = 6, .run = declared_role_rule,
      .name = "roles of plugins are not deleted" },
    { .table = "sys_user", .when = CSM_BEFORE_UPDATE, .order = 5, .run = over_user_rule,
      .name = "users with more rights are not changed" },
    { .table = "sys_user", .when = CSM_BEFORE_DELETE, .order = 5, .run = over_user_rule,
      .name = "users with more rights are not deleted" },
    { .table = "sys_user_role_contains", .when = CSM_AFTER_UPDATE, .order = 10, .run = contains_rule,
      .name = "containment without cycle after a change" },
};
