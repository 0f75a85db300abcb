foreach(subject row key fold index unique catalog)
    csm_test(table_${subject} SOURCES table/test_${subject}.c ROOMS support LABELS unit)
endforeach()
