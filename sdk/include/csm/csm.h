/* Everything a plugin includes: all stable headers and the calls as plain functions.
 * Each wrapper resolves through the context; what it does is told at the member of its table. */
#ifndef CSM_CSM_H
#define CSM_CSM_H

#include <csm/plugin.h>

static inline csm_status csm_record_get(csm_ctx *ctx, const char *table, csm_id id, csm_record **out)
{
    return CSM_HOST(ctx)->record->get(ctx, table, id, out);
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

static inline const char * csm_record_table(csm_ctx *ctx, const csm_record *rec)
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

static inline const char * csm_table_parent(csm_ctx *ctx, const char *table)
{
    return CSM_HOST(ctx)->record->parent(ctx, table);
}

static inline const char * csm_table_refers_to(csm_ctx *ctx, const char *table, const char *field)
{
    return CSM_HOST(ctx)->record->refers_to(ctx, table, field);
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

static inline csm_status csm_query_open(csm_ctx *ctx, const char *table, csm_query **out)
{
    return CSM_HOST(ctx)->query->open(ctx, table, out);
}

static inline csm_status csm_query_open_kept(csm_ctx *ctx, const char *table, const char *encoded, csm_query **out)
{
    return CSM_HOST(ctx)->query->open_kept(ctx, table, encoded, out);
}

static inline void csm_query_where(csm_ctx *ctx, csm_query *q, const char *field, csm_op op, csm_value value)
{
    CSM_HOST(ctx)->query->where(ctx, q, field, op, value);
}

static inline void csm_query_filter(csm_ctx *ctx, csm_query *q, const char *encoded)
{
    CSM_HOST(ctx)->query->filter(ctx, q, encoded);
}

static inline void csm_query_order(csm_ctx *ctx, csm_query *q, const char *field, uint32_t direction)
{
    CSM_HOST(ctx)->query->order(ctx, q, field, direction);
}

static inline void csm_query_limit(csm_ctx *ctx, csm_query *q, uint32_t limit)
{
    CSM_HOST(ctx)->query->limit(ctx, q, limit);
}

static inline csm_status csm_query_next(csm_ctx *ctx, csm_query *q, csm_record **row)
{
    return CSM_HOST(ctx)->query->next(ctx, q, row);
}

static inline void csm_query_close(csm_ctx *ctx, csm_query *q)
{
    CSM_HOST(ctx)->query->close(ctx, q);
}

/* One row of @p table whose @p field is @p value, in the arena of the call; *out NULL when there is none. */
static inline csm_status csm_query_first(csm_ctx *ctx, const char *table, const char *field, csm_value value, csm_record **out)
{
    csm_query *q;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, value);
    csm_query_limit(ctx, q, 1);
    st = csm_query_next(ctx, q, out);
    csm_query_close(ctx, q);
    return st;
}

/* Whether the query finds a row; closes it. */
static inline csm_status csm_query_any(csm_ctx *ctx, csm_query *q, bool *out)
{
    csm_record *row = NULL;
    csm_status st;

    csm_query_limit(ctx, q, 1);
    st = csm_query_next(ctx, q, &row);
    csm_query_close(ctx, q);
    *out = row != NULL;
    return st;
}

static inline csm_status csm_query_count(csm_ctx *ctx, const char *table, const char *encoded, uint64_t *out)
{
    return CSM_HOST(ctx)->query->count(ctx, table, encoded, out);
}

static inline csm_change_op csm_change_get_op(csm_ctx *ctx, const csm_change *ch)
{
    return (csm_change_op)CSM_HOST(ctx)->change->op(ch);
}

static inline csm_id csm_change_id(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->id(ch);
}

static inline const char * csm_change_table(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->table(ch);
}

static inline bool csm_change_touches(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return CSM_HOST(ctx)->change->touches(ctx, ch, field);
}

static inline bool csm_change_given(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return CSM_HOST(ctx)->change->given(ctx, ch, field);
}

static inline csm_value csm_change_new(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return CSM_HOST(ctx)->change->new_value(ctx, ch, field);
}

static inline csm_value csm_change_old(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return CSM_HOST(ctx)->change->old_value(ctx, ch, field);
}

static inline int64_t csm_change_new_int(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_int(csm_change_new(ctx, ch, field));
}

static inline int64_t csm_change_old_int(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_int(csm_change_old(ctx, ch, field));
}

static inline bool csm_change_new_bool(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_bool(csm_change_new(ctx, ch, field));
}

static inline bool csm_change_old_bool(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_bool(csm_change_old(ctx, ch, field));
}

static inline csm_str csm_change_new_text(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_text(csm_change_new(ctx, ch, field));
}

static inline csm_str csm_change_old_text(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_text(csm_change_old(ctx, ch, field));
}

static inline csm_id csm_change_new_ref(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_id(csm_change_new(ctx, ch, field));
}

static inline csm_id csm_change_old_ref(csm_ctx *ctx, const csm_change *ch, const char *field)
{
    return csm_value_id(csm_change_old(ctx, ch, field));
}

static inline csm_status csm_change_set(csm_ctx *ctx, csm_change *ch, const char *field, csm_value value)
{
    return CSM_HOST(ctx)->change->set(ctx, ch, field, value);
}

static inline csm_record * csm_change_record(csm_ctx *ctx, csm_change *ch)
{
    return CSM_HOST(ctx)->change->record(ctx, ch);
}

static inline bool csm_change_by_client(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->by_client(ch);
}

static inline bool csm_change_is_import(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->is_import(ch);
}

static inline const char * csm_change_transition(csm_ctx *ctx, const csm_change *ch)
{
    return CSM_HOST(ctx)->change->transition(ch);
}

static inline csm_status csm_change_matches(csm_ctx *ctx, const csm_change *ch, const char *filter, bool *out)
{
    return CSM_HOST(ctx)->change->matches(ctx, ch, filter, out);
}

static inline csm_id csm_caller_user(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->caller->user(ctx);
}

static inline csm_str csm_caller_user_name(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->caller->user_name(ctx);
}

static inline bool csm_caller_has_role(csm_ctx *ctx, const char *role)
{
    return CSM_HOST(ctx)->caller->has_role(ctx, role);
}

static inline bool csm_caller_is_external(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->caller->is_external(ctx);
}

static inline csm_status csm_caller_get_value(csm_ctx *ctx, const char *name, csm_value *out)
{
    return CSM_HOST(ctx)->caller->value(ctx, name, out);
}

static inline bool csm_user_has_role(csm_ctx *ctx, csm_id user, const char *role)
{
    return CSM_HOST(ctx)->caller->user_has_role(ctx, user, role);
}

static inline csm_status csm_caller_can(csm_ctx *ctx, const char *table, csm_id id, uint32_t op, bool *out)
{
    return CSM_HOST(ctx)->caller->can(ctx, table, id, op, out);
}

static inline csm_status csm_as_plugin(csm_ctx *ctx, csm_status (*run)(csm_ctx *, void *), void *arg)
{
    return CSM_HOST(ctx)->caller->as_plugin(ctx, run, arg);
}

static inline csm_status csm_password_hash(csm_ctx *ctx, csm_str password, csm_str *out)
{
    return CSM_HOST(ctx)->caller->hash_password(ctx, password, out);
}

static inline csm_status csm_user_grant_role(csm_ctx *ctx, csm_id user, const char *role)
{
    return CSM_HOST(ctx)->caller->grant_role(ctx, user, role);
}

static inline csm_status csm_secret_new(csm_ctx *ctx, csm_str *secret, csm_str *hash)
{
    return CSM_HOST(ctx)->caller->secret_new(ctx, secret, hash);
}

static inline csm_status csm_secret_hash(csm_ctx *ctx, csm_str secret, csm_str *hash)
{
    return CSM_HOST(ctx)->caller->secret_hash(ctx, secret, hash);
}

static inline csm_value csm_arg(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return CSM_HOST(ctx)->rpc->arg(ctx, in, position);
}

static inline int64_t csm_arg_int(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return csm_value_int(csm_arg(ctx, in, position));
}

static inline bool csm_arg_bool(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return csm_value_bool(csm_arg(ctx, in, position));
}

static inline csm_str csm_arg_text(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return csm_value_text(csm_arg(ctx, in, position));
}

static inline csm_id csm_arg_id(csm_ctx *ctx, const csm_args *in, uint32_t position)
{
    return csm_value_id(csm_arg(ctx, in, position));
}

static inline csm_status csm_reply_value(csm_ctx *ctx, csm_reply *out, csm_value value)
{
    return CSM_HOST(ctx)->rpc->reply(ctx, out, value);
}

static inline csm_status csm_reply_int(csm_ctx *ctx, csm_reply *out, int64_t value)
{
    return csm_reply_value(ctx, out, csm_int(value));
}

static inline csm_status csm_reply_record(csm_ctx *ctx, csm_reply *out, csm_record *rec)
{
    return CSM_HOST(ctx)->rpc->reply_record(ctx, out, rec);
}

static inline csm_status csm_record_as_value(csm_ctx *ctx, csm_record *rec, csm_value *out)
{
    return CSM_HOST(ctx)->rpc->record_value(ctx, rec, out);
}

static inline csm_status csm_list_add(csm_ctx *ctx, csm_value *list, csm_value item)
{
    return CSM_HOST(ctx)->rpc->list_add(ctx, list, item);
}

static inline csm_status csm_map_add(csm_ctx *ctx, csm_value *map, const char *key, csm_value item)
{
    return CSM_HOST(ctx)->rpc->map_add(ctx, map, key, item);
}

static inline void * csm_alloc(csm_ctx *ctx, size_t size)
{
    return CSM_HOST(ctx)->rpc->alloc(ctx, size);
}

/* A copy with a NUL behind it, in the arena of the call: for calls that take names. ptr NULL: out of memory. */
static inline csm_str csm_str_copy(csm_ctx *ctx, csm_str s)
{
    char *bytes = (char *)csm_alloc(ctx, s.len + 1);
    csm_str out = { bytes, bytes != NULL ? s.len : 0 };

    if (bytes != NULL) {
        if (s.len > 0)
            memcpy(bytes, s.ptr, s.len);
        bytes[s.len] = '\0';
    }
    return out;
}

/* Takes the next of several names, separated by commas or blanks, off @p rest; false when none is left. Borrowed from @p rest. */
static inline bool csm_names_next(csm_str *rest, csm_str *name)
{
    size_t from = 0, to;

    while (from < rest->len && (rest->ptr[from] == ',' || rest->ptr[from] == ' '))
        from++;
    for (to = from; to < rest->len && rest->ptr[to] != ',' && rest->ptr[to] != ' ';)
        to++;
    if (to == from)
        return false;
    name->ptr = rest->ptr + from;
    name->len = to - from;
    rest->ptr += to;
    rest->len -= to;
    return true;
}

static inline bool csm_names_have(csm_str names, csm_str wanted)
{
    csm_str name;

    while (csm_names_next(&names, &name))
        if (csm_str_eq(name, wanted))
            return true;
    return false;
}

/* The 32 hex digits of an id, with a NUL behind them, in the arena of the call: keys of jobs. ptr NULL: out of memory. */
static inline csm_str csm_id_text(csm_ctx *ctx, csm_id id)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = (char *)csm_alloc(ctx, 2 * sizeof(id.b) + 1);
    csm_str out = { hex, hex != NULL ? 2 * sizeof(id.b) : 0 };

    for (size_t n = 0; hex != NULL && n < sizeof(id.b); n++) {
        hex[2 * n] = digits[id.b[n] >> 4];
        hex[2 * n + 1] = digits[id.b[n] & 15];
    }
    return out;
}

static inline csm_time csm_now(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->rpc->now(ctx);
}

static inline const void * csm_settings(csm_ctx *ctx)
{
    return CSM_HOST(ctx)->rpc->settings(ctx);
}

static inline csm_status csm_counter_next(csm_ctx *ctx, const char *name, int64_t *out)
{
    return CSM_HOST(ctx)->rpc->counter_next(ctx, name, out);
}

static inline csm_str csm_property_text(csm_ctx *ctx, const char *name, const char *dflt)
{
    return CSM_HOST(ctx)->rpc->property(ctx, name, dflt);
}

static inline bool csm_property_is_true(csm_ctx *ctx, const char *name)
{
    return csm_str_is(csm_property_text(ctx, name, "false"), "true");
}

/* A whole number of 0 or more; what an administrator wrote that is none within the limits counts as dflt. */
static inline int64_t csm_property_int(csm_ctx *ctx, const char *name, int64_t dflt, int64_t min, int64_t max)
{
    csm_str text = csm_property_text(ctx, name, "");
    int64_t value = 0;

    if (text.len == 0 || text.len > 15)
        return dflt;
    for (size_t n = 0; n < text.len; n++) {
        if (text.ptr[n] < '0' || text.ptr[n] > '9')
            return dflt;
        value = value * 10 + (text.ptr[n] - '0');
    }
    return value >= min && value <= max ? value : dflt;
}

static inline csm_status csm_random_text(csm_ctx *ctx, uint32_t length, csm_str *out)
{
    return CSM_HOST(ctx)->rpc->random_text(ctx, length, out);
}

static inline csm_status csm_job_start(csm_ctx *ctx, const char *job, const char *key, csm_time at, csm_value args)
{
    return CSM_HOST(ctx)->job->start(ctx, job, key, at, args);
}

static inline csm_status csm_job_ensure(csm_ctx *ctx, const char *job, const char *key, csm_time at, csm_value args)
{
    return CSM_HOST(ctx)->job->ensure(ctx, job, key, at, args);
}

static inline csm_status csm_job_cancel(csm_ctx *ctx, const char *job, const char *key)
{
    return CSM_HOST(ctx)->job->cancel(ctx, job, key);
}

static inline csm_status csm_event(csm_ctx *ctx, const char *name, csm_value payload)
{
    return CSM_HOST(ctx)->job->event(ctx, name, payload);
}

static inline csm_status csm_point_call(csm_ctx *ctx, const char *point, csm_value in, csm_value *out)
{
    return CSM_HOST(ctx)->point->call(ctx, point, in, out);
}

static inline csm_status csm_args_check(csm_ctx *ctx, const csm_param *params, uint32_t count, csm_value given, csm_value *out)
{
    return CSM_HOST(ctx)->rpc->args_check(ctx, params, count, given, out);
}

/* Variadic calls. */
#define csm_fail(ctx, code, ...) (CSM_HOST(ctx)->rpc->fail((ctx), (code), __VA_ARGS__))
#define csm_fail_field(ctx, code, field, ...) (CSM_HOST(ctx)->rpc->fail_field((ctx), (code), (field), __VA_ARGS__))
#define csm_hint(ctx, ...) (CSM_HOST(ctx)->rpc->hint((ctx), __VA_ARGS__))
#define csm_reason(ctx, word) (CSM_HOST(ctx)->rpc->reason((ctx), (word)))
#define csm_printf(ctx, ...) (CSM_HOST(ctx)->rpc->printf((ctx), __VA_ARGS__))
#define csm_log_info(ctx, ...) (CSM_HOST(ctx)->rpc->log((ctx), 2, __VA_ARGS__))

#endif
