/* Acceptance of contracts and what hangs on them: their life, what they cover, renewing (items 161 to 168, 381). */
#include "people.h"

#include <stdio.h>
#include <time.h>

#define CONTRACT "sn_pss_core_service_contract"
#define LINE "sn_pss_core_service_contract_line"
#define ENTITLEMENT "service_entitlement"
#define SOLD "sn_install_base_sold_product"
#define ASSET "clm_m2m_contract_asset"
#define COVERED "sn_install_base_m2m_contract_sold_product"

static int setup(void **state)
{
    *state = people_start("install_base");
    return 0;
}

/* The server's day, so many days from now, read off a row's default. */
static const char *day(people *p, int from_now)
{
    const char *before = p->who, *id, *text;
    struct tm tm = { 0 };
    char out[16];
    time_t at;

    as(p, "adam");
    id = csm_tk_insert(p->tk, "core_company", "{'name':'clock'}");
    text = csm_tk_str(p->tk, csm_tk_get(p->tk, "core_company", id), "sys_created_on");
    as(p, before);
    assert_int_equal(sscanf(text, "%d-%d-%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday), 3);
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    tm.tm_mday += from_now;
    tm.tm_hour = 12;
    at = timegm(&tm);
    assert_non_null(gmtime_r(&at, &tm));
    assert_true(strftime(out, sizeof(out), "%Y-%m-%d", &tm) > 0);
    return csm_tk_keep_text(p->tk, csm_str_of(out));
}

static int each(void **state)
{
    (void)people_each(state);
    people_noon(*state);
    return 0;
}

/* Lets so many days go by, with the hourly job at the end of them. */
static void days_go_by(people *p, int days)
{
    for (int n = 0; n < days; n++)
        csm_tk_advance(p->tk, CSM_DAY);
    csm_tk_advance(p->tk, CSM_HOUR);
    csm_tk_settle(p->tk);
}

static const char *made(people *p, const char *table, const char *values)
{
    const char *before = p->who, *id;

    as(p, "mia");
    id = csm_tk_insert(p->tk, table, "{%s}", values);
    as(p, before);
    return id;
}

static const char *contract(people *p, const char *account, const char *starts, const char *ends, const char *state)
{
    char values[256];

    (void)snprintf(values, sizeof(values), "'short_description':'Care','account':'%s','starts':'%s','ends':'%s','state':'%s'", account,
                   starts, ends, state);
    return made(p, CONTRACT, values);
}

static const char *line(people *p, const char *of, const char *more)
{
    char values[256];

    (void)snprintf(values, sizeof(values), "'name':'Line','contract':'%s'%s", of, more);
    return made(p, LINE, values);
}

static const char *entitlement(people *p, const char *account, const char *of, const char *more)
{
    char values[320];

    (void)snprintf(values, sizeof(values), "'name':'Right','account':'%s','contract':'%s'%s", account, of, more);
    return made(p, ENTITLEMENT, values);
}

static const char *get(people *p, const char *table, const char *id, const char *field)
{
    const char *before = p->who, *text;

    as(p, "mia");
    text = csm_tk_str(p->tk, csm_tk_get(p->tk, table, id), field);
    as(p, before);
    return text;
}

static void is_in(people *p, const char *table, const char *id, const char *state)
{
    csm_tk_assert_str(get(p, table, id, "state"), state);
}

static void acceptance_161_a_manager_makes_a_contract(void **state)
{
    people *p = *state;
    const char *id = contract(p, p->P, "2020-01-01", "2999-12-31", "active"), *part = line(p, id, ",'state':'active'");
    const char *right = entitlement(p, p->P, id, "");
    const char *const tables[] = { CONTRACT, LINE, ENTITLEMENT }, *const ids[] = { id, part, right };

    csm_tk_assert_str(get(p, LINE, part, "account"), p->P);
    for (size_t n = 0; n < 3; n++) {
        as(p, "ann");
        assert_true(csm_tk_sees(p->tk, tables[n], ids[n]));
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'state':'cancelled'}}", tables[n],
                           ids[n]);
        as(p, "xena");
        csm_tk_hidden(p->tk, tables[n], ids[n]);
    }
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'" CONTRACT "','values':{'account':'%s','starts':'2020-01-01'}}",
                       p->P);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'" ENTITLEMENT "','values':{'account':'%s','name':'x'}}", p->P);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contract.cancel", "{'id':'%s'}", id);
}

static void acceptance_162_one_customer(void **state)
{
    people *p = *state;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" CONTRACT "','values':{'account':'%s','consumer':'%s',"
                       "'starts':'2020-01-01'}}", p->P, p->joe);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" CONTRACT "','values':{'starts':'2020-01-01'}}");
    (void)csm_tk_insert(p->tk, CONTRACT, "{'consumer':'%s','starts':'2020-01-01'}", p->joe);
}

static void acceptance_163_lines_lie_within(void **state)
{
    people *p = *state;
    const char *id = contract(p, p->P, "2020-01-01", "2999-12-31", "active"), *part, *right;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" LINE "','values':{'contract':'%s','starts':'2019-12-31'}}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" LINE "','values':{'contract':'%s','ends':'3000-01-01'}}", id);
    part = line(p, id, ",'starts':'2021-01-01','ends':'2990-12-31'");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" LINE "','values':{'contract':'%s','parent_contract_line':"
                       "'%s','starts':'2020-06-01'}}", id, part);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "starts");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" LINE "','values':{'contract':'%s','parent_contract_line':"
                       "'%s','ends':'2991-01-01'}}", id, part);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" ENTITLEMENT "','values':{'account':'%s','name':'x',"
                       "'service_contract_line':'%s','end_date':'2991-01-01'}}", p->P, part);
    right = csm_tk_insert(p->tk, ENTITLEMENT, "{'account':'%s','name':'x','service_contract_line':'%s','end_date':'2990-12-31'}", p->P,
                          part);
    csm_tk_assert_str(get(p, ENTITLEMENT, right, "contract"), id);
}

static void acceptance_164_days_begin_and_end_it(void **state)
{
    people *p = *state;
    const char *id = contract(p, p->P, day(p, 2), day(p, 4), "draft"), *part = line(p, id, ""), *below, *right, *later;
    char more[128];

    (void)snprintf(more, sizeof(more), ",'parent_contract_line':'%s'", part);
    below = line(p, id, more);
    right = entitlement(p, p->P, id, ",'state':'draft'");
    later = entitlement(p, p->P, id, ",'state':'draft','start_date':'2999-01-01'");
    days_go_by(p, 1);
    is_in(p, CONTRACT, id, "draft");
    is_in(p, LINE, part, "draft");
    as(p, "pat");
    csm_tk_hidden(p->tk, ENTITLEMENT, right);
    days_go_by(p, 1);
    is_in(p, CONTRACT, id, "active");
    is_in(p, LINE, part, "active");
    is_in(p, ENTITLEMENT, right, "active");
    is_in(p, ENTITLEMENT, later, "draft");
    assert_true(csm_tk_sees(p->tk, ENTITLEMENT, right));
    days_go_by(p, 1);
    is_in(p, LINE, below, "active"); /* with the one it stands below, at the latest an hour later */
    days_go_by(p, 2);
    is_in(p, CONTRACT, id, "expired");
    is_in(p, LINE, part, "expired");
    is_in(p, LINE, below, "expired");
    is_in(p, ENTITLEMENT, right, "expired");
    is_in(p, ENTITLEMENT, later, "expired");
    csm_tk_hidden(p->tk, ENTITLEMENT, right);
}

/* What stands under a line ends with it, and there are never less than no units left. */
static void acceptance_164_a_line_ends(void **state)
{
    people *p = *state;
    const char *id = contract(p, p->P, "2020-01-01", "2999-12-31", "active"), *part = line(p, id, ",'state':'active'"), *right;
    char more[160];

    (void)snprintf(more, sizeof(more), ",'service_contract_line':'%s','per_unit':true,'unit':'cases','total_units':'5'", part);
    right = entitlement(p, p->P, id, more);
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'" ENTITLEMENT "','id':'%s','values':{'remaining_units':'-1'}}",
                       right);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "remaining_units");
    (void)people_do(p, "contract_line.cancel", part);
    is_in(p, ENTITLEMENT, right, "cancelled");
    is_in(p, CONTRACT, id, "active");
}

static void acceptance_165_what_ended_is_frozen(void **state)
{
    people *p = *state;
    const char *id = contract(p, p->P, "2020-01-01", "2999-12-31", "active"), *part = line(p, id, ",'state':'active'");
    const char *right = entitlement(p, p->P, id, "");

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'" CONTRACT "','id':'%s','values':{'starts':'2020-01-02'}}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'" CONTRACT "','id':'%s','values':{'ends':'2021-01-01'}}", id);
    (void)csm_tk_update(p->tk, CONTRACT, id, "{'ends':'3000-12-31'}");
    (void)people_do(p, "contract.cancel", id);
    is_in(p, LINE, part, "cancelled");
    is_in(p, ENTITLEMENT, right, "cancelled");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.update", "{'table':'" CONTRACT "','id':'%s','values':{'renewable':true}}", id);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.update", "{'table':'" LINE "','id':'%s','values':{'name':'x'}}", part);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.update", "{'table':'" ENTITLEMENT "','id':'%s','values':{'name':'x'}}", right);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "contract.activate", "{'id':'%s'}", id);
    id = contract(p, p->P, "2020-01-01", "2021-01-01", "active"); /* over before it was written */
    is_in(p, CONTRACT, id, "expired");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.update", "{'table':'" CONTRACT "','id':'%s','values':{'renewable':true}}", id);
}

static const char *product(people *p, const char *name, const char *account, const char *parent)
{
    char values[256];

    (void)snprintf(values, sizeof(values), "'name':'%s','account':'%s'%s%s%s", name, account, parent != NULL ? ",'parent':'" : "",
                   parent != NULL ? parent : "", parent != NULL ? "'" : "");
    return made(p, SOLD, values);
}

static void acceptance_166_suspended_with_its_product(void **state)
{
    people *p = *state;
    const char *id = contract(p, p->P, "2020-01-01", "2999-12-31", "active"), *tv = product(p, "TV", p->P, NULL), *part, *right;
    const char *other = entitlement(p, p->P, id, ""), *brief;
    char more[128];

    (void)snprintf(more, sizeof(more), ",'sold_product':'%s','state':'active'", tv);
    part = line(p, id, more);
    right = entitlement(p, p->P, id, more);
    (void)snprintf(more, sizeof(more), ",'sold_product':'%s','end_date':'%s'", tv, day(p, 1));
    brief = entitlement(p, p->P, id, more);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "sold_product.suspend", "{'id':'%s'}", tv);
    as(p, "mia");
    (void)csm_tk_update(p->tk, SOLD, tv, "{'state':'suspended'}");
    is_in(p, LINE, part, "suspended");
    is_in(p, ENTITLEMENT, right, "suspended");
    is_in(p, ENTITLEMENT, brief, "suspended");
    is_in(p, ENTITLEMENT, other, "active");
    for (int n = 0; n < 2; n++)
        csm_tk_advance(p->tk, CSM_DAY);
    as(p, "mia");
    (void)people_do(p, "sold_product.resume", tv);
    is_in(p, LINE, part, "active");
    is_in(p, ENTITLEMENT, right, "active");
    is_in(p, ENTITLEMENT, brief, "expired");
}

static void acceptance_167_products_covered(void **state)
{
    people *p = *state;
    const char *id = contract(p, p->P, "2020-01-01", "2999-12-31", "active"), *top = product(p, "top", p->P, NULL), *row;
    const char *foreign = product(p, "foreign", p->X, NULL);

    (void)product(p, "leaf", p->S1, product(p, "child", p->P, top));
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" COVERED "','values':{'contract':'%s','sold_product':'%s'}}",
                       id, foreign);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "contract.cover_children", "{'id':'%s','sold_product':'%s'}", id, foreign);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" COVERED "','values':{'contract':'%s'}}", id);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert", "{'table':'" COVERED "','values':{'contract_line':'%s',"
                       "'sold_product':'%s'}}", line(p, id, ""), foreign);
    row = csm_tk_insert(p->tk, COVERED, "{'contract':'%s','sold_product':'%s'}", id, top);
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "record.insert", "{'table':'" COVERED "','values':{'contract':'%s','sold_product':'%s'}}",
                       id, top);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contract.cover_children", "{'id':'%s','sold_product':'%s'}", id, top);
    assert_true(csm_tk_sees(p->tk, COVERED, row));
    as(p, "mia");
    assert_int_equal(csm_tk_ok(p->tk, "contract.cover_children", "{'id':'%s','sold_product':'%s'}", id, top)->i, 2);
    assert_int_equal(csm_tk_ok(p->tk, "contract.cover_children", "{'id':'%s','sold_product':'%s'}", id, top)->i, 0);
    assert_int_equal(csm_tk_count(p->tk, COVERED, "contract=%s", id), 3);
    as(p, "pat");
    csm_tk_hidden(p->tk, COVERED, row);
    as(p, "adam"); /* coverage goes with the product; the contract's end leaves the product */
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'" CONTRACT "','id':'%s'}", id);
    assert_int_equal(csm_tk_count(p->tk, COVERED, "sold_product=%s", top), 0);
    assert_true(csm_tk_sees(p->tk, SOLD, top));
}

static void acceptance_168_customers_see_active_ones(void **state)
{
    people *p = *state;
    const char *active = contract(p, p->P, "2020-01-01", "2999-12-31", "active"), *draft = contract(p, p->P, "2998-01-01", "2999-12-31", "draft");
    const char *right = entitlement(p, p->P, active, ""), *held = entitlement(p, p->P, active, ",'state':'suspended'");
    static const char *const ours[] = { "pat", "cass", "dora" };

    for (size_t n = 0; n < 3; n++) {
        as(p, ours[n]);
        assert_true(csm_tk_sees(p->tk, CONTRACT, active));
        assert_true(csm_tk_sees(p->tk, ENTITLEMENT, right));
        csm_tk_hidden(p->tk, CONTRACT, draft);
        csm_tk_hidden(p->tk, ENTITLEMENT, held);
    }
    as(p, "sam"); /* of an account below */
    csm_tk_hidden(p->tk, CONTRACT, active);
    csm_tk_hidden(p->tk, ENTITLEMENT, right);
}

static void acceptance_381_renewing(void **state)
{
    people *p = *state;
    const char *starts = day(p, -10), *ends = day(p, 10), *id = contract(p, p->P, starts, ends, "active"), *tv, *part, *below, *right;
    const char *copy, *new_line, *new_below, *new_right, *model, *asset;
    char more[256];

    tv = product(p, "renewed", p->P, NULL);
    part = line(p, id, ",'state':'active'");
    (void)snprintf(more, sizeof(more), ",'state':'active','parent_contract_line':'%s'", part);
    below = line(p, id, more);
    (void)snprintf(more, sizeof(more), ",'service_contract_line':'%s','sold_product':'%s','start_date':'%s','per_unit':true,"
                   "'unit':'cases','total_units':'5','remaining_units':'2'", below, tv, starts);
    right = entitlement(p, p->P, id, more);
    (void)snprintf(more, sizeof(more), "'contract':'%s','contract_line':'%s','sold_product':'%s'", id, part, tv);
    (void)made(p, COVERED, more);
    as(p, "adam");
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Box'}");
    asset = csm_tk_insert(p->tk, "alm_asset", "{'model':'%s','account':'%s'}", model, p->P);
    (void)csm_tk_insert(p->tk, ASSET, "{'contract':'%s','asset':'%s'}", id, asset);
    (void)csm_tk_insert(p->tk, ASSET, "{'contract':'%s','asset':'%s','removed':'%s'}", id,
                        csm_tk_insert(p->tk, "alm_asset", "{'model':'%s','account':'%s'}", model, p->P), starts);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contract.renew", "{'id':'%s'}", id);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contract.renew", "{'id':'%s'}", id);
    as(p, "mia");
    copy = csm_tk_str(p->tk, csm_tk_ok(p->tk, "contract.renew", "{'id':'%s'}", id), "sys_id");
    is_in(p, CONTRACT, copy, "draft");
    csm_tk_assert_str(get(p, CONTRACT, copy, "starts"), day(p, 11));
    csm_tk_assert_str(get(p, CONTRACT, copy, "ends"), day(p, 31));
    csm_tk_assert_str(get(p, CONTRACT, copy, "renewed_from"), id);
    csm_tk_assert_str(get(p, CONTRACT, copy, "renewal_root"), id);
    new_line = csm_tk_str(p->tk, csm_tk_first(p->tk, LINE, "contract=%s^renewed_from=%s", copy, part), "sys_id");
    new_below = csm_tk_str(p->tk, csm_tk_first(p->tk, LINE, "contract=%s^renewed_from=%s", copy, below), "sys_id");
    new_right = csm_tk_str(p->tk, csm_tk_first(p->tk, ENTITLEMENT, "contract=%s", copy), "sys_id");
    csm_tk_assert_str(get(p, LINE, new_below, "parent_contract_line"), new_line);
    is_in(p, LINE, new_line, "draft");
    is_in(p, ENTITLEMENT, new_right, "draft");
    csm_tk_assert_str(get(p, ENTITLEMENT, new_right, "remaining_units"), "5");
    csm_tk_assert_str(get(p, ENTITLEMENT, new_right, "service_contract_line"), new_below);
    csm_tk_assert_str(get(p, ENTITLEMENT, new_right, "start_date"), day(p, 11));
    csm_tk_assert_str(get(p, ENTITLEMENT, new_right, "sold_product"), tv);
    csm_tk_assert_str(get(p, ENTITLEMENT, right, "remaining_units"), "2"); /* the old ones as they were */
    csm_tk_assert_str(get(p, CONTRACT, id, "ends"), ends);
    is_in(p, CONTRACT, id, "active");
    assert_int_equal(csm_tk_count(p->tk, COVERED, "contract=%s^sold_product=%s^contract_line=%s", copy, tv, new_line), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, ASSET, "contract=%s", copy), "asset"), asset);
    assert_int_equal(csm_tk_count(p->tk, ASSET, "contract=%s", copy), 1); /* not what was taken off the old one */
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "contract.renew", "{'id':'%s'}", copy);
    days_go_by(p, 11);
    is_in(p, CONTRACT, copy, "active");
    is_in(p, ENTITLEMENT, new_right, "active");
    is_in(p, CONTRACT, id, "expired");
    as(p, "mia"); /* again, from what is over by now: the root stays the first */
    copy = csm_tk_str(p->tk, csm_tk_ok(p->tk, "contract.renew", "{'id':'%s'}", copy), "sys_id");
    csm_tk_assert_str(get(p, CONTRACT, copy, "renewal_root"), id);
}

static void an_approver_is_waited_for(void **state)
{
    people *p = *state;
    const char *id = contract(p, p->P, day(p, 1), "2999-12-31", "draft"), *second;

    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "contract.submit", "{'id':'%s'}", id);
    (void)csm_tk_update(p->tk, CONTRACT, id, "{'approver':'%s'}", p->ivy);
    (void)people_do(p, "contract.submit", id);
    assert_int_equal(csm_tk_count(p->tk, CONTRACT, "sys_id=%s^approval=requested", id), 1);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'" CONTRACT "','id':'%s','values':{'approval':'approved'}}", id);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "contract.approve", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "contract.activate", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contract.expire", "{'id':'%s'}", id);
    days_go_by(p, 2);
    is_in(p, CONTRACT, id, "draft"); /* its day came, its approver did not */
    as(p, "tim");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "contract.approve", "{'id':'%s'}", id);
    as(p, "ivy");
    assert_true(csm_tk_sees(p->tk, CONTRACT, id));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'" CONTRACT "','id':'%s','values':{'renewable':true}}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contract.cancel", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "contract.activate", "{'id':'%s'}", id);
    (void)people_do(p, "contract.approve", id);
    is_in(p, CONTRACT, id, "active");
    second = contract(p, p->P, day(p, 1), "2999-12-31", "draft");
    as(p, "mia");
    (void)csm_tk_update(p->tk, CONTRACT, second, "{'approver':'%s'}", p->ivy);
    (void)people_do(p, "contract.submit", second);
    as(p, "ivy");
    (void)people_do(p, "contract.approve", second);
    is_in(p, CONTRACT, second, "draft"); /* approved, and not yet its day */
    days_go_by(p, 1);
    is_in(p, CONTRACT, second, "active");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(acceptance_161_a_manager_makes_a_contract, each),
        cmocka_unit_test_setup(acceptance_162_one_customer, each),
        cmocka_unit_test_setup(acceptance_163_lines_lie_within, each),
        cmocka_unit_test_setup(acceptance_164_days_begin_and_end_it, each),
        cmocka_unit_test_setup(acceptance_164_a_line_ends, each),
        cmocka_unit_test_setup(acceptance_165_what_ended_is_frozen, each),
        cmocka_unit_test_setup(acceptance_166_suspended_with_its_product, each),
        cmocka_unit_test_setup(acceptance_167_products_covered, each),
        cmocka_unit_test_setup(acceptance_168_customers_see_active_ones, each),
        cmocka_unit_test_setup(acceptance_381_renewing, each),
        cmocka_unit_test_setup(an_approver_is_waited_for, each),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
