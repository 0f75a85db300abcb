/* Records as plain functions; what each does is told at the member of csm_record_api. */
#ifndef CSM_RECORD_CALLS_H
#define CSM_RECORD_CALLS_H

#include <csm/plugin.h>

static inline csm_status csm_record_get(csm_ctx *ctx, const char *table, csm_id id, csm_record **out)
{
    return CSM_HOST(ctx)->record->get(ctx, table, id, out);
}

static inline csm_status csm_record_get_open(csm_ctx *ctx, const char *table, csm_id id, csm_record **out)
{
    return CSM_HOST(ctx)->record->get_open(ctx, table, id, out);
}

static inline csm_status csm_record_find(csm_ctx *ctx, const char *table, csm_id id, csm_record **out)
{
    return CSM_HOST(ctx)->record->find(ctx, table, id, out);
}

static inline csm_status csm_record_find_where(csm_ctx *ctx, const char *table, const char *filter, csm_record **out)
{
    return CSM_HOST(ctx)->record->find_where(ctx, table, filter, out);
}

static inline csm_status csm_record_create(csm_ctx *ctx, const char *table, csm_record **out)
{
    return CSM_HOST(ctx)->record->create(ctx, table, out);
}

static inline csm_status csm_record_insert(csm_ctx *ctx, csm_record *rec)
{
    return CSM_HOST(ctx)->record->insert(ctx, rec);
}

static inline csm_status csm_record_update(csm_ctx *ctx, csm_record *rec)
{
    return CSM_HOST(ctx)->record->update(ctx, rec);
}

static inline csm_status csm_record_delete(csm_ctx *ctx, csm_record *rec)
{
    return CSM_HOST(ctx)->record->del(ctx, rec);
}

static inline csm_status csm_transition_run(csm_ctx *ctx, csm_record *rec, const char *name, const csm_value *args)
{
    return CSM_HOST(ctx)->record->transition(ctx, rec, name, args);
}

static inline csm_id csm_record_id(csm_ctx *ctx, const csm_record *rec)
{
    return CSM_HOST(ctx)->record->id(rec);
}

static inline const char *csm_record_table(csm_ctx *ctx, const csm_record *rec)
{
    return CSM_HOST(ctx)->record->table(rec);
}

static inline csm_value csm_record_value(csm_ctx *ctx, const csm_record *rec, const char *field)
{
    return CSM_HOST(ctx)->record->value(ctx, rec, field);
}

static inline csm_status csm_record_set(csm_ctx *ctx, csm_record *rec, const char *field, csm_value value)
{
    return CSM_HOST(ctx)->record->set(ctx, rec, field, value);
}

static inline bool csm_table_is_a(csm_ctx *ctx, const char *table, const char *ancestor)
{
    return CSM_HOST(ctx)->record->is_a(ctx, table, ancestor);
}

static inline bool csm_table_has_field(csm_ctx *ctx, const char *table, const char *field)
{
    return CSM_HOST(ctx)->record->has_field(ctx, table, field);
}

static inline csm_status csm_record_matches(csm_ctx *ctx, const csm_record *rec, const char *filter, bool *out)
{
    return CSM_HOST(ctx)->record->matches(ctx, rec, filter, out);
}

static inline csm_status csm_savepoint_run(csm_ctx *ctx, csm_status (*run)(csm_ctx *, void *), void *arg)
{
    return CSM_HOST(ctx)->record->savepoint(ctx, run, arg);
}

static inline csm_status csm_savepoint_attempt(csm_ctx *ctx, csm_status (*run)(csm_ctx *, void *), void *arg, csm_failure *failure)
{
    return CSM_HOST(ctx)->record->attempt(ctx, run, arg, failure);
}

static inline csm_status csm_record_journal(csm_ctx *ctx, const csm_record *rec, const char *field, uint32_t limit, csm_value *out)
{
    return CSM_HOST(ctx)->record->journal(ctx, rec, field, limit, out);
}

static inline csm_str csm_record_display(csm_ctx *ctx, const csm_record *rec, const char *field)
{
    return CSM_HOST(ctx)->record->display(ctx, rec, field);
}

static inline const char *csm_table_parent(csm_ctx *ctx, const char *table)
{
    return CSM_HOST(ctx)->record->parent(ctx, table);
}

static inline const char *csm_table_refers_to(csm_ctx *ctx, const char *table, const char *field)
{
    return CSM_HOST(ctx)->record->refers_to(ctx, table, field);
}

static inline csm_status csm_record_is_below(csm_ctx *ctx, const char *table, csm_id id, csm_id above, bool *out)
{
    return CSM_HOST(ctx)->record->is_below(ctx, table, id, above, out);
}

/* Typed reads: nil or another type reads as zero, empty, none. */
static inline int64_t csm_value_int(csm_value v)
{
    return v.type == CSM_T_INT || v.type == CSM_T_TIME || v.type == CSM_T_DATE || v.type == CSM_T_DECIMAL ? v.i : 0;
}

static inline bool csm_value_bool(csm_value v)
{
    return v.type == CSM_T_BOOL && v.b;
}

static inline csm_str csm_value_text(csm_value v)
{
    return v.type == CSM_T_TEXT ? v.s : csm_str_of(NULL);
}

static inline csm_id csm_value_id(csm_value v)
{
    return v.type == CSM_T_ID ? v.id : csm_nil().id;
}

/* The id under @p key of a map of arguments; none when there is none. */
static inline csm_id csm_map_id(const csm_value *map, const char *key)
{
    const csm_value *value = csm_map_get(map, key);

    return value != NULL ? csm_value_id(*value) : csm_nil().id;
}

static inline int64_t csm_record_int(csm_ctx *ctx, const csm_record *rec, const char *field)
{
    return csm_value_int(csm_record_value(ctx, rec, field));
}

static inline bool csm_record_bool(csm_ctx *ctx, const csm_record *rec, const char *field)
{
    return csm_value_bool(csm_record_value(ctx, rec, field));
}

static inline csm_str csm_record_text(csm_ctx *ctx, const csm_record *rec, const char *field)
{
    return csm_value_text(csm_record_value(ctx, rec, field));
}

static inline csm_id csm_record_ref(csm_ctx *ctx, const csm_record *rec, const char *field)
{
    return csm_value_id(csm_record_value(ctx, rec, field));
}

static inline csm_time csm_record_time(csm_ctx *ctx, const csm_record *rec, const char *field)
{
    return csm_value_int(csm_record_value(ctx, rec, field));
}

static inline csm_status csm_record_set_int(csm_ctx *ctx, csm_record *rec, const char *field, int64_t v)
{
    return csm_record_set(ctx, rec, field, csm_int(v));
}

static inline csm_status csm_record_set_bool(csm_ctx *ctx, csm_record *rec, const char *field, bool v)
{
    return csm_record_set(ctx, rec, field, csm_bool(v));
}

static inline csm_status csm_record_set_text(csm_ctx *ctx, csm_record *rec, const char *field, csm_str v)
{
    return csm_record_set(ctx, rec, field, csm_text(v));
}

static inline csm_status csm_record_set_ref(csm_ctx *ctx, csm_record *rec, const char *field, csm_id v)
{
    return csm_record_set(ctx, rec, field, csm_id_is_none(v) ? csm_nil() : csm_id_value(v));
}

#endif
