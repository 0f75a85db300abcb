/* The account hierarchy: every account of a tree, and the views people ask for. */
#include "customer_base.h"

/* Opens a query over the whole tree that the path stands in: the top account and all below it. */
static csm_status open_tree(csm_ctx *ctx, csm_str path, csm_query **out)
{
    const char *slash = path.len > 0 ? memchr(path.ptr, '/', path.len) : NULL;
    csm_str top = { path.ptr, slash != NULL ? (size_t)(slash - path.ptr) : path.len };

    /* Codes have no common prefix with a longer one but through '/': what merely starts alike is dropped by the reader. */
    CSM_TRY(csm_query_open(ctx, "customer_account", out));
    csm_query_where(ctx, *out, "account_path", CSM_OP_STARTS, csm_text(top));
    csm_query_order(ctx, *out, "account_path", CSM_ASC);
    csm_query_limit(ctx, *out, 100000);
    return CSM_OK;
}

static bool is_in_tree(csm_str path, csm_str member)
{
    const char *slash = path.len > 0 ? memchr(path.ptr, '/', path.len) : NULL;
    size_t top = slash != NULL ? (size_t)(slash - path.ptr) : path.len;

    if (member.len < top || (top > 0 && memcmp(member.ptr, path.ptr, top) != 0))
        return false;
    return member.len == top || member.ptr[top] == '/';
}

csm_status tree_add_all(csm_ctx *ctx, csm_id account, id_list *list)
{
    csm_record *rec, *row;
    csm_query *q;
    csm_str path;
    csm_status st;

    CSM_TRY(csm_record_find(ctx, "customer_account", account, &rec));
    if (rec == NULL)
        return CSM_OK;
    path = csm_record_text(ctx, rec, "account_path");
    if (path.len == 0)
        return id_list_add(ctx, list, account);
    CSM_TRY(open_tree(ctx, path, &q));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if (is_in_tree(path, csm_record_text(ctx, row, "account_path")) &&
            (st = id_list_add(ctx, list, csm_record_id(ctx, row))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
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

static csm_status add_node(csm_ctx *ctx, csm_value *list, const csm_record *row, const char *place)
{
    csm_value node = csm_map(NULL, 0);

    CSM_TRY(csm_map_add(ctx, &node, "sys_id", csm_id_value(csm_record_id(ctx, row))));
    CSM_TRY(csm_map_add(ctx, &node, "number", csm_record_value(ctx, row, "number")));
    CSM_TRY(csm_map_add(ctx, &node, "name", csm_record_value(ctx, row, "name")));
    CSM_TRY(csm_map_add(ctx, &node, "account_parent", csm_record_value(ctx, row, "account_parent")));
    CSM_TRY(csm_map_add(ctx, &node, "place", csm_ctext(place)));
    return csm_list_add(ctx, list, node);
}

typedef struct tree_view {
    csm_id account;
    id_list nodes;
    const char **places; /* of each node */
    uint32_t place_room;
} tree_view;

static csm_status add_place(csm_ctx *ctx, tree_view *view, csm_id id, const char *place)
{
    CSM_TRY(id_list_add(ctx, &view->nodes, id));
    if (view->nodes.count > view->place_room) {
        const char **places = csm_alloc(ctx, view->nodes.room * sizeof(*places));

        if (places == NULL)
            return CSM_E_NOMEM;
        if (view->place_room > 0)
            memcpy(places, view->places, view->place_room * sizeof(*places));
        view->places = places;
        view->place_room = view->nodes.room;
    }
    view->places[view->nodes.count - 1] = place;
    return CSM_OK;
}

/* With the plugin's rights, since a path is no field of customers. What it finds is told only as far as the caller may
 * read it. */
static csm_status walk(csm_ctx *ctx, void *arg)
{
    tree_view *view = arg;
    csm_record *self, *row;
    csm_query *q;
    csm_str path;
    csm_status st;

    CSM_TRY(csm_record_get(ctx, "customer_account", view->account, &self));
    path = csm_record_text(ctx, self, "account_path");
    CSM_TRY(open_tree(ctx, path, &q));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if (is_in_tree(path, csm_record_text(ctx, row, "account_path")) &&
            (st = add_place(ctx, view, csm_record_id(ctx, row), place_of(ctx, self, row))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

csm_status tree_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    tree_view view = { .account = csm_arg_id(ctx, in, 0) };
    csm_value list = csm_list(NULL, 0);
    csm_str wanted = csm_arg_text(ctx, in, 1);
    bool full = csm_str_is(wanted, "full");
    csm_record *rec;

    if (!full && !csm_str_is(wanted, "parent"))
        return csm_fail_field(ctx, CSM_E_INVALID, "view", "argument \"view\": full or parent");
    CSM_TRY(csm_record_get(ctx, "customer_account", view.account, &rec));
    CSM_TRY(csm_as_plugin(ctx, walk, &view));
    for (uint32_t n = 0; n < view.nodes.count; n++) {
        if (!full && strcmp(view.places[n], "other") == 0)
            continue;
        CSM_TRY(csm_record_find(ctx, "customer_account", view.nodes.items[n].id, &rec));
        if (rec != NULL)
            CSM_TRY(add_node(ctx, &list, rec, view.places[n]));
    }
    return csm_reply_value(ctx, out, list);
}
