/* Words of the command line as values: name=value, name:=JSON, name@=FILE. */
#include "cli.h"

#include "base/str.h"
#include "json/json.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define FILE_BYTES_MAX (1u << 20)

/* ---- name=value ---- */

static int list_value(cli *c, const char *table, csm_str text, csm_value *out)
{
    csm_value *items = csm_arena_array(c->arena, text.len + 1, sizeof(*items));
    csm_str rest = text, part;
    uint32_t count = 0;

    while (items != NULL && rest.len > 0 && csm_str_split(&rest, ',', &part)) {
        const char *name = csm_arena_cstr(c->arena, csm_str_trim(part)), *id = name;
        int code;

        if (name == NULL)
            return CLI_FAILED;
        if (table != NULL && (code = cli_record_id(c, table, name, &id)) != CLI_OK)
            return code;
        items[count++] = csm_ctext(id);
    }
    *out = csm_list(items, count);
    return items != NULL ? CLI_OK : CLI_FAILED;
}

/* The value of the one choice that has this label, in any case; the text itself when it is a value or none has. */
static csm_str choice_value(const csm_value *field, csm_str text)
{
    const csm_value *choices = csm_map_get(field, "choices");
    csm_str found = text;
    unsigned labelled = 0;

    for (uint32_t n = 0; choices != NULL && choices->type == CSM_T_LIST && n < choices->count; n++) {
        csm_str label = cli_text_of(&choices->list[n], "label"), value = cli_text_of(&choices->list[n], "value");

        if (csm_str_eq(value, text))
            return text;
        if (label.len == text.len && strncasecmp(label.ptr, text.ptr, text.len) == 0 && labelled++ == 0)
            found = value;
    }
    return labelled == 1 ? found : text;
}

/* Text as typed in the form a field of this type takes. What cannot be is sent as typed: the server says what is wrong.
 */
static int typed_value(cli *c, const csm_value *field, csm_str text, csm_value *out)
{
    csm_str type = cli_text_of(field, "type"), target = cli_text_of(field, "reference"); /* of a field */
    const char *table, *id;
    csm_error err = { 0 };
    int64_t number;
    int code;

    text = choice_value(field, text);
    *out = text.len == 0 ? csm_nil() : csm_text(text);
    if (text.len == 0)
        return CLI_OK;
    if (target.len == 0)
        target = cli_text_of(field, "table"); /* of an argument */
    table = target.len > 0 ? csm_arena_cstr(c->arena, target) : NULL;
    if (csm_str_is(type, "list"))
        return list_value(c, table, text, out);
    if ((csm_str_is(type, "reference") || csm_str_is(type, "id")) && table != NULL) {
        if ((code = cli_record_id(c, table, text.ptr, &id)) == CLI_OK)
            *out = csm_ctext(id);
        return code;
    }
    if ((csm_str_is(type, "int") || csm_str_is(type, "duration")) && csm_parse_int(text, &number))
        *out = csm_int(number);
    else if (csm_str_is(type, "bool") && (csm_str_is(text, "true") || csm_str_is(text, "false")))
        *out = csm_bool(text.ptr[0] == 't');
    else if (csm_str_is(type, "map") || csm_str_is(type, "currency") || csm_str_is(type, "document") ||
             csm_str_is(type, "float"))
        (void)csm_json_parse(c->arena, text, out, &err);
    return CLI_OK;
}

/* ---- name@=FILE ---- */

static int file_value(cli *c, const char *path, csm_value *out)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *text = csm_arena_alloc(c->arena, FILE_BYTES_MAX + 1);
    size_t len = file != NULL && text != NULL ? fread(text, 1, FILE_BYTES_MAX + 1, file) : 0;
    bool broken = file == NULL || ferror(file);

    if (broken)
        fprintf(stderr, "csm: %s cannot be read: %s\n", path, strerror(errno));
    else if (len > FILE_BYTES_MAX)
        fprintf(stderr, "csm: %s is larger than 1 MiB\n", path);
    if (file != NULL && file != stdin)
        (void)fclose(file);
    if (broken || len > FILE_BYTES_MAX || text == NULL)
        return CLI_IO;
    if (len > 0 && text[len - 1] == '\n')
        len--;
    if (len > 0 && text[len - 1] == '\r')
        len--;
    *out = csm_text((csm_str){ text, len });
    return CLI_OK;
}

/* ---- words ---- */

static int one_assignment(cli *c, const csm_value *fields, const csm_value *params, const char *word, cli_map *map)
{
    const char *equals = strchr(word, '=');
    csm_str name;
    csm_value value;
    csm_error err = { 0 };
    int code = CLI_OK;

    if (equals == NULL || equals == word)
        return cli_usage("\"%s\" is no name=value", word);
    if (map->count == sizeof(map->pairs) / sizeof(map->pairs[0]))
        return cli_usage("too many assignments");
    name = (csm_str){ word, (size_t)(equals - word) };
    if (equals[-1] == ':' || equals[-1] == '@')
        name.len--;
    if (equals[-1] == ':') {
        if (csm_json_parse(c->arena, csm_str_of(equals + 1), &value, &err) != CSM_OK)
            return cli_usage("%.*s: %s", CSM_STR_FMT(name), err.message);
    } else if (equals[-1] == '@') {
        code = file_value(c, equals + 1, &value);
    } else {
        const csm_value *param = cli_named(params, name), *field = cli_named(fields, name);

        /* A method's argument that may be anything is usually the field of that name. */
        if (param != NULL && (field == NULL || !csm_str_is(cli_text_of(param, "type"), "any")))
            field = param;
        code = typed_value(c, field, csm_str_of(equals + 1), &value);
    }
    if (code == CLI_OK)
        map->pairs[map->count++] = (csm_pair){ name, value };
    return code;
}

int cli_assignments(cli *c, const char *table, const csm_value *method, int argc, char **argv, cli_map *map)
{
    const csm_value *description = NULL;
    int code = CLI_OK;

    if (argc > 0 && table != NULL && (code = cli_describe(c, table, &description)) != CLI_OK)
        return code;
    for (int n = 0; n < argc && code == CLI_OK; n++)
        code = one_assignment(c, csm_map_get(description, "fields"), csm_map_get(method, "params"), argv[n], map);
    return code;
}
