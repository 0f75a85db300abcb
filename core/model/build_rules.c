/* Rule chains per table and moment, and derived fields. */
#include "model/build.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

#define ORDER_DEFAULT 100

/* A rule while it is sorted, with the table it was declared on (NULL: every table). */
struct entry {
    csm_mrule rule;
    const csm_mtable *table;
    uint32_t position;
};

static int by_order(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->rule.order != y->rule.order)
        return x->rule.order < y->rule.order ? -1 : 1;
    if (x->rule.plugin->position != y->rule.plugin->position)
        return x->rule.plugin->position < y->rule.plugin->position ? -1 : 1;
    return x->position < y->position ? -1 : x->position > y->position;
}

/* The moments a declared one stands for. */
static bool holds_at(uint32_t declared, uint32_t when)
{
    if (declared == CSM_BEFORE_WRITE)
        return when == CSM_BEFORE_INSERT || when == CSM_BEFORE_UPDATE;
    if (declared == CSM_AFTER_WRITE)
        return when == CSM_AFTER_INSERT || when == CSM_AFTER_UPDATE;
    return declared == when;
}

static csm_status collect(csm_build *b, const csm_mplugin *plugin, struct entry *entries, uint32_t *count)
{
    for (uint32_t n = 0; n < plugin->decl->rules.count; n++) {
        const csm_rule *decl = &plugin->decl->rules.items[n];
        struct entry *e = &entries[*count];
        csm_str made = { 0 };

        if (decl->name == NULL)
            made = csm_arena_printf(b->arena, "%s %u", plugin->id, n + 1);
        if (decl->name == NULL && made.ptr == NULL)
            return csm_build_nomem(b);
        *e = (struct entry){ .rule = { .decl = decl, .plugin = plugin, .order = decl->order }, .position = n };
        e->rule.name = decl->name != NULL ? decl->name : made.ptr;
        if (e->rule.order == 0)
            e->rule.order = ORDER_DEFAULT;
        if (decl->run == NULL || decl->when < CSM_BEFORE_INSERT || decl->when > CSM_AFTER_WRITE) {
            csm_build_problem(b, plugin, "rule \"%s\": %s", e->rule.name,
                              decl->run == NULL ? "has no code" : "its moment is unknown");
            continue;
        }
        if (decl->table == NULL || strcmp(decl->table, "*") != 0) {
            char where[CSM_BUILD_WHERE];

            (void)snprintf(where, sizeof(where), "rule \"%s\"", e->rule.name);
            e->table = csm_build_find_table(b, plugin, where, decl->table);
            if (e->table == NULL)
                continue;
        }
        (*count)++;
    }
    return CSM_OK;
}

static csm_status chain(csm_build *b, csm_mtable *table, uint32_t when, const struct entry *entries, uint32_t count)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < count; n++)
        most += holds_at(entries[n].rule.decl->when, when);
    if (most == 0)
        return CSM_OK;
    table->rules[when] = csm_build_array(b, most, sizeof(csm_mrule));
    if (table->rules[when] == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < count; n++) {
        if (!holds_at(entries[n].rule.decl->when, when) ||
            (entries[n].table != NULL && !csm_mtable_is_a(table, entries[n].table)))
            continue;
        table->rules[when][table->rule_count[when]++] = entries[n].rule;
    }
    return CSM_OK;
}

csm_status csm_build_rules(csm_build *b)
{
    uint32_t most = 0, count = 0;
    csm_status st = CSM_OK;
    struct entry *entries;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->rules.count;
    entries = csm_mem_array(most, sizeof(*entries));
    if (entries == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; st == CSM_OK && n < b->reg->plugin_count; n++)
        st = collect(b, &b->reg->plugins[n], entries, &count);
    qsort(entries, count, sizeof(*entries), by_order);
    for (uint32_t n = 0; st == CSM_OK && n < b->table_count; n++)
        for (uint32_t when = CSM_BEFORE_INSERT; st == CSM_OK && when <= CSM_ASYNC_DELETE; when++)
            st = chain(b, b->reg->tables[n], when, entries, count);
    csm_mem_free(entries);
    return st;
}

/* ---- derived fields ---- */

#define INPUTS_MAX 8

/* What each kind demands of its inputs: how many, whether the first is a reference, whether it must be indexed
 * (the rows that follow a change are found through it). */
static const struct {
    const char *name;
    uint32_t least, most;
    bool reference;
    bool indexed;
} kinds[] = {
    [CSM_DERIVE_RUN] = { "run", 0, INPUTS_MAX, false, false },
    [CSM_DERIVE_COPY] = { "copy", 1, 1, true, true },
    [CSM_DERIVE_PATH] = { "path", 2, 2, true, true },
    [CSM_DERIVE_JOIN] = { "join", 1, INPUTS_MAX, false, false },
    [CSM_DERIVE_SINGLE] = { "single", 1, INPUTS_MAX, false, true },
};

static void check_kind(csm_build *b, const char *where, csm_mderived *d)
{
    const csm_derived *decl = d->decl;
    const csm_mfield *first = d->inputs[0];

    if (decl->kind == CSM_DERIVE_COPY && first->ref != NULL) {
        d->source = csm_build_find_field(b, d->plugin, where, first->ref, csm_str_of(decl->source_field));
        if (d->source != NULL && d->source->type != d->field->type)
            csm_build_problem(b, d->plugin, "%s: source \"%s\" has another type", where, decl->source_field);
    }
    if (decl->kind == CSM_DERIVE_PATH && first->ref != NULL && !csm_mtable_is_a(d->table, first->ref))
        csm_build_problem(b, d->plugin, "%s: \"%s\" does not refer to rows of the same kind", where, first->name);
    if (decl->kind == CSM_DERIVE_SINGLE && d->field->type != CSM_F_BOOL)
        csm_build_problem(b, d->plugin, "%s: only a yes/no field can be on one row only", where);
    if ((decl->kind == CSM_DERIVE_PATH || decl->kind == CSM_DERIVE_JOIN) && d->field->type != CSM_F_TEXT)
        csm_build_problem(b, d->plugin, "%s: needs a text field", where);
    if (kinds[decl->kind].indexed && !decl->once && csm_build_serving_index(d->table, first) == NULL)
        csm_build_problem(b, d->plugin, "%s: input \"%s\" needs an index, the rows to follow a change are found by it",
                          where, first->name);
}

static void fill_derived(csm_build *b, const csm_mplugin *plugin, const csm_derived *decl, csm_mderived *d)
{
    uint32_t given = csm_build_list_count(decl->inputs);
    const csm_mfield *inputs[INPUTS_MAX] = { 0 };
    char where[CSM_BUILD_WHERE];

    *d = (csm_mderived){ .decl = decl, .plugin = plugin };
    (void)snprintf(where, sizeof(where), "derived field \"%s\" of \"%s\"", decl->field != NULL ? decl->field : "",
                   decl->table != NULL ? decl->table : "");
    d->table = csm_build_find_table(b, plugin, where, decl->table);
    if (d->table == NULL)
        return;
    d->field = csm_build_find_field(b, plugin, where, d->table, csm_str_of(decl->field));
    if (decl->kind < CSM_DERIVE_RUN || decl->kind > CSM_DERIVE_SINGLE) {
        csm_build_problem(b, plugin, "%s: kind %u is unknown", where, decl->kind);
        return;
    }
    if (given < kinds[decl->kind].least || given > kinds[decl->kind].most) {
        csm_build_problem(b, plugin, "%s: %s takes %u to %u inputs, not %u", where, kinds[decl->kind].name,
                          kinds[decl->kind].least, kinds[decl->kind].most, given);
        return;
    }
    csm_build_field_list(b, plugin, where, d->table, decl->inputs, inputs, &d->input_count);
    memcpy(d->inputs, inputs, sizeof(inputs));
    if (decl->kind == CSM_DERIVE_RUN && decl->run == NULL)
        csm_build_problem(b, plugin, "%s: has no code", where);
    if (d->field == NULL || d->input_count < kinds[decl->kind].least || d->input_count == 0)
        return;
    if (kinds[decl->kind].reference && d->inputs[0]->type != CSM_F_REF) {
        csm_build_problem(b, plugin, "%s: input \"%s\" is no reference", where, d->inputs[0]->name);
        return;
    }
    check_kind(b, where, d);
}

static bool copies_from(const csm_mderived *d, const csm_mtable *table)
{
    return d->decl->kind == CSM_DERIVE_COPY && !d->decl->once && d->source != NULL &&
           csm_mtable_is_a(table, d->inputs[0]->ref);
}

static csm_status hand_out(csm_build *b, csm_mtable *table)
{
    table->derived = csm_build_array(b, b->reg->derived_count, sizeof(csm_mderived *));
    table->copies_out = csm_build_array(b, b->reg->derived_count, sizeof(csm_mderived *));
    if (table->derived == NULL || table->copies_out == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->derived_count; n++) {
        csm_mderived *d = &b->reg->derived[n];

        if (d->table != NULL && d->field != NULL && csm_mtable_is_a(table, d->table))
            table->derived[table->derived_count++] = d;
        if (copies_from(d, table))
            table->copies_out[table->copies_out_count++] = d;
    }
    return CSM_OK;
}

csm_status csm_build_derived(csm_build *b)
{
    uint32_t most = 0;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->derived.count;
    b->reg->derived = csm_build_array(b, most, sizeof(*b->reg->derived));
    if (b->reg->derived == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        for (uint32_t m = 0; m < b->reg->plugins[n].decl->derived.count; m++)
            fill_derived(b, &b->reg->plugins[n], &b->reg->plugins[n].decl->derived.items[m],
                         &b->reg->derived[b->reg->derived_count++]);
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(hand_out(b, b->reg->tables[n]));
    return CSM_OK;
}
