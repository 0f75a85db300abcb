/* Articles on tasks: attached with a work note and a draft for the customer, who sees the link once it is posted and the
 * article once he may read it; told again when the article changes. Source: DOMAIN 2.10, 7.4. */
#include "knowledge.h"

#define PAGE 50u
#define SAID_MAX 4000

/* ---- attaching ---- */

typedef struct attaching {
    csm_id article, task, attached;
} attaching;

static csm_status is_attached(csm_ctx *ctx, const attaching *a, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, ATTACHED, &q));
    csm_query_where(ctx, q, "task", CSM_OP_EQ, csm_id_value(a->task));
    csm_query_where(ctx, q, "kb_knowledge", CSM_OP_EQ, csm_id_value(a->article));
    return csm_query_any(ctx, q, out);
}

static csm_status attach(csm_ctx *ctx, void *arg)
{
    attaching *a = arg;
    csm_record *article, *row, *task;
    csm_str name, note;
    bool there;

    CSM_TRY(is_attached(ctx, a, &there));
    if (there)
        return csm_fail_field(ctx, CSM_E_EXISTS, "id", "the article is attached already");
    CSM_TRY(csm_record_get(ctx, ARTICLE, a->article, &article));
    CSM_TRY(csm_record_get(ctx, "task", a->task, &task));
    name = csm_printf(ctx, "%.*s: %.*s", CSM_STR_FMT(csm_record_text(ctx, article, "number")),
                      CSM_STR_FMT(csm_record_text(ctx, article, "short_description")));
    note = csm_printf(ctx, "Article attached: %.*s", CSM_STR_FMT(name));
    if (name.ptr == NULL || note.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_create(ctx, ATTACHED, &row));
    CSM_TRY(csm_record_set_ref(ctx, row, "kb_knowledge", a->article));
    CSM_TRY(csm_record_set_ref(ctx, row, "task", a->task));
    CSM_TRY(csm_record_set_text(ctx, row, "draft", csm_printf(ctx, "This article may help you. %.*s", CSM_STR_FMT(name))));
    CSM_TRY(csm_record_insert(ctx, row));
    a->attached = csm_record_id(ctx, row);
    CSM_TRY(csm_record_set_int(ctx, article, "use_count", csm_record_int(ctx, article, "use_count") + 1));
    CSM_TRY(csm_record_update(ctx, article));
    CSM_TRY(csm_record_set_text(ctx, task, "work_notes", note));
    return csm_record_update(ctx, task);
}

static csm_status attach_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    attaching a = { .article = csm_arg_id(ctx, in, 0), .task = csm_arg_id(ctx, in, 1) };
    csm_record *article, *task, *row;

    CSM_TRY(csm_record_get(ctx, ARTICLE, a.article, &article));
    CSM_TRY(csm_record_get_open(ctx, "task", a.task, &task));
    CSM_TRY(csm_as_plugin(ctx, attach, &a));
    CSM_TRY(csm_record_get(ctx, ATTACHED, a.attached, &row));
    return csm_reply_record(ctx, out, row);
}

/* ---- telling the customer ---- */

static csm_status mark_posted(csm_ctx *ctx, void *arg)
{
    csm_record *row;

    CSM_TRY(csm_record_get(ctx, ATTACHED, *(csm_id *)arg, &row));
    CSM_TRY(csm_record_set(ctx, row, "posted_at", csm_time_value(csm_now(ctx))));
    CSM_TRY(csm_record_set_ref(ctx, row, "posted_by", csm_caller_user(ctx)));
    return csm_record_update(ctx, row);
}

/* What customers may not read at all is not announced to them. */
static csm_status check_published(csm_ctx *ctx, csm_id id)
{
    csm_record *article;
    csm_value last;

    CSM_TRY(csm_record_get(ctx, ARTICLE, id, &article));
    last = csm_record_value(ctx, article, "valid_to");
    if (csm_str_is(csm_record_text(ctx, article, "workflow_state"), "published") &&
        (csm_is_nil(last) || last.i >= csm_now(ctx) / CSM_DAY))
        return CSM_OK;
    return csm_fail(ctx, CSM_E_STATE, "the article is not published, or no longer holds");
}

static csm_status post_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_id id = csm_arg_id(ctx, in, 0);
    csm_str words = csm_arg_text(ctx, in, 1);
    csm_record *row, *task;

    CSM_TRY(csm_record_get(ctx, ATTACHED, id, &row));
    CSM_TRY(csm_record_get_open(ctx, "task", csm_record_ref(ctx, row, "task"), &task));
    if (csm_record_time(ctx, row, "posted_at") != 0)
        return csm_fail(ctx, CSM_E_STATE, "the customer was told already");
    CSM_TRY(check_published(ctx, csm_record_ref(ctx, row, "kb_knowledge")));
    CSM_TRY(csm_record_set_text(ctx, task, "comments", words.len > 0 ? words : csm_record_text(ctx, row, "draft")));
    CSM_TRY(csm_record_update(ctx, task));
    CSM_TRY(csm_as_plugin(ctx, mark_posted, &id));
    CSM_TRY(csm_record_get(ctx, ATTACHED, id, &row));
    return csm_reply_record(ctx, out, row);
}

static const csm_param attach_params[] = {
    CSM_PARAM_ID("id", .table = ARTICLE, .doc = "The article"),
    CSM_PARAM_ID("task", .table = "task", .doc = "What it helps with"),
};
static const csm_param post_params[] = {
    CSM_PARAM_ID("id", .table = ATTACHED, .doc = "The attached article, as knowledge.attach answers it"),
    CSM_PARAM("comments", CSM_T_TEXT, .max = SAID_MAX, .doc = "What the customer is told; absent: the draft"),
};
static const csm_param base_params[] = { CSM_PARAM_ID("id", .table = BASE, .doc = "The base") };

const csm_method knowledge_methods[KNOWLEDGE_METHODS] = {
    { .name = "knowledge.attach", .params = CSM_ARRAY(attach_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .since = 1, .run = attach_method,
      .doc = "Attaches an article to a task: a work note, and a draft for the customer, who sees nothing yet; answers the link" },
    { .name = "knowledge.post", .params = CSM_ARRAY(post_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES, .since = 1,
      .run = post_method, .doc = "Tells the customer of an attached article in a comment; from then on he sees the link" },
    { .name = "knowledge.limit_to_internal", .params = CSM_ARRAY(base_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = ADMIN, .since = 1, .run = limit_to_internal_method, .doc = "Nobody from outside reads the base any more" },
};

/* ---- the article changes ---- */

static csm_status tell_later(csm_ctx *ctx, csm_id article, csm_str text)
{
    csm_pair pairs[] = { { CSM_STR_INIT("article"), csm_id_value(article) }, { CSM_STR_INIT("text"), csm_text(text) },
                         { CSM_STR_INIT("after"), csm_nil() } };
    csm_str hex = csm_id_text(ctx, article), key;
    int64_t number;

    CSM_TRY(csm_counter_next(ctx, "knowledge.told", &number)); /* each change is told, also while another is */
    key = csm_printf(ctx, "%.*s %lld", CSM_STR_FMT(hex), (long long)number);
    if (hex.ptr == NULL || key.ptr == NULL || text.ptr == NULL)
        return CSM_E_NOMEM;
    return csm_job_start(ctx, JOB_TELL, key.ptr, csm_now(ctx), csm_map(pairs, 3));
}

static csm_status article_changed(csm_ctx *ctx, csm_change *ch)
{
    csm_record *article = csm_change_record(ctx, ch);
    csm_str number = csm_record_text(ctx, article, "number"), title = csm_record_text(ctx, article, "short_description");

    if (csm_change_touches(ctx, ch, "workflow_state"))
        return tell_later(ctx, csm_change_id(ctx, ch),
                          csm_printf(ctx, "Attached article is now %.*s: %.*s: %.*s",
                                     CSM_STR_FMT(csm_record_display(ctx, article, "workflow_state")), CSM_STR_FMT(number),
                                     CSM_STR_FMT(title)));
    return tell_later(ctx, csm_change_id(ctx, ch),
                      csm_printf(ctx, "Attached article was changed: %.*s: %.*s", CSM_STR_FMT(number), CSM_STR_FMT(title)));
}

static csm_status tell_task(csm_ctx *ctx, csm_id id, csm_value text)
{
    csm_record *task;

    CSM_TRY(csm_record_find(ctx, "task", id, &task));
    if (task == NULL || !csm_record_bool(ctx, task, "active"))
        return CSM_OK;
    CSM_TRY(csm_record_set(ctx, task, "work_notes", text));
    return csm_record_update(ctx, task);
}

csm_status tell_tasks(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_value *article = csm_map_get(&args, "article"), *text = csm_map_get(&args, "text");
    const csm_value *after = csm_map_get(&args, "after");
    csm_id last = { { 0 } };
    uint32_t told = 0;
    csm_record *row;
    csm_query *q;
    csm_status st;

    if (article == NULL || text == NULL || after == NULL)
        return csm_fail(ctx, CSM_E_INTERNAL, "the job's arguments are not its own");
    CSM_TRY(csm_query_open(ctx, ATTACHED, &q));
    csm_query_where(ctx, q, "kb_knowledge", CSM_OP_EQ, *article);
    csm_query_page(ctx, q, "sys_id", csm_value_id(*after), PAGE);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        last = csm_record_id(ctx, row);
        told++;
        if ((st = tell_task(ctx, csm_record_ref(ctx, row, "task"), *text)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    *more = st == CSM_OK && told == PAGE;
    if (*more) {
        *next_args = csm_map(NULL, 0);
        CSM_TRY(csm_map_add(ctx, next_args, "article", *article));
        CSM_TRY(csm_map_add(ctx, next_args, "text", *text));
        CSM_TRY(csm_map_add(ctx, next_args, "after", csm_id_value(last)));
    }
    return st;
}

/* ---- what belongs together ---- */

static csm_status check_category(csm_ctx *ctx, csm_change *ch)
{
    csm_record *category;

    CSM_TRY(csm_record_find(ctx, CATEGORY, csm_change_new_ref(ctx, ch, "kb_category"), &category));
    if (category == NULL || csm_id_eq(csm_record_ref(ctx, category, "kb_knowledge_base"),
                                      csm_change_new_ref(ctx, ch, "kb_knowledge_base")))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "kb_category", "field \"kb_category\": a category of another base");
}

static csm_status check_parent(csm_ctx *ctx, csm_change *ch)
{
    csm_record *parent;

    CSM_TRY(csm_record_find(ctx, CATEGORY, csm_change_new_ref(ctx, ch, "parent"), &parent));
    if (parent == NULL || csm_id_eq(csm_record_ref(ctx, parent, "kb_knowledge_base"),
                                    csm_change_new_ref(ctx, ch, "kb_knowledge_base")))
        return CSM_OK;
    return csm_fail_field(ctx, CSM_E_REJECTED, "parent", "field \"parent\": a category of another base");
}

const csm_rule knowledge_rules[KNOWLEDGE_RULES] = {
    { .table = ARTICLE, .when = CSM_BEFORE_WRITE, .order = 50, .filter = "kb_categoryISNOTEMPTY", .run = check_category,
      .name = "knowledge.category", .doc = "An article's category is of its base" },
    { .table = CATEGORY, .when = CSM_BEFORE_WRITE, .order = 50, .filter = "parentISNOTEMPTY", .run = check_parent,
      .name = "knowledge.parent", .doc = "Categories lie under one of their base" },
    { .table = ARTICLE, .when = CSM_AFTER_UPDATE,
      .filter = "short_descriptionCHANGES^NQtextCHANGES^NQworkflow_stateCHANGES", .run = article_changed,
      .name = "knowledge.changed", .doc = "Tasks an article hangs on are told that it changed" },
};
