/* Unique values over the family, and ids that are taken once. */
#include "rows.h"

/* ---- unique ---- */

static void unique_over_the_family(void **state)
{
    fixture *f = *state;
    csm_ctx *ctx = fixture_write(f);
    csm_row *first = duty(f, "errand", "DTY1"), *second = duty(f, "chore", "dty1"), *third = duty(f, "duty", NULL);
    assert_ok(ctx, csm_row_put(ctx, NULL, first));
    size_t before = csm_txn_entries(ctx->txn);
    assert_status(ctx, csm_row_put(ctx, NULL, second), CSM_E_EXISTS);
    assert_int_equal(csm_txn_entries(ctx->txn), before); /* refused before anything was written */
    assert_string_equal(ctx->err.field, "number");
    assert_non_null(strstr(ctx->err.message, "\"dty1\""));
    assert_ok(ctx, csm_row_put(ctx, NULL, third));
    assert_ok(ctx, csm_row_put(ctx, NULL, duty(f, "chore", NULL))); /* empty values never meet */

    csm_row *moved = csm_row_copy(ctx->arena, third);
    fixture_set(moved, "number", csm_ctext("DTY1"));
    assert_status(ctx, csm_row_put(ctx, third, moved), CSM_E_EXISTS);
    csm_row *same = csm_row_copy(ctx->arena, first); /* its own value, written another way */
    fixture_set(same, "number", csm_ctext("Dty1"));
    assert_ok(ctx, csm_row_put(ctx, first, same));
    csm_row *free_now = csm_row_copy(ctx->arena, same);
    fixture_set(free_now, "number", csm_nil());
    assert_ok(ctx, csm_row_put(ctx, same, free_now));
    assert_ok(ctx, csm_row_put(ctx, third, moved));
    assert_ok(ctx, csm_row_delete(ctx, moved));
    assert_ok(ctx, csm_row_put(ctx, NULL, second));
    fixture_abort(f);
}

static void unique_of_several_columns(void **state)
{
    fixture *f = *state;
    csm_ctx *ctx = fixture_write(f);
    csm_row *rows[4];
    for (size_t n = 0; n < 4; n++) {
        rows[n] = fixture_row(f, n % 2 ? "errand" : "chore");
        fixture_set(rows[n], "owner", csm_id_value((csm_id){ { 5 } }));
    }
    fixture_set(rows[0], "weight", csm_int(1));
    fixture_set(rows[1], "weight", csm_int(2));
    fixture_set(rows[2], "weight", csm_int(1));
    assert_ok(ctx, csm_row_put(ctx, NULL, rows[0]));
    assert_ok(ctx, csm_row_put(ctx, NULL, rows[1]));
    assert_status(ctx, csm_row_put(ctx, NULL, rows[2]), CSM_E_EXISTS);
    assert_non_null(strstr(ctx->err.message, "\"owner\", \"weight\""));
    assert_ok(ctx, csm_row_put(ctx, NULL, rows[3])); /* one column is empty */
    fixture_abort(f);
}

/* Beyond the key's cut the whole text counts. */
static void unique_long_texts(void **state)
{
    fixture *f = *state;
    char text[3][101];
    csm_ctx *ctx = fixture_write(f);
    for (size_t n = 0; n < 3; n++) {
        memset(text[n], n == 2 ? 'X' : 'x', 100);
        text[n][100] = '\0';
    }
    text[1][99] = 'y';
    assert_ok(ctx, csm_row_put(ctx, NULL, duty(f, "duty", text[0])));
    assert_ok(ctx, csm_row_put(ctx, NULL, duty(f, "duty", text[1])));
    assert_status(ctx, csm_row_put(ctx, NULL, duty(f, "errand", text[2])), CSM_E_EXISTS);
    csm_id id;
    bool found = false;
    const csm_mtable *table = fixture_table(f, "duty");
    assert_ok(ctx, csm_index_find(ctx, table, fixture_index(table, "number"), csm_ctext(text[2]), &id, &found));
    assert_true(found);
    fixture_abort(f);
}

static void ids_are_taken_once(void **state)
{
    fixture *f = *state;
    csm_ctx *ctx = fixture_write(f);
    csm_row *row = fixture_row(f, "duty");
    assert_ok(ctx, csm_row_put(ctx, NULL, row));
    csm_row *other = csm_row_new(ctx->arena, fixture_table(f, "errand"), row->id); /* same family */
    assert_status(ctx, csm_row_put(ctx, NULL, other), CSM_E_EXISTS);
    assert_status(ctx, csm_row_put(ctx, row, other), CSM_E_UNSUPPORTED);
    csm_row *elsewhere = csm_row_new(ctx->arena, fixture_table(f, "all"), row->id);
    assert_ok(ctx, csm_row_put(ctx, NULL, elsewhere));
    fixture_abort(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fresh(unique_over_the_family),
        fresh(unique_of_several_columns),
        fresh(unique_long_texts),
        fresh(ids_are_taken_once),
    };
    return cmocka_run_group_tests_name("unique", tests, NULL, NULL);
}
