/* The trail: what a crashed process leaves names who ran, and nothing else is taken for it. */
#include "base/clock.h"
#include "base/trail.h"

#include "tempdir.h"
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char dir[PATH_MAX], path[PATH_MAX + 16], left[PATH_MAX + 16];

static int setup(void **state)
{
    (void)state;
    if (!tempdir_make(dir))
        return 1;
    snprintf(path, sizeof(path), "%s/trail", dir);
    snprintf(left, sizeof(left), "%s/left", dir);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tempdir_remove(dir);
    return 0;
}

/* The file as a process that dies now leaves it: closing takes it away. */
static void keep(void)
{
    assert_int_equal(link(path, left), 0);
}

static bool tells(const char *file, const char *who, const char *what)
{
    char found_who[CSM_TRAIL_WHO] = "", found_what[CSM_TRAIL_WHAT] = "";
    bool found = true;

    assert_int_equal(csm_trail_read(file, found_who, found_what, &found, NULL), CSM_OK);
    return found && strcmp(found_who, who) == 0 && strcmp(found_what, what) == 0;
}

static void a_crash_names_the_innermost(void **state)
{
    csm_trail *trail = NULL;
    csm_trail_slot *slot;

    (void)state;
    assert_int_equal(csm_trail_open(path, &trail, NULL), CSM_OK);
    slot = csm_trail_take(trail, 1);
    csm_trail_note(slot, "outer", "rule one");
    csm_trail_note(slot, "inner", "a name that is longer than the slot has room for, so it is cut");
    csm_trail_note(slot, "inner", "short");
    csm_trail_crash(trail);
    keep();
    csm_trail_close(trail);
    assert_true(tells(left, "inner", "short"));
    assert_int_equal(access(path, F_OK), -1);
}

static void outside_nobody_is_named(void **state)
{
    csm_trail *trail = NULL;
    csm_trail_slot *slot;

    (void)state;
    assert_int_equal(csm_trail_open(path, &trail, NULL), CSM_OK);
    slot = csm_trail_take(trail, 1);
    csm_trail_note(slot, "plugin", "rule");
    csm_trail_note(slot, NULL, NULL);
    csm_trail_crash(trail);
    keep();
    csm_trail_close(trail);
    assert_false(tells(left, "plugin", "rule"));
    assert_false(tells(path, "", "")); /* no file */
}

static void one_that_beats_is_not_stuck(void **state)
{
    csm_trail *trail = NULL;
    csm_trail_slot *quick, *slow, *patient;
    const csm_trail_slot *stuck = NULL;
    int64_t deadline = csm_mono_us() + 60 * CSM_SECOND;

    (void)state;
    assert_int_equal(csm_trail_open(path, &trail, NULL), CSM_OK);
    quick = csm_trail_take(trail, 1);
    slow = csm_trail_take(trail, 1);
    patient = csm_trail_take(trail, 1000000);
    csm_trail_note(slow, "slow", "hook");
    csm_trail_note(patient, "patient", "hook");
    while (stuck == NULL && csm_mono_us() < deadline) {
        csm_trail_note(quick, "quick", "hook");
        stuck = csm_trail_stuck(trail, 20000);
    }
    assert_ptr_equal(stuck, slow);
    keep();
    csm_trail_close(trail);
    assert_true(tells(left, "slow", "hook"));
}

static void slots_end(void **state)
{
    csm_trail *trail = NULL;
    unsigned count = 0;

    (void)state;
    assert_int_equal(csm_trail_open(path, &trail, NULL), CSM_OK);
    while (csm_trail_take(trail, 1) != NULL)
        count++;
    assert_in_range(count, 16, 1000);
    csm_trail_close(trail);
    csm_trail_close(NULL);
}

static void what_makes_no_sense_is_let_go(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (size_t size = 0; size < 20000; size += 997) {
        uint8_t bytes[20000];
        int fd = open(left, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

        for (size_t n = 0; n < size; n++)
            bytes[n] = (uint8_t)next_random(&random);
        assert_int_equal(write(fd, bytes, size), (ssize_t)size);
        assert_int_equal(close(fd), 0);
        assert_false(tells(left, "", ""));
    }
}

#define fresh(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        fresh(a_crash_names_the_innermost), fresh(outside_nobody_is_named), fresh(one_that_beats_is_not_stuck),
        fresh(slots_end),                   fresh(what_makes_no_sense_is_let_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
