/* Knowledge about products: what a base and an article are about, what a case lacks, and what is related to a case. */
#include "customer_service.h"

static const csm_field base_fields[] = {
    CSM_LIST("related_products", "cmdb_model", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "What the base is about"),
};
const csm_table_ext customer_service_exts[CUSTOMER_SERVICE_EXTS] = {
    { .table = "kb_knowledge_base", .fields = CSM_ARRAY(base_fields) },
};

const csm_task_link customer_service_links[CUSTOMER_SERVICE_LINKS] = {
    { .name = "knowledge_gap", .source = "sn_customerservice_case", .linked = "kb_feedback_task", .field = "parent",
      .direction = CSM_LINK_BACK, .methods = "case", .role = "knowledge", .copies = "short_description",
      .params = "short_description,description,assigned_to,assignment_group", .required = "short_description",
      .source_note = "work_notes", .linked_note = "work_notes", .aside = true,
      .doc = "An article that would have helped is missing" },
};

/* ---- what is related to a case ---- */

/* A map of some fields, as the caller may see them, added to the list. */
static csm_status add_fields(csm_ctx *ctx, csm_value *list, const csm_record *rec, const char *const *fields, size_t count)
{
    csm_value map = csm_map(NULL, 0);

    CSM_TRY(csm_map_add(ctx, &map, "sys_id", csm_id_value(csm_record_id(ctx, rec))));
    for (size_t n = 0; n < count; n++)
        CSM_TRY(csm_map_add(ctx, &map, fields[n], csm_record_value(ctx, rec, fields[n])));
    return csm_list_add(ctx, list, map);
}

static csm_status add_article(csm_ctx *ctx, csm_value *list, csm_id id)
{
    static const char *const fields[] = { "number", "short_description" };
    csm_record *article;
    bool published;

    CSM_TRY(csm_record_find(ctx, "kb_knowledge", id, &article));
    if (article == NULL)
        return CSM_OK;
    CSM_TRY(csm_record_matches(ctx, article, "workflow_state=published", &published));
    return published ? add_fields(ctx, list, article, fields, sizeof(fields) / sizeof(fields[0])) : CSM_OK;
}

static csm_status add_articles(csm_ctx *ctx, csm_value product, int64_t limit, csm_value *list)
{
    csm_query *q;
    csm_record *row;
    csm_status st = CSM_OK;

    CSM_TRY(csm_query_open(ctx, "m2m_kb_product", &q));
    csm_query_where(ctx, q, "product", CSM_OP_EQ, product);
    while (list->count < limit && (st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if ((st = add_article(ctx, list, csm_record_ref(ctx, row, "kb_knowledge"))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

static csm_status add_cases(csm_ctx *ctx, csm_value product, csm_id own, int64_t limit, csm_value *list)
{
    static const char *const fields[] = { "number", "short_description", "resolution_code", "close_notes", "resolved_at" };
    csm_query *q;
    csm_record *row;
    csm_status st = CSM_OK;

    CSM_TRY(csm_query_open(ctx, "sn_customerservice_case", &q));
    csm_query_where(ctx, q, "product", CSM_OP_EQ, product);
    csm_query_filter(ctx, q, "stateIN6,3");
    csm_query_order(ctx, q, "resolved_at", CSM_DESC);
    csm_query_limit(ctx, q, (uint32_t)limit + 1);
    while (list->count < limit && (st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        if (!csm_id_eq(csm_record_id(ctx, row), own) &&
            (st = add_fields(ctx, list, row, fields, sizeof(fields) / sizeof(fields[0]))) != CSM_OK)
            break;
    csm_query_close(ctx, q);
    return st;
}

csm_status case_related_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_value articles = csm_list(NULL, 0), cases = csm_list(NULL, 0), answer = csm_map(NULL, 0), product;
    csm_id id = csm_arg_id(ctx, in, 0);
    int64_t limit = csm_arg_int(ctx, in, 1);
    csm_record *rec;

    CSM_TRY(csm_record_get(ctx, "sn_customerservice_case", id, &rec));
    product = csm_record_value(ctx, rec, "product");
    if (!csm_is_nil(product)) {
        CSM_TRY(add_articles(ctx, product, limit, &articles));
        CSM_TRY(add_cases(ctx, product, id, limit, &cases));
    }
    CSM_TRY(csm_map_add(ctx, &answer, "articles", articles));
    CSM_TRY(csm_map_add(ctx, &answer, "cases", cases));
    return csm_reply_value(ctx, out, answer);
}
