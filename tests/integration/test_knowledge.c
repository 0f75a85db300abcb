/* Acceptance of knowledge: who reads it, articles on cases, known errors, what is related to a case, relayed notes, and what
 * technical support sees of cases (items 117, 264, 316 to 319, 357, 377). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define ARTICLE "kb_knowledge"
#define ATTACHED "m2m_kb_task"

static const char *kai;  /* keeps knowledge */
static const char *sol;  /* an agent who may also raise what technical support works on */
static const char *open_base, *internal_base;

static const char *base(people *p, const char *title)
{
    return csm_tk_insert(p->tk, "kb_knowledge_base", "{'title':'%s'}", title);
}

static int setup(void **state)
{
    people *p = people_start("service_management,request_management,action_status");

    *state = p;
    kai = csm_tk_user(p->tk, "kai", "knowledge_admin");
    sol = csm_tk_user(p->tk, "sol", "sn_customerservice_agent,sn_incident_write,sn_problem_write,sn_change_write,"
                      "sn_request_write");
    open_base = base(p, "Help");
    internal_base = base(p, "Inside");
    csm_tk_as(p->tk, "kai");
    (void)csm_tk_ok(p->tk, "knowledge.limit_to_internal", "{'id':'%s'}", internal_base);
    return 0;
}

static const char *article_in(people *p, const char *base_id, const char *title, const char *state)
{
    const char *before = p->who, *id;

    as(p, "kai");
    id = csm_tk_insert(p->tk, ARTICLE, "{'short_description':'%s','text':'How it is done','kb_knowledge_base':'%s'}", title, base_id);
    if (strcmp(state, "draft") != 0)
        (void)csm_tk_ok(p->tk, "knowledge.publish", "{'id':'%s'}", id);
    as(p, before);
    return id;
}

static unsigned times(const char *text, const char *part)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

/* ---- who reads ---- */

static void acceptance_316_a_base_for_employees(void **state)
{
    static const char *const outside[] = { "pat", "dora", "quin", "joe" };
    people *p = *state;
    const char *inside = article_in(p, internal_base, "inner workings", "published");
    const char *outer = article_in(p, open_base, "outer workings", "published");

    for (size_t n = 0; n < sizeof(outside) / sizeof(outside[0]); n++) {
        as(p, outside[n]);
        csm_tk_hidden(p->tk, ARTICLE, inside);
        csm_tk_hidden(p->tk, "kb_knowledge_base", internal_base);
        assert_true(csm_tk_sees(p->tk, ARTICLE, outer));
        assert_int_equal(csm_tk_count(p->tk, ARTICLE, "short_descriptionLIKEworkings"), 1);
        csm_tk_assert_str(people_list(p, ARTICLE, "short_descriptionLIKEworkings", "short_description"), "outer workings");
    }
    as(p, "ann");
    assert_int_equal(csm_tk_count(p->tk, ARTICLE, "short_descriptionLIKEworkings"), 2);
    as(p, "ivy");
    assert_true(csm_tk_sees(p->tk, ARTICLE, inside));
    csm_tk_as_guest(p->tk, "guest");
    (void)csm_tk_fails(p->tk, CSM_E_UNAUTHENTICATED, "record.query", "{'table':'kb_knowledge'}");
    (void)csm_tk_fails(p->tk, CSM_E_UNAUTHENTICATED, "record.get", "{'table':'kb_knowledge','id':'%s'}", outer);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "knowledge.limit_to_internal", "{'id':'%s'}", open_base);
}

static void acceptance_316_criteria(void **state)
{
    people *p = *state;
    const char *only_p, *both, *article, *criteria, *pair;

    as(p, "adam"); /* who keeps knowledge alone does not see accounts */
    only_p = csm_tk_insert(p->tk, "kb_knowledge_base", "{'title':'For P'}");
    criteria = csm_tk_insert(p->tk, "user_criteria", "{'name':'People of P','companies':['%s']}", p->P);
    pair = csm_tk_insert(p->tk, "kb_uc_can_read_mtom", "{'kb_knowledge_base':'%s','user_criteria':'%s'}", only_p, criteria);
    article = article_in(p, only_p, "for P alone", "published");
    as(p, "pat");
    assert_true(csm_tk_sees(p->tk, ARTICLE, article));
    as(p, "xena");
    csm_tk_hidden(p->tk, ARTICLE, article);
    as(p, "sam"); /* an account below is another one */
    csm_tk_hidden(p->tk, ARTICLE, article);
    as(p, "adam"); /* all lists must fit: of P and named */
    both = csm_tk_insert(p->tk, "user_criteria", "{'name':'Pam of P','companies':['%s'],'users':['%s'],'match_all':true}", p->P,
                         p->pam);
    (void)csm_tk_ok(p->tk, "record.delete", "{'table':'kb_uc_can_read_mtom','id':'%s'}", pair);
    (void)csm_tk_insert(p->tk, "kb_uc_can_read_mtom", "{'kb_knowledge_base':'%s','user_criteria':'%s'}", only_p, both);
    as(p, "pat");
    csm_tk_hidden(p->tk, ARTICLE, article);
    as(p, "pam");
    assert_true(csm_tk_sees(p->tk, ARTICLE, article));
    as(p, "kai"); /* whom it may not reach, it does not reach */
    (void)csm_tk_insert(p->tk, "kb_uc_cannot_read_mtom", "{'kb_knowledge_base':'%s','user_criteria':'%s'}", only_p, criteria);
    as(p, "pam");
    csm_tk_hidden(p->tk, ARTICLE, article);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'kb_uc_can_read_mtom','values':{'kb_knowledge_base':'%s','user_criteria':'%s'}}", only_p, criteria);
}

static void acceptance_317_drafts_and_expired(void **state)
{
    people *p = *state;
    const char *draft = article_in(p, open_base, "not ready", "draft"), *old = article_in(p, open_base, "long ago", "published");
    const char *last = article_in(p, open_base, "last day", "published"), *shut, *base_id;
    char today[11];

    people_noon(p);
    as(p, "kai");
    (void)snprintf(today, sizeof(today), "%.10s", csm_tk_str(p->tk, csm_tk_ok(p->tk, "server.ping", "{}"), "time"));
    (void)csm_tk_update(p->tk, ARTICLE, old, "{'valid_to':'2020-01-01'}");
    (void)csm_tk_update(p->tk, ARTICLE, last, "{'valid_to':'%s'}", today);
    base_id = csm_tk_insert(p->tk, "kb_knowledge_base", "{'title':'Shut'}");
    shut = article_in(p, base_id, "of a shut base", "published");
    as(p, "pat");
    csm_tk_hidden(p->tk, ARTICLE, draft);
    csm_tk_hidden(p->tk, ARTICLE, old);
    assert_true(csm_tk_sees(p->tk, ARTICLE, last));
    assert_true(csm_tk_sees(p->tk, ARTICLE, shut));
    as(p, "kai");
    (void)csm_tk_update(p->tk, "kb_knowledge_base", base_id, "{'active':false}");
    (void)csm_tk_ok(p->tk, "knowledge.retire", "{'id':'%s'}", last);
    as(p, "pat");
    csm_tk_hidden(p->tk, ARTICLE, shut);
    csm_tk_hidden(p->tk, ARTICLE, last);
    as(p, "ivy"); /* an employee who writes nothing reads what is published */
    csm_tk_hidden(p->tk, ARTICLE, draft);
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "knowledge.publish", "{'id':'%s'}", draft);
    as(p, "ann"); /* authors see drafts */
    assert_true(csm_tk_sees(p->tk, ARTICLE, draft));
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.insert",
                       "{'table':'kb_knowledge','values':{'short_description':'x','kb_knowledge_base':'%s'}}", open_base);
}

/* ---- on cases ---- */

static void acceptance_318_an_article_for_a_case(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *article = article_in(p, open_base, "reset the box", "published"), *link;
    const char *number;
    const csm_value *row;

    as(p, "ann");
    number = csm_tk_str(p->tk, csm_tk_get(p->tk, ARTICLE, article), "number");
    row = csm_tk_ok(p->tk, "knowledge.attach", "{'id':'%s','task':'%s'}", article, id);
    link = csm_tk_str(p->tk, row, "sys_id");
    assert_non_null(strstr(csm_tk_str(p->tk, row, "draft"), "reset the box"));
    assert_non_null(strstr(people_said(p, CASE, id, "work_notes"), number));
    assert_null(strstr(people_said(p, CASE, id, "comments"), number));
    (void)csm_tk_fails(p->tk, CSM_E_EXISTS, "knowledge.attach", "{'id':'%s','task':'%s'}", article, id);
    as(p, "pat"); /* nothing reached him */
    csm_tk_hidden(p->tk, ATTACHED, link);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "knowledge.post", "{'id':'%s'}", link);
    as(p, "ann");
    (void)csm_tk_ok(p->tk, "knowledge.post", "{'id':'%s','comments':'Please try this: %s'}", link, number);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "knowledge.post", "{'id':'%s'}", link);
    as(p, "pat");
    assert_true(csm_tk_sees(p->tk, ATTACHED, link));
    assert_false(csm_tk_has(csm_tk_get(p->tk, ATTACHED, link), "draft"));
    assert_non_null(strstr(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "comments.0.text"), "Please try this"));
    as(p, "xena");
    csm_tk_hidden(p->tk, ATTACHED, link);
    as(p, "kai"); /* the article changes: the case is noted, once */
    (void)csm_tk_update(p->tk, ARTICLE, article, "{'text':'Hold the button'}");
    csm_tk_settle(p->tk);
    assert_int_equal(times(people_said(p, CASE, id, "work_notes"), "Attached article was changed"), 1);
    assert_null(strstr(people_said(p, CASE, id, "comments"), "was changed"));
    (void)csm_tk_ok(p->tk, "knowledge.retire", "{'id':'%s'}", article);
    csm_tk_settle(p->tk);
    assert_int_equal(times(people_said(p, CASE, id, "work_notes"), "is now Retired"), 1);
    as(p, "pat"); /* what he may not read he is not shown either */
    csm_tk_hidden(p->tk, ATTACHED, link);
}

static void acceptance_318_wrong_side(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *article = article_in(p, internal_base, "for us", "published"), *link;
    const char *draft = article_in(p, open_base, "half done", "draft");

    as(p, "cora"); /* the case is not hers */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "knowledge.attach", "{'id':'%s','task':'%s'}", article, id);
    as(p, "vera"); /* she reads cases and changes none */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "knowledge.attach", "{'id':'%s','task':'%s'}", article, id);
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "knowledge.attach", "{'id':'%s','task':'%s'}", article, id);
    as(p, "ann");
    link = csm_tk_str(p->tk, csm_tk_ok(p->tk, "knowledge.attach", "{'id':'%s','task':'%s'}", draft, id), "sys_id");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "knowledge.post", "{'id':'%s'}", link); /* nobody could read it */
    link = csm_tk_str(p->tk, csm_tk_ok(p->tk, "knowledge.attach", "{'id':'%s','task':'%s'}", article, id), "sys_id");
    (void)csm_tk_ok(p->tk, "knowledge.post", "{'id':'%s'}", link);
    as(p, "pat"); /* posted by mistake: link and article stay hidden */
    csm_tk_hidden(p->tk, ATTACHED, link);
    csm_tk_hidden(p->tk, ARTICLE, article);
    id = people_case_in(p, 3);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "knowledge.attach", "{'id':'%s','task':'%s'}", article, id);
}

/* More cases than one page takes are told, each once. */
static void acceptance_318_many_cases(void **state)
{
    enum { COUNT = 120 };
    people *p = *state;
    const char *article = article_in(p, open_base, "for many", "published"), *ids[COUNT];

    for (unsigned n = 0; n < COUNT; n++) {
        ids[n] = people_case(p, "many");
        as(p, "ann");
        (void)csm_tk_ok(p->tk, "knowledge.attach", "{'id':'%s','task':'%s'}", article, ids[n]);
    }
    as(p, "kai");
    (void)csm_tk_update(p->tk, ARTICLE, article, "{'text':'Other words'}");
    (void)csm_tk_update(p->tk, ARTICLE, article, "{'text':'Other words again'}");
    csm_tk_settle(p->tk);
    for (unsigned n = 0; n < COUNT; n++)
        assert_int_equal(times(people_said(p, CASE, ids[n], "work_notes"), "Attached article was changed"), 2);
}

static void acceptance_319_a_gap(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *gap;

    as(p, "ann");
    gap = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_knowledge_gap", "{'id':'%s','short_description':'nothing on resets'}", id),
                     "sys_id");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, "kb_feedback_task", gap), "parent"), id);
    assert_non_null(strstr(people_said(p, CASE, id, "work_notes"), "KFT"));
    assert_true(csm_tk_is_nil(p->tk, csm_tk_get(p->tk, CASE, id), "action_status")); /* the case does not wait for it */
    assert_false(csm_tk_bool(p->tk, csm_tk_get(p->tk, CASE, id), "needs_attention"));
    as(p, "pat");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_knowledge_gap", "{'id':'%s'}", id);
    csm_tk_hidden(p->tk, "kb_feedback_task", gap);
    as(p, "tim");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_knowledge_gap", "{'id':'%s'}", id);
}

/* ---- known errors ---- */

static void acceptance_264_known_error(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *problem, *article, *number, *inside;
    const char *both = csm_tk_user(p->tk, "both", "sn_problem_write,knowledge");

    (void)both;
    as(p, "sol");
    problem = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_problem", "{'id':'%s'}", id), "sys_id");
    as(p, "both");
    (void)csm_tk_update(p->tk, "problem", problem, "{'workaround':'turn it off and on'}");
    article = csm_tk_str(p->tk, csm_tk_ok(p->tk, "problem.create_known_error", "{'id':'%s','kb_knowledge_base':'%s'}", problem,
                                          open_base), "sys_id");
    number = csm_tk_str(p->tk, csm_tk_get(p->tk, ARTICLE, article), "number");
    assert_true(csm_tk_bool(p->tk, csm_tk_get(p->tk, ARTICLE, article), "is_known_error"));
    assert_non_null(strstr(csm_tk_str(p->tk, csm_tk_get(p->tk, ARTICLE, article), "text"), "turn it off and on"));
    assert_true(csm_tk_bool(p->tk, csm_tk_get(p->tk, "problem", problem), "known_error"));
    assert_non_null(strstr(people_said(p, CASE, id, "work_notes"), number));
    assert_null(strstr(people_said(p, CASE, id, "comments"), number));
    as(p, "pat"); /* a draft */
    csm_tk_hidden(p->tk, ARTICLE, article);
    as(p, "kai");
    (void)csm_tk_ok(p->tk, "knowledge.publish", "{'id':'%s'}", article);
    as(p, "pat");
    assert_true(csm_tk_sees(p->tk, ARTICLE, article));
    assert_false(csm_tk_has(csm_tk_get(p->tk, ARTICLE, article), "source"));
    inside = article_in(p, internal_base, "the whole truth", "published");
    as(p, "both");
    (void)csm_tk_ok(p->tk, "problem.tie_known_error", "{'id':'%s','article':'%s'}", problem, inside);
    assert_non_null(strstr(people_said(p, CASE, id, "work_notes"),
                           csm_tk_str(p->tk, csm_tk_get(p->tk, ARTICLE, inside), "number")));
    as(p, "pat");
    csm_tk_hidden(p->tk, ARTICLE, inside);
    csm_tk_hidden(p->tk, "problem", problem);
    as(p, "ann");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "problem.tie_known_error", "{'id':'%s','article':'%s'}", problem, article);
    as(p, "sol"); /* an article that is not there for the caller */
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "problem.tie_known_error", "{'id':'%s','article':'%s'}", problem, p->pat);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'problem','id':'%s','values':{'known_error_article':'%s'}}",
                       problem, article);
}

/* ---- what is related ---- */

static void acceptance_117_related(void **state)
{
    people *p = *state;
    const char *mine, *solved, *foreign, *article, *inside, *model, *draft;
    const csm_value *answer;

    as(p, "adam");
    model = csm_tk_insert(p->tk, "cmdb_model", "{'name':'Router'}");
    solved = people_case_in(p, 6);
    foreign = people_case_in(p, 10);
    as(p, "adam");
    (void)csm_tk_update(p->tk, CASE, solved, "{'product':'%s','short_description':'solved before'}", model);
    (void)csm_tk_update(p->tk, CASE, foreign, "{'product':'%s'}", model); /* still open */
    mine = people_case(p, "it is the router");
    as(p, "ann");
    answer = csm_tk_ok(p->tk, "case.related", "{'id':'%s'}", mine);
    assert_int_equal(csm_tk_at(p->tk, answer, "articles")->count, 0);
    assert_int_equal(csm_tk_at(p->tk, answer, "cases")->count, 0);
    (void)csm_tk_update(p->tk, CASE, mine, "{'product':'%s'}", model);
    article = article_in(p, open_base, "router care", "published");
    inside = article_in(p, internal_base, "router innards", "published");
    draft = article_in(p, open_base, "router plans", "draft");
    as(p, "kai");
    (void)csm_tk_insert(p->tk, "m2m_kb_product", "{'kb_knowledge':'%s','product':'%s'}", article, model);
    (void)csm_tk_insert(p->tk, "m2m_kb_product", "{'kb_knowledge':'%s','product':'%s'}", inside, model);
    (void)csm_tk_insert(p->tk, "m2m_kb_product", "{'kb_knowledge':'%s','product':'%s'}", draft, model);
    as(p, "ann");
    answer = csm_tk_ok(p->tk, "case.related", "{'id':'%s'}", mine);
    assert_int_equal(csm_tk_at(p->tk, answer, "articles")->count, 2);
    assert_int_equal(csm_tk_at(p->tk, answer, "cases")->count, 1);
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "cases.0.sys_id"), solved);
    assert_int_equal(csm_tk_at(p->tk, csm_tk_ok(p->tk, "case.related", "{'id':'%s','limit':1}", mine), "articles")->count, 1);
    as(p, "pat"); /* his own solved case, and the article that is for him */
    answer = csm_tk_ok(p->tk, "case.related", "{'id':'%s'}", mine);
    assert_int_equal(csm_tk_at(p->tk, answer, "articles")->count, 1);
    csm_tk_assert_str(csm_tk_str(p->tk, answer, "articles.0.short_description"), "router care");
    assert_int_equal(csm_tk_at(p->tk, answer, "cases")->count, 1);
    as(p, "dora"); /* reads both cases by her role; pam none of them */
    assert_int_equal(csm_tk_at(p->tk, csm_tk_ok(p->tk, "case.related", "{'id':'%s'}", mine), "cases")->count, 1);
    as(p, "pam");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.related", "{'id':'%s'}", mine);
    as(p, "cora");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.related", "{'id':'%s'}", mine);
}

/* ---- relayed notes ---- */

static const char *note_of(people *p, const char *id, const char *part)
{
    const csm_value *entries = csm_tk_at(p->tk, csm_tk_get(p->tk, CASE, id), "work_notes");

    for (uint32_t n = 0; n < entries->count; n++)
        if (strstr(csm_tk_str(p->tk, &entries->list[n], "text"), part) != NULL)
            return csm_tk_str(p->tk, &entries->list[n], "sys_id");
    fail_msg("no note has \"%s\"", part);
    return "";
}

static void acceptance_357_a_relayed_note(void **state)
{
    people *p = *state;
    const char *id = people_case_in(p, 10), *other = people_case_in(p, 10), *incident, *note, *second;

    as(p, "sol");
    incident = csm_tk_str(p->tk, csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", id), "sys_id");
    as(p, "tim");
    (void)csm_tk_update(p->tk, "incident", incident, "{'comments':'the line card is being replaced'}");
    assert_null(strstr(people_said(p, CASE, id, "comments"), "line card"));
    as(p, "ann");
    note = note_of(p, id, "line card");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, "sys_journal_field", "element_id=%s^element=work_notes^valueLIKEline card",
                                                     id), "sys_id"), note);
    (void)csm_tk_ok(p->tk, "case.relay", "{'id':'%s','note':'%s','comments':'We replace a part.'}", id, note);
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "comments.0.text"), "From our technical team: We replace a part.");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_first(p->tk, "sn_customerservice_relayed_note", "case=%s", id), "note"), note);
    (void)csm_tk_fails(p->tk, CSM_E_STATE, "case.relay", "{'id':'%s','note':'%s'}", id, note);
    as(p, "pat");
    csm_tk_assert_str(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "comments.0.text"), "From our technical team: We replace a part.");
    assert_false(csm_tk_has(csm_tk_get(p->tk, CASE, id), "work_notes"));
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.relay", "{'id':'%s','note':'%s'}", id, note);
    as(p, "tim");
    (void)csm_tk_update(p->tk, "incident", incident, "{'comments':'done on Monday'}");
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.relay", "{'id':'%s','note':'%s'}", id, note);
    as(p, "ann");
    second = note_of(p, id, "done on Monday");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.relay", "{'id':'%s','note':'%s'}", other, second); /* of another case */
    csm_tk_assert_str(csm_tk_error_field(p->tk), "note");
    (void)csm_tk_ok(p->tk, "case.relay", "{'id':'%s','note':'%s'}", id, second); /* as it is */
    assert_non_null(strstr(csm_tk_str(p->tk, csm_tk_get(p->tk, CASE, id), "comments.0.text"), "done on Monday"));
    as(p, "cora");
    (void)csm_tk_fails(p->tk, CSM_E_NOT_FOUND, "case.relay", "{'id':'%s','note':'%s'}", id, second);
}

/* ---- technical support and cases ---- */

static void acceptance_377_technical_support(void **state)
{
    people *p = *state;
    const char *linked = people_case_in(p, 10), *other = people_case_in(p, 10), *id;

    as(p, "sol");
    (void)csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", linked);
    as(p, "tim");
    assert_true(csm_tk_sees(p->tk, CASE, linked));
    csm_tk_hidden(p->tk, CASE, other);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'short_description':'x'}}", CASE,
                       linked);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.update", "{'table':'%s','id':'%s','values':{'work_notes':'x'}}", CASE, linked);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "record.delete", "{'table':'%s','id':'%s'}", CASE, linked);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_problem", "{'id':'%s'}", linked);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_request", "{'id':'%s'}", linked);
    as(p, "ivy");
    csm_tk_hidden(p->tk, CASE, linked);
    id = people_case_in(p, 10);
    as(p, "sol");
    (void)csm_tk_ok(p->tk, "case.create_incident", "{'id':'%s'}", id);
    (void)csm_tk_ok(p->tk, "case.create_problem", "{'id':'%s'}", id);
    (void)csm_tk_ok(p->tk, "case.create_change", "{'id':'%s','start_date':'2030-01-01T00:00:00Z','end_date':'2030-01-02T00:00:00Z',"
                    "'assigned_to':'%s'}", id, p->tim);
    (void)csm_tk_ok(p->tk, "case.create_request", "{'id':'%s'}", id);
    as(p, "tim");
    assert_true(csm_tk_sees(p->tk, CASE, id));
    as(p, "ann"); /* an agent without these roles */
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_request", "{'id':'%s'}", other);
    (void)csm_tk_fails(p->tk, CSM_E_DENIED, "case.create_incident", "{'id':'%s'}", other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_316_a_base_for_employees),
        people_test(acceptance_316_criteria),
        people_test(acceptance_317_drafts_and_expired),
        people_test(acceptance_318_an_article_for_a_case),
        people_test(acceptance_318_wrong_side),
        people_test(acceptance_318_many_cases),
        people_test(acceptance_319_a_gap),
        people_test(acceptance_264_known_error),
        people_test(acceptance_117_related),
        people_test(acceptance_357_a_relayed_note),
        people_test(acceptance_377_technical_support),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
