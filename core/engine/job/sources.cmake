list(APPEND ENGINE_SOURCES job/builtin.c job/due.c job/job.c job/job_list.c)
