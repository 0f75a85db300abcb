list(APPEND ENGINE_SOURCES
    access/caller.c access/explain.c access/own_plugin.c access/own_roles.c access/own_tables.c access/own_users.c
    access/reach.c access/secret.c access/values.c)
