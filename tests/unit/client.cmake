foreach(subject call pipeline hostile)
    csm_test(client_${subject} SOURCES client/test_${subject}.c client/fake.c ROOMS client wire base)
endforeach()
