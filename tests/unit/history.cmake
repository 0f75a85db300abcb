foreach(subject history verify)
    csm_test(engine_${subject} SOURCES history/test_${subject}.c ROOMS support LABELS unit)
endforeach()
