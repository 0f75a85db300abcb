/* Several people at the same moment: a case is closed while its incident, problem and change are, a solution accepted while it
 * is rejected, an approval answered twice. All is sent before the first answer is read, in every order. Whoever comes second is
 * refused by name, a closed case hears nothing (item 368), each note is there once, and one question has one answer (item 393). */
#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define APPROVER "sysapproval_approver"
#define GROUP "sysapproval_group"
#define ROUNDS 16u
#define CLOSING "'resolution_code':'solved_workaround','close_notes':'n'"
#define DATES "'start_date':'2030-01-01T00:00:00Z','end_date':'2030-01-02T00:00:00Z'"

static int setup(void **state)
{
    people *p = people_start("service_management");

    (void)csm_tk_user(p->tk, "sol", "sn_customerservice_agent,sn_incident_write,sn_problem_write,sn_change_write");
    (void)csm_tk_user(p->tk, "ted", "itil");
    (void)csm_tk_user(p->tk, "tess", "itil");
    *state = p;
    return 0;
}

/* ---- at the same moment ---- */

typedef struct step {
    const char *who, *method, *id, *more; /* more arguments: ",'a':'b'"; NULL: none */
    csm_tk_sent sent;
    csm_status status;
    const csm_value *answer;
    const char *message;
} step;

/* Sends all, begun by another one each round and backwards every other; then takes the answers. */
static void at_once(people *p, step *steps, size_t count, unsigned round)
{
    const char *before = p->who;

    for (size_t n = 0; n < count; n++) {
        size_t at = (n + round / 2) % count;
        step *s = &steps[round % 2 == 0 ? at : count - 1 - at];

        as(p, s->who);
        s->sent = csm_tk_send(p->tk, s->method, "{'id':'%s'%s}", s->id, s->more != NULL ? s->more : "");
    }
    for (size_t n = 0; n < count; n++) {
        steps[n].status = csm_tk_answer(p->tk, steps[n].sent, &steps[n].answer);
        steps[n].message = csm_tk_keep_text(p->tk, csm_str_of(steps[n].status != CSM_OK ? csm_tk_message(p->tk) : ""));
    }
    as(p, before);
    csm_tk_settle(p->tk);
}

static void went_well(const step *s)
{
    if (s->status != CSM_OK)
        fail_msg("%s as %s: CSM-%d %s", s->method, s->who, (int)s->status, s->message);
}

/* It was refused for the state it met, and says so. */
static void came_late(const step *s)
{
    static const char *const says[] = { " in state ", " is closed", " cannot become " };
    bool named = false;

    for (size_t n = 0; n < sizeof(says) / sizeof(says[0]); n++)
        named = named || strstr(s->message, says[n]) != NULL;
    if (s->status != CSM_E_STATE || !named)
        fail_msg("%s as %s: CSM-%d %s", s->method, s->who, (int)s->status, s->message);
}

/* The one of two that was done; the other came late. */
static const step *one_of(const step *a, const step *b)
{
    const step *done = a->status == CSM_OK ? a : b;

    went_well(done);
    came_late(done == a ? b : a);
    return done;
}

static const char *text(people *p, const char *table, const char *id, const char *field)
{
    return csm_tk_str(p->tk, people_row(p, table, id), field);
}

static void is_in_state(people *p, const char *table, const char *id, int64_t state)
{
    assert_int_equal(csm_tk_int(p->tk, people_row(p, table, id), "state"), state);
}

/* Nobody wrote to the case since the answer that closed it. */
static void untouched_since(people *p, const char *id, const csm_value *closed)
{
    is_in_state(p, CASE, id, 3);
    assert_int_equal(csm_tk_int(p->tk, people_row(p, CASE, id), "sys_mod_count"), csm_tk_int(p->tk, closed, "sys_mod_count"));
}

/* The last thing that happened to the linked record was told once when the case was open then, and not at all when it was closed. */
static void told_if_open(people *p, const char *id, const char *table, const char *linked, const char *what)
{
    const char *closed_at = text(p, CASE, id, "closed_at"), *happened_at = text(p, table, linked, "sys_updated_on");
    char words[128];
    unsigned count;
    int order;

    (void)snprintf(words, sizeof(words), "%s: %s", text(p, table, linked, "number"), what);
    count = people_told(p, CASE, id, "work_notes", words);
    order = strcmp(happened_at, closed_at);
    if (count > 1 || (order < 0 && count == 0) || (order > 0 && count == 1))
        fail_msg("told %u times: \"%s\" at %s, the case closed at %s", count, words, happened_at, closed_at);
}

static const char *raise(people *p, const char *id, const char *what)
{
    const char *before = p->who, *made;
    char method[64], more[128] = "";

    if (strcmp(what, "change") == 0)
        (void)snprintf(more, sizeof(more), "," DATES ",'assigned_to':'%s'", p->tim);
    (void)snprintf(method, sizeof(method), "case.create_%s", what);
    as(p, "sol");
    made = csm_tk_str(p->tk, csm_tk_ok(p->tk, method, "{'id':'%s'%s}", id, more), "sys_id");
    as(p, before);
    return made;
}

static void resolve(people *p, const char *incident)
{
    const char *before = p->who;

    as(p, "tim");
    (void)csm_tk_ok(p->tk, "incident.resolve", "{'id':'%s','close_code':'Workaround provided','close_notes':'other line'}", incident);
    as(p, before);
}

/* ---- closing ---- */

static void acceptance_368_closed_at_once(void **state)
{
    people *p = *state;
    unsigned heard = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        const char *id = people_case_in(p, 10), *incident = raise(p, id, "incident"), *problem = raise(p, id, "problem");
        const char *change = raise(p, id, "change");
        step steps[] = {
            { .who = "ann", .method = "case.close_case", .id = id, .more = "," CLOSING },
            { .who = "tim", .method = "incident.close", .id = incident },
            { .who = "ted", .method = "problem.cancel", .id = problem, .more = ",'close_notes':'was none'" },
            { .who = "abe", .method = "case.close_case", .id = id, .more = "," CLOSING },
            { .who = "tess", .method = "change.cancel", .id = change, .more = ",'close_notes':'not needed'" },
        };

        resolve(p, incident);
        at_once(p, steps, sizeof(steps) / sizeof(steps[0]), round);
        went_well(&steps[1]);
        went_well(&steps[2]);
        went_well(&steps[4]);
        untouched_since(p, id, one_of(&steps[0], &steps[3])->answer);
        is_in_state(p, "incident", incident, 7);
        is_in_state(p, "problem", problem, 107);
        is_in_state(p, "change_request", change, 4);
        told_if_open(p, id, "incident", incident, "Resolved -> Closed");
        told_if_open(p, id, "problem", problem, "New -> Closed");
        told_if_open(p, id, "change_request", change, "New -> Canceled");
        heard += people_told(p, CASE, id, "work_notes", "Resolved -> Closed");
    }
    print_message("%u of %u cases were open when their incident closed\n", heard, ROUNDS);
}

/* Who unlinks it, links another or finds its cause meanwhile does so before the case is closed or not at all. */
static void acceptance_368_relinked_while_it_closes(void **state)
{
    people *p = *state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        const char *id = people_case_in(p, 10), *incident = raise(p, id, "incident"), *linked;
        step steps[] = {
            { .who = "ann", .method = "case.close_case", .id = id, .more = "," CLOSING },
            { .who = "sol", .method = "case.remove_incident", .id = id },
            { .who = "tim", .method = "incident.create_problem", .id = incident },
            { .who = "ted", .method = "incident.cancel", .id = incident, .more = ",'work_notes':'was none'" },
        };

        at_once(p, steps, sizeof(steps) / sizeof(steps[0]), round);
        went_well(&steps[0]);
        untouched_since(p, id, steps[0].answer);
        if (steps[1].status == CSM_OK) {
            assert_int_equal(people_told(p, CASE, id, "work_notes", "unlinked"), 1);
        } else {
            came_late(&steps[1]);
            assert_int_equal(people_told(p, CASE, id, "work_notes", "unlinked"), 0);
            csm_tk_assert_str(text(p, CASE, id, "incident"), incident);
        }
        linked = text(p, CASE, id, "problem");
        if (linked[0] != '\0')
            csm_tk_assert_str(linked, text(p, "incident", incident, "problem_id"));
        assert_true(people_told(p, CASE, id, "work_notes", ": New -> Canceled") <= 1);
    }
}

/* An incident of many cases tells them in pages; each is closed before, between or behind them. */
static void acceptance_368_many_closed_while_they_are_told(void **state)
{
    enum { CASES = 60, COMMENTS = 3 };
    people *p = *state;
    const char *ids[CASES], *incident;
    csm_tk_sent closed[CASES], said[COMMENTS];
    const csm_value *answer;

    ids[0] = people_case_in(p, 10);
    incident = raise(p, ids[0], "incident");
    for (unsigned n = 1; n < CASES; n++) {
        ids[n] = people_case_in(p, 10);
        as(p, "sol");
        (void)csm_tk_ok(p->tk, "case.associate_incident", "{'id':'%s','incident':'%s'}", ids[n], incident);
    }
    as(p, "tim");
    (void)csm_tk_update(p->tk, "incident", incident, "{'comments':'while all are open'}");
    csm_tk_settle(p->tk);
    for (unsigned n = 0; n < CASES; n++) {
        as(p, "tim");
        if (n % (CASES / COMMENTS) == 0)
            said[n / (CASES / COMMENTS)] = csm_tk_send(p->tk, "record.update", "{'table':'incident','id':'%s','values':"
                                                       "{'comments':'words %u'}}", incident, n / (CASES / COMMENTS));
        as(p, "ann");
        closed[n] = csm_tk_send(p->tk, "case.close_case", "{'id':'%s'," CLOSING "}", ids[n]);
    }
    for (unsigned n = 0; n < COMMENTS; n++)
        assert_int_equal(csm_tk_answer(p->tk, said[n], &answer), CSM_OK);
    as(p, "tim");
    (void)csm_tk_update(p->tk, "incident", incident, "{'comments':'while none is open'}");
    for (unsigned n = 0; n < CASES; n++) {
        char words[16];

        assert_int_equal(csm_tk_answer(p->tk, closed[n], &answer), CSM_OK);
        csm_tk_settle(p->tk);
        untouched_since(p, ids[n], answer);
        assert_int_equal(people_told(p, CASE, ids[n], "work_notes", "while all are open"), 1);
        for (unsigned k = 0; k < COMMENTS; k++) {
            (void)snprintf(words, sizeof(words), "words %u", k);
            assert_true(people_told(p, CASE, ids[n], "work_notes", words) <= 1);
        }
    }
}

static void acceptance_252_accepted_and_rejected_at_once(void **state)
{
    people *p = *state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        const char *id = people_case_in(p, 10), *incident = raise(p, id, "incident");
        step steps[] = {
            { .who = "pat", .method = "case.accept_solution", .id = id },
            { .who = "tim", .method = "incident.close", .id = incident },
            { .who = "ann", .method = "case.record_rejection", .id = id, .more = ",'comments':'pat says no by phone'" },
            { .who = "sol", .method = "case.reopen_incident", .id = id, .more = ",'work_notes':'still silent'" },
        };
        const step *decided, *ended;

        resolve(p, incident);
        as(p, "ann");
        (void)csm_tk_ok(p->tk, "case.propose_solution", "{'id':'%s'," CLOSING "}", id);
        at_once(p, steps, sizeof(steps) / sizeof(steps[0]), round);
        decided = one_of(&steps[0], &steps[2]);
        if (decided == &steps[0])
            untouched_since(p, id, decided->answer);
        else
            is_in_state(p, CASE, id, 10);
        ended = one_of(&steps[1], &steps[3]);
        is_in_state(p, "incident", incident, ended == &steps[1] ? 7 : 2);
    }
}

/* ---- answering ---- */

static const char *task_of(people *p)
{
    as(p, "adam");
    return csm_tk_insert(p->tk, "task", "{'short_description':'buy a bus'}");
}

static const char *ask(people *p, const char *task, const char *person)
{
    as(p, "adam");
    return csm_tk_insert(p->tk, APPROVER, "{'sysapproval':'%s','approver':'%s'}", task, person);
}

static const char *asked(people *p, const char *task, const char *person)
{
    as(p, "adam");
    return csm_tk_str(p->tk, csm_tk_first(p->tk, APPROVER, "sysapproval=%s^approver=%s", task, person), "sys_id");
}

/* A question to a group of vera and ivy. */
static void ask_both(people *p, const char *task, const char *wait_for, unsigned round)
{
    const char *members[] = { p->vera, p->ivy }, *group;

    as(p, "adam");
    group = csm_tk_insert(p->tk, "sys_user_group", "{'name':'Both, round %u'}", round);
    for (size_t n = 0; n < 2; n++)
        (void)csm_tk_insert(p->tk, "sys_user_grmember", "{'user':'%s','group':'%s'}", members[n], group);
    (void)csm_tk_insert(p->tk, GROUP, "{'parent':'%s','assignment_group':'%s','wait_for':'%s'}", task, group, wait_for);
}

static const char *verdict(const step *s)
{
    return strcmp(s->method, "approval.approve") == 0 ? "approved" : "rejected";
}

static void is_decided(people *p, const char *task, const char *question, const char *state)
{
    csm_tk_assert_str(text(p, APPROVER, question, "state"), state);
    csm_tk_assert_str(text(p, "task", task, "approval"), state);
}

/* She answers on two connections, and others for her. */
static void acceptance_393_answered_twice_at_once(void **state)
{
    static const struct {
        const char *method, *more;
    } seconds[] = {
        { "approval.approve", NULL },
        { "approval.reject", NULL },
        { "record.update", ",'table':'" APPROVER "','values':{'state':'rejected'}" },
    };
    people *p = *state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        const char *task = task_of(p), *question = ask(p, task, p->ivy), *method = seconds[round % 3].method;
        step steps[] = {
            { .who = "ivy", .method = "approval.approve", .id = question },
            { .who = "tim", .method = "approval.reject", .id = question },
            { .who = "adam", .method = "approval.reject", .id = question },
            { .who = "abe", .method = "approval.approve", .id = question },
            { .who = p->ivy, .method = method, .id = question, .more = seconds[round % 3].more },
        };

        at_once(p, steps, sizeof(steps) / sizeof(steps[0]), round);
        is_decided(p, task, question, verdict(one_of(&steps[0], &steps[4])));
        for (size_t n = 1; n < 3; n++) /* who reads it and is not asked */
            if (steps[n].status != CSM_E_DENIED)
                came_late(&steps[n]);
        assert_int_equal(steps[3].status, CSM_E_NOT_FOUND); /* who does not even know of it */
    }
}

static void acceptance_393_two_of_a_group_at_once(void **state)
{
    people *p = *state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        bool any = round % 4 < 2;
        const char *task = task_of(p), *hers, *his, *second = round % 8 < 4 ? "approval.reject" : "approval.approve";
        step steps[2];

        ask_both(p, task, any ? "any" : "all", round);
        hers = asked(p, task, p->vera);
        his = asked(p, task, p->ivy);
        steps[0] = (step){ .who = "vera", .method = "approval.approve", .id = hers };
        steps[1] = (step){ .who = "ivy", .method = second, .id = his };
        at_once(p, steps, 2, round);
        if (any) { /* the first one decides */
            const step *first = one_of(&steps[0], &steps[1]);

            is_decided(p, task, first == &steps[0] ? hers : his, verdict(first));
            csm_tk_assert_str(text(p, APPROVER, first == &steps[0] ? his : hers, "state"), "not_required");
            continue;
        }
        went_well(&steps[1]);
        is_decided(p, task, his, verdict(&steps[1])); /* his no is everybody's, his yes was the other one that is needed */
        if (steps[0].status != CSM_OK)
            came_late(&steps[0]);
        csm_tk_assert_str(text(p, APPROVER, hers, "state"), steps[0].status == CSM_OK ? "approved" : "not_required");
    }
}

/* The task is closed meanwhile: the question is answered, or nobody's any more. */
static void acceptance_393_closed_while_it_is_answered(void **state)
{
    people *p = *state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        const char *task = task_of(p), *question = ask(p, task, p->ivy);
        step steps[] = {
            { .who = "adam", .method = "record.update", .id = task, .more = ",'table':'task','values':{'state':3}" },
            { .who = "ivy", .method = "approval.approve", .id = question },
        };

        at_once(p, steps, 2, round);
        went_well(&steps[0]);
        if (steps[1].status != CSM_OK)
            came_late(&steps[1]);
        is_decided(p, task, question, steps[1].status == CSM_OK ? "approved" : "cancelled");
        is_in_state(p, "task", task, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(acceptance_368_closed_at_once),
        people_test(acceptance_368_relinked_while_it_closes),
        people_test(acceptance_368_many_closed_while_they_are_told),
        people_test(acceptance_252_accepted_and_rejected_at_once),
        people_test(acceptance_393_answered_twice_at_once),
        people_test(acceptance_393_two_of_a_group_at_once),
        people_test(acceptance_393_closed_while_it_is_answered),
    };

    return cmocka_run_group_tests(tests, setup, people_teardown);
}
