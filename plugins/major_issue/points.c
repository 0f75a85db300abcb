/* The extension points, and what holds while nobody else answers. Source: DOMAIN 8.1. */
#include "major_issue.h"

/* What describes the issue, its size and its records with technical support; whatever of it a case has. */
#define MAJOR_FIELDS "short_description,description,priority,impact,urgency,category,subcategory,product,cmdb_ci,business_impact," \
                     "probable_cause,incident,problem,change,caused_by"

/* ---- asking ---- */

csm_status ask_major(csm_ctx *ctx, const csm_record *from, csm_str *fields, bool *excluded)
{
    csm_pair in[2] = { { CSM_STR_INIT("case"), csm_id_value(csm_record_id(ctx, from)) },
                       { CSM_STR_INIT("table"), csm_ctext(csm_record_table(ctx, from)) } };
    csm_value out = csm_nil();
    const csm_value *value;

    CSM_TRY(csm_point_call(ctx, POINT_MAJOR, csm_map(in, 2), &out));
    value = csm_map_get(&out, "fields");
    *fields = value != NULL ? csm_value_text(*value) : CSM_STR("");
    value = csm_map_get(&out, "excluded");
    *excluded = value != NULL && csm_value_bool(*value);
    return CSM_OK;
}

csm_status ask_child(csm_ctx *ctx, csm_id major, const char *table, csm_id recipient, csm_record *child)
{
    csm_pair in[3] = { { CSM_STR_INIT("case"), csm_id_value(major) },
                       { CSM_STR_INIT("table"), csm_ctext(table) },
                       { CSM_STR_INIT("recipient"), csm_id_value(recipient) } };
    csm_value out = csm_nil();
    const csm_value *values;

    CSM_TRY(csm_point_call(ctx, POINT_CHILD, csm_map(in, 3), &out));
    values = csm_map_get(&out, "values");
    for (uint32_t n = 0; values != NULL && values->type == CSM_T_MAP && n < values->count; n++) {
        csm_str name = csm_str_copy(ctx, values->map[n].key);

        if (name.ptr == NULL)
            return CSM_E_NOMEM;
        CSM_TRY(csm_record_set(ctx, child, name.ptr, values->map[n].value));
    }
    return CSM_OK;
}

csm_status ask_sync(csm_ctx *ctx, csm_id parent, csm_id child, bool *out)
{
    csm_pair in[2] = { { CSM_STR_INIT("parent"), csm_id_value(parent) }, { CSM_STR_INIT("child"), csm_id_value(child) } };
    csm_value reply = csm_nil();
    const csm_value *sync;

    CSM_TRY(csm_point_call(ctx, POINT_SYNC, csm_map(in, csm_id_is_none(child) ? 1 : 2), &reply));
    sync = csm_map_get(&reply, "sync");
    *out = sync != NULL && csm_value_bool(*sync);
    return CSM_OK;
}

/* ---- answers of our own ---- */

/* What is asked when a record linked to a case changes; a link is named as the column it sets. */
typedef struct link_source {
    const char *link;
    csm_id source, linked;
    bool told;
} link_source;

static csm_verdict reply_pairs(csm_ctx *ctx, csm_reply *out, const csm_pair *pairs, uint32_t count)
{
    return csm_reply_value(ctx, out, csm_map(pairs, count)) == CSM_OK ? CSM_HANDLED : CSM_REJECT;
}

static csm_verdict major_fields(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str table = csm_arg_text(ctx, in, 1);
    csm_pair *pairs = csm_alloc(ctx, 2 * sizeof(*pairs));

    if (pairs == NULL)
        return CSM_REJECT;
    pairs[0] = (csm_pair){ CSM_STR("fields"), csm_ctext(MAJOR_FIELDS) };
    pairs[1] = (csm_pair){ CSM_STR("excluded"),
                           csm_bool(csm_str_is(table, "sn_onboarding_case") || csm_str_is(table, "csm_order_case")) };
    return reply_pairs(ctx, out, pairs, 2);
}

/* A child that is solved or over does not move with the others any more. */
static csm_verdict open_children(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_id child = csm_arg_id(ctx, in, 1);
    csm_pair *pairs = csm_alloc(ctx, sizeof(*pairs));
    csm_record *rec = NULL;
    int64_t state;
    bool sync = true;

    if (pairs == NULL || (!csm_id_is_none(child) && csm_record_find(ctx, CASE, child, &rec) != CSM_OK))
        return CSM_REJECT;
    if (!csm_id_is_none(child)) {
        state = rec != NULL ? csm_record_int(ctx, rec, "state") : CASE_CLOSED;
        sync = state != CASE_RESOLVED && state != CASE_CLOSED && state != CASE_CANCELLED;
    }
    pairs[0] = (csm_pair){ CSM_STR("sync"), csm_bool(sync) };
    return reply_pairs(ctx, out, pairs, 1);
}

/* A child that shares a record with its major case hears of it through the major case, if at all. */
static csm_status is_told(csm_ctx *ctx, void *arg)
{
    link_source *s = arg;
    csm_record *child, *major = NULL;

    CSM_TRY(csm_record_find(ctx, CASE, s->source, &child));
    if (child == NULL || !csm_record_bool(ctx, child, "sync_driver") || !csm_table_has_field(ctx, CASE, s->link))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, CASE, csm_record_ref(ctx, child, "parent"), &major));
    s->told = major == NULL || !csm_record_bool(ctx, major, "active") || !csm_id_eq(csm_record_ref(ctx, major, s->link), s->linked);
    return CSM_OK;
}

static csm_verdict told_by_major(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str link = csm_str_copy(ctx, csm_arg_text(ctx, in, 0));
    link_source s = { link.ptr, csm_arg_id(ctx, in, 1), csm_arg_id(ctx, in, 2), true };
    csm_pair *pairs = csm_alloc(ctx, sizeof(*pairs));

    if (pairs == NULL || link.ptr == NULL || csm_as_plugin(ctx, is_told, &s) != CSM_OK)
        return CSM_REJECT;
    if (s.told)
        return CSM_CONTINUE;
    pairs[0] = (csm_pair){ CSM_STR("told"), csm_bool(false) };
    return reply_pairs(ctx, out, pairs, 1);
}

/* ---- declarations ---- */

static const csm_param major_in[] = { CSM_PARAM("case", CSM_T_ID, .table = CASE), CSM_PARAM("table", CSM_T_TEXT) };
static const csm_param major_out[] = {
    CSM_PARAM("fields", CSM_T_TEXT, .doc = "Names, separated by commas; those a case has are copied"),
    CSM_PARAM("excluded", CSM_T_BOOL, .doc = "Cases of this table never become major cases"),
};
static const csm_param child_in[] = {
    CSM_PARAM("case", CSM_T_ID, .table = CASE, .doc = "The major case"), CSM_PARAM("table", CSM_T_TEXT, .doc = "Of the recipient"),
    CSM_PARAM("recipient", CSM_T_ID),
};
static const csm_param child_out[] = { CSM_PARAM("values", CSM_T_MAP, .doc = "Fields of the new child case") };
static const csm_param sync_in[] = {
    CSM_PARAM("parent", CSM_T_ID, .table = CASE), CSM_PARAM("child", CSM_T_ID, .table = CASE, .doc = "None: any child at all"),
};
static const csm_param sync_out[] = { CSM_PARAM("sync", CSM_T_BOOL) };

const csm_point major_issue_points[MAJOR_ISSUE_POINTS] = {
    { .name = POINT_MAJOR, .params = CSM_ARRAY(major_in), .returns = CSM_ARRAY(major_out), .cardinality = CSM_REPLACE,
      .doc = "Which fields a major case takes over, and which tables have none (MajorCase)" },
    { .name = POINT_CHILD, .params = CSM_ARRAY(child_in), .returns = CSM_ARRAY(child_out),
      .doc = "Further values of a child case before it is made; the first who handles it" },
    { .name = POINT_SYNC, .params = CSM_ARRAY(sync_in), .returns = CSM_ARRAY(sync_out), .cardinality = CSM_REPLACE,
      .doc = "Whether a major case's changes go to its children, and to this child (CSMCaseSync)" },
};

const csm_impl major_issue_impls[MAJOR_ISSUE_IMPLS] = {
    { .point = POINT_MAJOR, .order = 1000, .run = major_fields, .doc = "What describes the issue; no onboarding, no orders" },
    { .point = CSM_POINT_LINK_TELL, .order = 100, .run = told_by_major, .doc = "A record of both is the major case's to tell" },
    { .point = POINT_SYNC, .order = 1000, .run = open_children, .doc = "Children that are not solved, closed or cancelled" },
};
