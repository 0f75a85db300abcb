/* Checking the store against itself: what the parts of the walk share. */
#ifndef CSM_ENGINE_VERIFY_H
#define CSM_ENGINE_VERIFY_H

#include "engine/engine.h"

typedef struct csm_verifier {
    csm_ctx ctx; /* reads through the view; its arena is reset after each entry */
    csm_verify_fn report;
    void *user;
    csm_verify_counts *counts;
    bool **ready;          /* by table id, by position of the index: only ready ones are complete */
    int64_t *last_number;  /* by table id: what its counter gave last; INT64_MAX: no numbers */
    uint8_t *known_tables; /* by table id: the catalog has a name for it */
    uint64_t known_count;
} csm_verifier;

/* Counts and reports one problem. */
void csm_verify_problem(csm_verifier *v, const char *area, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Reports the context's error where it is damage; returns what else went wrong. */
csm_status csm_verify_damage(csm_verifier *v, const char *area, csm_status st);
/* Calls @p each for every entry of a database. */
typedef csm_status (*csm_verify_entry_fn)(csm_verifier *v, csm_str key, csm_str value, void *user);
csm_status csm_verify_each(csm_verifier *v, csm_db db, csm_verify_entry_fn each, void *user);

csm_status csm_verify_catalog(csm_verifier *v); /* first: the others use what it finds */
csm_status csm_verify_rows(csm_verifier *v);
csm_status csm_verify_index(csm_verifier *v);
csm_status csm_verify_history(csm_verifier *v);
csm_status csm_verify_log(csm_verifier *v);

#endif
