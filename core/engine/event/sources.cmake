list(APPEND ENGINE_SOURCES event/deliver.c event/behind.c event/replay.c event/log.c event/log_read.c event/typed.c)
