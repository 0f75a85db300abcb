#include "unit.h"

#include "base/log.h"
#include "base/str.h"

#include <unistd.h>

/* What the log wrote to stderr during a call, without the leading time in text form. */
static char captured[16384];

static void capture_begin(int saved[2])
{
    char path[] = "/tmp/csm-log-XXXXXX";
    fflush(stderr);
    saved[0] = dup(STDERR_FILENO);
    saved[1] = mkstemp(path);
    assert_true(saved[0] >= 0 && saved[1] >= 0);
    unlink(path);
    assert_true(dup2(saved[1], STDERR_FILENO) >= 0);
}

static csm_str capture_end(const int saved[2])
{
    dup2(saved[0], STDERR_FILENO);
    close(saved[0]);
    ssize_t len = pread(saved[1], captured, sizeof(captured), 0);
    close(saved[1]);
    assert_true(len >= 0);
    return (csm_str){ captured, (size_t)len };
}

static csm_str logged(csm_log_level level, const char *area, const char *message)
{
    int saved[2];
    capture_begin(saved);
    csm_log(level, area, "%s", message);
    return capture_end(saved);
}

static csm_str after_time(csm_str line, size_t skip)
{
    assert_true(line.len > skip);
    assert_int_equal(line.ptr[line.len - 1], '\n');
    size_t z = csm_str_find(line, CSM_STR("Z"), 0);
    assert_true(z != SIZE_MAX);
    return (csm_str){ line.ptr + z + skip, line.len - z - skip - 1 };
}

typedef struct log_row {
    const char *name;
    bool json;
    const char *message;
    const char *want;
} log_row;

static const log_row lines[] = {
    { "text", false, "started on 9000", "info net: started on 9000" },
    { "text keeps utf-8", false, "caf\xc3\xa9", "info net: caf\xc3\xa9" },
    { "text escapes", false, "a\nb\x1b[31m\xff", "info net: a\\x0ab\\x1b[31m\\xff" },
    { "json", true, "ok", "\",\"level\":\"info\",\"area\":\"net\",\"message\":\"ok\"}" },
    { "json escapes", true, "\"\\\n\xff",
      "\",\"level\":\"info\",\"area\":\"net\",\"message\":\"\\\"\\\\\\u000a\\ufffd\"}" },
};

static void check_line(void **state)
{
    const log_row *row = *state;
    csm_log_setup(CSM_LOG_INFO, row->json);
    csm_str line = logged(CSM_LOG_INFO, "net", row->message);
    assert_str(after_time(line, row->json ? 1 : 2), row->want);
    assert_int_equal(csm_str_starts(line, CSM_STR("{\"time\":\"")), row->json);
}

static void levels_filter(void **state)
{
    (void)state;
    for (int set = CSM_LOG_ERROR; set <= CSM_LOG_DEBUG; set++) {
        csm_log_setup((csm_log_level)set, false);
        assert_int_equal(csm_log_get_level(), set);
        for (int level = CSM_LOG_ERROR; level <= CSM_LOG_DEBUG; level++)
            assert_int_equal(logged((csm_log_level)level, "x", "y").len > 0, level <= set);
    }
}

static void long_lines_are_cut_and_stay_whole(void **state)
{
    (void)state;
    char *big = malloc(20001);
    assert_non_null(big);
    for (int json = 0; json < 2; json++) {
        for (int fill = 0; fill < 2; fill++) {
            memset(big, fill == 0 ? 'a' : '\n', 20000);
            big[20000] = '\0';
            csm_log_setup(CSM_LOG_INFO, json != 0);
            csm_str line = logged(CSM_LOG_INFO, big, big);
            assert_true(line.len > 3000 && line.len <= 4096);
            assert_true(csm_str_ends(line, json != 0 ? CSM_STR("...\"}\n") : CSM_STR("...\n")));
            assert_int_equal(csm_str_find(line, CSM_STR("\n"), 0), line.len - 1);
        }
    }
    free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_filter),
        cmocka_unit_test(long_lines_are_cut_and_stay_whole),
    };
    return run_rows("log lines", lines, check_line) + cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
