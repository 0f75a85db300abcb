foreach(subject arena buf clock error fault id log map parse queue str thread trail)
    csm_test(base_${subject} SOURCES base/test_${subject}.c ROOMS base LABELS unit)
endforeach()
