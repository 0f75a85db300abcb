csm_test(table_row SOURCES table/test_row.c ROOMS support LABELS unit)
