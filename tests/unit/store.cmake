csm_test(store_model SOURCES store/test_model.c store/model.c store/fake_engine.c ROOMS store)
