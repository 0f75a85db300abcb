/* Tables and fields as the caller may know them. */
#include "rpc/describe.h"

static const csm_flag_name field_flags[] = {
    { CSM_REQUIRED, "required" },   { CSM_UNIQUE, "unique" },     { CSM_READ_ONLY, "read_only" },
    { CSM_INDEXED, "indexed" },     { CSM_COMPUTED, "computed" }, { CSM_INTERNAL, "internal" },
    { CSM_NO_AUDIT, "no_audit" },   { CSM_INSERT_ONLY, "insert_only" }, { CSM_MAIL_ADDRESS, "mail_address" },
};
static const csm_flag_name table_flags[] = {
    { CSM_TABLE_NO_HISTORY, "no_history" }, { CSM_TABLE_CLOSED, "closed" }, { CSM_TABLE_ABSTRACT, "abstract" },
};
static const csm_flag_name op_names[] = {
    { CSM_OP_READ, "read" }, { CSM_OP_CREATE, "create" }, { CSM_OP_WRITE, "write" }, { CSM_OP_DELETE, "delete" },
};
static const csm_flag_name state_flags[] = {
    { CSM_STATE_CLOSED, "closed" }, { CSM_STATE_INITIAL, "initial" }, { CSM_STATE_INACTIVE, "inactive" },
};

void csm_put_flags(csm_writer *w, const char *key, uint32_t flags, const csm_flag_name *names, uint32_t count)
{
    csm_open_list list;

    csm_write_cstr(w, key);
    list = csm_list_begin(w);
    for (uint32_t n = 0; n < count; n++)
        if ((flags & names[n].flag) != 0) {
            csm_write_cstr(w, names[n].name);
            list.count++;
        }
    csm_list_end(w, list);
}

void csm_put_type(csm_writer *w, const char *key, uint32_t type, const char *const *names, uint32_t count)
{
    csm_put_text(w, key, type < count ? names[type] : NULL);
}

void csm_put_field_type(csm_writer *w, const char *key, uint32_t type)
{
    csm_put_text(w, key, csm_field_type_name(type));
}

void csm_put_choices(csm_ctx *ctx, csm_writer *w, const csm_mfield *field)
{
    csm_write_cstr(w, "choices");
    csm_write_list(w, field->choice_count);
    for (uint32_t n = 0; n < field->choice_count; n++) {
        const csm_choice *choice = &field->choices[n];
        bool customers = ctx->caller->is_external && choice->customer_label != NULL;

        csm_write_map(w, 3);
        csm_put_text(w, "value", choice->value);
        csm_put_text(w, "label", customers ? choice->customer_label : choice->label);
        csm_put_text(w, "depends", choice->depends);
    }
}

/* ---- rights ---- */

static csm_status has_rights(csm_ctx *ctx, const csm_mtable *table, bool *out)
{
    for (uint32_t n = 0; n < 4 && !*out; n++) {
        csm_reach reach;

        CSM_TRY(csm_access_reach(ctx, table, op_names[n].flag, &reach));
        *out = reach.all || reach.branch_count > 0;
    }
    return CSM_OK;
}

/* Whether the caller has any right to rows of the table or of one that extends it. */
static csm_status is_known(csm_ctx *ctx, const csm_mtable *table, bool *out)
{
    *out = false;
    for (uint32_t n = 0; n < ctx->reg->table_count && !*out; n++)
        if (csm_mtable_is_a(ctx->reg->tables[n], table))
            CSM_TRY(has_rights(ctx, ctx->reg->tables[n], out));
    return CSM_OK;
}

csm_status csm_table_known_name(csm_ctx *ctx, const csm_mtable *table, const char **out)
{
    bool known = table != NULL;

    if (known && ctx->caller->is_external)
        CSM_TRY(is_known(ctx, table, &known));
    *out = known ? table->name : NULL;
    return CSM_OK;
}

/* Bits of fields that some scope for @p op shows the caller; false: no row at all. */
static csm_status rights_of(csm_ctx *ctx, const csm_mtable *table, uint32_t op, uint64_t *fields, bool *any)
{
    uint32_t words = csm_bits_words(table->field_count);
    csm_reach reach;

    CSM_TRY(csm_access_reach(ctx, table, op, &reach));
    *any = reach.all || reach.branch_count > 0;
    for (uint32_t n = 0; n < words; n++)
        fields[n] = reach.all ? UINT64_MAX : 0;
    for (uint32_t b = 0; b < reach.branch_count; b++)
        for (uint32_t n = 0; n < words; n++)
            fields[n] |= reach.branches[b].fields != NULL ? reach.branches[b].fields[n] : UINT64_MAX;
    return CSM_OK;
}

csm_status csm_table_rights(csm_ctx *ctx, const csm_mtable *table, uint32_t *ops, uint64_t *fields[4])
{
    uint32_t found = 0;

    for (uint32_t n = 0; n < 4; n++) {
        bool any;

        fields[n] = csm_bits_new(ctx->arena, table->field_count);
        if (fields[n] == NULL)
            return csm_ctx_nomem(ctx);
        CSM_TRY(rights_of(ctx, table, op_names[n].flag, fields[n], &any));
        found |= any ? op_names[n].flag : 0;
    }
    *ops = found;
    return CSM_OK;
}

/* ---- one table ---- */

/* What of a table is described. */
typedef struct describing {
    csm_ctx *ctx;
    const csm_mtable *table;
    bool of_caller;
    uint64_t *rights[4];
} describing;

static bool is_told(const describing *d, const csm_mfield *field)
{
    uint32_t n = field->pos;

    if ((field->flags & CSM_HIDDEN) != 0)
        return false;
    return !d->of_caller || field->id == CSM_FID_MOD_COUNT ||
           (csm_access_field(d->ctx, field, CSM_OP_READ) &&
            (csm_bits_has(d->rights[0], n) || csm_bits_has(d->rights[1], n) || csm_bits_has(d->rights[2], n)));
}

static const char *told_name(const describing *d, const csm_mfield *field)
{
    field = csm_field_in(d->table, field);
    return field != NULL && is_told(d, field) ? field->name : NULL;
}

static csm_status put_field(const describing *d, csm_writer *w, const csm_mfield *field)
{
    csm_ctx *ctx = d->ctx;
    const char *reference;

    CSM_TRY(csm_table_known_name(ctx, field->ref, &reference));
    csm_write_map(w, 14);
    csm_put_text(w, "name", field->name);
    csm_put_text(w, "label", field->label);
    csm_put_field_type(w, "type", field->type);
    csm_put_text(w, "plugin", field->plugin);
    csm_put_text(w, "reference", reference);
    csm_put_int(w, "length", field->length);
    csm_put_int(w, "min", field->min);
    csm_put_int(w, "max", field->max);
    csm_put_flags(w, "flags", field->flags, CSM_NAMES(field_flags));
    csm_put_choices(ctx, w, field);
    csm_put_text(w, "depends_on", told_name(d, field->depends_on));
    csm_put_bool(w, "create", csm_bits_has(d->rights[1], field->pos) && csm_access_field(ctx, field, CSM_OP_WRITE) &&
                                  (field->flags & CSM_READ_ONLY) == 0);
    csm_put_bool(w, "write", csm_bits_has(d->rights[2], field->pos) && csm_access_field(ctx, field, CSM_OP_WRITE) &&
                                 (field->flags & (CSM_READ_ONLY | CSM_INSERT_ONLY)) == 0);
    csm_put_text(w, "doc", field->doc);
    return CSM_OK;
}

static csm_status put_fields(const describing *d, csm_writer *w)
{
    csm_open_list list;

    csm_write_cstr(w, "fields");
    list = csm_list_begin(w);
    for (uint32_t n = 0; n < d->table->field_count; n++) {
        if (!is_told(d, &d->table->fields[n]))
            continue;
        CSM_TRY(put_field(d, w, &d->table->fields[n]));
        list.count++;
    }
    csm_list_end(w, list);
    return CSM_OK;
}

static bool is_index_told(const describing *d, const csm_mindex *index)
{
    for (uint32_t n = 0; n < index->column_count; n++)
        if (told_name(d, index->columns[n].field) == NULL)
            return false;
    return true;
}

static void put_index(csm_writer *w, const csm_mindex *index)
{
    csm_write_map(w, 3);
    csm_put_text(w, "name", index->name);
    csm_put_bool(w, "unique", index->unique);
    csm_write_cstr(w, "columns");
    csm_write_list(w, index->column_count);
    for (uint32_t k = 0; k < index->column_count; k++) {
        csm_write_map(w, 2);
        csm_put_text(w, "field", index->columns[k].field->name);
        csm_put_bool(w, "descending", index->columns[k].descending);
    }
}

static void put_indexes(const describing *d, csm_writer *w)
{
    csm_open_list list;

    csm_write_cstr(w, "indexes");
    list = csm_list_begin(w);
    for (uint32_t n = 0; n < d->table->index_count; n++)
        if (is_index_told(d, &d->table->indexes[n])) {
            put_index(w, &d->table->indexes[n]);
            list.count++;
        }
    csm_list_end(w, list);
}

static void put_transition(csm_writer *w, const csm_transition *decl)
{
    csm_write_map(w, 7);
    csm_put_text(w, "name", decl->name);
    csm_put_text(w, "from", decl->from);
    csm_put_text(w, "to", decl->to);
    csm_put_text(w, "roles", decl->roles);
    csm_put_text(w, "required", decl->required);
    csm_put_text(w, "fields", decl->fields);
    csm_put_text(w, "doc", decl->doc);
}

static void put_states(csm_ctx *ctx, csm_writer *w, const csm_mtable *table)
{
    const csm_mstate_model *model = table->state_model;

    csm_write_cstr(w, "states");
    if (model == NULL || ctx->caller->is_external) {
        csm_write_nil(w);
        return;
    }
    csm_write_map(w, 4);
    csm_put_text(w, "field", model->decl->field);
    csm_put_text(w, "methods", model->decl->methods);
    csm_write_cstr(w, "states");
    csm_write_list(w, model->decl->states.count);
    for (uint32_t n = 0; n < model->decl->states.count; n++) {
        csm_write_map(w, 2);
        csm_put_text(w, "value", model->decl->states.items[n].value);
        csm_put_flags(w, "flags", model->decl->states.items[n].flags, CSM_NAMES(state_flags));
    }
    csm_write_cstr(w, "transitions");
    csm_write_list(w, model->transition_count);
    for (uint32_t n = 0; n < model->transition_count; n++)
        put_transition(w, model->transitions[n].decl);
}

csm_status csm_describe_table(csm_ctx *ctx, csm_writer *w, const csm_mtable *table, bool of_caller)
{
    describing d = { .ctx = ctx, .table = table, .of_caller = of_caller };
    const char *parent;
    uint32_t ops;

    CSM_TRY(csm_table_rights(ctx, table, &ops, d.rights));
    CSM_TRY(csm_table_known_name(ctx, table->parent, &parent));
    csm_write_map(w, 12);
    csm_put_text(w, "name", table->name);
    csm_put_text(w, "label", table->label);
    csm_put_text(w, "doc", table->doc);
    csm_put_text(w, "plugin", table->plugin);
    csm_put_text(w, "extends", parent);
    csm_put_text(w, "display", told_name(&d, table->display));
    csm_put_text(w, "number", table->number_prefix);
    csm_put_flags(w, "flags", table->flags, CSM_NAMES(table_flags));
    csm_put_flags(w, "operations", ops, CSM_NAMES(op_names));
    CSM_TRY(put_fields(&d, w));
    put_indexes(&d, w);
    put_states(ctx, w, table);
    return CSM_OK;
}

csm_status csm_describe_tables(csm_ctx *ctx, csm_writer *w)
{
    bool external = ctx->caller->is_external;
    csm_open_list list = csm_list_begin(w);

    for (uint32_t n = 0; n < ctx->reg->table_count; n++) {
        const csm_mtable *table = ctx->reg->tables[n];
        csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
        uint64_t *rights[4];
        uint32_t ops = CSM_OP_READ;

        if (external)
            CSM_TRY(csm_table_rights(ctx, table, &ops, rights));
        if (ops != 0) {
            CSM_TRY(csm_describe_table(ctx, w, table, external));
            list.count++;
        }
        csm_arena_reset_to(ctx->arena, mark);
    }
    csm_list_end(w, list);
    return CSM_OK;
}
