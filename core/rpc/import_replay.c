/* Rows of a replay: each is what happened to a record at a time of its own, and the state model binds it. A row that the
 * record's history holds already changes nothing; one that comes after what followed it is refused. */
#include "rpc/import_run.h"

#define VERSIONS_MAX 10000u
#define ENTRIES_MAX 1000u

/* ---- rows the record went through ---- */

static void follow(csm_row *row, const csm_version *version)
{
    for (uint32_t n = 0; n < version->delta_count; n++) {
        const csm_mfield *field = csm_mtable_field_by_id(row->table, version->deltas[n].field_id);

        if (field != NULL)
            row->values[field->pos] = version->deltas[n].new_value;
    }
}

static csm_status has_entry(csm_import_run *r, const csm_row *row, const csm_mfield *field, csm_str text, csm_time at, bool *out)
{
    csm_journal_entry *entries;
    uint32_t count;

    CSM_TRY(csm_history_journal(r->ctx, row->table, row->id, field, true, ENTRIES_MAX, &entries, &count));
    *out = text.len == 0;
    for (uint32_t n = 0; n < count && !*out; n++)
        *out = entries[n].at == at && csm_str_eq(entries[n].text, text);
    return CSM_OK;
}

/* Whether @p row, as it was with @p version, is what the values say. */
static csm_status is_so(csm_import_run *r, const csm_row *row, const csm_version *version, const csm_value *values, bool *out)
{
    *out = true;
    for (uint32_t n = 0; n < values->count && *out; n++) {
        const csm_mfield *field = csm_mtable_field(row->table, values->map[n].key);
        csm_value value = values->map[n].value, stored;

        if (field == NULL || (field->id < CSM_FID_DOMAIN && field->id != CSM_FID_UPDATED_BY))
            continue;
        if (field->type == CSM_F_JOURNAL) {
            CSM_TRY(has_entry(r, row, field, csm_str_trim(csm_value_text(value)), version->at, out));
            continue;
        }
        CSM_TRY(csm_mfield_convert(field, value, r->ctx->arena, &stored, &r->ctx->err));
        *out = field->id == CSM_FID_UPDATED_BY ? csm_str_eq(version->updated_by, csm_value_text(stored))
                                               : csm_value_eq(stored, row->values[field->pos]);
    }
    return CSM_OK;
}

static csm_status went_through(csm_import_run *r, const csm_mtable *table, csm_id id, const csm_value *values, csm_time at,
                               bool *out)
{
    csm_row *row = csm_row_new(r->ctx->arena, table, id);
    csm_version *versions;
    uint32_t count;

    *out = false;
    if (row == NULL)
        return csm_ctx_nomem(r->ctx);
    CSM_TRY(csm_history_versions(r->ctx, table, id, false, 0, VERSIONS_MAX, &versions, &count));
    for (uint32_t n = 0; n < count && versions[n].at <= at && !*out; n++) {
        follow(row, &versions[n]);
        if (versions[n].at == at)
            CSM_TRY(is_so(r, row, &versions[n], values, out));
    }
    return CSM_OK;
}

/* ---- the row ---- */

static csm_status refuse_late(csm_import_run *r, csm_time at, csm_time last)
{
    char is[CSM_TIME_TEXT], was[CSM_TIME_TEXT];

    csm_time_format(at, is);
    csm_time_format(last, was);
    return csm_ctx_fail(r->ctx, CSM_E_STATE, "the row is of %s, the record has changed at %s since", is, was);
}

/* *due: the row is to be applied; else the record has it in its past. */
static csm_status check_time(csm_import_run *r, csm_id id, const csm_value *values, csm_time at, bool *due)
{
    csm_version *last;
    uint32_t count;
    bool there;
    csm_row *row;

    *due = true;
    CSM_TRY(csm_row_find(r->ctx, r->map->table, id, &row));
    if (row == NULL)
        return CSM_OK;
    CSM_TRY(csm_history_versions(r->ctx, row->table, id, true, 0, 1, &last, &count));
    if (count == 0 || at > last->at)
        return CSM_OK;
    CSM_TRY(went_through(r, row->table, id, values, at, &there));
    *due = !there;
    return there || at == last->at ? CSM_OK : refuse_late(r, at, last->at);
}

/* Records begin in an initial state: what the mapping says of a new one goes before what the row says. */
static csm_status begin_record(csm_import_run *r, const csm_value *values, csm_id *out)
{
    csm_value first = csm_map(NULL, 0);
    csm_row *row;

    CSM_TRY(csm_import_values(r, r->map->replay.create, r->map->replay.create_count, &first));
    for (uint32_t n = 0; n < values->count; n++) {
        const csm_mfield *field = csm_mtable_field(r->map->table, values->map[n].key);

        if (field != NULL && field->type != CSM_F_JOURNAL && csm_map_get(&first, field->name) == NULL)
            CSM_TRY(csm_map_add(r->ctx, &first, field->name, values->map[n].value));
    }
    CSM_TRY(csm_write_insert(r->ctx, r->map->table, first, NULL, &row));
    *out = row->id;
    r->action = CSM_IMPORT_INSERTED;
    return CSM_OK;
}

static csm_status apply(csm_import_run *r, csm_id id, const csm_value *values, bool made)
{
    csm_row *old, *now;

    CSM_TRY(csm_row_find(r->ctx, r->map->table, id, &old));
    CSM_TRY(csm_write_update(r->ctx, r->map->table, id, *values, NULL, &now));
    if (!made)
        r->action = old != NULL && now->version == old->version ? CSM_IMPORT_UNCHANGED : CSM_IMPORT_UPDATED;
    return CSM_OK;
}

csm_status csm_import_replay(csm_import_run *r)
{
    csm_value values = csm_map(NULL, 0);
    bool given, found, due = true;
    csm_time at;
    csm_id id;

    CSM_TRY(csm_import_time(r, &r->map->replay.at, &at, &given));
    if (!given)
        return csm_import_refuse(r, "at", "does not tell when the row happened", (csm_str){ 0 });
    r->ctx->now = at;
    CSM_TRY(csm_import_values(r, r->map->fields, r->map->field_count, &values));
    CSM_TRY(csm_import_existing(r, &values, &id, &found));
    if (found)
        CSM_TRY(check_time(r, id, &values, at, &due));
    else
        CSM_TRY(begin_record(r, &values, &id));
    if (due)
        return apply(r, id, &values, !found);
    r->action = CSM_IMPORT_UNCHANGED;
    return CSM_OK;
}
