/* What contracts cover: whole trees of products at once, and again when a contract is renewed. */
#include "install_base.h"

static csm_status is_covered(csm_ctx *ctx, csm_value contract, const char *field, csm_value thing, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, COVERED, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, thing);
    csm_query_where(ctx, q, "contract", CSM_OP_EQ, contract);
    return csm_query_any(ctx, q, out);
}

typedef struct cover {
    csm_value contract;
    csm_id from;
    csm_value things;
} cover;

static csm_status find_things(csm_ctx *ctx, void *arg)
{
    cover *c = arg;

    return tree_ids(ctx, SOLD, c->from, CSM_TREE_BRANCH, &c->things);
}

/* Written with the caller's rights: each row meets its rule. */
csm_status cover_children_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    cover c = { .contract = csm_arg(ctx, in, 0), .from = csm_arg_id(ctx, in, 1) };
    csm_record *rec;
    int64_t added = 0;

    CSM_TRY(csm_record_get(ctx, "ast_contract", csm_arg_id(ctx, in, 0), &rec));
    CSM_TRY(csm_record_get(ctx, SOLD, c.from, &rec));
    CSM_TRY(csm_as_plugin(ctx, find_things, &c));
    for (uint32_t n = 0; n < c.things.count; n++) {
        bool covered;

        CSM_TRY(is_covered(ctx, c.contract, "sold_product", c.things.list[n], &covered));
        if (covered)
            continue;
        CSM_TRY(csm_record_create(ctx, COVERED, &rec));
        CSM_TRY(csm_record_set(ctx, rec, "contract", c.contract));
        CSM_TRY(csm_record_set(ctx, rec, "sold_product", c.things.list[n]));
        CSM_TRY(csm_record_insert(ctx, rec));
        added++;
    }
    return csm_reply_int(ctx, out, added);
}

/* ---- renewing ---- */

typedef struct renewal {
    csm_value from, to; /* contracts */
} renewal;

/* What the line or entitlement became in the new contract; nil when there is none. */
static csm_status renewed(csm_ctx *ctx, const renewal *r, const char *table, csm_value old, csm_value *out)
{
    csm_query *q;
    csm_record *row;

    *out = csm_nil();
    if (csm_is_nil(old))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, "renewed_from", CSM_OP_EQ, old);
    csm_query_where(ctx, q, "contract", CSM_OP_EQ, r->to);
    CSM_TRY(csm_query_one(ctx, q, &row));
    if (row != NULL)
        *out = csm_id_value(csm_record_id(ctx, row));
    return CSM_OK;
}

static csm_status cover_again(csm_ctx *ctx, const renewal *r, const csm_record *old)
{
    csm_value line, entitlement;
    csm_record *row;

    if (!csm_is_nil(csm_record_value(ctx, old, "removed")))
        return CSM_OK;
    CSM_TRY(renewed(ctx, r, "sn_pss_core_service_contract_line", csm_record_value(ctx, old, "contract_line"), &line));
    CSM_TRY(renewed(ctx, r, "service_entitlement", csm_record_value(ctx, old, "entitlement"), &entitlement));
    CSM_TRY(csm_record_create(ctx, COVERED, &row));
    CSM_TRY(csm_record_set(ctx, row, "contract", r->to));
    CSM_TRY(csm_record_set(ctx, row, "contract_line", line));
    CSM_TRY(csm_record_set(ctx, row, "entitlement", entitlement));
    CSM_TRY(csm_record_set(ctx, row, "sold_product", csm_record_value(ctx, old, "sold_product")));
    CSM_TRY(csm_record_set(ctx, row, "install_base", csm_record_value(ctx, old, "install_base")));
    return csm_record_insert(ctx, row);
}

/* The products and items that lines and entitlements name themselves. */
static csm_status name_again(csm_ctx *ctx, const renewal *r, const char *table)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, "contract", CSM_OP_EQ, r->to);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        if ((st = csm_record_set(ctx, row, "sold_product", csm_record_value(ctx, row, "renewed_from.sold_product"))) != CSM_OK)
            break;
        if (csm_table_has_field(ctx, table, "install_base") &&
            (st = csm_record_set(ctx, row, "install_base", csm_record_value(ctx, row, "renewed_from.install_base"))) != CSM_OK)
            break;
        if ((st = csm_record_update(ctx, row)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

static csm_status cover_all(csm_ctx *ctx, void *arg)
{
    const renewal *r = arg;
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(name_again(ctx, r, "sn_pss_core_service_contract_line"));
    CSM_TRY(name_again(ctx, r, "service_entitlement"));
    CSM_TRY(csm_query_open(ctx, COVERED, &q));
    csm_query_where(ctx, q, "contract", CSM_OP_EQ, r->from);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = cover_again(ctx, r, row)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

csm_verdict renewed_contract(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    renewal r = { csm_arg(ctx, in, 0), csm_arg(ctx, in, 1) };

    (void)out;
    return csm_as_plugin(ctx, cover_all, &r) == CSM_OK ? CSM_CONTINUE : CSM_REJECT;
}
