/* Child cases: whoever comes to a major case or leaves it, both are told; while he is there the links with technical support
 * are the major case's. Source: DOMAIN 4.7, 4.10, 4.11. */
#include "major_issue.h"

static csm_status find_major(csm_ctx *ctx, csm_id id, csm_record **out)
{
    *out = NULL;
    if (csm_id_is_none(id))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, CASE, id, out));
    if (*out != NULL && !is_in_state(ctx, *out, "accepted"))
        *out = NULL;
    return CSM_OK;
}

static csm_str note_about(csm_ctx *ctx, csm_str number, const char *what)
{
    return csm_printf(ctx, "%.*s %s", CSM_STR_FMT(number), what);
}

/* ---- coming and going ---- */

static csm_status check_joining(csm_ctx *ctx, csm_change *ch, const csm_record *major)
{
    int64_t state = csm_change_new_int(ctx, ch, "state");
    csm_str own = csm_change_new_text(ctx, ch, "major_case_state");

    if (!csm_record_bool(ctx, major, "active"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "parent", "the major case is closed");
    if (csm_str_is(own, "accepted") || csm_str_is(own, "proposed"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "parent", "a major case or candidate is no child case");
    if (state == CASE_CLOSED || state == CASE_CANCELLED)
        return csm_fail_field(ctx, CSM_E_REJECTED, "parent", "a closed case does not become a child case");
    return CSM_OK;
}

csm_status child_joins(csm_ctx *ctx, csm_change *ch)
{
    bool was = csm_change_old_bool(ctx, ch, "sync_driver");
    csm_record *major;
    csm_str note;

    CSM_TRY(find_major(ctx, csm_change_new_ref(ctx, ch, "parent"), &major));
    if ((was || major != NULL) && csm_change_by_client(ctx, ch) && !csm_caller_has_role(ctx, MANAGERS))
        return csm_fail_field(ctx, CSM_E_DENIED, "parent", "child cases of a major case are managed with role %s", MANAGERS);
    if (major != NULL && !csm_change_is_import(ctx, ch))
        CSM_TRY(check_joining(ctx, ch, major));
    CSM_TRY(csm_change_set(ctx, ch, "sync_driver", csm_bool(major != NULL)));
    if (csm_change_get_op(ctx, ch) == CSM_INSERTING || (!was && major == NULL))
        return CSM_OK;
    note = major != NULL ? note_about(ctx, csm_record_text(ctx, major, "number"), "is its major case now")
                         : CSM_STR("No child case of a major case any more");
    return note.ptr != NULL ? csm_change_set(ctx, ch, "work_notes", csm_text(note)) : CSM_E_NOMEM;
}

static csm_status tell_major(csm_ctx *ctx, csm_id id, csm_str number, const char *what, int64_t by)
{
    csm_record *major;
    csm_str note = note_about(ctx, number, what);

    CSM_TRY(find_major(ctx, id, &major));
    if (major == NULL)
        return CSM_OK;
    if (note.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_set_int(ctx, major, "child_case_count", csm_record_int(ctx, major, "child_case_count") + by));
    CSM_TRY(csm_record_set_text(ctx, major, "work_notes", note));
    return csm_record_update(ctx, major);
}

/* Children that a run makes are counted and noted by the run. */
csm_status child_moved(csm_ctx *ctx, csm_change *ch)
{
    csm_change_op op = csm_change_get_op(ctx, ch);
    bool gone = op == CSM_DELETING;
    csm_str number = gone ? csm_change_old_text(ctx, ch, "number") : csm_change_new_text(ctx, ch, "number");

    if (csm_change_old_bool(ctx, ch, "sync_driver"))
        CSM_TRY(tell_major(ctx, csm_change_old_ref(ctx, ch, "parent"), number, gone ? "was deleted" : "is no child case any more", -1));
    if (gone || !csm_change_new_bool(ctx, ch, "sync_driver") ||
        (op == CSM_INSERTING && csm_change_new_bool(ctx, ch, "child_case_creation_progress")))
        return CSM_OK;
    return tell_major(ctx, csm_change_new_ref(ctx, ch, "parent"), number, "is a child case now", 1);
}

/* ---- while it is a child ---- */

/* Of a child that outlives its major case they are its own again. */
csm_status child_links(csm_ctx *ctx, csm_change *ch)
{
    static const char *const links[] = { "incident", "problem", "change", "caused_by" };
    csm_record *major;

    if (!csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch))
        return CSM_OK;
    CSM_TRY(find_major(ctx, csm_change_new_ref(ctx, ch, "parent"), &major));
    if (major == NULL || !csm_record_bool(ctx, major, "active"))
        return CSM_OK;
    for (size_t n = 0; n < sizeof(links) / sizeof(links[0]); n++)
        if (csm_table_has_field(ctx, csm_change_table(ctx, ch), links[n]) && csm_change_touches(ctx, ch, links[n]))
            return csm_fail_field(ctx, CSM_E_REJECTED, links[n], "field \"%s\": of a child case, it is the major case's", links[n]);
    return CSM_OK;
}

static bool is_noted(csm_ctx *ctx, const csm_change *ch)
{
    return csm_change_touches(ctx, ch, "work_notes") && csm_change_by_client(ctx, ch) && !csm_change_is_import(ctx, ch) &&
           csm_change_transition(ctx, ch) == NULL && !csm_change_touches(ctx, ch, "parent");
}

csm_status child_noted(csm_ctx *ctx, csm_change *ch)
{
    return is_noted(ctx, ch) ? csm_change_set(ctx, ch, "needs_attention", csm_bool(true)) : CSM_OK;
}

static bool is_customers_word(csm_ctx *ctx, const csm_change *ch)
{
    csm_id me = csm_caller_user(ctx);

    if (!csm_change_touches(ctx, ch, "comments") || !csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch))
        return false;
    return csm_caller_is_external(ctx) || csm_id_eq(me, csm_change_new_ref(ctx, ch, "internal_contact")) ||
           csm_id_eq(me, csm_change_new_ref(ctx, ch, "requested_by"));
}

/* The child keeps what was said; the major case shows that somebody should look. */
csm_status child_heard(csm_ctx *ctx, csm_change *ch)
{
    csm_record *major;

    if (!is_customers_word(ctx, ch) && !is_noted(ctx, ch))
        return CSM_OK;
    CSM_TRY(find_major(ctx, csm_change_new_ref(ctx, ch, "parent"), &major));
    if (major == NULL || !csm_record_bool(ctx, major, "active") || csm_record_bool(ctx, major, "needs_attention"))
        return CSM_OK;
    CSM_TRY(csm_record_set_bool(ctx, major, "needs_attention", true));
    return csm_record_update(ctx, major);
}

/* ---- adding those there are, taking one away ---- */

typedef struct joining {
    csm_id major, id;
    csm_str number; /* empty: not readable */
} joining;

static csm_status join(csm_ctx *ctx, void *arg)
{
    joining *j = arg;
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, CASE, j->id, &rec));
    j->number = csm_record_text(ctx, rec, "number");
    if (csm_id_eq(csm_record_ref(ctx, rec, "parent"), j->major))
        return csm_fail(ctx, CSM_E_EXISTS, "it is one already");
    if (csm_record_bool(ctx, rec, "sync_driver"))
        return csm_fail(ctx, CSM_E_REJECTED, "it is a child of another major case");
    CSM_TRY(csm_record_set_ref(ctx, rec, "parent", j->major));
    return csm_record_update(ctx, rec);
}

static csm_status join_result(csm_ctx *ctx, const joining *j, const csm_failure *failure, csm_value *list)
{
    csm_value one = csm_map(NULL, 0);
    bool added = failure->code == CSM_OK;

    CSM_TRY(csm_map_add(ctx, &one, "id", csm_id_value(j->id)));
    CSM_TRY(csm_map_add(ctx, &one, "number", j->number.len > 0 ? csm_text(j->number) : csm_nil()));
    CSM_TRY(csm_map_add(ctx, &one, "added", csm_bool(added)));
    CSM_TRY(csm_map_add(ctx, &one, "reason", added ? csm_nil() : csm_text(failure->message)));
    return csm_list_add(ctx, list, one);
}

static csm_status accepted_case(csm_ctx *ctx, csm_id id, csm_record **out)
{
    CSM_TRY(csm_record_get_open(ctx, CASE, id, out));
    return is_in_state(ctx, *out, "accepted") ? CSM_OK : csm_fail(ctx, CSM_E_STATE, "the case is no major case");
}

/* With the caller's rights. Each case is a step of its own: those that cannot be added do not hinder the others. */
csm_status add_children_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value ids = csm_arg(ctx, in, 1), cases = csm_list(NULL, 0), answer = csm_map(NULL, 0);
    csm_record *major;
    uint32_t added = 0;
    csm_str text;

    CSM_TRY(accepted_case(ctx, csm_arg_id(ctx, in, 0), &major));
    for (uint32_t n = 0; n < ids.count; n++) {
        joining j = { .major = csm_arg_id(ctx, in, 0), .id = csm_value_id(ids.list[n]) };
        csm_failure failure;

        CSM_TRY(csm_savepoint_attempt(ctx, join, &j, &failure));
        added += failure.code == CSM_OK;
        CSM_TRY(join_result(ctx, &j, &failure, &cases));
    }
    text = added == 0 ? CSM_STR("none") : added == ids.count ? CSM_STR("all added") : csm_printf(ctx, "%u of %u", added, ids.count);
    if (text.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_map_add(ctx, &answer, "result", csm_text(text)));
    CSM_TRY(csm_map_add(ctx, &answer, "added", csm_int(added)));
    CSM_TRY(csm_map_add(ctx, &answer, "cases", cases));
    return csm_reply_value(ctx, out, answer);
}

csm_status remove_child_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_record *rec;

    CSM_TRY(csm_record_get_open(ctx, CASE, csm_arg_id(ctx, in, 0), &rec));
    if (!csm_record_bool(ctx, rec, "sync_driver"))
        return csm_fail(ctx, CSM_E_STATE, "the case is no child of a major case");
    CSM_TRY(csm_record_set(ctx, rec, "parent", csm_nil()));
    CSM_TRY(csm_record_update(ctx, rec));
    return csm_reply_record(ctx, out, rec);
}
