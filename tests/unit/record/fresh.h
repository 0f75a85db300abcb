/* A world of its own for each test. */
#ifndef CSM_TEST_FRESH_H
#define CSM_TEST_FRESH_H

#include "world.h"

static int open_world(void **state)
{
    static world w;

    world_open(&w);
    *state = &w;
    return 0;
}

static int close_world(void **state)
{
    world_close(*state);
    return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

#endif
