csm_fuzz(csm_rows SOURCES csm/fuzz_rows.c ROOMS cells)
