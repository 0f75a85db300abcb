/* What the tests of cases with technical support share: records raised from a case, what it is told. */
#ifndef TESTS_INTEGRATION_SUPPORT_H
#define TESTS_INTEGRATION_SUPPORT_H

#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define DATES "'start_date':'2030-01-01T00:00:00Z','end_date':'2030-01-02T00:00:00Z'"

static const char *sol; /* an agent who may also raise incidents, problems and changes */

static inline int setup(void **state)
{
    people *p = people_start("service_management");

    *state = p;
    sol = csm_tk_user(p->tk, "sol", "sn_customerservice_agent,sn_incident_write,sn_problem_write,sn_change_write");
    return 0;
}

static inline void noted(people *p, const char *id, const char *part)
{
    if (strstr(people_said(p, CASE, id, "work_notes"), part) == NULL)
        fail_msg("the case's work notes lack \"%s\": %s", part, people_said(p, CASE, id, "work_notes"));
    if (strstr(people_said(p, CASE, id, "comments"), part) != NULL)
        fail_msg("the customer would read \"%s\"", part);
}

/* A linked record of the case, raised by sol. */
static inline const char *raise(people *p, const char *id, const char *what)
{
    const char *before = p->who, *made;
    char method[64];

    (void)snprintf(method, sizeof(method), "case.create_%s", what);
    as(p, "sol");
    made = csm_tk_str(p->tk, csm_tk_ok(p->tk, method, "{'id':'%s'}", id), "sys_id");
    as(p, before);
    return made;
}

static inline const char *raise_change(people *p, const char *id)
{
    const char *before = p->who, *made;

    as(p, "sol");
    made = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_change", "{'id':'%s'," DATES ",'assigned_to':'%s'}", id, p->tim),
                      "sys_id");
    as(p, before);
    return made;
}

static inline void before(const char *text, const char *first, const char *second)
{
    const char *one = strstr(text, first), *two = strstr(text, second);

    if (one == NULL || two == NULL || two < one)
        fail_msg("\"%s\" then \"%s\" in: %s", first, second, text);
}

static inline void resolve(people *p, const char *incident)
{
    const char *before = p->who;

    as(p, "tim");
    (void)csm_tk_ok(p->tk, "incident.resolve", "{'id':'%s','close_code':'Workaround provided','close_notes':'use the other line'}",
                    incident);
    as(p, before);
}

#endif
