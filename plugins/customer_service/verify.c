/* Verifying a case in one call: a line for each thing that decides the level of support, with yes or no and why; neither (nil) for
 * what the case does not name. Lines come from every plugin that answers the point; of several with one name a yes is enough.
 * Source: DOMAIN 4.4. */
#include "customer_service.h"

#define CASE "sn_customerservice_case"

typedef struct report {
    csm_ctx *ctx;
    csm_value lines;
    csm_record *of; /* the case */
    owner who;
} report;

static csm_status add_line(report *r, const char *check, csm_value ok, csm_str reason)
{
    csm_value line = csm_map(NULL, 0);

    if (reason.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_map_add(r->ctx, &line, "check", csm_ctext(check)));
    CSM_TRY(csm_map_add(r->ctx, &line, "ok", ok));
    CSM_TRY(csm_map_add(r->ctx, &line, "reason", csm_text(reason)));
    return csm_list_add(r->ctx, &r->lines, line);
}

static csm_status say(report *r, const char *check, bool ok, csm_str reason)
{
    return add_line(r, check, csm_bool(ok), reason);
}

/* There is nothing to say yes or no to. */
static csm_status pass_over(report *r, const char *check, csm_str reason)
{
    return add_line(r, check, csm_nil(), reason);
}

static csm_str shown(report *r, const char *field)
{
    return csm_record_display(r->ctx, r->of, field);
}

/* ---- the customer ---- */

static csm_status verify_customer(report *r)
{
    static const struct {
        const char *field, *table;
    } owners[] = { { "account", "customer_account" }, { "consumer", "csm_consumer" }, { "household", "csm_household" } };
    csm_ctx *ctx = r->ctx;

    for (size_t n = 0; n < sizeof(owners) / sizeof(owners[0]); n++) {
        csm_id id = csm_record_ref(ctx, r->of, owners[n].field);
        csm_record *rec;
        bool active;

        if (csm_id_is_none(id))
            continue;
        CSM_TRY(csm_record_get(ctx, owners[n].table, id, &rec));
        active = csm_record_bool(ctx, rec, "active");
        return say(r, "customer", active, csm_printf(ctx, "%s %.*s is %s", owners[n].field,
                                                     CSM_STR_FMT(shown(r, owners[n].field)), active ? "active" : "inactive"));
    }
    return say(r, "customer", false, CSM_STR("the case names no customer"));
}

static csm_status verify_person(report *r)
{
    csm_ctx *ctx = r->ctx;
    csm_id contact = csm_record_ref(ctx, r->of, "contact");
    bool good = false;

    if (csm_id_is_none(r->who.account))
        return say(r, "contact", !csm_id_is_none(r->who.consumer), csm_id_is_none(r->who.consumer)
                       ? CSM_STR("the case names nobody of the customer")
                       : csm_printf(ctx, "consumer %.*s is the customer himself", CSM_STR_FMT(shown(r, "consumer"))));
    if (csm_id_is_none(contact))
        return say(r, "contact", false, CSM_STR("the case names nobody of the account"));
    CSM_TRY(person_covers(ctx, contact, r->who.account, &good));
    return say(r, "contact", good, csm_printf(ctx, "contact %.*s %s the account", CSM_STR_FMT(shown(r, "contact")),
                                              good ? "belongs to" : "does not belong to"));
}

/* ---- things ---- */

static csm_status verify_asset(report *r)
{
    csm_ctx *ctx = r->ctx;
    csm_id id = csm_record_ref(ctx, r->of, "asset");
    csm_record *asset;
    bool good;

    if (csm_id_is_none(id))
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, "alm_asset", id, &asset));
    CSM_TRY(owner_has(ctx, &r->who, asset, false, &good));
    return say(r, "asset", good, csm_printf(ctx, "asset %.*s belongs to %s customer", CSM_STR_FMT(shown(r, "asset")),
                                            good ? "the" : "another"));
}

static csm_status has_asset_of(report *r, const char *of, csm_id id, csm_id model, bool *out)
{
    csm_ctx *ctx = r->ctx;
    csm_query *q;

    if (*out || csm_id_is_none(id))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "alm_asset", &q));
    csm_query_where(ctx, q, of, CSM_OP_EQ, csm_id_value(id));
    csm_query_where(ctx, q, "model", CSM_OP_EQ, csm_id_value(model));
    return csm_query_any(ctx, q, out);
}

static csm_status verify_product(report *r)
{
    csm_ctx *ctx = r->ctx;
    csm_id model = csm_record_ref(ctx, r->of, "product");
    bool good = false;

    if (csm_id_is_none(model))
        return pass_over(r, "product", CSM_STR("the case names no product"));
    CSM_TRY(has_asset_of(r, "account", r->who.account, model, &good));
    CSM_TRY(has_asset_of(r, "consumer", r->who.consumer, model, &good));
    return say(r, "product", good, csm_printf(ctx, "the customer has %s asset of %.*s", good ? "an" : "no",
                                              CSM_STR_FMT(shown(r, "product"))));
}

/* ---- what he is entitled to ---- */

/* The first thing that speaks against the entitlement; empty when nothing does. */
static csm_status objection(report *r, const csm_record *entitlement, csm_str *out)
{
    csm_ctx *ctx = r->ctx;
    csm_value found;
    bool good;

    *out = CSM_STR("");
    CSM_TRY(owner_has(ctx, &r->who, entitlement, true, &good));
    if (!good)
        *out = CSM_STR("it belongs to another customer");
    for (size_t n = 0; n < ENTITLEMENT_DEMANDS && out->len == 0; n++) {
        CSM_TRY(csm_record_matches(ctx, entitlement, entitlement_demands[n].filter, &good));
        if (!good)
            *out = csm_str_of(entitlement_demands[n].unmet);
    }
    if (out->len > 0)
        return CSM_OK;
    CSM_TRY(entitlements_of(ctx, r->of, &found));
    if (!csm_list_has(found, csm_record_id(ctx, entitlement)))
        *out = CSM_STR("it is not one for this channel or this product");
    return CSM_OK;
}

static csm_status verify_terms(report *r, const csm_record *entitlement)
{
    csm_ctx *ctx = r->ctx;
    csm_str channels = csm_record_text(ctx, entitlement, "channel"), schedule = csm_record_display(ctx, entitlement, "schedule");
    bool good = true, counted = csm_record_bool(ctx, entitlement, "per_unit");
    csm_str channel = csm_record_text(ctx, r->of, "contact_type"), fits;

    CSM_TRY(say(r, "hours", true, schedule.len > 0 ? csm_printf(ctx, "served in %.*s", CSM_STR_FMT(schedule))
                                                   : CSM_STR("served at any hour")));
    fits = csm_printf(ctx, "channelISEMPTY^ORchannelLIKE%.*s", CSM_STR_FMT(channel));
    if (fits.ptr == NULL)
        return CSM_E_NOMEM;
    if (channels.len > 0 && channel.len == 0)
        good = false;
    else if (channels.len > 0)
        CSM_TRY(csm_record_matches(ctx, entitlement, fits.ptr, &good));
    CSM_TRY(say(r, "channel", good, channels.len > 0 ? csm_printf(ctx, "channels are %.*s, the case came by %.*s", CSM_STR_FMT(channels),
                                                                  CSM_STR_FMT(channel.len > 0 ? channel : CSM_STR("none")))
                                                     : CSM_STR("every channel")));
    if (!counted)
        return say(r, "units", true, CSM_STR("not counted"));
    return say(r, "units", csm_record_int(ctx, entitlement, "remaining_units") > 0,
               csm_printf(ctx, "%.*s of %.*s %.*s left", CSM_STR_FMT(csm_record_display(ctx, entitlement, "remaining_units")),
                          CSM_STR_FMT(csm_record_display(ctx, entitlement, "total_units")),
                          CSM_STR_FMT(csm_record_display(ctx, entitlement, "unit"))));
}

static csm_status verify_entitlement(report *r, csm_id id)
{
    csm_ctx *ctx = r->ctx;
    csm_record *entitlement;
    csm_str why, name;

    CSM_TRY(csm_record_get(ctx, "service_entitlement", id, &entitlement));
    CSM_TRY(objection(r, entitlement, &why));
    name = csm_record_text(ctx, entitlement, "name");
    CSM_TRY(say(r, "entitlement", why.len == 0, csm_printf(ctx, "%.*s: %.*s", CSM_STR_FMT(name),
                                                           CSM_STR_FMT(why.len > 0 ? why : CSM_STR("it holds")))));
    return verify_terms(r, entitlement);
}

static csm_status verify_entitlements(report *r)
{
    csm_ctx *ctx = r->ctx;
    csm_id id = csm_record_ref(ctx, r->of, "entitlement");
    csm_query *q;
    csm_record *row;
    csm_status st;
    bool any = false;

    if (!csm_id_is_none(id))
        return verify_entitlement(r, id);
    if (is_advanced(ctx)) {
        CSM_TRY(csm_query_open(ctx, "sn_customerservice_case_entitlement", &q));
        csm_query_where(ctx, q, "case", CSM_OP_EQ, csm_id_value(csm_record_id(ctx, r->of)));
        while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
            any = true;
            if ((st = verify_entitlement(r, csm_record_ref(ctx, row, "entitlement"))) != CSM_OK)
                break;
        }
        csm_query_close(ctx, q);
        CSM_TRY(st);
    }
    return any ? CSM_OK : say(r, "entitlement", false, CSM_STR("no entitlement found"));
}

/* Service levels are another plugin's to tell; without one nothing runs, whatever the contract says. */
static csm_status verify_contract(report *r)
{
    csm_ctx *ctx = r->ctx;
    csm_id id = csm_record_ref(ctx, r->of, "contract");
    csm_record *contract;
    bool active, more;

    if (csm_id_is_none(id)) {
        CSM_TRY(pass_over(r, "contract", CSM_STR("the case is worked under no contract")));
        return pass_over(r, "service_levels", CSM_STR("there is no contract, and no active plugin runs service levels"));
    }
    CSM_TRY(csm_record_get(ctx, "ast_contract", id, &contract));
    active = csm_str_is(csm_record_text(ctx, contract, "state"), "active");
    more = csm_record_bool(ctx, contract, "process_non_contractual_slas");
    CSM_TRY(say(r, "contract", active, csm_printf(ctx, "contract %.*s is %.*s", CSM_STR_FMT(shown(r, "contract")),
                                                  CSM_STR_FMT(csm_record_text(ctx, contract, "state")))));
    return pass_over(r, "service_levels",
                     csm_printf(ctx, "contract %.*s takes its own service levels%s, and no active plugin runs any",
                                CSM_STR_FMT(shown(r, "contract")), more ? " and others besides" : " only"));
}

static csm_status write_report(csm_ctx *ctx, void *arg)
{
    report *r = arg;

    r->who = owner_of(ctx, r->of);
    CSM_TRY(verify_customer(r));
    CSM_TRY(verify_person(r));
    CSM_TRY(verify_product(r));
    CSM_TRY(verify_asset(r));
    CSM_TRY(verify_entitlements(r));
    return verify_contract(r);
}

/* The point's own answer. */
csm_verdict verify_case(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    report r = { .ctx = ctx, .lines = csm_list(NULL, 0) };
    csm_value answer = csm_map(NULL, 0);

    if (csm_record_get(ctx, CASE, csm_arg_id(ctx, in, 0), &r.of) != CSM_OK || csm_as_plugin(ctx, write_report, &r) != CSM_OK ||
        csm_map_add(ctx, &answer, "lines", r.lines) != CSM_OK || csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

/* ---- the method ---- */

static csm_str check_of(const csm_value *line)
{
    const csm_value *check = csm_map_get(line, "check");

    return check != NULL ? csm_value_text(*check) : CSM_STR("");
}

typedef enum verdict { NEITHER, NO, YES } verdict;

static verdict verdict_of(const csm_value *line)
{
    const csm_value *ok = csm_map_get(line, "ok");

    if (ok == NULL || csm_is_nil(*ok))
        return NEITHER;
    return csm_value_bool(*ok) ? YES : NO;
}

/* The line that speaks for its name: the first yes, else the first no, else the first. NULL when an earlier line has the name. */
static const csm_value *speaker(csm_value lines, uint32_t at)
{
    const csm_value *best = &lines.list[at];

    for (uint32_t n = 0; n < at; n++)
        if (csm_str_eq(check_of(&lines.list[n]), check_of(best)))
            return NULL;
    for (uint32_t n = at; n < lines.count; n++)
        if (csm_str_eq(check_of(&lines.list[n]), check_of(best)) && verdict_of(&lines.list[n]) > verdict_of(best))
            best = &lines.list[n];
    return best;
}

csm_status verify_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_pair of = { CSM_STR_INIT("case"), csm_arg(ctx, in, 0) };
    csm_value answer = csm_map(NULL, 0), lines = csm_list(NULL, 0), told;
    const csm_value *all;
    csm_record *rec;
    bool ok = true;

    CSM_TRY(csm_record_get(ctx, CASE, csm_arg_id(ctx, in, 0), &rec));
    CSM_TRY(csm_point_call(ctx, POINT_VERIFY, csm_map(&of, 1), &told));
    all = csm_map_get(&told, "lines");
    for (uint32_t n = 0; all != NULL && n < all->count; n++) {
        const csm_value *line = speaker(*all, n);

        if (line == NULL)
            continue;
        ok = ok && verdict_of(line) != NO;
        CSM_TRY(csm_list_add(ctx, &lines, *line));
    }
    CSM_TRY(csm_map_add(ctx, &answer, "case", csm_arg(ctx, in, 0)));
    CSM_TRY(csm_map_add(ctx, &answer, "ok", csm_bool(ok)));
    CSM_TRY(csm_map_add(ctx, &answer, "lines", lines));
    return csm_reply_value(ctx, out, answer);
}
