list(APPEND ENGINE_SOURCES event/deliver.c event/replay.c event/log.c event/typed.c)
