foreach(subject parse)
    csm_test(query_${subject} SOURCES query/test_${subject}.c ROOMS support LABELS unit)
endforeach()
