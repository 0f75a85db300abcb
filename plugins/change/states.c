/* The life cycles of changes and change tasks. Source: DOMAIN 4.5. */
#include "change.h"

#define CLOSURE "closed_at=@now^closed_by=@me"
#define NOTES "work_notes,comments"
#define OF_TYPE "this step is not part of the life cycle of changes of this type"

/* ---- guards and effects ---- */

static csm_status not_on_hold(csm_ctx *ctx, csm_change *ch)
{
    if (!csm_change_new_bool(ctx, ch, "on_hold"))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_STATE, "on_hold", "the change is on hold; it goes on when the hold is lifted");
}

static csm_status may_begin(csm_ctx *ctx, csm_change *ch)
{
    csm_value start = csm_change_new(ctx, ch, "start_date");

    CSM_TRY(not_on_hold(ctx, ch));
    if (start.type == CSM_T_TIME && start.i > csm_now(ctx))
        return csm_fail_field(ctx, CSM_E_STATE, "start_date", "the change may not begin before its planned start");
    return CSM_OK;
}

/* The implementer agrees with the window. */
static csm_status confirm_dates(csm_ctx *ctx, csm_change *ch)
{
    const csm_record *rec = csm_change_record(ctx, ch);
    csm_str note = csm_printf(ctx, "Dates confirmed: %.*s to %.*s", CSM_STR_FMT(csm_record_display(ctx, rec, "start_date")),
                              CSM_STR_FMT(csm_record_display(ctx, rec, "end_date")));

    return note.ptr != NULL ? csm_change_set(ctx, ch, "work_notes", csm_text(note)) : CSM_E_NOMEM;
}

static csm_status forget_request(csm_ctx *ctx, csm_change *ch)
{
    if (!csm_str_is(csm_change_new_text(ctx, ch, "approval"), "requested"))
        return CSM_OK;
    return csm_change_set(ctx, ch, "approval", csm_ctext("not requested"));
}

/* ---- states ---- */

static const csm_state states[] = {
    { "-5", CSM_STATE_INITIAL }, { "-4", 0 }, { "-3", 0 }, { "-2", 0 }, { "-1", 0 }, { "0", 0 },
    { "3", CSM_STATE_CLOSED },   { "4", CSM_STATE_CLOSED },
};

#define STEP(n, from_, to_, f, d) { .name = (n), .from = (from_), .to = (to_), .roles = WRITE_ROLE, .filter = (f), \
                                    .filter_message = OF_TYPE, .required = "assignment_group", .fields = NOTES,     \
                                    .guard = not_on_hold, .doc = (d) }

static const csm_transition transitions[] = {
    STEP("assess", "-5", "-4", "type=normal", "Its risk and plan are looked at"),
    STEP("authorize", "-4", "-3", "type=normal", "Waits for those who decide"),
    STEP("authorize", "-5", "-3", "type=emergency", "Waits for those who decide"),
    STEP("schedule", "-3", "-2", "typeINnormal,emergency", "Waits for its window"),
    STEP("schedule", "-5", "-2", "type=standard", "Approved beforehand; waits for its window"),
    { .name = "implement", .from = "-2", .to = "-1", .roles = WRITE_ROLE, .fields = NOTES, .sets = "work_start=@now",
      .guard = may_begin, .doc = "Is carried out" },
    { .name = "review", .from = "-1", .to = "0", .roles = WRITE_ROLE, .fields = NOTES, .sets = "work_end=@now",
      .guard = not_on_hold, .doc = "Is done and looked at" },
    { .name = "close", .from = "0", .to = "3", .roles = WRITE_ROLE, .required = "close_code,close_notes", .fields = NOTES,
      .sets = CLOSURE, .guard = not_on_hold, .doc = "Nothing more is to be done" },
    { .name = "cancel", .from = "-5,-4,-3,-2,-1", .to = "4", .roles = WRITE_ROLE, .fields = NOTES ",close_notes",
      .sets = "on_hold=false^on_hold_reason=^" CLOSURE, .doc = "Is not wanted any more" },
    { .name = "revert", .from = "-4,-3", .to = "-5", .roles = WRITE_ROLE, .fields = NOTES,
      .sets = "on_hold=false^on_hold_reason=", .guard = forget_request,
      .doc = "Begins anew; approvals asked for end" },
    { .name = "confirm_dates", .from = "-5,-4,-3,-2", .filter = "assigned_to=@me^NQassignment_group=@my_groups",
      .filter_message = "only the implementer confirms the dates", .required = "start_date,end_date", .guard = confirm_dates,
      .doc = "The implementer agrees with the planned window" },
};

static const csm_state task_states[] = {
    { "-5", CSM_STATE_INITIAL }, { "1", CSM_STATE_INITIAL }, { "2", 0 }, { "3", CSM_STATE_INACTIVE }, { "4", CSM_STATE_INACTIVE },
};
static const csm_transition task_transitions[] = {
    { .name = "open", .from = "-5", .to = "1", .roles = WRITE_ROLE, .doc = "Is ready to be worked on" },
    { .name = "start", .from = "-5,1", .to = "2", .roles = WRITE_ROLE, .fields = NOTES, .doc = "Is worked on" },
    { .name = "close", .from = "1,2", .to = "3", .roles = WRITE_ROLE, .required = "close_code", .fields = NOTES ",close_notes",
      .sets = CLOSURE, .doc = "Done" },
    { .name = "cancel", .from = "-5,1,2", .to = "4", .roles = WRITE_ROLE, .fields = NOTES ",close_notes", .sets = CLOSURE,
      .doc = "Was not needed" },
};

const csm_state_model change_states[CHANGE_STATES] = {
    { .table = "change_request", .field = "state", .states = CSM_ARRAY(states), .transitions = CSM_ARRAY(transitions),
      .methods = "change", .active = "active" },
    { .table = "change_task", .field = "state", .states = CSM_ARRAY(task_states), .transitions = CSM_ARRAY(task_transitions),
      .methods = "change_task", .active = "active" },
};

/* ---- rules ---- */

csm_status change_hold(csm_ctx *ctx, csm_change *ch)
{
    int64_t state = csm_change_new_int(ctx, ch, "state");

    if (!csm_change_new_bool(ctx, ch, "on_hold"))
        return csm_change_old_bool(ctx, ch, "on_hold") ? csm_change_set(ctx, ch, "on_hold_reason", csm_nil()) : CSM_OK;
    if (state == CHANGE_NEW || state == CHANGE_CLOSED || state == CHANGE_CANCELED)
        return csm_fail_field(ctx, CSM_E_REJECTED, "on_hold", "field \"on_hold\": a change in this state does not wait");
    if (csm_change_new_text(ctx, ch, "on_hold_reason").len == 0)
        return csm_fail_field(ctx, CSM_E_INVALID, "on_hold_reason", "field \"on_hold_reason\": a change on hold says why");
    return CSM_OK;
}

csm_status change_type(csm_ctx *ctx, csm_change *ch)
{
    csm_id template = csm_change_new_ref(ctx, ch, "std_change_producer");
    bool standard = csm_str_is(csm_change_new_text(ctx, ch, "type"), "standard");
    csm_record *row;

    if (csm_change_get_op(ctx, ch) == CSM_UPDATING && csm_change_touches(ctx, ch, "type") &&
        csm_change_old_int(ctx, ch, "state") != CHANGE_NEW)
        return csm_fail_field(ctx, CSM_E_REJECTED, "type", "field \"type\": the change is under way; only in New it becomes another");
    if (!standard)
        return CSM_OK;
    if (csm_id_is_none(template))
        return csm_fail_field(ctx, CSM_E_INVALID, "std_change_producer", "a standard change needs a template");
    if (!csm_change_touches(ctx, ch, "std_change_producer"))
        return CSM_OK;
    CSM_TRY(csm_record_find(ctx, "std_change_producer", template, &row));
    if (row != NULL && !csm_record_bool(ctx, row, "active"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "std_change_producer", "the template is not active");
    return CSM_OK;
}

csm_status change_dates(csm_ctx *ctx, csm_change *ch)
{
    csm_value start = csm_change_new(ctx, ch, "start_date"), end = csm_change_new(ctx, ch, "end_date");

    if (start.type == CSM_T_TIME && end.type == CSM_T_TIME && end.i < start.i)
        return csm_fail_field(ctx, CSM_E_REJECTED, "end_date", "field \"end_date\": the change would end before it begins");
    return CSM_OK;
}

/* Only where a decision is waited for does a refusal lead back. */
csm_status change_rejected(csm_ctx *ctx, csm_change *ch)
{
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, "change_request", csm_change_id(ctx, ch), &rec));
    return csm_transition_run(ctx, rec, "revert", NULL);
}
