/* Who gets a mail: people, groups and addresses named by a row, each once. */
#include "foundation.h"

static csm_status add_target(csm_ctx *ctx, mail_list *list, mail_target target, bool muted)
{
    for (uint32_t n = 0; n < list->count; n++) {
        const mail_target *seen = &list->items[n];

        if ((!csm_id_is_none(target.user) && csm_id_eq(seen->user, target.user)) ||
            (target.address.len > 0 && csm_str_eq(seen->address, target.address)))
            return CSM_OK;
    }
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

    return add_target(ctx, list, target, muted);
}

static csm_status add_members(csm_ctx *ctx, mail_list *list, csm_id group)
{
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, "sys_user_grmember", &q));
    csm_query_where(ctx, q, "group", CSM_OP_EQ, csm_id_value(group));
    for (;;) {
        csm_record *user;

        CSM_TRY(csm_query_next(ctx, q, &row));
        if (row == NULL)
            break;
        CSM_TRY(csm_record_find(ctx, "sys_user", csm_record_ref(ctx, row, "user"), &user));
        if (user != NULL)
            CSM_TRY(add_user(ctx, list, user));
    }
    csm_query_close(ctx, q);
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
        return add_target(ctx, list, (mail_target){ .address = csm_record_text(ctx, rec, "email") }, false);
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
    return add_target(ctx, list, (mail_target){ .address = address, .external = true }, muted);
}

csm_status mail_list_add_path(csm_ctx *ctx, mail_list *list, const csm_record *rec, csm_str path)
{
    csm_str name = csm_str_copy(ctx, path);
    csm_value value;

    if (name.ptr == NULL)
        return CSM_E_NOMEM;
    if (!csm_table_has_field(ctx, csm_record_table(ctx, rec), name.ptr))
        return CSM_OK; /* its plugin is away */
    value = csm_record_value(ctx, rec, name.ptr);
    if (value.type == CSM_T_TEXT && value.s.len > 0)
        return add_address(ctx, list, rec, path, value.s);
    return mail_list_add_ids(ctx, list, value);
}
