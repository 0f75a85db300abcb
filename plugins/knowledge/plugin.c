/* The descriptor: what this plugin brings. */
#include "knowledge.h"

static const csm_role roles[] = { { ADMIN, AUTHOR, "Keeps knowledge bases and who may use them" } };

static const csm_seed seeds[] = {
    { CRITERIA, "internal", "name=Internal users^roles=@key:sys_user_role/snc_internal" },
    { CRITERIA, "external", "name=All external users^roles=@key:sys_user_role/snc_external" },
};

static const csm_job jobs[] = {
    { .name = JOB_TELL, .run = tell_tasks, .doc = "Tells tasks that an attached article changed, a page at a time" },
};

static const csm_dep depends[] = { { "foundation", "1.0" } };

CSM_PLUGIN(knowledge, .version = "1.0.0", .summary = "Knowledge bases, articles and their readers", .alias = "com.snc.knowledge",
           .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(knowledge_tables), .seeds = CSM_ARRAY(seeds), .roles = CSM_ARRAY(roles),
           .scopes = CSM_ARRAY(knowledge_scopes), .caller_values = CSM_ARRAY(knowledge_values),
           .states = CSM_ARRAY(knowledge_states), .rules = CSM_ARRAY(knowledge_rules),
           .methods = CSM_ARRAY(knowledge_methods), .jobs = CSM_ARRAY(jobs))
