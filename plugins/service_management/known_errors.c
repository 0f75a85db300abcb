/* Known errors: the article that tells how to live with a problem. Its cases are told in their notes by the task link; a
 * customer reads the article only where knowledge lets him. Source: DOMAIN 4.6. */
#include "service_management.h"

#define PROBLEM "problem"
#define ARTICLE "kb_knowledge"

typedef struct tying {
    csm_id problem, article;
} tying;

static csm_status tie(csm_ctx *ctx, void *arg)
{
    const tying *t = arg;
    csm_record *problem, *article;

    CSM_TRY(csm_record_get(ctx, ARTICLE, t->article, &article));
    CSM_TRY(csm_record_set_bool(ctx, article, "is_known_error", true));
    if (csm_id_is_none(csm_record_ref(ctx, article, "source")))
        CSM_TRY(csm_record_set_ref(ctx, article, "source", t->problem));
    CSM_TRY(csm_record_update(ctx, article));
    CSM_TRY(csm_record_get(ctx, PROBLEM, t->problem, &problem));
    CSM_TRY(csm_record_set_bool(ctx, problem, "known_error", true));
    CSM_TRY(csm_record_set_ref(ctx, problem, "known_error_article", t->article));
    return csm_record_update(ctx, problem);
}

csm_status tie_known_error_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    tying t = { .problem = csm_arg_id(ctx, in, 0), .article = csm_arg_id(ctx, in, 1) };
    csm_record *problem, *article;

    CSM_TRY(csm_record_get_open(ctx, PROBLEM, t.problem, &problem));
    CSM_TRY(csm_record_get(ctx, ARTICLE, t.article, &article));
    CSM_TRY(csm_as_plugin(ctx, tie, &t));
    CSM_TRY(csm_record_get(ctx, PROBLEM, t.problem, &problem));
    return csm_reply_record(ctx, out, problem);
}

/* With the caller's own rights: he writes in that base. */
static csm_status write_article(csm_ctx *ctx, const csm_record *problem, csm_id base, csm_record **out)
{
    csm_str text = csm_printf(ctx, "Cause\n%.*s\n\nWorkaround\n%.*s", CSM_STR_FMT(csm_record_text(ctx, problem, "cause_notes")),
                              CSM_STR_FMT(csm_record_text(ctx, problem, "workaround")));

    if (text.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_create(ctx, ARTICLE, out));
    CSM_TRY(csm_record_set(ctx, *out, "short_description", csm_record_value(ctx, problem, "short_description")));
    CSM_TRY(csm_record_set_text(ctx, *out, "text", text));
    CSM_TRY(csm_record_set_ref(ctx, *out, "kb_knowledge_base", base));
    CSM_TRY(csm_record_set_ref(ctx, *out, "source", csm_record_id(ctx, problem)));
    CSM_TRY(csm_record_set(ctx, *out, "article_type", csm_ctext("known_error")));
    return csm_record_insert(ctx, *out);
}

csm_status create_known_error_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    tying t = { .problem = csm_arg_id(ctx, in, 0) };
    csm_record *problem, *article;

    CSM_TRY(csm_record_get_open(ctx, PROBLEM, t.problem, &problem));
    CSM_TRY(write_article(ctx, problem, csm_arg_id(ctx, in, 1), &article));
    t.article = csm_record_id(ctx, article);
    CSM_TRY(csm_as_plugin(ctx, tie, &t));
    CSM_TRY(csm_record_get(ctx, ARTICLE, t.article, &article));
    return csm_reply_record(ctx, out, article);
}
