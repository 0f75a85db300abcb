/* A family with history, a table without, journals, and rows written as the write path does it. */
#ifndef CSM_TEST_HISTORY_DECLARE_H
#define CSM_TEST_HISTORY_DECLARE_H

#include "fixture.h"
#include "unit.h"

#include "engine/engine.h"
#include "engine/history/history.h"

static const csm_field note_fields[] = {
    CSM_TEXT("number", .flags = CSM_UNIQUE),
    CSM_TEXT("title", .length = 40000),
    CSM_TEXT("body", .length = 40000),
    CSM_INT("state", .flags = CSM_INDEXED),
    CSM_BOOL("open"),
    CSM_LIST("watchers", "note"),
    CSM_TEXT("secret", .flags = CSM_NO_AUDIT),
    CSM_JOURNAL("comments"),
    CSM_JOURNAL("work"),
};
static const csm_index note_indexes[] = { { .name = "by_watcher", .columns = "watchers", .include = "title" } };
static const csm_field memo_fields[] = { CSM_TEXT("place") };
static const csm_field visit_fields[] = { CSM_TEXT("token"), CSM_JOURNAL("seen") };
static const csm_table tables[] = {
    { .name = "note", .fields = CSM_ARRAY(note_fields), .indexes = CSM_ARRAY(note_indexes), .number = "NOT" },
    { .name = "memo", .extends = "note", .fields = CSM_ARRAY(memo_fields) },
    { .name = "visit", .fields = CSM_ARRAY(visit_fields), .flags = CSM_TABLE_NO_HISTORY },
};
static const csm_plugin plugins[] = { { .id = "test", .version = "1.0", .tables = CSM_ARRAY(tables) } };

static inline void stamp(csm_ctx *ctx, csm_row *row)
{
    fixture_set(row, "sys_updated_on", csm_time_value(ctx->now));
    fixture_set(row, "sys_updated_by", csm_text(ctx->caller->user_name));
}

static inline void insert_row(csm_ctx *ctx, csm_row *row)
{
    uint32_t version = 0;
    assert_ok(ctx, csm_history_next_version(ctx, row->table, row->id, &version));
    csm_row_set_version(row, version);
    fixture_set(row, "sys_created_on", csm_time_value(ctx->now));
    stamp(ctx, row);
    assert_ok(ctx, csm_row_put(ctx, NULL, row));
    assert_ok(ctx, csm_history_add(ctx, NULL, row));
}

static inline void update_row(csm_ctx *ctx, const csm_row *old, csm_row *now)
{
    csm_row_set_version(now, old->version + 1);
    stamp(ctx, now);
    assert_ok(ctx, csm_row_put(ctx, old, now));
    assert_ok(ctx, csm_history_add(ctx, old, now));
}

static inline void delete_row(csm_ctx *ctx, const csm_row *old)
{
    assert_ok(ctx, csm_row_delete(ctx, old));
    assert_ok(ctx, csm_history_add(ctx, old, NULL));
}

#endif
