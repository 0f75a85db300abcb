# The parts of the command line that need no server.
foreach(subject rows cell ordered rejected)
    csm_test(csm_${subject} SOURCES csm/test_${subject}.c ROOMS cells LABELS unit)
endforeach()
