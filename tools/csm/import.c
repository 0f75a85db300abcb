/* csm import: reads a file and sends its rows, a page at a time with two pages under way, so that reading, sending and
 * the server's work overlap. Pages are cut by the file alone and carry a request_key: a run that goes on after a kill
 * sends the last pages again and gets their first answers, so no refused row is lost or told twice. */
#include "import.h"

#include "base/str.h"

#include <poll.h>

#define TOLD_MAX 5 /* refused rows shown as they come; all stand in the file */
#define CALL_TIMEOUT_MS 600000
#define BUSY_RETRIES 100

/* ---- the page being read ---- */

static int fail_local(const csm_error *err)
{
    fprintf(stderr, "csm: %s\n", err->message);
    if (err->hint[0] != '\0')
        fprintf(stderr, "     %s\n", err->hint);
    return CLI_IO;
}

static void note_converted(import_run *im, const cli_row *row)
{
    if (row->converted == 0)
        return;
    if (im->converted++ < TOLD_MAX)
        fprintf(stderr, "csm: line %llu, column \"%.*s\": no UTF-8, taken as windows-1252\n",
                (unsigned long long)row->line, CSM_STR_FMT(row->first_converted));
}

static size_t row_bytes(const cli_row *row)
{
    size_t bytes = 0;

    for (uint32_t n = 0; n < row->count; n++)
        bytes += row->cells[n].len + 5;
    return bytes;
}

/* Reads rows until the page is full. Pages depend on the file and the page size only. */
static int read_page(import_run *im, page *p)
{
    size_t bytes = 0;
    csm_error err = { 0 };
    bool found = true;

    csm_arena_clear(p->arena);
    *p = (page){ .arena = p->arena, .first = im->next };
    p->rows = csm_arena_array(p->arena, im->page_rows, sizeof(*p->rows));
    if (p->rows == NULL)
        return fail_local(&(csm_error){ .message = "out of memory" });
    while (p->count < im->page_rows && bytes < IMPORT_PAGE_BYTES) {
        cli_row *row = &p->rows[p->count];

        if (im->ordered != NULL)
            found = cli_ordered_next(im->ordered, row);
        else if (cli_rows_next(im->rows, p->arena, row, &found, &err) != CSM_OK)
            return fail_local(&err);
        if (!found)
            break;
        bytes += row_bytes(row);
        p->sent += row->problem.ptr == NULL;
        p->count++;
    }
    (void)cli_rows_columns(im->rows, &p->columns);
    p->bytes_at = cli_rows_bytes_read(im->rows);
    if (im->ordered != NULL)
        p->bytes_at = p->bytes_at / 100 * cli_ordered_share(im->ordered);
    im->next += p->sent;
    im->ended = !found;
    return CLI_OK;
}

/* ---- sending ---- */

static csm_value cells_value(page *p, const cli_row *row)
{
    csm_value *cells = csm_arena_array(p->arena, p->columns, sizeof(*cells));

    for (uint32_t n = 0; cells != NULL && n < p->columns; n++)
        cells[n] = csm_text(n < row->count ? row->cells[n] : CSM_STR(""));
    return cells != NULL ? csm_list(cells, p->columns) : csm_nil();
}

static bool page_params(import_run *im, page *p, cli_map *params)
{
    csm_value *rows = csm_arena_array(p->arena, p->sent + 1, sizeof(*rows));
    csm_value *names = csm_arena_array(p->arena, p->columns + 1, sizeof(*names));
    uint32_t count = 0, columns;
    const csm_str *column = cli_rows_columns(im->rows, &columns);

    if (rows == NULL || names == NULL)
        return false;
    for (uint32_t n = 0; n < p->columns; n++)
        names[n] = csm_text(column[n]);
    for (uint32_t n = 0; n < p->count; n++)
        if (p->rows[n].problem.ptr == NULL)
            rows[count++] = cells_value(p, &p->rows[n]);
    if (im->dry_run) {
        cli_add(params, "mapping", im->mapping);
        cli_add(params, "dry_run", csm_bool(true));
    } else {
        cli_add(params, "id", im->id);
        cli_add(params, "request_key",
                csm_text(csm_arena_printf(p->arena, "import %.*s %llu", CSM_STR_FMT(im->id.s),
                                          (unsigned long long)p->first)));
    }
    cli_add(params, "first", csm_int((int64_t)p->first));
    cli_add(params, "columns", csm_list(names, p->columns));
    cli_add(params, "rows", csm_list(rows, count));
    return true;
}

/* Out of memory shows as an argument that cannot be encoded. */
static int send_page(import_run *im, page *p)
{
    cli_map params = { 0 };
    csm_value map;

    if (p->sent == 0)
        return CLI_OK;
    if (!page_params(im, p, &params))
        return fail_local(&(csm_error){ .message = "out of memory" });
    map = cli_map_value(&params);
    if (csm_client_send(im->c->client, "import.rows", &map, &p->msgid, &im->c->error) != CSM_OK)
        return cli_fail(im->c);
    p->under_way = true;
    return CLI_OK;
}

/* ---- answers ---- */

static uint64_t number_of(const csm_value *map, const char *key)
{
    const csm_value *v = csm_map_get(map, key);

    return v != NULL && v->type == CSM_T_INT && v->i > 0 ? (uint64_t)v->i : 0;
}

static void take_counts(import_run *im, const csm_value *answer)
{
    uint64_t inserted = number_of(answer, "inserted"), updated = number_of(answer, "updated");
    uint64_t unchanged = number_of(answer, "unchanged"), failed = number_of(answer, "failed");

    if (im->dry_run) { /* each page counts for itself */
        im->inserted += inserted;
        im->updated += updated;
        im->unchanged += unchanged;
        im->failed += failed;
        return;
    }
    im->inserted = inserted;
    im->updated = updated;
    im->unchanged = unchanged;
    im->failed = failed;
}

/* The error the server told for a row of the page, or NULL. */
static const csm_value *row_error(const csm_value *errors, uint64_t number)
{
    for (uint32_t n = 0; errors != NULL && errors->type == CSM_T_LIST && n < errors->count; n++)
        if (number_of(&errors->list[n], "row") == number)
            return &errors->list[n];
    return NULL;
}

static void count_reason(import_run *im, csm_str reason)
{
    for (unsigned n = 0; n < im->reason_count; n++)
        if (csm_str_eq(im->reasons[n].text, reason)) {
            im->reasons[n].rows++;
            return;
        }
    if (im->reason_count == IMPORT_REASONS || (reason = csm_arena_str(im->c->arena, reason)).ptr == NULL)
        return; /* each row's reason stands in the file of refused rows */
    im->reasons[im->reason_count++] = (import_reason){ reason, 1 };
}

static int refuse_row(import_run *im, const cli_row *row, csm_str reason)
{
    uint32_t columns;
    const csm_str *names = cli_rows_columns(im->rows, &columns);
    csm_error err = { 0 };

    count_reason(im, reason);
    if (im->told++ < TOLD_MAX) {
        cli_progress_end(&im->progress);
        fprintf(stderr, "csm: line %llu: %.*s\n", (unsigned long long)row->line, CSM_STR_FMT(reason));
        im->progress.on = im->c->interactive;
    }
    if (im->dry_run)
        return CLI_OK;
    return cli_rejected_add(&im->rejected, names, columns, row, reason, &err) == CSM_OK ? CLI_OK : fail_local(&err);
}

/* Writes aside what was refused of a page; @p answer NULL: nothing was sent, or the rows were answered long ago. */
static int settle_page(import_run *im, const page *p, const csm_value *answer)
{
    const csm_value *result = answer != NULL ? csm_map_get(answer, "result") : NULL;
    const csm_value *errors;
    uint64_t number = p->first;
    int code = CLI_OK;

    if (result != NULL)
        answer = result; /* a dry run tells the changes beside the result */
    errors = answer != NULL ? csm_map_get(answer, "errors") : NULL;
    if (answer != NULL)
        take_counts(im, answer);
    for (uint32_t n = 0; n < p->count && code == CLI_OK; n++) {
        const cli_row *row = &p->rows[n];
        const csm_value *error = row->problem.ptr == NULL ? row_error(errors, number++) : NULL;
        const csm_value *message = error != NULL ? csm_map_get(error, "message") : NULL;

        note_converted(im, row);
        im->unusable += row->problem.ptr != NULL;
        if (row->problem.ptr != NULL)
            code = refuse_row(im, row, row->problem);
        else if (error != NULL)
            code =
                refuse_row(im, row, message != NULL && message->type == CSM_T_TEXT ? message->s : CSM_STR("refused"));
    }
    im->done += p->count;
    cli_progress_show(&im->progress, p->bytes_at, im->done, im->failed + im->unusable);
    return code;
}

/* Waits for the answer to the oldest page. *again: the server had no room; nothing of it was done. */
static int receive_page(import_run *im, page *p, bool *again)
{
    csm_client_result *result = NULL;
    csm_status st;
    int code;

    if (!p->under_way)
        return settle_page(im, p, NULL);
    st = csm_client_receive(im->c->client, p->msgid, CALL_TIMEOUT_MS, &result, &im->c->error);
    p->under_way = false;
    if (st == CSM_OK) {
        code = settle_page(im, p, csm_client_result_value(result));
        csm_client_result_free(result);
        return code;
    }
    if (st == CSM_E_BUSY && im->c->error.from_server) {
        *again = true;
        return CLI_OK;
    }
    if (p->first <= im->taken && im->c->error.from_server)
        return settle_page(im, p, NULL); /* taken by an earlier run, whose answers are no longer kept */
    code = cli_fail(im->c);
    if (code == CLI_UNAVAILABLE)
        fprintf(stderr, "     the same command goes on where it stopped\n");
    return code;
}

/* ---- the run ---- */

/* Sends both pages again after the server had no room for the first: the second was refused for coming too early. */
static int send_again(import_run *im)
{
    if (++im->busy > BUSY_RETRIES)
        return cli_fail(im->c);
    if (im->pages[1].under_way) {
        csm_client_forget(im->c->client, im->pages[1].msgid);
        im->pages[1].under_way = false;
    }
    (void)poll(NULL, 0, im->busy < 20 ? 10 * (int)im->busy : 200);
    for (unsigned n = 0; n < im->page_count; n++) {
        int code = send_page(im, &im->pages[n]);

        if (code != CLI_OK)
            return code;
    }
    return CLI_OK;
}

static int settle_oldest(import_run *im)
{
    bool again = false;
    int code = receive_page(im, &im->pages[0], &again);
    csm_arena *arena = im->pages[0].arena;

    if (code != CLI_OK)
        return code;
    if (again)
        return send_again(im);
    im->busy = 0;
    im->pages[0] = im->pages[1];
    im->pages[1] = (page){ .arena = arena };
    im->page_count--;
    return CLI_OK;
}

static void skip_page(import_run *im, const page *p)
{
    im->done += p->count;
    im->unusable += p->count - p->sent;
    for (uint32_t n = 0; n < p->count; n++)
        im->converted += p->rows[n].converted > 0;
}

static int run_pages(import_run *im)
{
    int code;

    while (!im->ended || im->page_count > 0) {
        if (!im->ended && im->page_count < 2) {
            page *p = &im->pages[im->page_count];

            if ((code = read_page(im, p)) != CLI_OK)
                return code;
            /* Its answer came to the earlier run for certain: the two pages after it were sent. */
            if (p->first + p->sent + 2 * im->page_rows <= im->taken + 1 || p->count == 0) {
                skip_page(im, p);
                continue;
            }
            im->page_count++;
            code = send_page(im, p);
        } else {
            code = settle_oldest(im);
        }
        if (code != CLI_OK)
            return code;
    }
    return CLI_OK;
}

static int start(import_run *im)
{
    const csm_value *answer, *id, *state;
    cli_map params = { 0 };
    int code;

    cli_add(&params, "name", cli_text(im->name));
    cli_add(&params, "mapping", im->mapping);
    if ((code = cli_call(im->c, "import.start", cli_map_value(&params), &answer)) != CLI_OK)
        return code;
    id = csm_map_get(answer, "id");
    state = csm_map_get(answer, "state");
    if (id == NULL || id->type != CSM_T_TEXT) {
        fprintf(stderr, "csm: import.start answered no id\n");
        return CLI_FAILED;
    }
    im->id = *id;
    im->taken = number_of(answer, "rows_read");
    im->finished = state != NULL && state->type == CSM_T_TEXT && csm_str_is(state->s, "done");
    im->rejected.resume = im->taken > 0;
    take_counts(im, answer);
    if (im->finished)
        fprintf(stderr, "csm: the import \"%s\" is done already; --name starts another\n", im->name);
    else if (im->taken > 0)
        fprintf(stderr, "csm: going on after row %llu\n", (unsigned long long)im->taken);
    return CLI_OK;
}

static int finish(import_run *im)
{
    cli_map params = { 0 };
    const csm_value *answer;
    int code;

    cli_add(&params, "id", im->id);
    if ((code = cli_call(im->c, "import.finish", cli_map_value(&params), &answer)) == CLI_OK)
        take_counts(im, answer);
    return code;
}

static void show_summary(import_run *im)
{
    cli_map map = { 0 };
    csm_value value;
    uint64_t refused = im->failed + im->unusable;

    cli_add(&map, "import", cli_text(im->name));
    if (im->dry_run)
        cli_add(&map, "kept", cli_text("nothing (dry run)"));
    cli_add(&map, "inserted", csm_int((int64_t)im->inserted));
    cli_add(&map, "updated", csm_int((int64_t)im->updated));
    cli_add(&map, "unchanged", csm_int((int64_t)im->unchanged));
    cli_add(&map, "refused", csm_int((int64_t)refused));
    if (im->converted > 0)
        cli_add(&map, "rows_converted", csm_int((int64_t)im->converted));
    if (im->rejected.file != NULL)
        cli_add(&map, "refused_rows", cli_text(im->rejected.path));
    value = cli_map_value(&map);
    cli_show_record(im->c, &value);
    for (unsigned n = 0; im->told > TOLD_MAX && n < im->reason_count; n++)
        fprintf(stderr, "csm: refused %llu: %.*s\n", (unsigned long long)im->reasons[n].rows, CSM_STR_FMT(im->reasons[n].text));
}

int cli_import_run(import_run *im)
{
    csm_error err = { 0 };
    int code = CLI_OK;

    if (im->dry_run) /* connects */
        code = cli_call(im->c, "server.ping", csm_nil(), &(const csm_value *){ NULL });
    else
        code = start(im);
    if (code != CLI_OK)
        return code;
    im->progress = cli_progress_begin(im->c, cli_rows_bytes(im->rows));
    if (!im->finished) {
        code = run_pages(im);
        cli_progress_end(&im->progress);
        if (code == CLI_OK && !im->dry_run)
            code = finish(im);
    }
    if (code == CLI_OK)
        show_summary(im);
    if (cli_rejected_close(&im->rejected, &err) != CSM_OK && code == CLI_OK)
        code = fail_local(&err);
    return code == CLI_OK && im->failed + im->unusable > 0 ? CLI_PARTIAL : code;
}
