/* After a case is settled: its figures, the survey, and the closing of those whose customer never answers. */
#include "customer_service.h"

enum { STATE_CLOSED = 3, STATE_RESOLVED = 6, STATE_AWAITING = 18 };
enum { CONTACT_NONE = 0, CONTACT_FALSE = 2 };

/* ---- figures ---- */

static csm_status get_report(csm_ctx *ctx, csm_change *ch, csm_record **out)
{
    csm_record *report, *self;

    CSM_TRY(csm_query_first(ctx, "sn_customerservice_case_report", "case", csm_id_value(csm_change_id(ctx, ch)), &report));
    if (report != NULL)
        return csm_record_get(ctx, "sn_customerservice_case_report", csm_record_id(ctx, report), out);
    CSM_TRY(csm_record_create(ctx, "sn_customerservice_case_report", &report));
    CSM_TRY(csm_record_set_ref(ctx, report, "case", csm_change_id(ctx, ch)));
    CSM_TRY(csm_record_insert(ctx, report));
    CSM_TRY(csm_record_get(ctx, "sn_customerservice_case", csm_change_id(ctx, ch), &self));
    if (csm_record_bool(ctx, self, "active")) {
        CSM_TRY(csm_record_set_ref(ctx, self, "case_report", csm_record_id(ctx, report)));
        CSM_TRY(csm_record_update(ctx, self));
    }
    return csm_record_get(ctx, "sn_customerservice_case_report", csm_record_id(ctx, report), out);
}

csm_status case_report(csm_ctx *ctx, csm_change *ch)
{
    int64_t state = csm_change_new_int(ctx, ch, "state");
    bool settled = csm_change_touches(ctx, ch, "state") && state == STATE_RESOLVED;
    bool asked = csm_change_touches(ctx, ch, "state") && state == STATE_AWAITING;
    bool again = csm_change_touches(ctx, ch, "reopen_count"), moved = csm_change_touches(ctx, ch, "reassignment_count");
    csm_record *report;

    if (!settled && !asked && !again && !moved)
        return CSM_OK;
    CSM_TRY(get_report(ctx, ch, &report));
    CSM_TRY(csm_record_set_int(ctx, report, "reopen_count", csm_change_new_int(ctx, ch, "reopen_count")));
    CSM_TRY(csm_record_set_int(ctx, report, "agent_reassignment_count", csm_change_new_int(ctx, ch, "reassignment_count")));
    if (settled)
        CSM_TRY(csm_record_set_int(ctx, report, "time_to_resolve",
                                   (csm_now(ctx) - csm_value_int(csm_change_new(ctx, ch, "opened_at"))) / CSM_SECOND));
    if (asked || again)
        CSM_TRY(csm_record_set_int(ctx, report, "first_contact_resolution", CONTACT_FALSE));
    return csm_record_update(ctx, report);
}

/* ---- survey ---- */

/* One per case, however often it is closed. */
csm_status case_offer_survey(csm_ctx *ctx, csm_change *ch)
{
    csm_record *survey;
    csm_id person = csm_change_new_ref(ctx, ch, "contact");

    CSM_TRY(csm_query_first(ctx, "asmt_assessment_instance", "task", csm_id_value(csm_change_id(ctx, ch)), &survey));
    if (survey != NULL)
        return CSM_OK;
    if (csm_id_is_none(person))
        person = csm_change_new_ref(ctx, ch, "partner_contact");
    if (csm_id_is_none(person))
        person = csm_change_new_ref(ctx, ch, "requested_by");
    CSM_TRY(csm_record_create(ctx, "asmt_assessment_instance", &survey));
    CSM_TRY(csm_record_set_ref(ctx, survey, "task", csm_change_id(ctx, ch)));
    CSM_TRY(csm_record_set_ref(ctx, survey, "user", person));
    CSM_TRY(csm_record_set_ref(ctx, survey, "consumer", csm_change_new_ref(ctx, ch, "consumer")));
    return csm_record_insert(ctx, survey);
}

/* The score of a survey goes to the case's figures. */
csm_status survey_taken(csm_ctx *ctx, csm_change *ch)
{
    csm_record *report = NULL;

    if (!csm_change_touches(ctx, ch, "score"))
        return CSM_OK;
    CSM_TRY(csm_query_first(ctx, "sn_customerservice_case_report", "case", csm_change_new(ctx, ch, "task"), &report));
    if (report == NULL)
        return CSM_OK;
    CSM_TRY(csm_record_get(ctx, "sn_customerservice_case_report", csm_record_id(ctx, report), &report));
    CSM_TRY(csm_record_set(ctx, report, "customer_satisfaction_score", csm_change_new(ctx, ch, "score")));
    return csm_record_update(ctx, report);
}

/* ---- closing by itself ---- */

#define PAGE 50u

static csm_status close_one(csm_ctx *ctx, csm_id id)
{
    csm_pair comment = { CSM_STR_INIT("comments"), csm_ctext("auto closed") };
    csm_value args = csm_map(&comment, 1);
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, "sn_customerservice_case", id, &rec));
    return csm_transition_run(ctx, rec, "auto_close", &args);
}

/* Closes a page of solved cases whose customer did not answer in time. Off until an administrator turns it on. */
csm_status auto_close_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    csm_time before = csm_now(ctx) - csm_property_int(ctx, "csm.case.auto_close_days", 10, 0, 99999) * CSM_DAY;
    csm_id page[PAGE];
    uint32_t count = 0;
    csm_query *q;
    csm_record *row;
    csm_status st;

    (void)args;
    (void)next_args;
    if (!csm_property_is_true(ctx, "csm.case.auto_close"))
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, "sn_customerservice_case", &q));
    csm_query_where(ctx, q, "state", CSM_OP_EQ, csm_int(STATE_RESOLVED));
    csm_query_where(ctx, q, "resolved_at", CSM_OP_LE, csm_time_value(before));
    csm_query_where(ctx, q, "auto_close", CSM_OP_EQ, csm_bool(true));
    csm_query_limit(ctx, q, PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && count < PAGE)
        page[count++] = csm_record_id(ctx, row);
    csm_query_close(ctx, q);
    CSM_TRY(st);
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(close_one(ctx, page[n]));
    *more = count == PAGE;
    return CSM_OK;
}
