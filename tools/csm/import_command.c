/* csm import FILE --map MAPPING ...: options, the mapping, names. */
#include "import.h"

#include "base/str.h"
#include "json/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAPPING_BYTES_MAX 32768

#define USAGE                                                                                                          \
    "import FILE --map MAPPING [--dry-run] [--name NAME] [--rejected FILE] [--format csv|jsonl] [--separator C]\n"     \
    "       [--encoding auto|utf-8|windows-1252] [--page ROWS]"

typedef struct options {
    const char *file, *map, *name, *rejected, *format, *separator, *encoding, *page;
    bool dry_run;
} options;

static bool parse_options(int argc, char **argv, options *o)
{
    struct {
        const char *name;
        const char **to;
    } texts[] = { { "--map", &o->map },       { "--name", &o->name },           { "--rejected", &o->rejected },
                  { "--format", &o->format }, { "--separator", &o->separator }, { "--encoding", &o->encoding },
                  { "--page", &o->page } };

    for (int n = 1; n < argc; n++) {
        const char **to = NULL;

        for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
            if (strcmp(argv[n], texts[k].name) == 0)
                to = texts[k].to;
        if (strcmp(argv[n], "--dry-run") == 0) {
            o->dry_run = true;
        } else if (to != NULL && n + 1 < argc) {
            *to = argv[++n];
        } else if (argv[n][0] == '-' && argv[n][1] == '-') {
            return cli_usage(to != NULL ? "%s needs a value" : "no option %s", argv[n]) == CLI_OK;
        } else if (o->file == NULL) {
            o->file = argv[n];
        } else {
            return cli_usage("one file at a time (\"%s\")", argv[n]) == CLI_OK;
        }
    }
    return (o->file != NULL && o->map != NULL) || cli_usage(USAGE) == CLI_OK;
}

static bool rows_options(const options *o, cli_rows_options *out, uint32_t *page_rows)
{
    const char *encoding = o->encoding != NULL ? o->encoding : "auto", *format = o->format;
    csm_str file = csm_str_of(o->file);
    int64_t rows = IMPORT_PAGE_ROWS;

    if (format == NULL)
        format = csm_str_ends(file, CSM_STR(".jsonl")) || csm_str_ends(file, CSM_STR(".ndjson")) ? "jsonl" : "csv";
    if (strcmp(format, "csv") != 0 && strcmp(format, "jsonl") != 0)
        return cli_usage("--format is csv or jsonl, not \"%s\"", format) == CLI_OK;
    if (o->separator != NULL && strcmp(o->separator, "\\t") != 0 &&
        (strlen(o->separator) != 1 || strchr("\"\r\n", o->separator[0]) != NULL))
        return cli_usage("--separator is one character, or \\t") == CLI_OK;
    if (o->page != NULL && (!csm_parse_int(csm_str_of(o->page), &rows) || rows < 1 || rows > 1000))
        return cli_usage("--page is a number of rows from 1 to 1000") == CLI_OK;
    *out = (cli_rows_options){ .json = format[0] == 'j', .separator = ',' };
    if (o->separator != NULL)
        out->separator = o->separator[0] == '\\' && o->separator[1] == 't' ? '\t' : o->separator[0];
    *page_rows = (uint32_t)rows;
    if (strcmp(encoding, "utf-8") == 0)
        out->encoding = CLI_ENC_UTF8;
    else if (strcmp(encoding, "windows-1252") == 0)
        out->encoding = CLI_ENC_CP1252;
    else if (strcmp(encoding, "auto") != 0)
        return cli_usage("--encoding is auto, utf-8 or windows-1252, not \"%s\"", encoding) == CLI_OK;
    return true;
}

static int read_mapping(cli *c, const char *path, csm_value *out)
{
    char *text = csm_arena_alloc(c->arena, MAPPING_BYTES_MAX + 1);
    FILE *file = fopen(path, "re");
    csm_error err = { 0 };
    size_t len;
    bool broken;

    if (file == NULL) {
        fprintf(stderr, "csm: %s cannot be read: %s\n", path, strerror(errno));
        return CLI_IO;
    }
    len = text != NULL ? fread(text, 1, MAPPING_BYTES_MAX + 1, file) : 0;
    broken = ferror(file) != 0;
    (void)fclose(file);
    if (text == NULL || broken || len > MAPPING_BYTES_MAX) {
        fprintf(stderr, "csm: %s: %s\n", path, broken ? strerror(errno) : "a mapping has at most 32768 bytes");
        return CLI_IO;
    }
    if (csm_json_parse(c->arena, (csm_str){ text, len }, out, &err) != CSM_OK) {
        fprintf(stderr, "csm: %s: %s\n", path, err.message);
        return CLI_IO;
    }
    return CLI_OK;
}

/* The rows of a replay are sent in the order in which they happened, where the mapping reads it from one column. */
static int put_in_order(import_run *im)
{
    static const char *const orders[] = { [CSM_DATE_MDY] = "mdy", [CSM_DATE_DMY] = "dmy", [CSM_DATE_YMD] = "ymd" };
    const csm_value *replay = csm_map_get(&im->mapping, "replay");
    const csm_value *at = replay != NULL ? csm_map_get(replay, "at") : NULL;
    const csm_value *column = at != NULL && at->type == CSM_T_MAP ? csm_map_get(at, "column") : at;
    const csm_value *date = at != NULL ? csm_map_get(at, "date") : NULL;
    csm_date_order order = CSM_DATE_NONE;
    csm_error err = { 0 };

    if (column == NULL || column->type != CSM_T_TEXT)
        return CLI_OK;
    for (unsigned n = CSM_DATE_MDY; date != NULL && n <= CSM_DATE_YMD; n++)
        if (date->type == CSM_T_TEXT && csm_str_is(date->s, orders[n]))
            order = (csm_date_order)n;
    if (cli_ordered_read(im->rows, column->s, order, &im->ordered, &err) == CSM_OK)
        return CLI_OK;
    fprintf(stderr, "csm: %s\n", err.message);
    return CLI_IO;
}

/* What a resumed import is known by: the file's name and size. */
static const char *default_name(cli *c, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct stat info;

    if (stat(path, &info) != 0)
        info.st_size = 0;
    return csm_arena_printf(c->arena, "%s %lld", slash != NULL ? slash + 1 : path, (long long)info.st_size).ptr;
}

int cli_cmd_import(cli *c, int argc, char **argv)
{
    options o = { 0 };
    import_run im = { .c = c, .next = 1 };
    cli_rows_options reading;
    csm_error err = { 0 };
    int code;

    if (!parse_options(argc, argv, &o) || !rows_options(&o, &reading, &im.page_rows))
        return CLI_USAGE;
    if ((code = read_mapping(c, o.map, &im.mapping)) != CLI_OK)
        return code;
    if (cli_rows_open(o.file, &reading, &im.rows, &err) != CSM_OK) {
        fprintf(stderr, "csm: %s%s%s\n", err.code == CSM_E_IO ? "" : o.file, err.code == CSM_E_IO ? "" : ": ",
                err.message);
        return CLI_IO;
    }
    im.dry_run = o.dry_run;
    im.name = o.name != NULL ? o.name : default_name(c, o.file);
    im.rejected.path = o.rejected != NULL ? o.rejected : csm_arena_printf(c->arena, "%s.rejected.csv", o.file).ptr;
    im.pages[0].arena = csm_arena_new(1u << 18, 0);
    im.pages[1].arena = csm_arena_new(1u << 18, 0);
    if (im.name == NULL || im.rejected.path == NULL || im.pages[0].arena == NULL || im.pages[1].arena == NULL) {
        fprintf(stderr, "csm: out of memory\n");
        code = CLI_FAILED;
    } else if ((code = put_in_order(&im)) == CLI_OK) {
        code = cli_import_run(&im);
    }
    cli_ordered_free(im.ordered);
    csm_arena_free(im.pages[0].arena);
    csm_arena_free(im.pages[1].arena);
    cli_rows_close(im.rows);
    return code;
}
