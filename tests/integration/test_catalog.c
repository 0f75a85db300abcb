/* Acceptance of the catalog: ordering, answers, approval, plans, totals, and how tasks, items and requests close. */
#include "people.h"

#include <stdio.h>
#include <time.h>

#define ITEM "sc_cat_item"
#define VARIABLE "item_option_new"
#define REQUEST "sc_request"
#define REQUEST_ITEM "sc_req_item"
#define TASK "sc_task"
#define APPROVER "sysapproval_approver"

/* tim fulfils (itil); ivy orders for herself; kate keeps the catalog. */
static int setup(void **state)
{
    people *p = people_start("customer_service,catalog");

    *state = p;
    (void)csm_tk_user(p->tk, "kate", "catalog_admin");
    return 0;
}

static const char *group_of(people *p, const char *name)
{
    const char *before = p->who, *group;

    as(p, NULL);
    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'%s','default_assignee':'%s'}", name, p->tim);
    as(p, before);
    return group;
}

static const char *item_of(people *p, const char *name, const char *more)
{
    const char *before = p->who, *item;

    as(p, "kate");
    item = csm_tk_insert(p->tk, ITEM, "{'name':'%s'%s}", name, more);
    as(p, before);
    return item;
}

static const csm_value *ordered(people *p, const char *who, const char *item)
{
    as(p, who);
    return csm_tk_ok(p->tk, "catalog.order", "{'item':'%s'}", item);
}

static void is(people *p, const char *table, const char *id, const char *field, const char *wanted)
{
    const char *before = p->who;
    const csm_value *rec;
    char got[80];

    as(p, "adam");
    rec = csm_tk_get(p->tk, table, id);
    if (csm_tk_at(p->tk, rec, field)->type == CSM_T_INT)
        (void)snprintf(got, sizeof(got), "%lld", (long long)csm_tk_int(p->tk, rec, field));
    else
        (void)snprintf(got, sizeof(got), "%s", csm_tk_str(p->tk, rec, field));
    csm_tk_assert_str(got, wanted);
    as(p, before);
}

static time_t seconds_of(const char *text)
{
    struct tm tm = { 0 };

    assert_int_equal(sscanf(text, "%d-%d-%dT%d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec), 6);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return timegm(&tm);
}

static const char *task_at(people *p, const char *item, const char *title)
{
    as(p, "tim");
    return csm_tk_str(p->tk, csm_tk_first(p->tk, TASK, "request_item=%s^short_description=%s", item, title), "sys_id");
}

/* ---- plans ---- */

/* A plan: "pick" (group A), then "visit" and "activate" side by side (group B). */
static const char *planned_item(people *p, const char *name)
{
    const char *plan, *a, *b;
    char more[80], text[80];

    (void)snprintf(text, sizeof(text), "%s A", name);
    a = group_of(p, text);
    (void)snprintf(text, sizeof(text), "%s B", name);
    b = group_of(p, text);
    as(p, "kate");
    plan = csm_tk_insert(p->tk, "sc_cat_item_delivery_plan", "{'name':'%s'}", name);
    (void)csm_tk_insert(p->tk, "sc_cat_item_delivery_task", "{'plan':'%s','order':200,'name':'visit','group':'%s',"
                        "'delivery_time':7200}", plan, b);
    (void)csm_tk_insert(p->tk, "sc_cat_item_delivery_task", "{'plan':'%s','order':200,'name':'activate','group':'%s'}", plan, b);
    (void)csm_tk_insert(p->tk, "sc_cat_item_delivery_task", "{'plan':'%s','order':100,'name':'pick','group':'%s',"
                        "'assigned_to':'%s','delivery_time':3600}", plan, a, p->abe);
    (void)csm_tk_insert(p->tk, "sc_cat_item_delivery_task", "{'plan':'%s','order':300,'name':'crane','group':'%s',"
                        "'condition':'quantity>5'}", plan, b);
    (void)snprintf(more, sizeof(more), ",'fulfillment_plan':'%s'", plan);
    return item_of(p, name, more);
}

static void acceptance_273_tasks_by_order(void **state)
{
    people *p = *state;
    const csm_value *rec = ordered(p, "ivy", planned_item(p, "box"));
    const char *item = csm_tk_str(p->tk, rec, "sys_id"), *request = csm_tk_str(p->tk, rec, "request"), *pick, *visit, *activate;

    csm_tk_assert_str(csm_tk_str(p->tk, rec, "stage"), "fulfillment");
    assert_int_equal(seconds_of(csm_tk_str(p->tk, rec, "estimated_delivery")) - seconds_of(csm_tk_str(p->tk, rec, "opened_at")),
                     3600 + 7200); /* one after the other, the longest of those side by side */
    pick = task_at(p, item, "pick");
    visit = task_at(p, item, "visit");
    activate = task_at(p, item, "activate");
    assert_int_equal(csm_tk_count(p->tk, TASK, "request_item=%s", item), 3); /* no crane for one box */
    rec = csm_tk_at(p->tk, csm_tk_ok(p->tk, "record.get", "{'table':'" TASK "','id':'%s','display':true}", visit), "display");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "assignment_group"), "box B");
    is(p, TASK, pick, "assigned_to", p->abe); /* as the plan says ... */
    is(p, TASK, visit, "assigned_to", p->tim); /* ... or the group */
    is(p, TASK, visit, "request", request);
    is(p, TASK, pick, "state", "1");
    is(p, TASK, visit, "state", "-5");
    is(p, TASK, activate, "state", "-5");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "catalog_task.complete", "{'id':'%s'}", visit); /* not before its turn */
    (void)people_do(p, "catalog_task.complete", pick);
    is(p, TASK, visit, "state", "1"); /* side by side */
    is(p, TASK, activate, "state", "1");
    assert_false(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, TASK, visit), "due_date"));
    (void)people_do(p, "catalog_task.complete", visit);
    is(p, REQUEST_ITEM, item, "state", "2");
    as(p, "ivy"); /* the work is not the customer's to see, nor hers to do */
    csm_tk_hidden(p->tk, TASK, activate);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "catalog_task.complete", "{'id':'%s'}", activate);
}

static void acceptance_273_plans_that_make_sense(void **state)
{
    people *p = *state;
    const char *plan;

    as(p, "kate");
    plan = csm_tk_insert(p->tk, "sc_cat_item_delivery_plan", "{'name':'odd'}");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert",
                       "{'table':'sc_cat_item_delivery_task','values':{'plan':'%s','order':-1,"
                       "'name':'x','group':'%s'}}",
                       plan, p->desk);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "order");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'sc_cat_item_delivery_task','values':{'plan':'%s',"
                       "'name':'x'}}", plan);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "group");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'sc_cat_item_delivery_task','values':{'plan':'%s',"
                       "'name':'x','group':'%s','condition':'colour=red'}}", plan, p->desk);
    as(p, "tim");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'sc_cat_item_delivery_plan','values':{'name':'mine'}}");
}

/* Its steps are numbers, so none is before itself; however they are moved under way, each comes to its turn. Nor do its tasks stand
 * below one another in a ring. */
static void acceptance_273_no_circles(void **state)
{
    people *p = *state;
    const char *item = csm_tk_str(p->tk, ordered(p, "ivy", planned_item(p, "ring")), "sys_id");
    const char *pick = task_at(p, item, "pick"), *visit = task_at(p, item, "visit"), *activate = task_at(p, item, "activate");

    (void)csm_tk_update(p->tk, TASK, visit, "{'order':50}");
    (void)csm_tk_update(p->tk, TASK, pick, "{'order':900}"); /* which is being worked on */
    (void)csm_tk_update(p->tk, TASK, pick, "{'parent':'%s'}", activate);
    (void)csm_tk_update(p->tk, TASK, visit, "{'parent':'%s'}", pick);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'" TASK "','id':'%s','values':{'parent':'%s'}}", activate, visit);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "parent");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'" TASK "','id':'%s','values':{'parent':'%s'}}", pick, pick);
    is(p, TASK, visit, "state", "-5");
    (void)people_do(p, "catalog_task.complete", pick);
    is(p, TASK, visit, "state", "1");
    is(p, TASK, activate, "state", "-5");
    (void)people_do(p, "catalog_task.complete", visit);
    is(p, TASK, activate, "state", "1");
    (void)people_do(p, "catalog_task.complete", activate);
    is(p, REQUEST_ITEM, item, "state", "3");
}

/* ---- closing ---- */

static void finish(people *p, const char *item, const char *pick, const char *visit, const char *activate)
{
    const char *titles[] = { "pick", "visit", "activate" }, *verbs[] = { pick, visit, activate };

    for (size_t n = 0; n < 3; n++)
        (void)people_do(p, verbs[n], task_at(p, item, titles[n]));
}

static void acceptance_274_closing(void **state)
{
    static const struct {
        const char *pick, *visit, *activate, *state, *request_state, *stage;
    } rows[] = {
        { "catalog_task.complete", "catalog_task.complete", "catalog_task.complete", "3", "closed_complete", "completed" },
        { "catalog_task.complete", "catalog_task.give_up", "catalog_task.complete", "4", "closed_incomplete", "completed" },
        { "catalog_task.skip", "catalog_task.skip", "catalog_task.skip", "7", "closed_skipped", "completed" },
        { "catalog_task.skip", "catalog_task.complete", "catalog_task.skip", "3", "closed_complete", "completed" },
    };
    people *p = *state;
    const char *offered = planned_item(p, "closing");

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        const csm_value *rec = ordered(p, "ivy", offered);
        const char *item = csm_tk_str(p->tk, rec, "sys_id"), *request = csm_tk_str(p->tk, rec, "request");

        is(p, REQUEST, request, "request_state", "in_process");
        finish(p, item, rows[n].pick, rows[n].visit, rows[n].activate);
        is(p, REQUEST_ITEM, item, "state", rows[n].state);
        is(p, REQUEST_ITEM, item, "stage", rows[n].stage);
        is(p, REQUEST, request, "state", rows[n].state);
        is(p, REQUEST, request, "request_state", rows[n].request_state);
        (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.insert",
                           "{'table':'" REQUEST_ITEM "','values':{'request':'%s','cat_item':'%s'}}", request, offered);
    }
}

static void acceptance_274_the_last_item_closes_the_request(void **state)
{
    people *p = *state;
    const char *request, *first, *second, *offered = item_of(p, "two of a kind", "");
    const csm_value *rec = ordered(p, "ivy", offered);

    first = csm_tk_str(p->tk, rec, "sys_id");
    request = csm_tk_str(p->tk, rec, "request");
    second = csm_tk_str(p->tk, csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','request':'%s'}", offered, request), "sys_id");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "request_item.complete", "{'id':'%s'}", first);
    as(p, "tim");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "request.complete", "{'id':'%s'}", request);
    (void)people_do(p, "request_item.complete", first);
    is(p, REQUEST, request, "state", "2");
    (void)people_do(p, "request_item.cancel", second); /* the one there is, is not all that was asked for */
    is(p, REQUEST, request, "request_state", "closed_incomplete");
    rec = ordered(p, "ivy", offered);
    as(p, "tim");
    (void)people_do(p, "request.cancel", csm_tk_str(p->tk, rec, "request"));
    is(p, REQUEST_ITEM, csm_tk_str(p->tk, rec, "sys_id"), "stage", "request_cancelled");
    is(p, REQUEST, csm_tk_str(p->tk, rec, "request"), "request_state", "closed_cancelled");
}

static void acceptance_279_a_new_task(void **state)
{
    people *p = *state;
    const csm_value *rec = ordered(p, "ivy", planned_item(p, "again"));
    const char *item = csm_tk_str(p->tk, rec, "sys_id"), *request = csm_tk_str(p->tk, rec, "request"), *task;

    finish(p, item, "catalog_task.complete", "catalog_task.complete", "catalog_task.complete");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.insert", "{'table':'" TASK "','values':{'request_item':'%s'}}", item);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "catalog_task.reopen", "{'id':'%s'}", task_at(p, item, "visit"));
    as(p, "ivy");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "request_item.reopen", "{'id':'%s'}", item);
    as(p, "tim");
    (void)csm_tk_ok(p->tk, "request_item.reopen", "{'id':'%s','work_notes':'it hums'}", item);
    is(p, REQUEST_ITEM, item, "state", "2");
    is(p, REQUEST, request, "request_state", "in_process");
    task = task_at(p, item, "again");
    is(p, TASK, task, "state", "1");
    assert_false(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, TASK, task), "assignment_group"));
    (void)people_do(p, "catalog_task.complete", task);
    is(p, REQUEST, request, "request_state", "closed_complete");
}

/* ---- answers ---- */

static void acceptance_280_answers(void **state)
{
    static const struct {
        const char *answers, *field; /* "": fine */
    } rows[] = {
        { "'room':'12','count':3,'color':'red'", "" },
        { "'count':3", "room" },
        { "", "room" },
        { "'room':''", "room" },
        { "'room':'12','color':'blue'", "" },
        { "'room':'12','color':'green'", "color" },
        { "'room':'12','count':'three'", "count" },
        { "'room':12", "room" },
        { "'room':'12','day':'2026-02-30'", "day" },
        { "'room':'12','day':'2026-02-28','at':'2026-02-28T10:00:00Z'", "" },
        { "'room':'12','at':'soon'", "at" },
        { "'room':'12','yes':'maybe'", "yes" },
        { "'room':'12','mail':'nobody'", "mail" },
        { "'room':'12','mail':'me@example.com'", "" },
    };
    people *p = *state;
    const char *item = item_of(p, "questions", ""), *id;
    const csm_value *rec;

    as(p, "kate");
    (void)csm_tk_insert(p->tk, VARIABLE, "{'cat_item':'%s','name':'room','mandatory':true}", item);
    (void)csm_tk_insert(p->tk, VARIABLE, "{'cat_item':'%s','name':'count','type':'int','default_value':'1'}", item);
    (void)csm_tk_insert(p->tk, VARIABLE, "{'cat_item':'%s','name':'color','type':'choice','choices':'red, blue'}", item);
    (void)csm_tk_insert(p->tk, VARIABLE, "{'cat_item':'%s','name':'day','type':'date'}", item);
    (void)csm_tk_insert(p->tk, VARIABLE, "{'cat_item':'%s','name':'at','type':'datetime'}", item);
    (void)csm_tk_insert(p->tk, VARIABLE, "{'cat_item':'%s','name':'yes','type':'bool'}", item);
    (void)csm_tk_insert(p->tk, VARIABLE, "{'cat_item':'%s','name':'mail','type':'email'}", item);
    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        as(p, "ivy");
        if (rows[n].field[0] == '\0') {
            (void)csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','variables':{%s}}", item, rows[n].answers);
            continue;
        }
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "catalog.order", "{'item':'%s','variables':{%s}}", item, rows[n].answers);
        csm_tk_assert_str(csm_tk_error_field(p->tk), rows[n].field);
    }
    as(p, "ivy");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "catalog.order", "{'item':'%s','variables':{'room':'1','taste':'sweet'}}", item);
    id = csm_tk_str(p->tk, csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','variables':{'room':'7'}}", item), "sys_id");
    as(p, "tim"); /* those who deliver it read the answers, defaults too */
    rec = csm_tk_get(p->tk, REQUEST_ITEM, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "variables.room"), "7");
    assert_int_equal(csm_tk_int(p->tk, rec, "variables.count"), 1);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update",
                       "{'table':'" REQUEST_ITEM "','id':'%s','values':{'variables':{}}}", id);
    as(p, "abe");
    csm_tk_hidden(p->tk, REQUEST_ITEM, id);
}

static void acceptance_280_all_that_is_missing_is_named(void **state)
{
    people *p = *state;
    const char *item, *set, *text;
    char more[80];

    as(p, "kate");
    set = csm_tk_insert(p->tk, "item_option_new_set", "{'name':'delivery'}");
    (void)csm_tk_insert(p->tk, VARIABLE, "{'variable_set':'%s','name':'floor','mandatory':true}", set);
    (void)snprintf(more, sizeof(more), ",'variable_sets':['%s']", set);
    item = item_of(p, "sofa", more);
    (void)csm_tk_insert(p->tk, VARIABLE,
                        "{'cat_item':'%s','name':'who','type':'reference','reference':'sys_user','mandatory':true}",
                        item);
    as(p, "ivy");
    text = csm_tk_fails(p->tk, CSM_E_INVALID, "catalog.order", "{'item':'%s'}", item);
    assert_true(strstr(text, "\"floor\"") != NULL && strstr(text, "\"who\"") != NULL);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "catalog.order", "{'item':'%s','variables':{'floor':'2','who':'%s'}}", item, item);
    (void)csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','variables':{'floor':'2','who':'%s'}}", item, p->tim);
}

static void acceptance_280_questions_nobody_could_answer(void **state)
{
    people *p = *state;
    const char *item = item_of(p, "riddle", "");

    as(p, "kate");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'" VARIABLE "','values':{'name':'x'}}");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'" VARIABLE "','values':{'cat_item':'%s','name':'x',"
                       "'type':'reference','reference':'no_such_table'}}", item);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'" VARIABLE "','values':{'cat_item':'%s','name':'x',"
                       "'type':'choice'}}", item);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'" VARIABLE "','values':{'cat_item':'%s','name':'x',"
                       "'type':'int','default_value':'many'}}", item);
    (void)csm_tk_insert(p->tk, VARIABLE, "{'cat_item':'%s','name':'x'}", item);
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert",
                       "{'table':'" VARIABLE "','values':{'cat_item':'%s','name':'x'}}", item);
}

/* ---- money ---- */

static void acceptance_284_totals(void **state)
{
    people *p = *state;
    const char *pen = item_of(p, "pen", ",'price':'1.10 EUR','recurring_price':'0.05 EUR'"),
               *free_item = item_of(p, "paper", ""), *request;
    const char *dollars = item_of(p, "import", ",'price':'2 USD'"), *text, *second;
    const csm_value *rec;

    as(p, "ivy");
    rec = csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','quantity':3}", pen);
    request = csm_tk_str(p->tk, rec, "request");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "price.amount"), "3.3");
    rec = csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','quantity':2,'request':'%s'}", pen, request);
    second = csm_tk_str(p->tk, rec, "sys_id");
    (void)csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','quantity':9,'request':'%s'}", free_item, request);
    rec = csm_tk_get(p->tk, REQUEST, request);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "price.amount"), "5.5");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "price.currency"), "EUR");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "recurring_price.amount"), "0.25");
    text = csm_tk_fails(p->tk, CSM_E_REJECTED, "catalog.order", "{'item':'%s','request':'%s'}", dollars, request);
    assert_true(strstr(text, "EUR") != NULL && strstr(text, "USD") != NULL);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "catalog.order", "{'item':'%s','quantity':0}", pen);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'" REQUEST_ITEM "','values':{'request':'%s','cat_item':'%s',"
                       "'price':'0 EUR'}}",
                       request, pen);
    as(p, "kate"); /* a new price is for new orders */
    (void)csm_tk_update(p->tk, ITEM, pen, "{'price':'9 EUR'}");
    as(p, "tim"); /* what is cancelled costs nothing */
    (void)people_do(p, "request_item.cancel", second);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, REQUEST, request), "price.amount"), "3.3");
}

/* ---- approval ---- */

static void acceptance_277_278_a_manager_decides(void **state)
{
    people *p = *state;
    const char *offered = item_of(p, "car", ",'approval_required':'manager','price':'100 EUR'"), *item, *request, *row;
    const csm_value *rec;

    as(p, "ivy");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "catalog.order", "{'item':'%s'}", offered); /* she has no manager yet */
    as(p, NULL);
    (void)csm_tk_update(p->tk, "sys_user", p->ivy, "{'manager':'%s'}", p->mia);
    rec = ordered(p, "ivy", offered);
    item = csm_tk_str(p->tk, rec, "sys_id");
    request = csm_tk_str(p->tk, rec, "request");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "stage"), "waiting_for_approval");
    assert_int_equal(csm_tk_int(p->tk, rec, "state"), -5);
    is(p, REQUEST, request, "request_state", "requested");
    as(p, "mia");
    row = csm_tk_str(p->tk, csm_tk_first(p->tk, APPROVER, "approver=%s^sysapproval=%s", p->mia, item), "sys_id");
    rec = csm_tk_ok(p->tk, "approval.summary", "{'id':'%s'}", row);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "short_description"), "car");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "price.amount"), "100");
    as(p, "tim"); /* who fulfils does not pass over her */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "request_item.fulfil", "{'id':'%s'}", item);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "request_item.complete", "{'id':'%s'}", item);
    as(p, "mia");
    (void)people_do(p, "approval.approve", row);
    is(p, REQUEST_ITEM, item, "stage", "fulfillment");
    is(p, REQUEST, request, "request_state", "in_process");
    rec = ordered(p, "ivy", offered);
    item = csm_tk_str(p->tk, rec, "sys_id");
    request = csm_tk_str(p->tk, rec, "request");
    as(p, "mia");
    row = csm_tk_str(p->tk, csm_tk_first(p->tk, APPROVER, "approver=%s^sysapproval=%s", p->mia, item), "sys_id");
    (void)csm_tk_ok(p->tk, "approval.reject", "{'id':'%s','comments':'take the bus'}", row);
    is(p, REQUEST_ITEM, item, "stage", "request_cancelled");
    is(p, REQUEST_ITEM, item, "approval", "rejected");
    is(p, REQUEST, request, "request_state", "closed_rejected");
    as(p, "tim");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "request_item.reopen", "{'id':'%s'}", item);
}

static void acceptance_278_the_others_live(void **state)
{
    people *p = *state;
    const char *group = group_of(p, "Judges"), *offered, *item, *request, *other = item_of(p, "harmless", "");
    char more[120];

    as(p, NULL);
    (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", p->vera, group);
    (void)snprintf(more, sizeof(more), ",'approval_required':'group','approval_group':'%s'", group);
    offered = item_of(p, "knife", more);
    item = csm_tk_str(p->tk, ordered(p, "ivy", offered), "sys_id");
    request = csm_tk_str(p->tk, csm_tk_get(p->tk, REQUEST_ITEM, item), "request");
    (void)csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','request':'%s'}", other, request);
    as(p, "vera");
    (void)people_do(p, "approval.reject", csm_tk_str(p->tk, csm_tk_first(p->tk, APPROVER, "sysapproval=%s", item), "sys_id"));
    is(p, REQUEST_ITEM, item, "stage", "request_cancelled");
    is(p, REQUEST, request, "request_state", "in_process");
}

static void acceptance_284_the_cart(void **state)
{
    people *p = *state;
    const char *cup = item_of(p, "cup", ",'price':'2 EUR'"), *plate = item_of(p, "plate", ",'price':'3 EUR'"), *mine;
    const char *dollars = item_of(p, "dollar", ",'price':'1 USD'"), *odd;
    const csm_value *rec;

    as(p, "ivy");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "catalog.checkout", "{}");
    mine = csm_tk_insert(p->tk, "sc_cart_item", "{'cat_item':'%s','quantity':2}", cup);
    (void)csm_tk_insert(p->tk, "sc_cart_item", "{'cat_item':'%s'}", plate);
    odd = csm_tk_insert(p->tk, "sc_cart_item", "{'cat_item':'%s'}", dollars);
    as(p, "vera"); /* another's cart */
    csm_tk_hidden(p->tk, "sc_cart_item", mine);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'sc_cart_item','values':{'cat_item':'%s','user':'%s'}}", cup, p->ivy);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "catalog.checkout", "{}");
    as(p, "ivy");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "catalog.checkout", "{}"); /* two currencies: all or nothing */
    assert_int_equal(csm_tk_count(p->tk, "sc_cart_item", "sys_idISNOTEMPTY"), 3);
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'sc_cart_item','id':'%s'}", odd);
    rec = csm_tk_ok(p->tk, "catalog.checkout", "{'delivery_address':'room 3'}");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "price.amount"), "7");
    assert_int_equal(csm_tk_count(p->tk, REQUEST_ITEM, "request=%s", csm_tk_str(p->tk, rec, "sys_id")), 2);
    assert_int_equal(csm_tk_count(p->tk, "sc_cart_item", "sys_idISNOTEMPTY"), 0);
}

/* ---- who orders what ---- */

static void acceptance_282_what_is_not_offered(void **state)
{
    people *p = *state;
    const char *old = item_of(p, "fax", ",'active':false"), *request;
    const csm_value *rec;

    as(p, "ivy");
    csm_tk_hidden(p->tk, ITEM, old);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "catalog.order", "{'item':'%s'}", old);
    as(p, "kate"); /* who sees it orders it no more than others */
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "catalog.order", "{'item':'%s'}", old);
    rec = ordered(p, "ivy", item_of(p, "lamp", ""));
    request = csm_tk_str(p->tk, rec, "request");
    assert_true(csm_tk_sees(p->tk, REQUEST, request));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "catalog.order", "{'item':'%s','requested_for':'%s'}",
                       csm_tk_str(p->tk, rec, "cat_item"), p->tim);
    as(p, "vera"); /* another's order */
    csm_tk_hidden(p->tk, REQUEST, request);
    as(p, "pat"); /* customers come by other ways */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "catalog.order", "{'item':'%s'}", csm_tk_str(p->tk, rec, "cat_item"));
    assert_int_equal(csm_tk_count(p->tk, ITEM, "sys_idISNOTEMPTY"), 0);
}

static void acceptance_280_a_record_producer(void **state)
{
    people *p = *state;
    const char *producer;
    const csm_value *rec;

    as(p, "kate");
    producer = csm_tk_insert(p->tk, "sc_cat_item_producer", "{'name':'Report a leak','table_name':'task',"
                             "'default_values':{'priority':2,'description':'none'}}");
    (void)csm_tk_insert(p->tk, VARIABLE, "{'cat_item':'%s','name':'short_description','mandatory':true}", producer);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "catalog.order", "{'item':'%s'}", producer);
    as(p, "tim");
    rec = csm_tk_ok(p->tk, "catalog.produce", "{'id':'%s','variables':{'short_description':'water'}}", producer);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "short_description"), "water");
    assert_int_equal(csm_tk_int(p->tk, rec, "priority"), 2);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "catalog.produce", "{'id':'%s'}", producer);
    as(p, "ivy"); /* it makes nothing its user could not make himself */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "catalog.produce", "{'id':'%s','variables':{'short_description':'water'}}", producer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_273_tasks_by_order),
        people_test(acceptance_273_plans_that_make_sense),
        people_test(acceptance_273_no_circles),
        people_test(acceptance_274_closing),
        people_test(acceptance_274_the_last_item_closes_the_request),
        people_test(acceptance_277_278_a_manager_decides),
        people_test(acceptance_278_the_others_live),
        people_test(acceptance_279_a_new_task),
        people_test(acceptance_280_answers),
        people_test(acceptance_280_all_that_is_missing_is_named),
        people_test(acceptance_280_questions_nobody_could_answer),
        people_test(acceptance_280_a_record_producer),
        people_test(acceptance_282_what_is_not_offered),
        people_test(acceptance_284_the_cart),
        people_test(acceptance_284_totals),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
