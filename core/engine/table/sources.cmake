list(APPEND ENGINE_SOURCES
    table/catalog.c table/codec.c table/fold.c table/index.c table/index_build.c table/key.c table/order.c table/row.c
    table/rowstore.c table/split.c table/unique.c)
