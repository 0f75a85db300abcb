/* The lines of the report, and how figures are written for people and for programs. */
#include "bench.h"

#include "json/json.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 64u

typedef struct line {
    char name[32], what[96], ours[32], theirs[32];
    double ratio, target;
    target_kind kind;
    bool judged;
} line;

static line lines[LINES_MAX];
static uint32_t line_count;

static bool is_met(const line *l)
{
    return !l->judged || (l->kind == AT_LEAST ? l->ratio >= l->target : l->ratio <= l->target);
}

static void add(line l)
{
    if (line_count == LINES_MAX)
        die("more than %u figures", LINES_MAX);
    lines[line_count++] = l;
    fprintf(stderr, "  %-18s %-13s %-13s %7.3f  %s\n", l.name, l.ours, l.theirs, l.ratio, is_met(&l) ? "" : "miss");
}

void report_add(const char *name, const char *what, const char *ours, const char *theirs, double ratio, target_kind kind,
                double target)
{
    line l = { .ratio = ratio, .target = target, .kind = kind, .judged = true };

    snprintf(l.name, sizeof(l.name), "%s", name);
    snprintf(l.what, sizeof(l.what), "%s", what);
    snprintf(l.ours, sizeof(l.ours), "%s", ours);
    snprintf(l.theirs, sizeof(l.theirs), "%s", theirs);
    add(l);
}

void report_note(const char *name, const char *what, const char *value)
{
    line l = { .judged = false };

    snprintf(l.name, sizeof(l.name), "%s", name);
    snprintf(l.what, sizeof(l.what), "%s", what);
    snprintf(l.ours, sizeof(l.ours), "%s", value);
    add(l);
}

bool report_is_good(void)
{
    bool good = true;

    for (uint32_t n = 0; n < line_count; n++)
        good = good && is_met(&lines[n]);
    return good;
}

static void print_table(void)
{
    printf("%-18s %-60s %-13s %-13s %8s %9s\n", "figure", "", "csmd", "beside", "ratio", "target");
    for (uint32_t n = 0; n < line_count; n++) {
        const line *l = &lines[n];

        printf("%-18s %-60s %-13s %-13s ", l->name, l->what, l->ours, l->theirs);
        if (l->judged)
            printf("%8.3f %s %-6.4g %s\n", l->ratio, l->kind == AT_LEAST ? ">=" : "<=", l->target, is_met(l) ? "ok" : "MISS");
        else
            printf("\n");
    }
}

static csm_value as_map(csm_arena *arena, const line *l)
{
    csm_pair pairs[] = {
        { CSM_STR("figure"), csm_ctext(l->name) },      { CSM_STR("what"), csm_ctext(l->what) },
        { CSM_STR("csmd"), csm_ctext(l->ours) },        { CSM_STR("beside"), csm_ctext(l->theirs) },
        { CSM_STR("ratio"), csm_float(l->ratio) },      { CSM_STR("target"), csm_float(l->target) },
        { CSM_STR("at_least"), csm_bool(l->kind == AT_LEAST) }, { CSM_STR("ok"), csm_bool(is_met(l)) },
    };
    uint32_t count = l->judged ? 8 : 3;
    csm_pair *copy = csm_arena_copy(arena, pairs, count * sizeof(pairs[0]));

    if (copy == NULL)
        die("out of memory");
    return csm_map(copy, count);
}

static void print_json(void)
{
    csm_arena *arena = csm_arena_new(65536, 0);
    csm_value items[LINES_MAX];
    csm_buf text;

    if (arena == NULL)
        die("out of memory");
    csm_buf_init(&text, 0);
    for (uint32_t n = 0; n < line_count; n++)
        items[n] = as_map(arena, &lines[n]);
    if (!csm_json_print(csm_list(items, line_count), CSM_JSON_INDENT, &text))
        die("out of memory");
    printf("%.*s\n", (int)text.len, (const char *)text.ptr);
    csm_buf_done(&text);
    csm_arena_free(arena);
}

void report_print(const bench_options *o)
{
    if (o->json)
        print_json();
    else
        print_table();
}

/* ---- numbers ---- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double median(double *values, uint32_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return count == 0 ? 0 : count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static char *next_text(void)
{
    static char ring[16][32];
    static uint32_t at;

    return ring[at++ % 16];
}

const char *as_rate(double per_second)
{
    char *text = next_text();

    snprintf(text, 32, "%.0f/s", per_second);
    return text;
}

const char *as_time(double ns)
{
    char *text = next_text();

    if (ns < 1e6)
        snprintf(text, 32, "%.1f us", ns / 1e3);
    else
        snprintf(text, 32, "%.1f ms", ns / 1e6);
    return text;
}

const char *as_bytes(double bytes)
{
    char *text = next_text();

    snprintf(text, 32, "%.2f MB", bytes / 1048576);
    return text;
}
