/* Relationships between accounts. Each is two rows, the one that was written and a mirrored one with the labels swapped, so
 * that both accounts list it under their own label. Only the forward row gives power. */
#include "customer_base.h"

static csm_status check_side(csm_ctx *ctx, csm_id account, csm_str side, const char *field)
{
    csm_record *rec;
    bool partner = csm_str_is(side, "partner");

    CSM_TRY(csm_record_get(ctx, "customer_account", account, &rec));
    if (csm_record_bool(ctx, rec, partner ? "partner" : "customer"))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, field, "field \"%s\": account %.*s is no %s", field,
                          CSM_STR_FMT(csm_record_display(ctx, rec, "number")), partner ? "partner" : "customer");
}

csm_status relation_check(csm_ctx *ctx, csm_change *ch)
{
    csm_id from = csm_change_new_ref(ctx, ch, "from_company"), to = csm_change_new_ref(ctx, ch, "to_company");
    csm_record *type;

    if (csm_change_new_bool(ctx, ch, "mirrored"))
        return CSM_OK;
    if (csm_id_is_none(from) || csm_id_is_none(to))
        return CSM_OK; /* refused as mandatory */
    if (csm_id_eq(from, to))
        return csm_fail_field(ctx, CSM_E_REJECTED, "to_company", "an account has no relationship with itself");
    CSM_TRY(csm_record_find(ctx, "sn_customerservice_account_relationship_type",
                            csm_change_new_ref(ctx, ch, "relationship_type"), &type));
    if (type == NULL)
        return CSM_OK; /* refused as a missing reference */
    if (!csm_record_bool(ctx, type, "active"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "relationship_type", "the relationship type is inactive");
    CSM_TRY(check_side(ctx, from, csm_record_text(ctx, type, "from_type"), "from_company"));
    return check_side(ctx, to, csm_record_text(ctx, type, "to_type"), "to_company");
}

csm_status relation_labels(csm_ctx *ctx, csm_change *ch)
{
    bool mirrored = csm_change_new_bool(ctx, ch, "mirrored");
    csm_record *type;

    CSM_TRY(csm_record_find(ctx, "sn_customerservice_account_relationship_type",
                            csm_change_new_ref(ctx, ch, "relationship_type"), &type));
    if (type == NULL)
        return CSM_OK;
    CSM_TRY(csm_change_set(ctx, ch, "relationship",
                           csm_record_value(ctx, type, mirrored ? "reverse_relationship" : "relationship")));
    return csm_change_set(ctx, ch, "reverse_relationship",
                          csm_record_value(ctx, type, mirrored ? "relationship" : "reverse_relationship"));
}

csm_status relation_mirror(csm_ctx *ctx, csm_change *ch)
{
    csm_record *mirror, *self;

    if (csm_change_new_bool(ctx, ch, "mirrored"))
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, "account_relationship", &mirror));
    CSM_TRY(csm_record_set_ref(ctx, mirror, "from_company", csm_change_new_ref(ctx, ch, "to_company")));
    CSM_TRY(csm_record_set_ref(ctx, mirror, "to_company", csm_change_new_ref(ctx, ch, "from_company")));
    CSM_TRY(csm_record_set_ref(ctx, mirror, "relationship_type", csm_change_new_ref(ctx, ch, "relationship_type")));
    CSM_TRY(csm_record_set(ctx, mirror, "order", csm_change_new(ctx, ch, "order")));
    CSM_TRY(csm_record_set_bool(ctx, mirror, "mirrored", true));
    CSM_TRY(csm_record_set_ref(ctx, mirror, "reverse_record", csm_change_id(ctx, ch)));
    CSM_TRY(csm_record_insert(ctx, mirror));
    CSM_TRY(csm_record_get(ctx, "account_relationship", csm_change_id(ctx, ch), &self));
    CSM_TRY(csm_record_set_ref(ctx, self, "reverse_record", csm_record_id(ctx, mirror)));
    return csm_record_update(ctx, self);
}

/* Whether two accounts still are in one tree or have another relationship, in either direction. */
static csm_status still_tied(csm_ctx *ctx, csm_id a, csm_id b, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, "customer_account", &q));
    csm_query_tree(ctx, q, a, CSM_TREE_WHOLE);
    csm_query_where(ctx, q, "sys_id", CSM_OP_EQ, csm_id_value(b));
    CSM_TRY(csm_query_any(ctx, q, out));
    if (*out)
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "account_relationship", &q));
    csm_query_where(ctx, q, "from_company", CSM_OP_EQ, csm_id_value(a));
    csm_query_where(ctx, q, "to_company", CSM_OP_EQ, csm_id_value(b));
    return csm_query_any(ctx, q, out);
}

/* Contact relationships that stood on this relationship only go with it. */
static csm_status drop_contact_links(csm_ctx *ctx, csm_id home, csm_id company)
{
    csm_value links = csm_list(NULL, 0);

    CSM_TRY(csm_query_linked(ctx, "sn_customerservice_contact_relationship", "company", csm_id_value(company), NULL, "sys_id",
                             &links));
    for (uint32_t n = 0; n < links.count; n++) {
        csm_record *link, *contact;

        CSM_TRY(csm_record_get(ctx, "sn_customerservice_contact_relationship", links.list[n].id, &link));
        CSM_TRY(csm_record_find(ctx, "customer_contact", csm_record_ref(ctx, link, "contact"), &contact));
        if (contact != NULL && csm_id_eq(csm_record_ref(ctx, contact, "account"), home))
            CSM_TRY(csm_record_delete(ctx, link));
    }
    return CSM_OK;
}

csm_status relation_gone(csm_ctx *ctx, csm_change *ch)
{
    csm_id from = csm_change_old_ref(ctx, ch, "from_company"), to = csm_change_old_ref(ctx, ch, "to_company");
    csm_record *mirror;
    bool tied;

    CSM_TRY(csm_record_find(ctx, "account_relationship", csm_change_old_ref(ctx, ch, "reverse_record"), &mirror));
    if (mirror != NULL)
        return csm_record_delete(ctx, mirror); /* and its rule does the rest */
    if (!csm_property_is_true(ctx, PROPERTY_WITHIN_HIERARCHY))
        return CSM_OK;
    CSM_TRY(still_tied(ctx, from, to, &tied));
    if (tied)
        return CSM_OK;
    CSM_TRY(drop_contact_links(ctx, from, to));
    return drop_contact_links(ctx, to, from);
}

/* New labels of a type show on all its relationships, from both sides. */
csm_status relation_type_labels(csm_ctx *ctx, csm_change *ch)
{
    csm_value rows = csm_list(NULL, 0);

    if (!csm_change_touches(ctx, ch, "relationship") && !csm_change_touches(ctx, ch, "reverse_relationship"))
        return CSM_OK;
    CSM_TRY(csm_query_linked(ctx, "account_relationship", "relationship_type", csm_id_value(csm_change_id(ctx, ch)), NULL,
                             "sys_id", &rows));
    for (uint32_t n = 0; n < rows.count; n++) {
        csm_record *row;
        bool mirrored;

        CSM_TRY(csm_record_get(ctx, "account_relationship", rows.list[n].id, &row));
        mirrored = csm_record_bool(ctx, row, "mirrored");
        CSM_TRY(csm_record_set(ctx, row, mirrored ? "reverse_relationship" : "relationship",
                               csm_change_new(ctx, ch, "relationship")));
        CSM_TRY(csm_record_set(ctx, row, mirrored ? "relationship" : "reverse_relationship",
                               csm_change_new(ctx, ch, "reverse_relationship")));
        CSM_TRY(csm_record_update(ctx, row));
    }
    return CSM_OK;
}

/* Deleting a type takes its relationships along, so it asks first. */
csm_status relation_type_delete_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value rows = csm_list(NULL, 0);
    csm_record *type;

    CSM_TRY(csm_record_get(ctx, "sn_customerservice_account_relationship_type", csm_arg_id(ctx, in, 0), &type));
    CSM_TRY(csm_query_linked(ctx, "account_relationship", "relationship_type", csm_arg(ctx, in, 0), "mirrored=false", "sys_id",
                             &rows));
    if (rows.count > 0 && !csm_arg_bool(ctx, in, 1)) {
        csm_status st = csm_fail(ctx, CSM_E_REJECTED, "%u relationships have this type and would be deleted with it", rows.count);

        csm_hint(ctx, "call again with confirm: true");
        return st;
    }
    for (uint32_t n = 0; n < rows.count; n++) {
        csm_record *row;

        CSM_TRY(csm_record_find(ctx, "account_relationship", rows.list[n].id, &row));
        if (row != NULL)
            CSM_TRY(csm_record_delete(ctx, row));
    }
    CSM_TRY(csm_record_delete(ctx, type));
    return csm_reply_int(ctx, out, rows.count);
}
