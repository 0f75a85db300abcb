/* Callers: who asks, with all roles he holds, made from rows through the view of the call. One cache per thread; an entry is
 * good while no watched table changed. A caller is computed, never stored, so a right taken away is gone at the next call. */
#include "engine/access/caller.h"

#include "base/mem.h"
#include "engine/access/own.h"

#define CACHE_MAX 2048u    /* callers kept per thread */
#define OTHERS_MAX 4096u   /* users asked about, kept per thread */
#define ROLES_MAX 4096u    /* roles one user may reach */
#define KEY_LEN 33u

/* The roles of a user somebody asked about. */
typedef struct other {
    csm_id user;
    uint64_t epoch;
    const csm_registry *reg;
    uint64_t roles[];      /* as in csm_caller */
} other;

struct csm_caller_cache {
    csm_strmap *by_key;
    csm_caller **items;
    uint32_t count;
    other *others[OTHERS_MAX]; /* by hash of the user */
    const csm_registry *named_reg;
    csm_id *role_ids;      /* rows of its roles, by position */
    uint64_t sequence;     /* of the last read snapshot asked about */
    uint64_t epoch;        /* and its watched epoch */
};

/* ---- cache ---- */

csm_caller_cache *csm_caller_cache_new(void)
{
    csm_caller_cache *cache = csm_mem_zalloc(sizeof(*cache));

    if (cache == NULL)
        return NULL;
    cache->items = csm_mem_array(CACHE_MAX, sizeof(csm_caller *));
    cache->by_key = csm_strmap_new();
    cache->sequence = UINT64_MAX;
    if (cache->items == NULL || cache->by_key == NULL) {
        csm_caller_cache_free(cache);
        return NULL;
    }
    return cache;
}

static void forget_others(csm_caller_cache *cache)
{
    for (uint32_t n = 0; n < OTHERS_MAX; n++) {
        csm_mem_free(cache->others[n]);
        cache->others[n] = NULL;
    }
}

void csm_caller_cache_clear(csm_caller_cache *cache)
{
    csm_strmap *fresh = csm_strmap_new();

    forget_others(cache);
    if (fresh == NULL)
        return; /* keeps what it has: entries are checked by epoch anyway */
    for (uint32_t n = 0; n < cache->count; n++)
        csm_arena_free(cache->items[n]->arena);
    csm_strmap_free(cache->by_key);
    cache->by_key = fresh;
    cache->count = 0;
    cache->sequence = UINT64_MAX;
}

void csm_caller_cache_free(csm_caller_cache *cache)
{
    if (cache == NULL)
        return;
    forget_others(cache);
    for (uint32_t n = 0; n < cache->count; n++)
        csm_arena_free(cache->items[n]->arena);
    csm_strmap_free(cache->by_key);
    csm_mem_free(cache->role_ids);
    csm_mem_free(cache->items);
    csm_mem_free(cache);
}

static void make_key(csm_id user, csm_id acting, bool local_admin, uint8_t key[KEY_LEN])
{
    memcpy(key, user.b, sizeof(user.b));
    memcpy(key + sizeof(user.b), acting.b, sizeof(acting.b));
    key[KEY_LEN - 1] = local_admin;
}

csm_status csm_caller_epoch(csm_ctx *ctx, uint64_t *out)
{
    csm_caller_cache *cache = ctx->cache->callers;
    uint64_t sequence = csm_view_sequence(ctx->view);

    if (ctx->txn == NULL && cache->sequence == sequence) {
        *out = cache->epoch;
        return CSM_OK;
    }
    CSM_TRY(csm_watch_epoch(ctx, out));
    cache->sequence = ctx->txn == NULL ? sequence : UINT64_MAX;
    cache->epoch = *out;
    return CSM_OK;
}

static csm_status keep(csm_ctx *ctx, csm_caller *caller, const uint8_t key[KEY_LEN])
{
    csm_caller_cache *cache = ctx->cache->callers;
    csm_str name = { (const char *)key, KEY_LEN };
    csm_caller *old = csm_strmap_get(cache->by_key, name);
    csm_str kept;

    if (old != NULL) {
        csm_strmap_del(cache->by_key, name);
        for (uint32_t n = 0; n < cache->count; n++)
            if (cache->items[n] == old)
                cache->items[n] = cache->items[--cache->count];
        csm_arena_free(old->arena);
    }
    if (cache->count == CACHE_MAX)
        csm_caller_cache_clear(cache);
    kept = csm_arena_str(caller->arena, name);
    if (cache->count == CACHE_MAX || kept.ptr == NULL || !csm_strmap_add(cache->by_key, kept, caller))
        return csm_ctx_nomem(ctx);
    cache->items[cache->count++] = caller;
    return CSM_OK;
}

/* ---- roles ---- */

typedef struct role_walk {
    csm_id *ids;
    uint32_t count, cap;
} role_walk;

static csm_status walk_add(csm_ctx *ctx, role_walk *walk, csm_id id)
{
    for (uint32_t n = 0; n < walk->count; n++)
        if (csm_id_eq(walk->ids[n], id))
            return CSM_OK;
    if (walk->count == ROLES_MAX)
        return csm_ctx_fail(ctx, CSM_E_LIMIT, "a user reaches more than %u roles", ROLES_MAX);
    if (walk->count == walk->cap) {
        uint32_t cap = walk->cap == 0 ? 64 : walk->cap * 2;
        csm_id *ids = csm_arena_alloc(ctx->arena, cap * sizeof(*ids));

        if (ids == NULL)
            return csm_ctx_nomem(ctx);
        if (walk->count > 0)
            memcpy(ids, walk->ids, walk->count * sizeof(*ids));
        walk->ids = ids;
        walk->cap = cap;
    }
    walk->ids[walk->count++] = id;
    return CSM_OK;
}

/* Adds reference @p take of every row of @p table_name whose reference @p by is @p id. */
static csm_status walk_linked(csm_ctx *ctx, role_walk *walk, const char *table_name, const char *by, csm_id id,
                              const char *take)
{
    csm_query_spec spec = { 0 };
    const csm_mfield *take_field, *by_field;
    csm_cursor *cursor = NULL;
    csm_row *row = NULL;
    csm_status st;

    CSM_TRY(csm_registry_get_table(ctx->reg, csm_str_of(table_name), &spec.table, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, csm_str_of(take), &take_field, &ctx->err));
    CSM_TRY(csm_mtable_get_field(spec.table, csm_str_of(by), &by_field, &ctx->err));
    spec.filter.expr = csm_expr_term(ctx->arena, by_field, CSM_OP_EQ, csm_id_value(id));
    if (spec.filter.expr == NULL)
        return csm_ctx_nomem(ctx);
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    while ((st = csm_cursor_next(ctx, cursor, &row, NULL)) == CSM_OK && row != NULL)
        if ((st = walk_add(ctx, walk, csm_value_id(csm_row_get(row, take_field)))) != CSM_OK)
            break;
    csm_cursor_close(cursor);
    return st;
}

static csm_status walk_roles(csm_ctx *ctx, csm_id user, role_walk *walk)
{
    role_walk groups = { 0 };

    CSM_TRY(walk_linked(ctx, walk, "sys_user_has_role", "user", user, "role"));
    CSM_TRY(walk_linked(ctx, &groups, "sys_user_grmember", "user", user, "group"));
    for (uint32_t n = 0; n < groups.count; n++)
        CSM_TRY(walk_linked(ctx, walk, "sys_group_has_role", "group", groups.ids[n], "role"));
    for (uint32_t n = 0; n < walk->count; n++)
        CSM_TRY(walk_linked(ctx, walk, "sys_user_role_contains", "role", walk->ids[n], "contains"));
    return CSM_OK;
}

csm_status csm_caller_role_rows(csm_ctx *ctx, csm_id user, csm_id **out, uint32_t *count)
{
    role_walk walk = { 0 };

    CSM_TRY(walk_roles(ctx, user, &walk));
    *out = walk.ids;
    *count = walk.count;
    return CSM_OK;
}

/* True when @p role is snc_external or contains it, as declared. */
static bool is_external_role(const csm_mrole *role, uint32_t depth)
{
    if (strcmp(role->name, "snc_external") == 0)
        return true;
    for (uint32_t n = 0; n < role->contains_count && depth < 32; n++)
        if (is_external_role(role->contains[n], depth + 1))
            return true;
    return false;
}

static void set_role(csm_caller *caller, uint32_t id)
{
    caller->roles[id / 64] |= UINT64_C(1) << (id % 64);
}

static void set_admin(csm_caller *caller)
{
    caller->is_admin = true;
    for (uint32_t n = 0; n < caller->reg->role_count; n++)
        if (!is_external_role(&caller->reg->roles[n], 0))
            set_role(caller, n);
}

csm_id csm_role_row_id(csm_arena *arena, const char *name)
{
    csm_str text = csm_arena_printf(arena, "role/%s", name);

    return text.ptr != NULL ? csm_id_of_text(text) : (csm_id){ { 0 } };
}

/* Names the rows of all roles once per registry. */
static csm_status name_roles(csm_ctx *ctx)
{
    csm_caller_cache *cache = ctx->cache->callers;
    const csm_registry *reg = ctx->reg;
    csm_id *ids;

    if (cache->named_reg == reg)
        return CSM_OK;
    ids = csm_mem_array(reg->role_count + 1u, sizeof(*ids));
    if (ids == NULL)
        return csm_ctx_nomem(ctx);
    for (uint32_t n = 0; n < reg->role_count; n++)
        ids[n] = csm_role_row_id(ctx->arena, reg->roles[n].name);
    csm_mem_free(cache->role_ids);
    cache->role_ids = ids;
    cache->named_reg = reg;
    return CSM_OK;
}

static csm_status set_roles(csm_ctx *ctx, csm_caller *caller, csm_id user)
{
    const csm_registry *reg = ctx->reg;
    const csm_mrole *admin = csm_registry_role(reg, CSM_STR("admin"));
    const csm_mrole *external = csm_registry_role(reg, CSM_STR("snc_external"));
    csm_arena_mark mark = csm_arena_get_mark(ctx->arena);
    role_walk walk = { 0 };

    CSM_TRY(walk_roles(ctx, user, &walk));
    CSM_TRY(name_roles(ctx));
    for (uint32_t n = 0; n < reg->role_count; n++)
        for (uint32_t k = 0; k < walk.count; k++)
            if (csm_id_eq(walk.ids[k], ctx->cache->callers->role_ids[n]))
                set_role(caller, n);
    csm_arena_reset_to(ctx->arena, mark);
    caller->is_external = external != NULL && csm_caller_has(caller, external);
    if (admin != NULL && csm_caller_has(caller, admin) && !caller->is_external)
        set_admin(caller);
    return CSM_OK;
}

/* ---- loading ---- */

static csm_status refused(csm_ctx *ctx)
{
    return csm_ctx_fail(ctx, CSM_E_UNAUTHENTICATED, "the user is inactive, locked or gone: log in again");
}

static csm_value field_of(const csm_row *row, const char *name)
{
    const csm_mfield *field = csm_mtable_field(row->table, csm_str_of(name));

    return field != NULL ? csm_row_get(row, field) : csm_nil();
}

static csm_status load_user(csm_ctx *ctx, csm_id user, csm_row **out)
{
    const csm_mtable *table;
    csm_row *row;

    CSM_TRY(csm_registry_get_table(ctx->reg, CSM_STR("sys_user"), &table, &ctx->err));
    CSM_TRY(csm_row_find(ctx, table, user, &row));
    if (row == NULL || !csm_value_bool(field_of(row, "active")) || csm_value_bool(field_of(row, "locked_out")) ||
        csm_value_int(field_of(row, "locked_until")) > ctx->now)
        return refused(ctx);
    *out = row;
    return CSM_OK;
}

static csm_status copy_name(csm_ctx *ctx, csm_caller *caller, const csm_row *row, csm_str *out)
{
    *out = csm_arena_str(caller->arena, csm_value_text(field_of(row, "user_name")));
    return out->ptr != NULL ? CSM_OK : csm_ctx_nomem(ctx);
}

static csm_status fill(csm_ctx *ctx, csm_caller *caller, bool local_admin)
{
    csm_row *row;

    if (!csm_id_is_none(caller->acting)) {
        CSM_TRY(load_user(ctx, caller->acting, &row));
        CSM_TRY(copy_name(ctx, caller, row, &caller->acting_name));
    } else if (local_admin && !csm_id_is_none(caller->user)) {
        caller->acting_name = CSM_STR(CSM_LOCAL_ADMIN_NAME);
    }
    if (csm_id_is_none(caller->user)) {
        caller->user_name = CSM_STR(CSM_LOCAL_ADMIN_NAME);
        set_admin(caller);
        return CSM_OK;
    }
    CSM_TRY(load_user(ctx, caller->user, &row));
    CSM_TRY(copy_name(ctx, caller, row, &caller->user_name));
    caller->must_change_password = csm_value_bool(field_of(row, "password_needs_reset")) &&
                                   csm_id_is_none(caller->acting) && !local_admin;
    return set_roles(ctx, caller, caller->user);
}

/* A caller under way; fill tells the rest from rows. */
static csm_status make_empty(csm_ctx *ctx, csm_id user, csm_id acting, csm_caller **out)
{
    csm_arena *arena = csm_arena_new(2048, 0);
    csm_caller *caller;

    if (arena == NULL)
        return csm_ctx_nomem(ctx);
    caller = csm_arena_zalloc(arena, sizeof(*caller));
    if (caller == NULL)
        goto nomem;
    caller->arena = arena;
    caller->user = user;
    caller->acting = acting;
    caller->reg = ctx->reg;
    caller->role_words = ctx->reg->role_count / 64 + 1;
    caller->roles = csm_arena_array(arena, caller->role_words, sizeof(*caller->roles));
    caller->values = csm_arena_array(arena, ctx->reg->caller_value_count + 1u, sizeof(*caller->values));
    if (caller->roles == NULL || caller->values == NULL)
        goto nomem;
    *out = caller;
    return CSM_OK;
nomem:
    csm_arena_free(arena);
    return csm_ctx_nomem(ctx);
}

static csm_status make(csm_ctx *ctx, csm_caller *caller, bool local_admin, csm_caller **out)
{
    csm_status st;

    csm_ctx_enter_system(ctx);
    st = fill(ctx, caller, local_admin);
    csm_ctx_leave_system(ctx);
    if (st != CSM_OK) {
        csm_arena_free(caller->arena);
        return st;
    }
    *out = caller;
    return CSM_OK;
}

csm_status csm_caller_load(csm_ctx *ctx, csm_id user, csm_id acting, bool local_admin)
{
    uint8_t key[KEY_LEN];
    csm_caller *caller;
    uint64_t epoch;
    csm_status st;

    if (csm_id_is_none(user) && !local_admin) {
        ctx->caller = csm_caller_nobody();
        return CSM_OK;
    }
    make_key(user, acting, local_admin, key);
    CSM_TRY(csm_caller_epoch(ctx, &epoch));
    caller = csm_strmap_get(ctx->cache->callers->by_key, (csm_str){ (const char *)key, KEY_LEN });
    if (caller != NULL && caller->epoch == epoch && caller->reg == ctx->reg) {
        ctx->caller = caller;
        return CSM_OK;
    }
    CSM_TRY(make_empty(ctx, user, acting, &caller));
    caller->epoch = epoch;
    CSM_TRY(make(ctx, caller, local_admin, &caller));
    if ((st = keep(ctx, caller, key)) != CSM_OK) {
        csm_arena_free(caller->arena);
        return st;
    }
    ctx->caller = caller;
    return CSM_OK;
}

csm_status csm_caller_make_acting(csm_ctx *ctx, csm_id user, csm_id acting, bool local_admin, csm_caller **out)
{
    csm_caller *caller;

    CSM_TRY(make_empty(ctx, user, acting, &caller));
    return make(ctx, caller, local_admin, out);
}

csm_status csm_caller_make(csm_ctx *ctx, csm_id user, csm_caller **out)
{
    return csm_caller_make_acting(ctx, user, (csm_id){ { 0 } }, false, out);
}

void csm_caller_free(csm_caller *caller)
{
    if (caller != NULL)
        csm_arena_free(caller->arena);
}

static csm_status keep_other(csm_ctx *ctx, const csm_caller *caller, uint64_t epoch, other **slot)
{
    size_t bytes = caller->role_words * sizeof(uint64_t);
    other *fresh = csm_mem_alloc(sizeof(*fresh) + bytes);

    if (fresh == NULL)
        return csm_ctx_nomem(ctx);
    fresh->user = caller->user;
    fresh->epoch = epoch;
    fresh->reg = caller->reg;
    memcpy(fresh->roles, caller->roles, bytes);
    csm_mem_free(*slot);
    *slot = fresh;
    return CSM_OK;
}

/* One who may call nothing is not kept: a lock ends by itself. */
csm_status csm_caller_other_has(csm_ctx *ctx, csm_id user, const csm_mrole *role, bool *out)
{
    other **slot = &ctx->cache->callers->others[csm_hash_in_memory(user.b, sizeof(user.b)) % OTHERS_MAX];
    csm_caller *caller;
    uint64_t epoch;
    csm_status st;

    CSM_TRY(csm_caller_epoch(ctx, &epoch));
    if (!ctx->watched && *slot != NULL && csm_id_eq((*slot)->user, user) && (*slot)->epoch == epoch && (*slot)->reg == ctx->reg) {
        *out = ((*slot)->roles[role->id / 64] >> (role->id % 64) & 1) != 0;
        return CSM_OK;
    }
    st = csm_caller_make(ctx, user, &caller);
    if (st == CSM_E_UNAUTHENTICATED) {
        csm_error_clear(&ctx->err);
        *out = false;
        return CSM_OK;
    }
    CSM_TRY(st);
    *out = csm_caller_has(caller, role);
    if (!ctx->watched)
        st = keep_other(ctx, caller, epoch, slot);
    csm_caller_free(caller);
    return st;
}

csm_caller *csm_caller_system(void)
{
    static csm_caller caller = { .user = CSM_OWN_SYSTEM_ID, .user_name = CSM_STR_INIT("system"), .is_system = true };

    return &caller;
}

csm_caller *csm_caller_nobody(void)
{
    static csm_caller caller = { .user_name = CSM_STR_INIT("guest") };

    return &caller;
}

bool csm_caller_has(const csm_caller *caller, const csm_mrole *role)
{
    if (caller->is_system)
        return true;
    return role != NULL && role->id / 64 < caller->role_words && (caller->roles[role->id / 64] >> (role->id % 64) & 1) != 0;
}

bool csm_caller_has_any(csm_ctx *ctx, csm_str roles)
{
    csm_str part;

    if (roles.len == 0)
        return true;
    while (csm_str_split(&roles, ',', &part))
        if (csm_caller_has(ctx->caller, csm_registry_role(ctx->reg, csm_str_trim(part))))
            return true;
    return false;
}
