csm_fuzz(server_config SOURCES server/fuzz_config.c ROOMS server)
