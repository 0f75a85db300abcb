/* Rows written in batches: what a figure needs to stand there. */
#include "bench.h"

#include <string.h>

csm_value as_hex(const char id[HEX_ID])
{
    return csm_text((csm_str){ id, HEX_ID });
}

void load_batch_add(load_batch *p, const char *table, const csm_pair *values, uint32_t count)
{
    uint32_t n = p->count++;

    memcpy(p->values[n], values, count * sizeof(*values));
    p->item[n][0] = (csm_pair){ CSM_STR("op"), csm_ctext("insert") };
    p->item[n][1] = (csm_pair){ CSM_STR("table"), csm_ctext(table) };
    p->item[n][2] = (csm_pair){ CSM_STR("values"), csm_map(p->values[n], count) };
    p->items[n] = csm_map(p->item[n], 3);
}

void load_batch_write(const world *wd, load_batch *p, char (*ids)[HEX_ID])
{
    csm_pair args[] = { { CSM_STR("items"), csm_list(p->items, p->count) } };
    csm_client_result *result = world_call(wd, "record.batch", csm_map(args, 1));
    const csm_value *rows = csm_client_result_value(result);

    for (uint32_t n = 0; n < p->count && ids != NULL; n++) {
        const csm_value *record = csm_map_get(&rows->list[n], "record"), *id = csm_map_get(record, "sys_id");

        if (id == NULL || id->type != CSM_T_TEXT || id->s.len != HEX_ID)
            die("record.batch answers no id");
        memcpy(ids[n], id->s.ptr, HEX_ID);
    }
    csm_client_result_free(result);
    p->count = 0;
}
