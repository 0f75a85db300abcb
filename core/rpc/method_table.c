/* Tables as the caller has them. */
#include "rpc/describe.h"

static csm_status table_list(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    static const struct {
        uint32_t op;
        const char *name;
    } names[] = { { CSM_OP_READ, "read" }, { CSM_OP_CREATE, "create" }, { CSM_OP_WRITE, "write" }, { CSM_OP_DELETE, "delete" } };
    csm_writer *w = csm_reply_begin(out);
    csm_open_list list = csm_list_begin(w);

    (void)in;
    for (uint32_t n = 0; n < ctx->reg->table_count; n++) {
        const csm_mtable *table = ctx->reg->tables[n];
        csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
        csm_open_list ops;
        uint64_t *fields[4];
        uint32_t may;
        const char *parent;

        CSM_TRY(csm_table_rights(ctx, table, &may, fields));
        csm_arena_reset_to(ctx->arena, mark);
        if (may == 0)
            continue;
        CSM_TRY(csm_table_known_name(ctx, table->parent, &parent));
        csm_write_map(w, 4);
        csm_put_text(w, "name", table->name);
        csm_put_text(w, "label", table->label);
        csm_put_text(w, "extends", parent);
        csm_write_cstr(w, "operations");
        ops = csm_list_begin(w);
        for (uint32_t k = 0; k < 4; k++)
            if ((may & names[k].op) != 0) {
                csm_write_cstr(w, names[k].name);
                ops.count++;
            }
        csm_list_end(w, ops);
        list.count++;
    }
    csm_list_end(w, list);
    return CSM_OK;
}

static csm_status table_describe(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    const csm_mtable *table;
    uint64_t *fields[4];
    uint32_t may;

    CSM_TRY(csm_find_table(ctx, in->values[0], &table));
    CSM_TRY(csm_table_rights(ctx, table, &may, fields));
    if (may == 0)
        return csm_error_field(&ctx->err, CSM_E_DENIED, "table", "the caller has no right to table %s", table->name);
    return csm_describe_table(ctx, csm_reply_begin(out), table, true);
}

static const csm_param describe_params[] = { PARAM_TABLE };

static const csm_method methods[] = {
    { .name = "table.list", .returns = CSM_T_LIST, .flags = CSM_METHOD_EXTERNAL, .since = 1, .run = table_list,
      .doc = "Tables the caller may do something with", .returns_doc = "[{name, label, extends, operations}]" },
    { .name = "table.describe", .params = CSM_ARRAY(describe_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_EXTERNAL,
      .since = 1, .run = table_describe, .doc = "A table, with the operations and fields the caller has",
      .returns_doc = "{name, label, doc, plugin, extends, display, number, flags, operations, fields, indexes, states}" },
};

csm_method_set csm_methods_table(void)
{
    return CSM_METHOD_SET(methods);
}
