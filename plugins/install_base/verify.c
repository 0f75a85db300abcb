/* What this plugin says when a case is verified: that product sold and item are the customer's, and that he bought the product. */
#include "install_base.h"

typedef struct report {
    csm_record *of; /* the case */
    csm_value lines;
} report;

static csm_status say(csm_ctx *ctx, report *r, const char *check, bool ok, csm_str reason)
{
    csm_value line = csm_map(NULL, 0);

    if (reason.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_map_add(ctx, &line, "check", csm_ctext(check)));
    CSM_TRY(csm_map_add(ctx, &line, "ok", csm_bool(ok)));
    CSM_TRY(csm_map_add(ctx, &line, "reason", csm_text(reason)));
    return csm_list_add(ctx, &r->lines, line);
}

static csm_status verify_thing(csm_ctx *ctx, report *r, const char *field, const char *table, const char *label)
{
    csm_id id = csm_record_ref(ctx, r->of, field);
    owner customer = owner_of(ctx, r->of), has;
    csm_record *rec;
    bool good;

    if (csm_id_is_none(id))
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, table, id, &rec));
    has = owner_of(ctx, rec);
    CSM_TRY(owner_serves(ctx, &has, &customer, &good));
    return say(ctx, r, field, good, csm_printf(ctx, "%s %.*s belongs to %s customer", label,
                                               CSM_STR_FMT(csm_record_text(ctx, rec, "name")), good ? "the" : "another"));
}

static csm_status bought(csm_ctx *ctx, const csm_record *of, const char *field, bool *out)
{
    csm_value id = csm_record_value(ctx, of, field);
    csm_query *q;

    if (*out || csm_is_nil(id))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, SOLD, &q));
    csm_query_where(ctx, q, "product", CSM_OP_EQ, csm_record_value(ctx, of, "product"));
    csm_query_where(ctx, q, field, CSM_OP_EQ, id);
    return csm_query_any(ctx, q, out);
}

static csm_status verify_product(csm_ctx *ctx, report *r)
{
    bool good = false;

    if (csm_is_nil(csm_record_value(ctx, r->of, "product")))
        return CSM_OK;
    CSM_TRY(bought(ctx, r->of, "account", &good));
    CSM_TRY(bought(ctx, r->of, "consumer", &good));
    CSM_TRY(bought(ctx, r->of, "household", &good));
    return say(ctx, r, "product", good, csm_printf(ctx, "the customer %s %.*s", good ? "bought" : "neither has nor bought",
                                                   CSM_STR_FMT(csm_record_display(ctx, r->of, "product"))));
}

static csm_status write_report(csm_ctx *ctx, void *arg)
{
    report *r = arg;

    CSM_TRY(verify_product(ctx, r));
    CSM_TRY(verify_thing(ctx, r, "sold_product", SOLD, "sold product"));
    return verify_thing(ctx, r, "install_base", ITEM, "item");
}

csm_verdict verify_case(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    report r = { .lines = csm_list(NULL, 0) };
    csm_value answer = csm_map(NULL, 0);

    if (csm_record_get(ctx, CASE, csm_arg_id(ctx, in, 0), &r.of) != CSM_OK || csm_as_plugin(ctx, write_report, &r) != CSM_OK ||
        csm_map_add(ctx, &answer, "lines", r.lines) != CSM_OK || csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}
