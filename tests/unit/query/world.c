/* See world.h. */
#include "world.h"

#define T0 INT64_C(1767225600000000) /* 2026-01-01 */

const char *const fact_names[FACTS] = { "number", "title", "code",  "state", "priority", "active",   "opened_at", "due",
                                        "effort", "ratio", "spent", "owner", "watchers", "site",     "rank" };

static const char *const titles[] = { "Pump", "pump", "Pump leaks", "Größe", "GRÖSSE", "größe x", "Straße", "STRASSE",
                                      "a",    "A",    "zebra",      "Zürich", "",      "élan",    "ELAN",   "Élan" };
static const char *const sites[] = { "Oslo", "oslo", "Rome", "Bern", "" };

static uint64_t pick(world *w, uint64_t below)
{
    return next_random(&w->seed) % below;
}

static csm_value text_or_nil(const char *text)
{
    return text[0] != '\0' ? csm_ctext(text) : csm_nil();
}

/* Codes share their first bytes: keys are cut at 8. */
static void make_code(world *w, char to[96])
{
    static const char *const fronts[] = { "ABCDEFGH", "abcdefgh", "abcdefg", "x", "ABCDÉÉGH" };

    snprintf(to, 96, "%s%s", fronts[pick(w, COUNT_OF(fronts))], pick(w, 3) == 0 ? "" : pick(w, 2) == 0 ? "-one" : "-TWO");
}

static csm_value some_value(world *w, fact what, char text[96])
{
    switch (what) {
    case NUMBER:
        snprintf(text, 96, "N%05u", (unsigned)pick(w, w->count + 1));
        return csm_ctext(text);
    case TITLE:
        return text_or_nil(titles[pick(w, COUNT_OF(titles))]);
    case CODE:
        make_code(w, text);
        return csm_ctext(text);
    case STATE:
        return csm_int((int64_t)pick(w, 3) + 1);
    case PRIORITY:
        return csm_int((int64_t)pick(w, 9) + 1);
    case ACTIVE:
        return csm_bool(pick(w, 2) == 0);
    case OPENED:
        return csm_time_value(T0 + (int64_t)pick(w, 40) * CSM_HOUR);
    case DUE:
        return csm_date_value(20454 + (int64_t)pick(w, 20) - 10);
    case EFFORT:
        return csm_decimal(((int64_t)pick(w, 21) - 10) * 500000);
    case RATIO:
        return csm_float(((double)pick(w, 9) - 4) / 4);
    case SPENT:
        return csm_int((int64_t)pick(w, 10) * 60);
    case OWNER:
    case WATCHERS:
        return csm_id_value(w->people[pick(w, PEOPLE)].id);
    case SITE:
        return text_or_nil(sites[pick(w, COUNT_OF(sites))]);
    default:
        return csm_int((int64_t)pick(w, 6) - 2);
    }
}

/* ---- rows ---- */

static void fill_thing(world *w, thing *t)
{
    for (fact n = TITLE; n < FACTS; n++) {
        bool of_job = n == SITE || n == RANK;

        if (pick(w, 5) == 0 || (of_job && strcmp(t->table, "job") != 0))
            t->facts[n] = csm_nil();
        else
            t->facts[n] = some_value(w, n, n == CODE ? t->texts[1] : t->texts[2]);
    }
    t->facts[WATCHERS] = csm_nil();
    uint32_t count = (uint32_t)pick(w, 4), at = (uint32_t)pick(w, PEOPLE);
    for (uint32_t n = 0; n < count; n++)
        t->watchers[n] = csm_id_value(w->people[(at + n * 5) % PEOPLE].id);
    if (count > 0)
        t->facts[WATCHERS] = csm_list(t->watchers, count);
}

static csm_row *row_of(world *w, const thing *t)
{
    csm_row *row = csm_row_new(w->f.arena, fixture_table(&w->f, t->table), t->id);

    assert_non_null(row);
    for (fact n = 0; n < FACTS; n++)
        if (csm_mtable_field(row->table, csm_str_of(fact_names[n])) != NULL)
            fixture_set(row, fact_names[n], t->facts[n]);
    return row;
}

void world_add(world *w, csm_ctx *ctx)
{
    static const char *const names[] = { "work", "job", "chore" };
    thing *t = &w->things[w->count];

    assert_true(w->count < ROWS_MAX);
    memset(t, 0, sizeof(*t));
    t->table = names[pick(w, 3)];
    assert_true(csm_id_new(&w->f.ids, csm_clock_now(w->f.clock), &t->id));
    snprintf(t->texts[0], sizeof(t->texts[0]), "N%05u", w->count);
    t->facts[NUMBER] = csm_ctext(t->texts[0]);
    fill_thing(w, t);
    w->count++;
    assert_ok(ctx, csm_row_put(ctx, NULL, row_of(w, t)));
}

void world_change(world *w, csm_ctx *ctx, thing *t)
{
    csm_row *old = row_of(w, t);
    csm_row *kept = csm_row_copy(w->f.arena, old);
    csm_value watchers[3];

    memcpy(watchers, t->watchers, sizeof(watchers)); /* what the old row's list points to changes below */
    if (!csm_is_nil(t->facts[WATCHERS]))
        fixture_set(kept, "watchers", csm_list(watchers, t->facts[WATCHERS].count));
    char code[160];
    memcpy(code, t->texts[1], sizeof(code));
    if (!csm_is_nil(t->facts[CODE]))
        fixture_set(kept, "code", csm_ctext(code));
    fill_thing(w, t);
    assert_ok(ctx, csm_row_put(ctx, kept, row_of(w, t)));
}

void world_remove(world *w, csm_ctx *ctx, thing *t)
{
    assert_ok(ctx, csm_row_delete(ctx, row_of(w, t)));
    t->gone = true;
}

bool world_is_a(const thing *t, const char *table)
{
    return strcmp(table, "work") == 0 || strcmp(t->table, table) == 0;
}

static void add_people(world *w, csm_ctx *ctx)
{
    static const char *const names[PEOPLE] = { "Ann", "Bob", "Cid", "Dan", "Eve", "ann", "Gil", "Ham", "Ida", "Jo", "Kim", "" };

    for (uint32_t n = 0; n < PEOPLE; n++) {
        person *p = &w->people[n];
        csm_row *row;

        assert_true(csm_id_new(&w->f.ids, csm_clock_now(w->f.clock), &p->id));
        p->name = text_or_nil(names[n]);
        p->vip = n % 3 == 0 ? csm_nil() : csm_bool(n % 2 == 0);
        p->region = n % 4 == 0 ? csm_nil() : csm_ctext(n % 2 == 0 ? "north" : "south");
        p->boss = n > 3 ? csm_id_value(w->people[n / 4].id) : csm_nil();
        row = csm_row_new(w->f.arena, fixture_table(&w->f, "person"), p->id);
        assert_non_null(row);
        fixture_set(row, "name", p->name);
        fixture_set(row, "vip", p->vip);
        fixture_set(row, "region", p->region);
        fixture_set(row, "boss", p->boss);
        assert_ok(ctx, csm_row_put(ctx, NULL, row));
    }
}

/* ---- who asks ---- */

csm_status world_crew(csm_ctx *ctx, csm_id user, csm_value *out)
{
    csm_query_spec spec = { .table = csm_registry_table(ctx->reg, CSM_STR("person")) };
    csm_value *ids = csm_arena_array(ctx->arena, PEOPLE, sizeof(*ids));
    uint32_t count = 0;
    csm_cursor *cursor;
    csm_row *row = NULL;

    if (ids == NULL)
        return csm_ctx_nomem(ctx);
    spec.filter.expr = csm_expr_term(ctx->arena, csm_mtable_field(spec.table, CSM_STR("boss")), CSM_OP_EQ, csm_id_value(user));
    CSM_TRY(csm_cursor_open(ctx, &spec, &cursor));
    csm_status st = csm_cursor_next(ctx, cursor, &row, NULL);
    for (; st == CSM_OK && row != NULL && count < PEOPLE; st = csm_cursor_next(ctx, cursor, &row, NULL))
        ids[count++] = csm_id_value(row->id);
    csm_cursor_close(cursor);
    *out = csm_list(ids, count);
    return st;
}

/* The fixture builds registries without the engine's preparation. */
static void compile_scopes(world *w)
{
    csm_registry *reg = w->f.engine.registry;
    csm_filter_options options = { .trusted = true };

    for (uint32_t t = 0; t < reg->table_count; t++)
        for (uint32_t n = 0; n < reg->tables[t]->scope_count; n++) {
            csm_mscope *scope = &reg->tables[t]->scopes[n];
            csm_filter filter = { 0 };

            if (scope->decl->filter == NULL)
                continue;
            assert_int_equal(csm_filter_parse(reg, reg->tables[t], csm_str_of(scope->decl->filter), options, reg->arena,
                                              &filter, NULL), CSM_OK);
            scope->filter = (void *)(uintptr_t)filter.expr;
        }
}

void world_ask_as(world *w, csm_ctx *ctx, int who, const char *names)
{
    const csm_registry *reg = w->f.engine.registry;

    w->asker = who;
    if (who < 0)
        return;
    csm_arena_clear(w->caller_arena);
    w->caller = (csm_caller){ .user = w->people[who].id, .user_name = CSM_STR("asker"), .reg = reg };
    w->caller.arena = w->caller_arena;
    w->caller.role_words = 1;
    w->caller.roles = csm_arena_array(w->caller_arena, 1, sizeof(uint64_t));
    w->caller.values = csm_arena_array(w->caller_arena, reg->caller_value_count, sizeof(csm_value));
    for (uint32_t n = 0; n < reg->role_count; n++)
        if (strstr(names, reg->roles[n].name) != NULL)
            w->caller.roles[0] |= UINT64_C(1) << n;
    ctx->caller = &w->caller;
}

static const person *find_person(const world *w, csm_value id)
{
    for (uint32_t n = 0; n < PEOPLE; n++)
        if (!csm_is_nil(id) && csm_id_eq(w->people[n].id, id.id))
            return &w->people[n];
    return NULL;
}

static bool is_crew(const world *w, csm_value id)
{
    const person *p = find_person(w, id);

    return p != NULL && !csm_is_nil(p->boss) && csm_id_eq(p->boss.id, w->people[w->asker].id);
}

static bool is_me(const world *w, csm_value id)
{
    return !csm_is_nil(id) && csm_id_eq(id.id, w->people[w->asker].id);
}

bool world_reaches(world *w, csm_arena *arena, const thing *t, bool *limited)
{
    const person *owner = find_person(w, t->facts[OWNER]);
    bool watches = false, reached;

    if (fact_cmp(arena, t->facts[CODE], csm_ctext("x")) == 0)
        return false;
    reached = is_me(w, t->facts[OWNER]) ||
              (is_crew(w, t->facts[OWNER]) && (t->facts[ACTIVE].b || t->facts[STATE].i == 1)) ||
              (strcmp(t->table, "chore") == 0 && (t->facts[STATE].i == 1 || t->facts[STATE].i == 2));
    for (uint32_t n = 0; n < t->facts[WATCHERS].count; n++)
        watches = watches || is_me(w, t->watchers[n]) || is_crew(w, t->watchers[n]);
    *limited = !reached;
    return reached || (watches && owner != NULL && fact_cmp(arena, owner->region, csm_ctext("north")) == 0);
}

void world_open(world *w, uint64_t seed, uint32_t things)
{
    memset(w, 0, sizeof(*w));
    w->asker = -1;
    w->caller_arena = csm_arena_new(4096, 0);
    assert_non_null(w->caller_arena);
    w->seed = seed;
    w->things = calloc(ROWS_MAX, sizeof(*w->things));
    assert_non_null(w->things);
    fixture_open(&w->f, plugins, COUNT_OF(plugins));
    compile_scopes(w);
    csm_ctx *ctx = fixture_write(&w->f);
    add_people(w, ctx);
    for (uint32_t n = 0; n < things; n++)
        world_add(w, ctx);
    fixture_commit(&w->f);
}

void world_close(world *w)
{
    fixture_close(&w->f);
    csm_arena_free(w->caller_arena);
    free(w->things);
}

/* ---- conditions ---- */

static const csm_op text_ops[] = { CSM_OP_EQ, CSM_OP_NE, CSM_OP_IN, CSM_OP_LIKE, CSM_OP_STARTS, CSM_OP_ENDS, CSM_OP_GT,
                                   CSM_OP_LE, CSM_OP_BETWEEN, CSM_OP_EMPTY, CSM_OP_NOT_EMPTY, CSM_OP_NOT_IN, CSM_OP_EQ };
static const csm_op number_ops[] = { CSM_OP_EQ, CSM_OP_NE, CSM_OP_IN, CSM_OP_LT, CSM_OP_LE, CSM_OP_GT, CSM_OP_GE,
                                     CSM_OP_BETWEEN, CSM_OP_EMPTY, CSM_OP_NOT_EMPTY, CSM_OP_NOT_IN, CSM_OP_EQ, CSM_OP_IN };
static const csm_op set_ops[] = { CSM_OP_EQ, CSM_OP_NE, CSM_OP_IN, CSM_OP_EMPTY, CSM_OP_NOT_EMPTY, CSM_OP_EQ, CSM_OP_EQ };

static bool is_text(fact what)
{
    return what == NUMBER || what == TITLE || what == CODE || what == SITE;
}

static bool is_set(fact what)
{
    return what == ACTIVE || what == OWNER || what == WATCHERS;
}

static csm_op random_op(world *w, const cond *c)
{
    if (c->walk != NULL ? strcmp(c->walk, "name") == 0 : is_text(c->fact))
        return text_ops[pick(w, COUNT_OF(text_ops))];
    if (c->walk != NULL || is_set(c->fact))
        return set_ops[pick(w, COUNT_OF(set_ops))];
    return number_ops[pick(w, COUNT_OF(number_ops))];
}

static csm_value walked_value(world *w, const char *walk)
{
    const person *p = &w->people[pick(w, PEOPLE)];

    if (strcmp(walk, "name") == 0)
        return csm_is_nil(p->name) ? csm_ctext("nobody") : p->name;
    if (strcmp(walk, "vip") == 0)
        return csm_bool(pick(w, 2) == 0);
    return csm_ctext(pick(w, 2) == 0 ? "north" : "south");
}

static cond *random_term(world *w, csm_arena *arena, bool of_job)
{
    static const char *const walks[] = { "name", "vip", "region" };
    cond *c = csm_arena_zalloc(arena, sizeof(*c));

    assert_non_null(c);
    c->kind = C_TERM;
    c->fact = (fact)pick(w, of_job ? FACTS : SITE);
    if (c->fact == OWNER && pick(w, 2) == 0)
        c->walk = walks[pick(w, COUNT_OF(walks))];
    c->op = random_op(w, c);
    c->value_count = c->op == CSM_OP_EMPTY || c->op == CSM_OP_NOT_EMPTY ? 0
                     : c->op == CSM_OP_BETWEEN                          ? 2
                     : c->op == CSM_OP_IN || c->op == CSM_OP_NOT_IN     ? (uint32_t)pick(w, 12) + 1
                                                                        : 1;
    for (uint32_t n = 0; n < c->value_count; n++) {
        bool listed = c->op == CSM_OP_IN || c->op == CSM_OP_NOT_IN || c->op == CSM_OP_EQ || c->op == CSM_OP_NE;

        do
            c->values[n] = c->walk != NULL ? walked_value(w, c->walk) : some_value(w, c->fact, c->texts[n]);
        while (!listed && csm_is_nil(c->values[n]));
        if ((c->op == CSM_OP_LIKE || c->op == CSM_OP_STARTS || c->op == CSM_OP_ENDS) && c->values[n].s.len > 2) {
            size_t len = (size_t)pick(w, c->values[n].s.len) + 1; /* a part, at character borders */
            while (len < c->values[n].s.len && ((unsigned char)c->values[n].s.ptr[len] & 0xc0) == 0x80)
                len++;
            c->values[n].s.len = len;
        }
    }
    return c;
}

cond *cond_random(world *w, csm_arena *arena, uint32_t depth, bool of_job)
{
    uint64_t kind = depth == 0 ? 9 : pick(w, 10);
    cond *c;

    if (kind > 5)
        return random_term(w, arena, of_job);
    c = csm_arena_zalloc(arena, sizeof(*c));
    assert_non_null(c);
    c->kind = kind < 3 ? C_AND : kind < 5 ? C_OR : C_NOT;
    c->count = c->kind == C_NOT ? 1 : (uint32_t)pick(w, 3) + 2;
    for (uint32_t n = 0; n < c->count; n++)
        c->items[n] = cond_random(w, arena, depth - 1, of_job);
    return c;
}

static const char *word_of(csm_op op)
{
    static const char *const words[] = {
        [CSM_OP_EQ] = "=",       [CSM_OP_NE] = "!=",          [CSM_OP_LT] = "<",          [CSM_OP_LE] = "<=",
        [CSM_OP_GT] = ">",       [CSM_OP_GE] = ">=",          [CSM_OP_IN] = "in",         [CSM_OP_NOT_IN] = "not in",
        [CSM_OP_LIKE] = "like",  [CSM_OP_STARTS] = "starts",  [CSM_OP_ENDS] = "ends",     [CSM_OP_EMPTY] = "empty",
        [CSM_OP_NOT_EMPTY] = "not empty", [CSM_OP_BETWEEN] = "between",
    };

    return words[op];
}

csm_value cond_value(const cond *c, csm_arena *arena)
{
    csm_value *list = csm_arena_array(arena, 16, sizeof(*list));
    uint32_t count = 0;

    assert_non_null(list);
    if (c->kind != C_TERM) {
        list[count++] = csm_ctext(c->kind == C_AND ? "and" : c->kind == C_OR ? "or" : "not");
        for (uint32_t n = 0; n < c->count; n++)
            list[count++] = cond_value(c->items[n], arena);
        return csm_list(list, count);
    }
    list[count++] = csm_ctext(word_of(c->op));
    list[count++] = c->walk != NULL ? csm_text(csm_arena_printf(arena, "owner.%s", c->walk)) : csm_ctext(fact_names[c->fact]);
    if (c->op == CSM_OP_IN || c->op == CSM_OP_NOT_IN || c->op == CSM_OP_BETWEEN)
        list[count++] = csm_list(c->values, c->value_count);
    else if (c->value_count > 0)
        list[count++] = c->values[0];
    return csm_list(list, count);
}

/* ---- deciding ---- */

int fact_cmp(csm_arena *arena, csm_value a, csm_value b)
{
    if (csm_is_nil(a) || csm_is_nil(b))
        return (int)csm_is_nil(b) - (int)csm_is_nil(a);
    if (a.type == CSM_T_TEXT) {
        csm_str x = csm_text_fold(arena, a.s), y = csm_text_fold(arena, b.s);
        int order = memcmp(x.ptr, y.ptr, x.len < y.len ? x.len : y.len);
        return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
    }
    if (a.type == CSM_T_ID)
        return memcmp(a.id.b, b.id.b, sizeof(a.id.b));
    if (a.type == CSM_T_FLOAT)
        return (a.f > b.f) - (a.f < b.f);
    if (a.type == CSM_T_BOOL)
        return (int)a.b - (int)b.b;
    return (a.i > b.i) - (a.i < b.i);
}

static bool has_part(csm_arena *arena, csm_op op, csm_value a, csm_value b)
{
    csm_str x, y;

    if (csm_is_nil(a))
        return false;
    x = csm_text_fold(arena, a.s);
    y = csm_text_fold(arena, b.s);
    if (op == CSM_OP_STARTS)
        return x.len >= y.len && memcmp(x.ptr, y.ptr, y.len) == 0;
    if (op == CSM_OP_ENDS)
        return x.len >= y.len && memcmp(x.ptr + x.len - y.len, y.ptr, y.len) == 0;
    return memmem(x.ptr, x.len, y.ptr, y.len) != NULL;
}

static bool is_one_of(csm_arena *arena, const cond *c, csm_value v)
{
    for (uint32_t n = 0; n < c->value_count; n++)
        if (fact_cmp(arena, v, c->values[n]) == 0)
            return true;
    return false;
}

static bool equals(csm_arena *arena, const cond *c, csm_value v)
{
    if (v.type != CSM_T_LIST)
        return is_one_of(arena, c, v);
    for (uint32_t n = 0; n < v.count; n++)
        if (is_one_of(arena, c, v.list[n]))
            return true;
    return false;
}

static bool term_holds(csm_arena *arena, const cond *c, csm_value v)
{
    int low = c->value_count > 0 && v.type != CSM_T_LIST ? fact_cmp(arena, v, c->values[0]) : 0;
    bool some = !csm_is_nil(v);

    switch (c->op) {
    case CSM_OP_EQ:
    case CSM_OP_IN:
        return equals(arena, c, v);
    case CSM_OP_NE:
    case CSM_OP_NOT_IN:
        return !equals(arena, c, v);
    case CSM_OP_LT:
        return some && low < 0;
    case CSM_OP_LE:
        return some && low <= 0;
    case CSM_OP_GT:
        return some && low > 0;
    case CSM_OP_GE:
        return some && low >= 0;
    case CSM_OP_BETWEEN:
        return some && low >= 0 && fact_cmp(arena, v, c->values[1]) <= 0;
    case CSM_OP_EMPTY:
        return !some;
    case CSM_OP_NOT_EMPTY:
        return some;
    default:
        return has_part(arena, c->op, v, c->values[0]);
    }
}

/* *visible false: the owner is out of the asker's reach, or the field. */
static csm_value walk(const world *w, csm_arena *arena, const char *field, csm_value owner, bool *visible)
{
    const person *p = find_person(w, owner);

    *visible = true;
    if (p == NULL)
        return csm_nil();
    if (w->asker >= 0)
        *visible = fact_cmp(arena, p->region, csm_ctext("north")) == 0 && strcmp(field, "vip") != 0;
    return strcmp(field, "name") == 0 ? p->name : strcmp(field, "vip") == 0 ? p->vip : p->region;
}

/* "not" reaches the terms: one that walks out of reach is false either way. */
static bool holds(world *w, csm_arena *arena, const cond *c, const thing *t, bool negate)
{
    bool all = (c->kind == C_AND) != negate, visible = true;
    csm_value v;

    if (c->kind == C_NOT)
        return holds(w, arena, c->items[0], t, !negate);
    if (c->kind != C_TERM) {
        for (uint32_t n = 0; n < c->count; n++)
            if (holds(w, arena, c->items[n], t, negate) != all)
                return !all;
        return all;
    }
    v = t->facts[c->fact];
    if (c->walk != NULL)
        v = walk(w, arena, c->walk, v, &visible);
    return visible && term_holds(arena, c, v) != negate;
}

bool cond_holds(world *w, csm_arena *arena, const cond *c, const thing *t)
{
    return holds(w, arena, c, t, false);
}

bool cond_names(const cond *c, const char *field)
{
    if (c->kind == C_TERM)
        return strcmp(fact_names[c->fact], field) == 0;
    for (uint32_t n = 0; n < c->count; n++)
        if (cond_names(c->items[n], field))
            return true;
    return false;
}
