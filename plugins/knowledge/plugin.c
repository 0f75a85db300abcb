/* The descriptor: what this plugin brings. */
#include "knowledge.h"

static const csm_role roles[] = { { ADMIN, AUTHOR, "Keeps knowledge bases and who may use them" } };

static const csm_seed seeds[] = {
    { CRITERIA, "internal", "name=Internal users^roles=@key:sys_user_role/snc_internal" },
    { CRITERIA, "external", "name=All external users^roles=@key:sys_user_role/snc_external" },
};

/* A base for everybody and one for employees. */
static const csm_seed demo[] = {
    { BASE, "help", "title=Help^description=What customers can do themselves" },
    { BASE, "technical", "title=Technical notes^description=For those who look after the service" },
    { "kb_uc_can_read_mtom", "technical", "kb_knowledge_base=@key:kb_knowledge_base/technical^user_criteria=@key:user_criteria/internal" },
    { "kb_uc_cannot_read_mtom", "technical",
      "kb_knowledge_base=@key:kb_knowledge_base/technical^user_criteria=@key:user_criteria/external" },
    { ARTICLE, "restart", "short_description=How to restart the box^text=Hold the power button for ten seconds."
      "^kb_knowledge_base=@key:kb_knowledge_base/help^workflow_state=published^published_at=@now" },
    { ARTICLE, "edges", "short_description=Which edge serves which city^text=The list is kept by the network team."
      "^kb_knowledge_base=@key:kb_knowledge_base/technical^workflow_state=published^published_at=@now" },
};

static const csm_job jobs[] = {
    { .name = JOB_TELL, .run = tell_tasks, .doc = "Tells tasks that an attached article changed, a page at a time" },
};

static const csm_dep depends[] = { { "foundation", "1.0" } };

CSM_PLUGIN(knowledge, .version = "1.0.0", .summary = "Knowledge bases, articles and their readers", .alias = "com.snc.knowledge",
           .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(knowledge_tables), .seeds = CSM_ARRAY(seeds), .demo = CSM_ARRAY(demo), .roles = CSM_ARRAY(roles),
           .scopes = CSM_ARRAY(knowledge_scopes), .caller_values = CSM_ARRAY(knowledge_values),
           .states = CSM_ARRAY(knowledge_states), .rules = CSM_ARRAY(knowledge_rules),
           .methods = CSM_ARRAY(knowledge_methods), .jobs = CSM_ARRAY(jobs))
