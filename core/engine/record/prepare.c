/* What the model keeps as text becomes what the engine runs: filters of rules, scopes and transitions, and what transitions
 * set. All problems are listed, each with its plugin. */
#include "engine/engine.h"
#include "engine/record/activate.h"
#include "engine/rule/change.h"

typedef struct preparing {
    csm_registry *reg;
    csm_problem **end;
    csm_error *err;
    bool failed;               /* out of memory: the list is not complete */
} preparing;

static void complain(preparing *p, const csm_mplugin *plugin, const char *what, const char *name, const csm_error *why)
{
    csm_problem *problem = csm_arena_zalloc(p->reg->arena, sizeof(*problem));

    if (why->code == CSM_E_NOMEM || problem == NULL) {
        p->failed = true;
        return;
    }
    problem->plugin = plugin->id;
    problem->text = csm_arena_printf(p->reg->arena, "%s \"%s\": %s", what, name, why->message);
    p->failed = p->failed || problem->text.ptr == NULL;
    *p->end = problem;
    p->end = &problem->next;
}

static void complain_of(void *user, const csm_mplugin *plugin, const char *fmt, ...)
{
    preparing *p = user;
    csm_problem *problem = csm_arena_zalloc(p->reg->arena, sizeof(*problem));
    csm_error why = { 0 };
    va_list args;

    va_start(args, fmt);
    csm_error_vset(&why, CSM_E_INVALID, fmt, args);
    va_end(args);
    if (problem != NULL)
        problem->text = csm_arena_str(p->reg->arena, csm_str_of(why.message));
    if (problem == NULL || problem->text.ptr == NULL) {
        p->failed = true;
        return;
    }
    problem->plugin = plugin->id;
    *p->end = problem;
    p->end = &problem->next;
}

/* As the last commit left the store. */
static csm_status compare_lineage(preparing *p, csm_engine *engine)
{
    csm_lineage_check check = { p->reg, complain_of, p };
    csm_snap *snap = NULL;
    csm_status st;

    CSM_TRY(csm_snap_new(engine->store, &snap, p->err));
    st = csm_snap_renew(snap, p->err);
    if (st == CSM_OK)
        st = csm_lineage_compare(&check, csm_snap_view(snap), p->err);
    csm_snap_free(snap);
    return st;
}

static void *compile(preparing *p, const csm_mplugin *plugin, const csm_mtable *table, const char *text, bool changes,
                     const char *what, const char *name)
{
    csm_filter_options options = { .trusted = true, .changes = changes };
    csm_filter filter = { 0 };
    csm_error err = { 0 };

    if (text == NULL || text[0] == '\0')
        return NULL;
    if (csm_filter_parse(p->reg, table, csm_str_of(text), options, p->reg->arena, &filter, &err) != CSM_OK)
        complain(p, plugin, what, name, &err);
    return (void *)(uintptr_t)filter.expr;
}

static void prepare_table(preparing *p, csm_mtable *table)
{
    for (uint32_t when = 0; when < CSM_WHEN_COUNT; when++) {
        for (uint32_t n = 0; n < table->rule_count[when]; n++) {
            csm_mrule *rule = &table->rules[when][n];

            rule->filter = compile(p, rule->plugin, table, rule->decl->filter, true, "filter of rule", rule->name);
        }
    }
    for (uint32_t n = 0; n < table->scope_count; n++) {
        csm_mscope *scope = &table->scopes[n];

        scope->filter = compile(p, scope->plugin, table, scope->decl->filter, false, "scope on table", table->name);
    }
}

static void prepare_model(preparing *p, csm_mstate_model *model)
{
    for (uint32_t n = 0; n < model->timed_count; n++)
        model->timed[n].filter =
            compile(p, model->plugin, model->table, model->timed[n].decl->filter, false, "timed state of", model->table->name);
    for (uint32_t n = 0; n < model->transition_count; n++) {
        csm_mtransition *t = &model->transitions[n];
        csm_assign_list *sets;
        csm_error err = { 0 };

        t->filter = compile(p, model->plugin, model->table, t->decl->filter, false, "filter of transition", t->decl->name);
        if (t->decl->sets == NULL)
            continue;
        sets = csm_arena_zalloc(p->reg->arena, sizeof(*sets));
        if (sets == NULL) {
            p->failed = true;
            return;
        }
        if (csm_assign_parse(model->table, csm_str_of(t->decl->sets), p->reg->arena, sets, &err) != CSM_OK)
            complain(p, model->plugin, "what transition sets", t->decl->name, &err);
        t->sets = sets;
    }
}

static void prepare_link(preparing *p, csm_mlink *link)
{
    const csm_task_link *decl = link->decl;

    if (link->field == NULL)
        return;
    link->may_create = compile(p, link->plugin, link->source, decl->may_create, false, "may_create of task link", decl->name);
    link->may_associate =
        compile(p, link->plugin, link->linked, decl->may_associate, false, "may_associate of task link", decl->name);
    link->told = compile(p, link->plugin, link->source, decl->told, false, "told of task link", decl->name);
    link->released = compile(p, link->plugin, link->linked, decl->released, false, "released of task link", decl->name);
    for (uint32_t n = 0; n < decl->notes.count; n++)
        link->notes[n] = compile(p, link->plugin, link->linked, decl->notes.items[n].filter, true, "note of task link",
                                 decl->name);
}

static void prepare_rollup(preparing *p, csm_mrollup *rollup)
{
    const csm_rollup *decl = rollup->decl;

    if (rollup->parent == NULL)
        return;
    rollup->open = compile(p, rollup->plugin, rollup->child, decl->open, false, "open of roll-up", decl->child);
    rollup->parent_filter =
        compile(p, rollup->plugin, rollup->parent, decl->parent_filter, false, "parent_filter of roll-up", decl->child);
    for (uint32_t n = 0; n < decl->steps.count; n++) {
        const csm_rollup_step *step = &decl->steps.items[n];

        rollup->any[n] = compile(p, rollup->plugin, rollup->child, step->any, false, "step of roll-up", decl->child);
        rollup->none[n] = compile(p, rollup->plugin, rollup->child, step->none, false, "step of roll-up", decl->child);
    }
}

csm_status csm_engine_prepare(csm_engine *engine, csm_registry *reg, csm_problem **problems, csm_error *err)
{
    preparing p = { .reg = reg, .end = problems, .err = err };

    while (*p.end != NULL)
        p.end = &(*p.end)->next;
    if (reg->engine == NULL)
        reg->engine = csm_arena_zalloc(reg->arena, sizeof(struct csm_engine_part));
    if (reg->engine == NULL)
        return csm_error_nomem(err);
    CSM_TRY(compare_lineage(&p, engine));
    for (uint32_t n = 0; n < reg->table_count; n++)
        prepare_table(&p, reg->tables[n]);
    for (uint32_t n = 0; n < reg->model_count; n++)
        prepare_model(&p, &reg->models[n]);
    for (uint32_t n = 0; n < reg->link_count; n++)
        prepare_link(&p, &reg->links[n]);
    for (uint32_t n = 0; n < reg->rollup_count; n++)
        prepare_rollup(&p, &reg->rollups[n]);
    if (p.failed)
        return csm_error_nomem(err);
    if (*problems != NULL)
        return csm_error_set(err, CSM_E_INVALID, "plugin %s: %.*s", (*problems)->plugin, CSM_STR_FMT((*problems)->text));
    return CSM_OK;
}
