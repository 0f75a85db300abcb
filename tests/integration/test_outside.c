/* What outsiders learn besides the rows they may read: versions, descriptions and refusals tell nothing of what is done
 * inside. */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"

static long long version(people *p, const char *id)
{
    return (long long)csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "sys_mod_count");
}

static const csm_value *named(const csm_value *list, const char *name)
{
    for (uint32_t n = 0; list != NULL && list->type == CSM_T_LIST && n < list->count; n++) {
        const csm_value *found = csm_map_get(&list->list[n], "name");

        if (found != NULL && found->type == CSM_T_TEXT && csm_str_is(found->s, name))
            return &list->list[n];
    }
    return NULL;
}

/* ---- versions ---- */

static void internal_work_moves_no_version_outside(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    long long inside, outside;

    inside = version(p, id);
    as(p, "pat");
    outside = version(p, id);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'a difficult one'}");
    (void)csm_tk_update(p->tk, CASE, id, "{'assignment_group':'%s'}", p->desk);
    assert_true(version(p, id) > inside);
    as(p, "pat");
    assert_int_equal(version(p, id), outside);
    assert_int_equal(csm_tk_int(p->tk, csm_tk_first(p->tk, CASE, "sys_id=%s", id), "sys_mod_count"), outside);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'short_description':'seen by both'}");
    as(p, "pat");
    assert_true(version(p, id) > outside);
}

/* A write rests on the version its writer was told, never on the one behind it. */
static void outsiders_lock_by_what_they_are_told(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    long long told, behind;

    as(p, "pat");
    told = version(p, id);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'once'}");
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'twice'}");
    behind = version(p, id);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_CONFLICT, "record.update",
                       "{'table':'%s','id':'%s','values':{'comments':'x'},'version':%lld}", CASE, id, behind);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update",
                       "{'table':'%s','id':'%s','values':{'comments':'x'},'base':%lld}", CASE, id, behind);
    (void)csm_tk_ok(p->tk, "record.update", "{'table':'%s','id':'%s','values':{'comments':'by version'},'version':%lld}", CASE,
                    id, told);
    (void)csm_tk_ok(p->tk, "record.update", "{'table':'%s','id':'%s','values':{'comments':'by base'},'base':%lld}", CASE, id,
                    told);
    as(p, "ann");
    (void)csm_tk_update(p->tk, CASE, id, "{'priority':2}");
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_CONFLICT, "record.update",
                       "{'table':'%s','id':'%s','values':{'comments':'x'},'version':%lld}", CASE, id, told);
}

static void nobody_outside_asks_by_version(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    const csm_value *row;

    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','query':'sys_mod_count>1'}", CASE);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','query':'account.sys_mod_count>1'}", CASE);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','query':'ORDERBYsys_mod_count'}", CASE);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.aggregate", "{'table':'%s','group':['sys_mod_count']}", CASE);
    row = csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','fields':['account.sys_mod_count']}", CASE, id);
    assert_true(csm_tk_is_nil(p->tk, row, "account.sys_mod_count") || csm_map_get(row, "account.sys_mod_count") == NULL ||
                csm_is_nil(*csm_map_get(row, "account.sys_mod_count")));
    as(p, "ann");
    assert_true(csm_tk_count(p->tk, CASE, "sys_mod_count>=0") > 0);
}

static void who_works_inside_is_not_told(void **state)
{
    static const char *const inner[] = { "sys_created_by", "sys_updated_by", "sys_updated_on" };
    people *p = *state;
    const csm_value *row, *fields;

    as(p, "pat");
    row = csm_tk_first(p->tk, "sys_user_has_role", "user=%s", p->pat); /* given by somebody inside */
    fields = csm_tk_at(p->tk, csm_tk_ok(p->tk, "table.describe", "{'table':'sys_user_has_role'}"), "fields");
    for (size_t n = 0; n < sizeof(inner) / sizeof(inner[0]); n++) {
        assert_false(csm_tk_has(row, inner[n]));
        assert_null(named(fields, inner[n]));
        (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'sys_user_has_role','query':'%sISNOTEMPTY'}", inner[n]);
    }
    as(p, "ann");
    row = csm_tk_first(p->tk, "sys_user_has_role", "user=%s", p->ann);
    assert_true(csm_tk_has(row, "sys_created_by"));
}

/* ---- descriptions ---- */

/* A table he has rights to, or one that such a table extends. */
static void assert_known(people *p, const csm_value *tables, csm_value name)
{
    bool known = csm_is_nil(name) || named(tables, csm_tk_keep_text(p->tk, name.s)) != NULL;

    for (uint32_t n = 0; !known && n < tables->count; n++) {
        const csm_value *parent = csm_map_get(&tables->list[n], "extends");

        known = parent->type == CSM_T_TEXT && csm_str_eq(parent->s, name.s);
    }
    if (!known)
        fail_msg("table %.*s is named to one who has no right to it", CSM_STR_FMT(name.s));
}

static void a_description_names_what_is_theirs(void **state)
{
    people *p = *state;
    const csm_value *tables, *methods, *table, *fields, *indexes;

    as(p, "pat");
    tables = csm_tk_ok(p->tk, "table.list", "{}");
    table = csm_tk_ok(p->tk, "table.describe", "{'table':'" CASE "'}");
    fields = csm_tk_at(p->tk, table, "fields");
    assert_null(named(fields, "work_notes"));
    assert_null(named(fields, "assigned_to"));
    assert_non_null(named(fields, "sys_mod_count"));
    for (uint32_t n = 0; n < fields->count; n++)
        assert_known(p, tables, *csm_map_get(&fields->list[n], "reference"));
    indexes = csm_tk_at(p->tk, table, "indexes");
    for (uint32_t n = 0; n < indexes->count; n++) {
        const csm_value *columns = csm_map_get(&indexes->list[n], "columns");

        for (uint32_t k = 0; k < columns->count; k++)
            assert_non_null(named(fields, csm_tk_str(p->tk, &columns->list[k], "field")));
    }
    methods = csm_tk_at(p->tk, csm_tk_ok(p->tk, "server.describe", "{'areas':['methods']}"), "methods");
    assert_true(methods->count > 0);
    for (uint32_t n = 0; n < methods->count; n++) {
        const csm_value *params = csm_map_get(&methods->list[n], "params");

        assert_true(csm_tk_is_nil(p->tk, &methods->list[n], "role"));
        for (uint32_t k = 0; k < params->count; k++)
            assert_known(p, tables, *csm_map_get(&params->list[k], "table"));
    }
    as(p, "ann");
    assert_non_null(named(csm_tk_at(p->tk, csm_tk_ok(p->tk, "table.describe", "{'table':'" CASE "'}"), "fields"), "work_notes"));
}

/* ---- refusals ---- */

static void assert_tells_nothing(people *p, const char *const *inner, size_t count)
{
    for (size_t n = 0; n < count; n++)
        if (strstr(csm_tk_message(p->tk), inner[n]) != NULL || strstr(csm_tk_error_hint(p->tk), inner[n]) != NULL)
            fail_msg("\"%s\" tells of %s", csm_tk_message(p->tk), inner[n]);
}

static void a_refusal_names_no_table_and_no_role(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10);
    static const struct {
        const char *method, *values; /* after the id */
    } tries[] = {
        { "record.delete", "" },
        { "record.update", ",'values':{'assigned_to':'0123456789abcdef0123456789abcdef'}" },
        { "record.update", ",'values':{'account':'0123456789abcdef0123456789abcdef'}" },
        { "record.update", ",'values':{'state':3}" },
    };
    static const char *const inner[] = { "sys_user", "customer_account", CASE, "sn_customerservice_agent", "admin", "work_notes",
                                         "did you mean" };

    as(p, "pat");
    for (size_t n = 0; n < sizeof(tries) / sizeof(tries[0]); n++) {
        const csm_value *out;

        assert_int_not_equal(csm_tk_call(p->tk, &out, tries[n].method, "{'table':'" CASE "','id':'%s'%s}", id, tries[n].values),
                             CSM_OK);
        assert_tells_nothing(p, inner, sizeof(inner) / sizeof(inner[0]));
    }
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.get", "{'table':'" CASE "','id':'0123456789abcdef0123456789abcdef'}");
    assert_non_null(strstr(csm_tk_message(p->tk), "Case"));
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'" CASE "','id':'%s','values':{'wrk_notes':'x'}}", id);
    csm_tk_assert_str(csm_tk_error_hint(p->tk), "");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'" CASE "','values':{'short_description':'s','account':"
                                                              "'0123456789abcdef0123456789abcdef'}}");
    assert_tells_nothing(p, inner, sizeof(inner) / sizeof(inner[0]));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.propose_solution", "{'id':'%s','close_notes':'x','resolution_code':'void'}", id);
    assert_tells_nothing(p, inner, sizeof(inner) / sizeof(inner[0]));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "plugin.list", "{}");
    assert_tells_nothing(p, inner, sizeof(inner) / sizeof(inner[0]));
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.histry", "{}");
    assert_tells_nothing(p, inner, sizeof(inner) / sizeof(inner[0]));
    csm_tk_as_guest(p->tk, "nobody yet");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.histry", "{}");
    assert_tells_nothing(p, inner, sizeof(inner) / sizeof(inner[0]));
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.histry", "{}");
    csm_tk_assert_str(csm_tk_error_hint(p->tk), "did you mean \"record.history\"?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(internal_work_moves_no_version_outside),
        people_test(outsiders_lock_by_what_they_are_told),
        people_test(nobody_outside_asks_by_version),
        people_test(who_works_inside_is_not_told),
        people_test(a_description_names_what_is_theirs),
        people_test(a_refusal_names_no_table_and_no_role),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
