/* Stands on another plugin: a column on its table. */
#include <csm/csm.h>

static const csm_dep deps[] = { { .plugin = "good", .min = "1.1" } };
static const csm_field columns[] = { CSM_INT("visits", .doc = "How often") };
static const csm_table_ext exts[] = { { .table = "good_guest", .fields = CSM_ARRAY(columns) } };

CSM_PLUGIN(needs_good, .version = "1.0", .summary = "Stands on good", .depends = CSM_ARRAY(deps),
           .table_exts = CSM_ARRAY(exts))
