csm_test(query_parse SOURCES query/test_parse.c ROOMS support LABELS unit)
csm_test(query_plans SOURCES query/test_plans.c query/world.c ROOMS support LABELS unit)
