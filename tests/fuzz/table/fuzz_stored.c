/* What the store held, damaged: row bytes, index keys, included values, history bodies. Nothing reads beyond them, and
 * a row that is accepted is written and read back the same. The first byte picks which. */
#include "fuzz.h"

#include "engine/history/stream.h"
#include "engine/table/table.h"

#define ARENA_LIMIT (1024 * 1024)

static const csm_field fields[] = {
    CSM_TEXT("text"),
    CSM_INT("int"),
    CSM_FIELD("float", CSM_F_FLOAT),
    CSM_DECIMAL("decimal"),
    CSM_BOOL("bool"),
    CSM_TIME("time"),
    CSM_REF("ref", "all"),
    CSM_LIST("list", "all"),
    CSM_CURRENCY("currency"),
    CSM_FIELD("bytes", CSM_F_BYTES),
    CSM_JSON("map"),
    CSM_DOCUMENT("document"),
};
static const csm_index indexes[] = {
    { .name = "wide", .columns = "text,-time,-text,bool,list,float", .include = "text,list,currency,map" },
    { .name = "pair", .columns = "-document,ref" },
};
static const csm_table tables[] = { { .name = "all", .fields = CSM_ARRAY(fields), .indexes = CSM_ARRAY(indexes) } };
static const csm_plugin plugin = { .id = "fuzz", .version = "1", .tables = CSM_ARRAY(tables) };

static csm_status next_number(void *user, const char *key, const char *was, uint32_t *out, csm_error *err)
{
    uint32_t *next = user;
    (void)key;
    (void)was;
    (void)err;
    *out = (*next)++;
    return CSM_OK;
}

/* Built once; lives to the end. */
static csm_registry *registry(void)
{
    static csm_registry *reg;
    if (reg == NULL) {
        uint32_t next = CSM_FID_FIRST;
        csm_mplugin list = { .decl = &plugin, .id = plugin.id };
        csm_number_source numbers = { next_number, &next };
        csm_error err = { 0 };
        csm_arena *arena = csm_arena_new(0, 0);
        FUZZ_CHECK(csm_registry_build(&list, 1, &numbers, arena, &reg, NULL, &err) == CSM_OK);
        csm_arena_free(arena);
    }
    return reg;
}

static void read_row(csm_ctx *ctx, csm_str bytes)
{
    csm_row *row = NULL, *again = NULL;
    csm_buf first = { 0 }, second = { 0 };
    csm_id id = { { 1 } };
    csm_status st = csm_row_decode(ctx->reg, ctx->arena, id, bytes, false, &row, &ctx->err);
    FUZZ_CHECK(st == CSM_OK || st == CSM_E_CORRUPT || st == CSM_E_STATE || st == CSM_E_NOMEM);
    FUZZ_CHECK(st == CSM_OK || ctx->err.message[0] != '\0');
    if (st == CSM_OK && csm_row_encode(row, &first, &ctx->err) == CSM_OK) {
        FUZZ_CHECK(csm_row_decode(ctx->reg, ctx->arena, id, csm_buf_str(&first), false, &again, &ctx->err) == CSM_OK);
        FUZZ_CHECK(csm_row_encode(again, &second, &ctx->err) == CSM_OK);
        FUZZ_CHECK(csm_str_eq(csm_buf_str(&first), csm_buf_str(&second)));
    }
    csm_buf_done(&first);
    csm_buf_done(&second);
}

/* A key that splits is made again from its columns, unless a text in it was cut or is no folded one. */
static void split_key(csm_ctx *ctx, const csm_mindex *index, csm_str bytes)
{
    csm_value columns[CSM_INDEX_COLUMNS_MAX];
    csm_id id;
    csm_status st = csm_index_split(index, bytes, ctx->arena, columns, &id, &ctx->err);
    FUZZ_CHECK(st == CSM_OK || st == CSM_E_CORRUPT || st == CSM_E_NOMEM);
    for (uint32_t n = 0; st == CSM_OK && n < index->column_count; n++) {
        csm_buf key = { 0 };
        csm_key_add_value(&key, index->columns[n].field, columns[n], index->key_length, index->columns[n].descending);
        FUZZ_CHECK(!key.failed && key.len > 0);
        csm_buf_done(&key);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return 0;
    csm_ctx ctx = { .reg = registry(), .arena = csm_arena_new(16384, ARENA_LIMIT) };
    FUZZ_CHECK(ctx.arena != NULL);
    const csm_mtable *table = csm_registry_table(ctx.reg, CSM_STR("all"));
    csm_str rest = { (const char *)bytes + 1, len - 1 };
    csm_row *row = csm_row_new(ctx.arena, table, (csm_id){ { 1 } });
    csm_version version;
    switch (bytes[0] % 6) {
    case 0:
        read_row(&ctx, rest);
        break;
    case 1:
    case 2:
        split_key(&ctx, &table->indexes[bytes[0] % 6 - 1], rest);
        break;
    case 3:
        (void)csm_index_included(&table->indexes[0], rest, ctx.arena, row, &ctx.err);
        break;
    case 4:
        (void)csm_version_read(&ctx, row->id, 1, rest, &version);
        break;
    default:
        (void)csm_version_last_row(&ctx, row->id, rest, &row);
        break;
    }
    csm_arena_free(ctx.arena);
    return 0;
}
