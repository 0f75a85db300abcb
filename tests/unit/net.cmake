foreach(subject conn limits listen)
    csm_test(net_${subject} SOURCES net/test_${subject}.c net/harness.c ROOMS net base)
endforeach()
csm_test(base_address SOURCES net/test_address.c ROOMS base)
