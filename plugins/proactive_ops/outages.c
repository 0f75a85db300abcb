/* Outages of a major case: made from it, with the configuration items of all it affects, or tied to it. Source: DOMAIN 4.16.8. */
#include "proactive_ops.h"

/* ---- the case ---- */

static csm_status outage_case(csm_ctx *ctx, csm_id id, csm_record **out)
{
    CSM_TRY(csm_record_get_open(ctx, CASE, id, out));
    if (csm_record_bool(ctx, *out, "sync_driver"))
        return csm_fail(ctx, CSM_E_REJECTED, "outages belong to the major case, not to its child cases");
    return csm_str_is(csm_record_text(ctx, *out, "major_case_state"), "accepted")
               ? CSM_OK
               : csm_fail(ctx, CSM_E_REJECTED, "the case is no major case");
}

static csm_status has_outage(csm_ctx *ctx, csm_id id, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, TASK_OUTAGE, &q));
    csm_query_where(ctx, q, "task", CSM_OP_EQ, csm_id_value(id));
    return csm_query_any(ctx, q, out);
}

/* Some configuration item behind an item the case lists; none when there is none. Looks at the first so many. */
static csm_status first_behind(csm_ctx *ctx, csm_id id, csm_id *out)
{
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, AFFECTED, &q));
    csm_query_where(ctx, q, "task", CSM_OP_EQ, csm_id_value(id));
    csm_query_filter(ctx, q, "install_base.configuration_itemISNOTEMPTY");
    csm_query_order(ctx, q, "install_base", CSM_ASC);
    CSM_TRY(csm_query_one(ctx, q, &row));
    *out = row != NULL ? csm_record_ref(ctx, row, "install_base.configuration_item") : csm_nil().id;
    return CSM_OK;
}

/* ---- tying ---- */

static csm_status tie(csm_ctx *ctx, csm_record *rec, const csm_record *outage, const char *what)
{
    csm_str note = csm_printf(ctx, "Outage %.*s %s", CSM_STR_FMT(csm_record_text(ctx, outage, "number")), what);
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, TASK_OUTAGE, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "task", csm_record_id(ctx, rec)));
    CSM_TRY(csm_record_set_ref(ctx, row, "outage", csm_record_id(ctx, outage)));
    CSM_TRY(csm_record_insert(ctx, row));
    CSM_TRY(csm_record_set_text(ctx, rec, "work_notes", note));
    return csm_record_update(ctx, rec);
}

/* ---- making one ---- */

static const char *const given[] = { "type", "begin", "end", "short_description", "message" };
enum { GIVEN = sizeof(given) / sizeof(given[0]) };

typedef struct making {
    csm_id id, ci, outage;
    csm_value number;
    csm_value values[GIVEN];
} making;

static csm_status make(csm_ctx *ctx, void *arg)
{
    making *m = arg;
    csm_record *rec, *outage;
    csm_value args;

    CSM_TRY(csm_record_get(ctx, CASE, m->id, &rec));
    CSM_TRY(csm_record_create(ctx, OUTAGE, &outage));
    CSM_TRY(csm_record_set_ref(ctx, outage, "cmdb_ci", m->ci));
    CSM_TRY(csm_record_set_ref(ctx, outage, "task_number", m->id));
    CSM_TRY(csm_record_set(ctx, outage, "short_description", csm_record_value(ctx, rec, "short_description")));
    CSM_TRY(csm_record_set(ctx, outage, "begin", csm_time_value(csm_now(ctx))));
    for (size_t n = 0; n < GIVEN; n++)
        if (!csm_is_nil(m->values[n]))
            CSM_TRY(csm_record_set(ctx, outage, given[n], m->values[n]));
    CSM_TRY(csm_record_insert(ctx, outage));
    m->outage = csm_record_id(ctx, outage);
    m->number = csm_record_value(ctx, outage, "number");
    CSM_TRY(tie(ctx, rec, outage, "was made from this case"));
    CSM_TRY(id_args(ctx, "case", m->id, &args));
    CSM_TRY(csm_map_add(ctx, &args, "outage", csm_id_value(m->outage)));
    return start_job(ctx, JOB_OUTAGE, m->outage, NULL, args);
}

static csm_status answer(csm_ctx *ctx, csm_id id, csm_value number, csm_reply *out)
{
    csm_value map = csm_map(NULL, 0);

    CSM_TRY(csm_map_add(ctx, &map, "number", number));
    CSM_TRY(csm_map_add(ctx, &map, "outage", csm_id_value(id)));
    return csm_reply_value(ctx, out, map);
}

csm_status create_outage_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    making m = { .id = csm_arg_id(ctx, in, 0) };
    csm_record *rec;
    bool has;

    for (uint32_t n = 0; n < GIVEN; n++)
        m.values[n] = csm_arg(ctx, in, n + 1);
    CSM_TRY(outage_case(ctx, m.id, &rec));
    CSM_TRY(has_outage(ctx, m.id, &has));
    if (has)
        return csm_fail(ctx, CSM_E_REJECTED, "the case has an outage");
    CSM_TRY(first_behind(ctx, m.id, &m.ci));
    if (csm_id_is_none(m.ci))
        return csm_fail(ctx, CSM_E_REJECTED, "no install base item the case affects has a configuration item");
    CSM_TRY(csm_as_plugin(ctx, make, &m));
    return answer(ctx, m.outage, m.number, out);
}

/* The configuration items of all the case affects. Arguments: {case, outage, after?}. */
csm_status outage_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_id id = csm_map_id(&args, "case"), outage = csm_map_id(&args, "outage"), after = csm_map_id(&args, "after"), page[PAGE];
    csm_record *item;
    uint32_t count;

    CSM_TRY(csm_record_find(ctx, OUTAGE, outage, &item));
    if (item == NULL)
        return CSM_OK;
    CSM_TRY(next_items(ctx, "task", id, after, page, &count));
    for (uint32_t n = 0; n < count; n++) {
        csm_id ci;

        after = page[n];
        CSM_TRY(csm_record_find(ctx, ITEM, page[n], &item));
        ci = item != NULL ? csm_record_ref(ctx, item, "configuration_item") : csm_nil().id;
        if (!csm_id_is_none(ci))
            CSM_TRY(csm_record_tie(ctx, OUTAGE_ITEM, "outage", outage, "ci", ci));
    }
    *more = count == PAGE;
    if (!*more)
        return CSM_OK;
    CSM_TRY(id_args(ctx, "case", id, next_args));
    CSM_TRY(csm_map_add(ctx, next_args, "outage", csm_id_value(outage)));
    return csm_map_add(ctx, next_args, "after", csm_id_value(after));
}

/* ---- tying one that is there ---- */

typedef struct tying {
    csm_id id, outage;
    csm_value number;
    bool found; /* the outage is there, and is of an item behind what the case affects */
    bool tied;
} tying;

static csm_status is_behind(csm_ctx *ctx, csm_id id, csm_id ci, bool *out)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, ITEM, &q));
    csm_query_where(ctx, q, "configuration_item", CSM_OP_EQ, csm_id_value(ci));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && !*out)
        if ((st = lists_item(ctx, "task", id, csm_record_id(ctx, row), out)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

static csm_status look(csm_ctx *ctx, tying *t, const csm_record *outage)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(is_behind(ctx, t->id, csm_record_ref(ctx, outage, "cmdb_ci"), &t->found));
    CSM_TRY(csm_query_open(ctx, OUTAGE_ITEM, &q));
    csm_query_where(ctx, q, "outage", CSM_OP_EQ, csm_id_value(t->outage));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && !t->found)
        if ((st = is_behind(ctx, t->id, csm_record_ref(ctx, row, "ci"), &t->found)) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

static csm_status is_tied(csm_ctx *ctx, tying *t)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, TASK_OUTAGE, &q));
    csm_query_where(ctx, q, "task", CSM_OP_EQ, csm_id_value(t->id));
    csm_query_where(ctx, q, "outage", CSM_OP_EQ, csm_id_value(t->outage));
    return csm_query_any(ctx, q, &t->tied);
}

static csm_status tie_found(csm_ctx *ctx, void *arg)
{
    tying *t = arg;
    csm_record *rec, *outage;

    CSM_TRY(csm_record_find(ctx, OUTAGE, t->outage, &outage));
    if (outage == NULL)
        return CSM_OK;
    CSM_TRY(look(ctx, t, outage));
    CSM_TRY(is_tied(ctx, t));
    if (!t->found || t->tied)
        return CSM_OK;
    t->number = csm_record_value(ctx, outage, "number");
    CSM_TRY(csm_record_get(ctx, CASE, t->id, &rec));
    return tie(ctx, rec, outage, "was tied to this case");
}

csm_status add_outage_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    tying t = { .id = csm_arg_id(ctx, in, 0), .outage = csm_arg_id(ctx, in, 1) };
    csm_record *rec;

    CSM_TRY(outage_case(ctx, t.id, &rec));
    CSM_TRY(csm_as_plugin(ctx, tie_found, &t));
    if (!t.found)
        return csm_fail_field(ctx, CSM_E_REJECTED, "outage", "argument \"outage\": no outage of an item behind what the case affects");
    return t.tied ? csm_fail_field(ctx, CSM_E_EXISTS, "outage", "argument \"outage\": it is tied to the case already")
                  : answer(ctx, t.outage, t.number, out);
}
