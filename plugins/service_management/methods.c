/* What agents and customers do over the linked records. */
#include "service_management.h"

enum { INCIDENT_RESOLVED = 6 };

/* ---- reopening ---- */

static csm_status reopen_incident_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_pair note = { CSM_STR_INIT("work_notes"), csm_arg(ctx, in, 1) };
    csm_value args = csm_map(&note, csm_arg_text(ctx, in, 1).len > 0 ? 1 : 0);
    csm_record *from, *incident;
    csm_id id;

    CSM_TRY(csm_record_get_open(ctx, CASE, csm_arg_id(ctx, in, 0), &from));
    id = csm_record_ref(ctx, from, "incident");
    if (csm_id_is_none(id))
        return csm_fail(ctx, CSM_E_REJECTED, "the case has no incident");
    CSM_TRY(csm_record_get(ctx, "incident", id, &incident));
    if (!csm_record_bool(ctx, incident, "active"))
        return csm_fail(ctx, CSM_E_STATE, "the incident is closed; raise a new one");
    if (csm_record_int(ctx, incident, "state") != INCIDENT_RESOLVED)
        return csm_fail(ctx, CSM_E_STATE, "the incident is not resolved");
    CSM_TRY(csm_transition_run(ctx, incident, "reopen", &args));
    CSM_TRY(csm_record_get(ctx, "incident", id, &incident));
    return csm_reply_record(ctx, out, incident);
}

/* ---- what a customer may be shown ---- */

typedef struct look {
    const char *link, *field, *table;
    const char *property; /* opens it to customers */
    csm_id source, id;
    csm_value shown;
} look;

static const look looks[] = {
    { .link = "problem", .field = "problem", .table = "problem", .property = "csm.external_access.problem" },
    { .link = "change", .field = "change", .table = "change_request", .property = "csm.external_access.change" },
};

/* The column itself is closed to customers. */
static csm_status follow(csm_ctx *ctx, void *arg)
{
    look *l = arg;
    csm_record *from;

    CSM_TRY(csm_record_get(ctx, CASE, l->source, &from));
    l->id = csm_record_ref(ctx, from, l->field);
    return CSM_OK;
}

static csm_status show(csm_ctx *ctx, void *arg)
{
    static const char *const fields[] = { "number", "short_description", "state", "start_date", "end_date" };
    look *l = arg;
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, l->table, l->id, &rec));
    for (size_t n = 0; n < sizeof(fields) / sizeof(fields[0]); n++)
        if (csm_table_has_field(ctx, l->table, fields[n]))
            CSM_TRY(csm_map_add(ctx, &l->shown, fields[n], csm_text(csm_record_display(ctx, rec, fields[n]))));
    return CSM_OK;
}

/* The problem or change of a readable case, in the few fields a customer may see. */
static csm_status linked_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str link = csm_arg_text(ctx, in, 1);
    csm_record *from;
    look l = { 0 };
    bool may = false;

    for (size_t n = 0; n < sizeof(looks) / sizeof(looks[0]); n++)
        if (csm_str_is(link, looks[n].link))
            l = looks[n];
    if (l.table == NULL)
        return csm_fail_field(ctx, CSM_E_INVALID, "link", "argument \"link\": problem or change");
    l.source = csm_arg_id(ctx, in, 0);
    l.shown = csm_map(NULL, 0);
    CSM_TRY(csm_record_get(ctx, CASE, l.source, &from));
    CSM_TRY(csm_as_plugin(ctx, follow, &l));
    if (!csm_id_is_none(l.id) && csm_caller_is_external(ctx))
        may = csm_property_is_true(ctx, l.property);
    else if (!csm_id_is_none(l.id))
        CSM_TRY(csm_caller_can(ctx, l.table, l.id, CSM_OP_READ, &may));
    if (!may)
        return csm_fail(ctx, CSM_E_NOT_FOUND, "the case has no %s to be shown", l.link);
    CSM_TRY(csm_as_plugin(ctx, show, &l));
    return csm_reply_value(ctx, out, l.shown);
}

/* ---- the methods ---- */

static const csm_param reopen_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The case"),
    CSM_PARAM("work_notes", CSM_T_TEXT, .max = 4000, .doc = "Why, for technical support"),
};
static const csm_param linked_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The case"),
    CSM_PARAM("link", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 20, .doc = "problem or change"),
};
static const csm_param ask_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The case"),
    CSM_PARAM("comments", CSM_T_TEXT, .dflt = "", .max = 4000, .doc = "What is asked, for the customer"),
};
static const csm_param record_params[] = {
    CSM_PARAM_ID("id", .table = CASE, .doc = "The case"),
    CSM_PARAM("comments", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 4000, .doc = "Who said it, when, by what channel"),
};

static const csm_param create_error_params[] = {
    CSM_PARAM_ID("id", .table = "problem", .doc = "The problem"),
    CSM_PARAM_ID("kb_knowledge_base", .table = "kb_knowledge_base", .doc = "Where the article goes"),
};
static const csm_param tie_error_params[] = {
    CSM_PARAM_ID("id", .table = "problem", .doc = "The problem"),
    CSM_PARAM_ID("article", .table = "kb_knowledge", .doc = "The article"),
};

const csm_method service_management_methods[SERVICE_MANAGEMENT_METHODS] = {
    { .name = "case.reopen_incident", .params = CSM_ARRAY(reopen_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "sn_incident_write", .since = 1, .run = reopen_incident_method,
      .doc = "The solution did not hold: the case's resolved incident is worked on again; answers it" },
    { .name = "case.linked", .params = CSM_ARRAY(linked_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_EXTERNAL, .since = 1,
      .run = linked_method,
      .doc = "Number, title, state and dates of the case's problem or change; to customers when csm.external_access.* is on" },
    { .name = "case.request_approval", .params = CSM_ARRAY(ask_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = AGENTS, .since = 1, .run = request_approval_method,
      .doc = "Asks the customer to approve a change; answers the case. He answers by setting the state of the approval" },
    { .name = "case.record_approval", .params = CSM_ARRAY(record_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = AGENTS, .since = 1, .run = record_approval_method, .doc = "The customer approved by other means; answers the case" },
    { .name = "case.record_refusal", .params = CSM_ARRAY(record_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = AGENTS, .since = 1, .run = record_refusal_method, .doc = "The customer refused by other means; answers the case" },
    { .name = "problem.create_known_error", .params = CSM_ARRAY(create_error_params), .returns = CSM_T_MAP,
      .flags = CSM_METHOD_WRITES, .role = "sn_problem_write", .since = 1, .run = create_known_error_method,
      .doc = "Drafts an article from cause and workaround of the problem and ties it; its cases are told. Answers the article" },
    { .name = "problem.tie_known_error", .params = CSM_ARRAY(tie_error_params), .returns = CSM_T_MAP,
      .flags = CSM_METHOD_WRITES, .role = "sn_problem_write", .since = 1, .run = tie_known_error_method,
      .doc = "Ties an article that the caller may read to the problem; its cases are told. Answers the problem" },
};
