/* Acceptance of roles and groups: containment, explicit roles, membership, what only administrators may (items 13 to 17, 20). */
#include "people.h"

#include <stdio.h>

static const char *role(people *p, const char *name)
{
    as(p, NULL);
    return people_shipped(p, "sys_user_role", name);
}

static const char *contain(people *p, const char *outer, const char *inner)
{
    const char *a = role(p, outer), *b = role(p, inner);

    return csm_tk_insert(p->tk, "sys_user_role_contains", "{'role':'%s','contains':'%s'}", a, b);
}

static void remove_row(people *p, const char *table, const char *id)
{
    as(p, NULL);
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", table, id);
}

/* Whether the user holds the role, as he is told himself. */
static bool holds(people *p, const char *user_name, const char *wanted)
{
    const csm_value *roles;

    as(p, user_name);
    roles = csm_tk_at(p->tk, csm_tk_ok(p->tk, "session.whoami", "{}"), "roles");
    for (uint32_t n = 0; n < roles->count; n++)
        if (csm_str_is(roles->list[n].s, wanted))
            return true;
    return false;
}

static void acceptance_013_containment_is_transitive(void **state)
{
    people *p = *state;
    const char *user = csm_tk_user(p->tk, "rolf", "snc_internal");
    const char *ab = contain(p, "knowledge", "assignment_workbench"), *bc = contain(p, "assignment_workbench", "cmdb_read");

    assert_false(holds(p, "rolf", "cmdb_read"));
    csm_tk_grant(p->tk, user, "knowledge");
    assert_true(holds(p, "rolf", "assignment_workbench"));
    assert_true(holds(p, "rolf", "cmdb_read"));
    csm_tk_revoke(p->tk, user, "knowledge");
    assert_false(holds(p, "rolf", "cmdb_read"));
    csm_tk_grant(p->tk, user, "knowledge,cmdb_read");
    csm_tk_revoke(p->tk, user, "knowledge");
    assert_true(holds(p, "rolf", "cmdb_read")); /* granted otherwise */
    remove_row(p, "sys_user_role_contains", ab);
    remove_row(p, "sys_user_role_contains", bc);
}

static void acceptance_013_wrong_side(void **state)
{
    people *p = *state;
    const char *agent = role(p, "sn_customerservice_agent"), *admin = role(p, "admin"), *plain = role(p, "knowledge");
    const char *const others[] = { "mia", "ann", "dora", "pat", "joe" };

    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        as(p, others[n]);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                           "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}", p->pat, agent);
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                           "{'table':'sys_user_role_contains','values':{'role':'%s','contains':'%s'}}", agent, agent);
    }
    /* Who administers users gives no administrator's role. */
    (void)csm_tk_user(p->tk, "uma", "user_admin");
    as(p, "uma");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}", p->ivy, admin);
    (void)csm_tk_insert(p->tk, "sys_user_has_role", "{'user':'%s','role':'%s'}", p->abe, plain);
}

/* Neither by a group that has the role, nor by the mail address or the row of one who has it. */
static void acceptance_013_no_detour_to_admin(void **state)
{
    people *p = *state;
    const char *uwe = csm_tk_user(p->tk, "uwe", "user_admin");
    const char *group, *admin = role(p, "admin");
    static const char *const changes[] = { "'email':'uwe@example.com'", "'active':false", "'user_name':'eve'" };

    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Administrators'}");
    (void)csm_tk_insert(p->tk, "sys_group_has_role", "{'group':'%s','role':'%s'}", group, admin);
    as(p, "uwe");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'sys_user_grmember','values':{'user':'%s','group':'%s'}}",
                       uwe, group);
    for (size_t n = 0; n < sizeof(changes) / sizeof(changes[0]); n++)
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'sys_user','id':'%s','values':{%s}}", p->adam,
                           changes[n]);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'sys_user','id':'%s'}", p->adam);
    (void)csm_tk_update(p->tk, "sys_user", p->abe, "{'email':'abe@example.com'}");
    (void)csm_tk_user(p->tk, "sec", "security_admin");
    as(p, "sec");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'sys_user_role','id':'%s'}", admin);
    as(p, "adam");
    (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", p->ivy, group);
    assert_true(holds(p, "ivy", "admin"));
    as(p, "uwe");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'sys_user','id':'%s','values':{%s}}", p->ivy, changes[0]);
    remove_row(p, "sys_user_group", group);
    assert_false(holds(p, "ivy", "admin"));
}

/* Not even by an administrator: all who hold it would lose it at once, and nobody could be given it again. */
static void a_declared_role_is_not_deleted(void **state)
{
    people *p = *state;
    const char *external, *own;
    const csm_value *undone;
    int64_t made;

    as(p, "adam");
    external = people_shipped(p, "sys_user_role", "snc_external");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.delete", "{'table':'sys_user_role','id':'%s'}", external);
    assert_true(csm_tk_count(p->tk, "sys_user_has_role", "role=%s", external) > 0);
    made = csm_tk_int(p->tk, csm_tk_ok(p->tk, "record.history", "{'table':'sys_user_role','id':'%s','oldest_first':true}", external),
                      "versions.0.sequence");
    undone = csm_tk_at(p->tk, csm_tk_ok(p->tk, "record.undo", "{'sequence':%lld,'partial':true,'dry_run':true}", (long long)made),
                       "result.undone");
    for (uint32_t n = 0; n < undone->count; n++)
        assert_string_not_equal(csm_tk_str(p->tk, &undone->list[n], "id"), external);
    own = csm_tk_insert(p->tk, "sys_user_role", "{'name':'night_watch'}");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'sys_user_role','id':'%s'}", own);
}

/* An elevated role is given by who holds it or by security_admin: who administers users gives himself none, neither directly
 * nor through a group, a password, a token or the mark on the role. */
static void acceptance_013_elevated_roles_are_not_taken(void **state)
{
    people *p = *state;
    const char *ugo = csm_tk_user(p->tk, "ugo", "user_admin"), *sven = csm_tk_user(p->tk, "sven", "security_admin");
    const char *secure = role(p, "security_admin"), *import = role(p, "import_admin"), *users = role(p, "user_admin"), *plain = role(p, "knowledge");
    const char *group, *grant;

    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Guards'}");
    (void)csm_tk_insert(p->tk, "sys_group_has_role", "{'group':'%s','role':'%s'}", group, secure);
    grant = csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_user_has_role", "user=%s^role=%s", sven, secure), "sys_id");
    as(p, "ugo");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}",
                       ugo, secure);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}",
                       ugo, import);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'sys_user_grmember','values':{'user':'%s','group':'%s'}}",
                       ugo, group);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'sys_user_has_role','id':'%s'}", grant);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'sys_user_group','id':'%s'}", group);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'sys_user','id':'%s','values':{'email':'u@example.com'}}",
                       sven);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "user.set_password", "{'user':'sven','password':'Correct7horse'}");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "token.create", "{'name':'t','user':'sven'}");
    assert_false(holds(p, "ugo", "security_admin"));
    /* What he holds he gives, and what is not elevated. */
    as(p, "ugo");
    (void)csm_tk_insert(p->tk, "sys_user_has_role", "{'user':'%s','role':'%s'}", p->vera, users);
    (void)csm_tk_insert(p->tk, "sys_user_has_role", "{'user':'%s','role':'%s'}", p->vera, plain);
    csm_tk_revoke(p->tk, p->vera, "user_admin");
    csm_tk_revoke(p->tk, p->vera, "knowledge");
    remove_row(p, "sys_user_group", group);
}

static void acceptance_013_elevated_roles_are_given(void **state)
{
    people *p = *state;
    const char *both = csm_tk_user(p->tk, "bo", "user_admin,security_admin"), *made;
    const char *import = role(p, "import_admin"), *admin = role(p, "admin");

    as(p, "bo");
    (void)csm_tk_insert(p->tk, "sys_user_has_role", "{'user':'%s','role':'%s'}", p->vera, import);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}",
                       both, admin);
    made = csm_tk_insert(p->tk, "sys_user_role", "{'name':'vault','elevated_privilege':true}");
    (void)csm_tk_user(p->tk, "uli", "user_admin");
    as(p, "uli");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}",
                       p->vera, made);
    as(p, "bo");
    (void)csm_tk_insert(p->tk, "sys_user_has_role", "{'user':'%s','role':'%s'}", p->vera, made);
    csm_tk_revoke(p->tk, p->vera, "import_admin");
    remove_row(p, "sys_user_role", made);
}

/* Who takes the mark from a declared role finds it there again after the next start. */
static void acceptance_013_declared_elevated_stays_so(void **state)
{
    people *p = *state;
    const char *secure = role(p, "security_admin");

    (void)csm_tk_update(p->tk, "sys_user_role", secure, "{'elevated_privilege':false}");
    csm_tk_restart(p->tk);
    as(p, NULL);
    assert_true(csm_tk_bool(p->tk, csm_tk_get(p->tk, "sys_user_role", secure), "elevated_privilege"));
}

static void acceptance_014_no_cycle(void **state)
{
    people *p = *state;
    const char *a = role(p, "knowledge"), *b = role(p, "cmdb_read"), *c = role(p, "wm_read");
    const char *ab = contain(p, "knowledge", "cmdb_read"), *bc = contain(p, "cmdb_read", "wm_read");
    const char *const cycles[][2] = { { c, a }, { b, a }, { a, a }, { c, b } };

    for (size_t n = 0; n < sizeof(cycles) / sizeof(cycles[0]); n++)
        (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                           "{'table':'sys_user_role_contains','values':{'role':'%s','contains':'%s'}}", cycles[n][0],
                           cycles[n][1]);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_role_contains", "role=%s^contains=%s", c, a), 0);
    remove_row(p, "sys_user_role_contains", ab);
    remove_row(p, "sys_user_role_contains", bc);
}

static void acceptance_015_never_both_sides(void **state)
{
    people *p = *state;
    const char *external = role(p, "snc_external"), *customer = role(p, "sn_customerservice.customer");
    const char *agent = role(p, "sn_customerservice_agent"), *neutral = role(p, "sn_customerservice.case_read_granular");
    const char *group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Outsiders'}");
    const char *mixed = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Mixed'}");

    /* directly */
    assert_non_null(strstr(csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                                        "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}", p->ivy, external),
                           "snc_external"));
    /* through a role */
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}", p->ivy, customer);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'sys_user_has_role','values':{'user':'%s','role':'%s'}}", p->pat, agent);
    /* through a group, whichever comes last */
    (void)csm_tk_insert(p->tk, "sys_group_has_role", "{'group':'%s','role':'%s'}", group, customer);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'sys_user_grmember','values':{'user':'%s','group':'%s'}}", p->ivy, group);
    (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", p->ivy, mixed);
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'sys_group_has_role','values':{'group':'%s','role':'%s'}}", mixed, customer);
    /* by containment: of the roles themselves, and of those a user holds */
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'sys_user_role_contains','values':{'role':'%s','contains':'%s'}}", agent, customer);
    csm_tk_grant(p->tk, p->ivy, "sn_customerservice.case_read_granular");
    (void)csm_tk_fails(p->tk, CSM_E_REJECTED, "record.insert",
                       "{'table':'sys_user_role_contains','values':{'role':'%s','contains':'%s'}}", neutral, external);
    assert_false(holds(p, "ivy", "snc_external"));
    assert_false(holds(p, "pat", "snc_internal"));
    csm_tk_revoke(p->tk, p->ivy, "sn_customerservice.case_read_granular");
}

static void acceptance_016_explicit_roles_of_new_users(void **state)
{
    people *p = *state;
    const char *user, *contact;

    as(p, NULL);
    user = csm_tk_insert(p->tk, "sys_user", "{'user_name':'nell','first_name':'Nell','last_name':'New'}");
    (void)csm_tk_ok(p->tk, "user.set_password", "{'user':'nell','password':'Correct7horse','needs_reset':false}");
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s", user), 0);
    csm_tk_as_guest(p->tk, "nell");
    (void)csm_tk_ok(p->tk, "session.login", "{'user':'nell','password':'Correct7horse'}");
    as(p, NULL);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.name=snc_internal", user), 1);
    contact = csm_tk_insert(p->tk, "customer_contact", "{'first_name':'Kay','last_name':'K','account':'%s'}", p->P);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.name=snc_external", contact), 1);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.name=snc_internal", contact), 0);
    /* Nor does the first login of a customer make an employee of him. */
    user = csm_tk_insert(p->tk, "csm_consumer_user", "{'user_name':'cole','first_name':'Cole','last_name':'C'}");
    (void)csm_tk_ok(p->tk, "user.set_password", "{'user':'cole','password':'Correct7horse','needs_reset':false}");
    csm_tk_as_guest(p->tk, "cole");
    (void)csm_tk_ok(p->tk, "session.login", "{'user':'cole','password':'Correct7horse'}");
    as(p, NULL);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.name=snc_external", user), 1);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_has_role", "user=%s^role.name=snc_internal", user), 0);
}

static void acceptance_016_wrong_side(void **state)
{
    people *p = *state;

    /* Neither explicit role alone opens a customer's row. */
    as(p, "ivy");
    csm_tk_hidden(p->tk, "customer_account", p->P);
    csm_tk_hidden(p->tk, "customer_contact", p->pat);
    assert_int_equal(csm_tk_count(p->tk, "sn_customerservice_case", "active=true"), 0);
    as(p, NULL);
    (void)csm_tk_insert(p->tk, "customer_contact", "{'first_name':'Lone','last_name':'L','user_name':'lone','account':'%s'}",
                        p->P);
    csm_tk_revoke(p->tk, csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_user", "user_name=lone"), "sys_id"),
                  "sn_customerservice.customer");
    as(p, "lone");
    csm_tk_hidden(p->tk, "customer_account", p->P);
    csm_tk_hidden(p->tk, "customer_contact", p->pat);
    assert_int_equal(csm_tk_count(p->tk, "sn_customerservice_case", "active=true"), 0);
}

static void acceptance_017_membership_brings_and_takes(void **state)
{
    people *p = *state;
    const char *user = csm_tk_user(p->tk, "gus", "snc_internal"), *group, *member, *id = people_case(p, "for the group");

    as(p, NULL);
    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Readers'}");
    (void)csm_tk_insert(p->tk, "sys_group_has_role", "{'group':'%s','role':'%s'}", group,
                        role(p, "sn_customerservice.case_viewer"));
    as(p, "gus");
    csm_tk_hidden(p->tk, "sn_customerservice_case", id);
    as(p, NULL);
    member = csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", user, group);
    assert_true(holds(p, "gus", "sn_customerservice.case_viewer"));
    assert_true(csm_tk_sees(p->tk, "sn_customerservice_case", id));
    remove_row(p, "sys_user_grmember", member);
    assert_false(holds(p, "gus", "sn_customerservice.case_viewer"));
    csm_tk_hidden(p->tk, "sn_customerservice_case", id);
}

static void acceptance_020_only_administrators_configure(void **state)
{
    people *p = *state;
    const char *property = "sn_customerservice.FTS_flag_enabled", *id;
    const char *const others[] = { "mia", "ann", "tim", "ivy", "dora", "joe" };

    as(p, NULL);
    id = csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_properties", "name=%s", property), "sys_id");
    for (size_t n = 0; n < sizeof(others) / sizeof(others[0]); n++) {
        const csm_value *out;
        csm_status st;

        as(p, others[n]);
        csm_tk_hidden(p->tk, "sys_properties", id);
        st = csm_tk_call(p->tk, &out, "record.insert", "{'table':'sys_properties','values':{'name':'mine','value':'1'}}");
        assert_int_equal(st, CSM_E_DENIED);
    }
    as(p, "adam");
    (void)csm_tk_update(p->tk, "sys_properties", id, "{'value':'true'}");
    (void)csm_tk_update(p->tk, "sys_properties", id, "{'value':'false'}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_013_containment_is_transitive),
        people_test(acceptance_013_wrong_side),
        people_test(acceptance_013_no_detour_to_admin),
        people_test(a_declared_role_is_not_deleted),
        people_test(acceptance_013_elevated_roles_are_not_taken),
        people_test(acceptance_013_elevated_roles_are_given),
        people_test(acceptance_013_declared_elevated_stays_so),
        people_test(acceptance_014_no_cycle),
        people_test(acceptance_015_never_both_sides),
        people_test(acceptance_016_explicit_roles_of_new_users),
        people_test(acceptance_016_wrong_side),
        people_test(acceptance_017_membership_brings_and_takes),
        people_test(acceptance_020_only_administrators_configure),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
