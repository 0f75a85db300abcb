/* The people the acceptance tests act as: a group of accounts with subsidiaries, a partner and the account it serves, a
 * stranger, their contacts, two consumers, and the employees who serve them. Made once per executable.
 *
 *     P ── S1 ── S1a        Q (partner) ──serves──> C        X (nothing to do with anybody)
 *      └── S2
 *
 * A member named like a user is his sys_id; his user name is the member's name: as(p, "ann") acts as p->ann. */
#ifndef TESTS_INTEGRATION_PEOPLE_H
#define TESTS_INTEGRATION_PEOPLE_H

#include <csm/test.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

typedef struct people {
    csm_tk *tk;
    /* accounts */
    const char *P, *S1, *S2, *S1a, *Q, *C, *X;
    /* employees */
    const char *adam;  /* admin */
    const char *mia;   /* manager */
    const char *ann;   /* customer service agent, in group desk */
    const char *abe;   /* customer service agent, in no group */
    const char *cora;  /* consumer service agent */
    const char *tim;   /* itil */
    const char *ivy;   /* employee with no role but snc_internal */
    const char *vera;  /* case_viewer */
    const char *desk;  /* a group */
    /* contacts */
    const char *pat;   /* P, customer */
    const char *pam;   /* P, customer */
    const char *cass;  /* P, customer_case_manager */
    const char *dora;  /* P, customer_admin */
    const char *sam;   /* S1, customer */
    const char *sid;   /* S1, customer_admin */
    const char *sue;   /* S1a, customer */
    const char *quin;  /* Q, partner */
    const char *quest; /* Q, partner_admin */
    const char *carl;  /* C, customer */
    const char *xena;  /* X, customer */
    /* consumers, and their portal users */
    const char *joe, *jane;
    const char *joe_user, *jane_user; /* user names joe, jane */
    const char *serves; /* the relationship Q -> C */
    const char *who;    /* acts now; NULL: the local administrator */
} people;

/* Starts a server with these plugins and makes the people. cmocka group set-up and tear-down of most executables. */
people *people_start(const char *plugins);
void people_stop(people *p);
int people_setup(void **state); /* customer_service */
int people_teardown(void **state);
int people_each(void **state); /* every test begins as ann */
#define people_test(f) cmocka_unit_test_setup(f, people_each)

/* Moves the clock to the next noon: what a test says of days is then true at whatever hour it runs. */
void people_noon(people *p);

/* Acts as a user by name (which must stay valid) from here on; NULL: the local administrator. The functions below that need
 * another user's rights leave whoever acts as he is. */
void as(people *p, const char *user_name);

/* sys_id of a row a plugin ships. */
const char *people_shipped(people *p, const char *table, const char *name);
/* A case of pat's at P, in state New, without assignee. */
const char *people_case(people *p, const char *title);
/* A case of account P and contact pat, assigned to ann, brought to this state: 10 Open, 18 Awaiting, 6 Resolved, 3 Closed, 7 Cancelled. */
const char *people_case_in(people *p, int state);
/* Runs a transition method and answers the record. */
const csm_value *people_do(people *p, const char *method, const char *id);

/* The record as an administrator sees it. */
const csm_value *people_row(people *p, const char *table, const char *id);
/* All that a journal of it holds, newest first, a "|" behind each entry; and how many entries hold this part. */
const char *people_said(people *p, const char *table, const char *id, const char *journal);
unsigned people_told(people *p, const char *table, const char *id, const char *journal, const char *part);

/* Lists "field" of the rows of a filter, in order, joined by blanks. */
const char *people_list(people *p, const char *table, const char *query, const char *field);
/* Whether the rows of a filter hold this id. */
bool people_has(people *p, const char *table, const char *query, const char *id);
void people_set_property(people *p, const char *name, const char *value);
int64_t people_mails(people *p, const char *to, const char *subject_part);

#endif
