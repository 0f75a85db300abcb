/* Tables that the tests of this room write to: every field type, a family, unique and list indexes. */
#ifndef CSM_TEST_TABLE_DECLARE_H
#define CSM_TEST_TABLE_DECLARE_H

#include "fixture.h"
#include "unit.h"

static const csm_field all_fields[] = {
    CSM_TEXT("text", .length = 20000),
    CSM_INT("int"),
    CSM_FIELD("float", CSM_F_FLOAT),
    CSM_DECIMAL("decimal"),
    CSM_BOOL("bool"),
    CSM_TIME("time"),
    CSM_DATE("date"),
    CSM_DURATION("duration"),
    CSM_REF("ref", "all"),
    CSM_LIST("list", "all"),
    CSM_JOURNAL("journal"),
    CSM_CURRENCY("currency"),
    CSM_FIELD("bytes", CSM_F_BYTES),
    CSM_JSON("map"),
    CSM_DOCUMENT("document"),
    CSM_CONDITION("condition", "text"),
    CSM_ZONE("zone"),
};

static const csm_field duty_fields[] = {
    CSM_TEXT("number", .flags = CSM_UNIQUE),
    CSM_TEXT("title", .length = 4000),
    CSM_INT("state"),
    CSM_BOOL("active"),
    CSM_REF("owner", "all", .flags = CSM_INDEXED),
    CSM_TIME("opened_at"),
    CSM_LIST("watchers", "all"),
    CSM_INT("weight"),
};
static const csm_index duty_indexes[] = {
    { .name = "by_state", .columns = "state,-opened_at", .include = "number,title" },
    { .name = "by_title", .columns = "title", .key_length = 16 },
    { .name = "by_watcher", .columns = "watchers,-opened_at", .include = "state" },
    { .name = "one_weight", .columns = "owner,weight", .flags = CSM_INDEX_UNIQUE },
};
static const csm_field errand_fields[] = { CSM_TEXT("place"), CSM_INT("distance") };
static const csm_index errand_indexes[] = { { .name = "by_place", .columns = "-place,active" } };

static const csm_table tables[] = {
    { .name = "all", .fields = CSM_ARRAY(all_fields) },
    { .name = "duty", .fields = CSM_ARRAY(duty_fields), .indexes = CSM_ARRAY(duty_indexes), .number = "DTY" },
    { .name = "errand", .extends = "duty", .fields = CSM_ARRAY(errand_fields), .indexes = CSM_ARRAY(errand_indexes) },
    { .name = "chore", .extends = "duty" },
};

static const csm_plugin plugins[] = { { .id = "test", .version = "1.0", .tables = CSM_ARRAY(tables) } };

#endif
