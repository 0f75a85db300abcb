/* Roles and what they contain, further demands on single fields, scopes with their field sets. */
#include "model/build.h"

#include "base/map.h"
#include "base/str.h"

#include <stdio.h>

/* ---- roles ---- */

static csm_status add_role(csm_build *b, const csm_mplugin *plugin, const csm_role *decl)
{
    csm_mrole *role = &b->reg->roles[b->reg->role_count];
    const csm_mrole *same;

    if (!csm_build_name(b, plugin, "", "role", decl->name))
        return CSM_OK;
    same = csm_registry_role(b->reg, csm_str_of(decl->name));
    if (same != NULL) {
        csm_build_problem(b, plugin, "role \"%s\" is already declared by plugin \"%s\"", decl->name, same->plugin);
        return CSM_OK;
    }
    role->id = b->reg->role_count;
    role->name = decl->name;
    role->doc = decl->doc != NULL ? decl->doc : "";
    role->plugin = plugin->id;
    if (!csm_strmap_add(b->reg->role_by_name, csm_str_of(role->name), role))
        return csm_build_nomem(b);
    b->reg->role_count++;
    return CSM_OK;
}

static csm_status contain(csm_build *b, const csm_mplugin *plugin, const csm_role *decl)
{
    csm_mrole *role = csm_strmap_get(b->reg->role_by_name, csm_str_of(decl->name));
    csm_str rest = csm_str_of(decl->contains), part;
    char where[CSM_BUILD_WHERE];

    if (role == NULL || role->contains != NULL) /* a bad name or a second declaration, listed already */
        return CSM_OK;
    role->contains = csm_build_array(b, csm_build_list_count(decl->contains), sizeof(csm_mrole *));
    if (role->contains == NULL)
        return csm_build_nomem(b);
    (void)snprintf(where, sizeof(where), "role \"%s\": contains", role->name);
    while (csm_build_next(&rest, &part)) {
        const csm_mrole *inner = csm_build_find_role(b, plugin, where, part);

        if (inner != NULL)
            role->contains[role->contains_count++] = inner;
    }
    return CSM_OK;
}

/* Depth first; a role met while it is still open closes a circle. */
static void find_circle(csm_build *b, const csm_mrole *role, uint8_t *walk)
{
    enum { FRESH, OPEN, DONE };

    walk[role->id] = OPEN;
    for (uint32_t n = 0; n < role->contains_count; n++) {
        const csm_mrole *inner = role->contains[n];

        if (walk[inner->id] == OPEN) {
            const csm_mplugin *plugin = csm_registry_plugin(b->reg, csm_str_of(role->plugin));

            csm_build_problem(b, plugin, "role \"%s\" contains \"%s\", which contains it in turn", role->name,
                              inner->name);
        } else if (walk[inner->id] == FRESH) {
            find_circle(b, inner, walk);
        }
    }
    walk[role->id] = DONE;
}

static void elevate(csm_build *b, const csm_mplugin *plugin)
{
    csm_str rest = csm_str_of(plugin->decl->elevated), part;

    while (csm_build_next(&rest, &part)) {
        csm_mrole *role = csm_strmap_get(b->reg->role_by_name, part);

        if (role == NULL || strcmp(role->plugin, plugin->id) != 0)
            csm_build_problem(b, plugin, "elevated: \"%.*s\" is no role of this plugin", CSM_STR_FMT(part));
        else
            role->elevated = true;
    }
}

csm_status csm_build_roles(csm_build *b)
{
    uint32_t most = 0;
    uint8_t *walk;

    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        most += b->reg->plugins[n].decl->roles.count;
    b->reg->roles = csm_build_array(b, most, sizeof(*b->reg->roles));
    walk = csm_build_array(b, most, 1);
    if (b->reg->roles == NULL || walk == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        for (uint32_t m = 0; m < b->reg->plugins[n].decl->roles.count; m++)
            CSM_TRY(add_role(b, &b->reg->plugins[n], &b->reg->plugins[n].decl->roles.items[m]));
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        for (uint32_t m = 0; m < b->reg->plugins[n].decl->roles.count; m++)
            CSM_TRY(contain(b, &b->reg->plugins[n], &b->reg->plugins[n].decl->roles.items[m]));
    for (uint32_t n = 0; n < b->reg->role_count; n++)
        if (walk[n] == 0)
            find_circle(b, &b->reg->roles[n], walk);
    for (uint32_t n = 0; n < b->reg->plugin_count; n++)
        elevate(b, &b->reg->plugins[n]);
    return CSM_OK;
}

/* ---- field rights ---- */

static void demand(csm_build *b, const csm_mplugin *plugin, csm_mtable *table, const csm_field_right *right)
{
    char where[CSM_BUILD_WHERE];
    const csm_mfield *found;
    csm_mfield *field;

    (void)snprintf(where, sizeof(where), "right to a field of \"%s\"", table->name);
    found = csm_build_find_field(b, plugin, where, table, csm_str_of(right->field));
    if ((right->ops & (CSM_OP_READ | CSM_OP_WRITE)) == 0 || csm_build_list_count(right->roles) == 0)
        csm_build_problem(b, plugin, "%s: \"%s\" needs ops (read, write) and roles", where, right->field);
    csm_build_check_roles(b, plugin, where, right->roles);
    if (found == NULL)
        return;
    field = &table->fields[found->pos];
    if ((right->ops & CSM_OP_READ) != 0) {
        field->read_right = right;
        field->read_roles = csm_str_of(right->roles);
    }
    if ((right->ops & CSM_OP_WRITE) != 0) {
        field->write_right = right;
        field->write_roles = csm_str_of(right->roles);
    }
}

static void inherit_rights(csm_build_table *bt)
{
    for (uint32_t n = 0; bt->parent != NULL && n < bt->parent->table->field_count; n++) {
        const csm_mfield *above = &bt->parent->table->fields[n];
        csm_mfield *field = &bt->table->fields[n];

        field->read_right = above->read_right;
        field->read_roles = above->read_roles;
        field->write_right = above->write_right;
        field->write_roles = above->write_roles;
    }
}

/* A right to the same field and operation met before on this very table: two demands cannot both be kept. */
static bool demanded_twice(const csm_build *b, uint32_t plugin, uint32_t position)
{
    const csm_field_right *right = &b->reg->plugins[plugin].decl->field_rights.items[position];

    for (uint32_t n = 0; n <= plugin; n++) {
        const csm_plugin *decl = b->reg->plugins[n].decl;

        for (uint32_t m = 0; m < (n < plugin ? decl->field_rights.count : position); m++) {
            const csm_field_right *other = &decl->field_rights.items[m];

            if (other->table != NULL && other->field != NULL && (other->ops & right->ops) != 0 &&
                strcmp(other->table, right->table) == 0 && strcmp(other->field, right->field) == 0)
                return true;
        }
    }
    return false;
}

static void check_rights(csm_build *b)
{
    for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &b->reg->plugins[n];

        for (uint32_t m = 0; m < plugin->decl->field_rights.count; m++) {
            const csm_field_right *right = &plugin->decl->field_rights.items[m];

            if (csm_build_find_table(b, plugin, "field right", right->table) == NULL)
                continue;
            if (right->field == NULL)
                csm_build_problem(b, plugin, "right to a field of \"%s\": names no field", right->table);
            else if (demanded_twice(b, n, m))
                csm_build_problem(b, plugin, "right to a field of \"%s\": field \"%s\" has one already", right->table,
                                  right->field);
        }
    }
}

csm_status csm_build_field_rights(csm_build *b)
{
    check_rights(b);
    for (uint32_t t = 0; t < b->table_count; t++) {
        csm_build_table *bt = b->sorted[t];

        inherit_rights(bt);
        for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
            const csm_plugin *decl = b->reg->plugins[n].decl;

            for (uint32_t m = 0; m < decl->field_rights.count; m++) {
                const csm_field_right *right = &decl->field_rights.items[m];

                if (right->table != NULL && right->field != NULL && strcmp(right->table, bt->table->name) == 0)
                    demand(b, &b->reg->plugins[n], bt->table, right);
            }
        }
    }
    return CSM_OK;
}

/* ---- scopes ---- */

static void set_bit(uint64_t *bits, uint32_t pos)
{
    bits[pos / 64] |= UINT64_C(1) << (pos % 64);
}

/* "a,b" or "-a,b" into a bit per position. Who reads any field reads what the row is: its id, class and count. */
static csm_status field_set(csm_build *b, const csm_mplugin *plugin, const char *where, csm_mscope *scope)
{
    const char *list = scope->decl->fields;
    const csm_mfield **named;
    uint32_t words = (scope->table->field_count + 63) / 64, count = 0;
    bool all_but = list[0] == '-';

    list += all_but;
    named = csm_build_array(b, csm_build_list_count(list), sizeof(csm_mfield *));
    scope->fields = csm_build_array(b, words, sizeof(uint64_t));
    if (named == NULL || scope->fields == NULL)
        return csm_build_nomem(b);
    csm_build_field_list(b, plugin, where, scope->table, list, named, &count);
    for (uint32_t pos = 0; all_but && pos < scope->table->field_count; pos++)
        set_bit(scope->fields, pos);
    for (uint32_t n = 0; n < count; n++) {
        if (all_but)
            scope->fields[named[n]->pos / 64] &= ~(UINT64_C(1) << (named[n]->pos % 64));
        else
            set_bit(scope->fields, named[n]->pos);
    }
    if ((scope->decl->ops & CSM_OP_READ) != 0)
        for (uint32_t pos = 0; pos < CSM_FID_MOD_COUNT; pos++)
            set_bit(scope->fields, pos);
    return CSM_OK;
}

static csm_status fill_scope(csm_build *b, const csm_mplugin *plugin, const csm_scope *decl, csm_mtable *table,
                             csm_mscope *scope)
{
    char where[CSM_BUILD_WHERE];

    *scope = (csm_mscope){ .decl = decl, .plugin = plugin, .table = table };
    (void)snprintf(where, sizeof(where), "scope on \"%s\"", table->name);
    if (decl->role != NULL)
        scope->role = csm_build_find_role(b, plugin, where, csm_str_of(decl->role));
    if (decl->via != NULL) {
        scope->via = csm_build_find_field(b, plugin, where, table, csm_str_of(decl->via));
        if (scope->via != NULL && scope->via->type != CSM_F_REF && scope->via->type != CSM_F_DOCUMENT &&
            scope->via->type != CSM_F_LIST)
            csm_build_problem(b, plugin, "%s: via \"%s\" is no reference", where, decl->via);
    }
    if (decl->ops == 0 || (decl->ops & ~CSM_OP_CRWD) != 0 || (decl->via_op & ~CSM_OP_CRWD) != 0)
        csm_build_problem(b, plugin, "%s: operations 0x%x via 0x%x are none of read, create, write, delete", where,
                          decl->ops, decl->via_op);
    return decl->fields != NULL && decl->fields[0] != '\0' ? field_set(b, plugin, where, scope) : CSM_OK;
}

static void check_adds(csm_build *b, const csm_mscope *scope)
{
    const csm_scope *decl = scope->decl;

    if (decl->fields == NULL || decl->fields[0] == '\0' || decl->fields[0] == '-' || decl->role == NULL)
        csm_build_problem(b, scope->plugin, "scope on \"%s\": adds fields to a role, so it names both", scope->table->name);
    if (decl->filter != NULL || decl->via != NULL || decl->like != NULL || (decl->flags & CSM_SCOPE_RESTRICT) != 0)
        csm_build_problem(b, scope->plugin, "scope on \"%s\": adds fields and chooses no rows", scope->table->name);
}

#define CONTAINS_MAX 32u /* a circle of roles is a problem listed elsewhere */

static bool role_has(const csm_mrole *role, const csm_mrole *inner, uint32_t depth)
{
    if (role == NULL || role == inner)
        return role != NULL;
    for (uint32_t n = 0; n < role->contains_count && depth < CONTAINS_MAX; n++)
        if (role_has(role->contains[n], inner, depth + 1))
            return true;
    return false;
}

static void join_fields(csm_mscope *scope, const csm_mscope *more)
{
    for (uint32_t n = 0; n < (scope->table->field_count + 63) / 64; n++)
        scope->fields[n] |= more->fields[n];
}

/* What further plugins add to the lists of those who see the row. */
static void add_fields(csm_mtable *table, const csm_mscope *adds)
{
    for (uint32_t n = 0; n < table->scope_count; n++) {
        csm_mscope *scope = &table->scopes[n];

        if ((scope->decl->flags & (CSM_SCOPE_ADDS | CSM_SCOPE_RESTRICT)) == 0 && scope->fields != NULL &&
            (scope->decl->ops & ~adds->decl->ops) == 0 && role_has(scope->role, adds->role, 0))
            join_fields(scope, adds);
    }
}

/* The lists of another role's scopes. One of them that shows everything makes this show everything. */
static csm_status like_fields(csm_build *b, const csm_mtable *table, csm_mscope *scope)
{
    char where[CSM_BUILD_WHERE];
    const csm_mrole *role;
    bool found = false, whole = false;

    (void)snprintf(where, sizeof(where), "scope on \"%s\": like", table->name);
    role = csm_build_find_role(b, scope->plugin, where, csm_str_of(scope->decl->like));
    if (scope->decl->fields != NULL)
        csm_build_problem(b, scope->plugin, "%s another role's, so it names no fields", where);
    scope->fields = csm_build_array(b, (table->field_count + 63) / 64, sizeof(uint64_t));
    if (scope->fields == NULL)
        return csm_build_nomem(b);
    for (uint32_t n = 0; n < table->scope_count && role != NULL; n++) {
        const csm_mscope *other = &table->scopes[n];

        if (other->role != role || other->decl->ops != scope->decl->ops || other->decl->like != NULL ||
            (other->decl->flags & (CSM_SCOPE_ADDS | CSM_SCOPE_RESTRICT)) != 0)
            continue;
        found = true;
        whole = whole || other->fields == NULL;
        if (other->fields != NULL)
            join_fields(scope, other);
    }
    if (whole)
        scope->fields = NULL;
    if (role != NULL && !found)
        csm_build_problem(b, scope->plugin, "%s \"%s\", which has no scope with these operations", where, role->name);
    return CSM_OK;
}

static csm_status share_fields(csm_build *b, csm_mtable *table)
{
    for (uint32_t n = 0; n < table->scope_count; n++) {
        const csm_mscope *scope = &table->scopes[n];

        if ((scope->decl->flags & CSM_SCOPE_ADDS) == 0)
            continue;
        check_adds(b, scope);
        if (scope->fields != NULL && scope->role != NULL)
            add_fields(table, scope);
    }
    for (uint32_t n = 0; n < table->scope_count; n++)
        if (table->scopes[n].decl->like != NULL)
            CSM_TRY(like_fields(b, table, &table->scopes[n]));
    return CSM_OK;
}

/* True when @p decl holds on @p table: declared there, on every table, or inherited. */
static bool scope_holds(const csm_scope *decl, const csm_mtable *table)
{
    const csm_mtable *up = table;

    if (decl->table == NULL || strcmp(decl->table, "*") == 0)
        return decl->table != NULL;
    while (up != NULL && strcmp(decl->table, up->name) != 0)
        up = decl->inherit ? up->parent : NULL;
    return up != NULL;
}

static csm_status scopes_of(csm_build *b, csm_mtable *table)
{
    uint32_t count = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
            const csm_mplugin *plugin = &b->reg->plugins[n];

            for (uint32_t m = 0; m < plugin->decl->scopes.count; m++) {
                const csm_scope *decl = &plugin->decl->scopes.items[m];

                if (!scope_holds(decl, table))
                    continue;
                if (pass == 0)
                    count++;
                else
                    CSM_TRY(fill_scope(b, plugin, decl, table, &table->scopes[table->scope_count++]));
            }
        }
        if (pass == 0)
            table->scopes = csm_build_array(b, count, sizeof(*table->scopes));
        if (table->scopes == NULL)
            return csm_build_nomem(b);
    }
    return share_fields(b, table);
}

csm_status csm_build_scopes(csm_build *b)
{
    for (uint32_t n = 0; n < b->reg->plugin_count; n++) {
        const csm_mplugin *plugin = &b->reg->plugins[n];

        for (uint32_t m = 0; m < plugin->decl->scopes.count; m++) {
            const char *table = plugin->decl->scopes.items[m].table;

            if (table == NULL || strcmp(table, "*") != 0)
                (void)csm_build_find_table(b, plugin, "scope", table);
        }
    }
    for (uint32_t n = 0; n < b->table_count; n++)
        CSM_TRY(scopes_of(b, b->reg->tables[n]));
    return CSM_OK;
}
