foreach(subject walk envelope decode)
    csm_fuzz(wire_${subject} SOURCES wire/fuzz_${subject}.c ROOMS wire)
endforeach()
