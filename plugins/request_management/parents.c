/* What a request is raised from: a row of request_parent_mapping says which tables may parent one, and who of the parent gets
 * it. The request shows the customer of its parent. Source: DOMAIN 2.9, 4.3. */
#include "request_management.h"

static const char *const customer_fields[] = { "account", "contact", "consumer" };
#define CUSTOMER_FIELDS (sizeof(customer_fields) / sizeof(customer_fields[0]))

static csm_status find_mapping(csm_ctx *ctx, const char *table, csm_record **out)
{
    return csm_query_first(ctx, MAPPING, "parent_table", csm_ctext(table), out);
}

/* Whoever the mapping names, else whoever speaks for the customer and can log in. */
static csm_id requestor_of(csm_ctx *ctx, const csm_record *parent, csm_str named)
{
    static const char *const people[] = { "contact", "consumer.user", "partner_contact", "internal_contact", "requested_by" };
    const char *table = csm_record_table(ctx, parent);
    csm_str path = csm_str_copy(ctx, named);
    csm_id id = { { 0 } };

    if (path.len > 0 && csm_table_has_field(ctx, table, path.ptr))
        id = csm_record_ref(ctx, parent, path.ptr);
    for (size_t n = 0; n < sizeof(people) / sizeof(people[0]) && csm_id_is_none(id); n++)
        if (csm_table_has_field(ctx, table, people[n]))
            id = csm_record_ref(ctx, parent, people[n]);
    return id;
}

static csm_status copy_customer(csm_ctx *ctx, csm_change *ch, const csm_record *parent)
{
    for (size_t n = 0; n < CUSTOMER_FIELDS; n++) {
        bool has = parent != NULL && csm_table_has_field(ctx, csm_record_table(ctx, parent), customer_fields[n]);

        CSM_TRY(csm_change_set(ctx, ch, customer_fields[n],
                               has ? csm_record_value(ctx, parent, customer_fields[n]) : csm_nil()));
    }
    return CSM_OK;
}

/* Who gives a request a parent works on it, and it is open. */
static csm_status check_parent(csm_ctx *ctx, csm_change *ch, const csm_record *parent)
{
    bool may = false;

    if (!csm_change_by_client(ctx, ch))
        return CSM_OK;
    CSM_TRY(csm_caller_can(ctx, "task", csm_record_id(ctx, parent), CSM_OP_WRITE, &may));
    if (!may)
        return csm_fail_field(ctx, CSM_E_DENIED, "parent", "field \"parent\": this record may not be changed by this caller");
    return csm_record_bool(ctx, parent, "active")
               ? CSM_OK : csm_fail_field(ctx, CSM_E_STATE, "parent", "field \"parent\": the record is closed");
}

csm_status request_parent(csm_ctx *ctx, csm_change *ch)
{
    csm_id id = csm_change_new_ref(ctx, ch, "parent"), person;
    csm_record *parent, *mapping;

    CSM_TRY(csm_record_find(ctx, "task", id, &parent));
    if (parent == NULL)
        return csm_id_is_none(id) ? copy_customer(ctx, ch, NULL) : CSM_OK; /* refused as a missing reference */
    CSM_TRY(find_mapping(ctx, csm_record_table(ctx, parent), &mapping));
    if (mapping == NULL && !csm_change_is_import(ctx, ch))
        return csm_fail_field(ctx, CSM_E_REJECTED, "parent", "field \"parent\": no requests are raised from a %s",
                              csm_record_table(ctx, parent));
    if (!csm_change_is_import(ctx, ch))
        CSM_TRY(check_parent(ctx, ch, parent));
    person = requestor_of(ctx, parent, mapping != NULL ? csm_record_text(ctx, mapping, "parent_requestor") : CSM_STR(""));
    if (csm_is_nil(csm_change_new(ctx, ch, "requested_for")) && !csm_id_is_none(person))
        CSM_TRY(csm_change_set(ctx, ch, "requested_for", csm_id_value(person)));
    return copy_customer(ctx, ch, parent);
}

/* The list of one case, with the request or without it. */
static csm_status list_on(csm_ctx *ctx, csm_id id, csm_id request, bool with)
{
    csm_value before, now = csm_list(NULL, 0);
    csm_record *of;

    CSM_TRY(csm_record_find(ctx, CASE, id, &of));
    if (of == NULL)
        return CSM_OK;
    before = csm_record_value(ctx, of, "requests");
    for (uint32_t n = 0; before.type == CSM_T_LIST && n < before.count; n++)
        if (!csm_id_eq(csm_value_id(before.list[n]), request))
            CSM_TRY(csm_list_add(ctx, &now, before.list[n]));
    if (with)
        CSM_TRY(csm_list_add(ctx, &now, csm_id_value(request)));
    CSM_TRY(csm_record_set(ctx, of, "requests", now));
    return csm_record_update(ctx, of);
}

csm_status request_listed(csm_ctx *ctx, csm_change *ch)
{
    csm_id id = csm_change_id(ctx, ch);

    CSM_TRY(list_on(ctx, csm_change_old_ref(ctx, ch, "parent"), id, false));
    return list_on(ctx, csm_change_new_ref(ctx, ch, "parent"), id, true);
}

csm_status mapping_check(csm_ctx *ctx, csm_change *ch)
{
    csm_str table = csm_str_copy(ctx, csm_change_new_text(ctx, ch, "parent_table"));
    csm_str path = csm_str_copy(ctx, csm_change_new_text(ctx, ch, "parent_requestor"));

    if (table.ptr == NULL || path.ptr == NULL)
        return CSM_E_NOMEM;
    if (table.len == 0)
        return CSM_OK; /* it is required: the engine says so */
    if (!csm_table_has_field(ctx, table.ptr, "sys_id") || !csm_table_is_a(ctx, table.ptr, "task"))
        return csm_fail_field(ctx, CSM_E_INVALID, "parent_table", "field \"parent_table\": \"%s\" is no table of tasks",
                              table.ptr);
    if (path.len > 0 && !csm_table_has_field(ctx, table.ptr, path.ptr))
        return csm_fail_field(ctx, CSM_E_INVALID, "parent_requestor",
                              "field \"parent_requestor\": table \"%s\" has no field \"%s\"", table.ptr, path.ptr);
    if (!csm_str_is(csm_change_new_text(ctx, ch, "request_parent"), "parent"))
        return csm_fail_field(ctx, CSM_E_INVALID, "request_parent",
                              "field \"request_parent\": a request names its parent in \"parent\"");
    return CSM_OK;
}

csm_status customer_moved(csm_ctx *ctx, csm_change *ch)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, REQUEST, &q));
    csm_query_where(ctx, q, "parent", CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        for (size_t n = 0; n < CUSTOMER_FIELDS && st == CSM_OK; n++)
            st = csm_record_set(ctx, row, customer_fields[n], csm_change_new(ctx, ch, customer_fields[n]));
        if (st != CSM_OK || (st = csm_record_update(ctx, row)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

/* ---- what is raised from a requested item ---- */

typedef struct bond {
    csm_str change, linked_table;
    csm_id item, linked;
} bond;

static csm_status tell_case(csm_ctx *ctx, void *arg)
{
    const bond *b = arg;
    csm_str table = csm_str_copy(ctx, b->linked_table), text;
    csm_record *item, *linked, *of;
    bool over = csm_str_is(b->change, "released");

    if (table.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_find(ctx, REQUEST_ITEM, b->item, &item));
    CSM_TRY(csm_record_find(ctx, table.ptr, b->linked, &linked));
    if (item == NULL || linked == NULL)
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, CASE, csm_record_ref(ctx, item, "parent"), &of));
    if (of == NULL || !csm_record_bool(ctx, of, "active"))
        return CSM_OK;
    text = csm_printf(ctx, "%.*s %s %.*s%s%.*s", CSM_STR_FMT(csm_record_text(ctx, linked, "number")),
                      over ? "of" : csm_str_is(b->change, "set") ? "raised for" : "no longer of",
                      CSM_STR_FMT(csm_record_text(ctx, item, "number")), over ? ": " : "",
                      CSM_STR_FMT(over ? csm_record_display(ctx, linked, "state") : CSM_STR("")));
    if (text.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_set_text(ctx, of, "work_notes", text));
    return csm_record_update(ctx, of);
}

csm_verdict item_linked(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    bond b = { csm_arg_text(ctx, in, 1), csm_arg_text(ctx, in, 4), csm_arg_id(ctx, in, 3), csm_arg_id(ctx, in, 5) };

    (void)out;
    if (!csm_str_is(csm_arg_text(ctx, in, 2), REQUEST_ITEM) || csm_str_is(b.change, "resumed"))
        return CSM_CONTINUE;
    return csm_as_plugin(ctx, tell_case, &b) == CSM_OK ? CSM_CONTINUE : CSM_REJECT;
}
