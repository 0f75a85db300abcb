/* A growing list of ids in the arena of the call. */
#include "customer_base.h"

#define IDS_MAX 100000u

bool id_list_has(const id_list *list, csm_id id)
{
    for (uint32_t n = 0; n < list->count; n++)
        if (csm_id_eq(list->items[n].id, id))
            return true;
    return false;
}

csm_status id_list_add(csm_ctx *ctx, id_list *list, csm_id id)
{
    if (csm_id_is_none(id))
        return CSM_OK;
    if (list->count == list->room) {
        uint32_t room = list->room > 0 ? list->room * 2 : 16;
        csm_value *items;

        if (list->count >= IDS_MAX)
            return csm_fail(ctx, CSM_E_LIMIT, "more than %u accounts or people in one scope", IDS_MAX);
        items = csm_alloc(ctx, room * sizeof(*items));
        if (items == NULL)
            return CSM_E_NOMEM;
        if (list->count > 0)
            memcpy(items, list->items, list->count * sizeof(*items));
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = csm_id_value(id);
    return CSM_OK;
}

csm_status id_list_add_linked(csm_ctx *ctx, id_list *list, const char *table, const char *field, const id_list *from,
                              const char *filter, const char *take)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    if (from->count == 0)
        return CSM_OK;
    CSM_TRY(csm_query_open(ctx, table, &q));
    if (from->count == 1)
        csm_query_where(ctx, q, field, CSM_OP_EQ, from->items[0]);
    else
        csm_query_where(ctx, q, field, CSM_OP_IN, csm_list(from->items, from->count));
    if (filter != NULL)
        csm_query_filter(ctx, q, filter);
    csm_query_limit(ctx, q, IDS_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        csm_id id = strcmp(take, "sys_id") == 0 ? csm_record_id(ctx, row) : csm_record_ref(ctx, row, take);

        if ((st = id_list_add(ctx, list, id)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

csm_value id_list_value(const id_list *list)
{
    return csm_list(list->items, list->count);
}
