list(APPEND ENGINE_SOURCES
    record/activate.c record/own_jobs.c record/args.c record/as_of.c record/choices.c record/engine.c record/lineage.c record/link.c record/link_method.c record/rollup.c record/host.c record/host_caller.c record/host_change.c
    record/host_job.c record/host_point.c record/host_query.c record/host_record.c record/host_rpc.c record/host_tree.c record/merge.c
    record/number.c record/prepare.c record/present.c record/read.c record/refresh.c record/release.c record/seeds.c record/shown.c record/timed.c
    record/validate.c record/write.c record/write_values.c)
