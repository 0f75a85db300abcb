/* What the tests of major issues share: major cases, their lists and children, what they say. */
#ifndef TESTS_INTEGRATION_MAJOR_H
#define TESTS_INTEGRATION_MAJOR_H

#include "people.h"

#include <stdio.h>
#include <stdlib.h>

#define CASE "sn_customerservice_case"
#define LIST "sn_publications_recipients_list"
#define ACCOUNTS "sn_publications_recipientslist_account_m2m"

/* mia: manager; ann, cora: agents. */
static inline int setup(void **state)
{
    people *p = people_start("service_management,major_issue");

    *state = p;
    csm_tk_grant(p->tk, p->ann, "sn_incident_write");
    (void)csm_tk_update(p->tk, "sys_user", p->mia, "{'email':'mia@example.com'}");
    (void)csm_tk_update(p->tk, "customer_account", p->P, "{'primary_contact':'%s'}", p->pat);
    (void)csm_tk_update(p->tk, "customer_account", p->X, "{'primary_contact':'%s'}", p->xena);
    return 0;
}

static inline void shows(people *p, const char *id, const char *field, const char *wanted)
{
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, id), field), wanted);
}

static inline void is(people *p, const char *id, const char *field, int64_t wanted)
{
    assert_int_equal(csm_tk_int(p->tk, people_row(p, CASE, id), field), wanted);
}

static inline bool noted(people *p, const char *id, const char *part)
{
    return people_told(p, CASE, id, "work_notes", part) > 0;
}

static inline const char *candidate(people *p, const char *title)
{
    const char *id;

    as(p, "ann");
    id = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_major_case_candidate", "{'short_description':'%s','priority':2}", title),
                    "sys_id");
    return id;
}

static inline const char *major_case(people *p, const char *title)
{
    const char *before = p->who, *id;

    as(p, "mia");
    id = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_major_case", "{'short_description':'%s','priority':2}", title), "sys_id");
    as(p, before);
    return id;
}

static inline const char *list_of(people *p, const char *name, const char *type)
{
    const char *before = p->who, *id;

    as(p, "mia");
    id = csm_tk_insert(p->tk, LIST, "{'name':'%s','type':'%s'}", name, type);
    as(p, before);
    return id;
}

static inline void put(people *p, const char *list, const char *recipient)
{
    const char *before = p->who;

    as(p, "mia");
    (void)csm_tk_ok(p->tk, "recipients_list.add", "{'id':'%s','recipients':['%s']}", list, recipient);
    as(p, before);
}

static inline void attach(people *p, const char *major, const char *list)
{
    const char *before = p->who;

    as(p, "mia");
    (void)csm_tk_update(p->tk, CASE, major, "{'recipient_list':'%s'}", list);
    as(p, before);
}

/* A child of the major case for account P, contact pat. */
static inline const char *child_of(people *p, const char *major)
{
    const char *before = p->who, *id = people_case_in(p, 10);

    as(p, "mia");
    (void)csm_tk_ok(p->tk, "case.add_child_cases", "{'id':'%s','cases':['%s']}", major, id);
    as(p, before);
    return id;
}

static inline void sync(people *p, const char *on)
{
    people_set_property(p, "sn_customerservice.parent_child_case_sync", on);
}

#endif
