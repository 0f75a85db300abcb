/* csm fields TABLE: what a record of a table may hold, as the server tells the caller. */
#include "cli.h"

#include "base/str.h"

#define CELLS 4

/* "reference of customer_account", "text of 160" */
static csm_str type_text(cli *c, const csm_value *field)
{
    csm_str type = cli_text_of(field, "type"), of = cli_text_of(field, "reference");
    const csm_value *length = csm_map_get(field, "length");

    if (of.len > 0)
        return csm_arena_printf(c->arena, "%.*s of %.*s", CSM_STR_FMT(type), CSM_STR_FMT(of));
    if (csm_str_is(type, "text") && length != NULL && length->type == CSM_T_INT && length->i > 0)
        return csm_arena_printf(c->arena, "%.*s of %lld", CSM_STR_FMT(type), (long long)length->i);
    return type;
}

static bool is_true(const csm_value *value)
{
    return value != NULL && value->type == CSM_T_BOOL && value->b;
}

/* "write", "create" (fixed once made) or "read", and whether it is required. */
static csm_str rights_text(cli *c, const csm_value *field)
{
    const csm_value *flags = csm_map_get(field, "flags"), *write = csm_map_get(field, "write"),
                    *create = csm_map_get(field, "create");
    bool may_write = is_true(write), may_create = is_true(create), required = false;

    for (uint32_t n = 0; flags != NULL && flags->type == CSM_T_LIST && n < flags->count; n++)
        required = required || (flags->list[n].type == CSM_T_TEXT && csm_str_is(flags->list[n].s, "required"));
    return csm_arena_printf(c->arena, "%s%s", may_write ? "write" : may_create ? "create" : "read",
                            required ? ", required" : "");
}

/* The choices as "1 Critical, 2 High", else what the field is for. */
static csm_str meaning_text(cli *c, const csm_value *field)
{
    const csm_value *choices = csm_map_get(field, "choices");
    csm_str out = cli_text_of(field, "doc");

    for (uint32_t n = 0; choices != NULL && choices->type == CSM_T_LIST && n < choices->count; n++)
        out = csm_arena_printf(c->arena, "%.*s%s%.*s %.*s", n > 0 ? (int)out.len : 0, out.ptr, n > 0 ? ", " : "",
                               CSM_STR_FMT(cli_text_of(&choices->list[n], "value")),
                               CSM_STR_FMT(cli_text_of(&choices->list[n], "label")));
    return out;
}

int cli_cmd_fields(cli *c, int argc, char **argv)
{
    const csm_value *description, *fields;
    csm_value *rows, list;
    int code;

    if (argc != 2)
        return cli_usage("fields TABLE");
    if ((code = cli_describe(c, argv[1], &description)) != CLI_OK)
        return code;
    fields = csm_map_get(description, "fields");
    if (fields == NULL || fields->type != CSM_T_LIST)
        return CLI_FAILED;
    if ((rows = csm_arena_array(c->arena, fields->count + 1, sizeof(*rows))) == NULL)
        return CLI_FAILED;
    for (uint32_t n = 0; n < fields->count; n++) {
        const csm_value *field = &fields->list[n];
        csm_pair *cells = csm_arena_array(c->arena, CELLS, sizeof(*cells));

        if (cells == NULL)
            return CLI_FAILED;
        cells[0] = (csm_pair){ CSM_STR("field"), csm_text(cli_text_of(field, "name")) };
        cells[1] = (csm_pair){ CSM_STR("type"), csm_text(type_text(c, field)) };
        cells[2] = (csm_pair){ CSM_STR("you may"), csm_text(rights_text(c, field)) };
        cells[3] = (csm_pair){ CSM_STR("meaning"), csm_text(meaning_text(c, field)) };
        rows[n] = csm_map(cells, CELLS);
    }
    list = csm_list(rows, fields->count);
    cli_show_rows(c, &list, NULL);
    return CLI_OK;
}
