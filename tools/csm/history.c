/* csm history: versions and journal entries of a record as one time line, newest first, in the words people know. */
#include "cli.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 10000u

typedef struct timeline {
    cli *c;
    const csm_value *fields; /* of the table's description */
    csm_value *lines;
    uint32_t count;
} timeline;

static bool add_line(timeline *t, csm_str time, csm_str by, csm_str what, csm_str from, csm_str to)
{
    csm_pair *pairs = csm_arena_array(t->c->arena, 5, sizeof(*pairs));

    if (pairs == NULL || t->count == LINES_MAX)
        return false;
    pairs[0] = (csm_pair){ CSM_STR("time"), csm_text(time) };
    pairs[1] = (csm_pair){ CSM_STR("by"), csm_text(by) };
    pairs[2] = (csm_pair){ CSM_STR("what"), csm_text(what) };
    pairs[3] = (csm_pair){ CSM_STR("from"), csm_text(from) };
    pairs[4] = (csm_pair){ CSM_STR("to"), csm_text(to) };
    t->lines[t->count++] = csm_map(pairs, 5);
    return true;
}

/* "bea", or "bea (local-admin)" when somebody acted as her. */
static csm_str who(cli *c, const csm_value *entry)
{
    csm_str by = cli_text_of(entry, "by"), acting = cli_text_of(entry, "acting");

    return acting.len == 0 ? by : csm_arena_printf(c->arena, "%.*s (%.*s)", CSM_STR_FMT(by), CSM_STR_FMT(acting));
}

/* ---- values in words ---- */

/* What the record with this id is called, or the id where it cannot be read. */
static csm_str name_of(cli *c, csm_str table, csm_str id)
{
    const csm_value *description, *record;
    csm_client_result *result = NULL;
    cli_map params = { 0 };
    csm_str display, name = id;
    csm_value map, field;

    if (cli_describe(c, csm_arena_cstr(c->arena, table), &description) != CLI_OK)
        return id;
    display = cli_text_of(description, "display");
    if (display.len == 0)
        return id;
    field = csm_text(display);
    cli_add(&params, "table", csm_text(table));
    cli_add(&params, "id", csm_text(id));
    cli_add(&params, "fields", csm_list(&field, 1));
    map = cli_map_value(&params);
    if (csm_client_call(c->client, "record.get", &map, &result, &c->error) != CSM_OK)
        return id;
    record = csm_client_result_value(result);
    for (uint32_t n = 0; record->type == CSM_T_MAP && n < record->count; n++)
        if (csm_str_eq(record->map[n].key, display) && record->map[n].value.type == CSM_T_TEXT)
            name = csm_arena_str(c->arena, record->map[n].value.s);
    csm_client_result_free(result);
    return name.ptr != NULL ? name : id;
}

static csm_str in_words(timeline *t, const csm_value *field, const csm_value *value)
{
    const csm_value *choices = csm_map_get(field, "choices");
    csm_str text = cli_plain(t->c, value != NULL ? *value : csm_nil()), target = cli_text_of(field, "reference");

    for (uint32_t n = 0; choices != NULL && choices->type == CSM_T_LIST && n < choices->count; n++)
        if (csm_str_eq(cli_text_of(&choices->list[n], "value"), text))
            return cli_text_of(&choices->list[n], "label");
    if (target.len > 0 && text.len == 32 && csm_str_is(cli_text_of(field, "type"), "reference"))
        return name_of(t->c, target, text);
    return text;
}

/* ---- lines ---- */

static bool add_version(timeline *t, const csm_value *version)
{
    const csm_value *changes = csm_map_get(version, "changes");
    csm_str operation = cli_text_of(version, "operation"), time = cli_text_of(version, "time"), by = who(t->c, version);
    bool whole = !csm_str_is(operation, "update");

    if (whole)
        return add_line(t, time, by, csm_str_is(operation, "insert") ? CSM_STR("(made)") : CSM_STR("(deleted)"),
                        CSM_STR(""), CSM_STR(""));
    for (uint32_t n = 0; changes != NULL && changes->type == CSM_T_MAP && n < changes->count; n++) {
        const csm_value *change = &changes->map[n].value, *field = cli_named(t->fields, changes->map[n].key);

        if (!add_line(t, time, by, changes->map[n].key, in_words(t, field, csm_map_get(change, "old")),
                      in_words(t, field, csm_map_get(change, "new"))))
            return false;
    }
    return true;
}

/* Newest first, made last. Times are RFC 3339 UTC; the fraction may be absent, which orders before any. */
static int newest_first(const void *a, const void *b)
{
    csm_str one = cli_text_of(a, "time"), two = cli_text_of(b, "time");
    size_t same = strlen("2026-01-31T10:00:00");
    int order = one.len > same && two.len > same ? memcmp(two.ptr, one.ptr, same) : 0;

    if (order == 0 && one.len > same && two.len > same)
        order = csm_str_cmp((csm_str){ two.ptr + same, two.len - same }, (csm_str){ one.ptr + same, one.len - same });
    return order;
}

int cli_cmd_history(cli *c, int argc, char **argv)
{
    timeline t = { .c = c };
    const csm_value *answer, *description, *versions, *journal;
    cli_map params = { 0 };
    csm_value list;
    const char *id;
    int code;

    if (argc != 3)
        return cli_usage("history TABLE RECORD");
    if ((code = cli_record_id(c, argv[1], argv[2], &id)) != CLI_OK)
        return code;
    cli_add(&params, "table", cli_text(argv[1]));
    cli_add(&params, "id", cli_text(id));
    cli_add(&params, "limit", csm_int(1000));
    if ((code = cli_call(c, "record.history", cli_map_value(&params), &answer)) != CLI_OK ||
        (code = cli_describe(c, argv[1], &description)) != CLI_OK)
        return code;
    if (c->format == CLI_JSON) {
        cli_show(c, answer);
        return CLI_OK;
    }
    t.fields = csm_map_get(description, "fields");
    if ((t.lines = csm_arena_array(c->arena, LINES_MAX, sizeof(*t.lines))) == NULL)
        return CLI_FAILED;
    versions = csm_map_get(answer, "versions");
    journal = csm_map_get(answer, "journal");
    for (uint32_t n = 0; versions != NULL && versions->type == CSM_T_LIST && n < versions->count; n++)
        if (!add_version(&t, &versions->list[n]))
            break;
    for (uint32_t n = 0; journal != NULL && journal->type == CSM_T_LIST && n < journal->count; n++) {
        const csm_value *entry = &journal->list[n];

        if (!add_line(&t, cli_text_of(entry, "time"), who(c, entry), cli_text_of(entry, "field"), CSM_STR(""),
                      cli_text_of(entry, "text")))
            break;
    }
    qsort(t.lines, t.count, sizeof(*t.lines), newest_first);
    list = csm_list(t.lines, t.count);
    cli_show_rows(c, &list, "time,by,what,from,to");
    if (csm_map_get(answer, "next") != NULL && csm_map_get(answer, "next")->type != CSM_T_NIL)
        fprintf(stderr, "(the last 1000 versions; csm --json call record.history pages through all)\n");
    return CLI_OK;
}
