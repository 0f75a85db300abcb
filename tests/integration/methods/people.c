#include "people.h"

#include "base/arena.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>

void person_open(person *p, csm_tk *tk)
{
    *p = (person){ .tk = tk };
    if (csm_client_connect(csm_tk_tcp(tk), NULL, &p->client, &p->error) != CSM_OK)
        fail_msg("connect: %s", p->error.message);
}

void person_close(person *p)
{
    csm_client_result_free(p->last);
    csm_client_close(p->client);
    *p = (person){ 0 };
}

static csm_status call(person *p, const char *method, const char *format, va_list list)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    csm_value params = csm_nil();
    csm_error err = { 0 };
    char *text = NULL;
    csm_status st;

    assert_non_null(arena);
    assert_true(vasprintf(&text, format, list) >= 0);
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\'' ? '"' : *at;
    if (text[0] != '\0' && csm_json_parse(arena, csm_str_of(text), &params, &err) != CSM_OK)
        fail_msg("arguments of %s: %s: %s", method, err.message, text);
    csm_client_result_free(p->last);
    p->last = NULL;
    memset(&p->error, 0, sizeof(p->error));
    st = csm_client_call(p->client, method, &params, &p->last, &p->error);
    free(text);
    csm_arena_free(arena);
    return st;
}

const csm_value *person_ok(person *p, const char *method, const char *args, ...)
{
    va_list list;
    csm_status st;

    va_start(list, args);
    st = call(p, method, args, list);
    va_end(list);
    if (st != CSM_OK)
        fail_msg("%s: CSM-%d %s", method, (int)st, p->error.message);
    return csm_client_result_value(p->last);
}

void person_fails(person *p, csm_status code, const char *method, const char *args, ...)
{
    va_list list;
    csm_status st;

    va_start(list, args);
    st = call(p, method, args, list);
    va_end(list);
    if (st != code)
        fail_msg("%s: wanted CSM-%d, got CSM-%d %s", method, (int)code, (int)st, p->error.message);
}

void give_password(csm_tk *tk, const char *user, const char *password)
{
    csm_tk_as(tk, NULL);
    csm_tk_ok(tk, "user.set_password", "{'user':'%s','password':'%s','needs_reset':false}", user, password);
}

const csm_value *person_login(person *p, const char *user, const char *password)
{
    return person_ok(p, "session.login", "{'user':'%s','password':'%s'}", user, password);
}
