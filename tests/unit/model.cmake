foreach(subject build problems values copy)
    csm_test(model_${subject} SOURCES model/test_${subject}.c ROOMS model LABELS unit)
endforeach()
