include("${CMAKE_CURRENT_LIST_DIR}/csm-sdk-targets.cmake")
