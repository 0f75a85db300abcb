/* What the store remembers of the plugins that wrote it: their versions, the migrations they ran, the types of their fields.
 * An older plugin than the one that wrote the store, or a field of another type, is refused before anything runs.
 * Meta: "plugin:ID" -> number of the last migration (4) and version; "type:" and a field's number (4) -> type (1). */
#include "engine/engine.h"
#include "engine/record/activate.h"
#include "engine/rule/frame.h"
#include "engine/table/codec.h"

#include "base/str.h"

#include <stdio.h>

#define TYPE_KEY 9
#define PLUGIN_KEY_MAX 80

typedef struct record {
    uint32_t migration;
    csm_str version; /* empty: the store knows nothing of the plugin; borrowed from the view */
} record;

static csm_str type_key(const csm_mfield *field, uint8_t to[TYPE_KEY])
{
    memcpy(to, "type:", 5);
    csm_put_u32(to + 5, field->id);
    return (csm_str){ (const char *)to, TYPE_KEY };
}

static csm_status read_record(csm_view *view, const csm_mplugin *plugin, record *out, csm_error *err)
{
    char key[PLUGIN_KEY_MAX];
    csm_str bytes;
    csm_status st;

    (void)snprintf(key, sizeof(key), "plugin:%s", plugin->id);
    st = csm_view_get(view, CSM_DB_META, csm_str_of(key), &bytes, err);
    *out = (record){ 0 };
    if (st == CSM_E_NOT_FOUND)
        return CSM_OK;
    CSM_TRY(st);
    if (bytes.len < 4)
        return csm_error_set(err, CSM_E_CORRUPT, "what is kept of plugin \"%s\" is too short", plugin->id);
    *out = (record){ csm_take_u32(bytes.ptr), { bytes.ptr + 4, bytes.len - 4 } };
    return CSM_OK;
}

/* ---- checking ---- */

static uint32_t newest_migration(const csm_plugin *decl)
{
    return decl->migrations.count > 0 ? decl->migrations.items[decl->migrations.count - 1].version : 0;
}

static void check_plugin(const csm_lineage_check *check, const csm_mplugin *plugin, const record *kept)
{
    const csm_plugin *decl = plugin->decl;
    uint32_t last = 0;

    for (uint32_t n = 0; n < decl->migrations.count; n++) {
        const csm_migration *step = &decl->migrations.items[n];

        if (step->version <= last || step->run == NULL || step->name == NULL)
            check->complain(check->user, plugin, "migration %u \"%s\": numbers rise from 1, each with a name and a function",
                            step->version, step->name != NULL ? step->name : "");
        last = step->version;
    }
    if (kept->version.len > 0 && csm_version_cmp(csm_str_of(decl->version), kept->version) < 0)
        check->complain(check->user, plugin, "the store was written by version %.*s of it, this is %s",
                        CSM_STR_FMT(kept->version), decl->version);
    else if (kept->migration > newest_migration(decl))
        check->complain(check->user, plugin, "the store has its migration %u, this one ends at %u", kept->migration,
                        newest_migration(decl));
}

static csm_status check_field(const csm_lineage_check *check, csm_view *view, const csm_mtable *table, const csm_mfield *field,
                              csm_error *err)
{
    const csm_mplugin *plugin = csm_registry_plugin(check->reg, csm_str_of(field->plugin));
    uint8_t key[TYPE_KEY];
    csm_str kept;
    csm_status st = csm_view_get(view, CSM_DB_META, type_key(field, key), &kept, err);

    if (st == CSM_E_NOT_FOUND)
        return CSM_OK;
    CSM_TRY(st);
    if (plugin != NULL && kept.len == 1 && (uint8_t)kept.ptr[0] != field->type)
        check->complain(check->user, plugin, "field \"%s\" of %s is kept as %s, it cannot become %s: give it another name",
                        field->name, table->name, csm_field_type_name((uint8_t)kept.ptr[0]), csm_field_type_name(field->type));
    return CSM_OK;
}

static bool is_own(const csm_mtable *table, const csm_mfield *field)
{
    return field->owner == table && field->id >= CSM_FID_FIRST;
}

csm_status csm_lineage_compare(const csm_lineage_check *check, csm_view *view, csm_error *err)
{
    for (uint32_t n = CSM_CORE_PLUGINS; n < check->reg->plugin_count; n++) {
        record kept;

        CSM_TRY(read_record(view, &check->reg->plugins[n], &kept, err));
        check_plugin(check, &check->reg->plugins[n], &kept);
    }
    for (uint32_t n = 0; n < check->reg->table_count; n++)
        for (uint32_t k = 0; k < check->reg->tables[n]->field_count; k++)
            if (is_own(check->reg->tables[n], &check->reg->tables[n]->fields[k]))
                CSM_TRY(check_field(check, view, check->reg->tables[n], &check->reg->tables[n]->fields[k], err));
    return CSM_OK;
}

/* ---- migrating ---- */

static csm_status run_step(csm_ctx *ctx, const csm_mplugin *plugin, const csm_migration *step)
{
    csm_frame frame = csm_frame_enter(ctx, plugin, true, step->name);

    return csm_frame_leave(ctx, frame, step->run(ctx), "migration", step->name);
}

/* The steps beyond the one the store has, in their order. */
static csm_status migrate(csm_ctx *ctx, const csm_mplugin *plugin, uint32_t *at)
{
    const csm_plugin *decl = plugin->decl;
    csm_status st = CSM_OK;

    if (newest_migration(decl) <= *at)
        return CSM_OK;
    CSM_TRY(csm_engine_starting(ctx->engine, plugin->id, &ctx->err));
    for (uint32_t n = 0; n < decl->migrations.count && st == CSM_OK; n++)
        if (decl->migrations.items[n].version > *at)
            st = run_step(ctx, plugin, &decl->migrations.items[n]);
    CSM_TRY(st);
    *at = newest_migration(decl);
    return csm_engine_starting(ctx->engine, NULL, &ctx->err);
}

static csm_status write_record(csm_ctx *ctx, const csm_mplugin *plugin, uint32_t migration)
{
    const char *version = plugin->decl->version;
    csm_str key = csm_arena_printf(ctx->arena, "plugin:%s", plugin->id);
    uint8_t *value = csm_arena_alloc(ctx->arena, 4 + strlen(version) + 1);

    if (key.ptr == NULL || value == NULL)
        return csm_ctx_nomem(ctx);
    csm_put_u32(value, migration);
    memcpy(value + 4, version, strlen(version));
    return csm_txn_put(ctx->txn, CSM_DB_META, key, (csm_str){ (const char *)value, 4 + strlen(version) }, &ctx->err);
}

static csm_status write_type(csm_ctx *ctx, const csm_mfield *field)
{
    uint8_t key[TYPE_KEY], type = (uint8_t)field->type;
    csm_str kept;
    csm_status st = csm_view_get(ctx->view, CSM_DB_META, type_key(field, key), &kept, &ctx->err);

    if (st != CSM_E_NOT_FOUND)
        return st;
    return csm_txn_put(ctx->txn, CSM_DB_META, type_key(field, key), (csm_str){ (const char *)&type, 1 }, &ctx->err);
}

csm_status csm_lineage_write(csm_ctx *ctx)
{
    for (uint32_t n = 0; n < ctx->reg->table_count; n++)
        for (uint32_t k = 0; k < ctx->reg->tables[n]->field_count; k++)
            if (is_own(ctx->reg->tables[n], &ctx->reg->tables[n]->fields[k]))
                CSM_TRY(write_type(ctx, &ctx->reg->tables[n]->fields[k]));
    for (uint32_t n = CSM_CORE_PLUGINS; n < ctx->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &ctx->reg->plugins[n];
        record kept;
        uint32_t at;

        CSM_TRY(read_record(ctx->view, plugin, &kept, &ctx->err));
        at = kept.migration;
        CSM_TRY(migrate(ctx, plugin, &at));
        if (at != kept.migration || !csm_str_is(kept.version, plugin->decl->version))
            CSM_TRY(write_record(ctx, plugin, at));
    }
    return CSM_OK;
}
