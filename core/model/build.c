/* Runs the phases that compile declarations into a registry, and what the phases share: problems, names, look-ups. */
#include "model/build.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>

/* ---- problems ---- */

void csm_build_problem(csm_build *b, const csm_mplugin *plugin, const char *fmt, ...)
{
    csm_problem *problem = csm_arena_zalloc(b->problem_arena, sizeof(*problem));
    va_list args;

    b->problem_count++;
    if (problem == NULL) {
        b->nomem = true;
        return;
    }
    va_start(args, fmt);
    problem->text = csm_arena_vprintf(b->problem_arena, fmt, args);
    va_end(args);
    if (problem->text.ptr == NULL)
        b->nomem = true;
    problem->plugin = plugin->id;
    *b->problems_end = problem;
    b->problems_end = &problem->next;
}

void *csm_build_array(csm_build *b, size_t count, size_t size)
{
    return csm_arena_array(b->arena, count > 0 ? count : 1, size);
}

csm_status csm_build_nomem(csm_build *b)
{
    return csm_error_nomem(b->err);
}

/* ---- names ---- */

static bool name_char(char c, bool first)
{
    if ((c >= 'a' && c <= 'z') || c == '_')
        return true;
    return !first && ((c >= '0' && c <= '9') || c == '.');
}

bool csm_build_name(csm_build *b, const csm_mplugin *plugin, const char *where, const char *what, const char *name)
{
    size_t len = name != NULL ? strlen(name) : 0;
    bool good = len > 0 && len <= 80;

    for (size_t n = 0; good && n < len; n++)
        good = name_char(name[n], n == 0);
    if (!good)
        csm_build_problem(b, plugin, "%s%s\"%s\" is no %s name: at most 80 of a-z, 0-9, _ and ., no digit first",
                          where, where[0] != '\0' ? ": " : "", name != NULL ? name : "", what);
    return good;
}

const char *csm_build_wire_name(csm_build *b, const csm_mplugin *plugin, const char *name, char separator)
{
    size_t len = strlen(plugin->id);
    csm_str s;

    if (!plugin->third_party || name == NULL || (strncmp(name, plugin->id, len) == 0 && name[len] == separator))
        return name != NULL ? name : "";
    s = csm_arena_printf(b->arena, "%s%c%s", plugin->id, separator, name);
    return s.ptr;
}

bool csm_build_next(csm_str *rest, csm_str *part)
{
    while (csm_str_split(rest, ',', part)) {
        *part = csm_str_trim(*part);
        if (part->len > 0)
            return true;
    }
    return false;
}

uint32_t csm_build_list_count(const char *list)
{
    csm_str rest = csm_str_of(list), part;
    uint32_t count = 0;

    while (csm_build_next(&rest, &part))
        count++;
    return count;
}

/* ---- look-ups ---- */

/* A third party's own names carry its prefix: what the author probably meant when he left it out. */
static const char *prefixed(const csm_mplugin *plugin, csm_str name, char buf[CSM_BUILD_WHERE])
{
    if (!plugin->third_party)
        return NULL;
    (void)snprintf(buf, CSM_BUILD_WHERE, "%s_%.*s", plugin->id, CSM_STR_FMT(name));
    return buf;
}

static void unknown(csm_build *b, const csm_mplugin *plugin, const char *where, const char *what, csm_str name,
                    const char *nearest)
{
    if (nearest != NULL)
        csm_build_problem(b, plugin, "%s: unknown %s \"%.*s\"; did you mean \"%s\"?", where, what, CSM_STR_FMT(name),
                          nearest);
    else
        csm_build_problem(b, plugin, "%s: unknown %s \"%.*s\"", where, what, CSM_STR_FMT(name));
}

const csm_mtable *csm_build_find_table(csm_build *b, const csm_mplugin *plugin, const char *where, const char *name)
{
    csm_str s = csm_str_of(name);
    const csm_mtable *table = csm_registry_table(b->reg, s);
    char buf[CSM_BUILD_WHERE];
    const char *near;

    if (table != NULL)
        return table;
    near = prefixed(plugin, s, buf);
    if (near == NULL || csm_registry_table(b->reg, csm_str_of(near)) == NULL)
        near = csm_registry_nearest_table(b->reg, s);
    unknown(b, plugin, where, "table", s, near);
    return NULL;
}

const csm_mfield *csm_build_find_field(csm_build *b, const csm_mplugin *plugin, const char *where,
                                       const csm_mtable *table, csm_str name)
{
    const csm_mfield *field = csm_mtable_field(table, name);
    char buf[CSM_BUILD_WHERE], what[CSM_BUILD_WHERE];
    const char *near;

    if (field != NULL)
        return field;
    near = prefixed(plugin, name, buf);
    if (near == NULL || csm_mtable_field(table, csm_str_of(near)) == NULL)
        near = csm_mtable_nearest_field(table, name);
    (void)snprintf(what, sizeof(what), "field of \"%s\"", table->name);
    unknown(b, plugin, where, what, name, near);
    return NULL;
}

const csm_mrole *csm_build_find_role(csm_build *b, const csm_mplugin *plugin, const char *where, csm_str name)
{
    const csm_mrole *role = csm_registry_role(b->reg, name);

    if (role == NULL)
        unknown(b, plugin, where, "role", name, csm_registry_nearest_role(b->reg, name));
    return role;
}

void csm_build_check_roles(csm_build *b, const csm_mplugin *plugin, const char *where, const char *roles)
{
    csm_str rest = csm_str_of(roles), part;

    while (csm_build_next(&rest, &part))
        (void)csm_build_find_role(b, plugin, where, part);
}

void csm_build_field_list(csm_build *b, const csm_mplugin *plugin, const char *where, const csm_mtable *table,
                          const char *list, const csm_mfield **out, uint32_t *count)
{
    csm_str rest = csm_str_of(list), part;

    while (csm_build_next(&rest, &part)) {
        const csm_mfield *field = csm_build_find_field(b, plugin, where, table, part);
        bool seen = field == NULL;

        for (uint32_t n = 0; !seen && n < *count; n++)
            seen = out[n] == field;
        if (!seen)
            out[(*count)++] = field;
    }
}

void csm_build_columns(csm_build *b, const csm_mplugin *plugin, const char *where, const csm_mtable *table,
                       const char *list, csm_mcolumn *out, uint32_t max, uint32_t *count)
{
    csm_str rest = csm_str_of(list), part;

    *count = 0;
    while (csm_build_next(&rest, &part)) {
        bool descending = part.ptr[0] == '-';
        const csm_mfield *field;

        if (descending)
            part = csm_str_trim((csm_str){ part.ptr + 1, part.len - 1 });
        field = csm_build_find_field(b, plugin, where, table, part);
        if (field == NULL)
            continue;
        if (*count == max) {
            csm_build_problem(b, plugin, "%s: more than %u columns", where, max);
            return;
        }
        out[(*count)++] = (csm_mcolumn){ field, descending };
    }
}

const csm_mindex *csm_build_serving_index(const csm_mtable *table, const csm_mfield *field)
{
    const csm_mindex *best = NULL;

    for (uint32_t n = 0; n < table->index_count; n++) {
        const csm_mindex *index = &table->indexes[n];

        if (index->column_count > 0 && index->columns[0].field->pos == field->pos &&
            (best == NULL || index->column_count < best->column_count))
            best = index;
    }
    return best;
}

/* ---- the build ---- */

static csm_status (*const phases[])(csm_build *b) = {
    csm_build_tables,       csm_build_fields,      csm_build_indexes,       csm_build_inbound,
    csm_build_roles,        csm_build_field_rights, csm_build_scopes,       csm_build_rules,
    csm_build_derived,      csm_build_states,      csm_build_links,         csm_build_rollups,
    csm_build_methods,      csm_build_points,      csm_build_jobs,          csm_build_subscribers,
    csm_build_caller_values, csm_build_data,
};

static csm_status run_phases(csm_build *b)
{
    for (size_t n = 0; n < sizeof(phases) / sizeof(phases[0]); n++)
        CSM_TRY(phases[n](b));
    if (b->nomem)
        return csm_build_nomem(b);
    if (b->problem_count > 0)
        return csm_error_set(b->err, CSM_E_INVALID, "%u problem%s in declarations; plugin \"%s\": %.*s",
                             b->problem_count, b->problem_count > 1 ? "s" : "", b->problems->plugin,
                             CSM_STR_FMT(b->problems->text));
    /* Numbers are kept for ever, so only a registry that stands gets them. */
    return csm_build_numbers(b);
}

csm_status csm_registry_build(const csm_mplugin *plugins, uint32_t count, const csm_number_source *numbers,
                              csm_arena *arena, csm_registry **out, csm_problem **problems, csm_error *err)
{
    csm_build b = { .problem_arena = arena, .numbers = numbers, .err = err };
    csm_status st;

    b.problems_end = &b.problems;
    b.reg = csm_registry_alloc();
    b.by_name = csm_strmap_new();
    if (b.reg == NULL || b.by_name == NULL) {
        st = csm_build_nomem(&b);
        goto out;
    }
    b.arena = b.reg->arena;
    b.reg->plugins = csm_build_array(&b, count, sizeof(*plugins));
    if (b.reg->plugins == NULL) {
        st = csm_build_nomem(&b);
        goto out;
    }
    if (count > 0)
        memcpy(b.reg->plugins, plugins, count * sizeof(*plugins));
    b.reg->plugin_count = count;
    st = run_phases(&b);
out:
    csm_strmap_free(b.by_name);
    if (problems != NULL)
        *problems = b.problems;
    if (st != CSM_OK) {
        csm_registry_destroy(b.reg);
        return st;
    }
    *out = b.reg;
    return CSM_OK;
}
