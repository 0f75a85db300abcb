/* What administrators said of plugins: one row of sys_plugins each, written by plugin.activate and plugin.deactivate alone. */
#include "engine/record/activate.h"
#include "engine/record/write.h"

static csm_status get_fields(csm_ctx *ctx, const csm_mtable **table, const csm_mfield **source, const csm_mfield **active)
{
    CSM_TRY(csm_registry_get_table(ctx->reg, CSM_STR("sys_plugins"), table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(*table, CSM_STR("source"), source, &ctx->err));
    return csm_mtable_get_field(*table, CSM_STR("active"), active, &ctx->err);
}

csm_status csm_choices_read(csm_ctx *ctx, csm_choice_fn fn, void *user)
{
    csm_query_spec spec = { 0 };
    const csm_mfield *source, *active;
    csm_cursor *cursor = NULL;
    csm_row *row = NULL;
    csm_status st;

    CSM_TRY(get_fields(ctx, &spec.table, &source, &active));
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    while ((st = csm_cursor_next(ctx, cursor, &row, NULL)) == CSM_OK && row != NULL)
        if ((st = fn(user, csm_value_text(csm_row_get(row, source)), csm_value_bool(csm_row_get(row, active)), &ctx->err)) != CSM_OK)
            break;
    csm_cursor_close(cursor);
    return st;
}

csm_status csm_choice_write(csm_ctx *ctx, const char *plugin, bool is_active)
{
    csm_pair values[] = { { CSM_STR_INIT("source"), csm_ctext(plugin) }, { CSM_STR_INIT("active"), csm_bool(is_active) } };
    csm_write_options options = CSM_WRITE_OPTIONS_INIT;
    csm_str name = csm_arena_printf(ctx->arena, "plugin/%s", plugin);
    const csm_mtable *table;
    const csm_mfield *source, *active;
    csm_row *row;
    csm_status st;

    if (name.ptr == NULL)
        return csm_ctx_nomem(ctx);
    options.id = csm_id_of_text(name);
    CSM_TRY(get_fields(ctx, &table, &source, &active));
    CSM_TRY(csm_row_find(ctx, table, options.id, &row));
    if (row != NULL)
        return csm_write_one_field(ctx, table, row->id, active, csm_bool(is_active));
    csm_ctx_enter_system(ctx); /* in the name of the caller still */
    st = csm_write_insert(ctx, table, csm_map(values, 2), &options, NULL);
    csm_ctx_leave_system(ctx);
    return st;
}
