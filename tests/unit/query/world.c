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

void world_open(world *w, uint64_t seed, uint32_t things)
{
    memset(w, 0, sizeof(*w));
    w->seed = seed;
    w->things = calloc(ROWS_MAX, sizeof(*w->things));
    assert_non_null(w->things);
    fixture_open(&w->f, plugins, COUNT_OF(plugins));
    csm_ctx *ctx = fixture_write(&w->f);
    add_people(w, ctx);
    for (uint32_t n = 0; n < things; n++)
        world_add(w, ctx);
    fixture_commit(&w->f);
}

void world_close(world *w)
{
    fixture_close(&w->f);
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

static csm_value walk(const world *w, const char *field, csm_value owner)
{
    for (uint32_t n = 0; n < PEOPLE && !csm_is_nil(owner); n++) {
        const person *p = &w->people[n];

        if (csm_id_eq(p->id, owner.id))
            return strcmp(field, "name") == 0 ? p->name : strcmp(field, "vip") == 0 ? p->vip : p->region;
    }
    return csm_nil();
}

bool cond_holds(world *w, csm_arena *arena, const cond *c, const thing *t)
{
    csm_value v;

    switch (c->kind) {
    case C_NOT:
        return !cond_holds(w, arena, c->items[0], t);
    case C_AND:
        for (uint32_t n = 0; n < c->count; n++)
            if (!cond_holds(w, arena, c->items[n], t))
                return false;
        return true;
    case C_OR:
        for (uint32_t n = 0; n < c->count; n++)
            if (cond_holds(w, arena, c->items[n], t))
                return true;
        return false;
    default:
        v = t->facts[c->fact];
        return term_holds(arena, c, c->walk != NULL ? walk(w, c->walk, v) : v);
    }
}
