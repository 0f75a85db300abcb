/* Acceptance of requests of cases: the portal, agents, what may parent a request, changes for an item (items 267, 269 to 273, 283,
 * 358, 377, 378). */
#include "requests.h"

/* ---- the portal ---- */

static void acceptance_269_a_customer_orders(void **state)
{
    people *p = *state;
    const csm_value *answer, *of, *request;
    const char *id;

    as(p, "pat");
    answer = csm_tk_ok(p->tk, "request.submit", "{'item':'%s','quantity':2,'short_description':'two pens please'}", pen);
    id = csm_tk_str(p->tk, answer, "case.sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "item.price.amount"), "3");
    of = people_row(p, CASE, id);
    assert_true(csm_tk_bool(p->tk, of, "initiated_as_request"));
    csm_tk_assert_str(csm_tk_str(p->tk, of, "short_description"), "two pens please");
    csm_tk_assert_str(csm_tk_str(p->tk, of, "contact"), p->pat);
    csm_tk_assert_str(csm_tk_str(p->tk, of, "account"), p->P);
    csm_tk_assert_str(csm_tk_str(p->tk, of, "contact_type"), "web");
    request = people_row(p, REQUEST, csm_tk_str(p->tk, answer, "request.sys_id"));
    csm_tk_assert_str(csm_tk_str(p->tk, request, "parent"), id);
    csm_tk_assert_str(csm_tk_str(p->tk, request, "requested_for"), p->pat);
    csm_tk_assert_str(csm_tk_str(p->tk, request, "account"), p->P);
    csm_tk_assert_str(csm_tk_str(p->tk, request, "contact"), p->pat);
    as(p, "adam");
    assert_int_equal(csm_tk_count(p->tk, REQUEST_ITEM, "request=%s", csm_tk_str(p->tk, answer, "request.sys_id")), 1);
    assert_int_equal(csm_tk_count(p->tk, REQUEST, "parent=%s", id), 1);
    as(p, "ann"); /* an ordinary case cannot say it came that way */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'" CASE "','values':{'short_description':'c','initiated_as_request':true}}");
}

static void acceptance_269_all_or_nothing(void **state)
{
    people *p = *state;
    int64_t cases;
    const char *item;

    as(p, "kate");
    item = csm_tk_insert(p->tk, ITEM, "{'name':'Badge','visible_to_external':true}");
    (void)csm_tk_insert(p->tk, "item_option_new", "{'cat_item':'%s','name':'name_on_it','mandatory':true}", item);
    as(p, "adam");
    cases = csm_tk_count(p->tk, CASE, "sys_idISNOTEMPTY");
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "request.submit", "{'item':'%s'}", item);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "name_on_it");
    as(p, "adam"); /* no case without its request */
    assert_int_equal(csm_tk_count(p->tk, CASE, "sys_idISNOTEMPTY"), cases);
}

static void acceptance_270_for_whom_one_may(void **state)
{
    static const struct {
        const char *who, *field; /* of the answer's case, as it must come out */
        size_t account, contact, partner_contact; /* offsets into people; 0: not given, or nobody */
    } rows[] = {
        { "cass", "case manager, a subsidiary", offsetof(people, S1), offsetof(people, sam), 0 },
        { "dora", "customer admin, another contact", offsetof(people, P), offsetof(people, pam), 0 },
        { "quin", "partner", offsetof(people, C), offsetof(people, carl), offsetof(people, quin) },
        { "quest", "partner admin", offsetof(people, C), offsetof(people, carl), offsetof(people, quest) },
        { "petra", "proxy contact", offsetof(people, S1), offsetof(people, sam), 0 },
    };
    people *p = *state;

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        const char *account = *(const char **)((char *)p + rows[n].account),
                   *contact = *(const char **)((char *)p + rows[n].contact);
        const char *id;
        const csm_value *of;

        as(p, rows[n].who);
        id = csm_tk_str(p->tk, csm_tk_ok(p->tk, "request.submit", "{'item':'%s','account':'%s','contact':'%s'}", pen, account,
                                         contact), "case.sys_id");
        of = people_row(p, CASE, id);
        csm_tk_assert_str(csm_tk_str(p->tk, of, "account"), account);
        csm_tk_assert_str(csm_tk_str(p->tk, of, "contact"), contact);
        if (rows[n].partner_contact != 0)
            csm_tk_assert_str(csm_tk_str(p->tk, of, "partner_contact"), *(const char **)((char *)p + rows[n].partner_contact));
        as(p, "adam");
        csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, REQUEST, "parent=%s", id), "requested_for"), contact);
    }
    csm_tk_assert_str(
        csm_tk_str(p->tk, people_row(p, CASE, csm_tk_str(p->tk, submit(p, "joe", pen), "case.sys_id")), "consumer"), p->joe);
}

static void acceptance_270_and_for_nobody_else(void **state)
{
    people *p = *state;

    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "request.submit", "{'item':'%s','account':'%s'}", pen, p->X);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "request.submit", "{'item':'%s','contact':'%s'}", pen, p->pam);
    as(p, "quin");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "request.submit", "{'item':'%s','account':'%s'}", pen, p->P);
    as(p, "joe");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "request.submit", "{'item':'%s','consumer':'%s'}", pen, p->jane);
    as(p, "ivy"); /* an employee who opens no cases */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "request.submit", "{'item':'%s'}", pen);
}

static void acceptance_270_named_in_the_form(void **state)
{
    people *p = *state;
    const char *before, *set, *item;
    const csm_value *answer;

    as(p, "kate");
    set = csm_tk_str(p->tk, csm_tk_first(p->tk, "item_option_new_set", "name=csm_request_variable_set"), "sys_id");
    item = csm_tk_insert(p->tk, ITEM, "{'name':'Desk','visible_to_external':true,'variable_sets':['%s']}", set);
    as(p, "quin");
    answer = csm_tk_ok(p->tk, "request.submit", "{'item':'%s','variables':{'account':'%s','contact':'%s'}}", item, p->C, p->carl);
    before = csm_tk_str(p->tk, answer, "case.sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, before), "account"), p->C);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, CASE, before), "contact"), p->carl);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "request.submit", "{'item':'%s','variables':{'account':'%s','contact':'%s'}}", item,
                       p->X, p->xena);
}

/* Employees who open cases for customers: of the customers they see name and number. */
static void acceptance_378_stakeholders_order(void **state)
{
    static const struct {
        const char *who, *role;
        bool account, consumer; /* whom they may order for */
    } rows[] = {
        { "alma", "sn_customerservice.account_contributor", true, false },
        { "cole", "sn_customerservice.consumer_contributor", false, true },
        { "petra", NULL, true, true },
    };
    people *p = *state;
    const char *other = people_case(p, "another");

    for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
        if (rows[n].role != NULL)
            (void)csm_tk_user(p->tk, rows[n].who, rows[n].role);
        for (int private = 0; private < 2; private++) {
            bool may = private ? rows[n].consumer : rows[n].account;
            const csm_value *answer = NULL, *customer;
            const char *id;
            csm_status st;

            as(p, rows[n].who);
            st = private ? csm_tk_call(p->tk, &answer, "request.submit", "{'item':'%s','consumer':'%s'}", pen, p->joe)
                         : csm_tk_call(p->tk, &answer, "request.submit", "{'item':'%s','account':'%s','contact':'%s'}",
                                       pen, p->P, p->pat);
            assert_int_equal(st == CSM_OK, may);
            if (!may)
                continue;
            id = csm_tk_str(p->tk, answer, "case.sys_id");
            assert_true(csm_tk_sees(p->tk, CASE, id));
            assert_true(csm_tk_sees(p->tk, REQUEST, csm_tk_str(p->tk, answer, "request.sys_id")));
            assert_true(csm_tk_sees(p->tk, REQUEST_ITEM, csm_tk_str(p->tk, answer, "item.sys_id")));
            (void)csm_tk_update(p->tk, CASE, id, "{'comments':'please hurry'}");
            csm_tk_hidden(p->tk, CASE, other);
            customer = private ? csm_tk_get(p->tk, "csm_consumer", p->joe) : csm_tk_get(p->tk, "customer_account", p->P);
            assert_true(csm_tk_has(customer, "name") && csm_tk_has(customer, "number"));
            assert_false(csm_tk_has(customer, "email") || csm_tk_has(customer, "phone") || csm_tk_has(customer, "city"));
        }
    }
}

/* ---- agents ---- */

static void acceptance_271_two_from_one_case(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "new desk"), *first, *second;
    const csm_value *rec;

    rec = csm_tk_ok(p->tk, "case.create_request", "{'id':'%s'}", id);
    first = csm_tk_str(p->tk, rec, "sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "requested_for"), p->pat);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "short_description"), "new desk");
    (void)csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','request':'%s','quantity':2}", pen, first);
    (void)csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','request':'%s'}", secret, first);
    second = request_of(p, ordered_from(p, id, pen));
    assert_string_not_equal(first, second);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST, second), "requested_for"), p->pat);
    assert_int_equal(csm_tk_count(p->tk, REQUEST, "parent=%s", id), 2);
    assert_int_equal(csm_tk_count(p->tk, REQUEST_ITEM, "parent=%s", id), 3);
    assert_true(people_told(p, CASE, id, "work_notes", csm_tk_str(p->tk, people_row(p, REQUEST, first), "number")));
    as(p, "abe"); /* an agent without the role */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_request", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "catalog.order", "{'item':'%s','parent':'%s'}", pen, id);
    csm_tk_hidden(p->tk, REQUEST, first);
    as(p, "tim"); /* who has the role but not the case */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.create_request", "{'id':'%s'}", people_case_in(p, 10));
    id = people_case_in(p, 3);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_request", "{'id':'%s'}", id);
}

static void acceptance_271_the_customer_of_the_case(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "moves"), *request = request_of(p, ordered_from(p, id, pen));

    (void)csm_tk_update(p->tk, CASE, id, "{'contact':'%s'}", p->pam);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST, request), "contact"), p->pam);
}

static void acceptance_272_associate_and_remove(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "desk"), *request, *number, *foreign;

    as(p, "tim");
    request = request_of(p, csm_tk_str(p->tk, csm_tk_ok(p->tk, "catalog.order", "{'item':'%s'}", pen), "sys_id"));
    number = csm_tk_str(p->tk, people_row(p, REQUEST, request), "number");
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "case.associate_request", "{'id':'%s','request':'%s'}", id, request);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST, request), "parent"), id);
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST, request), "account"), p->P);
    assert_true(people_told(p, CASE, id, "work_notes", number));
    foreign = people_case(p, "another");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.associate_request", "{'id':'%s','request':'%s'}", foreign, request);
    (void)csm_tk_ok(p->tk, "case.remove_request", "{'id':'%s','request':'%s'}", id, request);
    assert_true(csm_tk_is_nil(p->tk, people_row(p, REQUEST, request), "parent"));
    assert_true(csm_tk_is_nil(p->tk, people_row(p, REQUEST, request), "account"));
    assert_true(people_told(p, CASE, id, "work_notes", "unlinked"));
    as(p, "abe");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.associate_request", "{'id':'%s','request':'%s'}", id, request);
    as(p, "tim"); /* nor by a plain write of the column, to a case one does not work */
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update",
                       "{'table':'" REQUEST "','id':'%s','values':{'parent':'%s'}}", request, id);
}

static void acceptance_377_the_case_of_a_request(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *other = people_case_in(p, 10), *request = request_of(p, ordered_from(p, id, pen));

    as(p, "tim");
    assert_true(csm_tk_sees(p->tk, CASE, id));
    csm_tk_hidden(p->tk, CASE, other);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'" CASE "','id':'%s','values':{'priority':1}}", id);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'" CASE "','id':'%s','values':{'requests':[]}}", id);
    (void)csm_tk_ok(p->tk, "case.remove_request", "{'id':'%s','request':'%s'}", id, request);
    as(p, "tim");
    csm_tk_hidden(p->tk, CASE, id);
}

static void acceptance_267_cases_with_requests(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    int64_t before, after;

    as(p, "ann");
    before = csm_tk_count(p->tk, CASE, "requestsISNOTEMPTY^active=true");
    (void)ordered_from(p, id, pen);
    (void)ordered_from(p, id, pen);
    after = csm_tk_count(p->tk, CASE, "requestsISNOTEMPTY^active=true");
    assert_int_equal(after, before + 1); /* cases, not requests */
    as(p, "cora"); /* an agent of consumers counts her own */
    assert_int_equal(csm_tk_count(p->tk, CASE, "requestsISNOTEMPTY^active=true^sys_id=%s", id), 0);
}

/* ---- what may parent a request ---- */

static void acceptance_283_parents(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "c"), *task, *mapping;

    as(p, "ann");
    task = csm_tk_insert(p->tk, "sn_customerservice_task", "{'short_description':'t','parent_case':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "catalog.order", "{'item':'%s','parent':'%s'}", pen, task);
    as(p, "kate");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert",
                       "{'table':'request_parent_mapping','values':{'parent_table':'sys_user'}}");
    csm_tk_assert_str(csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'request_parent_mapping','values':{'name':'X'}}"),
                      "field \"parent_table\" of request_parent_mapping is required");
    csm_tk_assert_str(csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'sc_req_item','values':{}}"),
                      "field \"cat_item\": what is ordered must be named");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'request_parent_mapping','values':{"
                       "'parent_table':'sn_customerservice_task','parent_requestor':'nobody'}}");
    mapping = csm_tk_insert(p->tk, "request_parent_mapping", "{'name':'Case task','parent_table':'sn_customerservice_task'}");
    as(p, "ann");
    id = csm_tk_str(p->tk, csm_tk_ok(p->tk, "catalog.order", "{'item':'%s','parent':'%s'}", pen, task), "sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, people_row(p, REQUEST, request_of(p, id)), "requested_for"), p->pat);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'request_parent_mapping','id':'%s'}", mapping);
    as(p, "kate"); /* a case without its mapping parents none either */
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'request_parent_mapping','id':'%s'}",
                    csm_tk_str(p->tk, csm_tk_first(p->tk, "request_parent_mapping", "parent_table=" CASE), "sys_id"));
    id = people_case(p, "c");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "case.create_request", "{'id':'%s'}", id);
    as(p, "kate");
    (void)csm_tk_insert(p->tk, "request_parent_mapping", "{'name':'Case','parent_table':'" CASE "'}");
    as(p, "ann");
    (void)people_do(p, "case.create_request", id);
}

/* A request is raised from what one works on, while it is open; reading it is not enough. */
static void acceptance_283_parents_one_works_on(void **state)
{
    static const char values[] = "{'table':'" REQUEST "','values':{'short_description':'r','parent':'%s'}}";
    people *p = *state;

    csm_tk_grant(p->tk, p->vera, "sn_request_write");
    as(p, "vera");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", values, people_case_in(p, 10));
    csm_tk_assert_str(csm_tk_error_field(p->tk), "parent");
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.insert", values, people_case_in(p, 3));
    csm_tk_assert_str(csm_tk_error_field(p->tk), "parent");
    as(p, NULL);
    csm_tk_revoke(p->tk, p->vera, "sn_request_write");
}

/* ---- a change for an item ---- */

static void acceptance_358_a_change_for_an_item(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *item = ordered_from(p, id, pen), *change, *number;
    const csm_value *rec, *notes;
    uint32_t entries;

    as(p, "tim");
    rec = csm_tk_ok(p->tk, "request_item.create_change", "{'id':'%s','type':'normal'}", item);
    change = csm_tk_str(p->tk, rec, "sys_id");
    number = csm_tk_str(p->tk, rec, "number");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "parent"), item);
    notes = csm_tk_at(p->tk, people_row(p, REQUEST_ITEM, item), "work_notes");
    assert_non_null(strstr(csm_tk_str(p->tk, notes, "0.text"), number));
    assert_true(people_told(p, CASE, id, "work_notes", number));
    assert_false(people_told(p, CASE, id, "comments", number));
    (void)people_do(p, "change.cancel", change);
    assert_true(people_told(p, CASE, id, "work_notes", "Canceled"));
    as(p, "ann"); /* an agent who makes no changes */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "request_item.create_change", "{'id':'%s'}", item);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "request_item.create_change", "{'id':'%s'}", item);
    csm_tk_hidden(p->tk, "change_request", change);
    as(p, "tim");
    change = csm_tk_str(p->tk, csm_tk_ok(p->tk, "request_item.create_change", "{'id':'%s','type':'normal'}", item), "sys_id");
    as(p, "ann"); /* a closed case is told nothing more */
    (void)csm_tk_ok(p->tk, "case.close_case", "{'id':'%s','resolution_code':'void','close_notes':'n'}", id);
    entries = csm_tk_at(p->tk, people_row(p, CASE, id), "work_notes")->count;
    finish(p, "change.cancel", change);
    assert_int_equal(csm_tk_at(p->tk, people_row(p, CASE, id), "work_notes")->count, entries);
    finish(p, "request_item.complete", item);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "request_item.create_change", "{'id':'%s'}", item);
}

/* ---- the demo rows ---- */

static void acceptance_273_demo(void **state)
{
    csm_tk *tk = csm_tk_start("request_management", CSM_TK_DEMO);
    const csm_value *answer;
    const char *item;

    (void)state;
    csm_tk_as(tk, "gil");
    item = csm_tk_str(tk, csm_tk_first(tk, ITEM, "nameLIKEset-top box"), "sys_id");
    (void)csm_tk_fails(tk, CSM_E_INVALID, "request.submit", "{'item':'%s'}", item);
    answer = csm_tk_ok(tk, "request.submit", "{'item':'%s','variables':{'room':'101'}}", item);
    item = csm_tk_str(tk, answer, "item.sys_id");
    csm_tk_as(tk, "wes.ware");
    assert_int_equal(csm_tk_count(tk, TASK, "request_item=%s", item), 3);
    assert_int_equal(csm_tk_count(tk, TASK, "request_item=%s^state=1", item), 1);
    csm_tk_as(tk, "gil");
    item = csm_tk_str(tk, csm_tk_first(tk, ITEM, "name=Extra screen"), "sys_id");
    answer = csm_tk_ok(tk, "request.submit", "{'item':'%s','quantity':2}", item);
    csm_tk_assert_str(csm_tk_str(tk, answer, "item.stage"), "waiting_for_approval");
    csm_tk_assert_str(csm_tk_str(tk, answer, "request.price.amount"), "9");
    assert_int_equal(csm_tk_count(tk, ITEM, "name=Laptop"), 0);
    csm_tk_stop(tk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_267_cases_with_requests),
        people_test(acceptance_269_a_customer_orders),
        people_test(acceptance_269_all_or_nothing),
        people_test(acceptance_270_for_whom_one_may),
        people_test(acceptance_270_and_for_nobody_else),
        people_test(acceptance_270_named_in_the_form),
        people_test(acceptance_271_two_from_one_case),
        people_test(acceptance_271_the_customer_of_the_case),
        people_test(acceptance_272_associate_and_remove),
        people_test(acceptance_283_parents),
        people_test(acceptance_283_parents_one_works_on),
        people_test(acceptance_358_a_change_for_an_item),
        people_test(acceptance_377_the_case_of_a_request),
        people_test(acceptance_378_stakeholders_order),
        people_test(acceptance_273_demo),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
