/* The account hierarchy: every account of a tree, and the views people ask for. */
#include "customer_base.h"

csm_status tree_add_all(csm_ctx *ctx, csm_id account, csm_value *list)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, "customer_account", &q));
    csm_query_tree(ctx, q, account, CSM_TREE_WHOLE);
    return csm_query_collect(ctx, q, "sys_id", CSM_LINKED_MAX, list);
}

/* How a node stands to the one asked for. */
static const char *place_of(csm_ctx *ctx, const csm_record *self, const csm_record *node)
{
    csm_id parent = csm_record_ref(ctx, self, "account_parent"), above = csm_record_ref(ctx, node, "account_parent");
    csm_id id = csm_record_id(ctx, node);

    if (csm_id_eq(id, csm_record_id(ctx, self)))
        return "self";
    if (csm_id_eq(id, parent))
        return "parent";
    if (csm_id_eq(above, csm_record_id(ctx, self)))
        return "child";
    if (!csm_id_is_none(parent) && csm_id_eq(above, parent))
        return "sibling";
    return "other";
}

static csm_status add_node(csm_ctx *ctx, csm_value *list, const csm_record *row, csm_value place)
{
    csm_value node = csm_map(NULL, 0);

    CSM_TRY(csm_map_add(ctx, &node, "sys_id", csm_id_value(csm_record_id(ctx, row))));
    CSM_TRY(csm_map_add(ctx, &node, "number", csm_record_value(ctx, row, "number")));
    CSM_TRY(csm_map_add(ctx, &node, "name", csm_record_value(ctx, row, "name")));
    CSM_TRY(csm_map_add(ctx, &node, "account_parent", csm_record_value(ctx, row, "account_parent")));
    CSM_TRY(csm_map_add(ctx, &node, "place", place));
    return csm_list_add(ctx, list, node);
}

typedef struct tree_view {
    csm_id account;
    csm_value nodes, places; /* of each node its id and how it stands */
} tree_view;

/* With the plugin's rights, since a path is no field of customers. What it finds is told only as far as the caller may
 * read it. */
static csm_status walk(csm_ctx *ctx, void *arg)
{
    tree_view *view = arg;
    csm_record *self, *row;
    csm_query *q;
    csm_status st;

    CSM_TRY(csm_record_get(ctx, "customer_account", view->account, &self));
    CSM_TRY(csm_query_open(ctx, "customer_account", &q));
    csm_query_tree(ctx, q, view->account, CSM_TREE_WHOLE);
    csm_query_limit(ctx, q, CSM_LINKED_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = csm_list_add_id(ctx, &view->nodes, csm_record_id(ctx, row))) != CSM_OK ||
            (st = csm_list_add(ctx, &view->places, csm_ctext(place_of(ctx, self, row)))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

csm_status tree_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    tree_view view = { csm_arg_id(ctx, in, 0), csm_list(NULL, 0), csm_list(NULL, 0) };
    csm_value list = csm_list(NULL, 0);
    csm_str wanted = csm_arg_text(ctx, in, 1);
    bool full = csm_str_is(wanted, "full");
    csm_record *rec;

    if (!full && !csm_str_is(wanted, "parent"))
        return csm_fail_field(ctx, CSM_E_INVALID, "view", "argument \"view\": full or parent");
    CSM_TRY(csm_record_get(ctx, "customer_account", view.account, &rec));
    CSM_TRY(csm_as_plugin(ctx, walk, &view));
    for (uint32_t n = 0; n < view.nodes.count; n++) {
        if (!full && csm_str_is(view.places.list[n].s, "other"))
            continue;
        CSM_TRY(csm_record_find(ctx, "customer_account", view.nodes.list[n].id, &rec));
        if (rec != NULL)
            CSM_TRY(add_node(ctx, &list, rec, view.places.list[n]));
    }
    return csm_reply_value(ctx, out, list);
}
