# What every target of the tree shares: warnings, hardening, sanitizers, and the three target makers.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

add_library(csm_flags INTERFACE)
target_compile_options(csm_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
    -Wcast-qual -Wundef -Wvla -Wformat=2 -Wnull-dereference
    -fstack-protector-strong -fno-strict-aliasing -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
target_compile_definitions(csm_flags INTERFACE _GNU_SOURCE CSM_VERSION="${PROJECT_VERSION}")
target_link_options(csm_flags INTERFACE -Wl,-z,relro,-z,now)
if(CSM_WERROR)
    target_compile_options(csm_flags INTERFACE -Werror)
endif()
if(CSM_SANITIZE)
    target_compile_options(csm_flags INTERFACE -fsanitize=${CSM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(csm_flags INTERFACE -fsanitize=${CSM_SANITIZE})
    target_compile_definitions(csm_flags INTERFACE CSM_SANITIZED)
    if(CSM_SANITIZE MATCHES "address")
        target_compile_definitions(csm_flags INTERFACE CSM_ARENA_MALLOC)
    endif()
endif()
if(CSM_FUZZ)
    target_compile_options(csm_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(NOT CSM_FAULTS)
    target_compile_definitions(csm_flags INTERFACE CSM_NO_FAULTS)
endif()
if(CMAKE_BUILD_TYPE MATCHES "Rel")
    target_compile_definitions(csm_flags INTERFACE _FORTIFY_SOURCE=2)
endif()

# A room of core: csm_room(store SOURCES a.c b.c ROOMS base LIBS lmdb)
function(csm_room name)
    cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS;LIBS;PUBLIC_LIBS" ${ARGN})
    add_library(csm_${name} STATIC ${ARG_SOURCES})
    target_include_directories(csm_${name} PUBLIC ${CMAKE_SOURCE_DIR}/core ${CMAKE_SOURCE_DIR}/sdk/include)
    target_link_libraries(csm_${name} PUBLIC csm_flags Threads::Threads)
    foreach(room ${ARG_ROOMS})
        target_link_libraries(csm_${name} PUBLIC csm_${room})
    endforeach()
    target_link_libraries(csm_${name} PRIVATE ${ARG_LIBS} PUBLIC ${ARG_PUBLIC_LIBS})
endfunction()

# A bundled plugin: csm_bundled_plugin(customer_base SOURCES a.c b.c). One module, one exported symbol.
function(csm_bundled_plugin id)
    cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
    add_library(${id} MODULE ${ARG_SOURCES})
    set_target_properties(${id} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
    target_include_directories(${id} PRIVATE ${CMAKE_SOURCE_DIR}/sdk/include)
    target_link_libraries(${id} PRIVATE csm_flags)
    if(NOT CSM_SANITIZE)
        target_link_options(${id} PRIVATE -Wl,-z,defs)
    endif()
    set_property(GLOBAL APPEND PROPERTY CSM_PLUGINS ${id})
    csm_plugin_manifest(${id})
endfunction()

# Writes the manifest beside a plugin's .so, and makes both such that a server takes them (not writable by others).
function(csm_plugin_manifest target)
    add_dependencies(${target} csm-manifest)
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND chmod go-w $<TARGET_FILE_DIR:${target}> $<TARGET_FILE:${target}>
        COMMAND csm-manifest $<TARGET_FILE:${target}> $<TARGET_FILE_DIR:${target}>/$<TARGET_FILE_BASE_NAME:${target}>.manifest
        VERBATIM)
endfunction()

# The ids of all bundled plugins, for the loader; called when every folder has been read.
function(csm_write_bundled)
    get_property(ids GLOBAL PROPERTY CSM_PLUGINS)
    set(text "")
    foreach(id ${ids})
        string(APPEND text "\"${id}\", ")
    endforeach()
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/loader/bundled.h
        CONTENT "/* Written by the build: plugins of this tree. */\n#define CSM_BUNDLED_IDS @text@\n" @ONLY)
endfunction()

# What a test may take: a sanitizer is ten times slower, and so is a machine that does other things.
if(CSM_SANITIZE)
    set(CSM_TEST_LIMIT_S 1800)
else()
    set(CSM_TEST_LIMIT_S 600)
endif()

# A cmocka test: csm_test(base_arena SOURCES test_arena.c ROOMS base support). One executable per subject.
function(csm_test name)
    cmake_parse_arguments(ARG "" "" "SOURCES;ROOMS;LABELS;LIBS" ${ARGN})
    add_executable(test_${name} ${ARG_SOURCES})
    foreach(room ${ARG_ROOMS})
        target_link_libraries(test_${name} PRIVATE csm_${room})
    endforeach()
    target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support)
    target_link_libraries(test_${name} PRIVATE csm_flags cmocka ${ARG_LIBS})
    add_test(NAME ${name} COMMAND test_${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${CSM_TEST_LIMIT_S} LABELS "${ARG_LABELS}"
        ENVIRONMENT "CSM_PLUGIN_DIR=${CMAKE_BINARY_DIR}/plugins;CSM_BIN_DIR=${CMAKE_BINARY_DIR}/bin;CSM_SOURCE_DIR=${CMAKE_SOURCE_DIR};LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/leaks.txt:print_suppressions=0;TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/races.txt:print_suppressions=0")
endfunction()

# The test of a bundled plugin, through the test kit only: csm_plugin_test(products STANDS_ON foundation customer_base).
function(csm_plugin_test id)
    cmake_parse_arguments(ARG "" "" "STANDS_ON" ${ARGN})
    if(NOT BUILD_TESTING OR NOT TARGET csm_testkit)
        return()
    endif()
    csm_test(plugin_${id} SOURCES test_${id}.c ROOMS testkit LABELS plugin)
    add_dependencies(test_plugin_${id} ${id} ${ARG_STANDS_ON})
endfunction()
