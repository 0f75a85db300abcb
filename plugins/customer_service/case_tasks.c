/* Case tasks: noted on their case, and whoever works one may read it. */
#include "customer_service.h"

static csm_status note_on_case(csm_ctx *ctx, csm_id id, csm_str note)
{
    csm_record *rec;

    CSM_TRY(csm_record_find(ctx, "sn_customerservice_case", id, &rec));
    if (rec == NULL || !csm_record_bool(ctx, rec, "active"))
        return CSM_OK; /* a closed case takes no notes */
    CSM_TRY(csm_record_set_text(ctx, rec, "work_notes", note));
    return csm_record_update(ctx, rec);
}

/* A closed case takes no more work. */
csm_status task_of_open_case(csm_ctx *ctx, csm_change *ch)
{
    csm_record *rec;

    if (!csm_change_by_client(ctx, ch) || csm_change_is_import(ctx, ch) || !csm_change_touches(ctx, ch, "parent_case"))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "sn_customerservice_case", csm_change_new_ref(ctx, ch, "parent_case"), &rec));
    if (rec == NULL || csm_record_bool(ctx, rec, "active"))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "parent_case", "field \"parent_case\": the case is closed");
}

csm_status task_noted(csm_ctx *ctx, csm_change *ch)
{
    csm_id parent = csm_change_new_ref(ctx, ch, "parent_case");
    csm_str number = csm_change_new_text(ctx, ch, "number"), note;
    bool made = csm_change_get_op(ctx, ch) == CSM_INSERTING;

    if (csm_id_is_none(parent))
        return CSM_OK;
    if (!made && (!csm_change_touches(ctx, ch, "active") || csm_change_new_bool(ctx, ch, "active")))
        return CSM_OK;
    note = csm_printf(ctx, "Case task %.*s %s: %.*s", CSM_STR_FMT(number), made ? "created" : "closed",
                      CSM_STR_FMT(csm_change_new_text(ctx, ch, "short_description")));
    if (note.ptr == NULL)
        return CSM_E_NOMEM;
    return note_on_case(ctx, parent, note);
}

/* ---- contributors ---- */

/* Whether another open task of the case has this person or group. */
static csm_status still_works(csm_ctx *ctx, csm_id parent, csm_id except, const char *field, csm_id who, bool *out)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    *out = false;
    CSM_TRY(csm_query_open(ctx, "sn_customerservice_task", &q));
    csm_query_where(ctx, q, "parent_case", CSM_OP_EQ, csm_id_value(parent));
    csm_query_where(ctx, q, field, CSM_OP_EQ, csm_id_value(who));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && !*out)
        *out = !csm_id_eq(csm_record_id(ctx, row), except);
    csm_query_close(ctx, q);
    return st;
}

/* The list of the case with @p gone taken out and @p come put in; *changed tells whether it differs. */
static csm_status exchange(csm_ctx *ctx, csm_value list, csm_id gone, csm_id come, csm_value *out, bool *changed)
{
    csm_value now = csm_list(NULL, 0);

    for (uint32_t n = 0; list.type == CSM_T_LIST && n < list.count; n++) {
        if (!csm_id_is_none(gone) && csm_id_eq(csm_value_id(list.list[n]), gone)) {
            *changed = true;
            continue;
        }
        CSM_TRY(csm_list_add(ctx, &now, list.list[n]));
    }
    if (!csm_id_is_none(come) && !csm_list_has(now, come)) {
        CSM_TRY(csm_list_add(ctx, &now, csm_id_value(come)));
        *changed = true;
    }
    *out = now;
    return CSM_OK;
}

typedef struct swap {
    const char *task_field, *case_field;
    csm_id gone, come;
} swap;

static csm_status keep_list(csm_ctx *ctx, const csm_change *ch, csm_record *parent, swap *s, bool *changed)
{
    csm_id id = csm_record_id(ctx, parent);
    bool works = false, differs = false;
    csm_value list;

    if (csm_id_eq(s->gone, s->come))
        s->gone = (csm_id){ { 0 } };
    if (!csm_id_is_none(s->gone))
        CSM_TRY(still_works(ctx, id, csm_change_id(ctx, ch), s->task_field, s->gone, &works));
    if (works)
        s->gone = (csm_id){ { 0 } };
    CSM_TRY(exchange(ctx, csm_record_value(ctx, parent, s->case_field), s->gone, s->come, &list, &differs));
    if (!differs)
        return CSM_OK;
    *changed = true;
    return csm_record_set(ctx, parent, s->case_field, list);
}

/* Agents see the case anyway; middle-office people see it while they have a task of it. */
static csm_id only_middle_office(csm_ctx *ctx, csm_id user)
{
    return !csm_id_is_none(user) && csm_user_has_role(ctx, user, "sn_customerservice.case_task_agent")
               ? user : (csm_id){ { 0 } };
}

csm_status task_contributors(csm_ctx *ctx, csm_change *ch)
{
    bool open = csm_change_new_bool(ctx, ch, "active"), changed = false;
    csm_id none = { { 0 } };
    swap people = { "assigned_to", "contributor_users",
                    only_middle_office(ctx, csm_change_old_ref(ctx, ch, "assigned_to")),
                    open ? only_middle_office(ctx, csm_change_new_ref(ctx, ch, "assigned_to")) : none };
    swap groups = { "assignment_group", "contributor_groups", csm_change_old_ref(ctx, ch, "assignment_group"),
                    open ? csm_change_new_ref(ctx, ch, "assignment_group") : none };
    csm_record *parent;

    if (!csm_change_touches(ctx, ch, "assigned_to") && !csm_change_touches(ctx, ch, "assignment_group") &&
        !csm_change_touches(ctx, ch, "active"))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "sn_customerservice_case", csm_change_new_ref(ctx, ch, "parent_case"), &parent));
    if (parent == NULL || !csm_record_bool(ctx, parent, "active"))
        return CSM_OK;
    CSM_TRY(keep_list(ctx, ch, parent, &people, &changed));
    CSM_TRY(keep_list(ctx, ch, parent, &groups, &changed));
    return changed ? csm_record_update(ctx, parent) : CSM_OK;
}
