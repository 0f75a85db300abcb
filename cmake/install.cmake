# What cmake --install puts where. The server finds its plugins beside itself (../lib/csmd/plugins), whatever the prefix.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(CSM_PLUGIN_DIR lib/csmd/plugins)
set(CSM_SHARE_DIR ${CMAKE_INSTALL_DATADIR}/csmd)

# Programs and plugins
get_property(CSM_PLUGIN_IDS GLOBAL PROPERTY CSM_PLUGINS)
install(TARGETS csmd csm csm-manifest RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${CSM_PLUGIN_IDS} LIBRARY DESTINATION ${CSM_PLUGIN_DIR})
foreach(id ${CSM_PLUGIN_IDS})
    install(FILES ${CMAKE_BINARY_DIR}/plugins/${id}.manifest DESTINATION ${CSM_PLUGIN_DIR})
endforeach()

# What an administrator copies and edits, the unit, completion
install(FILES config/csm.conf DESTINATION ${CSM_SHARE_DIR})
install(DIRECTORY config/import DESTINATION ${CSM_SHARE_DIR})
configure_file(config/csmd.service.in ${CMAKE_BINARY_DIR}/generated/csmd.service @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/generated/csmd.service DESTINATION lib/systemd/system)
install(FILES ${CMAKE_BINARY_DIR}/generated/completion/csm DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)

# The contract with plugins: headers alone, found by CMake (find_package(csm-sdk), target csm::sdk) and pkg-config
add_library(csm_sdk INTERFACE)
set_target_properties(csm_sdk PROPERTIES EXPORT_NAME sdk)
target_include_directories(csm_sdk INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(DIRECTORY sdk/include/csm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    PATTERN client.h EXCLUDE PATTERN test.h EXCLUDE) # of libraries that are not installed
install(TARGETS csm_sdk EXPORT csm-sdk)
install(EXPORT csm-sdk NAMESPACE csm:: FILE csm-sdk-targets.cmake DESTINATION ${CMAKE_INSTALL_DATADIR}/cmake/csm-sdk)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/csm-sdk-config-version.cmake COMPATIBILITY SameMajorVersion
    ARCH_INDEPENDENT)
install(FILES cmake/csm-sdk-config.cmake ${CMAKE_BINARY_DIR}/generated/csm-sdk-config-version.cmake
    DESTINATION ${CMAKE_INSTALL_DATADIR}/cmake/csm-sdk)
configure_file(cmake/csm-sdk.pc.in ${CMAKE_BINARY_DIR}/generated/csm-sdk.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/generated/csm-sdk.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
