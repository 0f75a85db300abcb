# A world: the whole engine with a plugin that uses every mechanism once.
add_library(csm_test_world STATIC record/world.c record/park.c)
target_include_directories(csm_test_world PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/record ${CMAKE_SOURCE_DIR}/tests/support)
target_link_libraries(csm_test_world PUBLIC csm_engine csm_model csm_store csm_wire csm_base PRIVATE csm_flags cmocka)
foreach(subject activate events host jobs links memory merge model present queries rules state task_links write)
    csm_test(record_${subject} SOURCES record/test_${subject}.c ROOMS test_world LABELS unit)
endforeach()
