csm_fuzz(table_stored SOURCES table/fuzz_stored.c ROOMS engine model)
