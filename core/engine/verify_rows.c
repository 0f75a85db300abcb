/* Rows and indexes, both ways: every row has its entries, every entry its row. */
#include "engine/verify.h"

#include "base/id.h"
#include "base/str.h"
#include "engine/history/stream.h"
#include "engine/table/codec.h"
#include "engine/table/index.h"

#define ROW_KEY_BYTES (4 + sizeof(csm_id))
#define INDEX_KEY_LEAST (8 + 1)

/* ---- rows ---- */

typedef struct row_check {
    csm_verifier *v;
    const csm_mindex *index;
    const csm_row *row;
    const char *id;
} row_check;

static csm_status check_entry(void *user, csm_str key, csm_str value)
{
    row_check *c = user;
    csm_str there;
    csm_status st = csm_view_get(c->v->ctx.view, CSM_DB_INDEX, key, &there, &c->v->ctx.err);
    if (st != CSM_OK && st != CSM_E_NOT_FOUND)
        return st;
    if (st == CSM_E_NOT_FOUND)
        csm_verify_problem(c->v, "index", "record %s of \"%s\" has no entry in index \"%s\"", c->id,
                           c->row->table->name, c->index->name);
    else if (!csm_str_eq(there, value))
        csm_verify_problem(c->v, "index", "record %s of \"%s\": index \"%s\" includes other values", c->id,
                           c->row->table->name, c->index->name);
    return CSM_OK;
}

static csm_status check_unique(row_check *c)
{
    csm_ctx *ctx = &c->v->ctx;
    csm_buf key = { 0 };
    csm_str bytes = { 0 };
    csm_holder holder;
    bool has = false;
    csm_status st = csm_unique_key(&key, c->index, c->row, &has, &ctx->err);
    if (st == CSM_OK && has)
        st = csm_view_get(ctx->view, CSM_DB_INDEX, csm_buf_str(&key), &bytes, &ctx->err);
    csm_buf_done(&key);
    if (st != CSM_OK && st != CSM_E_NOT_FOUND)
        return st;
    if (has && (st == CSM_E_NOT_FOUND || !csm_holder_read(bytes, &holder) || !csm_id_eq(holder.id, c->row->id) ||
                holder.table_id != c->row->table->id))
        csm_verify_problem(c->v, "index", "record %s of \"%s\" does not hold its value in unique index \"%s\"", c->id,
                           c->row->table->name, c->index->name);
    return CSM_OK;
}

static csm_status check_indexes(csm_verifier *v, const csm_row *row, const char *id)
{
    const csm_mtable *table = row->table;
    for (uint32_t n = 0; n < table->index_count; n++) {
        row_check c = { v, &table->indexes[n], row, id };
        if (!v->ready[table->id][n])
            continue;
        CSM_TRY(csm_index_each_entry(v->ctx.arena, c.index, row, check_entry, &c, &v->ctx.err));
        if (c.index->unique)
            CSM_TRY(check_unique(&c));
    }
    return CSM_OK;
}

/* A number made of the table's prefix and digits is one the counter gave. */
static void check_number(csm_verifier *v, const csm_row *row, const char *id)
{
    const csm_mtable *table = row->table;
    int64_t last = v->last_number[table->id], number = 0;
    if (last == INT64_MAX)
        return;
    csm_value text = csm_row_get(row, table->number);
    csm_str prefix = csm_str_of(table->number_prefix);
    if (text.type != CSM_T_TEXT || !csm_str_starts(text.s, prefix) ||
        !csm_parse_int((csm_str){ text.s.ptr + prefix.len, text.s.len - prefix.len }, &number))
        return;
    if (number > last)
        csm_verify_problem(v, "rows", "record %s of \"%s\" has number %.*s, above the counter's %lld", id, table->name,
                           CSM_STR_FMT(text.s), (long long)last);
}

static csm_status check_version(csm_verifier *v, const csm_row *row, const char *id)
{
    uint64_t last = 0;
    if ((row->table->flags & CSM_TABLE_NO_HISTORY) != 0)
        return CSM_OK;
    CSM_TRY(csm_verify_damage(v, "history", csm_stream_last(&v->ctx, row->table, row->id, CSM_STREAM_VERSIONS, &last)));
    if (last != (uint64_t)row->version + 1)
        csm_verify_problem(v, "history", "record %s of \"%s\" is at version %u, its history ends with number %llu", id,
                           row->table->name, row->version, (unsigned long long)last);
    return CSM_OK;
}

static csm_status check_row(csm_verifier *v, csm_str key, csm_str value, void *user)
{
    char text[CSM_ID_TEXT];
    csm_id id;
    uint32_t table_id = 0, version = 0;
    csm_row *row = NULL;
    (void)user;
    v->counts->rows++;
    if (key.len != ROW_KEY_BYTES) {
        csm_verify_problem(v, "rows", "a key has %zu bytes", key.len);
        return CSM_OK;
    }
    memcpy(id.b, key.ptr + 4, sizeof(id.b));
    csm_id_format(id, text);
    if (csm_row_peek(value, &table_id, &version) && csm_registry_table_by_id(v->ctx.reg, table_id) == NULL) {
        if (table_id >= v->known_count || v->known_tables[table_id] == 0)
            csm_verify_problem(v, "rows", "record %s is of table number %u, which has no name", text, table_id);
        return CSM_OK; /* a plugin that is not active */
    }
    csm_status st = csm_row_decode(v->ctx.reg, v->ctx.arena, id, value, false, &row, &v->ctx.err);
    CSM_TRY(csm_verify_damage(v, "rows", st));
    if (row == NULL)
        return CSM_OK;
    if (csm_take_u32(key.ptr) != row->table->root->id)
        csm_verify_problem(v, "rows", "record %s of \"%s\" is kept with another family", text, row->table->name);
    check_number(v, row, text);
    CSM_TRY(check_indexes(v, row, text));
    return check_version(v, row, text);
}

csm_status csm_verify_rows(csm_verifier *v)
{
    return csm_verify_each(v, CSM_DB_ROWS, check_row, NULL);
}

/* ---- index entries ---- */

static const csm_mindex *index_by_id(const csm_mtable *table, uint32_t id, uint32_t *position)
{
    for (uint32_t n = 0; table != NULL && n < table->index_count; n++) {
        if (table->indexes[n].id == id) {
            *position = n;
            return &table->indexes[n];
        }
    }
    return NULL;
}

/* The row, or NULL when absent or damaged (told of with the rows). */
static csm_status find_row(csm_verifier *v, const csm_mtable *table, csm_id id, csm_row **out)
{
    csm_status st = csm_row_find(&v->ctx, table, id, out);
    if (st != CSM_E_CORRUPT)
        return st;
    *out = NULL;
    csm_error_clear(&v->ctx.err);
    return CSM_OK;
}

typedef struct key_search {
    csm_str key;
    bool found;
} key_search;

static csm_status match_key(void *user, csm_str key, csm_str value)
{
    key_search *search = user;
    (void)value;
    search->found = search->found || csm_str_eq(search->key, key);
    return CSM_OK;
}

/* Does the row behind an entry yield the entry? */
static csm_status check_yield(csm_verifier *v, const csm_mtable *table, const csm_mindex *index, csm_str key)
{
    csm_value columns[CSM_INDEX_COLUMNS_MAX];
    char text[CSM_ID_TEXT];
    csm_id id;
    csm_row *row = NULL;
    key_search search = { key, false };
    csm_status st = csm_index_split(index, key, v->ctx.arena, columns, &id, &v->ctx.err);
    if (st != CSM_OK)
        return csm_verify_damage(v, "index", st);
    CSM_TRY(find_row(v, table, id, &row));
    if (row != NULL && row->table == table)
        CSM_TRY(csm_index_each_entry(v->ctx.arena, index, row, match_key, &search, &v->ctx.err));
    csm_id_format(id, text);
    if (!search.found)
        csm_verify_problem(v, "index", "an entry of index \"%s\" of \"%s\" is not of its record %s", index->name,
                           table->name, text);
    return CSM_OK;
}

/* Complete for rows of this table? */
static bool is_ready(const csm_verifier *v, const csm_mtable *table, uint32_t index_id)
{
    uint32_t position = 0;
    return index_by_id(table, index_id, &position) != NULL && v->ready[table->id][position];
}

static csm_status check_holder(csm_verifier *v, const csm_mindex *index, csm_str key, csm_str value)
{
    csm_holder holder;
    csm_row *row = NULL;
    csm_buf want = { 0 };
    bool has = false;
    csm_status st = CSM_OK;
    if (!csm_holder_read(value, &holder)) {
        csm_verify_problem(v, "index", "a value of unique index \"%s\" names no record", index->name);
        return CSM_OK;
    }
    const csm_mtable *table = csm_registry_table_by_id(v->ctx.reg, holder.table_id);
    if (table == NULL && holder.table_id < v->known_count && v->known_tables[holder.table_id] != 0)
        return CSM_OK; /* of a plugin that is not active */
    if (table != NULL && csm_mtable_is_a(table, index->owner)) {
        if (!is_ready(v, table, index->id))
            return CSM_OK;
        CSM_TRY(find_row(v, table, holder.id, &row));
    }
    if (row != NULL && row->table == table)
        st = csm_unique_key(&want, index, row, &has, &v->ctx.err);
    if (st == CSM_OK && (!has || !csm_str_eq(csm_buf_str(&want), key))) {
        char text[CSM_ID_TEXT];
        csm_id_format(holder.id, text);
        csm_verify_problem(v, "index", "a value of unique index \"%s\" is not of its record %s", index->name, text);
    }
    csm_buf_done(&want);
    return st;
}

static csm_status check_index_entry(csm_verifier *v, csm_str key, csm_str value, void *user)
{
    uint32_t position = 0;
    (void)user;
    v->counts->index_entries++;
    if (key.len < INDEX_KEY_LEAST) {
        csm_verify_problem(v, "index", "a key has %zu bytes", key.len);
        return CSM_OK;
    }
    uint32_t index_id = csm_take_u32(key.ptr + 4);
    const csm_mtable *table = csm_registry_table_by_id(v->ctx.reg, csm_take_u32(key.ptr));
    const csm_mindex *index = index_by_id(table, index_id & ~CSM_UNIQUE_BIT, &position);
    if (index == NULL)
        return CSM_OK; /* of a plugin that is not active */
    if ((index_id & CSM_UNIQUE_BIT) != 0)
        return check_holder(v, index, key, value);
    if (!v->ready[table->id][position])
        return CSM_OK; /* being built */
    return check_yield(v, table, index, key);
}

csm_status csm_verify_index(csm_verifier *v)
{
    return csm_verify_each(v, CSM_DB_INDEX, check_index_entry, NULL);
}
