/* The life of contracts, their lines and entitlements: begun by the day or by hand, ended by the day, the parent or by hand.
 * Source: DOMAIN 4.18. */
#include "contracts.h"

static const csm_state states[] = {
    { "draft", CSM_STATE_INITIAL },
    { "active", CSM_STATE_INITIAL },
    { "suspended", CSM_STATE_INITIAL },
    { "expired", CSM_STATE_INITIAL | CSM_STATE_CLOSED },
    { "cancelled", CSM_STATE_INITIAL | CSM_STATE_CLOSED },
};

#define OPEN "stateINdraft,active,suspended"
#define MAY_BEGIN "approverISEMPTY^starts<=@today^NQapproval=approved^starts<=@today"

/* An approver writes a contract too, only to decide on it. */
#define KEEPERS "contract_manager,sn_pss_core.service_contract_manager"
#define BY_THE_DAY "admin" /* and the engine */

#define SUSPEND                                                                                                      \
    { .name = "suspend", .from = "active", .to = "suspended", .roles = KEEPERS, .doc = "Holds for now no more" },    \
        { .name = "resume", .from = "suspended", .to = "active", .roles = KEEPERS, .doc = "Holds again" }
#define END                                                                                                          \
    { .name = "expire", .from = "draft,active,suspended", .to = "expired", .roles = BY_THE_DAY, .doc = "Its last day is over" }, \
        { .name = "cancel", .from = "draft,active,suspended", .to = "cancelled", .roles = KEEPERS, .doc = "Ended before its time" }

static const csm_transition contract_transitions[] = {
    { .name = "submit", .from = "draft", .roles = KEEPERS, .required = "approver", .sets = "approval=requested", .doc = "Asks the approver" },
    { .name = "approve", .from = "draft", .filter = "approver=@me^approval=requested",
      .filter_message = "only its approver decides, when asked", .sets = "approval=approved", .doc = "Begins on its first day" },
    { .name = "reject", .from = "draft", .filter = "approver=@me^approval=requested",
      .filter_message = "only its approver decides, when asked", .sets = "approval=rejected", .doc = "Stays a draft" },
    { .name = "activate", .from = "draft", .to = "active", .roles = KEEPERS, .filter = MAY_BEGIN,
      .filter_message = "its first day has not come, or its approver has not approved it", .doc = "Begins" },
    { .name = "wait", .from = "active", .to = "draft", .roles = BY_THE_DAY, .doc = "Not before its first day" },
    SUSPEND,
    END,
};
static const csm_timed contract_times[] = {
    { "stateINactive,suspended^ends<@today", "expired", CSM_TIMED_ON_WRITE, "Its last day is over" },
    { "state=active^starts>@today", "draft", CSM_TIMED_ON_WRITE, "Not before its first day" },
    { "state=draft^approval=approved^starts<=@today", "active", CSM_TIMED_ON_WRITE, "What is approved begins" },
    { "state=draft^approverISEMPTY^starts<=@today", "active", 0, "Its first day has come" },
};

static const csm_transition part_transitions[] = {
    { .name = "activate", .from = "draft", .to = "active", .roles = KEEPERS, .doc = "Begins" }, SUSPEND, END,
};
/* Ends with what it belongs to. */
#define WITH(parent)                                                                                                 \
    { OPEN "^" parent ".state=cancelled", "cancelled", CSM_TIMED_ON_WRITE, "With what it belongs to" },              \
        { OPEN "^" parent ".state=expired", "expired", CSM_TIMED_ON_WRITE, "With what it belongs to" }
#define UNDER(parent) "^" parent "ISEMPTY^OR" parent ".state=active"

static const csm_timed line_times[] = {
    WITH("contract"),
    WITH("parent_contract_line"),
    { OPEN "^ends<@today", "expired", CSM_TIMED_ON_WRITE, "Its last day is over" },
    { "state=draft^startsISEMPTY^ORstarts<=@today" UNDER("contract") UNDER("parent_contract_line"), "active", 0, "Begins" },
};
static const csm_timed entitlement_times[] = {
    WITH("contract"),
    WITH("service_contract_line"),
    { OPEN "^end_date<@today", "expired", CSM_TIMED_ON_WRITE, "Its last day is over" },
    { "state=draft^start_date<=@today" UNDER("contract") UNDER("service_contract_line"), "active", 0, "Its first day has come" },
    { "state=draft^start_dateISEMPTY^contract.state=active" UNDER("service_contract_line"), "active", 0, "With its contract" },
};

const csm_state_model contracts_states[CONTRACTS_STATES] = {
    { .table = "ast_contract", .field = "state", .states = CSM_ARRAY(states), .transitions = CSM_ARRAY(contract_transitions),
      .methods = "contract", .timed = CSM_ARRAY(contract_times) },
    { .table = "sn_pss_core_service_contract_line", .field = "state", .states = CSM_ARRAY(states),
      .transitions = CSM_ARRAY(part_transitions), .methods = "contract_line", .timed = CSM_ARRAY(line_times) },
    { .table = "service_entitlement", .field = "state", .states = CSM_ARRAY(states), .transitions = CSM_ARRAY(part_transitions),
      .methods = "entitlement", .timed = CSM_ARRAY(entitlement_times) },
};

/* ---- what ends with it ---- */

#define AT_ONCE 500u

/* Writing a row has it follow what it belongs to. Those beyond the first are moved within the hour. */
static csm_status write_those(csm_ctx *ctx, const csm_change *ch, const char *table, const char *field)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, csm_id_value(csm_change_id(ctx, ch)));
    csm_query_filter(ctx, q, OPEN);
    csm_query_limit(ctx, q, AT_ONCE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        if ((st = csm_record_set(ctx, row, "state", csm_record_value(ctx, row, "state"))) != CSM_OK ||
            (st = csm_record_update(ctx, row)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

csm_status contract_ended(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(write_those(ctx, ch, "sn_pss_core_service_contract_line", "contract"));
    return write_those(ctx, ch, "service_entitlement", "contract");
}

csm_status line_ended(csm_ctx *ctx, csm_change *ch)
{
    CSM_TRY(write_those(ctx, ch, "sn_pss_core_service_contract_line", "parent_contract_line"));
    return write_those(ctx, ch, "service_entitlement", "service_contract_line");
}
