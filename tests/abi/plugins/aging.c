/* One plugin at several ages: 1 as it began; 2 with a migration; 3 with one that fails; 4 with a field of another type; 5 does
 * not start; 6 ends the process in a migration. */
#include <csm/csm.h>

#include <stdlib.h>

static const csm_field fields[] = {
    CSM_TEXT("name"),
#if AGE == 4
    CSM_INT("amount"),
#else
    CSM_TEXT("amount"),
#endif
#if AGE >= 2
    CSM_INT("size"),
#endif
};
static const csm_table tables[] = { { .name = "thing", .doc = "Something", .fields = CSM_ARRAY(fields) } };

#if AGE >= 2
static csm_status measure(csm_ctx *ctx)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    CSM_TRY(csm_query_open(ctx, "aging_thing", &q));
    csm_query_filter(ctx, q, "nameISNOTEMPTY");
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        (void)csm_record_set_int(ctx, row, "size", (int64_t)csm_record_text(ctx, row, "amount").len);
        if ((st = csm_record_update(ctx, row)) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}
#endif

#if AGE == 3 || AGE == 6
static csm_status fail(csm_ctx *ctx)
{
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, "aging_thing", &row));
    CSM_TRY(csm_record_set_text(ctx, row, "name", CSM_STR("half done")));
    CSM_TRY(csm_record_insert(ctx, row));
#if AGE == 6
    _Exit(77);
#endif
    return csm_fail(ctx, CSM_E_REJECTED, "no luck");
}
#endif

#if AGE >= 2
static const csm_migration migrations[] = {
    { 1, "measure", measure },
#if AGE == 3 || AGE == 6
    { 4, "fail", fail },
#endif
};
#define MIGRATIONS .migrations = CSM_ARRAY(migrations),
#else
#define MIGRATIONS
#endif

/* Leaves a row behind each time. */
static csm_status start(csm_ctx *ctx)
{
    csm_record *row;

    CSM_TRY(csm_record_create(ctx, "aging_thing", &row));
    CSM_TRY(csm_record_set_text(ctx, row, "name", CSM_STR("started")));
    CSM_TRY(csm_record_insert(ctx, row));
    return AGE == 5 ? csm_fail(ctx, CSM_E_REJECTED, "too tired") : CSM_OK;
}

static void stop(csm_ctx *ctx)
{
    csm_record *row;

    if (csm_record_create(ctx, "aging_thing", &row) == CSM_OK &&
        csm_record_set_text(ctx, row, "name", CSM_STR("stopped")) == CSM_OK)
        (void)csm_record_insert(ctx, row);
}

#define TEXT_OF(n) #n
#define VERSION_OF(n) TEXT_OF(n) ".0"

CSM_PLUGIN(aging, .version = VERSION_OF(AGE), .summary = "Grows older", .tables = CSM_ARRAY(tables),
           MIGRATIONS .on_start = start, .on_stop = stop)
