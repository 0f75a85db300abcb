foreach(subject row key fold index catalog)
    csm_test(table_${subject} SOURCES table/test_${subject}.c ROOMS support LABELS unit)
endforeach()
