/* Short forms for declaring small plugins in tests, and a number source that counts. */
#ifndef DECLARE_H
#define DECLARE_H

#include "unit.h"

#include "model/model.h"

#include <stdio.h>

#define SLICE_OF(T, ...) { (const T[]){ __VA_ARGS__ }, sizeof((const T[]){ __VA_ARGS__ }) / sizeof(T), sizeof(T) }
#define FIELDS(...) .fields = SLICE_OF(csm_field, __VA_ARGS__)
#define INDEXES(...) .indexes = SLICE_OF(csm_index, __VA_ARGS__)
#define TABLES(...) .tables = SLICE_OF(csm_table, __VA_ARGS__)
#define EXTS(...) .table_exts = SLICE_OF(csm_table_ext, __VA_ARGS__)
#define ROLES(...) .roles = SLICE_OF(csm_role, __VA_ARGS__)
#define SCOPES(...) .scopes = SLICE_OF(csm_scope, __VA_ARGS__)
#define RIGHTS(...) .field_rights = SLICE_OF(csm_field_right, __VA_ARGS__)
#define RULES(...) .rules = SLICE_OF(csm_rule, __VA_ARGS__)
#define DERIVED(...) .derived = SLICE_OF(csm_derived, __VA_ARGS__)
#define MODELS(...) .states = SLICE_OF(csm_state_model, __VA_ARGS__)
#define STATES(...) .states = SLICE_OF(csm_state, __VA_ARGS__)
#define TRANSITIONS(...) .transitions = SLICE_OF(csm_transition, __VA_ARGS__)
#define TIMED(...) .timed = SLICE_OF(csm_timed, __VA_ARGS__)
#define METHODS(...) .methods = SLICE_OF(csm_method, __VA_ARGS__)
#define PARAMS(...) .params = SLICE_OF(csm_param, __VA_ARGS__)
#define POINTS(...) .points = SLICE_OF(csm_point, __VA_ARGS__)
#define IMPLS(...) .impls = SLICE_OF(csm_impl, __VA_ARGS__)
#define JOBS(...) .jobs = SLICE_OF(csm_job, __VA_ARGS__)
#define SUBSCRIBERS(...) .subscribers = SLICE_OF(csm_subscriber, __VA_ARGS__)
#define VALUES(...) .caller_values = SLICE_OF(csm_caller_value, __VA_ARGS__)
#define SETTINGS(...) .settings = SLICE_OF(csm_setting, __VA_ARGS__)
#define PROPERTIES(...) .properties = SLICE_OF(csm_property, __VA_ARGS__)
#define SEEDS(...) .seeds = SLICE_OF(csm_seed, __VA_ARGS__)
#define MIGRATIONS(...) .migrations = SLICE_OF(csm_migration, __VA_ARGS__)
#define DECLARE(id_, ...)                                                                              \
    { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .abi_major = CSM_ABI_MAJOR,                  \
      .abi_minor = CSM_ABI_MINOR, .id = id_, .version = "1.0", .summary = "test", __VA_ARGS__ }

/* Numbers from 16 up, in the order asked; remembers the keys. */
struct counter {
    uint32_t asked;
    char keys[256][64];
    const char *was[256];
};

static inline csm_status count_number(void *user, const char *key, const char *was, uint32_t *out, csm_error *err)
{
    struct counter *counter = user;

    (void)err;
    assert_true(counter->asked < 256);
    for (uint32_t n = 0; n < counter->asked; n++)
        assert_string_not_equal(counter->keys[n], key);
    (void)snprintf(counter->keys[counter->asked], sizeof(counter->keys[0]), "%s", key);
    counter->was[counter->asked] = was;
    *out = CSM_FID_FIRST + counter->asked++;
    return CSM_OK;
}

static inline uint32_t number_of(const struct counter *counter, const char *key)
{
    for (uint32_t n = 0; n < counter->asked; n++)
        if (strcmp(counter->keys[n], key) == 0)
            return CSM_FID_FIRST + n;
    return 0;
}

#endif
