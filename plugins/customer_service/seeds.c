/* Rows shipped with the plugin, most of them notifications: administrators may change or switch them off. "^^" stands for "^" in a condition.
 * Source: DOMAIN 8.6. */
#include "customer_service.h"

#define MAIL "sysevent_email_action"
/* The customer's side: who of it a case names. */
#define CUSTOMER \
    "contact,consumer.user,consumer.email,partner_contact,internal_contact,requested_by,additional_users," \
    "additional_consumers.user,additional_consumers.email"
/* A change of the state is told with what was said along with it: its weight is above that of a comment. */
#define CASE_MAIL(key, title, condition, subject_, text)                                                             \
    { MAIL, key, "name=" title "^collection=sn_customerservice_case^condition=" condition "^recipient_fields=" CUSTOMER \
      ",watch_list^active=true^weight=20^subject=" subject_ "^message=${number}: ${short_description}\n\n" text }

const csm_seed customer_service_seeds[CUSTOMER_SERVICE_SEEDS] = {
    CASE_MAIL("case_created", "Case created", "numberCHANGES^^proactive=false", "We received your case ${number}",
              "${description}\n\n${comments}"),
    CASE_MAIL("case_opened_for_you", "Case opened for the customer", "numberCHANGES^^proactive=true",
              "We opened case ${number} for you", "${comments}"),
    CASE_MAIL("case_opened", "Case in progress", "stateCHANGESTO10", "We are working on your case ${number}", "${comments}"),
    CASE_MAIL("case_awaiting", "Case awaiting info", "stateCHANGESTO18", "We need your answer on case ${number}", "${comments}"),
    CASE_MAIL("case_resolved", "Case resolved", "stateCHANGESTO6^^notes_to_comments!=true",
              "A solution is proposed for your case ${number}",
              "${close_notes}\n\n${comments}\n\nPlease accept or reject the solution."),
    CASE_MAIL("case_resolved_in_comments", "Case resolved, the solution in a comment", "stateCHANGESTO6^^notes_to_comments=true",
              "A solution is proposed for your case ${number}", "${comments}\n\nPlease accept or reject the solution."),
    CASE_MAIL("case_closed", "Case closed", "stateCHANGESTO3^^close_notes!=" CLOSED_BY_CUSTOMER, "Your case ${number} is closed",
              "${close_notes}\n\n${comments}"),
    CASE_MAIL("case_closed_by_customer", "Case closed by the customer", "stateCHANGESTO3^^close_notes=" CLOSED_BY_CUSTOMER,
              "Your case ${number} is closed", "${comments}"),
    CASE_MAIL("case_cancelled", "Case cancelled", "stateCHANGESTO7", "Your case ${number} was cancelled", "${comments}"),
    { "user_criteria", "contacts", "name=All customer contacts^roles=@key:sys_user_role/sn_customerservice.customer" },
    { MAIL, "case_comment", "name=Comment for the customer^collection=sn_customerservice_case"
      "^condition=commentsCHANGES^^sys_mod_count>0^sent_by=internal^recipient_fields=" CUSTOMER ",watch_list^active=true^weight=10"
      "^subject=New comment on your case ${number}^message=${comments}" },
    { MAIL, "case_customer_comment", "name=Comment by the customer^collection=sn_customerservice_case"
      "^condition=commentsCHANGES^sent_by=external^recipient_fields=assigned_to|assignment_group,watch_list^active=true^weight=10"
      "^subject=The customer wrote on case ${number}^message=${comments}" },
    { MAIL, "case_employee_comment", "name=Comment by the employee who is the customer or acts for him"
      "^collection=sn_customerservice_case^condition=commentsCHANGES^^requested_by=@me^^NQcommentsCHANGES"
      "^^internal_contact=@me^sent_by=internal^recipient_fields=assigned_to|assignment_group^active=true^weight=10"
      "^subject=The customer wrote on case ${number}^message=${comments}" },
    { MAIL, "case_survey", "name=Survey^collection=asmt_assessment_instance^condition=taskCHANGES"
      "^recipient_fields=user,consumer.user,consumer.email^active=true^subject=How did we do with ${task.number}?"
      "^message=${task.number}: ${task.short_description}\n\nPlease tell us in the survey." },
    { MAIL, "case_task_visible", "name=Case task for the customer^collection=sn_customerservice_task"
      "^condition=visible_to_customerCHANGESTOtrue^recipient_fields=contact,consumer.user,consumer.email"
      "^active=true^subject=A task for you: ${number}^message=${short_description}" },
};
