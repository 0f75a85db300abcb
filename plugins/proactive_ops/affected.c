/* Which install base items an alert affects: those in use whose configuration item or service it impacts. A job adds what is
 * missing and takes away what no longer belongs, in pages that hand on how far they came. Source: DOMAIN 4.16. */
#include "proactive_ops.h"

/* ---- jobs ---- */

csm_status id_args(csm_ctx *ctx, const char *key, csm_id id, csm_value *out)
{
    *out = csm_map(NULL, 0);
    return csm_map_add(ctx, out, key, csm_id_value(id));
}

csm_status start_job(csm_ctx *ctx, const char *job, csm_id id, const char *word, csm_value args)
{
    csm_str key = csm_id_text(ctx, id);

    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    if (word != NULL)
        key = csm_printf(ctx, "%s/%s", key.ptr, word);
    return csm_job_start(ctx, job, key.ptr, csm_now(ctx), args);
}

/* ---- lists of items ---- */

static csm_status find_row(csm_ctx *ctx, const char *by, csm_id id, csm_id item, csm_record **out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, AFFECTED, &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, csm_id_value(id));
    if (!csm_id_is_none(item))
        csm_query_where(ctx, q, "install_base", CSM_OP_EQ, csm_id_value(item));
    return csm_query_one(ctx, q, out);
}

csm_status lists_item(csm_ctx *ctx, const char *by, csm_id id, csm_id item, bool *out)
{
    csm_record *row;

    CSM_TRY(find_row(ctx, by, id, item, &row));
    *out = row != NULL;
    return CSM_OK;
}

csm_status lists_any(csm_ctx *ctx, const char *by, csm_id id, bool *out)
{
    return lists_item(ctx, by, id, csm_nil().id, out);
}

csm_status list_item(csm_ctx *ctx, const char *by, csm_id id, csm_id item)
{
    return csm_record_tie(ctx, AFFECTED, by, id, "install_base", item);
}

csm_status next_items(csm_ctx *ctx, const char *by, csm_id id, csm_id after, csm_id *page, uint32_t *count)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    *count = 0;
    CSM_TRY(csm_query_open(ctx, AFFECTED, &q));
    csm_query_where(ctx, q, by, CSM_OP_EQ, csm_id_value(id));
    csm_query_page(ctx, q, "install_base", after, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        page[(*count)++] = csm_record_ref(ctx, row, "install_base");
    csm_query_close(ctx, q);
    return st;
}

/* ---- the affected items of an alert ---- */

/* How far a run has come: of which impacted item, by which of its two columns, beyond which install base item. */
typedef struct place {
    csm_id alert, ci, after;
    bool by_service;
    bool sweep; /* all are added; those that no longer belong go */
} place;

static place place_of(const csm_value *args)
{
    const csm_value *by_service = csm_map_get(args, "by_service"), *sweep = csm_map_get(args, "sweep");

    return (place){ csm_map_id(args, "alert"), csm_map_id(args, "ci"), csm_map_id(args, "after"),
                    by_service != NULL && csm_value_bool(*by_service), sweep != NULL && csm_value_bool(*sweep) };
}

static csm_status place_args(csm_ctx *ctx, const place *p, csm_value *out)
{
    CSM_TRY(id_args(ctx, "alert", p->alert, out));
    CSM_TRY(csm_map_add(ctx, out, "ci", csm_id_value(p->ci)));
    CSM_TRY(csm_map_add(ctx, out, "after", csm_id_value(p->after)));
    CSM_TRY(csm_map_add(ctx, out, "by_service", csm_bool(p->by_service)));
    return csm_map_add(ctx, out, "sweep", csm_bool(p->sweep));
}

/* The next item the alert impacts beyond p->ci; none when there is no more. */
static csm_status next_impacted(csm_ctx *ctx, place *p)
{
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, IMPACTED, &q));
    csm_query_where(ctx, q, "alert", CSM_OP_EQ, csm_id_value(p->alert));
    if (!csm_id_is_none(p->ci))
        csm_query_where(ctx, q, "ci", CSM_OP_GT, csm_id_value(p->ci));
    csm_query_order(ctx, q, "ci", CSM_ASC);
    CSM_TRY(csm_query_one(ctx, q, &row));
    p->ci = row != NULL ? csm_record_ref(ctx, row, "ci") : csm_nil().id;
    return CSM_OK;
}

/* Items in use on p->ci, by one column, beyond p->after; *rest: there are more than were looked at. */
static csm_status add_some(csm_ctx *ctx, place *p, uint32_t *room, bool *rest)
{
    uint32_t most = *room;
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, ITEM, &q));
    csm_query_where(ctx, q, p->by_service ? "service_context" : "configuration_item", CSM_OP_EQ, csm_id_value(p->ci));
    csm_query_page(ctx, q, "sys_id", p->after, most);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        p->after = csm_record_id(ctx, row);
        (*room)--;
        if (csm_record_bool(ctx, row, "active") && (st = list_item(ctx, "alert", p->alert, p->after)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    *rest = *room == 0;
    return st;
}

static csm_status add_page(csm_ctx *ctx, place *p, bool *done)
{
    uint32_t room = PAGE;
    bool rest;

    *done = false;
    if (csm_id_is_none(p->ci))
        CSM_TRY(next_impacted(ctx, p));
    while (!csm_id_is_none(p->ci)) {
        CSM_TRY(add_some(ctx, p, &room, &rest));
        if (rest)
            return CSM_OK;
        p->after = csm_nil().id;
        if (p->by_service)
            CSM_TRY(next_impacted(ctx, p));
        p->by_service = !p->by_service;
    }
    *done = true;
    return CSM_OK;
}

static csm_status is_impacted(csm_ctx *ctx, csm_id alert, csm_id ci, bool *out)
{
    csm_query *q;

    if (*out || csm_id_is_none(ci))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, IMPACTED, &q));
    csm_query_where(ctx, q, "alert", CSM_OP_EQ, csm_id_value(alert));
    csm_query_where(ctx, q, "ci", CSM_OP_EQ, csm_id_value(ci));
    return csm_query_any(ctx, q, out);
}

static csm_status sweep_page(csm_ctx *ctx, place *p, bool *done)
{
    csm_id page[PAGE];
    uint32_t count;

    CSM_TRY(next_items(ctx, "alert", p->alert, p->after, page, &count));
    for (uint32_t n = 0; n < count; n++) {
        csm_record *item, *row;
        bool belongs = false;

        p->after = page[n];
        CSM_TRY(csm_record_find(ctx, ITEM, page[n], &item));
        if (item != NULL && csm_record_bool(ctx, item, "active")) {
            CSM_TRY(is_impacted(ctx, p->alert, csm_record_ref(ctx, item, "configuration_item"), &belongs));
            CSM_TRY(is_impacted(ctx, p->alert, csm_record_ref(ctx, item, "service_context"), &belongs));
        }
        CSM_TRY(find_row(ctx, "alert", p->alert, page[n], &row));
        if (!belongs && row != NULL)
            CSM_TRY(csm_record_delete(ctx, row));
    }
    *done = count < PAGE;
    return CSM_OK;
}

/* An alert that closed, or is expected, impacts nothing: what it affected stays told. */
static csm_status run_page(csm_ctx *ctx, place *p, bool *more)
{
    csm_record *alert;
    bool done;

    *more = false;
    CSM_TRY(csm_record_find(ctx, ALERT, p->alert, &alert));
    if (alert == NULL || !csm_record_bool(ctx, alert, "active") || csm_record_bool(ctx, alert, "maintenance"))
        return CSM_OK;
    *more = true;
    if (p->sweep) {
        CSM_TRY(sweep_page(ctx, p, &done));
        *more = !done;
        return CSM_OK;
    }
    CSM_TRY(add_page(ctx, p, &done));
    if (done)
        *p = (place){ .alert = p->alert, .sweep = true };
    return CSM_OK;
}

/* Arguments: {alert, make_case?} and the place. A run that is to end in a case has a key of its own. */
csm_status affected_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_value *wanted = csm_map_get(&args, "make_case");
    bool wants_case = wanted != NULL && csm_value_bool(*wanted), any;
    place p = place_of(&args);
    csm_id made;

    CSM_TRY(run_page(ctx, &p, more));
    if (*more) {
        CSM_TRY(place_args(ctx, &p, next_args));
        return csm_map_add(ctx, next_args, "make_case", csm_bool(wants_case));
    }
    if (!wants_case)
        return CSM_OK;
    CSM_TRY(lists_any(ctx, "alert", p.alert, &any));
    return any ? make_case(ctx, p.alert, &made) : CSM_OK;
}

typedef struct settled {
    csm_id alert;
    bool moved;
} settled;

/* While the impacted items are the same a run that is under way need not begin again. */
static csm_status follow(csm_ctx *ctx, void *arg)
{
    const settled *s = arg;
    csm_str key = csm_id_text(ctx, s->alert);
    csm_value args;

    if (key.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(id_args(ctx, "alert", s->alert, &args));
    return s->moved ? csm_job_start(ctx, JOB_AFFECTED, key.ptr, csm_now(ctx), args)
                    : csm_job_ensure(ctx, JOB_AFFECTED, key.ptr, csm_now(ctx), args);
}

csm_verdict impact_settled(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    settled s = { csm_arg_id(ctx, in, 0), csm_arg_bool(ctx, in, 1) };

    (void)out;
    return csm_as_plugin(ctx, follow, &s) == CSM_OK ? CSM_CONTINUE : CSM_REJECT;
}

/* ---- who they belong to ---- */

static csm_status show_item(csm_ctx *ctx, const csm_record *row, csm_value *list)
{
    static const char *const shown[] = { "number", "name", "account", "consumer", "household", "health_status" };
    csm_value one = csm_map(NULL, 0);
    csm_record *item;

    CSM_TRY(csm_record_find(ctx, ITEM, csm_record_ref(ctx, row, "install_base"), &item));
    if (item == NULL)
        return CSM_OK;
    CSM_TRY(csm_map_add(ctx, &one, "install_base", csm_id_value(csm_record_id(ctx, item))));
    for (size_t n = 0; n < sizeof(shown) / sizeof(shown[0]); n++)
        CSM_TRY(csm_map_add(ctx, &one, shown[n], csm_text(csm_record_display(ctx, item, shown[n]))));
    return csm_list_add(ctx, list, one);
}

typedef struct showing {
    csm_id alert, after;
    csm_value list;
    uint32_t most;
} showing;

static csm_status show_items(csm_ctx *ctx, void *arg)
{
    showing *s = arg;
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, AFFECTED, &q));
    csm_query_where(ctx, q, "alert", CSM_OP_EQ, csm_id_value(s->alert));
    csm_query_page(ctx, q, "install_base", s->after, s->most);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = show_item(ctx, row, &s->list)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

/* Whoever works an alert is told whom it hits, by name; the customers' rows stay closed to him. */
csm_status affected_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    showing s = { csm_arg_id(ctx, in, 0), csm_arg_id(ctx, in, 1), csm_list(NULL, 0), (uint32_t)csm_arg_int(ctx, in, 2) };
    csm_record *alert;

    CSM_TRY(csm_record_get(ctx, ALERT, s.alert, &alert));
    CSM_TRY(csm_as_plugin(ctx, show_items, &s));
    return csm_reply_value(ctx, out, s.list);
}
