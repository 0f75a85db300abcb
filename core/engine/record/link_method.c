/* The methods a task link makes: create, associate, remove. */
#include "engine/record/call.h"
#include "engine/record/link.h"

/* The source, readable and writable by the caller. */
static csm_status find_source(csm_ctx *ctx, const csm_mlink *link, csm_id id, csm_row **out)
{
    uint64_t *fields;

    CSM_TRY(csm_record_read(ctx, link->source, id, out, &fields));
    return csm_record_check_write(ctx, *out);
}

static csm_status check_may_create(csm_ctx *ctx, const csm_mlink *link, const csm_row *source)
{
    const csm_mfield *field = csm_field_in(source->table, link->field);
    bool may = true;

    if (link->may_create != NULL)
        CSM_TRY(csm_expr_eval(ctx, link->may_create, source, NULL, &may));
    else if (link->decl->direction == CSM_LINK_FORWARD && field != NULL)
        may = csm_is_nil(csm_row_get(source, field));
    if (may)
        return CSM_OK;
    return csm_ctx_fail(ctx, CSM_E_REJECTED, "%s", link->decl->may_create_message != NULL ? link->decl->may_create_message
                                                                                          : "a linked record is there already");
}

/* ---- values of a new linked record ---- */

typedef struct values {
    csm_pair *pairs;
    uint32_t count, cap;
} values;

/* The last one given for a name holds. */
static csm_status set(csm_ctx *ctx, values *v, csm_str name, csm_value value)
{
    for (uint32_t n = 0; n < v->count; n++)
        if (csm_str_eq(v->pairs[n].key, name)) {
            v->pairs[n].value = value;
            return CSM_OK;
        }
    if (v->count == v->cap)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "more values than the linked record has fields");
    v->pairs[v->count++] = (csm_pair){ name, value };
    return CSM_OK;
}

static csm_status ask_point(csm_ctx *ctx, const csm_mlink *link, const csm_row *source, values *v)
{
    const csm_mpoint *point = link->decl->point != NULL ? csm_registry_point(ctx->reg, csm_str_of(link->decl->point)) : NULL;
    csm_pair in[2] = { { CSM_STR("source"), csm_id_value(source->id) }, { CSM_STR("values"), csm_map(v->pairs, v->count) } };
    csm_value out = csm_nil();
    const csm_value *more;

    if (point == NULL)
        return CSM_OK;
    CSM_TRY(csm_point_run(ctx, point, csm_map(in, 2), &out));
    more = csm_map_get(&out, "values");
    for (uint32_t n = 0; more != NULL && more->type == CSM_T_MAP && n < more->count; n++)
        CSM_TRY(set(ctx, v, more->map[n].key, more->map[n].value));
    return CSM_OK;
}

static bool is_given(const values *v, const char *name)
{
    csm_value map = csm_map(v->pairs, v->count);
    const csm_value *value = csm_map_get(&map, name);

    return value != NULL && !csm_is_nil(*value) && (value->type != CSM_T_TEXT || value->s.len > 0);
}

static csm_status check_required(csm_ctx *ctx, const csm_mlink *link, const values *v)
{
    for (uint32_t n = 0; n < link->required_count;) {
        const char *name = link->required[n]->name;
        bool given = is_given(v, name);

        for (n++; n < link->required_count && link->required_or[n]; n++)
            given = given || is_given(v, link->required[n]->name);
        if (!given)
            return csm_error_field(&ctx->err, CSM_E_INVALID, name, "field \"%s\" of the new %s must be given", name,
                                   link->linked->name);
    }
    return CSM_OK;
}

static csm_status gather(csm_ctx *ctx, const csm_mlink *link, const csm_row *source, csm_value given, values *v)
{
    v->cap = link->linked->field_count + given.count;
    v->pairs = csm_arena_array(ctx->arena, v->cap, sizeof(*v->pairs));
    if (v->pairs == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < link->copy_count; n++) {
        const csm_mfield *from = csm_field_in(source->table, link->copy_from[n]);

        if (from != NULL && !csm_is_nil(csm_row_get(source, from)))
            CSM_TRY(set(ctx, v, csm_str_of(link->copy_to[n]->name), csm_row_get(source, from)));
    }
    if (link->decl->direction == CSM_LINK_BACK)
        CSM_TRY(set(ctx, v, csm_str_of(link->field->name), csm_id_value(source->id)));
    CSM_TRY(ask_point(ctx, link, source, v));
    for (uint32_t n = 0; n < given.count; n++)
        if (!csm_str_is(given.map[n].key, "id"))
            CSM_TRY(set(ctx, v, given.map[n].key, given.map[n].value));
    return check_required(ctx, link, v);
}

/* ---- the verbs ---- */

static csm_status set_field(csm_ctx *ctx, const csm_mlink *link, const csm_mtable *table, csm_id id, csm_value value)
{
    csm_pair pair = { csm_str_of(link->field->name), value };

    return csm_write_update(ctx, table, id, csm_map(&pair, 1), NULL, NULL);
}

static csm_status create(csm_ctx *ctx, const csm_mlink *link, const csm_row *source, csm_value given, csm_row **out)
{
    values v = { 0 };
    csm_frame frame;

    CSM_TRY(check_may_create(ctx, link, source));
    CSM_TRY(gather(ctx, link, source, given, &v));
    frame = csm_frame_enter(ctx, link->plugin, true, link->decl->name);
    CSM_TRY(csm_frame_leave(ctx, frame, csm_write_insert(ctx, link->linked, csm_map(v.pairs, v.count), NULL, out),
                            "task link", link->decl->name));
    if (link->decl->direction == CSM_LINK_FORWARD)
        return set_field(ctx, link, link->source, source->id, csm_id_value((*out)->id));
    return CSM_OK;
}

/* The linked record an argument names, readable by the caller. */
static csm_status find_linked(csm_ctx *ctx, const csm_mlink *link, csm_value given, csm_row **out)
{
    const csm_value *arg = csm_map_get(&given, link->decl->name);
    uint64_t *fields;
    csm_id id;

    if (arg == NULL || arg->type != CSM_T_TEXT || !csm_id_parse(arg->s, &id))
        return csm_error_field(&ctx->err, CSM_E_INVALID, link->decl->name, "argument \"%s\": 32 hex digits of a %s",
                               link->decl->name, link->linked->name);
    return csm_record_read(ctx, link->linked, id, out, &fields);
}

static csm_status associate(csm_ctx *ctx, const csm_mlink *link, const csm_row *source, csm_value given, csm_row **out)
{
    bool may = true;
    csm_frame frame;

    CSM_TRY(find_linked(ctx, link, given, out));
    if (link->may_associate != NULL)
        CSM_TRY(csm_expr_eval(ctx, link->may_associate, *out, NULL, &may));
    if (!may)
        return csm_error_field(&ctx->err, CSM_E_REJECTED, link->decl->name, "this %s can no longer be linked", link->linked->name);
    if (link->decl->direction == CSM_LINK_FORWARD) {
        CSM_TRY(check_may_create(ctx, link, source));
        return set_field(ctx, link, link->source, source->id, csm_id_value((*out)->id));
    }
    if (!csm_is_nil(csm_row_get(*out, csm_field_in((*out)->table, link->field))))
        return csm_error_field(&ctx->err, CSM_E_REJECTED, link->decl->name, "this %s is linked already", link->linked->name);
    frame = csm_frame_enter(ctx, link->plugin, true, link->decl->name);
    return csm_frame_leave(ctx, frame, set_field(ctx, link, link->linked, (*out)->id, csm_id_value(source->id)), "task link",
                           link->decl->name);
}

static csm_status remove_link(csm_ctx *ctx, const csm_mlink *link, const csm_row *source, csm_value given)
{
    const csm_mfield *field = csm_field_in(source->table, link->field);
    csm_frame frame;
    csm_row *linked;

    if (link->decl->direction == CSM_LINK_FORWARD) {
        if (field == NULL || csm_is_nil(csm_row_get(source, field)))
            return csm_ctx_fail(ctx, CSM_E_REJECTED, "nothing is linked");
        return set_field(ctx, link, link->source, source->id, csm_nil());
    }
    CSM_TRY(find_linked(ctx, link, given, &linked));
    if (!csm_id_eq(csm_value_id(csm_row_get(linked, csm_field_in(linked->table, link->field))), source->id))
        return csm_error_field(&ctx->err, CSM_E_REJECTED, link->decl->name, "this %s is not linked here", link->linked->name);
    frame = csm_frame_enter(ctx, link->plugin, true, link->decl->name);
    return csm_frame_leave(ctx, frame, set_field(ctx, link, link->linked, linked->id, csm_nil()), "task link", link->decl->name);
}

csm_status csm_link_run(csm_ctx *ctx, const csm_mmethod *method, csm_value given, csm_reply *reply)
{
    const csm_mlink *link = method->link;
    const csm_value *arg = csm_map_get(&given, "id");
    csm_row *source, *row = NULL;
    csm_id id;

    if (arg == NULL || arg->type != CSM_T_TEXT || !csm_id_parse(arg->s, &id))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "id", "argument \"id\": 32 hex digits of a %s", link->source->name);
    CSM_TRY(find_source(ctx, link, id, &source));
    if (method->verb == CSM_LINK_CREATE)
        CSM_TRY(create(ctx, link, source, given, &row));
    else if (method->verb == CSM_LINK_ASSOCIATE)
        CSM_TRY(associate(ctx, link, source, given, &row));
    else
        CSM_TRY(remove_link(ctx, link, source, given));
    CSM_TRY(csm_row_find(ctx, row != NULL ? link->linked : link->source, row != NULL ? row->id : id, &row));
    if (row == NULL)
        return csm_ctx_fail(ctx, CSM_E_INTERNAL, "the linked record went while it was linked");
    return csm_reply_row(ctx, reply, row);
}
