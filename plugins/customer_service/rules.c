/* Which rule runs when. */
#include "customer_service.h"

#define CASE "sn_customerservice_case"
#define TASK "sn_customerservice_task"
#define PARTY "sn_customerservice_related_party"
#define RULE(t, w, o, f, d) { .table = (t), .when = (w), .order = (o), .run = (f), .name = "customer_service." #f, .doc = (d) }

const csm_rule customer_service_rules[CUSTOMER_SERVICE_RULES] = {
    RULE(CASE, CSM_BEFORE_INSERT, 20, case_from_customer, "A customer's case is his own unless he says otherwise"),
    RULE(CASE, CSM_BEFORE_INSERT, 25, consumer_cases_a_day, "A consumer opens so many cases a day"),
    RULE(CASE, CSM_BEFORE_UPDATE, 25, consumer_comments_a_day, "A consumer comments so often a day"),
    RULE(CASE, CSM_BEFORE_UPDATE, 30, case_customer_changed, "What belonged to the former customer goes"),
    RULE(CASE, CSM_BEFORE_WRITE, 40, case_fill, "Contact, asset and household tell the rest"),
    RULE(CASE, CSM_BEFORE_WRITE, 50, case_check_customer, "One kind of customer"),
    RULE(CASE, CSM_BEFORE_WRITE, 51, case_check_people, "People belong to the customer"),
    RULE(CASE, CSM_BEFORE_WRITE, 52, case_check_things, "Things belong to the customer"),
    RULE(CASE, CSM_BEFORE_WRITE, 54, case_entitlement, "The best entitlement that holds, and its contract"),
    RULE(CASE, CSM_BEFORE_WRITE, 60, case_assignment, "The assignee is a member of the group"),
    RULE(CASE, CSM_BEFORE_UPDATE, 70, case_customer_wrote, "A word of the customer ends the waiting"),
    RULE(CASE, CSM_BEFORE_UPDATE, 71, case_first_response, "When the provider first answered"),
    RULE(CASE, CSM_BEFORE_UPDATE, 80, case_auto_close_mark, "Solved and quiet: closes by itself"),
    RULE(CASE, CSM_BEFORE_DELETE, 50, case_may_delete, "Not while a task of it is open"),
    RULE(CASE, CSM_AFTER_UPDATE, 100, case_report, "The figures of the case"),
    RULE(CASE, CSM_AFTER_INSERT, 100, case_entitlement_row, "Where several hang on a case: the best one"),
    { .table = CASE, .when = CSM_AFTER_UPDATE, .order = 100, .filter = "stateCHANGESTO3", .run = case_units,
      .name = "customer_service.case_units", .doc = "A closed case uses up what is counted" },
    RULE("sn_customerservice_case_entitlement", CSM_BEFORE_WRITE, 50, entitlement_row_check, "One that holds for the case"),
    RULE(TASK, CSM_BEFORE_WRITE, 50, task_of_open_case, "A closed case takes no more work"),
    RULE(TASK, CSM_BEFORE_WRITE, 60, case_assignment, "The assignee is a member of the group"),
    RULE(TASK, CSM_AFTER_WRITE, 100, task_noted, "Noted on the case"),
    RULE(TASK, CSM_AFTER_WRITE, 110, task_contributors, "Whoever works a task may read the case"),
    RULE(PARTY, CSM_BEFORE_DELETE, 50, party_may_go, "Not while an open task of the case names him"),
    RULE(PARTY, CSM_AFTER_WRITE, 100, party_changed, "The case lists its authorized parties"),
    RULE(PARTY, CSM_AFTER_DELETE, 100, party_changed, "The case lists its authorized parties"),
    { .table = "sysapproval_approver", .when = CSM_AFTER_UPDATE, .filter = "stateCHANGESTOapproved^NQstateCHANGESTOrejected",
      .run = decision_told, .name = "customer_service.decision_told", .doc = "The case hears what was decided about it" },
    RULE("sys_attachment", CSM_BEFORE_INSERT, 50, consumer_files_a_record, "A consumer puts so many files on one record"),
    RULE("asmt_assessment_instance", CSM_AFTER_UPDATE, 100, survey_taken, "The score goes to the figures of the case"),
};
