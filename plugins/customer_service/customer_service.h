/* What the files of this plugin share: the sizes of their declarations and the few calls across files. */
#ifndef CUSTOMER_SERVICE_H
#define CUSTOMER_SERVICE_H

#include <csm/csm.h>

/* Declarations, one array per file. A count that is too large leaves nameless entries, which the server refuses. */
enum {
    CUSTOMER_SERVICE_TABLES = 8,
    CUSTOMER_SERVICE_CASE_FIELDS = 36,
    CUSTOMER_SERVICE_CASE_INDEXES = 12,
    CUSTOMER_SERVICE_EXTS = 1,
    CUSTOMER_SERVICE_LINKS = 1,
    CUSTOMER_SERVICE_STATES = 2,
    CUSTOMER_SERVICE_SCOPES = 71,
    CUSTOMER_SERVICE_RULES = 28,
    CUSTOMER_SERVICE_METHODS = 7,
    CUSTOMER_SERVICE_SEEDS = 15,
    CUSTOMER_SERVICE_DEMO = 56,
};

extern const csm_table customer_service_tables[CUSTOMER_SERVICE_TABLES];
extern const csm_table_ext customer_service_exts[CUSTOMER_SERVICE_EXTS];
extern const csm_task_link customer_service_links[CUSTOMER_SERVICE_LINKS];
extern const csm_field customer_service_case_fields[CUSTOMER_SERVICE_CASE_FIELDS];
extern const csm_index customer_service_case_indexes[CUSTOMER_SERVICE_CASE_INDEXES];
extern const csm_state_model customer_service_states[CUSTOMER_SERVICE_STATES];
extern const csm_scope customer_service_scopes[CUSTOMER_SERVICE_SCOPES];
extern const csm_rule customer_service_rules[CUSTOMER_SERVICE_RULES];
extern const csm_method customer_service_methods[CUSTOMER_SERVICE_METHODS];
extern const csm_seed customer_service_seeds[CUSTOMER_SERVICE_SEEDS];
extern const csm_seed customer_service_demo[CUSTOMER_SERVICE_DEMO];

/* ---- who is who (case_people.c) ---- */

/* Whether @p contact may stand for @p account: at home there, tied to it, or with power over an account above it. */
csm_status person_covers(csm_ctx *ctx, csm_id contact, csm_id account, bool *out);
/* Whether @p partner serves @p account by a relationship of an active type. */
csm_status partner_serves(csm_ctx *ctx, csm_id partner, csm_id account, bool *out);
/* Whether the caller speaks for the customer of this case: from outside, or as the employee who is or acts for him. */
bool is_customer_side(csm_ctx *ctx, const csm_change *ch);
/* Caller value: accounts the user has a responsibility for. */
csm_status team_accounts(csm_ctx *ctx, csm_id user, csm_value *out);

/* ---- the customer and what he has (case_check.c) ---- */

typedef struct owner {
    csm_id account, consumer, household;
} owner;

/* Of a case, an asset, a contract, an entitlement. */
owner owner_of(csm_ctx *ctx, const csm_record *rec);
/* Whether a thing is this customer's; @p inherits: one of an account above too, when csm.entitlement.inherit allows it. */
csm_status owner_has(csm_ctx *ctx, const owner *who, const csm_record *thing, bool inherits, bool *out);

/* ---- entitlements (entitlements.c, units.c, verify.c) ---- */

/* What the notes of a case say that the customer closed without a solution. */
#define CLOSED_BY_CUSTOMER "Closed by customer"
#define POINT_ENTITLEMENT "sn_customerservice.entitlement_calc/1"
#define POINT_VERIFY "sn_customerservice.verify/1"
#define ENTITLEMENT_WEIGHTS "account=1,consumer=1,household=1,product=2,asset=3,sold_product=3,install_base=3,contract=4"

/* A demand on every entitlement, and what is said of one that does not meet it. */
typedef struct demand {
    const char *filter, *unmet;
} demand;

enum { ENTITLEMENT_DEMANDS = 6 };
extern const demand entitlement_demands[ENTITLEMENT_DEMANDS];

/* Entitlements that hold for the case, best first: asks the point. */
csm_status entitlements_of(csm_ctx *ctx, const csm_record *rec, csm_value *out_ids);
bool is_advanced(csm_ctx *ctx);
csm_verdict entitlement_calc(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status case_entitlement(csm_ctx *ctx, csm_change *ch);
csm_status case_entitlement_row(csm_ctx *ctx, csm_change *ch);
csm_status entitlement_row_check(csm_ctx *ctx, csm_change *ch);
csm_status case_units(csm_ctx *ctx, csm_change *ch);
csm_status entitlements_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status verify_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_verdict verify_case(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- rules of cases ---- */

csm_status case_from_customer(csm_ctx *ctx, csm_change *ch);
csm_status case_customer_changed(csm_ctx *ctx, csm_change *ch);
csm_status case_fill(csm_ctx *ctx, csm_change *ch);
csm_status case_check_customer(csm_ctx *ctx, csm_change *ch);
csm_status case_check_people(csm_ctx *ctx, csm_change *ch);
csm_status case_check_things(csm_ctx *ctx, csm_change *ch);
csm_status case_assignment(csm_ctx *ctx, csm_change *ch);
csm_status case_customer_wrote(csm_ctx *ctx, csm_change *ch);
csm_status case_first_response(csm_ctx *ctx, csm_change *ch);
csm_status case_auto_close_mark(csm_ctx *ctx, csm_change *ch);
csm_status case_may_delete(csm_ctx *ctx, csm_change *ch);
csm_status consumer_cases_a_day(csm_ctx *ctx, csm_change *ch);
csm_status consumer_comments_a_day(csm_ctx *ctx, csm_change *ch);
csm_status consumer_files_a_record(csm_ctx *ctx, csm_change *ch);
csm_status case_report(csm_ctx *ctx, csm_change *ch);

/* ---- guards and effects of transitions ---- */

csm_status case_solution_proposed(csm_ctx *ctx, csm_change *ch);
csm_status case_reopened(csm_ctx *ctx, csm_change *ch);
csm_status case_may_reopen(csm_ctx *ctx, csm_change *ch);
csm_status case_closed_by_customer(csm_ctx *ctx, csm_change *ch);
csm_status case_offer_survey(csm_ctx *ctx, csm_change *ch);

/* ---- methods ---- */

/* case.related (knowledge.c). */
csm_status case_related_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
/* case.relay (relay.c). */
csm_status case_relay_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);

/* ---- what hangs on cases ---- */

csm_status task_of_open_case(csm_ctx *ctx, csm_change *ch);
csm_status task_noted(csm_ctx *ctx, csm_change *ch);
csm_status task_contributors(csm_ctx *ctx, csm_change *ch);
csm_status party_may_go(csm_ctx *ctx, csm_change *ch);
csm_status party_changed(csm_ctx *ctx, csm_change *ch);
csm_status decision_told(csm_ctx *ctx, csm_change *ch);
csm_status survey_taken(csm_ctx *ctx, csm_change *ch);
csm_status auto_close_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);

#endif
