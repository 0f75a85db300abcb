#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/address.h"

#define A50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct row {
    const char *name;
    const char *text;
    const char *host_or_path; /* NULL: refused, with @ref says in the message */
    uint16_t port;
    uint32_t mode;
    const char *says;
};

static const struct row rows[] = {
    { "ipv4", "tcp:127.0.0.1:7420", "127.0.0.1", 7420, 0, NULL },
    { "ipv6", "tcp:[::1]:7420", "::1", 7420, 0, NULL },
    { "name", "tcp:localhost:0", "localhost", 0, 0, NULL },
    { "last port", "tcp:h:65535", "h", 65535, 0, NULL },
    { "path", "unix:/run/csm.sock", "/run/csm.sock", 0, 0600, NULL },
    { "path with colon", "unix:/run/a:b", "/run/a:b", 0, 0600, NULL },
    { "mode", "unix:/run/csm.sock,mode=0660", "/run/csm.sock", 0, 0660, NULL },
    { "107 bytes", "unix:" A50 A50 "1234567", A50 A50 "1234567", 0, 0600, NULL },
    { "empty", "", NULL, 0, 0, "neither" },
    { "scheme", "http:127.0.0.1:80", NULL, 0, 0, "neither" },
    { "scheme alone", "tcp", NULL, 0, 0, "neither" },
    { "nothing after tcp", "tcp:", NULL, 0, 0, "needs a port" },
    { "no port", "tcp:127.0.0.1", NULL, 0, 0, "needs a port" },
    { "empty port", "tcp:127.0.0.1:", NULL, 0, 0, "port \"\"" },
    { "port too large", "tcp:127.0.0.1:65536", NULL, 0, 0, "port \"65536\"" },
    { "negative port", "tcp:127.0.0.1:-1", NULL, 0, 0, "port \"-1\"" },
    { "port in words", "tcp:127.0.0.1:http", NULL, 0, 0, "port \"http\"" },
    { "no host", "tcp::80", NULL, 0, 0, "needs a host" },
    { "empty brackets", "tcp:[]:80", NULL, 0, 0, "needs a host" },
    { "bare ipv6", "tcp:::1:80", NULL, 0, 0, "brackets" },
    { "open bracket", "tcp:[::1:80", NULL, 0, 0, "brackets" },
    { "no colon after bracket", "tcp:[::1]80", NULL, 0, 0, "brackets" },
    { "long host", "tcp:" A50 A50 A50 A50 A50 "aaaa:1", NULL, 0, 0, "over 253" },
    { "no path", "unix:", NULL, 0, 0, "needs a path" },
    { "option without path", "unix:,mode=0600", NULL, 0, 0, "needs a path" },
    { "108 bytes", "unix:" A50 A50 "12345678", NULL, 0, 0, "108 bytes" },
    { "unknown option", "unix:/a,mod=0600", NULL, 0, 0, "unknown option \"mod=0600\"" },
    { "two options", "unix:/a,mode=0600,x", NULL, 0, 0, "octal" },
    { "mode not octal", "unix:/a,mode=0980", NULL, 0, 0, "octal" },
    { "mode empty", "unix:/a,mode=", NULL, 0, 0, "octal" },
    { "mode too large", "unix:/a,mode=1777", NULL, 0, 0, "octal" },
};

static void parses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        csm_address out = { .port = 9 };
        csm_error err = { 0 };
        csm_status st = csm_address_parse(row->text, &out, &err);

        print_message("  %s\n", row->name);
        if (row->host_or_path == NULL) {
            assert_int_equal(st, CSM_E_INVALID);
            if (strstr(err.message, row->says) == NULL)
                fail_msg("\"%s\" does not say \"%s\"", err.message, row->says);
            assert_int_equal(out.port, 9); /* untouched */
            continue;
        }
        assert_int_equal(st, CSM_OK);
        assert_string_equal(out.is_unix ? out.path : out.host, row->host_or_path);
        assert_int_equal(out.port, row->port);
        assert_int_equal(out.mode, row->mode);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(parses) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
