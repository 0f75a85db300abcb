/* The descriptor: what this plugin brings. */
#include "publications.h"

static const csm_derived derived[] = {
    { .kind = CSM_DERIVE_RUN, .table = LIST, .field = "recipient_table", .inputs = "type", .run = list_table,
      .doc = "The table its recipients stand in" },
};

#define RULE(t, w, o, f, d) { .table = (t), .when = (w), .order = (o), .run = (f), .name = "publications." #f, .doc = (d) }

static const csm_rule rules[] = {
    RULE(LIST, CSM_BEFORE_WRITE, 50, list_check, "A list says where its recipients come from; a locked one stays what it is"),
    RULE(LIST, CSM_BEFORE_DELETE, 50, list_keep, "A list in use stays"),
    RULE(RECIPIENT, CSM_BEFORE_INSERT, 50, recipient_check, "A list holds recipients of its type"),
    RULE(PUBLICATION, CSM_BEFORE_WRITE, 50, publication_check, "What was approved is what is shown"),
    RULE(PUBLICATION, CSM_AFTER_WRITE, 100, publication_schedule, "Published and ended in time"),
};

static const csm_param source_params[] = {
    CSM_PARAM_ID("list", .table = LIST), CSM_PARAM("source", CSM_T_TEXT, .doc = "Field script of the list"),
};
static const csm_param source_returns[] = {
    CSM_PARAM("recipients", CSM_T_LIST, .doc = "Ids of all who belong on it, at most 10000"),
};
static const csm_point points[] = {
    { .name = POINT_SOURCE, .params = CSM_ARRAY(source_params), .returns = CSM_ARRAY(source_returns),
      .doc = "Who belongs on a list of method script; whoever knows the source handles it. Asked at each page (RecipientSource)" },
};

static const csm_param add_params[] = {
    CSM_PARAM_ID("id", .table = LIST, .doc = "The list"),
    CSM_PARAM("recipients", CSM_T_LIST, .flags = CSM_PARAM_REQUIRED, .table = "sys_user", .max = 1000,
              .doc = "Accounts, contacts, consumers or users, by the type of the list"),
};
static const csm_param refresh_params[] = { CSM_PARAM_ID("id", .table = LIST, .doc = "The list") };
static const csm_method methods[] = {
    { .name = "recipients_list.add", .params = CSM_ARRAY(add_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "sn_publications_recipients_list_user", .since = 1, .run = list_add_method,
      .doc = "Puts recipients on a list; answers how many were added and how many were there" },
    { .name = "recipients_list.refresh", .params = CSM_ARRAY(refresh_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "sn_publications_recipients_list_user", .since = 1, .run = list_refresh_method,
      .doc = "Begins to compare a list with its condition or source; answers the list, whose refreshed_on tells when it is done" },
};

static const csm_job jobs[] = {
    { .name = JOB_REFRESH, .run = refresh_job, .doc = "Compares a recipients list with its source, in pages" },
    { .name = JOB_DUE, .run = due_job, .doc = "Publishes and ends a publication when its time has come" },
    { .name = JOB_TELL, .run = tell_job, .doc = "Mails the audience of a publication, in pages" },
};

static const csm_property properties[] = {
    { PROPERTY_MAILS, CSM_T_INT, "100000", "Most people mailed about one publication" },
};

static const csm_seed seeds[] = {
    { "sysevent_email_action", "publication_due", "name=Publication^event_name=" EVENT_DUE "^event_parm_1=true^active=true"
      "^subject=${title}^message=${body}" },
};

static const csm_caller_value caller_values[] = {
    { "my_recipient_lists", CSM_T_ID, my_recipient_lists, "Recipients lists one is addressed by" },
};

static const csm_dep depends[] = { { "foundation", "1.0" }, { "customer_base", "1.0" } };

CSM_PLUGIN(publications, .version = "1.0.0", .summary = "Recipients lists and publications", .alias = "com.sn_publications",
           .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(publications_tables), .scopes = CSM_ARRAY(publications_scopes),
           .field_rights = CSM_ARRAY(publications_field_rights), .caller_values = CSM_ARRAY(caller_values),
           .properties = CSM_ARRAY(properties), .seeds = CSM_ARRAY(seeds),
           .states = CSM_ARRAY(publications_states), .derived = CSM_ARRAY(derived), .rules = CSM_ARRAY(rules),
           .methods = CSM_ARRAY(methods), .points = CSM_ARRAY(points), .jobs = CSM_ARRAY(jobs))
