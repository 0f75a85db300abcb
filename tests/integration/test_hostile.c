/* What a client may do to a server on purpose or by accident: frames that are cut, too big, too deep, of the wrong type or
 * random; calls that name what is not there; clients that do not read, trickle, leave or stay idle in numbers. After each the
 * server answers everybody else as before. */
#include "people.h"

#include <csm/client.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CASE "sn_customerservice_case"
#define BYTES(s) { (s), sizeof(s) - 1 }
#define WAIT_MS 60000 /* for what must happen, before a test gives up */
#ifdef CSM_SANITIZED
#define GROWTH_MAX_KB (512 * 1024) /* what is freed is kept for a while */
#else
#define GROWTH_MAX_KB (64 * 1024)
#endif

/* ---- raw sockets ---- */

static int raw_connect(people *p)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    (void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", csm_tk_address(p->tk) + strlen("unix:"));
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void raw_send(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

        if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
            return; /* it closed already: so be it */
        assert_true(n > 0 || errno == EINTR);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
}

enum { ANSWERED = 1, CLOSED = 2 };

/* Reads until all that is wanted happened, the server closed, or @p ms are over; what did happen. */
static unsigned raw_wait(int fd, unsigned want, int64_t ms)
{
    int64_t until = now_ms() + ms, left;
    char piece[65536];
    unsigned got = 0;

    while ((got & want) != want && (left = until - now_ms()) > 0) {
        struct pollfd ready = { .fd = fd, .events = POLLIN };

        if (poll(&ready, 1, (int)left) <= 0)
            continue;
        if (recv(fd, piece, sizeof(piece), 0) <= 0)
            return got | CLOSED;
        got |= ANSWERED;
    }
    return got;
}

/* The server is as it was: a new connection is answered, if not at once because others wait to be let in. */
static void still_serves(people *p)
{
    int64_t until = now_ms() + WAIT_MS;
    csm_client *client = NULL;
    csm_client_error err = { 0 };
    csm_status st;

    while ((st = csm_client_connect(csm_tk_address(p->tk), NULL, &client, &err)) == CSM_E_BUSY && now_ms() < until)
        continue;
    assert_int_equal(st, CSM_OK);
    assert_int_equal(csm_client_call(client, "server.ping", NULL, NULL, &err), CSM_OK);
    csm_client_close(client);
}

static long memory_kb(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    long pages = 0, resident = 0;

    assert_non_null(f);
    assert_int_equal(fscanf(f, "%ld %ld", &pages, &resident), 2);
    (void)fclose(f);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* ---- frames ---- */

static void broken_frames(void **state)
{
    static const struct {
        const char *name;
        struct {
            const char *ptr;
            size_t len;
        } bytes;
        unsigned want; /* what must happen at least */
    } frames[] = {
        { "array32 of 268 million", BYTES("\xdd\x10\x00\x00\x00"), CLOSED },
        { "array32 of 4 billion", BYTES("\xdd\xff\xff\xff\xff"), CLOSED },
        { "map32 of 4 billion", BYTES("\xdf\xff\xff\xff\xff"), CLOSED },
        { "text of 4 billion bytes", BYTES("\x94\x00\x01\xdb\xff\xff\xff\xff"), CLOSED },
        { "params of 268 million", BYTES("\x94\x00\x01\xabserver.ping\xdd\x10\x00\x00\x00"), CLOSED },
        { "not a list", BYTES("\x2a"), ANSWERED | CLOSED },
        { "a map", BYTES("\x81\xa1x\x01"), ANSWERED | CLOSED },
        { "text", BYTES("\xa5hello"), ANSWERED | CLOSED },
        { "http", BYTES("GET / HTTP/1.1\r\n\r\n"), CLOSED },
        { "empty list", BYTES("\x90"), ANSWERED | CLOSED },
        { "five elements", BYTES("\x95\x00\x01\xabserver.ping\x90\x90"), ANSWERED | CLOSED },
        { "message type 7", BYTES("\x94\x07\x01\xabserver.ping\x90"), ANSWERED | CLOSED },
        { "text as message type", BYTES("\x94\xa1x\x01\xabserver.ping\x90"), ANSWERED | CLOSED },
        { "text as message id", BYTES("\x94\x00\xa1x\xabserver.ping\x90"), ANSWERED | CLOSED },
        { "no method", BYTES("\x94\x00\x01\xa0\x90"), ANSWERED },
        { "number as method", BYTES("\x94\x00\x01\x05\x90"), ANSWERED },
        { "map as params", BYTES("\x94\x00\x01\xabserver.ping\x80"), ANSWERED },
        { "two params", BYTES("\x94\x00\x01\xabserver.ping\x92\x80\x80"), ANSWERED },
        { "number as params", BYTES("\x94\x00\x01\xabserver.ping\x01"), ANSWERED },
        { "number as argument name", BYTES("\x94\x00\x01\xabserver.ping\x91\x81\x01\x01"), ANSWERED },
        { "same argument twice", BYTES("\x94\x00\x01\xa9record.get\x91\x82\xa5table\xa1x\xa5table\xa1y"), ANSWERED },
        { "reserved tag", BYTES("\x94\x00\x01\xabserver.ping\x91\x81\xa1x\xc1"), CLOSED },
        { "broken utf-8 as method", BYTES("\x94\x00\x01\xa2\xff\xfe\x90"), ANSWERED },
        { "broken utf-8 in an argument", BYTES("\x94\x00\x01\xa9record.get\x91\x81\xa5table\xa3\xed\xa0\x80"), ANSWERED },
        { "broken utf-8 as argument name", BYTES("\x94\x00\x01\xabserver.ping\x91\x81\xa2\xc3\x28\x01"), ANSWERED },
        { "ext type", BYTES("\x94\x00\x01\xabserver.ping\x91\x81\xa1x\xd4\x05\x01"), ANSWERED },
        { "a response nobody asked for, then a ping", BYTES("\x94\x01\x01\xc0\xc0\x94\x00\x01\xabserver.ping\x90"), ANSWERED },
        { "a notification of nothing, then a ping", BYTES("\x93\x02\xa7no.such\x90\x94\x00\x01\xabserver.ping\x90"), ANSWERED },
    };
    people *p = *state;
    long before = memory_kb();
    unsigned wrong = 0;

    for (size_t n = 0; n < sizeof(frames) / sizeof(frames[0]); n++) {
        int fd = raw_connect(p);
        unsigned got;

        raw_send(fd, frames[n].bytes.ptr, frames[n].bytes.len);
        got = raw_wait(fd, frames[n].want, WAIT_MS);
        (void)close(fd);
        if ((got & frames[n].want) != frames[n].want) {
            print_error("%s: got %u, wanted %u\n", frames[n].name, got, frames[n].want);
            wrong++;
        }
        still_serves(p);
    }
    assert_int_equal(wrong, 0);
    assert_true(memory_kb() - before < GROWTH_MAX_KB);
}

static void deep_frames(void **state)
{
    people *p = *state;
    static const int depths[] = { 30, 1000, 100000 };

    for (size_t n = 0; n < sizeof(depths) / sizeof(depths[0]); n++) {
        size_t len = (size_t)depths[n] + 32;
        char *bytes = malloc(len);
        int fd = raw_connect(p);

        assert_non_null(bytes);
        memset(bytes, 0x91, len);
        memcpy(bytes, "\x94\x00\x01\xabserver.ping", 15);
        bytes[len - 1] = (char)0xc0;
        raw_send(fd, bytes, len);
        assert_int_not_equal(raw_wait(fd, CLOSED, WAIT_MS) & CLOSED, 0);
        (void)close(fd);
        free(bytes);
        still_serves(p);
    }
}

static void oversized_frames(void **state)
{
    people *p = *state;
    size_t len = 6u << 20; /* above frame_kb */
    char *bytes = calloc(1, len);
    int fd = raw_connect(p);

    assert_non_null(bytes);
    memcpy(bytes, "\x94\x00\x01\xabserver.ping\x91\x81\xa1x\xc6\x7f\xff\xff\xf0", 23);
    raw_send(fd, bytes, len);
    assert_int_not_equal(raw_wait(fd, CLOSED, WAIT_MS) & CLOSED, 0);
    (void)close(fd);
    free(bytes);
    still_serves(p);
}

/* Every start of a good request, then gone. */
static void truncated_frames(void **state)
{
    static const char request[] = "\x94\x00\x01\xabserver.ping\x91\x81\xab"
                                  "deadline_ms\x0a";
    people *p = *state;

    for (size_t len = 0; len < sizeof(request) - 1; len++) {
        int fd = raw_connect(p);

        raw_send(fd, request, len);
        (void)close(fd);
    }
    still_serves(p);
}

static void random_frames(void **state)
{
    people *p = *state;
    unsigned seed = 20261122;

    for (unsigned round = 0; round < 400; round++) {
        static const char head[] = "\x94\x00\x01\xaarecord.get\x91";
        char bytes[512];
        size_t start = round % 2 == 0 ? sizeof(head) - 1 : 0, len = start + round % (sizeof(bytes) - 64);
        int fd = raw_connect(p);

        memcpy(bytes, head, start);
        for (size_t n = start; n < len; n++) {
            seed = seed * 1103515245u + 12345u;
            bytes[n] = (char)(seed >> 16);
        }
        raw_send(fd, bytes, len);
        (void)raw_wait(fd, CLOSED, 1); /* some are answered, some closed, some wait for more */
        (void)close(fd);
    }
    still_serves(p);
}

/* ---- calls that name what is not there ---- */

static void wrong_names_and_types(void **state)
{
    static const struct {
        csm_status want;
        const char *method, *args;
    } calls[] = {
        { CSM_E_NOT_FOUND, "record.frobnicate", "{}" },
        { CSM_E_NOT_FOUND, "record", "{}" },
        { CSM_E_INVALID, "record.get", "{'table':'customer_account','id':'%s','colour':1}" },
        { CSM_E_INVALID, "record.get", "{'table':'customer_account'}" },
        { CSM_E_INVALID, "record.get", "{'table':5,'id':'%s'}" },
        { CSM_E_INVALID, "record.get", "{'table':'customer_account','id':5}" },
        { CSM_E_INVALID, "record.get", "{'table':'customer_account','id':'xyz'}" },
        { CSM_E_NOT_FOUND, "record.get", "{'table':'no_such_table','id':'%s'}" },
        { CSM_E_INVALID, "record.get", "{'table':'customer_account','id':'%s','fields':'no_such_field'}" },
        { CSM_E_INVALID, "record.query", "{'table':'customer_account','limit':'many'}" },
        { CSM_E_INVALID, "record.query", "{'table':'customer_account','limit':0}" },
        { CSM_E_INVALID, "record.query", "{'table':'customer_account','limit':-1}" },
        { CSM_E_INVALID, "record.query", "{'table':'customer_account','offset':-1}" },
        { CSM_E_INVALID, "record.query", "{'table':'customer_account','after':'no token'}" },
        { CSM_E_INVALID, "record.query", "{'table':'customer_account','query':'a=b','where':['=','name','x']}" },
        { CSM_E_INVALID, "record.query", "{'table':'customer_account','order':'no_such_field'}" },
        { CSM_E_INVALID, "record.query", "{'table':'customer_account','order':['name',5]}" },
        { CSM_E_INVALID, "record.query", "{'table':'sn_customerservice_case','order':'comments'}" },
        { CSM_E_INVALID, "record.query", "{'table':'sn_customerservice_case','order':'watch_list'}" },
        { CSM_E_INVALID, "record.query", "{'table':'sn_customerservice_case','query':'ORDERBYcomments'}" },
        { CSM_E_INVALID, "record.aggregate", "{'table':'sn_customerservice_case','group':['comments']}" },
        { CSM_E_INVALID, "record.aggregate", "{'table':'sn_customerservice_case','group':['no_such_field']}" },
        { CSM_E_INVALID, "record.aggregate", "{'table':'sn_customerservice_case','figures':['sum:no_such_field']}" },
        { CSM_E_INVALID, "record.aggregate", "{'table':'sn_customerservice_case','figures':['sum:number']}" },
        { CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{'no_such_field':1,'name':'N'}}" },
        { CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{'name':5}}" },
        { CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{'name':'N','active':'perhaps'}}" },
        { CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':['name']}" },
        { CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{'name':'N','support_manager':'nobody'}}" },
        { CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{'name':'N','website':{'a':1}}}" },
        { CSM_E_INVALID, "record.update", "{'table':'customer_account','id':'%s','values':{'phone':[1,2]}}" },
        { CSM_E_INVALID, "record.update", "{'table':'customer_account','id':'%s','values':{},'version':'first'}" },
        { CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{'name':'N\\u0000'}}" },
        { CSM_E_INVALID, "record.insert", "{'table':'sn_customerservice_case','values':{'short_description':'N','comments':'a\\u0000b'}}" },
        { CSM_E_NOT_FOUND, "record.update", "{'table':'customer_contact','id':'%s','values':{}}" },
        { CSM_E_INVALID, "session.whoami", "{'verbose':true}" },
        { CSM_E_INVALID, "server.ping", "{'deadline_ms':'soon'}" },
    };
    people *p = *state;
    unsigned wrong = 0;

    as(p, "mia");
    for (size_t n = 0; n < sizeof(calls) / sizeof(calls[0]); n++) {
        char args[512];
        const char *at = strstr(calls[n].args, "%s");
        const csm_value *out;
        csm_status st;

        (void)snprintf(args, sizeof(args), "%.*s%s%s", at != NULL ? (int)(at - calls[n].args) : (int)strlen(calls[n].args),
                       calls[n].args, at != NULL ? p->P : "", at != NULL ? at + 2 : "");
        st = csm_tk_call(p->tk, &out, calls[n].method, "%s", args);
        if (st != calls[n].want) {
            print_error("%s %s: CSM-%d %s\n", calls[n].method, args, (int)st, st != CSM_OK ? csm_tk_message(p->tk) : "");
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(csm_tk_count(p->tk, "customer_account", "name=N"), 0);
    assert_int_equal(csm_tk_count(p->tk, CASE, "short_description=N"), 0);
}

/* A filter that does not parse is an error at every door, never a wider result. */
static void filters_that_do_not_parse(void **state)
{
    static const char *const filters[] = {
        "nmae=x", "name", "=x", "name~x", "nameBETWEENa", "active=perhaps", "sys_created_on>yesterday", "^name=x^^",
        "name=x^OR", "name=x^ORDERBYnmae", "ORDERBY", "account_parent.nmae=x",
        "account_parent.account_parent.account_parent.account_parent.name=x",
        "name.number=x", "account_parent=not an id", "number>=", "num_employees=many", "nameIN",
        "JAVASCRIPTgs.x()", "name=x^NQnmae=y", "name=x^ORnmae=y", "stateCHANGES", "password_hash=x", "1=1", "name=x)^(",
    };
    static const char *const trees[] = {
        "[]", "['=']", "['=','nmae','x']", "['~','name','x']", "['and']", "['and',['=','nmae','x']]", "['or',['=','name','x'],[]]",
        "['=','active','perhaps']", "['in','name','x']", "['between','num_employees',1]", "['not']", "['=','name']", "'name=x'",
        "[['=','name','x']]", "['=',1,2]", "['empty','nmae']", "['=','name',['a']]",
    };
    people *p = *state;
    unsigned wrong = 0;

    as(p, "mia");
    for (size_t n = 0; n < sizeof(filters) / sizeof(filters[0]) + sizeof(trees) / sizeof(trees[0]); n++) {
        static const char *const doors[] = { "record.query", "record.aggregate" };
        bool text = n < sizeof(filters) / sizeof(filters[0]);
        const char *filter = text ? filters[n] : trees[n - sizeof(filters) / sizeof(filters[0])];

        for (size_t d = 0; d < 2; d++) {
            const csm_value *out;
            csm_status st = csm_tk_call(p->tk, &out, doors[d], "{'table':'customer_account','%s':%s%s%s}", text ? "query" : "where",
                                        text ? "'" : "", filter, text ? "'" : "");

            if (st != CSM_E_INVALID && st != CSM_E_DENIED) {
                print_error("%s %s: CSM-%d %s\n", doors[d], filter, (int)st, st != CSM_OK ? csm_tk_message(p->tk) : "");
                wrong++;
            }
        }
    }
    assert_int_equal(wrong, 0);
}

/* ---- clients ---- */

static const char query[] = "\x94\x00\x01\xacrecord.query\x91\x81\xa5table\xb7sn_customerservice_case";

static void a_client_that_never_reads(void **state)
{
    people *p = *state;
    int fd = raw_connect(p);
    size_t sent = 0;

    for (int n = 0; n < 50; n++)
        (void)people_case(p, "for the one who never reads");
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    while (sent < 20000) { /* until it takes no more */
        if (send(fd, query, sizeof(query) - 1, MSG_NOSIGNAL) != (ssize_t)sizeof(query) - 1)
            break;
        sent++;
    }
    assert_true(sent > 100);
    still_serves(p); /* a server that waits for the one never answers the other: the call's time limit ends it */
    as(p, "ann");
    (void)csm_tk_insert(p->tk, CASE, "{'short_description':'meanwhile'}");
    (void)close(fd);
    still_serves(p);
}

static void a_client_that_trickles(void **state)
{
    people *slow = calloc(1, sizeof(*slow));
    int64_t until = now_ms() + WAIT_MS;
    bool closed = false;
    size_t at = 0;
    int fd;

    (void)state;
    assert_non_null(slow);
    slow->tk = csm_tk_start_with("", 0, "partial_s=1");
    fd = raw_connect(slow);
    while (!closed && now_ms() < until) { /* a byte now and then, never a whole message */
        raw_send(fd, query + at, 1);
        at = at + 1 < sizeof(query) - 2 ? at + 1 : at;
        closed = (raw_wait(fd, CLOSED, 200) & CLOSED) != 0;
    }
    assert_true(closed);
    (void)close(fd);
    still_serves(slow);
    csm_tk_stop(slow->tk);
    free(slow);
}

/* A write that was sent whole is done once, whether or not anybody waits for the answer. */
static void a_client_that_leaves(void **state)
{
    static const char insert[] = "\x94\x00\x01\xadrecord.insert\x91\x83\xa5table\xaesys_user_group\xa6values\x81\xa4name\xa5Leave"
                                 "\xabrequest_key\xa5leave";
    people *p = *state;
    int64_t until = now_ms() + WAIT_MS;
    int fd = raw_connect(p);

    raw_send(fd, insert, sizeof(insert) - 1);
    (void)close(fd);
    as(p, NULL);
    while (csm_tk_count(p->tk, "sys_user_group", "name=Leave") == 0 && now_ms() < until)
        still_serves(p);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_group", "name=Leave"), 1);
    fd = raw_connect(p);
    raw_send(fd, insert, sizeof(insert) - 10); /* cut in the middle: not done */
    (void)close(fd);
    still_serves(p);
    assert_int_equal(csm_tk_count(p->tk, "sys_user_group", "name=Leave"), 1);
}

static void two_thousand_idle_connections(void **state)
{
    enum { IDLE = 2000 };
    people *p = *state;
    struct rlimit limit;
    int *fds = calloc(IDLE, sizeof(*fds)), count = 0;

    assert_non_null(fds);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 2 * IDLE + 200) {
        print_message("only %llu descriptors allowed: skipped\n", (unsigned long long)limit.rlim_cur);
        free(fds);
        skip();
    }
    for (; count < IDLE; count++)
        fds[count] = raw_connect(p);
    for (int n = 0; n < 20; n++)
        still_serves(p);
    for (int n = 0; n < count; n++)
        (void)close(fds[n]);
    free(fds);
    still_serves(p);
}

/* ---- repeats ---- */

static void the_same_request_key(void **state)
{
    people *p = *state;
    const csm_value *first, *again;

    as(p, "mia");
    first = csm_tk_ok(p->tk, "record.insert", "{'table':'customer_account','values':{'name':'Keyed'},'request_key':'k1'}");
    again = csm_tk_ok(p->tk, "record.insert", "{'table':'customer_account','values':{'name':'Keyed'},'request_key':'k1'}");
    csm_tk_assert_str(csm_tk_str(p->tk, again, "sys_id"), csm_tk_str(p->tk, first, "sys_id"));
    (void)csm_tk_fails(p->tk, CSM_E_CONFLICT, "record.insert",
                       "{'table':'customer_account','values':{'name':'Other'},'request_key':'k1'}");
    as(p, "adam"); /* another caller's key is another key */
    (void)csm_tk_ok(p->tk, "record.insert", "{'table':'customer_account','values':{'name':'Other'},'request_key':'k1'}");
    csm_tk_restart(p->tk);
    as(p, "mia");
    again = csm_tk_ok(p->tk, "record.insert", "{'table':'customer_account','values':{'name':'Keyed'},'request_key':'k1'}");
    csm_tk_assert_str(csm_tk_str(p->tk, again, "sys_id"), csm_tk_str(p->tk, first, "sys_id"));
    assert_int_equal(csm_tk_count(p->tk, "customer_account", "name=Keyed"), 1);
    /* A refusal is not kept: the same key may succeed later. */
    (void)csm_tk_fails(p->tk, CSM_E_INVALID, "record.insert", "{'table':'customer_account','values':{},'request_key':'k2'}");
    (void)csm_tk_ok(p->tk, "record.insert", "{'table':'customer_account','values':{'name':'Second try'},'request_key':'k2'}");
}

/* A clock that is set back over midnight between two starts makes no second record. */
static void a_key_outlives_a_clock_set_back(void **state)
{
    static const char insert[] = "{'table':'sys_user_group','values':{'name':'Night'},'request_key':'n1'}";
    csm_tk *tk = csm_tk_start("foundation", 0);
    const char *now = csm_tk_str(tk, csm_tk_ok(tk, "server.ping", "{}"), "time"), *first;
    int64_t minutes = (int64_t)(now[11] - '0') * 600 + (now[12] - '0') * 60 + (now[14] - '0') * 10 + (now[15] - '0');

    (void)state;
    csm_tk_advance(tk, (24 * 60 - minutes) * CSM_MINUTE); /* a little after midnight */
    first = csm_tk_str(tk, csm_tk_ok(tk, "record.insert", "%s", insert), "sys_id");
    csm_tk_restart_after(tk, -5 * CSM_MINUTE);
    csm_tk_assert_str(csm_tk_str(tk, csm_tk_ok(tk, "record.insert", "%s", insert), "sys_id"), first);
    assert_int_equal(csm_tk_count(tk, "sys_user_group", "name=Night"), 1);
    csm_tk_stop(tk);
}

/* Who fills every connection from outside does not keep the administrator out. */
static void a_crowd_leaves_a_door(void **state)
{
    static const char *const labels[] = { "one", "two", "three", "four" };
    csm_tk *tk = csm_tk_start_with("foundation", 0, "max_connections=5");
    csm_client *client = NULL;
    csm_client_error err = { 0 };

    (void)state;
    csm_tk_as(tk, NULL);
    (void)csm_tk_ok(tk, "server.ping", "{}");
    for (size_t n = 0; n < sizeof(labels) / sizeof(labels[0]); n++) {
        csm_tk_as_guest(tk, labels[n]);
        (void)csm_tk_ok(tk, "server.ping", "{}");
    }
    if (csm_client_connect(csm_tk_tcp(tk), NULL, &client, &err) == CSM_OK) /* it connects, and is closed */
        assert_int_not_equal(csm_client_call(client, "server.ping", NULL, NULL, &err), CSM_OK);
    csm_client_close(client);
    client = NULL;
    assert_int_equal(csm_client_connect(csm_tk_address(tk), NULL, &client, &err), CSM_OK);
    assert_int_equal(csm_client_call(client, "server.ping", NULL, NULL, &err), CSM_OK);
    csm_client_close(client);
    csm_tk_stop(tk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        people_test(broken_frames),
        people_test(deep_frames),
        people_test(oversized_frames),
        people_test(truncated_frames),
        people_test(random_frames),
        people_test(wrong_names_and_types),
        people_test(filters_that_do_not_parse),
        people_test(a_client_that_never_reads),
        people_test(a_client_that_trickles),
        people_test(a_client_that_leaves),
        people_test(two_thousand_idle_connections),
        cmocka_unit_test(a_key_outlives_a_clock_set_back),
        cmocka_unit_test(a_crowd_leaves_a_door),
        people_test(the_same_request_key),
    };

    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
