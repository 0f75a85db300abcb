/* Words that name no command and no method: what was probably meant. */
#include "cli.h"

#include "base/str.h"

#include <string.h>

/* Names of the server's methods and of the commands. count 0: nobody answers. */
typedef struct names {
    const char **items;
    size_t count;
} names;

static csm_str noun_of(csm_str method)
{
    csm_str noun = { NULL, 0 };

    (void)csm_str_split(&method, '.', &noun);
    return noun;
}

static int method_names(cli *c, names *out)
{
    csm_value area = csm_ctext("methods");
    const csm_value *answer, *methods;
    cli_map params = { 0 };
    int code;

    cli_add(&params, "areas", csm_list(&area, 1));
    if ((code = cli_call(c, "server.describe", cli_map_value(&params), &answer)) != CLI_OK)
        return code;
    methods = csm_map_get(answer, "methods");
    if (methods == NULL || methods->type != CSM_T_LIST)
        return CLI_FAILED;
    if ((out->items = csm_arena_array(c->arena, methods->count + 1, sizeof(*out->items))) == NULL)
        return CLI_FAILED;
    for (uint32_t n = 0; n < methods->count; n++)
        if ((out->items[out->count] = csm_arena_cstr(c->arena, cli_text_of(&methods->list[n], "name"))) != NULL)
            out->count++;
    return CLI_OK;
}

/* The methods' nouns, each once, and the commands. */
static int first_words(cli *c, const names *methods, names *out)
{
    size_t commands = 0;

    while (cli_commands[commands].name != NULL)
        commands++;
    if ((out->items = csm_arena_array(c->arena, methods->count + commands + 1, sizeof(*out->items))) == NULL)
        return CLI_FAILED;
    for (size_t n = 0; n < commands; n++)
        out->items[out->count++] = cli_commands[n].name;
    for (size_t n = 0; n < methods->count; n++) {
        const char *noun = csm_arena_cstr(c->arena, noun_of(csm_str_of(methods->items[n])));
        bool known = noun == NULL;

        for (size_t k = 0; !known && k < out->count; k++)
            known = strcmp(out->items[k], noun) == 0;
        if (!known)
            out->items[out->count++] = noun;
    }
    return CLI_OK;
}

/* The verbs of a noun. */
static int verbs_of(cli *c, const names *methods, csm_str noun, names *out)
{
    if ((out->items = csm_arena_array(c->arena, methods->count + 1, sizeof(*out->items))) == NULL)
        return CLI_FAILED;
    for (size_t n = 0; n < methods->count; n++)
        if (csm_str_eq(noun_of(csm_str_of(methods->items[n])), noun))
            out->items[out->count++] = methods->items[n] + noun.len + 1;
    return CLI_OK;
}

/* Those that begin as the word does ("close" for close_case), else the nearest. */
static void put_verbs(const names *verbs, const char *noun, csm_str word)
{
    const char *nearest = csm_str_nearest(word, verbs->items, verbs->count), *before = "     did you mean";
    bool begun = false;

    for (size_t n = 0; n < verbs->count; n++)
        if (csm_str_starts(csm_str_of(verbs->items[n]), word)) {
            fprintf(stderr, "%s \"%s %s\"", before, noun, verbs->items[n]);
            before = ",";
            begun = true;
        }
    if (begun)
        fputs("?\n", stderr);
    else if (nearest != NULL)
        fprintf(stderr, "%s \"%s %s\"?\n", before, noun, nearest);
}

int cli_guess(cli *c, const char *noun, const char *verb, int code)
{
    csm_str method = cli_method_name(c, noun, verb != NULL ? verb : ""), word = csm_str_of(noun);
    names methods = { 0 }, words = { 0 }, verbs = { 0 };
    const char *nearest;

    if (method.ptr == NULL || method_names(c, &methods) != CLI_OK || first_words(c, &methods, &words) != CLI_OK ||
        verbs_of(c, &methods, word, &verbs) != CLI_OK)
        return code;
    if (verbs.count > 0) {
        if (verb != NULL)
            put_verbs(&verbs, noun, (csm_str){ method.ptr + word.len + 1, method.len - word.len - 1 });
        fprintf(stderr, "     csm help %s lists what can be done with it\n", noun);
    } else if ((nearest = csm_str_nearest(word, words.items, words.count)) != NULL) {
        fprintf(stderr, "     did you mean \"%s\"?\n", nearest);
    }
    return code;
}
