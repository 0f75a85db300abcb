/* Who gets a mail: people, groups and addresses named by a row, each once. */
#include "foundation.h"

bool mail_list_has(const mail_list *list, const mail_target *target)
{
    for (uint32_t n = 0; n < list->count; n++) {
        const mail_target *seen = &list->items[n];

        if ((!csm_id_is_none(target->user) && csm_id_eq(seen->user, target->user)) ||
            (target->address.len > 0 && csm_str_eq(seen->address, target->address)))
            return true;
    }
    return false;
}

csm_status mail_list_add(csm_ctx *ctx, mail_list *list, mail_target target, bool muted)
{
    if (mail_list_has(list, &target))
        return CSM_OK;
    if (list->count == list->room) {
        uint32_t room = list->room > 0 ? list->room * 2 : 16;
        mail_target *items = csm_alloc(ctx, room * sizeof(*items));
        bool *flags = csm_alloc(ctx, room * sizeof(*flags));

        if (items == NULL || flags == NULL)
            return CSM_E_NOMEM;
        if (list->count > 0) {
            memcpy(items, list->items, list->count * sizeof(*items));
            memcpy(flags, list->muted, list->count * sizeof(*flags));
        }
        list->items = items;
        list->muted = flags;
        list->room = room;
    }
    list->items[list->count] = target;
    list->muted[list->count++] = muted;
    return CSM_OK;
}

/* One who acted, is away or wants no mail stays on the list as muted: his address must not come back by another path. */
static csm_status add_user(csm_ctx *ctx, mail_list *list, const csm_record *user)
{
    csm_id id = csm_record_id(ctx, user);
    mail_target target = { .user = id, .address = csm_record_text(ctx, user, "email"),
                           .external = csm_user_has_role(ctx, id, "snc_external") };
    bool muted = csm_id_eq(id, list->actor) || !csm_record_bool(ctx, user, "active") ||
                 csm_record_bool(ctx, user, "locked_out") || csm_record_int(ctx, user, "notification") == 1;

    return mail_list_add(ctx, list, target, muted);
}

static csm_status add_members(csm_ctx *ctx, mail_list *list, csm_id group)
{
    csm_value members = csm_list(NULL, 0);
    csm_record *user;

    CSM_TRY(csm_query_linked(ctx, "sys_user_grmember", "group", csm_id_value(group), NULL, "user", &members));
    for (uint32_t n = 0; n < members.count; n++) {
        CSM_TRY(csm_record_find(ctx, "sys_user", csm_value_id(members.list[n]), &user));
        if (user != NULL)
            CSM_TRY(add_user(ctx, list, user));
    }
    return CSM_OK;
}

static csm_status add_id(csm_ctx *ctx, mail_list *list, csm_id id)
{
    csm_record *rec;

    if (csm_id_is_none(id))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "sys_user", id, &rec));
    if (rec != NULL)
        return add_user(ctx, list, rec);
    CSM_TRY(csm_record_find(ctx, "sys_user_group", id, &rec));
    if (rec == NULL || !csm_record_bool(ctx, rec, "active"))
        return CSM_OK;
    if (csm_record_text(ctx, rec, "email").len > 0)
        return mail_list_add(ctx, list, (mail_target){ .address = csm_record_text(ctx, rec, "email") }, false);
    return add_members(ctx, list, id);
}

csm_status mail_list_add_ids(csm_ctx *ctx, mail_list *list, csm_value ids)
{
    if (ids.type == CSM_T_ID)
        return add_id(ctx, list, ids.id);
    for (uint32_t n = 0; ids.type == CSM_T_LIST && n < ids.count; n++)
        CSM_TRY(add_id(ctx, list, csm_value_id(ids.list[n])));
    return CSM_OK;
}

/* ---- named in a text ---- */

/* The row of the table with this id; INVALID when it is no id. */
static csm_status find_text_id(csm_ctx *ctx, const char *table, csm_str id, csm_record **out)
{
    return csm_query_first(ctx, table, "sys_id", csm_text(id), out);
}

static csm_status add_named(csm_ctx *ctx, mail_list *list, csm_str name)
{
    csm_record *rec;

    if (memchr(name.ptr, '@', name.len) != NULL)
        return mail_list_add(ctx, list, (mail_target){ .address = name, .external = true }, false);
    CSM_TRY(find_text_id(ctx, "sys_user", name, &rec));
    if (rec == NULL)
        CSM_TRY(find_text_id(ctx, "sys_user_group", name, &rec));
    return rec != NULL ? add_id(ctx, list, csm_record_id(ctx, rec)) : CSM_OK;
}

csm_status mail_list_add_text(csm_ctx *ctx, mail_list *list, csm_str names)
{
    csm_str name;

    while (csm_names_next(&names, &name))
        CSM_TRY(add_named(ctx, list, name));
    return CSM_OK;
}

/* ---- by role ---- */

#define ROLES_MAX 200u

/* Who holds a role holds those it contains. */
csm_status mail_list_add_role(csm_ctx *ctx, mail_list *list, csm_str name)
{
    csm_value roles = csm_list(NULL, 0), above, found;
    csm_record *role;

    CSM_TRY(csm_query_first(ctx, "sys_user_role", "name", csm_text(name), &role));
    if (role == NULL)
        return CSM_OK; /* its plugin is away */
    CSM_TRY(csm_list_add_id(ctx, &roles, csm_record_id(ctx, role)));
    for (uint32_t n = 0; n < roles.count; n++) {
        above = found = csm_list(NULL, 0);
        CSM_TRY(csm_query_linked(ctx, "sys_user_has_role", "role", roles.list[n], NULL, "user", &found));
        CSM_TRY(mail_list_add_ids(ctx, list, found));
        found = csm_list(NULL, 0);
        CSM_TRY(csm_query_linked(ctx, "sys_group_has_role", "role", roles.list[n], NULL, "group", &found));
        for (uint32_t k = 0; k < found.count; k++)
            CSM_TRY(add_members(ctx, list, csm_value_id(found.list[k])));
        CSM_TRY(csm_query_linked(ctx, "sys_user_role_contains", "contains", roles.list[n], NULL, "role", &above));
        for (uint32_t k = 0; k < above.count; k++)
            if (roles.count < ROLES_MAX && !csm_list_has(roles, csm_value_id(above.list[k])))
                CSM_TRY(csm_list_add_id(ctx, &roles, csm_value_id(above.list[k])));
    }
    return CSM_OK;
}

/* A bare address is somebody outside; the row it stands in may say that he wants no mail. */
static csm_status add_address(csm_ctx *ctx, mail_list *list, const csm_record *rec, csm_str path, csm_str address)
{
    const char *table = csm_record_table(ctx, rec);
    csm_str flag, live;
    size_t len = path.len;
    bool muted = false;

    if (memchr(address.ptr, '@', address.len) == NULL)
        return CSM_OK;
    while (len > 0 && path.ptr[len - 1] != '.')
        len--;
    flag = csm_printf(ctx, "%.*snotification", (int)len, path.ptr);
    live = csm_printf(ctx, "%.*sactive", (int)len, path.ptr);
    if (flag.ptr == NULL || live.ptr == NULL)
        return CSM_E_NOMEM;
    if (len > 0 && csm_table_has_field(ctx, table, flag.ptr))
        muted = csm_record_int(ctx, rec, flag.ptr) == 1;
    if (len > 0 && csm_table_has_field(ctx, table, live.ptr))
        muted = muted || !csm_record_bool(ctx, rec, live.ptr);
    return mail_list_add(ctx, list, (mail_target){ .address = address, .external = true }, muted);
}

/* The field that a path through a list begins with, and the table of the list's rows; NULL when it is no such path. */
static const char *list_of(csm_ctx *ctx, const char *table, csm_str path, csm_str *first, csm_str *rest)
{
    const char *dot = path.len > 0 ? memchr(path.ptr, '.', path.len) : NULL;

    if (dot == NULL || csm_table_has_field(ctx, table, path.ptr))
        return NULL;
    *first = csm_str_copy(ctx, (csm_str){ path.ptr, (size_t)(dot - path.ptr) });
    *rest = csm_str_copy(ctx, (csm_str){ dot + 1, (size_t)(path.ptr + path.len - dot) - 1 });
    return first->ptr != NULL && rest->ptr != NULL ? csm_table_refers_to(ctx, table, first->ptr) : NULL;
}

bool mail_path_exists(csm_ctx *ctx, const char *table, csm_str path)
{
    csm_str name = csm_str_copy(ctx, path), first, rest;
    const char *of;

    if (name.ptr == NULL)
        return false;
    if (csm_table_has_field(ctx, table, name.ptr))
        return true;
    of = list_of(ctx, table, name, &first, &rest);
    return of != NULL && csm_table_has_field(ctx, of, rest.ptr);
}

/* Whether the row of a list says that it is away or wants no mail. */
static bool is_quiet(csm_ctx *ctx, const csm_record *row)
{
    const char *table = csm_record_table(ctx, row);

    return (csm_table_has_field(ctx, table, "active") && !csm_record_bool(ctx, row, "active")) ||
           (csm_table_has_field(ctx, table, "notification") && csm_record_int(ctx, row, "notification") == 1);
}

csm_status mail_list_add_path(csm_ctx *ctx, mail_list *list, const csm_record *rec, csm_str path)
{
    csm_str name = csm_str_copy(ctx, path), first, rest;
    const char *of;
    csm_record *row;
    csm_value value;

    if (name.ptr == NULL)
        return CSM_E_NOMEM;
    of = list_of(ctx, csm_record_table(ctx, rec), name, &first, &rest);
    if (of != NULL) {
        value = csm_record_value(ctx, rec, first.ptr);
        for (uint32_t n = 0; value.type == CSM_T_LIST && n < value.count; n++) {
            CSM_TRY(csm_record_find(ctx, of, csm_value_id(value.list[n]), &row));
            if (row != NULL && !is_quiet(ctx, row))
                CSM_TRY(mail_list_add_path(ctx, list, row, rest));
        }
        return CSM_OK;
    }
    if (!csm_table_has_field(ctx, csm_record_table(ctx, rec), name.ptr))
        return CSM_OK; /* its plugin is away */
    value = csm_record_value(ctx, rec, name.ptr);
    if (value.type == CSM_T_TEXT && value.s.len > 0)
        return add_address(ctx, list, rec, path, value.s);
    return mail_list_add_ids(ctx, list, value);
}
