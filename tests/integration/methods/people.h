/* Connections over TCP, as people have them: nobody until they log in. Answers as JSON text, for the tests of methods. */
#ifndef METHODS_PEOPLE_H
#define METHODS_PEOPLE_H

#include "base/str.h"

#include <csm/client.h>
#include <csm/test.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

typedef struct person {
    csm_tk *tk;
    csm_client *client;
    csm_client_error error;
    csm_client_result *last; /* freed with the next call */
} person;

void person_open(person *p, csm_tk *tk); /* over TCP, nobody yet */
void person_close(person *p);
/* Arguments as in csm_tk_ok. The answer lives until the person's next call. */
const csm_value *person_ok(person *p, const char *method, const char *args, ...) __attribute__((format(printf, 3, 4)));
void person_fails(person *p, csm_status code, const char *method, const char *args, ...) __attribute__((format(printf, 4, 5)));
/* Sets a user's password as the local administrator, and logs in with it. */
void give_password(csm_tk *tk, const char *user, const char *password);
const csm_value *person_login(person *p, const char *user, const char *password);

#endif
