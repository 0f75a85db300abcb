/* What people ask of products sold and items installed: the tree, its cases, who has a product, which items a case touches.
 * Source: DOMAIN 4.19. What is found with the plugin's rights is told only as far as the caller may read it. */
#include "install_base.h"

#define TREE_MAX 5000u
#define CASES_MAX 1000u
#define SOLD_MAX 10000u
#define ADD_MAX 200

/* ---- trees ---- */

csm_status tree_ids(csm_ctx *ctx, const char *table, csm_id from, uint32_t part, csm_value *out)
{
    csm_query *q;

    *out = csm_list(NULL, 0);
    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_tree(ctx, q, from, part);
    return csm_query_collect(ctx, q, "sys_id", TREE_MAX, out);
}

typedef struct walk {
    const char *table;
    csm_id from;
    uint32_t part;
    csm_value found;
} walk;

static csm_status walk_down(csm_ctx *ctx, void *arg)
{
    walk *w = arg;

    return tree_ids(ctx, w->table, w->from, w->part, &w->found);
}

/* The rows of a tree, within the caller's reach to begin with. */
static csm_status walk_from(csm_ctx *ctx, walk *w)
{
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, w->table, w->from, &rec));
    return csm_as_plugin(ctx, walk_down, w);
}

static csm_status reply_rows(csm_ctx *ctx, csm_reply *out, const char *table, csm_value found)
{
    csm_value list = csm_list(NULL, 0), item;
    csm_record *rec;

    for (uint32_t n = 0; n < found.count; n++) {
        CSM_TRY(csm_record_find(ctx, table, found.list[n].id, &rec));
        if (rec == NULL)
            continue;
        CSM_TRY(csm_record_as_value(ctx, rec, &item));
        CSM_TRY(csm_list_add(ctx, &list, item));
    }
    return csm_reply_value(ctx, out, list);
}

static csm_status tree(csm_ctx *ctx, const csm_args *in, csm_reply *out, const char *table)
{
    walk w = { .table = table, .from = csm_arg_id(ctx, in, 0), .part = CSM_TREE_WHOLE };

    CSM_TRY(walk_from(ctx, &w));
    return reply_rows(ctx, out, table, w.found);
}

static csm_status sold_tree_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return tree(ctx, in, out, SOLD);
}

static csm_status item_tree_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return tree(ctx, in, out, ITEM);
}

/* ---- cases of a tree ---- */

typedef struct case_search {
    walk things;
    const char *field; /* of a case: a thing of the tree */
    uint32_t limit;
    csm_value cases;
} case_search;

/* Newest first; found with the caller's rights, so that the limit counts what he sees. */
static csm_status find_direct(csm_ctx *ctx, case_search *s)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, CASE, &q));
    csm_query_where(ctx, q, s->field, CSM_OP_IN, s->things.found);
    csm_query_order(ctx, q, "opened_at", CSM_DESC);
    csm_query_limit(ctx, q, s->limit);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = csm_list_add_id(ctx, &s->cases, csm_record_id(ctx, row))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

/* Cases that list one of the items as affected. */
static csm_status find_affected(csm_ctx *ctx, case_search *s)
{
    csm_query *q;
    csm_record *row, *rec;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, AFFECTED, &q));
    csm_query_where(ctx, q, "install_base", CSM_OP_IN, s->things.found);
    csm_query_limit(ctx, q, CASES_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && s->cases.count < s->limit) {
        if ((st = csm_record_find(ctx, CASE, csm_record_ref(ctx, row, "task"), &rec)) != CSM_OK)
            break;
        if (rec != NULL && !csm_list_has(s->cases, csm_record_id(ctx, rec)) &&
            (st = csm_list_add_id(ctx, &s->cases, csm_record_id(ctx, rec))) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

static csm_status tree_cases(csm_ctx *ctx, const csm_args *in, csm_reply *out, const char *table, const char *field)
{
    case_search s = { { .table = table, .from = csm_arg_id(ctx, in, 0), .part = CSM_TREE_BRANCH }, field,
                      (uint32_t)csm_arg_int(ctx, in, 1), csm_list(NULL, 0) };

    CSM_TRY(walk_from(ctx, &s.things));
    CSM_TRY(find_direct(ctx, &s));
    if (strcmp(table, ITEM) == 0)
        CSM_TRY(find_affected(ctx, &s));
    return reply_rows(ctx, out, CASE, s.cases);
}

static csm_status item_cases_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return tree_cases(ctx, in, out, ITEM, "install_base");
}

static csm_status sold_cases_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return tree_cases(ctx, in, out, SOLD, "sold_product");
}

/* ---- who has a product ---- */

typedef struct holding {
    const char *kind; /* column that names the owner */
    csm_id id;
    csm_str name;
    int64_t products, quantity;
} holding;

typedef struct holdings {
    holding *items;
    uint32_t count, room;
} holdings;

static csm_status hold(csm_ctx *ctx, holdings *all, const csm_record *row)
{
    static const char *const kinds[] = { "account", "consumer", "household" };
    size_t kind = 0;
    uint32_t n = 0;
    csm_id id;

    while (kind < 2 && csm_id_is_none(csm_record_ref(ctx, row, kinds[kind])))
        kind++;
    id = csm_record_ref(ctx, row, kinds[kind]);
    while (n < all->count && !csm_id_eq(all->items[n].id, id))
        n++;
    if (n == all->room) {
        uint32_t room = all->room > 0 ? all->room * 2 : 16;
        holding *items = csm_alloc(ctx, room * sizeof(*items));

        if (items == NULL)
            return CSM_E_NOMEM;
        if (all->count > 0)
            memcpy(items, all->items, all->count * sizeof(*items));
        all->items = items;
        all->room = room;
    }
    if (n == all->count)
        all->items[all->count++] = (holding){ .kind = kinds[kind], .id = id, .name = csm_record_display(ctx, row, kinds[kind]) };
    all->items[n].products++;
    all->items[n].quantity += csm_record_int(ctx, row, "quantity");
    return CSM_OK;
}

static csm_status owners_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value list = csm_list(NULL, 0);
    holdings all = { 0 };
    uint32_t count = 0;
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_record_get(ctx, "cmdb_model", csm_arg_id(ctx, in, 0), &row));
    CSM_TRY(csm_query_open(ctx, SOLD, &q));
    csm_query_where(ctx, q, "product", CSM_OP_EQ, csm_arg(ctx, in, 0));
    csm_query_limit(ctx, q, SOLD_MAX + 1);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        st = ++count > SOLD_MAX ? csm_fail(ctx, CSM_E_LIMIT, "sold more than %u times: ask record.aggregate by owner", SOLD_MAX)
                                : hold(ctx, &all, row);
        if (st != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    CSM_TRY(st);
    for (uint32_t n = 0; n < all.count; n++) {
        csm_value item = csm_map(NULL, 0);

        CSM_TRY(csm_map_add(ctx, &item, all.items[n].kind, csm_id_value(all.items[n].id)));
        CSM_TRY(csm_map_add(ctx, &item, "name", csm_text(all.items[n].name)));
        CSM_TRY(csm_map_add(ctx, &item, "sold_products", csm_int(all.items[n].products)));
        CSM_TRY(csm_map_add(ctx, &item, "quantity", csm_decimal(all.items[n].quantity)));
        CSM_TRY(csm_list_add(ctx, &list, item));
    }
    return csm_reply_value(ctx, out, list);
}

/* ---- affected items ---- */

/* Items of the case's customer behind its configuration item that it does not list yet. */
static csm_status offered_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value offered = csm_list(NULL, 0), listed = csm_list(NULL, 0);
    csm_record *rec, *row;
    owner customer;
    csm_query *q;
    csm_status st;

    CSM_TRY(csm_record_get(ctx, CASE, csm_arg_id(ctx, in, 0), &rec));
    customer = owner_of(ctx, rec);
    if (csm_id_is_none(csm_record_ref(ctx, rec, "cmdb_ci")))
        return csm_reply_value(ctx, out, offered);
    CSM_TRY(csm_query_linked(ctx, AFFECTED, "task", csm_arg(ctx, in, 0), NULL, "install_base", &listed));
    CSM_TRY(csm_query_open(ctx, ITEM, &q));
    csm_query_where(ctx, q, "configuration_item", CSM_OP_EQ, csm_record_value(ctx, rec, "cmdb_ci"));
    csm_query_filter(ctx, q, "active=true");
    csm_query_limit(ctx, q, CASES_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        owner has = owner_of(ctx, row);
        bool good = owner_is_none(&customer);

        if (!good)
            st = owner_serves(ctx, &has, &customer, &good);
        if (st == CSM_OK && good && !csm_list_has(listed, csm_record_id(ctx, row)))
            st = csm_list_add_id(ctx, &offered, csm_record_id(ctx, row));
        if (st != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    CSM_TRY(st);
    return reply_rows(ctx, out, ITEM, offered);
}

/* All or none: an item that is listed already, or twice, is refused by the table. */
static csm_status add_affected_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value items = csm_arg(ctx, in, 1), made = csm_list(NULL, 0), value;
    csm_record *row;

    CSM_TRY(csm_record_get(ctx, CASE, csm_arg_id(ctx, in, 0), &row));
    for (uint32_t n = 0; n < items.count; n++) {
        CSM_TRY(csm_record_create(ctx, AFFECTED, &row));
        CSM_TRY(csm_record_set(ctx, row, "task", csm_arg(ctx, in, 0)));
        CSM_TRY(csm_record_set(ctx, row, "install_base", items.list[n]));
        CSM_TRY(csm_record_insert(ctx, row));
        CSM_TRY(csm_record_as_value(ctx, row, &value));
        CSM_TRY(csm_list_add(ctx, &made, value));
    }
    return csm_reply_value(ctx, out, made);
}

/* ---- the methods ---- */

static const csm_param sold_params[] = { CSM_PARAM_ID("id", .table = SOLD, .doc = "Any product of the tree") };
static const csm_param item_params[] = { CSM_PARAM_ID("id", .table = ITEM, .doc = "Any item of the tree") };
static const csm_param sold_cases_params[] = {
    CSM_PARAM_ID("id", .table = SOLD, .doc = "The product"),
    CSM_PARAM("limit", CSM_T_INT, .dflt = "100", .min = 1, .max = CASES_MAX, .doc = "How many at most"),
};
static const csm_param item_cases_params[] = {
    CSM_PARAM_ID("id", .table = ITEM, .doc = "The item"),
    CSM_PARAM("limit", CSM_T_INT, .dflt = "100", .min = 1, .max = CASES_MAX, .doc = "How many at most"),
};
static const csm_param model_params[] = { CSM_PARAM_ID("id", .table = "cmdb_model", .doc = "The product model") };
static const csm_param case_params[] = { CSM_PARAM_ID("id", .table = CASE, .doc = "The case") };
static const csm_param add_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The case"),
    CSM_PARAM("install_base", CSM_T_LIST, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = ADD_MAX, .doc = "Ids of the items"),
};

static const csm_param cover_params[] = {
    CSM_PARAM_ID("id", .table = "ast_contract", .doc = "The contract"),
    CSM_PARAM_ID("sold_product", .table = SOLD, .doc = "Covered with all below it"),
};

static const csm_param replace_params[] = {
    CSM_PARAM_ID("id", .table = ITEM, .doc = "The item that goes"),
    CSM_PARAM("name", CSM_T_TEXT, .max = 255, .doc = "Of the new one; as the old one's"),
    CSM_PARAM("configuration_item", CSM_T_ID, .table = "cmdb_ci", .doc = "Of the new one"),
    CSM_PARAM("asset", CSM_T_ID, .table = "alm_asset", .doc = "Of the new one"),
    CSM_PARAM("product", CSM_T_ID, .table = "cmdb_model", .doc = "Of the new one; as the old one's"),
};

#define ASKS(n, p, flags_, f, d) { .name = (n), .params = CSM_ARRAY(p), .returns = CSM_T_LIST, .flags = (flags_), .since = 1, \
                                   .run = (f), .doc = (d) }

const csm_method install_base_methods[INSTALL_BASE_METHODS] = {
    ASKS("sold_product.tree", sold_params, CSM_METHOD_EXTERNAL, sold_tree_method,
         "The whole tree a product sold stands in, parents first, as far as the caller reads it"),
    ASKS("sold_product.cases", sold_cases_params, CSM_METHOD_EXTERNAL, sold_cases_method,
         "Cases of a product sold and of all below it, newest first"),
    ASKS("install_base.tree", item_params, CSM_METHOD_EXTERNAL, item_tree_method,
         "The whole tree an item stands in, parents first, as far as the caller reads it"),
    ASKS("install_base.cases", item_cases_params, CSM_METHOD_EXTERNAL, item_cases_method,
         "Cases on an item and on all below it, newest first, then those that list one of them as affected"),
    ASKS("product.owners", model_params, CSM_METHOD_SLOW, owners_method, "Who a product was sold to: owner, how many products sold, quantity"),
    ASKS("case.affected_candidates", case_params, 0, offered_method,
         "Items of the case's customer behind its configuration item that it does not list as affected yet"),
    ASKS("case.add_affected", add_params, CSM_METHOD_WRITES, add_affected_method,
         "Lists items as affected by the case; answers the rows. All or none"),
    { .name = "contract.cover_children", .params = CSM_ARRAY(cover_params), .returns = CSM_T_INT, .flags = CSM_METHOD_WRITES,
      .role = "contract_manager", .since = 1, .run = cover_children_method,
      .doc = "Covers a product sold and all below it, each once; answers how many were added" },
    { .name = "install_base.replace", .params = CSM_ARRAY(replace_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "sn_customerservice_manager", .since = 1, .run = replace_method,
      .doc = "Another item takes over place, owner, sold products and related parties; the old one goes out of use and keeps its "
             "cases. Answers the new one" },
};
