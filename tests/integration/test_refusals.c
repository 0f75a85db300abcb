/* What the plugins around the case are given and refuse: ids of other tables, texts without end, trees that bite their tail,
 * records one may not read, what is closed. Each refusal names the thing. */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>

#define ARGS_BYTES 2048
#define LONG (1024u * 1024u)
#define ITEM "sn_install_base_item"
#define SOLD "sn_install_base_sold_product"
#define CASE "sn_customerservice_case"
#define LIST "sn_publications_recipients_list"
#define REQUEST_ITEM "sc_req_item"
#define APPROVER "sysapproval_approver"

static int setup(void **state)
{
    people *p = people_start("proactive_ops,request_management,assignment");

    (void)csm_tk_user(p->tk, "otto", "sn_customerservice_agent,import_admin");
    *state = p;
    return 0;
}

/* ---- every door ---- */

typedef struct door {
    const char *table, *id;
    const char *key, *key_value; /* by which an import finds it */
    const char *field, *value;   /* what is asked of it */
} door;

static void named(people *p, const char *door_name, const door *d, csm_status st, const char *field)
{
    if (st == CSM_OK || strcmp(field, d->field) != 0)
        fail_msg("%s of %s.%s as %s: CSM-%d %s [%s]", door_name, d->table, d->field, p->who != NULL ? p->who : "the administrator",
                 (int)st, st != CSM_OK ? csm_tk_message(p->tk) : "", field);
}

/* Update, batch and import all refuse to set the field, by its name, and change nothing. */
static void refused_at_every_door(people *p, const door *d)
{
    static unsigned imports;
    const char *before = p->who, *import;
    int64_t version;
    const csm_value *out;
    csm_status st;

    as(p, "adam");
    version = csm_tk_int(p->tk, csm_tk_get(p->tk, d->table, d->id), "sys_mod_count");
    as(p, before);
    st = csm_tk_call(p->tk, &out, "record.update", "{'table':'%s','id':'%s','values':{'%s':'%s'}}", d->table, d->id, d->field, d->value);
    named(p, "record.update", d, st, csm_tk_error_field(p->tk));
    st = csm_tk_call(p->tk, &out, "record.batch", "{'items':[{'op':'update','table':'%s','id':'%s','values':{'%s':'%s'}}]}", d->table,
                     d->id, d->field, d->value);
    named(p, "record.batch", d, st, csm_tk_error_field(p->tk));
    import = csm_tk_str(p->tk, csm_tk_ok(p->tk, "import.start", "{'name':'door %u','mapping':{'table':'%s','coalesce':['%s'],"
                                         "'fields':{'%s':'Key','%s':'Value'}}}", imports++, d->table, d->key, d->key, d->field), "id");
    out = csm_tk_ok(p->tk, "import.rows", "{'id':'%s','first':1,'columns':['Key','Value'],'rows':[['%s','%s']]}", import, d->key_value,
                    d->value);
    assert_int_equal(csm_tk_int(p->tk, out, "failed"), 1);
    named(p, "import.rows", d, CSM_E_INVALID, csm_tk_str(p->tk, out, "errors.0.field"));
    as(p, "adam");
    assert_int_equal(csm_tk_int(p->tk, csm_tk_get(p->tk, d->table, d->id), "sys_mod_count"), version);
    as(p, before);
}

/* ---- ids a method is not for ---- */

#define NOBODYS_ID "0123456789abcdef0123456789abcdef"

/* A row of account P for each table whose ids methods take. */
typedef struct known {
    const char *table, *id;
} known;
enum { KNOWN = 14 };

static const char *known_id(const known *rows, const char *table)
{
    for (size_t n = 0; n < KNOWN; n++)
        if (strcmp(rows[n].table, table) == 0)
            return rows[n].id;
    return NULL;
}

static const char *of_type(const char *type)
{
    return strcmp(type, "int") == 0 ? "1" : strcmp(type, "bool") == 0 ? "true" : strcmp(type, "list") == 0 ? "['x']"
           : strcmp(type, "map") == 0 ? "{'x':'y'}" : strcmp(type, "time") == 0 ? "'2026-01-01T00:00:00Z'" : "'x'";
}

/* Required arguments of a method: each id of a table that of @p rows, or @p other where that has none. How many such ids there are. */
static unsigned required_args(people *p, const csm_value *method, const known *rows, const char *other, char *out)
{
    const csm_value *params = csm_tk_at(p->tk, method, "params");
    unsigned ids = 0;
    size_t len = 0;

    out[0] = '\0';
    for (uint32_t n = 0; n < params->count; n++) {
        const csm_value *param = &params->list[n];
        const char *type = csm_tk_str(p->tk, param, "type"), *table = csm_tk_str(p->tk, param, "table");
        const char *id = rows != NULL ? known_id(rows, table) : NULL, *name = csm_tk_str(p->tk, param, "name");

        if (!csm_tk_bool(p->tk, param, "required"))
            continue;
        if (strcmp(type, "id") == 0)
            len += (size_t)snprintf(out + len, ARGS_BYTES - len, "%s'%s':'%s'", len > 0 ? "," : "", name, id != NULL ? id : other);
        else
            len += (size_t)snprintf(out + len, ARGS_BYTES - len, "%s'%s':%s", len > 0 ? "," : "", name, of_type(type));
        assert_true(len < ARGS_BYTES);
        if (strcmp(type, "id") == 0 && table[0] != '\0' && (rows == NULL || id != NULL))
            ids++;
    }
    return ids;
}

static const csm_value *all_methods(people *p)
{
    as(p, "adam");
    return csm_tk_at(p->tk, csm_tk_ok(p->tk, "server.describe", "{}"), "methods");
}

static void ids_of_another_table(void **state)
{
    people *p = *state;
    const csm_value *methods, *out;
    unsigned asked = 0, wrong = 0;

    methods = all_methods(p);
    for (uint32_t n = 0; n < methods->count; n++) {
        const char *name = csm_tk_str(p->tk, &methods->list[n], "name");
        char args[ARGS_BYTES];
        csm_status st;

        if (required_args(p, &methods->list[n], NULL, p->desk, args) == 0)
            continue;
        asked++;
        st = csm_tk_call(p->tk, &out, name, "{%s}", args);
        if ((st != CSM_E_NOT_FOUND && st != CSM_E_INVALID) ||
            (strstr(csm_tk_message(p->tk), p->desk) == NULL && csm_tk_error_field(p->tk)[0] == '\0')) {
            print_error("%s {%s}: %d %s\n", name, args, (int)st, st == CSM_OK ? "" : csm_tk_message(p->tk));
            wrong++;
        }
    }
    assert_true(asked > 100);
    assert_int_equal(wrong, 0);
}

static void make_known(people *p, known *rows)
{
    const char *of_case = people_case(p, "known"), *base, *offered, *request;
    size_t n = 0;

    as(p, NULL);
    base = csm_tk_insert(p->tk, "kb_knowledge_base", "{'title':'Known','active':false}");
    offered = csm_tk_insert(p->tk, "sc_cat_item", "{'name':'Known'}");
    request = csm_tk_insert(p->tk, "sc_request", "{'short_description':'r','requested_for':'%s','parent':'%s'}", p->pat, of_case);
    rows[n++] = (known){ CASE, of_case };
    rows[n++] = (known){ "task", of_case };
    rows[n++] = (known){ "customer_account", p->P };
    rows[n++] = (known){ "customer_contact", p->pat };
    rows[n++] = (known){ "kb_knowledge_base", base };
    rows[n++] = (known){ "kb_knowledge", csm_tk_insert(p->tk, "kb_knowledge", "{'short_description':'a','text':'t',"
                                                                             "'kb_knowledge_base':'%s'}", base) };
    rows[n++] = (known){ "sc_request", request };
    rows[n++] = (known){ REQUEST_ITEM, csm_tk_insert(p->tk, REQUEST_ITEM, "{'request':'%s','cat_item':'%s'}", request, offered) };
    rows[n++] = (known){ "incident", csm_tk_insert(p->tk, "incident", "{'short_description':'i','caller_id':'%s'}", p->adam) };
    rows[n++] = (known){ ITEM, csm_tk_insert(p->tk, ITEM, "{'name':'known','account':'%s'}", p->P) };
    rows[n++] = (known){ SOLD, csm_tk_insert(p->tk, SOLD, "{'name':'known','account':'%s'}", p->P) };
    rows[n++] = (known){ "service_entitlement", csm_tk_insert(p->tk, "service_entitlement", "{'name':'e','account':'%s'}", p->P) };
    rows[n++] = (known){ LIST, csm_tk_insert(p->tk, LIST, "{'name':'Known','type':'accounts'}") };
    rows[n++] = (known){ "sn_publications_publication", csm_tk_insert(p->tk, "sn_publications_publication", "{'title':'known'}") };
    assert_int_equal(n, KNOWN);
}

/* Whom it does not concern gets from every method, for a row that is there, the answer for one that is not. */
static void methods_tell_no_stranger(void **state)
{
    static const char *const strangers[] = { "xena", "jane", "ivy" };
    people *p = *state;
    const csm_value *methods, *out;
    known rows[KNOWN];
    unsigned asked = 0, wrong = 0;

    make_known(p, rows);
    methods = all_methods(p);
    for (uint32_t n = 0; n < methods->count; n++) {
        const char *name = csm_tk_str(p->tk, &methods->list[n], "name");
        char there[ARGS_BYTES], nowhere[ARGS_BYTES], said[512];

        if (required_args(p, &methods->list[n], rows, NOBODYS_ID, there) == 0)
            continue;
        (void)required_args(p, &methods->list[n], NULL, NOBODYS_ID, nowhere);
        for (size_t s = 0; s < sizeof(strangers) / sizeof(strangers[0]); s++) {
            csm_status st, none;

            as(p, strangers[s]);
            none = csm_tk_call(p->tk, &out, name, "{%s}", nowhere);
            (void)snprintf(said, sizeof(said), "%s", none == CSM_OK ? "" : csm_tk_message(p->tk));
            st = csm_tk_call(p->tk, &out, name, "{%s}", there);
            asked++;
            if (st == none && st != CSM_OK && strlen(csm_tk_message(p->tk)) == strlen(said))
                continue;
            print_error("%s as %s {%s}: %d %s, of nothing %d %s\n", name, strangers[s], there, (int)st,
                        st == CSM_OK ? "" : csm_tk_message(p->tk), (int)none, said);
            wrong++;
        }
    }
    assert_true(asked > 200);
    assert_int_equal(wrong, 0);
}

/* ---- records one may not read ---- */

static void links_to_what_one_may_not_read(void **state)
{
    people *p = *state;
    const char *near = people_case(p, "near"), *incident, *request, *article, *base, *number, *hidden;
    const csm_value *out;

    as(p, "tim");
    incident = csm_tk_insert(p->tk, "incident", "{'short_description':'i','caller_id':'%s'}", p->ivy);
    request = csm_tk_insert(p->tk, "sc_request", "{'short_description':'r','requested_for':'%s'}", p->ivy);
    as(p, NULL);
    hidden = csm_tk_insert(p->tk, CASE, "{'short_description':'of a consumer','consumer':'%s'}", p->joe);
    base = csm_tk_insert(p->tk, "kb_knowledge_base", "{'title':'Of nobody','active':false}");
    article = csm_tk_insert(p->tk, "kb_knowledge", "{'short_description':'a','text':'t','kb_knowledge_base':'%s'}", base);
    as(p, "vera"); /* reads cases, works none */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.associate_incident", "{'id':'%s','incident':'%s'}", near, incident);
    as(p, "ann"); /* works the case, reads no incidents and no requests */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.associate_incident", "{'id':'%s','incident':'%s'}", near, incident);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.associate_request", "{'id':'%s','request':'%s'}", near, request);
    assert_int_not_equal(csm_tk_call(p->tk, &out, "record.update", "{'table':'%s','id':'%s','values':{'incident':'%s'}}", CASE, near,
                                     incident), CSM_OK);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "incident");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "knowledge.attach", "{'id':'%s','task':'%s'}", article, near);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "knowledge.attach", "{'id':'%s','task':'%s'}", article, incident);
    as(p, "cora"); /* works no cases of accounts */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.verify", "{'id':'%s'}", near);
    as(p, "adam");
    number = csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, near), "number");
    as(p, "otto"); /* as ann, and may import */
    refused_at_every_door(p, &(door){ CASE, near, "number", number, "incident", incident });
    csm_tk_hidden(p->tk, CASE, hidden);
    refused_at_every_door(p, &(door){ CASE, near, "number", number, "parent", hidden });
    as(p, "adam");
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, near), "incident"));
}

/* ---- nonsense ---- */

static void trees_that_bite_their_tail(void **state)
{
    static const struct {
        const char *table, *parent, *title;
        const char *key; /* by which an import finds a row */
        bool owned;      /* rows need an account */
    } trees[] = {
        { ITEM, "parent", "name", "name", true },
        { SOLD, "parent", "name", "name", true },
        { CASE, "parent", "short_description", "number", true },
        { "customer_account", "account_parent", "name", "name", false },
        { "sys_user_group", "parent", "name", "name", false },
        { "task", "parent", "short_description", "number", false },
    };
    static const char *const names[] = { "top", "middle", "leaf" };
    people *p = *state;

    as(p, NULL);
    for (size_t n = 0; n < sizeof(trees) / sizeof(trees[0]); n++) {
        const char *ids[3], *table = trees[n].table, *parent = trees[n].parent, *title = trees[n].title, *key = trees[n].key, *top;
        char owner[64] = "", below[80] = "";
        const csm_value *out;
        csm_status st;

        if (trees[n].owned)
            (void)snprintf(owner, sizeof(owner), ",'account':'%s'", p->P);
        for (size_t k = 0; k < 3; k++) {
            ids[k] = csm_tk_insert(p->tk, table, "{'%s':'tree %s'%s%s}", title, names[k], owner, below);
            (void)snprintf(below, sizeof(below), ",'%s':'%s'", parent, ids[k]);
        }
        top = csm_tk_str(p->tk, csm_tk_get(p->tk, table, ids[0]), key);
        refused_at_every_door(p, &(door){ table, ids[0], key, top, parent, ids[2] });
        refused_at_every_door(p, &(door){ table, ids[0], key, top, parent, ids[0] });
        st = csm_tk_call(p->tk, &out, "record.batch", /* made and bitten in one go */
                         "{'items':[{'op':'insert','table':'%s','values':{'%s':'ring a'%s}},"
                         "{'op':'insert','table':'%s','values':{'%s':'ring b'%s,'%s':{'$ref':0}}},"
                         "{'op':'update','table':'%s','id':{'$ref':0},'values':{'%s':{'$ref':1}}}]}",
                         table, title, owner, table, title, owner, parent, table, parent);
        named(p, "record.batch", &(door){ .table = table, .field = parent }, st, csm_tk_error_field(p->tk));
        assert_int_equal(csm_tk_count(p->tk, table, "%sSTARTSWITHring", title), 0);
    }
}

static void lists_over_what_is_not_theirs(void **state)
{
    static const struct {
        const char *values, *field, *part;
    } lists[] = {
        { "'type':'accounts','method':'condition','condition':'caller_id=x'", "caller_id", "caller_id" },
        { "'type':'incidents','method':'upload'", "type", "incidents" },
        { "'type':'accounts','method':'condition'", "condition", "condition" },
        { "'type':'accounts','method':'upload','recipient_table':'sys_user'", "recipient_table", "recipient_table" },
    };
    people *p = *state;
    const csm_value *out;

    as(p, "mia");
    for (size_t n = 0; n < sizeof(lists) / sizeof(lists[0]); n++) {
        csm_status st = csm_tk_call(p->tk, &out, "record.insert", "{'table':'" LIST "','values':{'name':'List %zu',%s}}", n,
                                    lists[n].values);

        if (st == CSM_OK || strcmp(csm_tk_error_field(p->tk), lists[n].field) != 0 ||
            strstr(csm_tk_message(p->tk), lists[n].part) == NULL)
            fail_msg("%s: %d %s [%s]", lists[n].values, (int)st, st == CSM_OK ? "" : csm_tk_message(p->tk),
                     st == CSM_OK ? "" : csm_tk_error_field(p->tk));
    }
}

/* A text of a mebibyte is refused by name wherever a text goes, and nothing is kept of it. */
static void texts_without_end(void **state)
{
    static const struct {
        const char *table, *values, *field;
    } texts[] = {
        { CASE, "'short_description':'s'", "description" },
        { CASE, "'short_description':'s'", "comments" },
        { "em_event", "'source':'s','severity':1", "description" },
        { "em_event", "'source':'s','severity':1", "message_key" },
        { "kb_knowledge_base", "'title':'Endless'", "description" },
        { "sn_publications_publication", "'title':'t'", "body" },
        { "sc_cat_item", "'name':'n'", "short_description" },
        { ITEM, "'name':'n'", "install_base_identifier" },
        { "sysrule_assignment", "'name':'n','table':'task'", "condition" },
        { "service_entitlement", "'name':'n'", "channel" },
    };
    people *p = *state;
    const csm_value *out;
    char *text = malloc(LONG + 1);

    assert_non_null(text);
    memset(text, 'x', LONG);
    text[LONG] = '\0';
    as(p, NULL);
    for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++) {
        int64_t before = csm_tk_count(p->tk, texts[n].table, "sys_idISNOTEMPTY");
        csm_status st = csm_tk_call(p->tk, &out, "record.insert", "{'table':'%s','values':{%s,'%s':'%s'}}", texts[n].table,
                                    texts[n].values, texts[n].field, text);

        if (st != CSM_E_INVALID || strcmp(csm_tk_error_field(p->tk), texts[n].field) != 0)
            fail_msg("%s.%s: %d %s", texts[n].table, texts[n].field, (int)st, st == CSM_OK ? "" : csm_tk_message(p->tk));
        assert_int_equal(csm_tk_count(p->tk, texts[n].table, "sys_idISNOTEMPTY"), before);
    }
    free(text);
}

/* In a batch and in an import it is refused alone, by name, and the rest is kept; where all or nothing is asked, nothing is. */
static void the_rest_of_its_batch_is_kept(void **state)
{
    people *p = *state;
    char *text = malloc(LONG + 1);
    const csm_value *out;
    const char *import;

    assert_non_null(text);
    memset(text, 'x', LONG);
    text[LONG] = '\0';
    as(p, NULL);
    out = csm_tk_ok(p->tk, "record.batch", "{'atomic':false,'items':["
                    "{'op':'insert','table':'" CASE "','values':{'short_description':'kept','description':'one'}},"
                    "{'op':'insert','table':'" CASE "','values':{'short_description':'kept','description':'%s'}},"
                    "{'op':'insert','table':'" CASE "','values':{'short_description':'kept','description':'three'}}]}", text);
    assert_true(csm_tk_has(csm_tk_at(p->tk, out, "0"), "record") && csm_tk_has(csm_tk_at(p->tk, out, "2"), "record"));
    assert_int_equal(csm_tk_int(p->tk, out, "1.error.code"), CSM_E_INVALID);
    csm_tk_assert_str(csm_tk_str(p->tk, out, "1.error.field"), "description");
    assert_non_null(strstr(csm_tk_str(p->tk, out, "1.error.message"), "1048576 bytes are more"));
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=kept"), 2);
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.batch", "{'items':["
                       "{'op':'insert','table':'" CASE "','values':{'short_description':'kept','description':'one'}},"
                       "{'op':'insert','table':'" CASE "','values':{'short_description':'kept','description':'%s'}}]}", text);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "description");
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=kept"), 2);
    import = csm_tk_str(p->tk, csm_tk_ok(p->tk, "import.start", "{'name':'endless','mapping':{'table':'" CASE "','fields':"
                                         "{'short_description':'Title','description':'Text'}}}"), "id");
    out = csm_tk_ok(p->tk, "import.rows", "{'id':'%s','first':1,'columns':['Title','Text'],'rows':[['kept','one'],['kept','%s'],"
                    "['kept','three']]}", import, text);
    assert_int_equal(csm_tk_int(p->tk, out, "inserted"), 2);
    assert_int_equal(csm_tk_at(p->tk, out, "errors")->count, 1);
    assert_int_equal(csm_tk_int(p->tk, out, "errors.0.row"), 2);
    csm_tk_assert_str(csm_tk_str(p->tk, out, "errors.0.field"), "description");
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=kept"), 4);
    free(text);
}

/* ---- what is closed ---- */

static void closed_requests_stay(void **state)
{
    people *p = *state;
    const char *id, *item, *offered;

    as(p, NULL);
    offered = csm_tk_insert(p->tk, "sc_cat_item", "{'name':'Closed one'}");
    as(p, "tim");
    id = csm_tk_insert(p->tk, "sc_request", "{'short_description':'r','requested_for':'%s'}", p->ivy);
    item = csm_tk_insert(p->tk, "sc_req_item", "{'request':'%s','cat_item':'%s'}", id, offered);
    (void)csm_tk_ok(p->tk, "request.cancel", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "request.complete", "{'id':'%s'}", id);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "request_item.fulfil", "{'id':'%s'}", item);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.insert", "{'table':'" REQUEST_ITEM "','values':{'request':'%s','cat_item':'%s'}}", id,
                       offered);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "request");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.insert", "{'table':'" APPROVER "','values':{'sysapproval':'%s','approver':'%s'}}", id,
                       p->ivy);
    csm_tk_assert_str(csm_tk_error_field(p->tk), "sysapproval");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "record.update", "{'table':'sc_request','id':'%s','values':{'short_description':'other'}}", id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(ids_of_another_table),
        people_test(methods_tell_no_stranger),
        people_test(links_to_what_one_may_not_read),
        people_test(trees_that_bite_their_tail),
        people_test(lists_over_what_is_not_theirs),
        people_test(texts_without_end),
        people_test(the_rest_of_its_batch_is_kept),
        people_test(closed_requests_stay),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
