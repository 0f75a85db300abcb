/* A deployer's plugin for major issues: a case type of its own, a source of recipients and a word on every child case. */
#include <csm/csm.h>

#define CASE "sn_customerservice_case"
#define TYPE "own_issue_outage"
#define ORDER "own_issue_order" /* cases that do not become major ones */

static const csm_field fields[] = { CSM_TEXT("region", .length = 40) };
static const csm_table tables[] = {
    { .name = TYPE, .label = "Outage case", .extends = CASE, .fields = CSM_ARRAY(fields), .number = "OUT",
      .doc = "Cases about an outage" },
    { .name = ORDER, .label = "Order case", .extends = CASE, .number = "ORD", .doc = "Cases about an order" },
};
static const csm_scope scopes[] = {
    { .table = TYPE, .ops = CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE, .role = "sn_customerservice_agent" },
    { .table = ORDER, .ops = CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE, .role = "sn_customerservice_agent" },
};

/* Accounts without a parent. */
static csm_status top_accounts(csm_ctx *ctx, void *arg)
{
    csm_value *ids = arg;
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, "customer_account", &q));
    csm_query_filter(ctx, q, "account_parentISEMPTY");
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = csm_list_add(ctx, ids, csm_id_value(csm_record_id(ctx, row)))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

static csm_verdict source(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value ids = csm_list(NULL, 0), answer = csm_map(NULL, 0);

    if (!csm_str_is(csm_arg_text(ctx, in, 1), "own_issue.top"))
        return CSM_CONTINUE;
    if (csm_as_plugin(ctx, top_accounts, &ids) != CSM_OK || csm_map_add(ctx, &answer, "recipients", ids) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

/* Accounts called odd get a priority that does not exist. */
static csm_status is_odd(csm_ctx *ctx, void *arg)
{
    csm_value *account = arg;
    csm_record *rec;

    CSM_TRY(csm_record_find(ctx, "customer_account", account->id, &rec));
    *account = csm_bool(rec != NULL && csm_str_is(csm_record_text(ctx, rec, "name"), "Odd"));
    return CSM_OK;
}

static csm_verdict child_values(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value values = csm_map(NULL, 0), answer = csm_map(NULL, 0), odd = csm_arg(ctx, in, 2);

    if (csm_as_plugin(ctx, is_odd, &odd) != CSM_OK || (odd.b && csm_map_add(ctx, &values, "priority", csm_int(99)) != CSM_OK))
        return CSM_REJECT;
    if (csm_map_add(ctx, &values, "description", csm_ctext("an engineer will call you")) != CSM_OK ||
        csm_map_add(ctx, &answer, "values", values) != CSM_OK || csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

static csm_verdict major_fields(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value answer = csm_map(NULL, 0);

    if (csm_map_add(ctx, &answer, "fields", csm_ctext("short_description,description,priority,region")) != CSM_OK ||
        csm_map_add(ctx, &answer, "excluded", csm_bool(csm_str_is(csm_arg_text(ctx, in, 1), ORDER))) != CSM_OK ||
        csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

static csm_status never_planned(csm_ctx *ctx, csm_change *ch)
{
    (void)ch;
    return csm_fail_field(ctx, CSM_E_REJECTED, "priority", "field \"priority\": an outage is never planned");
}

static csm_status never_locked(csm_ctx *ctx, csm_change *ch)
{
    (void)ch;
    return csm_fail_field(ctx, CSM_E_REJECTED, "locked", "field \"locked\": such a list stays open");
}

static const csm_rule rules[] = {
    { .table = "sn_publications_recipients_list", .when = CSM_BEFORE_UPDATE, .filter = "lockedCHANGESTOtrue^name=Never locked",
      .run = never_locked, .name = "own_issue.never_locked", .doc = "No child cases are made from it" },
    { .table = TYPE, .when = CSM_BEFORE_UPDATE, .filter = "priority=5", .run = never_planned, .name = "own_issue.never_planned",
      .doc = "An outage is not for later" },
};

static const csm_impl impls[] = {
    { .point = "sn_publications.recipient_source/1", .order = 50, .run = source, .doc = "Accounts at the top" },
    { .point = "sn_majorissue_mgt.major_case/1", .order = 50, .run = major_fields, .doc = "With the region; no orders" },
    { .point = "sn_majorissue_mgt.child_case/1", .order = 50, .run = child_values, .doc = "What customers are told" },
};
static const csm_dep depends[] = { { "major_issue", "1.0" } };

CSM_PLUGIN(own_issue, .version = "1.0.0", .summary = "Outage cases of a deployer's own", .depends = CSM_ARRAY(depends),
           .tables = CSM_ARRAY(tables), .scopes = CSM_ARRAY(scopes), .rules = CSM_ARRAY(rules), .impls = CSM_ARRAY(impls))
