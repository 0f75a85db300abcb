/* What the files of this plugin share. */
#ifndef KNOWLEDGE_H
#define KNOWLEDGE_H

#include <csm/csm.h>

#define ARTICLE "kb_knowledge"
#define BASE "kb_knowledge_base"
#define CATEGORY "kb_category"
#define CRITERIA "user_criteria"
#define ATTACHED "m2m_kb_task"
#define GAP "kb_feedback_task"

#define AUTHOR "knowledge"
#define ADMIN "knowledge_admin"

#define JOB_TELL "knowledge.tell"

enum {
    KNOWLEDGE_TABLES = 10,
    KNOWLEDGE_SCOPES = 27,
    KNOWLEDGE_VALUES = 2,
    KNOWLEDGE_STATES = 1,
    KNOWLEDGE_METHODS = 3,
    KNOWLEDGE_RULES = 3,
};

extern const csm_table knowledge_tables[KNOWLEDGE_TABLES];
extern const csm_scope knowledge_scopes[KNOWLEDGE_SCOPES];
extern const csm_caller_value knowledge_values[KNOWLEDGE_VALUES];
extern const csm_state_model knowledge_states[KNOWLEDGE_STATES];
extern const csm_method knowledge_methods[KNOWLEDGE_METHODS];
extern const csm_rule knowledge_rules[KNOWLEDGE_RULES];

/* knowledge.limit_to_internal: nobody from outside reads the base any more (criteria.c). */
csm_status limit_to_internal_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* A page of the tasks that an article hangs on is told that it changed (attach.c). */
csm_status tell_tasks(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

#endif
