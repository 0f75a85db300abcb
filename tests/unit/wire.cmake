foreach(subject decode envelope reader walk writer)
    csm_test(wire_${subject} SOURCES wire/test_${subject}.c ROOMS wire LABELS unit)
endforeach()
# msgpack-c itself says what bytes mean; no limit of ours applies there.
csm_test(wire_oracle SOURCES wire/test_oracle.c ROOMS wire LABELS unit LIBS PkgConfig::MSGPACK)
