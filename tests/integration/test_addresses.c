/* Acceptance of addresses: one primary of an owner, the form and its row say the same, sharing (items 34 to 38, 49). */
#include "people.h"

#include <stdio.h>

#define ACCOUNT "customer_account"
#define CONSUMER "csm_consumer"
#define PLACE "cmn_location"
#define LINK "account_address_relationship"

static const char *new_account(people *p, const char *name, const char *street)
{
    as(p, "mia");
    return csm_tk_insert(p->tk, ACCOUNT, "{'name':'%s','street':'%s','city':'Town'}", name, street);
}

static const char *new_consumer(people *p, const char *name, const char *street)
{
    as(p, "cora");
    return csm_tk_insert(p->tk, CONSUMER, "{'first_name':'%s','last_name':'Lives','street':'%s','city':'Town'}", name, street);
}

static const char *add_place(people *p, const char *owner_field, const char *owner, const char *street, const char *type)
{
    return csm_tk_insert(p->tk, PLACE, "{'%s':'%s','street':'%s','type':'%s'}", owner_field, owner, street, type);
}

static bool is_primary(people *p, const char *table, const char *id)
{
    return csm_tk_bool(p->tk, csm_tk_get(p->tk, table, id), "primary");
}

static void acceptance_034_one_primary_address(void **state)
{
    people *p = *state;
    const char *account = new_account(p, "Two addresses", "First 1");
    const char *first = csm_tk_str(p->tk, csm_tk_first(p->tk, PLACE, "account=%s", account), "sys_id");
    const char *second = add_place(p, "account", account, "Second 2", "shipping");

    assert_true(is_primary(p, PLACE, first));
    (void)csm_tk_update(p->tk, PLACE, second, "{'primary':true}");
    assert_false(is_primary(p, PLACE, first));
    assert_true(is_primary(p, PLACE, second));
    assert_int_equal(csm_tk_count(p->tk, LINK, "account=%s^primary=true", account), 1);
    assert_int_equal(csm_tk_count(p->tk, PLACE, "account=%s^primary=true", account), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, LINK, "account=%s^primary=true", account), "location"), second);
    /* Back, by the link this time: the form follows. */
    (void)csm_tk_update(p->tk, LINK, csm_tk_str(p->tk, csm_tk_first(p->tk, LINK, "account=%s^location=%s", account, first),
                                                "sys_id"), "{'primary':true}");
    assert_true(is_primary(p, PLACE, first));
    assert_int_equal(csm_tk_count(p->tk, LINK, "account=%s^primary=true", account), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ACCOUNT, account), "street"), "First 1");
    /* Exactly one stays: it is not taken away, but given to another. */
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'primary':false}}", PLACE, first);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update", "{'table':'%s','id':'%s','values':{'primary':false}}", LINK,
                       csm_tk_str(p->tk, csm_tk_first(p->tk, LINK, "account=%s^location=%s", account, first), "sys_id"));
    assert_true(is_primary(p, PLACE, first));
}

static void acceptance_034_037_wrong_side(void **state)
{
    people *p = *state;
    const char *account = new_account(p, "Not yours", "Hidden 1"), *consumer = new_consumer(p, "Hidden", "Hidden 2");
    const char *place, *private;

    as(p, "adam");
    place = csm_tk_str(p->tk, csm_tk_first(p->tk, PLACE, "account=%s", account), "sys_id");
    private = csm_tk_str(p->tk, csm_tk_first(p->tk, PLACE, "consumer=%s", consumer), "sys_id");
    as(p, "ann"); /* an agent reads addresses of accounts and changes none */
    assert_true(csm_tk_sees(p->tk, PLACE, place));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'primary':false}}", PLACE, place);
    csm_tk_hidden(p->tk, PLACE, private);
    as(p, "cora");
    csm_tk_hidden(p->tk, PLACE, place);
    assert_true(csm_tk_sees(p->tk, PLACE, private));
    as(p, "pat");
    csm_tk_hidden(p->tk, PLACE, place);
    csm_tk_hidden(p->tk, PLACE, private);
    as(p, "joe");
    csm_tk_hidden(p->tk, PLACE, place);
    csm_tk_hidden(p->tk, PLACE, private);
}

static void acceptance_035_the_form_changes_the_row(void **state)
{
    people *p = *state;
    const char *account = new_account(p, "Moves house", "Old 1");
    const char *place = csm_tk_str(p->tk, csm_tk_first(p->tk, PLACE, "account=%s^primary=true", account), "sys_id");

    (void)csm_tk_update(p->tk, ACCOUNT, account, "{'street':'New 2','zip':'99'}");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, PLACE, place), "street"), "New 2");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, PLACE, place), "zip"), "99");
    (void)csm_tk_update(p->tk, PLACE, place, "{'street':'Newer 3'}");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ACCOUNT, account), "street"), "Newer 3");
    assert_int_equal(csm_tk_count(p->tk, PLACE, "account=%s", account), 1);
}

static void acceptance_036_further_addresses(void **state)
{
    people *p = *state;
    const char *account = new_account(p, "Three addresses", "Main 1");

    (void)add_place(p, "account", account, "Bills 2", "billing");
    (void)add_place(p, "account", account, "Boxes 3", "shipping");
    assert_int_equal(csm_tk_count(p->tk, PLACE, "account=%s", account), 3);
    assert_int_equal(csm_tk_count(p->tk, LINK, "account=%s", account), 3);
    assert_int_equal(csm_tk_count(p->tk, PLACE, "account=%s^type=billing^primary=false", account), 1);
    assert_int_equal(csm_tk_count(p->tk, PLACE, "account=%s^type=shipping^primary=false", account), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, ACCOUNT, account), "street"), "Main 1");
}

static void acceptance_037_the_same_with_a_consumer(void **state)
{
    people *p = *state;
    const char *consumer = new_consumer(p, "Paula", "First 1"), *first, *second;

    first = csm_tk_str(p->tk, csm_tk_first(p->tk, PLACE, "consumer=%s", consumer), "sys_id");
    second = add_place(p, "consumer", consumer, "Second 2", "shipping");
    (void)add_place(p, "consumer", consumer, "Third 3", "billing");
    assert_int_equal(csm_tk_count(p->tk, PLACE, "consumer=%s", consumer), 3);
    assert_int_equal(csm_tk_count(p->tk, PLACE, "consumer=%s^primary=true", consumer), 1);
    assert_true(is_primary(p, PLACE, first));
    (void)csm_tk_update(p->tk, CONSUMER, consumer, "{'street':'First 1a'}");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, PLACE, first), "street"), "First 1a");
    (void)csm_tk_update(p->tk, PLACE, second, "{'primary':true}");
    assert_false(is_primary(p, PLACE, first));
    assert_int_equal(csm_tk_count(p->tk, PLACE, "consumer=%s^primary=true", consumer), 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CONSUMER, consumer), "street"), "Second 2");
    (void)csm_tk_update(p->tk, CONSUMER, consumer, "{'street':'Second 2a'}");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, PLACE, second), "street"), "Second 2a");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, PLACE, first), "street"), "First 1a");
}

static void acceptance_038_shared_addresses(void **state)
{
    people *p = *state;
    const char *place, *one;

    as(p, "mia");
    place = csm_tk_insert(p->tk, PLACE, "{'street':'Shared 1','account':'%s'}", p->S2);
    one = csm_tk_insert(p->tk, LINK, "{'account':'%s','location':'%s','type':'shipping'}", p->C, place);
    assert_int_equal(csm_tk_count(p->tk, PLACE, "street=Shared 1"), 1);
    assert_int_equal(csm_tk_count(p->tk, LINK, "location=%s", place), 2);
    as(p, "carl"); /* of C */
    assert_true(csm_tk_sees(p->tk, PLACE, place));
    as(p, "dora"); /* administers S2 */
    assert_true(csm_tk_sees(p->tk, PLACE, place));
    as(p, "xena");
    csm_tk_hidden(p->tk, PLACE, place);
    csm_tk_hidden(p->tk, LINK, one);
    people_set_property(p, "enable_account_address_sharing", "false");
    as(p, "mia");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'%s','values':{'account':'%s','location':'%s','type':'billing'}}", LINK, p->Q, place);
    people_set_property(p, "enable_account_address_sharing", "true");
    as(p, "mia");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", LINK, one);
    as(p, "carl");
    csm_tk_hidden(p->tk, PLACE, place);
}

static void acceptance_049_a_consumer_with_an_address(void **state)
{
    people *p = *state;
    const char *consumer = new_consumer(p, "Newman", "Only 1");
    const csm_value *place = csm_tk_first(p->tk, PLACE, "consumer=%s", consumer);

    assert_int_equal(csm_tk_count(p->tk, PLACE, "consumer=%s", consumer), 1);
    assert_true(csm_tk_bool(p->tk, place, "primary"));
    csm_tk_assert_str(csm_tk_str(p->tk, place, "street"), "Only 1");
    consumer = csm_tk_insert(p->tk, CONSUMER, "{'first_name':'No','last_name':'Address'}");
    assert_int_equal(csm_tk_count(p->tk, PLACE, "consumer=%s", consumer), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_034_one_primary_address),
        people_test(acceptance_034_037_wrong_side),
        people_test(acceptance_035_the_form_changes_the_row),
        people_test(acceptance_036_further_addresses),
        people_test(acceptance_037_the_same_with_a_consumer),
        people_test(acceptance_038_shared_addresses),
        people_test(acceptance_049_a_consumer_with_an_address),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
