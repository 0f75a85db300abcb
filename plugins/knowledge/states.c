/* The life of an article. Customers read it while it is published. */
#include "knowledge.h"

static const csm_state states[] = {
    { "draft", CSM_STATE_INITIAL }, { "review", 0 }, { "published", 0 }, { "pending_retirement", 0 },
    { "retired", CSM_STATE_INACTIVE }, { "outdated", CSM_STATE_INACTIVE },
};

static const csm_transition transitions[] = {
    { .name = "submit", .from = "draft", .to = "review", .roles = AUTHOR, .required = "text", .doc = "Somebody looks it over" },
    { .name = "publish", .from = "draft,review", .to = "published", .roles = AUTHOR, .required = "text",
      .sets = "published_at=@now", .doc = "Readers find it" },
    { .name = "send_back", .from = "review", .to = "draft", .roles = AUTHOR, .doc = "It is not right yet" },
    { .name = "ask_retirement", .from = "published", .to = "pending_retirement", .roles = AUTHOR, .doc = "It may no longer hold" },
    { .name = "keep", .from = "pending_retirement", .to = "published", .roles = AUTHOR, .doc = "It still holds" },
    { .name = "retire", .from = "published,pending_retirement", .to = "retired", .roles = AUTHOR, .doc = "It no longer holds" },
    { .name = "supersede", .from = "published,pending_retirement", .to = "outdated", .roles = AUTHOR, .doc = "Another one replaced it" },
    { .name = "revise", .from = "retired,outdated", .to = "draft", .roles = AUTHOR, .sets = "published_at=",
      .doc = "It is written anew" },
};

const csm_state_model knowledge_states[KNOWLEDGE_STATES] = {
    { .table = ARTICLE, .field = "workflow_state", .states = CSM_ARRAY(states), .transitions = CSM_ARRAY(transitions),
      .methods = "knowledge", .active = "active" },
};
