/* Acceptance of records: inheritance, numbers, versions, journals, history, validation, rules, filters (items 1 to 12). */
#include "people.h"

#include <csm/client.h>

#include <stdio.h>
#include <stdlib.h>

#define CASE "sn_customerservice_case"

static void acceptance_001_child_rows_in_parent_and_child(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "inherits"), *filters[] = { CASE, "task" };

    for (size_t n = 0; n < 2; n++) {
        const csm_value *rows = csm_tk_rows(p->tk, filters[n], "short_description=inherits");

        assert_int_equal(rows->count, 1);
        csm_tk_assert_str(csm_tk_str(p->tk, rows, "0.sys_id"), id);
        csm_tk_assert_str(csm_tk_str(p->tk, rows, "0.sys_class_name"), CASE);
        assert_int_equal(csm_tk_count(p->tk, filters[n], "sys_id=%s", id), 1);
    }
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "task", id), "number"),
                      csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "number"));
    assert_int_equal(csm_tk_count(p->tk, "sn_customerservice_task", "sys_id=%s", id), 0);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.get", "{'table':'incident_like','id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "record.get", "{'table':'sn_customerservice_task','id':'%s'}", id);
}

static void acceptance_001_wrong_side(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "inherits, hidden");

    /* Out of reach as a case is out of reach as a task. */
    as(p, "xena");
    csm_tk_hidden(p->tk, CASE, id);
    csm_tk_hidden(p->tk, "task", id);
    assert_int_equal(csm_tk_count(p->tk, "task", "short_descriptionSTARTSWITHinherits"), 0);
}

static void acceptance_002_numbers(void **state)
{
    people *p = *state;
    enum { AT_ONCE = 40 };
    csm_client *clients[2];
    csm_client_error err = { 0 };
    uint32_t ids[2][AT_ONCE];
    char *numbers = calloc(1, 65536);
    const char *last, *gone;

    assert_non_null(numbers);
    as(p, NULL);
    for (size_t c = 0; c < 2; c++) {
        csm_pair values[] = { { CSM_STR_INIT("short_description"), csm_ctext("at once") } };
        csm_pair pairs[] = { { CSM_STR_INIT("table"), csm_ctext(CASE) }, { CSM_STR_INIT("values"), csm_map(values, 1) } };
        csm_value params = csm_map(pairs, 2);

        assert_int_equal(csm_client_connect(csm_tk_address(p->tk), NULL, &clients[c], &err), CSM_OK);
        for (size_t n = 0; n < AT_ONCE; n++)
            assert_int_equal(csm_client_send(clients[c], "record.insert", &params, &ids[c][n], &err), CSM_OK);
    }
    for (size_t c = 0; c < 2; c++) {
        for (size_t n = 0; n < AT_ONCE; n++) {
            csm_client_result *result = NULL;
            const char *number;

            assert_int_equal(csm_client_receive(clients[c], ids[c][n], 60000, &result, &err), CSM_OK);
            number = csm_tk_str(p->tk, csm_client_result_value(result), "number");
            assert_int_equal(strncmp(number, "CS", 2), 0);
            assert_true(strlen(number) >= 9 && strspn(number + 2, "0123456789") == strlen(number) - 2);
            assert_null(strstr(numbers, number));
            strcat(strcat(numbers, number), " ");
            csm_client_result_free(result);
        }
        csm_client_close(clients[c]);
    }
    free(numbers);
    last = csm_tk_insert(p->tk, CASE, "{'short_description':'the last'}");
    gone = csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, last), "number");
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'%s','id':'%s'}", CASE, last);
    last = csm_tk_insert(p->tk, CASE, "{'short_description':'after the last'}");
    assert_true(strcmp(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, last), "number"), gone) > 0);
}

static void acceptance_002_wrong_side(void **state)
{
    people *p = *state;

    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert", "{'table':'%s','values':{'number':'CS0000001'}}", CASE);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "number");
}

static void acceptance_003_old_version_is_refused(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "as I read it");
    int64_t version = csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "sys_mod_count");

    (void)csm_tk_update(p->tk, CASE, id, "{'description':'by somebody else'}");
    (void)csm_tk_fails(p->tk, CSM_E_CONFLICT, "record.update",
                       "{'table':'%s','id':'%s','version':%lld,'values':{'short_description':'mine'}}", CASE, id,
                       (long long)version);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "short_description"), "as I read it");
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "sys_mod_count"), version + 1);
    (void)csm_tk_ok(p->tk, "record.update", "{'table':'%s','id':'%s','version':%lld,'values':{'short_description':'mine'}}",
                    CASE, id, (long long)version + 1);
    (void)csm_tk_fails(p->tk, CSM_E_CONFLICT, "record.delete", "{'table':'%s','id':'%s','version':%lld}", CASE, id,
                       (long long)version);
    (void)csm_tk_get(p->tk, CASE, id);
}

static void acceptance_003_merge_with_a_base(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "two writers");
    long long base = (long long)csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "sys_mod_count");
    const csm_value *now;

    (void)csm_tk_update(p->tk, CASE, id, "{'description':'theirs'}");
    (void)csm_tk_ok(p->tk, "record.update", "{'table':'%s','id':'%s','base':%lld,'values':{'priority':2,'comments':'c'}}",
                    CASE, id, base);
    now = csm_tk_get(p->tk, CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, now, "description"), "theirs");
    assert_int_equal(csm_tk_int(p->tk, now, "priority"), 2);
    (void)csm_tk_fails(p->tk, CSM_E_CONFLICT, "record.update",
                       "{'table':'%s','id':'%s','base':%lld,'values':{'description':'mine'}}", CASE, id, base);
    assert_true(csm_tk_is_nil(p->tk, csm_tk_error_data(p->tk), "description.original"));
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_error_data(p->tk), "description.theirs"), "theirs");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_error_data(p->tk), "description.yours"), "mine");
    assert_int_equal(csm_tk_error_data(p->tk)->count, 1);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "description"), "theirs");
    /* Journal entries never clash. */
    (void)csm_tk_ok(p->tk, "record.update", "{'table':'%s','id':'%s','base':%lld,'values':{'comments':'another'}}", CASE, id,
                    base);
}

/* Two writers who read the same version send at once: one of them writes, the other is told. */
static void acceptance_003_two_writers_at_once(void **state)
{
    enum { EACH = 20 };
    people *p = *state;
    const char *id = people_case(p, "raced");
    csm_pair values[1] = { { CSM_STR_INIT("description"), csm_nil() } };
    csm_pair pairs[4] = { { CSM_STR_INIT("table"), csm_ctext(CASE) }, { CSM_STR_INIT("id"), csm_ctext(id) },
                          { CSM_STR_INIT("version"), csm_nil() }, { CSM_STR_INIT("values"), csm_map(values, 1) } };
    csm_value params = csm_map(pairs, 4);
    csm_client_error err = { 0 };
    csm_client *clients[2];

    for (size_t c = 0; c < 2; c++)
        assert_int_equal(csm_client_connect(csm_tk_address(p->tk), NULL, &clients[c], &err), CSM_OK);
    for (int round = 0; round < EACH; round++) {
        int64_t version = csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "sys_mod_count");
        const char *texts[2] = { "of the first", "of the second" }, *won = NULL;
        uint32_t msgid[2];

        pairs[2].value = csm_int(version);
        for (size_t c = 0; c < 2; c++) {
            values[0].value = csm_ctext(texts[c]);
            assert_int_equal(csm_client_send(clients[c], "record.update", &params, &msgid[c], &err), CSM_OK);
        }
        for (size_t c = 0; c < 2; c++) {
            csm_client_result *result = NULL;
            csm_status st = csm_client_receive(clients[c], msgid[c], 60000, &result, &err);

            assert_true(st == CSM_OK ? won == NULL : st == CSM_E_CONFLICT);
            won = st == CSM_OK ? texts[c] : won;
            csm_client_result_free(result);
        }
        assert_non_null(won);
        csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "description"), won);
        assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "sys_mod_count"), version + 1);
        (void)csm_tk_update(p->tk, CASE, id, "{'description':null}"); /* the next round differs from this one */
    }
    for (size_t c = 0; c < 2; c++)
        csm_client_close(clients[c]);
}

static void acceptance_004_notes_have_author_and_time(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "noted");
    const csm_value *entry, *notes;

    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'first'}");
    csm_tk_advance(p->tk, CSM_HOUR);
    as(p, "abe");
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'second'}");
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':''}");
    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':null}");
    notes = csm_tk_at(p->tk, csm_tk_get(p->tk, CASE, id), "work_notes");
    assert_int_equal(notes->count, 3); /* the first said that no entitlement was found */
    entry = &notes->list[0]; /* newest first */
    csm_tk_assert_str(csm_tk_str(p->tk, entry, "text"), "second");
    csm_tk_assert_str(csm_tk_str(p->tk, entry, "by"), "abe");
    csm_tk_assert_str(csm_tk_str(p->tk, notes, "1.by"), "ann");
    assert_true(strcmp(csm_tk_str(p->tk, entry, "time"), csm_tk_str(p->tk, notes, "1.time")) > 0);
    as(p, NULL);
    assert_int_equal(csm_tk_rows(p->tk, "sys_journal_field", "element_id=%s^element=work_notes", id)->count, 3);
}

static void acceptance_004_wrong_side(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "noted, hidden");

    (void)csm_tk_update(p->tk, CASE, id, "{'work_notes':'not for customers','comments':'for customers'}");
    as(p, "pat");
    assert_false(csm_tk_has(csm_tk_get(p->tk, CASE, id), "work_notes"));
    assert_int_equal(csm_tk_at(p->tk, csm_tk_get(p->tk, CASE, id), "comments")->count, 1);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update",
                       "{'table':'%s','id':'%s','values':{'work_notes':'mine'}}", CASE, id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.query", "{'table':'%s','query':'work_notesLIKEcustomers'}", CASE);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'sys_journal_field','query':'element_id=%s'}", id);
}

static void acceptance_005_audit_in_order(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "audited");
    const csm_value *rows;

    (void)csm_tk_update(p->tk, CASE, id, "{'priority':3}");
    as(p, "abe");
    (void)csm_tk_update(p->tk, CASE, id, "{'priority':2}");
    as(p, NULL);
    rows = csm_tk_rows(p->tk, "sys_audit", "documentkey=%s^fieldname=priority^oldvalueISNOTEMPTY^ORDERBYrecord_checkpoint",
                       id);
    assert_int_equal(rows->count, 2);
    csm_tk_assert_str(csm_tk_str(p->tk, rows, "0.oldvalue"), "4");
    csm_tk_assert_str(csm_tk_str(p->tk, rows, "0.newvalue"), "3");
    csm_tk_assert_str(csm_tk_str(p->tk, rows, "0.user"), "ann");
    csm_tk_assert_str(csm_tk_str(p->tk, rows, "1.oldvalue"), "3");
    csm_tk_assert_str(csm_tk_str(p->tk, rows, "1.newvalue"), "2");
    csm_tk_assert_str(csm_tk_str(p->tk, rows, "1.user"), "abe");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'sys_audit','values':{'newvalue':'forged'}}");
}

static void acceptance_005_wrong_side(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "audited, hidden");

    (void)csm_tk_update(p->tk, CASE, id, "{'priority':2}");
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'sys_audit','query':'documentkey=%s'}", id);
    as(p, "cora"); /* an employee who may not read the case */
    assert_int_equal(csm_tk_rows(p->tk, "sys_audit", "documentkey=%s", id)->count, 0);
}

static void acceptance_006_mandatory_field(void **state)
{
    people *p = *state;
    int64_t before;
    const char *first, *second;

    as(p, "mia");
    before = csm_tk_count(p->tk, "customer_account", "sys_idISNOTEMPTY");
    first = csm_tk_str(p->tk, csm_tk_get(p->tk, "customer_account",
                                         csm_tk_insert(p->tk, "customer_account", "{'name':'One'}")), "number");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{'phone':'1'}}");
    csm_tk_assert_str(csm_tk_error_field(p->tk), "name");
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{'name':''}}");
    assert_int_equal(csm_tk_count(p->tk, "customer_account", "sys_idISNOTEMPTY"), before + 1);
    second = csm_tk_str(p->tk, csm_tk_get(p->tk, "customer_account",
                                          csm_tk_insert(p->tk, "customer_account", "{'name':'Two'}")), "number");
    assert_int_equal(atoi(second + 4), atoi(first + 4) + 1); /* the refused ones took no number */
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'customer_account','id':'%s','values':{'name':null}}",
                       p->X);
}

static void acceptance_007_choices(void **state)
{
    static const char *const channels[] = { "chat", "email", "phone", "social", "web" };
    people *p = *state;
    const char *id = people_case(p, "choice");
    const char *message = csm_tk_fails(p->tk, CSM_E_INVALID, "record.update",
                                       "{'table':'%s','id':'%s','values':{'contact_type':'pigeon'}}", CASE, id);
    const char *hint = csm_tk_error_hint(p->tk);

    csm_tk_assert_str(csm_tk_error_field(p->tk), "contact_type");
    for (size_t n = 0; n < sizeof(channels) / sizeof(channels[0]); n++)
        assert_true(strstr(message, channels[n]) != NULL || strstr(hint, channels[n]) != NULL);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'priority':9}}", CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "contact_type"), "web");
    (void)csm_tk_update(p->tk, CASE, id, "{'contact_type':'phone'}");
}

static void acceptance_008_references(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "references");
    const char *wrong[] = { "00000000000070008000000000000000", p->ann, p->desk, p->joe };

    for (size_t n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'account':'%s'}}", CASE,
                           id, wrong[n]);
        csm_tk_assert_str(csm_tk_error_field(p->tk), "account");
    }
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'account':'not an id'}}", CASE,
                       id);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.update", "{'table':'%s','id':'%s','values':{'watch_list':['%s']}}", CASE,
                       id, p->P);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "account"), p->P);
    /* A reference to a parent table takes any child. */
    (void)csm_tk_update(p->tk, CASE, id, "{'parent':'%s'}", people_case(p, "parent of references"));
}

/* A row one may not read cannot be referred to: the answer is the one for a row that is not there. */
static void acceptance_008_wrong_side(void **state)
{
    people *p = *state;
    const char *asset, *model;
    struct {
        const char *field, *hidden;
    } refs[] = { { "account", p->X }, { "contact", p->xena }, { "consumer", p->joe }, { "asset", NULL } };

    as(p, "adam");
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Hidden router'}");
    asset = csm_tk_insert(p->tk, "alm_asset", "{'model':'%s','account':'%s'}", model, p->X);
    refs[3].hidden = asset;
    as(p, "pat");
    for (size_t n = 0; n < sizeof(refs) / sizeof(refs[0]); n++) {
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'short_description':'reach','%s':'%s'}}",
                           CASE, refs[n].field, "00000000000070008000000000000000");
        csm_tk_assert_str(csm_tk_error_field(p->tk), refs[n].field);
        (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'%s','values':{'short_description':'reach','%s':'%s'}}",
                           CASE, refs[n].field, refs[n].hidden);
        csm_tk_assert_str(csm_tk_error_field(p->tk), refs[n].field);
    }
    as(p, "adam");
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=reach"), 0);
}

static void acceptance_009_a_rule_that_aborts(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "kept");
    long long version = (long long)csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "sys_mod_count");

    as(p, "mia");
    assert_non_null(strstr(csm_tk_fails(p->tk, CSM_E_REJECTED, "record.update",
                                        "{'table':'%s','id':'%s','values':{'description':'d','consumer':'%s'}}", CASE, id,
                                        p->joe), "consumer"));
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "description"));
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, CASE, id), "sys_mod_count"), version);
}

static void acceptance_010_restricted_rows(void **state)
{
    people *p = *state;
    const char *mine, *other, *later;

    mine = people_case(p, "restricted mine");
    as(p, "ann");
    other = csm_tk_insert(p->tk, CASE, "{'short_description':'restricted other','contact':'%s'}", p->pam);
    later = csm_tk_insert(p->tk, CASE, "{'short_description':'restricted elsewhere','contact':'%s'}", p->xena);
    as(p, "pat");
    csm_tk_assert_str(people_list(p, CASE, "short_descriptionSTARTSWITHrestricted", "sys_id"), mine);
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_descriptionSTARTSWITHrestricted"), 1);
    assert_true(csm_tk_sees(p->tk, CASE, mine));
    csm_tk_hidden(p->tk, CASE, other);
    csm_tk_hidden(p->tk, CASE, later);
    as(p, "adam");
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_descriptionSTARTSWITHrestricted"), 3);
}

static void acceptance_011_dot_walk(void **state)
{
    people *p = *state;
    const char *id = people_case(p, "walked");
    const csm_value *row;

    (void)csm_tk_update(p->tk, CASE, id, "{'assigned_to':'%s'}", p->abe);
    row = csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','fields':'account.name,contact.account.number'}", CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, row, "account.name") , "Account P");
    as(p, "pat");
    /* His own account shows, its notes and the agent's record do not. */
    row = csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','fields':['number','account.name','account.rank_tier',"
                    "'assigned_to.email']}", CASE, id);
    assert_false(csm_tk_has(row, "assigned_to.email") && !csm_tk_is_nil(p->tk, row, "assigned_to.email"));
    assert_false(csm_tk_has(row, "account.rank_tier") && !csm_tk_is_nil(p->tk, row, "account.rank_tier"));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','query':'assigned_to.user_name=abe'}", CASE);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.query", "{'table':'%s','query':'account.rank_tier=valued'}", CASE);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.query", "{'table':'%s','query':'ORDERBYaccount.name'}", CASE);
    /* One step further, to a row he may not read: the filter behaves as if it were not there. */
    assert_int_equal(csm_tk_count(p->tk, CASE, "account.account_parent.name=Account X"), 0);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.query", "{'table':'%s','query':'account.account_parent."
                       "account_parent.account_parent.name=P'}", CASE);
}

/* A reference he may see to a row he may not read shows its id and nothing of the row, displayed or walked along. */
static void acceptance_011_a_name_is_a_field_too(void **state)
{
    people *p = *state;
    const char *id;
    const csm_value *rec;

    as(p, "quin");
    id = csm_tk_insert(p->tk, CASE, "{'short_description':'by the partner','account':'%s','contact':'%s'}", p->C, p->carl);
    as(p, "carl");
    csm_tk_hidden(p->tk, "customer_account", p->Q);
    rec = csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','display':true}", CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "partner"), p->Q);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "display.partner"), "");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "display.partner_contact"), "");
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "display.account"), "Account C");
    rec = csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','fields':'partner.name,partner_contact.email'}", CASE, id);
    assert_true(csm_tk_is_nil(p->tk, rec, "partner.name") && csm_tk_is_nil(p->tk, rec, "partner_contact.email"));
    assert_int_equal(csm_tk_count(p->tk, CASE, "partner.name=Account Q"), 0);
    rec = csm_tk_ok(p->tk, "record.aggregate", "{'table':'%s','query':'sys_id=%s','group':['partner'],'display':true}", CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "rows.0.display.partner"), "");
    as(p, "quin");
    rec = csm_tk_ok(p->tk, "record.get", "{'table':'%s','id':'%s','display':true}", CASE, id);
    csm_tk_assert_str(csm_tk_str(p->tk, rec, "display.partner"), "Account Q");
}

static void acceptance_012_condition_order_paging(void **state)
{
    people *p = *state;
    char seen[2048] = "";
    const char *token = NULL;

    for (int n = 0; n < 12; n++) {
        as(p, "ann");
        (void)csm_tk_insert(p->tk, CASE, "{'short_description':'paged %02d','contact':'%s','priority':%d,"
                            "'opened_at':'2026-01-%02dT10:00:00Z'}", n, p->pat, 1 + n % 4, 1 + n / 2);
    }
    csm_tk_assert_str(people_list(p, CASE, "short_descriptionSTARTSWITHpaged^priority<=2^active=true"
                                  "^ORDERBYDESCopened_at^ORDERBYshort_description", "short_description"),
                      "paged 08 paged 09 paged 04 paged 05 paged 00 paged 01");
    for (int at = 0; at < 6; at += 2) {
        const csm_value *rows = csm_tk_at(p->tk, csm_tk_ok(p->tk, "record.query",
                "{'table':'%s','query':'short_descriptionSTARTSWITHpaged^priority<=2^active=true^ORDERBYDESCopened_at',"
                "'limit':2,'offset':%d}", CASE, at), "rows");

        assert_int_equal(rows->count, 2);
        for (uint32_t n = 0; n < rows->count; n++) {
            const char *id = csm_tk_str(p->tk, &rows->list[n], "sys_id");

            assert_null(strstr(seen, id));
            strcat(seen, id);
        }
    }
    seen[0] = '\0';
    for (int page = 0; page < 3; page++) { /* the same by token, while rows come in */
        const csm_value *answer = token == NULL
            ? csm_tk_ok(p->tk, "record.query", "{'table':'%s','query':'short_descriptionSTARTSWITHpaged^priority<=2"
                        "^active=true^ORDERBYDESCopened_at','limit':2}", CASE)
            : csm_tk_ok(p->tk, "record.query", "{'table':'%s','query':'short_descriptionSTARTSWITHpaged^priority<=2"
                        "^active=true^ORDERBYDESCopened_at','limit':2,'after':'%s'}", CASE, token);
        const csm_value *rows = csm_tk_at(p->tk, answer, "rows");

        for (uint32_t n = 0; n < rows->count; n++) {
            assert_null(strstr(seen, csm_tk_str(p->tk, &rows->list[n], "sys_id")));
            strcat(seen, csm_tk_str(p->tk, &rows->list[n], "sys_id"));
        }
        token = csm_tk_str(p->tk, answer, "next");
        (void)csm_tk_insert(p->tk, CASE, "{'short_description':'paged late','contact':'%s','priority':1,"
                            "'opened_at':'2026-02-01T10:00:00Z'}", p->pat);
    }
    assert_int_equal(strlen(seen), 6 * 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_001_child_rows_in_parent_and_child),
        people_test(acceptance_001_wrong_side),
        people_test(acceptance_002_numbers),
        people_test(acceptance_002_wrong_side),
        people_test(acceptance_003_old_version_is_refused),
        people_test(acceptance_003_merge_with_a_base),
        people_test(acceptance_003_two_writers_at_once),
        people_test(acceptance_004_notes_have_author_and_time),
        people_test(acceptance_004_wrong_side),
        people_test(acceptance_005_audit_in_order),
        people_test(acceptance_005_wrong_side),
        people_test(acceptance_006_mandatory_field),
        people_test(acceptance_007_choices),
        people_test(acceptance_008_references),
        people_test(acceptance_008_wrong_side),
        people_test(acceptance_009_a_rule_that_aborts),
        people_test(acceptance_010_restricted_rows),
        people_test(acceptance_011_dot_walk),
        people_test(acceptance_011_a_name_is_a_field_too),
        people_test(acceptance_012_condition_order_paging),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
