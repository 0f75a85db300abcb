/* The table of commands, and what help tells about them. */
#include "cli.h"

#include "base/str.h"

#include <string.h>

static const char get_more[] =
    "RECORD is a sys_id (32 hex digits), a number, a user name or a name that one record has.\n"
    "FIELDS are separated by commas; a dot walks along a reference: account.name.\n";
static const char list_more[] =
    "FILTER is an encoded query; quote it: \"active=true^priority<=2^ORDERBYDESCopened_at\".\n"
    "  ^ and, ^OR or, ^NQ a new alternative; = != < <= > >= STARTSWITH ENDSWITH LIKE IN ISEMPTY ISNOTEMPTY\n"
    "A field or operator that does not exist is an error, never \"all rows\". csm fields TABLE tells which there are.\n"
    "--fields A,B   columns (account.name walks along a reference)\n"
    "--sort A,-B    order, a minus for descending\n"
    "--limit N      at most so many rows (20)\n"
    "--all          at most 100000 rows; export has no limit\n";
static const char count_more[] = "--by A,B   counts for each value of these; a time may be cut: opened_at:month\n";
static const char write_more[] =
    "name=value    as typed; a reference may be named (assigned_to=ann.agent), and so may a choice (priority=High); nothing after\n"
    "              the sign empties the field\n"
    "name:=JSON    any value\n"
    "name@=FILE    the text of a file, \"-\": of standard input, without its last line end\n";
static const char history_more[] = "Changes and journal entries, newest first. --json shows all the server tells.\n";
static const char call_more[] =
    "JSON is a map of named arguments. Any method takes \"trace\" and \"deadline_ms\", any write \"request_key\" (a "
    "repeat with\n"
    "the same key has one effect) and \"dry_run\". csm names methods lists them; csm call server.describe tells all.\n";
static const char import_more[] =
    "MAPPING is a JSON file; config/import/README.md describes it. Rows go in pages, each kept whole or not at all; "
    "run the same\n"
    "command again after a kill or a lost connection and it goes on where it stopped.\n"
    "--dry-run         tells what would happen and keeps nothing; a page does not see the rows of the one before\n"
    "--name NAME       what the import is known by (file name and size)\n"
    "--rejected FILE   where refused rows go, with line and reason (FILE.rejected.csv)\n"
    "--format F        csv or jsonl (by the file's name)\n"
    "--separator C     of CSV cells (,)\n"
    "--encoding E      auto: cells that are no UTF-8 are taken as windows-1252 and told; utf-8: their rows are "
    "refused;\n"
    "                  windows-1252: all are\n"
    "--page ROWS       rows in one call (250); others write between them\n"
    "Exit code 5 when some rows were refused.\n";
static const char export_more[] = "Writes to standard output. --format csv (times, ids and numbers as the protocol has "
                                  "them; lists a,b; money 12.5 EUR) or jsonl.\n"
                                  "Without --fields every field of the table that its reader may see, but journals.\n";
static const char shell_more[] = "Commands as on the command line, one connection; Tab completes. Lines are kept in ~/.csm_history, but those "
                                 "with a\n"
                                 "password, secret or token. Ends with exit or Ctrl-D; fed from a pipe its exit code is that of "
                                 "the last command that\nfailed.\n";
static const char login_more[] = "The password comes from the terminal, else from standard input. "
                                 "export CSM_TOKEN=$(csm login NAME) logs later\n"
                                 "commands in until the session ends; over TCP this is the way in.\n";
static const char plugin_more[] = "activate brings what the plugin stands on; deactivate is refused while others stand on it, "
                                  "--cascade takes them\n"
                                  "along. Both hold from now on, also after a restart, whatever the configuration names; "
                                  "deleting the plugin's row in\n"
                                  "sys_plugins leaves it to the configuration again. Rows of a plugin that goes stay, and "
                                  "are back with it.\n"
                                  "show tells the state: active, inactive, quarantined or rejected, these two with their "
                                  "reason. clear lets a plugin that\n"
                                  "crashed be tried again at the next start.\n";
static const char completion_more[] = "source <(csm completion bash)\n";

/* clang-format off */
const cli_command cli_commands[] = {
    { "get", "TABLE RECORD [FIELDS]", "Shows one record", get_more, cli_cmd_get },
    { "list", "TABLE [FILTER] [--fields A,B] [--sort A,-B] [--limit N] [--all]", "Lists the records a filter matches", list_more, cli_cmd_list },
    { "count", "TABLE [FILTER] [--by A,B]", "Counts records, grouped if asked", count_more, cli_cmd_count },
    { "insert", "TABLE name=value...", "Makes a record", write_more, cli_cmd_insert },
    { "update", "TABLE RECORD name=value...", "Changes a record", write_more, cli_cmd_update },
    { "delete", "TABLE RECORD", "Deletes a record", NULL, cli_cmd_delete },
    { "fields", "TABLE", "Lists what a record of a table may hold, and what you may write of it", NULL, cli_cmd_fields },
    { "history", "TABLE RECORD", "Shows what happened to a record", history_more, cli_cmd_history },
    { "login", "NAME", "Asks for the password and prints a token for $CSM_TOKEN", login_more, cli_cmd_login },
    { "call", "METHOD [JSON]", "Calls any method", call_more, cli_cmd_call },
    { "import", "FILE --map MAPPING [OPTION...]", "Loads a CSV or JSON-lines file through a mapping", import_more, cli_cmd_import },
    { "export", "TABLE [FILTER] [--fields A,B] [--format csv|jsonl]", "Writes all matching records", export_more, cli_cmd_export },
    { "plugin", "list | show ID | activate ID | deactivate ID [--cascade] | clear ID", "Shows, activates and deactivates the plugins of the server", plugin_more, cli_cmd_plugin },
    { "status", "", "Shows how the server is", NULL, cli_cmd_status },
    { "verify", "", "Checks the store of the running server against itself", NULL, cli_cmd_verify },
    { "names", "tables | methods | commands", "Lists names, one a line", NULL, cli_cmd_names },
    { "shell", "", "Reads commands with history and completion", shell_more, cli_cmd_shell },
    { "completion", "bash", "Prints completion for a shell", completion_more, cli_cmd_completion },
    { "help", "[COMMAND | NOUN [VERB]]", "Tells about csm, a command, or what can be done with a noun", NULL, cli_cmd_help },
    { NULL, NULL, NULL, NULL, NULL },
};
/* clang-format on */

void cli_list_commands(FILE *out)
{
    for (const cli_command *cmd = cli_commands; cmd->name != NULL; cmd++)
        fprintf(out, "    %s %s\n          %s\n", cmd->name, cmd->usage, cmd->doc);
    fputs("    NOUN VERB [RECORD] [name=value...]\n          Any other method, e.g. csm case propose-solution "
          "CS0001001 close_notes=...\n",
          out);
}

void cli_list_exit_codes(FILE *out)
{
    fputs("    0  done\n    1  the server refused: see the message\n    2  no such record or method\n"
          "    3  not allowed, or not logged in\n    4  changed meanwhile, or exists already\n"
          "    5  import: some rows were refused\n   64  wrong usage\n   69  no server, or the connection was lost\n"
          "   74  a local file cannot be read or written\n",
          out);
}

static void put_manual(FILE *out)
{
    fputs("NAME\n    csm - speaks to a csmd server\n\nSYNOPSIS\n"
          "    csm [-c ADDRESS] [-u USER] [--json | --csv] [--timeout SECONDS] COMMAND [ARGUMENT...]\n\nOPTIONS\n"
          "    -c, --connect ADDRESS   unix:PATH or tcp:HOST:PORT; else $CSM_CONNECT, else unix:/run/csmd/csmd.sock\n"
          "    -u, --user USER         act as this user, as an administrator may\n"
          "    --json, --csv           answers for programs\n"
          "    --timeout SECONDS       longest wait for an answer (30; 0: none)\n\nCOMMANDS\n",
          out);
    cli_list_commands(out);
    fputs("    csm help COMMAND tells more about one, csm help NOUN (case, incident ...) what can be done with it.\n\nEXIT CODES\n", out);
    cli_list_exit_codes(out);
    fputs("\nENVIRONMENT\n    CSM_CONNECT   address of the server\n"
          "    CSM_TOKEN     logs in with it: an API token, or what csm login printed\n    NO_COLOR      no colours\n\nFILES\n"
          "    ~/.csm_history   lines of the shell\n",
          out);
}

/* ---- what the server's methods take ---- */

static bool is_required(const csm_value *param)
{
    const csm_value *required = csm_map_get(param, "required");

    return required != NULL && required->type == CSM_T_BOOL && required->b;
}

void cli_put_call(FILE *out, const csm_value *method)
{
    const csm_value *params = csm_map_get(method, "params");
    csm_str name = cli_text_of(method, "name"), noun = { NULL, 0 };

    (void)csm_str_split(&name, '.', &noun);
    fprintf(out, "csm %.*s %.*s", CSM_STR_FMT(noun), CSM_STR_FMT(name));
    for (uint32_t n = 0; n < params->count; n++)
        if (csm_str_is(cli_text_of(&params->list[n], "name"), "id") && cli_text_of(&params->list[n], "table").len > 0)
            fputs(" RECORD", out);
        else if (is_required(&params->list[n]))
            fprintf(out, " %.*s=...", CSM_STR_FMT(cli_text_of(&params->list[n], "name")));
    fputc('\n', out);
}

static void put_method(cli *c, const csm_value *method)
{
    cli_put_call(c->out, method);
    fprintf(c->out, "      %.*s\n", CSM_STR_FMT(cli_text_of(method, "doc")));
}

/* The table most verbs of a noun are about, from "timeline", which every noun with states has. */
static void put_table(cli *c, const csm_value *methods, const char *noun)
{
    csm_str name = csm_arena_printf(c->arena, "%s.timeline", noun);
    const csm_value *timeline = cli_named(methods, name);
    csm_str table = cli_text_of(cli_named(csm_map_get(timeline, "params"), CSM_STR("id")), "table");

    if (table.len > 0)
        fprintf(c->out, "The records: csm list, count, get, insert, update, delete, history %.*s; csm fields %.*s tells what they hold.\n",
                CSM_STR_FMT(table), CSM_STR_FMT(table));
}

static void put_choices(cli *c, const csm_value *choices)
{
    for (uint32_t n = 0; choices != NULL && n < choices->count; n++)
        fprintf(c->out, "%s%.*s %.*s", n == 0 ? "\n          one of " : ", ", CSM_STR_FMT(cli_text_of(&choices->list[n], "value")),
                CSM_STR_FMT(cli_text_of(&choices->list[n], "label")));
}

static void put_arguments(cli *c, const csm_value *params)
{
    for (uint32_t n = 0; n < params->count; n++) {
        const csm_value *param = &params->list[n];
        csm_str type = cli_text_of(param, "type"), of = cli_text_of(param, "reference");

        if (of.len == 0 && csm_str_is(type, "id"))
            of = cli_text_of(param, "table");
        fprintf(c->out, "    %.*s   %.*s%s%.*s%s %.*s", CSM_STR_FMT(cli_text_of(param, "name")), CSM_STR_FMT(type),
                of.len > 0 ? " of " : "", CSM_STR_FMT(of), is_required(param) ? ", required" : "",
                CSM_STR_FMT(cli_text_of(param, "doc")));
        put_choices(c, csm_map_get(param, "choices"));
        fputc('\n', c->out);
    }
}

/* help NOUN: its verbs; help NOUN VERB: what it takes. The server knows. */
static int help_methods(cli *c, int argc, char **argv)
{
    csm_str noun = csm_arena_printf(c->arena, "%s.", argv[1]);
    csm_str wanted = argc > 2 ? cli_method_name(c, argv[1], argv[2]) : (csm_str){ NULL, 0 };
    csm_value area = csm_ctext("methods");
    const csm_value *answer, *methods;
    cli_map params = { 0 };
    int found = 0, code;

    cli_add(&params, "areas", csm_list(&area, 1));
    if ((code = cli_call(c, "server.describe", cli_map_value(&params), &answer)) != CLI_OK)
        return code;
    methods = csm_map_get(answer, "methods");
    for (uint32_t n = 0; n < methods->count; n++) {
        csm_str name = cli_text_of(&methods->list[n], "name");

        if (argc > 2 ? !csm_str_eq(name, wanted) : !csm_str_starts(name, noun))
            continue;
        put_method(c, &methods->list[n]);
        if (argc > 2)
            put_arguments(c, csm_map_get(&methods->list[n], "params"));
        found++;
    }
    if (found > 0 && argc == 2)
        put_table(c, methods, argv[1]);
    if (found > 0)
        return CLI_OK;
    if (argc > 2)
        code = cli_usage("nothing is called \"%s %s\"", argv[1], argv[2]);
    else
        code = cli_usage("no command or noun \"%s\"; csm help and csm names methods list them", argv[1]);
    return cli_guess(c, argv[1], argc > 2 ? argv[2] : NULL, code);
}

int cli_cmd_help(cli *c, int argc, char **argv)
{
    if (argc < 2) {
        put_manual(c->out);
        return CLI_OK;
    }
    for (const cli_command *cmd = cli_commands; cmd->name != NULL; cmd++)
        if (strcmp(cmd->name, argv[1]) == 0) {
            fprintf(c->out, "csm %s %s\n\n%s.\n%s%s", cmd->name, cmd->usage, cmd->doc, cmd->more != NULL ? "\n" : "",
                    cmd->more != NULL ? cmd->more : "");
            return CLI_OK;
        }
    return help_methods(c, argc, argv);
}
