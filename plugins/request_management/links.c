/* The links case -> request and case -> requested item: what is copied, what the case is told. Never a comment: the agent
 * relays. Source: DOMAIN 4.3. */
#include "request_management.h"

#define STILL_WORKED "active=true" /* cases that take notes */

static const csm_link_note request_notes[] = {
    { "request_stateCHANGES", "${number}: ${request_state.old} -> ${request_state}" },
    { "activeCHANGESTOfalse^close_notesISNOTEMPTY", "${number} closed: ${close_notes}" },
    { "commentsCHANGES", "${number} comment: ${comments}" },
};
static const csm_link_note item_notes[] = {
    { "stageCHANGES", "${number} ${short_description}: ${stage.old} -> ${stage}" },
    { "activeCHANGESTOfalse", "${number} ${short_description}: ${state} ${close_notes}" },
    { "commentsCHANGES", "${number} comment: ${comments}" },
};

const csm_task_link request_management_links[REQUEST_MANAGEMENT_LINKS] = {
    { .name = "request", .source = CASE, .linked = REQUEST, .field = "parent", .direction = CSM_LINK_BACK, .methods = "case",
      .role = "sn_request_write", .may_create = STILL_WORKED, .may_create_message = "the case is closed",
      .may_associate = "active=true", .copies = "short_description,description,company=account", .point = POINT_REQUEST,
      .params = "short_description,description,requested_for,special_instructions,delivery_address,due_date",
      .source_note = "work_notes", .linked_note = "work_notes", .told = STILL_WORKED, .notes = CSM_ARRAY(request_notes),
      .released = "active=false", .doc = "What the customer asked for" },
    { .name = "request_item", .source = CASE, .linked = REQUEST_ITEM, .field = "parent", .direction = CSM_LINK_BACK,
      .source_note = "work_notes", .told = STILL_WORKED, .notes = CSM_ARRAY(item_notes), .released = "active=false",
      .doc = "One thing of it" },
};
