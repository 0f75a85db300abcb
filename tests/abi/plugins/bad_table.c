/* Refers to a table that does not exist. */
#include <csm/csm.h>

static const csm_field fields[] = { CSM_REF("host", "good_gast", .doc = "Who invited") };
static const csm_table tables[] = { { .name = "party", .doc = "Gatherings", .fields = CSM_ARRAY(fields) } };

CSM_PLUGIN(bad_table, .version = "1.0", .summary = "Refers to nothing", .tables = CSM_ARRAY(tables))
