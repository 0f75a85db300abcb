/* Records for people and programs: which fields, raw values, display values. One row becomes one flat map of typed values,
 * which is encoded or handed on; its memory is given back at once when it is encoded. */
#include "engine/record/call.h"

#include "base/str.h"
#include "engine/rule/change.h"

#define PRESENT_FIELDS_MAX 500u
#define NIL_BYTES 1u /* of an encoded nil */
#define DISPLAY_STEPS_MAX 3u /* a display field that is itself a reference */

/* ---- the client's list ---- */

static csm_status add_name(csm_ctx *ctx, const csm_mtable *table, csm_str name, csm_present *out)
{
    const csm_mfield *field = NULL;

    name = csm_str_trim(name);
    if (name.len == 0 || memchr(name.ptr, '.', name.len) == NULL) {
        CSM_TRY(csm_mtable_get_field(table, name, &field, &ctx->err));
        for (uint32_t n = 0; n < out->count; n++)
            if (out->fields[n] == field)
                return CSM_OK;
    } else {
        csm_row *empty = csm_row_new(ctx->arena, table, (csm_id){ { 0 } });
        csm_value value;
        bool visible;

        if (empty == NULL)
            return csm_ctx_nomem(ctx);
        CSM_TRY(csm_path_get(ctx, empty, name, &value, NULL, &visible)); /* unknown names are errors even for no rows */
    }
    out->fields[out->count] = field;
    out->paths[out->count] = name;
    out->count++;
    return CSM_OK;
}

static csm_status add_text(csm_ctx *ctx, const csm_mtable *table, csm_str text, csm_present *out)
{
    csm_str part;

    while (csm_str_split(&text, ',', &part))
        CSM_TRY(add_name(ctx, table, part, out));
    return CSM_OK;
}

static size_t count_names(csm_value names)
{
    size_t count = 1;

    if (names.type == CSM_T_LIST)
        return names.count;
    for (size_t n = 0; n < names.s.len; n++)
        count += names.s.ptr[n] == ',';
    return count;
}

csm_status csm_present_parse(csm_ctx *ctx, const csm_mtable *table, csm_value names, csm_present *out)
{
    csm_present present = { .all = csm_is_nil(names) };
    size_t count;

    *out = present;
    if (present.all)
        return CSM_OK;
    if (names.type != CSM_T_LIST && names.type != CSM_T_TEXT)
        return csm_error_field(&ctx->err, CSM_E_INVALID, "fields", "\"fields\" is a list of names or one text with commas");
    count = count_names(names);
    if (count > PRESENT_FIELDS_MAX)
        return csm_error_field(&ctx->err, CSM_E_LIMIT, "fields", "\"fields\" names more than %u fields", PRESENT_FIELDS_MAX);
    present.fields = csm_arena_array(ctx->arena, count, sizeof(csm_mfield *));
    present.paths = csm_arena_array(ctx->arena, count, sizeof(csm_str));
    if (present.fields == NULL || present.paths == NULL)
        return csm_ctx_nomem(ctx);
    if (names.type == CSM_T_TEXT) {
        CSM_TRY(add_text(ctx, table, names.s, &present));
    } else {
        for (uint32_t n = 0; n < names.count; n++) {
            if (names.list[n].type != CSM_T_TEXT)
                return csm_error_field(&ctx->err, CSM_E_INVALID, "fields", "\"fields\" is a list of names");
            CSM_TRY(add_name(ctx, table, names.list[n].s, &present));
        }
    }
    *out = present;
    return CSM_OK;
}

/* ---- display values ---- */

static csm_str plain_text(csm_ctx *ctx, csm_value value)
{
    char buf[64];

    switch (value.type) {
    case CSM_T_TEXT:
        return value.s;
    case CSM_T_INT:
        return csm_arena_printf(ctx->arena, "%lld", (long long)value.i);
    case CSM_T_BOOL:
        return value.b ? CSM_STR("true") : CSM_STR("false");
    case CSM_T_FLOAT:
        return csm_arena_printf(ctx->arena, "%.15g", value.f);
    case CSM_T_DECIMAL:
        return csm_arena_str(ctx->arena, (csm_str){ buf, csm_format_decimal(value.i, buf, sizeof(buf)) });
    case CSM_T_TIME:
        return csm_arena_str(ctx->arena, (csm_str){ buf, csm_time_format(value.i, buf) });
    case CSM_T_DATE:
        return csm_arena_str(ctx->arena, (csm_str){ buf, csm_date_format(value.i, buf) });
    case CSM_T_ID:
        csm_id_format(value.id, buf);
        return csm_arena_str(ctx->arena, (csm_str){ buf, 32 });
    default:
        return CSM_STR("");
    }
}

static csm_status display_typed(csm_ctx *ctx, const csm_mfield *field, csm_value value, uint32_t steps, csm_str *out);

/* The display value of the row an id points to; empty when it is gone or hidden from the caller. */
static csm_status display_target(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t steps, csm_str *out)
{
    bool guarded = ctx->system == 0 && !ctx->caller->is_system, allowed = true;
    const csm_mfield *display;
    uint64_t *fields = NULL;
    csm_row *row;

    *out = CSM_STR("");
    CSM_TRY(csm_row_find(ctx, table, id, &row));
    if (row == NULL || row->table->display == NULL || steps == 0)
        return CSM_OK;
    display = row->table->display;
    if (guarded) {
        fields = csm_bits_new(ctx->arena, row->table->field_count);
        if (fields == NULL)
            return csm_ctx_nomem(ctx);
        CSM_TRY(csm_access_row(ctx, row, CSM_OP_READ, &allowed, fields));
        allowed = allowed && csm_bits_has(fields, display->pos) && csm_access_field(ctx, display, CSM_OP_READ);
    }
    return allowed ? display_typed(ctx, display, csm_row_get(row, display), steps - 1, out) : CSM_OK;
}

static csm_status display_list(csm_ctx *ctx, const csm_mfield *field, csm_value list, uint32_t steps, csm_str *out)
{
    csm_str text = CSM_STR("");

    for (uint32_t n = 0; n < list.count && field->ref != NULL; n++) {
        csm_str one;

        if (list.list[n].type != CSM_T_ID)
            continue;
        CSM_TRY(display_target(ctx, field->ref, list.list[n].id, steps, &one));
        if (one.len > 0)
            text = text.len == 0 ? one : csm_arena_printf(ctx->arena, "%.*s, %.*s", CSM_STR_FMT(text), CSM_STR_FMT(one));
        if (text.ptr == NULL)
            return csm_ctx_nomem(ctx);
    }
    *out = text;
    return CSM_OK;
}

static csm_status display_typed(csm_ctx *ctx, const csm_mfield *field, csm_value value, uint32_t steps, csm_str *out)
{
    const csm_mtable *table;

    if (field->type == CSM_F_REF && value.type == CSM_T_ID && field->ref != NULL)
        return display_target(ctx, field->ref, value.id, steps, out);
    if (field->type == CSM_F_LIST && value.type == CSM_T_LIST)
        return display_list(ctx, field, value, steps, out);
    if (field->type == CSM_F_DOCUMENT && value.type == CSM_T_LIST && value.count == 2) {
        table = csm_registry_table(ctx->reg, csm_value_text(value.list[0]));
        *out = CSM_STR("");
        return table != NULL ? display_target(ctx, table, csm_value_id(value.list[1]), steps, out) : CSM_OK;
    }
    if (field->choice_count > 0 && !csm_is_nil(value)) {
        *out = csm_mfield_choice_label(field, value, ctx->caller->is_external && ctx->system == 0);
        if (out->len > 0)
            return CSM_OK;
    }
    *out = plain_text(ctx, value);
    return out->ptr != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

csm_str csm_present_text(csm_ctx *ctx, const csm_mfield *field, csm_value value)
{
    csm_str text;

    return display_typed(ctx, field, value, DISPLAY_STEPS_MAX, &text) == CSM_OK ? text : (csm_str){ 0 };
}

csm_str csm_present_display(csm_ctx *ctx, const csm_row *row, const csm_mfield *field)
{
    return csm_present_text(ctx, field, csm_row_get(row, field));
}

/* ---- one row ---- */

typedef struct presenting {
    csm_ctx *ctx;
    const csm_row *row;
    const uint64_t *readable;  /* of this row; NULL = all */
    const csm_shown *shown;    /* of all rows */
    csm_pair *pairs, *labels;
    uint32_t count, label_count;
    bool looked, has_journal;  /* has_journal is known; some journal field has an entry */
} presenting;

static bool is_visible(const presenting *p, const csm_mfield *field)
{
    if (field->id <= CSM_FID_MOD_COUNT)
        return true;
    return csm_bits_has(p->shown->bits, field->pos) && (p->readable == NULL || csm_bits_has(p->readable, field->pos));
}

csm_status csm_present_journal(csm_ctx *ctx, const csm_row *row, const csm_mfield *field, uint32_t limit, csm_value *out)
{
    csm_journal_entry *entries;
    csm_value *items;
    uint32_t count, kept = 0;

    CSM_TRY(csm_history_journal(ctx, row->table, row->id, field, true, limit, &entries, &count));
    items = csm_arena_array(ctx->arena, count, sizeof(*items));
    if (items == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < count; n++) {
        csm_pair *pairs;

        if (!csm_ctx_is_past(ctx, entries[n].at))
            continue;
        pairs = csm_arena_array(ctx->arena, 4, sizeof(*pairs));
        if (pairs == NULL)
            return csm_ctx_nomem(ctx);
        pairs[0] = (csm_pair){ CSM_STR("time"), csm_time_value(entries[n].at) };
        pairs[1] = (csm_pair){ CSM_STR("by"), csm_text(entries[n].by) };
        pairs[2] = (csm_pair){ CSM_STR("text"), csm_text(entries[n].text) };
        pairs[3] = (csm_pair){ CSM_STR("sys_id"), csm_id_value(csm_history_entry_id(row->id, field, entries[n].number)) };
        items[kept++] = csm_map(pairs, 4);
    }
    *out = csm_list(items, kept);
    return CSM_OK;
}

/* The stored form, but for documents, which travel as maps. */
static csm_status outward(csm_ctx *ctx, const csm_mfield *field, csm_value value, csm_value *out)
{
    csm_pair *pairs;

    *out = value;
    if (field->type != CSM_F_DOCUMENT || value.type != CSM_T_LIST || value.count != 2)
        return CSM_OK;
    pairs = csm_arena_array(ctx->arena, 2, sizeof(*pairs));
    if (pairs == NULL)
        return csm_ctx_nomem(ctx);
    pairs[0] = (csm_pair){ CSM_STR("table"), value.list[0] };
    pairs[1] = (csm_pair){ CSM_STR("id"), value.list[1] };
    *out = csm_map(pairs, 2);
    return CSM_OK;
}

static bool has_label(const csm_mfield *field)
{
    return field->type == CSM_F_REF || field->type == CSM_F_LIST || field->type == CSM_F_DOCUMENT || field->choice_count > 0;
}

static csm_status add_value(presenting *p, csm_str name, const csm_mfield *field, csm_value value)
{
    csm_str text;

    CSM_TRY(outward(p->ctx, field, value, &p->pairs[p->count].value));
    p->pairs[p->count++].key = name;
    if (p->labels == NULL || csm_is_nil(value) || !has_label(field))
        return CSM_OK;
    CSM_TRY(display_typed(p->ctx, field, value, DISPLAY_STEPS_MAX, &text));
    p->labels[p->label_count++] = (csm_pair){ name, csm_text(text) };
    return CSM_OK;
}

/* Most records have no entry in any journal: the row says so, or one look tells. */
static csm_status journal_value(presenting *p, const csm_mfield *field, csm_value *out)
{
    if (!p->looked && !p->row->no_journal)
        CSM_TRY(csm_history_has_journal(p->ctx, p->row->table, p->row->id, &p->has_journal));
    p->looked = true;
    *out = csm_list(NULL, 0);
    return p->has_journal ? csm_present_journal(p->ctx, p->row, field, p->ctx->engine->limits.page_rows, out) : CSM_OK;
}

static csm_status add_field(presenting *p, const csm_mfield *field)
{
    csm_value value;

    if (field->type != CSM_F_JOURNAL)
        return add_value(p, csm_str_of(field->name), field, csm_row_get(p->row, field));
    CSM_TRY(journal_value(p, field, &value));
    p->pairs[p->count++] = (csm_pair){ csm_str_of(field->name), value };
    return CSM_OK;
}

/* Across references: the last table may differ from row to row, so the path is looked up in each. */
static csm_status add_path(presenting *p, csm_str path)
{
    const csm_mfield *last = NULL;
    csm_value value;
    bool visible;

    CSM_TRY(csm_path_get(p->ctx, p->row, path, &value, &last, &visible));
    if (visible && last != NULL)
        return add_value(p, path, last, value);
    p->pairs[p->count++] = (csm_pair){ path, csm_nil() };
    return CSM_OK;
}

static csm_status add_all(presenting *p, const csm_present *what)
{
    const csm_mtable *table = p->row->table;

    for (uint32_t n = 0; n < table->field_count; n++) {
        const csm_mfield *field = &table->fields[n];

        if (field->id == CSM_FID_SYS_ID || field->id == CSM_FID_MOD_COUNT)
            continue;
        if ((field->type != CSM_F_JOURNAL || what->journals) && is_visible(p, field))
            CSM_TRY(add_field(p, field));
    }
    return CSM_OK;
}

/* A field the row's own table does not have, or that is hidden, is nil: the shape is what was asked for. */
static csm_status add_listed(presenting *p, const csm_present *what)
{
    for (uint32_t n = 0; n < what->count; n++) {
        const csm_mfield *field = csm_field_in(p->row->table, what->fields[n]);

        if (what->fields[n] == NULL)
            CSM_TRY(add_path(p, what->paths[n]));
        else if (what->fields[n]->id == CSM_FID_SYS_ID || what->fields[n]->id == CSM_FID_MOD_COUNT)
            continue;
        else if (field != NULL && is_visible(p, field))
            CSM_TRY(add_field(p, field));
        else
            p->pairs[p->count++] = (csm_pair){ csm_str_of(what->fields[n]->name), csm_nil() };
    }
    return CSM_OK;
}

csm_status csm_present_value(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, const csm_present *what,
                             csm_value *out)
{
    size_t most = 3 + (size_t)(what->all ? row->table->field_count : what->count);
    presenting p = { .ctx = ctx, .row = row, .readable = readable };
    uint32_t version;

    CSM_TRY(csm_access_shown(ctx, row->table, &p.shown));
    p.pairs = csm_arena_array(ctx->arena, most, sizeof(*p.pairs));
    if (ctx->display)
        p.labels = csm_arena_array(ctx->arena, most, sizeof(*p.labels));
    if (p.pairs == NULL || (ctx->display && p.labels == NULL))
        return csm_ctx_nomem(ctx);
    p.pairs[p.count++] = (csm_pair){ CSM_STR("sys_id"), csm_id_value(row->id) };
    CSM_TRY(csm_version_shown(ctx, row, readable, &version));
    p.pairs[p.count++] = (csm_pair){ CSM_STR("sys_mod_count"), csm_int(version) };
    CSM_TRY(what->all ? add_all(&p, what) : add_listed(&p, what));
    if (ctx->display)
        p.pairs[p.count++] = (csm_pair){ CSM_STR("display"), csm_map(p.labels, p.label_count) };
    *out = csm_map(p.pairs, p.count);
    return CSM_OK;
}

/* ---- straight to the wire ---- */

static bool is_key(const csm_mfield *field)
{
    return field->id == CSM_FID_SYS_ID || field->id == CSM_FID_MOD_COUNT;
}

/* A value the row does not hold as it is written. */
static csm_status write_made(presenting *p, const csm_mfield *field, csm_writer *w)
{
    csm_value made;

    if (field->type == CSM_F_JOURNAL)
        CSM_TRY(journal_value(p, field, &made));
    else
        CSM_TRY(outward(p->ctx, field, p->row->values[field->pos], &made));
    csm_write_value_at(w, &made);
    return CSM_OK;
}

static csm_status write_value_of(presenting *p, const csm_mfield *field, csm_writer *w)
{
    if (field->type == CSM_F_JOURNAL || field->type == CSM_F_DOCUMENT)
        return write_made(p, field, w);
    csm_write_value_at(w, &p->row->values[field->pos]);
    return CSM_OK;
}

static csm_status write_head(const presenting *p, uint32_t count, csm_writer *w)
{
    uint32_t version;

    CSM_TRY(csm_version_shown(p->ctx, p->row, p->readable, &version));
    csm_write_map(w, count + 2);
    csm_write_raw(w, p->row->table->by_id[CSM_FID_SYS_ID]->wire_name);
    csm_write_id(w, p->row->id);
    csm_write_raw(w, p->row->table->by_id[CSM_FID_MOD_COUNT]->wire_name);
    csm_write_int(w, version);
    return CSM_OK;
}

/* The fields of this row that are written, id and version aside. NULL: out of memory. */
static uint64_t *written_fields(const presenting *p, const csm_present *what, uint32_t *count)
{
    const csm_mtable *table = p->row->table;
    uint64_t *out = csm_bits_new(p->ctx->arena, table->field_count);

    *count = 0;
    for (uint32_t n = 0; out != NULL && n < csm_bits_words(table->field_count); n++) {
        out[n] = p->shown->listed[n] & (p->readable != NULL ? p->readable[n] | p->shown->always[n] : UINT64_MAX);
        if (!what->journals)
            out[n] &= ~p->shown->journals[n];
        *count += (uint32_t)__builtin_popcountll(out[n]);
    }
    return out;
}

/* Runs of fields that hold nothing are copied from what is kept of the table; the others are written between them. */
static csm_status write_all(presenting *p, const csm_present *what, csm_writer *w)
{
    const csm_shown *shown = p->shown;
    const csm_value *values = p->row->values;
    const char *empty = shown->empty.ptr;
    uint32_t count, from = 0;
    const uint64_t *fields = written_fields(p, what, &count);
    bool all = count == shown->count;

    if (fields == NULL)
        return csm_ctx_nomem(p->ctx);
    CSM_TRY(write_head(p, count, w));
    for (const csm_shown_field *f = shown->fields, *last = f + shown->count; f < last; f++) {
        bool written;
        uint32_t start;

        if (values[f->pos].type == CSM_T_NIL && !f->is_journal && (all || csm_bits_has(fields, f->pos)))
            continue;
        written = all || csm_bits_has(fields, f->pos);
        start = f > shown->fields ? f[-1].end : 0;
        csm_write_raw(w, (csm_str){ empty + from, (written ? f->end - NIL_BYTES : start) - from });
        if (written && f->is_made)
            CSM_TRY(write_made(p, f->field, w));
        else if (written)
            csm_write_value_at(w, &values[f->pos]);
        from = f->end;
    }
    csm_write_raw(w, (csm_str){ empty + from, shown->empty.len - from });
    return CSM_OK;
}

static csm_status write_path(presenting *p, csm_str path, csm_writer *w)
{
    const csm_mfield *last = NULL;
    csm_value value;
    bool visible;

    CSM_TRY(csm_path_get(p->ctx, p->row, path, &value, &last, &visible));
    if (visible && last != NULL)
        CSM_TRY(outward(p->ctx, last, value, &value));
    csm_write_text(w, path);
    csm_write_value(w, visible && last != NULL ? value : csm_nil());
    return CSM_OK;
}

/* As add_listed. */
static csm_status write_some(presenting *p, const csm_present *what, csm_writer *w)
{
    uint32_t count = 0;

    for (uint32_t n = 0; n < what->count; n++)
        count += what->fields[n] == NULL || !is_key(what->fields[n]);
    CSM_TRY(write_head(p, count, w));
    for (uint32_t n = 0; n < what->count; n++) {
        const csm_mfield *wanted = what->fields[n], *field = csm_field_in(p->row->table, wanted);

        if (wanted == NULL) {
            CSM_TRY(write_path(p, what->paths[n], w));
        } else if (!is_key(wanted) && field != NULL && is_visible(p, field)) {
            csm_write_raw(w, field->wire_name);
            CSM_TRY(write_value_of(p, field, w));
        } else if (!is_key(wanted)) {
            csm_write_raw(w, wanted->wire_name);
            csm_write_nil(w);
        }
    }
    return CSM_OK;
}

static csm_status write_row(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, const csm_present *what,
                            csm_writer *w)
{
    presenting p = { .ctx = ctx, .row = row, .readable = readable };
    csm_value value;

    if (ctx->display) { /* labels come behind all values */
        CSM_TRY(csm_present_value(ctx, row, readable, what, &value));
        csm_write_value(w, value);
        return CSM_OK;
    }
    CSM_TRY(csm_access_shown(ctx, row->table, &p.shown));
    return what->all ? write_all(&p, what, w) : write_some(&p, what, w);
}

csm_status csm_present_row(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, const csm_present *what, csm_writer *w)
{
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    csm_status sticky = ctx->sticky, st;
    size_t start = w->buf->len;

    st = write_row(ctx, row, readable, what, w);
    if (st != CSM_OK)
        w->buf->len = start; /* the writer may go on with something else */
    else if (ctx->sticky == sticky) /* its text is in the arena */
        csm_arena_reset_to(ctx->arena, mark);
    return st;
}

/* ---- for handlers ---- */

typedef csm_status (*present_fn)(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, const csm_present *what, void *out);

/* As the caller sees it, whoever's code is running. */
static csm_status as_caller(csm_ctx *ctx, const csm_row *row, present_fn present, void *out)
{
    uint64_t *readable = csm_bits_new(ctx->arena, row->table->field_count);
    csm_present what = { .all = true };
    uint32_t system = ctx->system;
    csm_status st;
    bool allowed;

    if (readable == NULL)
        return csm_ctx_nomem(ctx);
    ctx->system = 0;
    st = csm_access_row(ctx, row, CSM_OP_READ, &allowed, readable);
    what.all = allowed;
    if (st == CSM_OK)
        st = present(ctx, row, readable, &what, out);
    ctx->system = system;
    return st;
}

static csm_status present_value(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, const csm_present *what, void *out)
{
    return csm_present_value(ctx, row, readable, what, out);
}

static csm_status present_wire(csm_ctx *ctx, const csm_row *row, const uint64_t *readable, const csm_present *what, void *out)
{
    return csm_present_row(ctx, row, readable, what, out);
}

csm_status csm_row_as_value(csm_ctx *ctx, const csm_row *row, csm_value *out)
{
    return as_caller(ctx, row, present_value, out);
}

csm_status csm_row_write(csm_ctx *ctx, const csm_row *row, csm_writer *w)
{
    return as_caller(ctx, row, present_wire, w);
}
