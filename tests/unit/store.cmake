csm_test(store_pending SOURCES store/test_pending.c ROOMS store)
csm_test(store_iter SOURCES store/test_iter.c ROOMS store)
csm_test(store SOURCES store/test_store.c ROOMS store)
csm_test(store_full SOURCES store/test_full.c store/fake_engine.c ROOMS store)
csm_test(store_concurrent SOURCES store/test_concurrent.c ROOMS store)
csm_test(store_model SOURCES store/test_model.c store/model.c store/fake_engine.c ROOMS store)

# Not part of the suite: ninja bench_store, then run it.
add_executable(bench_store EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/bench/bench_store.c)
target_include_directories(bench_store PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
target_link_libraries(bench_store PRIVATE csm_flags csm_store csm_base lmdb)
