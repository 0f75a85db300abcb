/* The command line, shared by its commands: one connection, how answers are shown, exit codes. Uses the public protocol
 * only. */
#ifndef CSM_TOOLS_CLI_H
#define CSM_TOOLS_CLI_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#include <csm/client.h>

#include <stdio.h>

/* Exit codes, as in the manual: the class of what went wrong. */
typedef enum cli_exit {
    CLI_OK = 0,
    CLI_FAILED = 1,    /* the server refused: see the message */
    CLI_NOT_FOUND = 2, /* no such record or method */
    CLI_DENIED = 3,    /* not allowed, or not logged in */
    CLI_CONFLICT = 4,  /* changed meanwhile, or exists already */
    CLI_PARTIAL = 5,   /* import: some rows were not taken */
    CLI_USAGE = 64,
    CLI_UNAVAILABLE = 69, /* no server at the address, or the connection was lost */
    CLI_IO = 74           /* a local file */
} cli_exit;

typedef enum cli_format { CLI_TABLE, CLI_JSON, CLI_CSV } cli_format;

typedef struct cli {
    const char *address;
    const char *token; /* logs in with it; NULL = who the connection is */
    const char *user; /* act as; NULL = oneself */
    cli_format format;
    bool colour, interactive;
    int32_t timeout_ms; /* of each call; -1: none */
    csm_client *client; /* NULL until the first call */
    csm_arena *arena;
    struct cli_kept *kept;           /* answers of the command under way */
    struct cli_described *described; /* tables it asked about */
    const csm_value *tables;         /* all it has rights to, once asked */
    csm_client_error error;
    FILE *out;
} cli;

typedef struct cli_command {
    const char *name;
    const char *usage; /* "TABLE [FILTER]" */
    const char *doc;
    const char *more;                          /* what "help COMMAND" says besides; NULL: nothing */
    int (*run)(cli *c, int argc, char **argv); /* argv[0]: the command; returns a cli_exit */
} cli_command;
extern const cli_command cli_commands[]; /* ends with a NULL name */

void cli_list_commands(FILE *out);
void cli_list_exit_codes(FILE *out);

/* Runs one command line, also for the shell. Prints its own errors. */
int cli_run(cli *c, int argc, char **argv);

/* Calls a method; connects (logs in, becomes the user) first when needed. The answer lives until cli_release. */
int cli_call(cli *c, const char *method, csm_value params, const csm_value **out);
/* Frees the answers and the arena's memory of the commands so far. */
void cli_release(cli *c);
/* Prints the last error and gives its exit code. */
int cli_fail(cli *c);
int cli_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- arguments ---- */

csm_value cli_text(const char *text);
/* A map being built; at most 64 entries. */
typedef struct cli_map {
    csm_pair pairs[64];
    uint32_t count;
} cli_map;
void cli_add(cli_map *map, const char *key, csm_value value);
csm_value cli_map_value(const cli_map *map);
/* Words after a record, added to @p map with the type each field has on the server:
 *   name=value    as typed; a reference may be named (lookup below); nothing after the sign empties the field
 *   name:=JSON    any value
 *   name@=FILE    the text of a file, "-": of standard input, without its last line end
 * The fields are those of @p table, or the arguments of @p method (NULL: none) where it has them. Exit code. */
int cli_assignments(cli *c, const char *table, const csm_value *method, int argc, char **argv, cli_map *map);

/* ---- lookup ---- */

/* The id of a record named by 32 hex digits, its number, its user name or its name. NOT_FOUND; FAILED when several have
 * it. */
int cli_record_id(cli *c, const char *table, const char *name, const char **id);
/* table.describe, asked once per command and table. */
int cli_describe(cli *c, const char *table, const csm_value **out);
/* The map of @p list whose "name" is @p name, or NULL. */
const csm_value *cli_named(const csm_value *list, csm_str name);
/* A text of a map, or "". */
csm_str cli_text_of(const csm_value *map, const char *key);

/* ---- showing ---- */

/* A list of maps as a table; columns in the order of @p columns ("a,b", NULL: as they come). */
void cli_show_rows(cli *c, const csm_value *rows, const char *columns);
/* A map as two columns. */
void cli_show_record(cli *c, const csm_value *record);
/* Anything: rows, record, or JSON. */
void cli_show(cli *c, const csm_value *value);
/* One value as text for people, in the arena. */
csm_str cli_plain(cli *c, csm_value value);

/* ---- commands, by file ---- */

int cli_cmd_login(cli *c, int argc, char **argv);
int cli_cmd_call(cli *c, int argc, char **argv);
int cli_cmd_get(cli *c, int argc, char **argv);
int cli_cmd_list(cli *c, int argc, char **argv);
int cli_cmd_count(cli *c, int argc, char **argv);
int cli_cmd_insert(cli *c, int argc, char **argv);
int cli_cmd_update(cli *c, int argc, char **argv);
int cli_cmd_delete(cli *c, int argc, char **argv);
int cli_cmd_history(cli *c, int argc, char **argv);
int cli_cmd_plugin(cli *c, int argc, char **argv);
int cli_cmd_status(cli *c, int argc, char **argv);
int cli_cmd_verify(cli *c, int argc, char **argv);
int cli_cmd_import(cli *c, int argc, char **argv);
int cli_cmd_export(cli *c, int argc, char **argv);
int cli_cmd_shell(cli *c, int argc, char **argv);
int cli_cmd_help(cli *c, int argc, char **argv);
int cli_cmd_completion(cli *c, int argc, char **argv);
int cli_cmd_names(cli *c, int argc, char **argv);
int cli_cmd_fields(cli *c, int argc, char **argv);
/* NOUN VERB [ID|NUMBER] [name=value...]: any other method, "case accept CS0001001". */
int cli_verb(cli *c, int argc, char **argv);
/* "case", "create-incident": "case.create_incident", NUL-terminated in the arena; ptr NULL: out of memory. */
csm_str cli_method_name(cli *c, const char *noun, const char *verb);
/* Tells on standard error what was probably meant by words that name no method; @p verb NULL: there was one word. Returns @p code. */
int cli_guess(cli *c, const char *noun, const char *verb, int code);
/* How a method is called: "csm case accept RECORD". */
void cli_put_call(FILE *out, const csm_value *method);

#endif
