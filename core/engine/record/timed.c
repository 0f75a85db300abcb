/* States that follow the days: hourly, every entry of every model in its order, a page of rows per transaction. A row that may
 * not move is named in the log and passed over: it holds up no other. */
#include "engine/record/timed.h"

#include "base/log.h"
#include "engine/record/write.h"

#define PAGE_ROWS 200u

typedef struct place {
    const csm_mstate_model *model; /* NULL: all is done */
    uint32_t entry;
    csm_str token;
} place;

/* The first entry from here on that there is. */
static void go_on(const csm_registry *reg, const csm_mstate_model *model, uint32_t entry, place *out)
{
    uint32_t at = model != NULL ? (uint32_t)(model - reg->models) : 0;

    *out = (place){ .token = CSM_STR_INIT("") };
    for (; at < reg->model_count; at++, entry = 0)
        if (entry < reg->models[at].timed_count) {
            out->model = &reg->models[at];
            out->entry = entry;
            return;
        }
}

/* Where the last page ended; a model that is gone meanwhile ends this round, the next hour begins anew. */
static csm_status find_place(csm_ctx *ctx, csm_value args, place *out)
{
    const csm_registry *reg = ctx->reg;

    if (csm_is_nil(args)) {
        go_on(reg, NULL, 0, out);
        return CSM_OK;
    }
    if (args.type != CSM_T_LIST || args.count != 3)
        return csm_ctx_fail(ctx, CSM_E_INVALID, "job \"%s\" takes three arguments", CSM_TIMED_JOB);
    *out = (place){ .entry = (uint32_t)csm_value_int(args.list[1]), .token = csm_value_text(args.list[2]) };
    for (uint32_t n = 0; n < reg->model_count; n++)
        if (reg->models[n].table != NULL && csm_str_is(csm_value_text(args.list[0]), reg->models[n].table->name) &&
            out->entry < reg->models[n].timed_count)
            out->model = &reg->models[n];
    return CSM_OK;
}

static bool is_refusal(csm_status st)
{
    return st == CSM_E_INVALID || st == CSM_E_EXISTS || st == CSM_E_CONFLICT || st == CSM_E_DENIED || st == CSM_E_REJECTED ||
           st == CSM_E_LIMIT || st == CSM_E_STATE || st == CSM_E_NOT_FOUND;
}

static csm_status move(csm_ctx *ctx, const place *at, csm_id id)
{
    const csm_mtimed *timed = &at->model->timed[at->entry];
    csm_status st = csm_write_one_field(ctx, at->model->table, id, at->model->field, timed->to);
    char hex[CSM_ID_TEXT];

    if (!is_refusal(st))
        return st;
    csm_id_format(id, hex);
    csm_log(CSM_LOG_WARN, at->model->plugin->id, "%s %s does not become \"%s\": %s", at->model->table->name, hex, timed->decl->to,
            ctx->err.message);
    csm_error_clear(&ctx->err);
    return CSM_OK;
}

static csm_status keep_place(csm_ctx *ctx, const place *at, csm_value *next_args)
{
    csm_value *items = csm_arena_array(ctx->arena, 3, sizeof(*items));

    if (items == NULL)
        return csm_ctx_nomem(ctx);
    items[0] = csm_ctext(at->model->table->name);
    items[1] = csm_int(at->entry);
    items[2] = csm_text(at->token);
    *next_args = csm_list(items, 3);
    return CSM_OK;
}

csm_status csm_timed_page(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    uint32_t count = 0;
    csm_id *ids;
    place at;

    CSM_TRY(find_place(ctx, args, &at));
    while (at.model != NULL && count == 0) {
        const csm_mtimed *timed = &at.model->timed[at.entry];

        CSM_TRY(csm_rows_matching(ctx, at.model->table, timed->filter, PAGE_ROWS, &at.token, &ids, &count));
        for (uint32_t n = 0; n < count; n++)
            CSM_TRY(move(ctx, &at, ids[n]));
        if (at.token.len == 0)
            go_on(ctx->reg, at.model, at.entry + 1, &at);
    }
    *more = at.model != NULL;
    return *more ? keep_place(ctx, &at, next_args) : CSM_OK;
}
