/* Requests that repeat, each about another record, and what their answers must hold. */
#include "bench.h"

#include <string.h>

#define CASE "sn_customerservice_case"
#define PAD_MAX 16384u
#define LIST_FIELDS "number,short_description,priority,state,assigned_to,opened_at"

/* ---- one case ---- */

static void id_of(const world *wd, uint32_t msgid, char out[HEX_ID])
{
    case_id(mix_number(msgid + UINT64_C(1)) % wd->cases, out);
}

static bool make_get(void *user, uint32_t msgid, csm_buf *out)
{
    static const char filling[PAD_MAX];
    const get_source *g = user;
    char id[HEX_ID];
    csm_writer w = request_open(out, msgid, "record.get", 2u + (g->fields != NULL) + (g->pad > 0));

    id_of(g->wd, msgid, id);
    request_text(&w, "table", CASE);
    request_id(&w, "id", id);
    if (g->fields != NULL)
        request_text(&w, "fields", g->fields);
    if (g->pad > 0) {
        csm_write_cstr(&w, "pad");
        csm_write_bytes(&w, (csm_str){ filling, g->pad < PAD_MAX ? g->pad : PAD_MAX });
    }
    return true;
}

static void check_get(void *user, uint32_t msgid, csm_str result)
{
    const get_source *g = user;
    char id[HEX_ID];

    id_of(g->wd, msgid, id);
    if (memmem(result.ptr, result.len, id, HEX_ID) == NULL)
        die("record.get answered another record");
}

drive_source source_get(get_source *g)
{
    return (drive_source){ make_get, check_get, g };
}

/* ---- one page ---- */

static bool make_page(void *user, uint32_t msgid, csm_buf *out)
{
    const page_source *p = user;
    const char *value = p->values[mix_number(msgid + UINT64_C(1)) % p->value_count];
    csm_writer w = request_open(out, msgid, "record.query", p->after != NULL ? 5 : 4);
    char query[160];

    snprintf(query, sizeof(query), "%s%.32s%s", p->query_start, value, p->query_end);
    request_text(&w, "table", CASE);
    request_text(&w, "query", query);
    request_text(&w, "fields", LIST_FIELDS);
    request_int(&w, "limit", p->rows);
    if (p->after != NULL)
        request_text(&w, "after", p->after);
    return true;
}

static void check_page(void *user, uint32_t msgid, csm_str result)
{
    const page_source *p = user;
    csm_reader r = { (const uint8_t *)result.ptr, (const uint8_t *)result.ptr + result.len };
    csm_head map, key, rows;

    (void)msgid;
    if (!csm_reader_next(&r, &map) || !csm_reader_next(&r, &key) || !csm_reader_next(&r, &rows) ||
        rows.type != CSM_T_LIST || rows.count != p->rows)
        die("record.query answered another page than one of %u rows", p->rows);
}

drive_source source_page(page_source *p)
{
    return (drive_source){ make_page, check_page, p };
}
