csm_fuzz(query_filter SOURCES query/fuzz_filter.c ROOMS engine)
