list(APPEND ENGINE_SOURCES history/asof.c history/journal.c history/stream.c history/version.c)
