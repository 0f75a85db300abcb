/* What happened to a record in the words of its reader, oldest first: its states, the records it names (who has it, what it is
 * linked with) and what was said. For internal callers, as all of the past; each sees the fields he may see today. */
#include "rpc/timeline.h"

#include "rpc/method.h"

#include <stdlib.h>

#define LINES_DEFAULT 200u
#define LINES_MAX 1000u /* of each journal, and versions, the newest */

typedef struct line {
    csm_time at;
    uint64_t sequence, position;
    csm_str by, from, to;
    const char *what;          /* name of a field; NULL: it was made */
} line;

typedef struct timeline {
    csm_ctx *ctx;
    const csm_row *row;
    const uint64_t *readable;  /* NULL = all */
    line *lines;
    uint32_t count, cap;
    bool cut;                  /* older ones were not even looked at */
} timeline;

static csm_status add(timeline *t, line one)
{
    if (t->count == t->cap) {
        uint32_t cap = t->cap == 0 ? 64 : t->cap * 2;
        line *lines = csm_arena_array(t->ctx->arena, cap, sizeof(*lines));

        if (lines == NULL)
            return csm_ctx_nomem(t->ctx);
        if (t->count > 0)
            memcpy(lines, t->lines, t->count * sizeof(*lines));
        t->lines = lines;
        t->cap = cap;
    }
    one.position = t->count;
    t->lines[t->count++] = one;
    return CSM_OK;
}

/* The state, and what it names that has a name. */
static bool is_told(const timeline *t, const csm_mfield *field)
{
    const csm_mstate_model *model = t->row->table->state_model;
    bool state = model != NULL && model->field != NULL && field->id == model->field->id;
    bool names = field->type == CSM_F_REF && field->ref != NULL && field->ref->display != NULL;

    return field->id >= CSM_FID_FIRST && (state || names) && csm_access_sees(t->ctx, field, t->readable);
}

static csm_status add_change(timeline *t, const csm_version *version, const csm_delta *delta)
{
    const csm_mfield *field = csm_mtable_field_by_id(t->row->table, delta->field_id);
    line one = { .at = version->at, .sequence = version->sequence, .by = version->updated_by };

    if (field == NULL || !is_told(t, field))
        return CSM_OK;
    one.what = field->name;
    one.from = csm_present_text(t->ctx, field, delta->old_value);
    one.to = csm_present_text(t->ctx, field, delta->new_value);
    return one.from.ptr == NULL || one.to.ptr == NULL ? csm_ctx_nomem(t->ctx) : add(t, one);
}

static csm_status add_versions(timeline *t)
{
    csm_version *versions;
    uint32_t count;

    CSM_TRY(csm_history_versions(t->ctx, t->row->table, t->row->id, true, 0, LINES_MAX, &versions, &count));
    t->cut = t->cut || (count == LINES_MAX && versions[count - 1].number > 1);
    for (uint32_t n = count; n > 0; n--) {
        const csm_version *version = &versions[n - 1];

        if (t->ctx->as_of != 0 && version->at > t->ctx->as_of)
            break;
        if (version->op == CSM_HISTORY_INSERT)
            CSM_TRY(add(t, (line){ .at = version->at, .sequence = version->sequence, .by = version->updated_by,
                                   .from = CSM_STR(""), .to = CSM_STR("") }));
        for (uint32_t k = 0; version->op == CSM_HISTORY_UPDATE && k < version->delta_count; k++)
            CSM_TRY(add_change(t, version, &version->deltas[k]));
    }
    return CSM_OK;
}

static csm_status add_journal(timeline *t, const csm_mfield *field)
{
    csm_journal_entry *entries;
    uint32_t count;

    CSM_TRY(csm_history_journal(t->ctx, t->row->table, t->row->id, field, true, LINES_MAX, &entries, &count));
    t->cut = t->cut || (count == LINES_MAX && entries[count - 1].number > 1);
    for (uint32_t n = count; n > 0; n--) {
        const csm_journal_entry *entry = &entries[n - 1];

        if (t->ctx->as_of != 0 && entry->at > t->ctx->as_of)
            break;
        CSM_TRY(add(t, (line){ .at = entry->at, .sequence = entry->sequence, .by = entry->by, .what = field->name,
                               .from = CSM_STR(""), .to = entry->text }));
    }
    return CSM_OK;
}

/* What one request did stays together, versions before what was said with them. */
static int by_time(const void *a, const void *b)
{
    const line *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->sequence != y->sequence)
        return x->sequence < y->sequence ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

static void write_lines(const timeline *t, uint32_t limit, csm_writer *w)
{
    uint32_t from = t->count > limit ? t->count - limit : 0;

    csm_write_map(w, 2);
    csm_write_cstr(w, "rows");
    csm_write_list(w, t->count - from);
    for (uint32_t n = from; n < t->count; n++) {
        const line *one = &t->lines[n];

        csm_write_map(w, 5);
        csm_put_time(w, "time", one->at);
        csm_put_str(w, "by", one->by);
        csm_put_text(w, "what", one->what != NULL ? one->what : "made");
        csm_put_str(w, "from", one->from.len > 0 ? one->from : (csm_str){ 0 });
        csm_put_str(w, "to", one->to.len > 0 ? one->to : (csm_str){ 0 });
    }
    csm_write_cstr(w, "more");
    csm_write_value(w, csm_bool(from > 0 || t->cut));
}

csm_status csm_record_timeline(csm_ctx *ctx, const csm_mtable *table, csm_id id, uint32_t limit, csm_reply *out)
{
    timeline t = { .ctx = ctx };
    uint64_t *readable = NULL;
    csm_row *row;

    CSM_TRY(csm_record_read(ctx, table, id, &row, &readable));
    t.row = row;
    t.readable = readable;
    if ((row->table->flags & CSM_TABLE_NO_HISTORY) == 0)
        CSM_TRY(add_versions(&t));
    for (uint32_t n = 0; n < row->table->field_count; n++)
        if (row->table->fields[n].type == CSM_F_JOURNAL && csm_access_sees(ctx, &row->table->fields[n], readable))
            CSM_TRY(add_journal(&t, &row->table->fields[n]));
    if (t.count > 1)
        qsort(t.lines, t.count, sizeof(*t.lines), by_time);
    write_lines(&t, limit > 0 ? limit : LINES_DEFAULT, csm_reply_begin(out));
    return CSM_OK;
}
