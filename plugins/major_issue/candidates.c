/* From a case to a major case: proposed, or opened as one; approved, rejected, cancelled. Source: DOMAIN 4.11. */
#include "major_issue.h"

/* ---- what the verbs share ---- */

bool is_in_state(csm_ctx *ctx, const csm_record *rec, const char *major_case_state)
{
    return csm_str_is(csm_record_text(ctx, rec, "major_case_state"), major_case_state);
}

/* What a verb writes with the plugin's rights. */
typedef struct step {
    csm_id id;
    const char *state;
    csm_str work_notes, business_impact;
    csm_id major; /* of an approval: what came of it */
} step;

static csm_status write_state(csm_ctx *ctx, csm_record *rec, const char *state, csm_str work_notes)
{
    CSM_TRY(csm_record_set(ctx, rec, "major_case_state", state != NULL ? csm_ctext(state) : csm_nil()));
    if (work_notes.len > 0)
        CSM_TRY(csm_record_set_text(ctx, rec, "work_notes", work_notes));
    return csm_record_update(ctx, rec);
}

static csm_status take_step(csm_ctx *ctx, void *arg)
{
    const step *s = arg;
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, CASE, s->id, &rec));
    if (s->business_impact.len > 0)
        CSM_TRY(csm_record_set_text(ctx, rec, "business_impact", s->business_impact));
    return write_state(ctx, rec, s->state, s->work_notes);
}

static csm_status answer(csm_ctx *ctx, csm_id id, csm_reply *out)
{
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, CASE, id, &rec));
    return csm_reply_record(ctx, out, rec);
}

/* ---- proposing ---- */

static csm_status check_proposable(csm_ctx *ctx, const csm_record *rec)
{
    int64_t state = csm_record_int(ctx, rec, "state");
    csm_str fields;
    bool excluded;

    if (state != CASE_NEW && state != CASE_OPEN && state != CASE_AWAITING)
        return csm_fail(ctx, CSM_E_STATE, "a case in state %.*s is not proposed",
                        CSM_STR_FMT(csm_record_display(ctx, rec, "state")));
    if (is_in_state(ctx, rec, "proposed") || is_in_state(ctx, rec, "accepted"))
        return csm_fail(ctx, CSM_E_STATE, "the case is %.*s already", CSM_STR_FMT(csm_record_text(ctx, rec, "major_case_state")));
    if (csm_record_bool(ctx, rec, "sync_driver"))
        return csm_fail(ctx, CSM_E_STATE, "the case is a child of a major case");
    CSM_TRY(ask_major(ctx, rec, &fields, &excluded));
    return excluded ? csm_fail(ctx, CSM_E_REJECTED, "cases of table %s do not become major cases", csm_record_table(ctx, rec))
                    : CSM_OK;
}

static csm_status propose_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    step s = { .id = csm_arg_id(ctx, in, 0), .state = "proposed", .work_notes = csm_arg_text(ctx, in, 1),
               .business_impact = csm_arg_text(ctx, in, 2) };
    csm_record *rec;

    CSM_TRY(csm_record_get_open(ctx, CASE, s.id, &rec));
    CSM_TRY(check_proposable(ctx, rec));
    CSM_TRY(csm_as_plugin(ctx, take_step, &s));
    return answer(ctx, s.id, out);
}

/* ---- opening one ---- */

static const csm_param open_params[] = {
    CSM_PARAM("short_description", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = 160),
    CSM_PARAM("description", CSM_T_TEXT, .max = 4000),
    CSM_PARAM("priority", CSM_T_INT, .min = 1, .max = 5),
    CSM_PARAM("category", CSM_T_INT, .max = 5),
    CSM_PARAM("product", CSM_T_ID, .table = "cmdb_model"),
    CSM_PARAM("assignment_group", CSM_T_ID, .table = "sys_user_group"),
    CSM_PARAM("business_impact", CSM_T_TEXT, .max = 4000),
    CSM_PARAM("probable_cause", CSM_T_TEXT, .max = 4000),
    CSM_PARAM("work_notes", CSM_T_TEXT, .max = 4000),
    CSM_PARAM("table", CSM_T_TEXT, .dflt = CASE, .max = 80, .doc = "A table of cases, with " PROPERTY_TYPE),
};
enum { OPEN_FIELDS = sizeof(open_params) / sizeof(open_params[0]) - 1, OPEN_TABLE = OPEN_FIELDS };

/* With the caller's rights: whoever may open such a case. */
static csm_status open_case(csm_ctx *ctx, const csm_args *in, csm_id *out)
{
    csm_str name = csm_str_copy(ctx, csm_arg_text(ctx, in, OPEN_TABLE)), fields;
    csm_record *rec;
    bool excluded;

    if (name.ptr == NULL)
        return CSM_E_NOMEM;
    if (!csm_table_is_a(ctx, name.ptr, CASE) ||
        (strcmp(name.ptr, CASE) != 0 && !csm_property_is_true(ctx, PROPERTY_TYPE)))
        return csm_fail_field(ctx, CSM_E_INVALID, "table", "argument \"table\": major cases are not of table \"%s\"", name.ptr);
    CSM_TRY(csm_record_create(ctx, name.ptr, &rec));
    CSM_TRY(ask_major(ctx, rec, &fields, &excluded));
    if (excluded)
        return csm_fail_field(ctx, CSM_E_REJECTED, "table", "cases of table %s do not become major cases", name.ptr);
    for (uint32_t n = 0; n < OPEN_FIELDS; n++)
        if (!csm_is_nil(csm_arg(ctx, in, n)))
            CSM_TRY(csm_record_set(ctx, rec, open_params[n].name, csm_arg(ctx, in, n)));
    CSM_TRY(csm_record_set_bool(ctx, rec, "proactive", true));
    CSM_TRY(csm_record_insert(ctx, rec));
    *out = csm_record_id(ctx, rec);
    return CSM_OK;
}

static csm_status open_as(csm_ctx *ctx, const csm_args *in, csm_reply *out, const char *state)
{
    step s = { .state = state };

    CSM_TRY(open_case(ctx, in, &s.id));
    CSM_TRY(csm_as_plugin(ctx, take_step, &s));
    return answer(ctx, s.id, out);
}

static csm_status create_candidate_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return open_as(ctx, in, out, "proposed");
}

static csm_status create_major_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return open_as(ctx, in, out, "accepted");
}

/* ---- approving ---- */

/* Opened to be one: nobody's, by the provider. */
static bool is_direct(csm_ctx *ctx, const csm_record *rec)
{
    static const char *const customers[] = { "account", "contact", "consumer", "household", "requested_by" };

    for (size_t n = 0; n < sizeof(customers) / sizeof(customers[0]); n++)
        if (!csm_is_nil(csm_record_value(ctx, rec, customers[n])))
            return false;
    return csm_record_bool(ctx, rec, "proactive");
}

static csm_status copy_fields(csm_ctx *ctx, const csm_record *from, csm_record *to)
{
    csm_str names, next, name;
    bool excluded;

    CSM_TRY(ask_major(ctx, from, &names, &excluded));
    while (csm_names_next(&names, &next)) {
        name = csm_str_copy(ctx, next);
        if (name.ptr == NULL)
            return CSM_E_NOMEM;
        if (csm_table_has_field(ctx, csm_record_table(ctx, from), name.ptr) &&
            csm_table_has_field(ctx, csm_record_table(ctx, to), name.ptr))
            CSM_TRY(csm_record_set(ctx, to, name.ptr, csm_record_value(ctx, from, name.ptr)));
    }
    return CSM_OK;
}

/* A case of a customer stays his and becomes the first child of a new one. */
static csm_status raise(csm_ctx *ctx, csm_record *candidate, csm_id *out)
{
    const char *table = csm_property_is_true(ctx, PROPERTY_TYPE) ? csm_record_table(ctx, candidate) : CASE;
    csm_record *major;

    CSM_TRY(csm_record_create(ctx, table, &major));
    CSM_TRY(copy_fields(ctx, candidate, major));
    CSM_TRY(csm_record_set_bool(ctx, major, "proactive", true));
    CSM_TRY(csm_record_set(ctx, major, "major_case_state", csm_ctext("accepted")));
    CSM_TRY(csm_record_insert(ctx, major));
    *out = csm_record_id(ctx, major);
    CSM_TRY(csm_record_set_ref(ctx, candidate, "parent", *out));
    return write_state(ctx, candidate, NULL, CSM_STR("Approved as a major case"));
}

static csm_status approve(csm_ctx *ctx, void *arg)
{
    step *s = arg;
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, CASE, s->id, &rec));
    s->major = s->id;
    if (is_direct(ctx, rec))
        return write_state(ctx, rec, "accepted", CSM_STR("Approved as a major case"));
    return raise(ctx, rec, &s->major);
}

static csm_status candidate(csm_ctx *ctx, csm_id id)
{
    csm_record *rec;

    CSM_TRY(csm_record_get_open(ctx, CASE, id, &rec));
    return is_in_state(ctx, rec, "proposed") ? CSM_OK : csm_fail(ctx, CSM_E_STATE, "the case is not proposed as a major case");
}

static csm_status approve_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    step s = { .id = csm_arg_id(ctx, in, 0) };

    CSM_TRY(candidate(ctx, s.id));
    CSM_TRY(csm_as_plugin(ctx, approve, &s));
    return answer(ctx, s.major, out);
}

static csm_status reject_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    step s = { .id = csm_arg_id(ctx, in, 0), .state = "rejected", .work_notes = csm_arg_text(ctx, in, 1) };

    CSM_TRY(candidate(ctx, s.id));
    if (s.work_notes.len == 0)
        return csm_fail_field(ctx, CSM_E_INVALID, "work_notes", "argument \"work_notes\": why it is rejected");
    CSM_TRY(csm_as_plugin(ctx, take_step, &s));
    return answer(ctx, s.id, out);
}

static csm_status cancel_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    step s = { .id = csm_arg_id(ctx, in, 0), .state = "canceled", .work_notes = csm_arg_text(ctx, in, 1) };
    csm_record *rec;

    CSM_TRY(csm_record_get_open(ctx, CASE, s.id, &rec));
    if (!is_in_state(ctx, rec, "proposed") && !is_in_state(ctx, rec, "accepted"))
        return csm_fail(ctx, CSM_E_STATE, "the case is neither a major case nor proposed as one");
    if (csm_record_bool(ctx, rec, "child_case_creation_progress") || csm_record_int(ctx, rec, "child_case_count") > 0)
        return csm_fail(ctx, CSM_E_STATE, "the major case has child cases; close it, or remove them first");
    CSM_TRY(csm_as_plugin(ctx, take_step, &s));
    return answer(ctx, s.id, out);
}

/* ---- the methods ---- */

static const csm_param propose_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The case"),
    CSM_PARAM("work_notes", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .min = 1, .max = 4000, .doc = "Why it is more than one case"),
    CSM_PARAM("business_impact", CSM_T_TEXT, .max = 4000),
};
static const csm_param id_params[] = { CSM_PARAM_ID("id", .table = CASE, .doc = "The case") };
static const csm_param reject_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The case"),
    CSM_PARAM("work_notes", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 4000, .doc = "Why"),
};
static const csm_param cancel_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The case"), CSM_PARAM("work_notes", CSM_T_TEXT, .max = 4000, .doc = "Why"),
};
static const csm_param children_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The major case"),
    CSM_PARAM("comments", CSM_T_TEXT, .max = 4000, .doc = "What the customers are told, on new child cases only"),
};
static const csm_param add_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The major case"),
    CSM_PARAM("cases", CSM_T_LIST, .flags = CSM_PARAM_REQUIRED, .table = CASE, .min = 1, .max = 200, .doc = "Cases there are"),
};
static const csm_param remove_params[] = { CSM_PARAM_ID("id", .table = CASE, .doc = "The child case") };

#define VERB(n, p, r, f, d) { .name = "case." n, .params = CSM_ARRAY(p), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES, \
                              .role = (r), .since = 1, .run = (f), .doc = (d) }

const csm_method major_issue_methods[MAJOR_ISSUE_METHODS] = {
    VERB("propose_major_case", propose_params, AGENTS, propose_method, "Proposes a case as a major case; answers it"),
    VERB("create_major_case_candidate", open_params, AGENTS, create_candidate_method,
         "Opens a case without customer that is proposed as a major case; answers it"),
    VERB("create_major_case", open_params, MANAGERS, create_major_method, "Opens a major case; answers it"),
    VERB("approve_major_case", id_params, MANAGERS, approve_method,
         "Approves a candidate; answers the major case: the candidate itself when it has no customer, else a new one"),
    VERB("reject_major_case", reject_params, MANAGERS, reject_method, "Says why a candidate is none; answers it"),
    VERB("cancel_major_case", cancel_params, MANAGERS, cancel_method,
         "A candidate, or a major case without children, goes on as a plain case; answers it"),
    VERB("create_child_cases", children_params, MANAGERS, create_children_method,
         "Begins to make a child case for each recipient who has none; answers the major case"),
    VERB("add_child_cases", add_params, MANAGERS, add_children_method,
         "Makes cases there are children of a major case; answers which were added, and why others were not"),
    VERB("remove_child_case", remove_params, MANAGERS, remove_child_method, "A child case goes on by itself; answers it"),
};
