/* A record's past: what changed since a version, and the row as it was at a time. */
#include "base/id.h"
#include "engine/history/stream.h"

static csm_status check_table(csm_ctx *ctx, const csm_mtable *table)
{
    if ((table->flags & CSM_TABLE_NO_HISTORY) == 0)
        return CSM_OK;
    return csm_ctx_fail(ctx, CSM_E_UNSUPPORTED, "table \"%s\" keeps no history", table->name);
}

/* ---- since a version ---- */

/* The first change after the version has the value as of it. */
static void note_changes(const csm_row *row, const csm_version *version, uint64_t *changed, csm_value *original)
{
    for (uint32_t n = 0; n < version->delta_count; n++) {
        const csm_mfield *field = csm_mtable_field_by_id(row->table, version->deltas[n].field_id);
        if (field == NULL || field->id < CSM_FID_FIRST)
            continue;
        uint64_t bit = UINT64_C(1) << (field->pos % 64);
        if ((changed[field->pos / 64] & bit) != 0)
            continue;
        changed[field->pos / 64] |= bit;
        original[field->pos] = version->deltas[n].old_value;
    }
}

csm_status csm_history_since(csm_ctx *ctx, const csm_row *row, uint32_t version, uint64_t *changed, csm_value *original)
{
    const csm_mtable *table = row->table;
    csm_stream_iter it;
    csm_status st = CSM_OK;
    CSM_TRY(check_table(ctx, table));
    memset(changed, 0, (table->field_count + 63) / 64 * sizeof(*changed));
    memcpy(original, row->values, table->field_count * sizeof(*original));
    if (version > row->version) {
        char id[CSM_ID_TEXT];
        csm_id_format(row->id, id);
        return csm_ctx_fail(ctx, CSM_E_INVALID, "record %s is at version %u, not yet at %u", id, row->version, version);
    }
    if (version == row->version)
        return CSM_OK;
    CSM_TRY(csm_stream_open(ctx, table, row->id, CSM_STREAM_VERSIONS, (uint64_t)version + 2, 0, &it));
    for (bool has = true; st == CSM_OK && has;) {
        uint64_t number = 0;
        csm_str body;
        csm_version next;
        st = csm_stream_next(&it, &number, &body, &has);
        if (st == CSM_OK && has)
            st = csm_version_read(ctx, row->id, number, body, &next);
        if (st == CSM_OK && has)
            note_changes(row, &next, changed, original);
    }
    csm_stream_close(&it);
    return st;
}

/* ---- at a time ---- */

static void set_by_id(csm_row *row, uint32_t field_id, csm_value value)
{
    const csm_mfield *field = csm_mtable_field_by_id(row->table, field_id);
    if (field != NULL)
        row->values[field->pos] = value;
}

/* Takes one version back from @p row (NULL where there was none after it). */
static csm_status take_back(csm_ctx *ctx, csm_id id, const csm_version *version, csm_str body, csm_row **row)
{
    if (version->op == CSM_HISTORY_INSERT) {
        *row = NULL;
        return CSM_OK;
    }
    if (version->op == CSM_HISTORY_DELETE)
        return csm_version_last_row(ctx, id, body, row);
    for (uint32_t n = 0; *row != NULL && n < version->delta_count; n++)
        set_by_id(*row, version->deltas[n].field_id, version->deltas[n].old_value);
    return CSM_OK;
}

/* Goes back to the last version not after @p at; *found false when the record is younger. */
static csm_status go_back(csm_ctx *ctx, csm_stream_iter *it, csm_id id, csm_time at, csm_row **row,
                          csm_version *in_force, bool *found)
{
    *found = false;
    for (;;) {
        uint64_t number = 0;
        csm_str body;
        csm_version version;
        bool has = false;
        CSM_TRY(csm_stream_next(it, &number, &body, &has));
        if (!has)
            return CSM_OK;
        CSM_TRY(csm_version_read(ctx, id, number, body, &version));
        if (version.at <= at) {
            *in_force = version;
            *found = true;
            return CSM_OK;
        }
        CSM_TRY(take_back(ctx, id, &version, body, row));
    }
}

csm_status csm_history_row_at(csm_ctx *ctx, const csm_mtable *table, csm_id id, csm_time at, csm_row **out)
{
    csm_row *row = NULL;
    csm_version version;
    csm_stream_iter it;
    bool found = false;
    CSM_TRY(check_table(ctx, table));
    CSM_TRY(csm_row_find(ctx, table, id, &row));
    CSM_TRY(csm_stream_open(ctx, table, id, CSM_STREAM_VERSIONS, 0, 0, &it));
    csm_status st = go_back(ctx, &it, id, at, &row, &version, &found);
    csm_stream_close(&it);
    CSM_TRY(st);
    if (!found || version.op == CSM_HISTORY_DELETE || row == NULL || !csm_mtable_is_a(row->table, table)) {
        *out = NULL;
        return CSM_OK;
    }
    csm_row_set_version(row, version.version);
    set_by_id(row, CSM_FID_UPDATED_ON, csm_time_value(version.updated_on));
    set_by_id(row, CSM_FID_UPDATED_BY, csm_text(version.updated_by));
    *out = row;
    return CSM_OK;
}
