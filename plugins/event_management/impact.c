/* What an open alert impacts: its item and everything above it, by relations from child to parent. A job follows each alert
 * that changed: it compares what should be marked with what is, a page of differences per transaction, so it may begin anew
 * at any time and ends when both agree. Source: DOMAIN 2.11, 4.16. */
#include "event_management.h"

#define CHANGES_PER_PAGE 40u
#define IMPACT_MAX 10000 /* no property allows more */
#define CLEAR 0

/* ---- a set of items ---- */

typedef struct item_set {
    csm_id *items;   /* in the order found */
    uint32_t *slots; /* position + 1, open addressing */
    bool *met;       /* marked already */
    uint32_t count, room, slot_mask;
    bool cut;        /* there are more than the room */
} item_set;

static csm_status set_init(csm_ctx *ctx, item_set *set, uint32_t room)
{
    uint32_t slots = 64;

    while (slots < 2 * room)
        slots *= 2;
    *set = (item_set){ .room = room, .slot_mask = slots - 1 };
    set->items = csm_alloc(ctx, room * sizeof(*set->items));
    set->met = csm_alloc(ctx, room * sizeof(*set->met));
    set->slots = csm_alloc(ctx, slots * sizeof(*set->slots));
    return set->items != NULL && set->met != NULL && set->slots != NULL ? CSM_OK : CSM_E_NOMEM;
}

/* The slot that holds @p id, or the free one it belongs into. The random half of an id spreads well. */
static uint32_t *set_slot(const item_set *set, csm_id id)
{
    uint32_t at;

    memcpy(&at, id.b + 12, sizeof(at));
    for (at &= set->slot_mask; set->slots[at] != 0; at = (at + 1) & set->slot_mask)
        if (csm_id_eq(set->items[set->slots[at] - 1], id))
            break;
    return &set->slots[at];
}

static void set_add(item_set *set, csm_id id)
{
    uint32_t *slot = set_slot(set, id);

    if (*slot != 0)
        return;
    if (set->count == set->room) {
        set->cut = true;
        return;
    }
    set->items[set->count++] = id;
    *slot = set->count;
}

/* Everything that depends on the items of the set, near ones first. An item met twice, as in a circle, is not climbed again. */
static csm_status climb(csm_ctx *ctx, item_set *set)
{
    for (uint32_t n = 0; n < set->count && !set->cut; n++) {
        csm_query *q;
        csm_record *row;
        csm_status st;

        CSM_TRY(csm_query_open(ctx, "cmdb_rel_ci", &q));
        csm_query_where(ctx, q, "child", CSM_OP_EQ, csm_id_value(set->items[n]));
        csm_query_limit(ctx, q, set->room + 1);
        while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && !set->cut)
            set_add(set, csm_record_ref(ctx, row, "parent"));
        csm_query_close(ctx, q);
        CSM_TRY(st);
    }
    return CSM_OK;
}

/* ---- how an item fares ---- */

static csm_status worst_of(csm_ctx *ctx, csm_id ci, int64_t *out)
{
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, IMPACTED, &q));
    csm_query_where(ctx, q, "ci", CSM_OP_EQ, csm_id_value(ci));
    csm_query_order(ctx, q, "severity", CSM_ASC);
    CSM_TRY(csm_query_one(ctx, q, &row));
    *out = row != NULL ? csm_record_int(ctx, row, "severity") : CLEAR;
    return CSM_OK;
}

static csm_status find_status(csm_ctx *ctx, csm_id ci, csm_record **out)
{
    return csm_query_first(ctx, IMPACT_STATUS, "element_id", csm_id_value(ci), out);
}

static csm_status keep_status(csm_ctx *ctx, csm_id ci)
{
    csm_record *status, *item;
    int64_t severity;

    CSM_TRY(worst_of(ctx, ci, &severity));
    CSM_TRY(find_status(ctx, ci, &status));
    if (status != NULL) {
        CSM_TRY(csm_record_set_int(ctx, status, "severity", severity));
        return csm_record_update(ctx, status);
    }
    CSM_TRY(csm_record_find(ctx, "cmdb_ci", ci, &item));
    if (item == NULL)
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, IMPACT_STATUS, &status));
    CSM_TRY(csm_record_set_ref(ctx, status, "element_id", ci));
    if (csm_table_is_a(ctx, csm_record_table(ctx, item), "cmdb_ci_service"))
        CSM_TRY(csm_record_set_ref(ctx, status, "business_service", ci));
    CSM_TRY(csm_record_set_int(ctx, status, "severity", severity));
    return csm_record_insert(ctx, status);
}

/* ---- marking ---- */

typedef struct marking {
    csm_id alert;
    int64_t severity;
    item_set wanted;
    uint32_t changes;
    bool moved; /* other items are impacted than before, not only otherwise */
} marking;

static csm_status mark(csm_ctx *ctx, marking *m, csm_id ci)
{
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, IMPACTED, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "alert", m->alert));
    CSM_TRY(csm_record_set_ref(ctx, row, "ci", ci));
    CSM_TRY(csm_record_set_int(ctx, row, "severity", m->severity));
    CSM_TRY(csm_record_insert(ctx, row));
    m->changes++;
    m->moved = true;
    return keep_status(ctx, ci);
}

/* A mark that is there: right, of another severity, or no longer wanted. */
static csm_status check_mark(csm_ctx *ctx, marking *m, csm_record *row)
{
    csm_id ci = csm_record_ref(ctx, row, "ci");
    uint32_t slot = *set_slot(&m->wanted, ci);

    if (slot != 0) {
        m->wanted.met[slot - 1] = true;
        if (csm_record_int(ctx, row, "severity") == m->severity)
            return CSM_OK;
        CSM_TRY(csm_record_set_int(ctx, row, "severity", m->severity));
        CSM_TRY(csm_record_update(ctx, row));
    } else {
        CSM_TRY(csm_record_delete(ctx, row));
        m->moved = true;
    }
    m->changes++;
    return keep_status(ctx, ci);
}

static csm_status agree(csm_ctx *ctx, marking *m)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, IMPACTED, &q));
    csm_query_where(ctx, q, "alert", CSM_OP_EQ, csm_id_value(m->alert));
    csm_query_limit(ctx, q, IMPACT_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && m->changes < CHANGES_PER_PAGE)
        if ((st = check_mark(ctx, m, row)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    CSM_TRY(st);
    for (uint32_t n = 0; n < m->wanted.count && m->changes < CHANGES_PER_PAGE; n++)
        if (!m->wanted.met[n])
            CSM_TRY(mark(ctx, m, m->wanted.items[n]));
    return CSM_OK;
}

/* ---- following an alert ---- */

static csm_status follow_args(csm_ctx *ctx, csm_id alert, bool moved, csm_value *out)
{
    *out = csm_map(NULL, 0);
    CSM_TRY(csm_map_add(ctx, out, "alert", csm_id_value(alert)));
    return csm_map_add(ctx, out, "moved", csm_bool(moved));
}

/* However often an alert changes, one run waits. */
static csm_status start_follow(csm_ctx *ctx, csm_id alert)
{
    csm_str key = csm_id_text(ctx, alert);
    csm_value args;

    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(follow_args(ctx, alert, false, &args));
    return csm_job_ensure(ctx, JOB_FOLLOW, key.ptr, csm_now(ctx), args);
}

/* An alert without item that no rule could act on leaves nothing to do. */
csm_status alert_changed(csm_ctx *ctx, csm_change *ch)
{
    bool follow = !csm_id_is_none(csm_change_new_ref(ctx, ch, "cmdb_ci")) || !csm_id_is_none(csm_change_old_ref(ctx, ch, "cmdb_ci"));

    if (!follow)
        CSM_TRY(any_rule(ctx, &follow));
    return follow ? start_follow(ctx, csm_change_id(ctx, ch)) : CSM_OK;
}

/* Its marks went with it; how their items fare is left to tell. */
csm_status mark_deleted(csm_ctx *ctx, csm_change *ch)
{
    return keep_status(ctx, csm_change_old_ref(ctx, ch, "ci"));
}

static csm_status announce(csm_ctx *ctx, csm_record *alert, const marking *m)
{
    csm_value in, out = csm_nil();

    if (csm_record_bool(ctx, alert, "impact_cut") != m->wanted.cut) {
        CSM_TRY(csm_record_set_bool(ctx, alert, "impact_cut", m->wanted.cut));
        CSM_TRY(csm_record_update(ctx, alert));
    }
    CSM_TRY(follow_args(ctx, m->alert, m->moved, &in));
    CSM_TRY(csm_point_call(ctx, POINT_IMPACT, in, &out));
    return start_actions(ctx, alert);
}

/* Arguments: {alert, moved}. */
csm_status alert_follow(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_value *id = csm_map_get(&args, "alert"), *moved = csm_map_get(&args, "moved");
    marking m = { .alert = id != NULL ? csm_value_id(*id) : csm_nil().id, .moved = moved != NULL && csm_value_bool(*moved) };
    csm_record *alert;
    csm_id ci;

    CSM_TRY(csm_record_find(ctx, ALERT, m.alert, &alert));
    if (alert == NULL)
        return CSM_OK;
    m.severity = csm_record_int(ctx, alert, "severity");
    ci = csm_record_ref(ctx, alert, "cmdb_ci");
    CSM_TRY(set_init(ctx, &m.wanted, (uint32_t)csm_property_int(ctx, PROPERTY_IMPACT_LIMIT, 1000, 1, IMPACT_MAX)));
    if (!csm_id_is_none(ci) && csm_record_bool(ctx, alert, "active") && !csm_record_bool(ctx, alert, "maintenance")) {
        set_add(&m.wanted, ci);
        CSM_TRY(climb(ctx, &m.wanted));
    }
    CSM_TRY(agree(ctx, &m));
    *more = m.changes > 0;
    return *more ? follow_args(ctx, m.alert, m.moved, next_args) : announce(ctx, alert, &m);
}

csm_status refresh_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_record *alert;

    CSM_TRY(csm_record_get(ctx, ALERT, csm_arg_id(ctx, in, 0), &alert));
    CSM_TRY(start_follow(ctx, csm_record_id(ctx, alert)));
    return csm_reply_record(ctx, out, alert);
}
