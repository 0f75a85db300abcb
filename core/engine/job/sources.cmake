list(APPEND ENGINE_SOURCES job/due.c job/job.c job/job_list.c)
