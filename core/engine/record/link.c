/* Task links: what happens on both sides when a link comes or goes, and when the linked record changes. A record with many
 * sources tells the first of them at once and the others in pages by a job, each page ticked off with its notes. */
#include "engine/record/link.h"

#include "base/str.h"
#include "engine/job/job.h"
#include "engine/record/call.h"

#define TOLD_AT_ONCE 20u
#define TOLD_PER_PAGE 50u

static csm_value get(const csm_row *row, const csm_mfield *field)
{
    const csm_mfield *own = row != NULL ? csm_field_in(row->table, field) : NULL;

    return own != NULL ? csm_row_get(row, own) : csm_nil();
}

/* ---- texts ---- */

/* "Order ORD0000001" */
static csm_str name_of(csm_ctx *ctx, const csm_row *row)
{
    const csm_mfield *field = row->table->number != NULL ? row->table->number : row->table->display;
    csm_str number = field != NULL ? csm_present_display(ctx, row, field) : CSM_STR("");

    return csm_arena_printf(ctx->arena, "%s %.*s", row->table->label, CSM_STR_FMT(number));
}

/* What "${field}" or "${field.old}" stands for; unknown names read as nothing. */
static csm_str placeholder(csm_ctx *ctx, const csm_change *change, csm_str name)
{
    bool old = csm_str_ends(name, CSM_STR(".old"));
    const csm_row *row = old ? change->old : change->now;
    const csm_mfield *field;

    if (old)
        name.len -= 4;
    field = row != NULL ? csm_mtable_field(row->table, name) : NULL;
    if (field == NULL)
        return CSM_STR("");
    if (field->type == CSM_F_JOURNAL)
        return !old && change->journal != NULL ? change->journal[field->pos] : CSM_STR("");
    return csm_present_display(ctx, row, field);
}

static csm_status expand(csm_ctx *ctx, const csm_change *change, const char *template, csm_str *out)
{
    csm_str rest = csm_str_of(template);
    csm_buf buf;

    csm_buf_init(&buf, 65536);
    while (rest.len > 0) {
        size_t start = csm_str_find(rest, CSM_STR("${"), 0);
        size_t end = start != SIZE_MAX ? csm_str_find(rest, CSM_STR("}"), start) : SIZE_MAX;
        csm_str value;

        if (end == SIZE_MAX) {
            csm_buf_add(&buf, rest.ptr, rest.len);
            break;
        }
        csm_buf_add(&buf, rest.ptr, start);
        value = placeholder(ctx, change, (csm_str){ rest.ptr + start + 2, end - start - 2 });
        csm_buf_add(&buf, value.ptr, value.len);
        rest = (csm_str){ rest.ptr + end + 1, rest.len - end - 1 };
    }
    *out = buf.failed ? (csm_str){ 0 } : csm_arena_str(ctx->arena, csm_buf_str(&buf));
    csm_buf_done(&buf);
    return out->ptr != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

/* ---- telling ---- */

static csm_status note(csm_ctx *ctx, const csm_mtable *table, csm_id id, const csm_mfield *journal, csm_str text)
{
    if (text.ptr == NULL)
        return csm_ctx_nomem(ctx);
    if (journal == NULL || text.len == 0)
        return CSM_OK;
    return csm_write_one_field(ctx, table, id, journal, csm_text(text));
}

/* The note of a changed linked record, unless a plugin says that the source hears of it by other means. */
static csm_status tell_one(csm_ctx *ctx, const csm_mlink *link, csm_id source, csm_id linked, csm_str text)
{
    const csm_mpoint *point = csm_registry_point(ctx->reg, CSM_STR(CSM_POINT_LINK_TELL));
    csm_pair in[3] = {
        { CSM_STR("link"), csm_ctext(link->decl->name) },
        { CSM_STR("source"), csm_id_value(source) },
        { CSM_STR("linked"), csm_id_value(linked) },
    };
    csm_value out = csm_nil();
    const csm_value *told;

    if (point != NULL && point->impl_count > 0)
        CSM_TRY(csm_point_run(ctx, point, csm_map(in, 3), &out));
    told = csm_map_get(&out, "told");
    return told == NULL || csm_value_bool(*told) ? note(ctx, link->source, source, link->source_note, text) : CSM_OK;
}

/* Sources of a FORWARD link that still take notes, beyond *token. */
static csm_status sources(csm_ctx *ctx, const csm_mlink *link, csm_id linked, uint32_t max, csm_str *token, csm_id **ids,
                          uint32_t *count)
{
    const csm_expr *expr = csm_expr_term(ctx->arena, link->field, CSM_OP_EQ, csm_id_value(linked));

    if (expr != NULL)
        expr = csm_expr_and(ctx->arena, expr, link->told);
    if (expr == NULL)
        return csm_ctx_nomem(ctx);
    return csm_rows_matching(ctx, link->source, expr, max, token, ids, count);
}

/* Tells at most @p max sources beyond *token, which is empty when all were told. */
static csm_status tell_page(csm_ctx *ctx, const csm_mlink *link, csm_id linked, csm_str text, uint32_t max, csm_str *token)
{
    uint32_t count;
    csm_id *ids;

    CSM_TRY(sources(ctx, link, linked, max, token, &ids, &count));
    for (uint32_t n = 0; n < count; n++)
        CSM_TRY(tell_one(ctx, link, ids[n], linked, text));
    return CSM_OK;
}

static csm_status page_args(csm_ctx *ctx, const csm_mlink *link, csm_id linked, csm_str text, csm_str token, csm_value *out)
{
    csm_value *items = csm_arena_array(ctx->arena, 5, sizeof(*items));

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    items[0] = csm_ctext(link->source->name);
    items[1] = csm_ctext(link->decl->name);
    items[2] = csm_id_value(linked);
    items[3] = csm_text(text);
    items[4] = csm_text(token);
    *out = csm_list(items, 5);
    return CSM_OK;
}

static csm_status tell(csm_ctx *ctx, const csm_mlink *link, const csm_row *linked, csm_str text)
{
    csm_str token = CSM_STR("");
    char hex[CSM_ID_TEXT];
    csm_value args;
    csm_str key;

    if (link->source_note == NULL || text.len == 0)
        return CSM_OK;
    if (link->decl->direction == CSM_LINK_BACK) {
        csm_value id = get(linked, link->field);
        csm_row *row = NULL;
        bool told = true;

        if (id.type == CSM_T_ID)
            CSM_TRY(csm_row_find(ctx, link->source, id.id, &row));
        if (row != NULL && link->told != NULL)
            CSM_TRY(csm_expr_eval(ctx, link->told, row, NULL, &told));
        return row != NULL && told ? tell_one(ctx, link, row->id, linked->id, text) : CSM_OK;
    }
    CSM_TRY(tell_page(ctx, link, linked->id, text, TOLD_AT_ONCE, &token));
    if (token.len == 0)
        return CSM_OK;
    csm_id_format(linked->id, hex);
    key = csm_arena_printf(ctx->arena, "%s/%s/%llx/%x", link->decl->name, hex,
                           (unsigned long long)csm_txn_next_sequence(ctx->txn), linked->version);
    if (key.ptr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(page_args(ctx, link, linked->id, text, token, &args));
    return csm_job_put(ctx, CSM_STR(CSM_LINK_JOB), key, ctx->now, args);
}

static const csm_mlink *find_link(const csm_registry *reg, csm_str source, csm_str name)
{
    for (uint32_t n = 0; n < reg->link_count; n++)
        if (csm_str_is(source, reg->links[n].source->name) && csm_str_is(name, reg->links[n].decl->name))
            return &reg->links[n];
    return NULL;
}

csm_status csm_link_page(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_mlink *link;
    csm_id linked;
    csm_str token;

    *more = false;
    if (args.type != CSM_T_LIST || args.count != 5)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "job \"%s\" takes five arguments", CSM_LINK_JOB);
    link = find_link(ctx->reg, csm_value_text(args.list[0]), csm_value_text(args.list[1]));
    if (link == NULL)
        return CSM_OK; /* its plugin is away: nobody is to be told any more */
    linked = csm_value_id(args.list[2]);
    token = csm_value_text(args.list[4]);
    CSM_TRY(tell_page(ctx, link, linked, csm_value_text(args.list[3]), TOLD_PER_PAGE, &token));
    *more = token.len > 0;
    return *more ? page_args(ctx, link, linked, csm_value_text(args.list[3]), token, next_args) : CSM_OK;
}

/* ---- coming and going ---- */

static csm_status call_point(csm_ctx *ctx, const csm_mlink *link, const char *what, const csm_row *source, const csm_row *linked)
{
    const csm_mpoint *point = csm_registry_point(ctx->reg, CSM_STR(CSM_POINT_LINK_CHANGED));
    csm_pair in[6] = {
        { CSM_STR("link"), csm_ctext(link->decl->name) },
        { CSM_STR("change"), csm_ctext(what) },
        { CSM_STR("source_table"), csm_ctext(source->table->name) },
        { CSM_STR("source"), csm_id_value(source->id) },
        { CSM_STR("linked_table"), csm_ctext(linked->table->name) },
        { CSM_STR("linked"), csm_id_value(linked->id) },
    };
    csm_value out;

    return point != NULL && point->impl_count > 0 && !link->decl->aside ? csm_point_run(ctx, point, csm_map(in, 6), &out) : CSM_OK;
}

/* One link set or cleared: both sides get a note with the other's number. */
static csm_status link_moved(csm_ctx *ctx, const csm_mlink *link, bool set, csm_value source_id, csm_value linked_id)
{
    csm_row *source = NULL, *linked = NULL;
    const char *word = set ? "linked" : "unlinked";
    csm_str source_name, linked_name;
    bool over = false;

    if (source_id.type != CSM_T_ID || linked_id.type != CSM_T_ID)
        return CSM_OK;
    CSM_TRY(csm_row_find(ctx, link->source, source_id.id, &source));
    CSM_TRY(csm_row_find(ctx, link->linked, linked_id.id, &linked));
    if (source == NULL || linked == NULL)
        return CSM_OK;
    source_name = name_of(ctx, source);
    linked_name = name_of(ctx, linked);
    CSM_TRY(note(ctx, link->source, source->id, link->source_note,
                 csm_arena_printf(ctx->arena, "%.*s %s", CSM_STR_FMT(linked_name), word)));
    CSM_TRY(note(ctx, link->linked, linked->id, link->linked_note,
                 csm_arena_printf(ctx->arena, "%.*s %s", CSM_STR_FMT(source_name), word)));
    CSM_TRY(call_point(ctx, link, set ? "set" : "cleared", source, linked));
    if (set && link->released != NULL)
        CSM_TRY(csm_expr_eval(ctx, link->released, linked, NULL, &over));
    return over ? call_point(ctx, link, "released", source, linked) : CSM_OK; /* it holds nobody up, late comers neither */
}

static csm_status field_moved(csm_ctx *ctx, const csm_mlink *link, const csm_change *change)
{
    csm_value own = csm_id_value(change->now->id), before = get(change->old, link->field), now = get(change->now, link->field);
    bool forward = link->decl->direction == CSM_LINK_FORWARD;

    CSM_TRY(link_moved(ctx, link, false, forward ? own : before, forward ? before : own));
    return link_moved(ctx, link, true, forward ? own : now, forward ? now : own);
}

/* ---- the linked record changes ---- */

static csm_status tell_change(csm_ctx *ctx, const csm_mlink *link, const csm_change *change)
{
    csm_buf lines;
    csm_status st = CSM_OK;

    csm_buf_init(&lines, 65536);
    for (uint32_t n = 0; st == CSM_OK && n < link->decl->notes.count; n++) {
        bool fits = true;
        csm_str text;

        if (link->notes[n] != NULL)
            st = csm_change_eval(ctx, link->notes[n], change, &fits);
        if (st != CSM_OK || !fits)
            continue;
        st = expand(ctx, change, link->decl->notes.items[n].text, &text);
        if (st == CSM_OK && lines.len > 0)
            csm_buf_add_byte(&lines, '\n');
        if (st == CSM_OK)
            csm_buf_add(&lines, text.ptr, text.len);
    }
    if (st == CSM_OK && lines.failed)
        st = csm_ctx_nomem(ctx);
    if (st == CSM_OK && lines.len > 0) {
        csm_str text = csm_arena_str(ctx->arena, csm_buf_str(&lines));

        st = text.ptr != NULL ? tell(ctx, link, change->now, text) : csm_ctx_nomem(ctx);
    }
    csm_buf_done(&lines);
    return st;
}

/* From this change on the linked record holds nobody up, or does again: every source's plugins hear of it. */
static csm_status release_sources(csm_ctx *ctx, const csm_mlink *link, const csm_change *change)
{
    csm_value id = get(change->now, link->field);
    csm_str token = CSM_STR("");
    bool before = false, now = false;
    const char *word;
    csm_row *row;

    if (link->released == NULL)
        return CSM_OK;
    CSM_TRY(csm_expr_eval(ctx, link->released, change->old, NULL, &before));
    CSM_TRY(csm_expr_eval(ctx, link->released, change->now, NULL, &now));
    if (before == now)
        return CSM_OK;
    word = now ? "released" : "resumed";
    if (link->decl->direction == CSM_LINK_BACK) {
        if (id.type != CSM_T_ID)
            return CSM_OK;
        CSM_TRY(csm_row_find(ctx, link->source, id.id, &row));
        return row != NULL ? call_point(ctx, link, word, row, change->now) : CSM_OK;
    }
    do {
        uint32_t count;
        csm_id *ids;

        CSM_TRY(sources(ctx, link, change->now->id, 200, &token, &ids, &count));
        for (uint32_t n = 0; n < count; n++) {
            CSM_TRY(csm_row_find(ctx, link->source, ids[n], &row));
            if (row != NULL)
                CSM_TRY(call_point(ctx, link, word, row, change->now));
        }
    } while (token.len > 0);
    return CSM_OK;
}

static csm_status follow(csm_ctx *ctx, const csm_mlink *link, const csm_change *change)
{
    const csm_mtable *table = change->now->table;
    bool forward = link->decl->direction == CSM_LINK_FORWARD;
    const csm_mfield *own = csm_field_in(table, link->field);

    if (own != NULL && csm_mtable_is_a(table, forward ? link->source : link->linked) && csm_change_moves(change, own))
        CSM_TRY(field_moved(ctx, link, change));
    if (change->op != CSM_UPDATING || !csm_mtable_is_a(table, link->linked))
        return CSM_OK;
    CSM_TRY(tell_change(ctx, link, change));
    return release_sources(ctx, link, change);
}

csm_status csm_links_after(csm_ctx *ctx, const csm_change *change)
{
    const csm_mtable *table = change->now->table;

    for (uint32_t n = 0; n < table->link_count; n++) {
        const csm_mlink *link = table->links[n];
        csm_frame frame = csm_frame_enter(ctx, link->plugin, true, link->decl->name);

        CSM_TRY(csm_frame_leave(ctx, frame, follow(ctx, link, change), "task link", link->decl->name));
    }
    return CSM_OK;
}
