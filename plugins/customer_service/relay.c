/* The content of a work note for the customer. What technical support says reaches him this way alone: an agent relays it,
 * in his words or as it is, each note once. Source: DOMAIN 4.2. */
#include "customer_service.h"

#define NOTES_MAX 1000u

typedef struct relaying {
    csm_id source, note;
    csm_str text, key;
} relaying;

static csm_status find_note(csm_ctx *ctx, const csm_record *from, csm_id note, csm_str *out)
{
    csm_value notes;

    CSM_TRY(csm_record_journal(ctx, from, "work_notes", NOTES_MAX, &notes));
    for (uint32_t n = 0; n < notes.count; n++) {
        const csm_value *id = csm_map_get(&notes.list[n], "sys_id"), *text = csm_map_get(&notes.list[n], "text");

        if (id != NULL && text != NULL && csm_id_eq(csm_value_id(*id), note)) {
            *out = csm_value_text(*text);
            return CSM_OK;
        }
    }
    return csm_fail_field(ctx, CSM_E_NOT_FOUND, "note", "the case has no such work note");
}

static csm_status mark(csm_ctx *ctx, void *arg)
{
    const relaying *r = arg;
    csm_record *row;
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, "sn_customerservice_relayed_note", &q));
    csm_query_where(ctx, q, "note", CSM_OP_EQ, csm_text(r->key));
    CSM_TRY(csm_query_next(ctx, q, &row));
    csm_query_close(ctx, q);
    if (row != NULL)
        return csm_fail_field(ctx, CSM_E_STATE, "note", "the customer was told of this note already");
    CSM_TRY(csm_record_create(ctx, "sn_customerservice_relayed_note", &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "case", r->source));
    CSM_TRY(csm_record_set_text(ctx, row, "note", r->key));
    CSM_TRY(csm_record_set_text(ctx, row, "comment", r->text));
    CSM_TRY(csm_record_set_ref(ctx, row, "relayed_by", csm_caller_user(ctx)));
    return csm_record_insert(ctx, row);
}

csm_status case_relay_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str words = csm_arg_text(ctx, in, 2), prefix = csm_property_text(ctx, "csm.case.relay_prefix", "From our technical team: ");
    relaying r = { .source = csm_arg_id(ctx, in, 0), .note = csm_arg_id(ctx, in, 1) };
    csm_record *rec;
    csm_str note;

    CSM_TRY(csm_record_get(ctx, "sn_customerservice_case", r.source, &rec));
    CSM_TRY(find_note(ctx, rec, r.note, &note));
    r.text = csm_printf(ctx, "%.*s%.*s", CSM_STR_FMT(prefix), CSM_STR_FMT(words.len > 0 ? words : note));
    r.key = csm_id_text(ctx, r.note);
    if (r.text.ptr == NULL || r.key.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_as_plugin(ctx, mark, &r));
    CSM_TRY(csm_record_set_text(ctx, rec, "comments", r.text));
    CSM_TRY(csm_record_update(ctx, rec));
    CSM_TRY(csm_record_get(ctx, "sn_customerservice_case", r.source, &rec));
    return csm_reply_record(ctx, out, rec);
}
