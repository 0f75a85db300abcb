/* Acceptance of changes: the three life cycles, holds, dates, approvals, and changes raised from incidents and problems
 * (items 253, 256). */
#include "people.h"

#include <stdio.h>

#define CHANGE "change_request"

static const char *net; /* a group, the implementers */

static int setup(void **state)
{
    people *p = people_start("customer_service,change");

    *state = p;
    net = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Network'}");
    (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", p->tim, net);
    return 0;
}

static const char *template_of(people *p, const char *name)
{
    const char *before = p->who, *id;

    as(p, NULL);
    id = csm_tk_insert(p->tk, "std_change_producer", "{'name':'%s','implementation_plan':'as always'}", name);
    as(p, before);
    return id;
}

/* A change of a type in state New, made by tim. */
static const char *change_of(people *p, const char *type)
{
    static int count;
    char name[32], producer[80] = "";

    as(p, "tim");
    if (strcmp(type, "standard") == 0) {
        (void)snprintf(name, sizeof(name), "Reboot %d", ++count);
        (void)snprintf(producer, sizeof(producer), ",'std_change_producer':'%s'", template_of(p, name));
    }
    return csm_tk_insert(p->tk, CHANGE, "{'short_description':'new router','type':'%s','assignment_group':'%s'%s}", type, net,
                         producer);
}

static const char *const steps[] = { "assess", "authorize", "schedule", "implement", "review", "close" };

static csm_status step(people *p, const char *id, const char *name)
{
    const csm_value *out;
    char method[64];

    (void)snprintf(method, sizeof(method), "change.%s", name);
    return csm_tk_call(p->tk, &out, method, "{'id':'%s'%s}", id,
                       strcmp(name, "close") == 0 ? ",'close_code':'successful','close_notes':'done'" : "");
}

/* From each state of each life cycle every step is tried: only the one that follows works. */
static void acceptance_256_life_cycles(void **state)
{
    static const struct {
        const char *type;
        const char *path[7];
    } cycles[] = {
        { "normal", { "assess", "authorize", "schedule", "implement", "review", "close", NULL } },
        { "standard", { "schedule", "implement", "review", "close", NULL } },
        { "emergency", { "authorize", "schedule", "implement", "review", "close", NULL } },
    };
    people *p = *state;

    for (size_t c = 0; c < sizeof(cycles) / sizeof(cycles[0]); c++) {
        const char *id = change_of(p, cycles[c].type);

        assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CHANGE, id), "state"), -5);
        for (size_t n = 0; cycles[c].path[n] != NULL; n++) {
            for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++)
                if (strcmp(steps[s], cycles[c].path[n]) != 0)
                    assert_int_equal(step(p, id, steps[s]), CSM_E_STATE);
            if (step(p, id, cycles[c].path[n]) != CSM_OK)
                fail_msg("%s %s: %s", cycles[c].type, cycles[c].path[n], csm_tk_message(p->tk));
        }
        assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CHANGE, id), "state"), 3);
        assert_int_equal(step(p, id, "cancel"), CSM_E_STATE);
    }
}

static void acceptance_256_what_a_step_needs(void **state)
{
    people *p = *state;
    const char *id;

    as(p, "tim");
    id = csm_tk_insert(p->tk, CHANGE, "{'short_description':'no group'}");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "change.assess", "{'id':'%s'}", id);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "assignment_group");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert",
                       "{'table':'change_request','values':{'short_description':'x','type':'standard'}}");
    csm_tk_assert_str(csm_tk_error_field(p->tk), "std_change_producer");
    id = change_of(p, "standard"); /* what the change does not say, the template does */
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CHANGE, id), "implementation_plan"), "as always");
    (void)people_do(p, "change.schedule", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'change_request','id':'%s','values':{'type':'normal'}}", id);
    (void)csm_tk_update(p->tk, CHANGE, id, "{'start_date':'2100-01-01T00:00:00Z','end_date':'2100-01-02T00:00:00Z'}");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "change.implement", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update",
                       "{'table':'change_request','id':'%s','values':{'end_date':'2099-01-01T00:00:00Z'}}", id);
    (void)csm_tk_update(p->tk, CHANGE, id, "{'start_date':null}");
    (void)people_do(p, "change.implement", id);
    (void)people_do(p, "change.review", id);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "change.cancel", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "change.close", "{'id':'%s','close_code':'successful'}", id);
}

static void acceptance_256_hold(void **state)
{
    people *p = *state;
    const char *id = change_of(p, "normal");

    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update",
                       "{'table':'change_request','id':'%s','values':{'on_hold':true,'on_hold_reason':'r'}}", id);
    (void)people_do(p, "change.assess", id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update",
                       "{'table':'change_request','id':'%s','values':{'on_hold':true}}", id);
    (void)csm_tk_update(p->tk, CHANGE, id, "{'on_hold':true,'on_hold_reason':'no parts'}");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "change.authorize", "{'id':'%s'}", id);
    (void)csm_tk_update(p->tk, CHANGE, id, "{'on_hold':false}");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CHANGE, id), "on_hold_reason"));
    (void)people_do(p, "change.authorize", id);
    (void)csm_tk_update(p->tk, CHANGE, id, "{'on_hold':true,'on_hold_reason':'no parts'}");
    (void)people_do(p, "change.cancel", id);
    assert_false(csm_tk_bool(p->tk, csm_tk_get(p->tk, CHANGE, id), "on_hold"));
}

static void acceptance_256_approvals(void **state)
{
    people *p = *state;
    const char *id = change_of(p, "normal"), *first, *second;

    (void)people_do(p, "change.assess", id);
    (void)people_do(p, "change.authorize", id);
    first = csm_tk_insert(p->tk, "sysapproval_approver", "{'sysapproval':'%s','approver':'%s'}", id, p->ivy);
    second = csm_tk_insert(p->tk, "sysapproval_approver", "{'sysapproval':'%s','approver':'%s'}", id, p->vera);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CHANGE, id), "approval"), "requested");
    as(p, "ivy");
    (void)csm_tk_update(p->tk, "sysapproval_approver", first, "{'state':'approved'}");
    as(p, "tim");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CHANGE, id), "approval"), "requested");
    as(p, "vera");
    (void)csm_tk_update(p->tk, "sysapproval_approver", second, "{'state':'rejected'}");
    as(p, "tim");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CHANGE, id), "approval"), "rejected");
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CHANGE, id), "state"), -5);
    id = change_of(p, "normal"); /* going back ends what was asked for */
    (void)people_do(p, "change.assess", id);
    first = csm_tk_insert(p->tk, "sysapproval_approver", "{'sysapproval':'%s','approver':'%s'}", id, p->ivy);
    (void)people_do(p, "change.revert", id);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "sysapproval_approver", first), "state"), "cancelled");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CHANGE, id), "approval"), "not requested");
    as(p, "abe"); /* nobody makes himself an approver of what he does not work on */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'sysapproval_approver','values':{'sysapproval':'%s','approver':'%s'}}", id, p->abe);
}

static void acceptance_253_from_incident(void **state)
{
    people *p = *state;
    const char *incident, *change, *problem, *rfc;

    as(p, "tim");
    incident = csm_tk_insert(p->tk, "incident", "{'short_description':'line down','caller_id':'%s'}", p->ivy);
    change = csm_tk_str(p->tk, csm_tk_ok(p->tk, "incident.create_change", "{'id':'%s','type':'emergency'}", incident), "sys_id");
    problem = csm_tk_str(p->tk, csm_tk_ok(p->tk, "incident.create_problem", "{'id':'%s'}", incident), "sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "incident", incident), "rfc"), change);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "incident", incident), "problem_id"), problem);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CHANGE, change), "short_description"), "line down");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CHANGE, change), "type"), "emergency");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "incident.create_change", "{'id':'%s'}", incident);
    rfc = csm_tk_str(p->tk, csm_tk_ok(p->tk, "problem.create_change", "{'id':'%s'}", problem), "sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "problem", problem), "rfc"), rfc);
    (void)people_do(p, "change.cancel", change); /* then another takes its place */
    (void)csm_tk_ok(p->tk, "incident.create_change", "{'id':'%s'}", incident);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "incident.create_change", "{'id':'%s'}", incident);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "incident.create_change", "{'id':'%s'}", incident);
    assert_int_equal(csm_tk_count(p->tk, CHANGE, "sys_id=%s", change), 0);
}

static void acceptance_255_dates_are_confirmed(void **state)
{
    people *p = *state;
    int64_t mails;
    const char *id;

    as(p, NULL);
    (void)csm_tk_update(p->tk, "sys_user", p->tim, "{'email':'tim@example.com'}");
    mails = people_mails(p, "tim", "confirm the dates");
    as(p, NULL);
    id = csm_tk_insert(p->tk, CHANGE, "{'short_description':'new router','assigned_to':'%s','start_date':'2100-01-01T00:00:00Z',"
                       "'end_date':'2100-01-02T00:00:00Z'}", p->tim);
    assert_int_equal(people_mails(p, "tim", "confirm the dates"), mails + 1);
    as(p, "tim");
    (void)people_do(p, "change.confirm_dates", id);
    assert_non_null(strstr(csm_tk_str(p->tk, csm_tk_at(p->tk, csm_tk_get(p->tk, CHANGE, id), "work_notes"), "0.text"), "confirmed"));
    csm_tk_grant(p->tk, p->ivy, "sn_change_write");
    as(p, "ivy"); /* not the implementer */
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "change.confirm_dates", "{'id':'%s'}", id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_253_from_incident),
        people_test(acceptance_255_dates_are_confirmed),
        people_test(acceptance_256_life_cycles),
        people_test(acceptance_256_what_a_step_needs),
        people_test(acceptance_256_hold),
        people_test(acceptance_256_approvals),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
