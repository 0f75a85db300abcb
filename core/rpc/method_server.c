/* The server itself: hello, ping, describe, status, metrics. */
#include "rpc/method.h"

#include <stdio.h>

/* ---- hello, ping ---- */

static void write_limits(csm_ctx *ctx, csm_writer *w)
{
    const csm_rpc_options *options = &csm_call_of(ctx)->rpc->options;

    csm_write_cstr(w, "limits");
    csm_write_map(w, 7);
    csm_put_int(w, "frame_bytes", options->wire.frame_bytes);
    csm_put_int(w, "depth", options->wire.depth);
    csm_put_int(w, "elements", options->wire.elements);
    csm_put_int(w, "reply_bytes", options->reply_bytes);
    csm_put_int(w, "in_flight", options->in_flight_max);
    csm_put_int(w, "page_rows", ctx->engine->limits.page_rows);
    csm_put_int(w, "deadline_ms", options->deadline_ms);
}

static csm_status server_hello(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_call *call = csm_call_of(ctx);
    csm_str errors = csm_value_text(in->values[0]);
    csm_writer *w;

    if (errors.len > 0 && !csm_str_is(errors, "map") && !csm_str_is(errors, "text"))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "errors", "argument \"errors\" is \"map\" or \"text\"");
    call->changes_errors = true;
    call->new_error_maps = errors.len > 0 ? csm_str_is(errors, "map") : call->error_maps;
    w = csm_reply_begin(out);
    csm_write_map(w, 6);
    csm_put_text(w, "server", "csmd");
    csm_put_text(w, "version", CSM_VERSION);
    csm_put_int(w, "protocol", 1);
    csm_put_int(w, "api_level", CSM_API_LEVEL);
    csm_put_text(w, "errors", call->new_error_maps ? "map" : "text");
    write_limits(ctx, w);
    return CSM_OK;
}

static csm_status server_ping(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_writer *w = csm_reply_begin(out);

    (void)in;
    csm_write_map(w, 1);
    csm_put_time(w, "time", ctx->now);
    return CSM_OK;
}

/* ---- status ---- */

static csm_status server_status(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_rpc *rpc = csm_call_of(ctx)->rpc;
    csm_store_stat stat;
    csm_writer *w;

    (void)in;
    CSM_TRY(csm_store_get_stat(ctx->engine->store, &stat, &ctx->err));
    w = csm_reply_begin(out);
    csm_write_map(w, 10);
    csm_put_text(w, "version", CSM_VERSION);
    csm_put_time(w, "time", ctx->now);
    csm_put_int(w, "uptime_s", (csm_mono_us() - rpc->started_us) / CSM_SECOND);
    csm_put_bool(w, "demo", rpc->options.demo);
    csm_put_int(w, "connections", rpc->session_count);
    csm_put_int(w, "writes_waiting", (int64_t)csm_queue_count(rpc->queue));
    csm_put_int(w, "plugins", ctx->reg->plugin_count);
    csm_put_int(w, "sequence", (int64_t)stat.sequence);
    csm_put_int(w, "store_bytes", (int64_t)stat.bytes_used);
    csm_put_int(w, "store_ceiling_bytes", (int64_t)stat.ceiling);
    return CSM_OK;
}

/* ---- metrics ---- */

/* Microseconds below which @p share of the calls stayed: the upper end of the bucket. */
static uint64_t quantile(const csm_method_stat *stat, double share)
{
    uint64_t want = (uint64_t)((double)stat->calls * share), seen = 0;

    for (uint32_t n = 0; n < CSM_LATENCY_BUCKETS; n++) {
        seen += stat->buckets[n];
        if (seen > want || seen == stat->calls)
            return UINT64_C(2) << n < stat->max_us ? UINT64_C(2) << n : stat->max_us;
    }
    return stat->max_us;
}

static void write_method_stat(csm_str key, void *value, void *user)
{
    const csm_method_stat *stat = value;
    csm_writer *w = user;

    csm_write_text(w, key);
    csm_write_map(w, 6);
    csm_put_int(w, "calls", (int64_t)stat->calls);
    csm_put_int(w, "errors", (int64_t)stat->errors);
    csm_put_int(w, "total_us", (int64_t)stat->total_us);
    csm_put_int(w, "max_us", (int64_t)stat->max_us);
    csm_put_int(w, "p50_us", (int64_t)quantile(stat, 0.50));
    csm_put_int(w, "p99_us", (int64_t)quantile(stat, 0.99));
}

static void write_metrics(csm_ctx *ctx, csm_writer *w, const csm_store_stat *stat)
{
    csm_rpc *rpc = csm_call_of(ctx)->rpc;
    const csm_writer_stat *writer = &rpc->writer_stat;

    csm_write_map(w, 3);
    csm_write_cstr(w, "methods");
    csm_mutex_lock(rpc->stats_lock);
    csm_write_map(w, (uint32_t)csm_strmap_count(rpc->stats));
    csm_strmap_each(rpc->stats, write_method_stat, w);
    csm_mutex_unlock(rpc->stats_lock);
    csm_write_cstr(w, "writer");
    csm_write_map(w, 6);
    csm_put_int(w, "batches", (int64_t)writer->batches);
    csm_put_int(w, "requests", (int64_t)writer->requests);
    csm_put_int(w, "jobs", (int64_t)writer->jobs);
    csm_put_int(w, "run_us", (int64_t)writer->run_us);
    csm_put_int(w, "commit_us", (int64_t)writer->commit_us);
    csm_put_int(w, "biggest_batch", (int64_t)writer->biggest_batch);
    csm_write_cstr(w, "store");
    csm_write_map(w, 3);
    csm_put_int(w, "sequence", (int64_t)stat->sequence);
    csm_put_int(w, "bytes_used", (int64_t)stat->bytes_used);
    csm_put_int(w, "bytes_map", (int64_t)stat->bytes_map);
}

static void print_counts(csm_str key, void *value, void *user)
{
    const csm_method_stat *stat = value;
    csm_buf *text = user;

    csm_buf_printf(text, "csmd_requests_total{method=\"%.*s\"} %llu\n", CSM_STR_FMT(key), (unsigned long long)stat->calls);
    csm_buf_printf(text, "csmd_request_errors_total{method=\"%.*s\"} %llu\n", CSM_STR_FMT(key),
                   (unsigned long long)stat->errors);
}

static void print_latency(csm_str key, void *value, void *user)
{
    const csm_method_stat *stat = value;
    csm_buf *text = user;
    uint64_t below = 0;

    for (uint32_t n = 0; n < CSM_LATENCY_BUCKETS - 1; n++) {
        below += stat->buckets[n];
        csm_buf_printf(text, "csmd_request_seconds_bucket{method=\"%.*s\",le=\"%g\"} %llu\n", CSM_STR_FMT(key),
                       (double)(UINT64_C(2) << n) / 1e6, (unsigned long long)below);
    }
    csm_buf_printf(text, "csmd_request_seconds_bucket{method=\"%.*s\",le=\"+Inf\"} %llu\n", CSM_STR_FMT(key),
                   (unsigned long long)stat->calls);
    csm_buf_printf(text, "csmd_request_seconds_sum{method=\"%.*s\"} %g\n", CSM_STR_FMT(key), (double)stat->total_us / 1e6);
    csm_buf_printf(text, "csmd_request_seconds_count{method=\"%.*s\"} %llu\n", CSM_STR_FMT(key),
                   (unsigned long long)stat->calls);
}

static void print_one(csm_buf *text, const char *name, const char *type, const char *help, double value)
{
    csm_buf_printf(text, "# HELP csmd_%s %s\n# TYPE csmd_%s %s\ncsmd_%s %.17g\n", name, help, name, type, name, value);
}

static void print_metrics(csm_ctx *ctx, csm_buf *text, const csm_store_stat *stat)
{
    csm_rpc *rpc = csm_call_of(ctx)->rpc;
    const csm_writer_stat *writer = &rpc->writer_stat;

    csm_mutex_lock(rpc->stats_lock);
    csm_buf_printf(text, "# TYPE csmd_requests_total counter\n# TYPE csmd_request_errors_total counter\n");
    csm_strmap_each(rpc->stats, print_counts, text);
    csm_buf_printf(text, "# TYPE csmd_request_seconds histogram\n");
    csm_strmap_each(rpc->stats, print_latency, text);
    csm_mutex_unlock(rpc->stats_lock);
    print_one(text, "batches_total", "counter", "Write transactions", (double)writer->batches);
    print_one(text, "batch_requests_total", "counter", "Writes in them", (double)writer->requests);
    print_one(text, "jobs_total", "counter", "Pages of jobs run", (double)writer->jobs);
    print_one(text, "batch_run_seconds_total", "counter", "Time in write handlers", (double)writer->run_us / 1e6);
    print_one(text, "commit_seconds_total", "counter", "Time in commits", (double)writer->commit_us / 1e6);
    print_one(text, "connections", "gauge", "Open connections", (double)rpc->session_count);
    print_one(text, "writes_waiting", "gauge", "Writes in the queue", (double)csm_queue_count(rpc->queue));
    print_one(text, "store_sequence", "gauge", "Sequence number of the last write", (double)stat->sequence);
    print_one(text, "store_bytes", "gauge", "Bytes the store uses", (double)stat->bytes_used);
}

static csm_status server_metrics(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str format = csm_value_text(in->values[0]);
    csm_store_stat stat;
    csm_buf text;
    bool failed;

    if (format.len > 0 && !csm_str_is(format, "prometheus"))
        return csm_error_field(&ctx->err, CSM_E_INVALID, "format", "argument \"format\" is \"prometheus\" or absent");
    CSM_TRY(csm_store_get_stat(ctx->engine->store, &stat, &ctx->err));
    if (format.len == 0) {
        write_metrics(ctx, csm_reply_begin(out), &stat);
        return CSM_OK;
    }
    csm_buf_init(&text, csm_call_of(ctx)->rpc->options.reply_bytes);
    print_metrics(ctx, &text, &stat);
    csm_write_text(csm_reply_begin(out), csm_buf_str(&text));
    failed = text.failed;
    csm_buf_done(&text);
    return failed ? csm_ctx_nomem(ctx) : CSM_OK;
}

/* ---- the set ---- */

static const csm_param hello_params[] = {
    CSM_PARAM("errors", CSM_T_TEXT, .max = 10, .doc = "\"text\" (default): errors are one line; \"map\": a map"),
    CSM_PARAM("client", CSM_T_TEXT, .max = 200, .doc = "Name and version of the client"),
};
static const csm_param describe_params[] = {
    CSM_PARAM("areas", CSM_T_LIST, .max = 20,
              .doc = "methods, tables, roles, errors, values, points, properties, jobs, plugins; absent = all"),
    CSM_PARAM("method", CSM_T_TEXT, .max = 100, .doc = "This method alone"),
};
static const csm_param metrics_params[] = {
    CSM_PARAM("format", CSM_T_TEXT, .max = 20, .doc = "\"prometheus\": text for a scraper; absent: a map"),
};

static const csm_method methods[] = {
    { .name = "server.hello", .params = CSM_ARRAY(hello_params), .returns = CSM_T_MAP, .since = 1, .run = server_hello,
      .flags = CSM_METHOD_OPEN | CSM_METHOD_EXTERNAL, .doc = "Says how errors shall look and learns versions and limits",
      .returns_doc = "{server, version, protocol, api_level, errors, limits}" },
    { .name = "server.ping", .returns = CSM_T_MAP, .since = 1, .run = server_ping,
      .flags = CSM_METHOD_OPEN | CSM_METHOD_EXTERNAL, .doc = "Answers with the server's time", .returns_doc = "{time}" },
    { .name = "server.describe", .params = CSM_ARRAY(describe_params), .returns = CSM_T_MAP, .since = 1,
      .run = csm_describe, .flags = CSM_METHOD_SLOW | CSM_METHOD_EXTERNAL,
      .doc = "Everything a client can be generated from; external callers see what is theirs",
      .returns_doc = "A map with one list per area" },
    { .name = "server.status", .returns = CSM_T_MAP, .since = 1, .run = server_status,
      .doc = "How the server is doing", .returns_doc = "{version, time, uptime_s, demo, connections, writes_waiting, "
                                                      "plugins, sequence, store_bytes, store_ceiling_bytes}" },
    { .name = "server.metrics", .params = CSM_ARRAY(metrics_params), .since = 1, .run = server_metrics,
      .role = "server_monitor", .doc = "Counters and latencies by method, writer and store" },
};

csm_method_set csm_methods_server(void)
{
    return CSM_METHOD_SET(methods);
}
