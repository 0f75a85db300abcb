/* Tables that the tests of this room ask: a family of three, references, every type a filter may name. */
#ifndef CSM_TEST_QUERY_DECLARE_H
#define CSM_TEST_QUERY_DECLARE_H

#include "engine/access/access.h"
#include "fixture.h"
#include "unit.h"

static const csm_choice states[] = { { "1", "New", NULL, NULL }, { "2", "Open", NULL, NULL }, { "3", "Done", NULL, NULL } };
static const csm_choice regions[] = { { "north", "North", NULL, NULL }, { "south", "South", NULL, NULL } };

static const csm_field person_fields[] = {
    CSM_TEXT("name"),
    CSM_TEXT("email", .flags = CSM_UNIQUE),
    CSM_BOOL("vip"),
    CSM_TEXT("region", CSM_CHOICES(regions)),
    CSM_REF("boss", "person", .flags = CSM_INDEXED),
};

static const csm_field work_fields[] = {
    CSM_TEXT("number", .flags = CSM_UNIQUE),
    CSM_TEXT("title", .length = 200, .flags = CSM_INDEXED),
    CSM_TEXT("code", .length = 200),
    CSM_INT("state", CSM_CHOICES(states)),
    CSM_INT("priority", .min = 1, .max = 9),
    CSM_BOOL("active"),
    CSM_TIME("opened_at"),
    CSM_DATE("due"),
    CSM_DECIMAL("effort"),
    CSM_CURRENCY("cost"),
    CSM_FIELD("ratio", CSM_F_FLOAT),
    CSM_DURATION("spent"),
    CSM_REF("owner", "person", .flags = CSM_INDEXED),
    CSM_LIST("watchers", "person"),
    CSM_JOURNAL("comments"),
    CSM_TEXT("secret", .flags = CSM_HIDDEN),
    CSM_DOCUMENT("subject"),
    CSM_JSON("extra"),
    CSM_ZONE("zone"),
};
static const csm_index work_indexes[] = {
    { .name = "mine", .columns = "owner,active,-opened_at", .include = "number,priority" },
    { .name = "by_state", .columns = "state,opened_at" },
    { .name = "newest", .columns = "-opened_at" },
    { .name = "urgent", .columns = "priority,state" },
    { .name = "coded", .columns = "code", .key_length = 8 },
    { .name = "watched", .columns = "watchers,-opened_at" },
    { .name = "report", .columns = "active,state,priority", .include = "effort,spent" },
};
static const csm_field job_fields[] = { CSM_TEXT("site", .flags = CSM_INDEXED), CSM_INT("rank") };
static const csm_index job_indexes[] = { { .name = "ranked", .columns = "rank,-site" } };

static const csm_field note_fields[] = {
    CSM_REF("about", "work", .flags = CSM_INDEXED),
    CSM_INT("page"),
};

static const csm_table tables[] = {
    { .name = "person", .fields = CSM_ARRAY(person_fields), .order = "name" },
    { .name = "work", .fields = CSM_ARRAY(work_fields), .indexes = CSM_ARRAY(work_indexes) },
    { .name = "job", .extends = "work", .fields = CSM_ARRAY(job_fields), .indexes = CSM_ARRAY(job_indexes) },
    { .name = "chore", .extends = "work" },
    { .name = "plain", .fields = CSM_ARRAY(job_fields) },
    { .name = "note", .fields = CSM_ARRAY(note_fields) },
};

/* A worker reads what is his, a few fields of what he watches, and what his crew owns; all but what is hushed up. People
 * of the north are shown by name and region. A note is reached as the work it is about. */
static const csm_role roles[] = { { "worker", NULL, NULL }, { "watcher", NULL, NULL }, { "nobody_has", NULL, NULL } };
static const csm_scope scopes[] = {
    { .table = "work", .ops = CSM_OP_READ | CSM_OP_WRITE, .role = "worker", .filter = "owner=@me", .inherit = true },
    { .table = "work", .ops = CSM_OP_READ, .role = "watcher", .filter = "watchers=@me^ORwatchers=@crew^owner.region=north",
      .fields = "number,title,state,owner,watchers,opened_at", .inherit = true },
    { .table = "work", .ops = CSM_OP_READ, .role = "worker", .filter = "owner=@crew^active=true^NQowner=@crew^state=1",
      .inherit = true },
    { .table = "chore", .ops = CSM_OP_READ, .role = "worker", .filter = "stateIN1,2" },
    { .table = "work", .ops = CSM_OP_READ, .filter = "code!=x", .flags = CSM_SCOPE_RESTRICT, .inherit = true },
    { .table = "person", .ops = CSM_OP_READ, .role = "worker", .filter = "region=north", .fields = "name,region" },
    { .table = "note", .ops = CSM_OP_READ, .role = "worker", .via = "about" },
};
static const csm_field_right field_rights[] = { { "work", "spent", CSM_OP_READ, "nobody_has" } };
csm_status world_crew(csm_ctx *ctx, csm_id user, csm_value *out_list);
static const csm_caller_value caller_values[] = { { "crew", CSM_T_ID, world_crew, "people whose boss one is" } };

static const csm_plugin plugins[] = { { .id = "test",
                                        .version = "1.0",
                                        .tables = CSM_ARRAY(tables),
                                        .roles = CSM_ARRAY(roles),
                                        .scopes = CSM_ARRAY(scopes),
                                        .field_rights = CSM_ARRAY(field_rights),
                                        .caller_values = CSM_ARRAY(caller_values) } };

#endif
