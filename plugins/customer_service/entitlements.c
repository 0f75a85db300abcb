/* Which entitlement a case is worked under. Those that hold for it are weighed by what of the case they name; the best one is
 * filled in when the case is saved. Source: DOMAIN 4.4. */
#include "customer_service.h"

#define ENTITLEMENT "service_entitlement"
#define BEST_MAX 100u
#define WEIGHTS_MAX 16u
#define ACCOUNT_LEVELS 64u /* of a hierarchy that are looked at */

#define IS_ACTIVE "active=true"
#define STATE_ACTIVE "stateISEMPTY^ORstate=active"
#define HAS_BEGUN "start_dateISEMPTY^ORstart_date<=@today"
#define NOT_OVER "end_dateISEMPTY^ORend_date>=@today"
#define UNDER_CONTRACT "contractISEMPTY^ORcontract.state=active"
#define UNITS_LEFT "per_unit=false^ORremaining_units>0"
#define HOLDS IS_ACTIVE "^" STATE_ACTIVE "^" HAS_BEGUN "^" NOT_OVER "^" UNDER_CONTRACT "^" UNITS_LEFT

const demand entitlement_demands[ENTITLEMENT_DEMANDS] = {
    { IS_ACTIVE, "it is inactive" },
    { HAS_BEGUN, "it has not begun" },
    { NOT_OVER, "it has expired" },
    { STATE_ACTIVE, "its state is not active" },
    { UNDER_CONTRACT, "its contract is not active" },
    { UNITS_LEFT, "no unit is left" },
};

bool is_advanced(csm_ctx *ctx)
{
    return csm_property_is_true(ctx, "sn_customerservice.advanced_entitlements");
}

/* ---- what is compared ---- */

typedef struct weight {
    const char *field; /* of the case and of the entitlement */
    int64_t points;
} weight;

typedef struct weights {
    weight items[WEIGHTS_MAX];
    uint32_t count;
} weights;

static csm_status add_weight(csm_ctx *ctx, weights *w, csm_str part)
{
    const char *equals = part.len > 0 ? memchr(part.ptr, '=', part.len) : NULL;
    size_t name_len = equals != NULL ? (size_t)(equals - part.ptr) : part.len;
    csm_str name = csm_str_copy(ctx, (csm_str){ part.ptr, name_len });
    int64_t points = 0;

    if (name.ptr == NULL)
        return CSM_E_NOMEM;
    for (size_t n = name_len + 1; n < part.len && n < name_len + 5 && part.ptr[n] >= '0' && part.ptr[n] <= '9'; n++)
        points = points * 10 + (part.ptr[n] - '0');
    /* Columns come with plugins that need not be there. */
    if (name.len > 0 && w->count < WEIGHTS_MAX && csm_table_has_field(ctx, "sn_customerservice_case", name.ptr) &&
        csm_table_has_field(ctx, ENTITLEMENT, name.ptr))
        w->items[w->count++] = (weight){ name.ptr, points };
    return CSM_OK;
}

static csm_status read_weights(csm_ctx *ctx, weights *out)
{
    csm_str list = csm_property_text(ctx, "csm.entitlement.weights", ENTITLEMENT_WEIGHTS);
    size_t from = 0;

    out->count = 0;
    for (size_t n = 0; n <= list.len; n++) {
        if (n < list.len && list.ptr[n] != ',')
            continue;
        CSM_TRY(add_weight(ctx, out, (csm_str){ list.ptr + from, n - from }));
        from = n + 1;
    }
    return CSM_OK;
}

/* Who the customer is, which chooses the candidates and excludes none of them. */
static bool is_owner(const char *field)
{
    return strcmp(field, "account") == 0 || strcmp(field, "consumer") == 0 || strcmp(field, "household") == 0;
}

/* ---- candidates ---- */

typedef struct candidate {
    csm_id id;
    int64_t score, ends; /* last day, or the farthest */
} candidate;

typedef struct search {
    csm_value values;  /* of the case, by field */
    weights weights;
    csm_str demands;   /* what of the case an entitlement must name, or leave open */
    candidate best[BEST_MAX];
    uint32_t count;
} search;

static csm_value of_case(const search *s, const char *field)
{
    const csm_value *value = csm_map_get(&s->values, field);

    return value != NULL ? *value : csm_nil();
}

/* An entitlement that names a product holds for that product. A case without a contract is open to any. */
static csm_status make_demands(csm_ctx *ctx, search *s)
{
    csm_str channel = csm_value_text(of_case(s, "contact_type"));

    CSM_TRY(read_weights(ctx, &s->weights));
    s->demands = channel.len > 0 ? csm_printf(ctx, "channelISEMPTY^ORchannelLIKE%.*s", CSM_STR_FMT(channel)) : CSM_STR("channelISEMPTY");
    for (uint32_t n = 0; n < s->weights.count && s->demands.ptr != NULL; n++) {
        const char *field = s->weights.items[n].field;
        csm_value value = of_case(s, field);

        if (is_owner(field) || (csm_is_nil(value) && strcmp(field, "contract") == 0))
            continue;
        if (csm_is_nil(value))
            s->demands = csm_printf(ctx, "%.*s^%sISEMPTY", CSM_STR_FMT(s->demands), field);
        else
            s->demands = csm_printf(ctx, "%.*s^%sISEMPTY^OR%s=%.*s", CSM_STR_FMT(s->demands), field, field,
                                    CSM_STR_FMT(csm_id_text(ctx, csm_value_id(value))));
    }
    return s->demands.ptr != NULL ? CSM_OK : CSM_E_NOMEM;
}

/* Higher score first, then what ends soonest, then the older. */
static bool is_better(const candidate *a, const candidate *b)
{
    if (a->score != b->score)
        return a->score > b->score;
    if (a->ends != b->ends)
        return a->ends < b->ends;
    return memcmp(a->id.b, b->id.b, sizeof(a->id.b)) < 0;
}

static void keep(search *s, candidate c)
{
    uint32_t at = s->count;

    for (uint32_t n = 0; n < s->count; n++)
        if (csm_id_eq(s->best[n].id, c.id))
            return;
    while (at > 0 && is_better(&c, &s->best[at - 1]))
        at--;
    if (at == BEST_MAX)
        return;
    s->count += s->count < BEST_MAX;
    for (uint32_t n = s->count - 1; n > at; n--)
        s->best[n] = s->best[n - 1];
    s->best[at] = c;
}

static void weigh(csm_ctx *ctx, search *s, const csm_record *row)
{
    csm_value end = csm_record_value(ctx, row, "end_date");
    candidate c = { .id = csm_record_id(ctx, row), .ends = end.type == CSM_T_DATE ? end.i : INT64_MAX };

    for (uint32_t n = 0; n < s->weights.count; n++) {
        csm_id named = csm_record_ref(ctx, row, s->weights.items[n].field);

        if (!csm_id_is_none(named) && csm_id_eq(named, csm_value_id(of_case(s, s->weights.items[n].field))))
            c.score += s->weights.items[n].points;
    }
    keep(s, c);
}

/* Most customers have none: they pay for one look into an index, not for the conditions. */
static csm_status has_any(csm_ctx *ctx, const char *field, csm_value id, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, ENTITLEMENT, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, id);
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    return csm_query_any(ctx, q, out);
}

static csm_status search_owner(csm_ctx *ctx, search *s, const char *field, csm_value id)
{
    bool any = false;
    csm_query *q;
    csm_record *row;
    csm_status st;

    if (!csm_is_nil(id))
        CSM_TRY(has_any(ctx, field, id, &any));
    if (!any)
        return CSM_OK;
    if (s->demands.ptr == NULL)
        CSM_TRY(make_demands(ctx, s));
    CSM_TRY(csm_query_open(ctx, ENTITLEMENT, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, id);
    csm_query_filter(ctx, q, HOLDS);
    csm_query_filter(ctx, q, s->demands.ptr);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        weigh(ctx, s, row);
    csm_query_close(ctx, q);
    return st;
}

/* Makes it the account above; none at the top. */
static csm_status account_above(csm_ctx *ctx, csm_id *account)
{
    csm_record *rec;

    CSM_TRY(csm_record_find(ctx, "customer_account", *account, &rec));
    *account = rec != NULL ? csm_record_ref(ctx, rec, "account_parent") : csm_nil().id;
    return CSM_OK;
}

static csm_status search_above(csm_ctx *ctx, search *s)
{
    csm_id at = csm_value_id(of_case(s, "account"));

    if (csm_id_is_none(at))
        return CSM_OK;
    CSM_TRY(account_above(ctx, &at));
    if (csm_id_is_none(at) || !csm_property_is_true(ctx, "csm.entitlement.inherit"))
        return CSM_OK;
    for (uint32_t level = 0; level < ACCOUNT_LEVELS && !csm_id_is_none(at); level++) {
        CSM_TRY(search_owner(ctx, s, "account", csm_id_value(at)));
        CSM_TRY(account_above(ctx, &at));
    }
    return CSM_OK;
}

static csm_status search_all(csm_ctx *ctx, void *arg)
{
    static const char *const owners[] = { "account", "consumer", "household" };
    search *s = arg;

    for (size_t n = 0; n < sizeof(owners) / sizeof(owners[0]); n++)
        CSM_TRY(search_owner(ctx, s, owners[n], of_case(s, owners[n])));
    return search_above(ctx, s);
}

/* The point's own answer; a deployer's plugin with a lower order replaces it. */
csm_verdict entitlement_calc(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    search *s = csm_alloc(ctx, sizeof(*s));
    csm_value answer = csm_map(NULL, 0), ids = csm_list(NULL, 0);

    if (s == NULL)
        return CSM_REJECT;
    s->values = csm_arg(ctx, in, 0);
    if (csm_as_plugin(ctx, search_all, s) != CSM_OK)
        return CSM_REJECT;
    for (uint32_t n = 0; n < s->count; n++)
        if (csm_list_add(ctx, &ids, csm_id_value(s->best[n].id)) != CSM_OK)
            return CSM_REJECT;
    if (csm_map_add(ctx, &answer, "entitlements", ids) != CSM_OK || csm_reply_value(ctx, out, answer) != CSM_OK)
        return CSM_REJECT;
    return CSM_HANDLED;
}

/* ---- asking ---- */

static csm_status ask(csm_ctx *ctx, const csm_record *rec, const weights *w, bool any_contract, csm_value *out)
{
    csm_pair pairs[WEIGHTS_MAX + 1], in = { .key = CSM_STR_INIT("values") };
    const csm_value *ids;
    csm_value answer;
    uint32_t count = 0;

    for (uint32_t n = 0; n < w->count; n++)
        if (!any_contract || strcmp(w->items[n].field, "contract") != 0)
            pairs[count++] = (csm_pair){ csm_str_of(w->items[n].field), csm_record_value(ctx, rec, w->items[n].field) };
    pairs[count++] = (csm_pair){ CSM_STR("contact_type"), csm_record_value(ctx, rec, "contact_type") };
    in.value = csm_map(pairs, count);
    CSM_TRY(csm_point_call(ctx, POINT_ENTITLEMENT, csm_map(&in, 1), &answer));
    ids = csm_map_get(&answer, "entitlements");
    *out = ids != NULL && ids->type == CSM_T_LIST ? *ids : csm_list(NULL, 0);
    return CSM_OK;
}

csm_status entitlements_of(csm_ctx *ctx, const csm_record *rec, csm_value *out_ids)
{
    weights w;

    CSM_TRY(read_weights(ctx, &w));
    return ask(ctx, rec, &w, false, out_ids);
}

/* ---- filling ---- */

static bool is_stale(csm_ctx *ctx, const csm_change *ch, const weights *w)
{
    if (csm_change_get_op(ctx, ch) == CSM_INSERTING || csm_change_touches(ctx, ch, "contact_type") ||
        csm_change_touches(ctx, ch, "entitlement"))
        return true;
    for (uint32_t n = 0; n < w->count; n++)
        if (csm_change_touches(ctx, ch, w->items[n].field))
            return true;
    return false;
}

/* Filled in with the entitlement before: another may bring another. */
static csm_status is_contract_filled(csm_ctx *ctx, const csm_change *ch, bool *out)
{
    csm_id contract = csm_change_new_ref(ctx, ch, "contract");
    csm_record *before;

    *out = false;
    if (csm_id_is_none(contract) || csm_change_touches(ctx, ch, "contract") || csm_is_nil(csm_change_old(ctx, ch, "entitlement")))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, ENTITLEMENT, csm_change_old_ref(ctx, ch, "entitlement"), &before));
    *out = before != NULL && csm_id_eq(csm_record_ref(ctx, before, "contract"), contract);
    return CSM_OK;
}

/* What a person names must hold for the case; what is there stays while it does; else the best one. */
static csm_status choose(csm_ctx *ctx, csm_change *ch, csm_value found)
{
    csm_id now = csm_change_new_ref(ctx, ch, "entitlement");
    bool named = csm_change_touches(ctx, ch, "entitlement") && csm_change_given(ctx, ch, "entitlement");

    if (csm_list_has(found, now) || (named && csm_id_is_none(now)))
        return CSM_OK;
    if (named && csm_change_by_client(ctx, ch))
        return csm_fail_field(ctx, CSM_E_REJECTED, "entitlement", "field \"entitlement\": it does not hold for this case");
    if (named)
        return CSM_OK;
    if (found.count == 0 && (csm_change_get_op(ctx, ch) == CSM_INSERTING || !csm_id_is_none(now)))
        CSM_TRY(csm_change_set(ctx, ch, "work_notes", csm_ctext("no entitlement found")));
    return csm_change_set(ctx, ch, "entitlement", found.count > 0 ? found.list[0] : csm_nil());
}

/* The only active contract of the customer; nil when there are more. */
static csm_status only_contract(csm_ctx *ctx, const csm_change *ch, csm_value *out)
{
    static const char *const owners[] = { "account", "consumer", "household" };
    csm_record *row;
    uint32_t count = 0;

    *out = csm_nil();
    for (size_t n = 0; n < sizeof(owners) / sizeof(owners[0]); n++) {
        csm_value of = csm_change_new(ctx, ch, owners[n]);
        csm_query *q;
        csm_status st;

        if (csm_is_nil(of))
            continue;
        CSM_TRY(csm_query_open(ctx, "ast_contract", &q));
        csm_query_where(ctx, q, owners[n], CSM_OP_EQ, of);
        csm_query_where(ctx, q, "state", CSM_OP_EQ, csm_ctext("active"));
        csm_query_limit(ctx, q, 2);
        while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
            csm_id id = csm_record_id(ctx, row);

            count += count == 0 || !csm_id_eq(out->id, id);
            *out = csm_id_value(id);
        }
        csm_query_close(ctx, q);
        CSM_TRY(st);
    }
    if (count != 1)
        *out = csm_nil();
    return CSM_OK;
}

static csm_status fill_contract(csm_ctx *ctx, csm_change *ch, bool anew)
{
    csm_value contract = csm_nil();
    csm_record *entitlement;

    if (csm_change_touches(ctx, ch, "contract") || (!anew && !csm_is_nil(csm_change_new(ctx, ch, "contract"))))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, ENTITLEMENT, csm_change_new_ref(ctx, ch, "entitlement"), &entitlement));
    if (entitlement != NULL)
        contract = csm_record_value(ctx, entitlement, "contract");
    if (csm_is_nil(contract))
        CSM_TRY(only_contract(ctx, ch, &contract));
    return csm_change_set(ctx, ch, "contract", contract);
}

csm_status case_entitlement(csm_ctx *ctx, csm_change *ch)
{
    owner who = owner_of(ctx, csm_change_record(ctx, ch));
    csm_value found;
    weights w;
    bool anew;

    if (csm_change_is_import(ctx, ch) || !csm_change_new_bool(ctx, ch, "active"))
        return CSM_OK;
    CSM_TRY(read_weights(ctx, &w));
    if (!is_stale(ctx, ch, &w) || (csm_id_is_none(who.account) && csm_id_is_none(who.consumer) && csm_id_is_none(who.household)))
        return CSM_OK;
    if (is_advanced(ctx)) {
        if (csm_change_touches(ctx, ch, "entitlement") && !csm_is_nil(csm_change_new(ctx, ch, "entitlement")))
            return csm_fail_field(ctx, CSM_E_REJECTED, "entitlement", "several entitlements hang on a case: add a row for each");
        return fill_contract(ctx, ch, false);
    }
    CSM_TRY(is_contract_filled(ctx, ch, &anew));
    CSM_TRY(ask(ctx, csm_change_record(ctx, ch), &w, anew, &found));
    CSM_TRY(choose(ctx, ch, found));
    return fill_contract(ctx, ch, anew);
}

/* ---- offering ---- */

csm_status entitlements_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value found, list = csm_list(NULL, 0), item;
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, "sn_customerservice_case", csm_arg_id(ctx, in, 0), &rec));
    CSM_TRY(entitlements_of(ctx, rec, &found));
    for (uint32_t n = 0; n < found.count; n++) {
        CSM_TRY(csm_record_find(ctx, ENTITLEMENT, csm_value_id(found.list[n]), &rec));
        if (rec == NULL)
            continue;
        CSM_TRY(csm_record_as_value(ctx, rec, &item));
        CSM_TRY(csm_list_add(ctx, &list, item));
    }
    return csm_reply_value(ctx, out, list);
}
