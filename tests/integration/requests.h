/* What the tests of requests of cases share: items to order, requests, what a case is told. */
#ifndef TESTS_INTEGRATION_REQUESTS_H
#define TESTS_INTEGRATION_REQUESTS_H

#include "people.h"

#define CASE "sn_customerservice_case"
#define ITEM "sc_cat_item"
#define REQUEST "sc_request"
#define REQUEST_ITEM "sc_req_item"
#define TASK "sc_task"

static const char *pen, *secret, *car; /* items: for everybody, for employees, one a manager approves */

/* ann raises requests from cases, tim fulfils them, kate keeps the catalog, petra acts for customers. */
static inline int setup(void **state)
{
    people *p = people_start("request_management,action_status,change");

    *state = p;
    csm_tk_grant(p->tk, p->ann, "sn_request_write");
    (void)csm_tk_user(p->tk, "kate", "catalog_admin");
    (void)csm_tk_user(p->tk, "petra", "sn_customerservice.proxy_contact");
    as(p, "kate");
    pen = csm_tk_insert(p->tk, ITEM, "{'name':'Pen','price':'1.50 EUR','visible_to_external':true}");
    secret = csm_tk_insert(p->tk, ITEM, "{'name':'Secret'}");
    car = csm_tk_insert(p->tk, ITEM, "{'name':'Car','price':'100 EUR','visible_to_external':true,'approval_required':'manager'}");
    return 0;
}

static inline const csm_value *submit(people *p, const char *who, const char *item)
{
    as(p, who);
    return csm_tk_ok(p->tk, "request.submit", "{'item':'%s'}", item);
}

/* An item of a new request of this case; ann orders it. */
static inline const char *ordered_from(people *p, const char *id, const char *item)
{
    const char *before = p->who, *made;

    as(p, "ann");
    made = csm_tk_str(p->tk, csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','parent':'%s'}", item, id), "sys_id");
    as(p, before);
    return made;
}

static inline const char *request_of(people *p, const char *item)
{
    return csm_tk_str(p->tk, people_row(p, REQUEST_ITEM, item), "request");
}

static inline void finish(people *p, const char *verb, const char *item)
{
    as(p, "tim");
    (void)people_do(p, verb, item);
}

#endif
