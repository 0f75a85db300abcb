/* The published complaints, where they are: imported through config/import/cfpb_complaints.json and counted over the
 * protocol against counts made from the file alone, by a reader of its own. CSM_DATA_DIR, else ../shared/data beside
 * the source tree. */
#include "csm_run.h"

#include "unit.h"

#include <csm/value.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CASE "sn_customerservice_case"
#define CELLS 14
#define KEYS_MAX 1000

enum { RECEIVED, PRODUCT, SUB_PRODUCT, COMPANY = 5, VIA = 9, RESPONSE = 11, TIMELY = 12, DISPUTED = 13 };

typedef struct tally {
    char keys[KEYS_MAX][160];
    unsigned counts[KEYS_MAX];
    unsigned used;
} tally;

static tally by_product, by_company, by_response, by_channel, by_month, by_timely, by_disputed;
static unsigned rows;

static void count_one(tally *t, const char *key)
{
    unsigned n = 0;

    while (n < t->used && strcmp(t->keys[n], key) != 0)
        n++;
    assert_true(n < KEYS_MAX);
    assert_true(strlen(key) < sizeof(t->keys[0]));
    if (n == t->used)
        strcpy(t->keys[t->used++], key); /* length checked above */
    t->counts[n]++;
}

/* ---- the file, read anew ---- */

/* Cells of one line; the file has no line ends inside quotes. */
static void split(char *line, char *cells[CELLS])
{
    unsigned count = 0;
    char *to = line;
    bool quoted = false;

    line[strcspn(line, "\r\n")] = '\0';
    cells[count++] = line;
    for (char *at = line; *at != '\0'; at++) {
        if (*at == '"' && quoted && at[1] == '"') {
            *to++ = *at++;
        } else if (*at == '"') {
            quoted = !quoted;
        } else if (*at == ',' && !quoted) {
            *to++ = '\0';
            assert_true(count < CELLS);
            cells[count++] = to;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
    assert_false(quoted);
    assert_int_equal(count, CELLS);
}

static void count_row(char *cells[CELLS])
{
    static const char *const channels[][2] = { { "Web", "web" },
                                               { "Phone", "phone" },
                                               { "Referral", "referral" },
                                               { "Postal mail", "letter" },
                                               { "Fax", "fax" } };
    const char *channel = NULL;
    unsigned month, day, year;
    char text[160];

    for (size_t n = 0; n < COUNT_OF(channels); n++)
        if (strcmp(channels[n][0], cells[VIA]) == 0)
            channel = channels[n][1];
    assert_non_null(channel);
    assert_int_equal(sscanf(cells[RECEIVED], "%u/%u/%u", &month, &day, &year), 3);
    (void)snprintf(text, sizeof(text), "%04u-%02u", year, month);
    count_one(&by_month, text);
    (void)snprintf(text, sizeof(text), "%s%s%s", cells[PRODUCT], cells[SUB_PRODUCT][0] != '\0' ? " / " : "",
                   cells[SUB_PRODUCT]);
    count_one(&by_product, text);
    count_one(&by_company, cells[COMPANY]);
    count_one(&by_response, strcmp(cells[RESPONSE], "In progress") == 0 ? "" : cells[RESPONSE]);
    count_one(&by_channel, channel);
    count_one(&by_timely, strcmp(cells[TIMELY], "Yes") == 0 ? "true" : "false");
    count_one(&by_disputed, strcmp(cells[DISPUTED], "Yes") == 0 ? "1" : "0");
    rows++;
}

static bool count_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char line[4096], *cells[CELLS];

    if (file == NULL)
        return false;
    assert_non_null(fgets(line, sizeof(line), file));
    while (fgets(line, sizeof(line), file) != NULL) {
        split(line, cells);
        count_row(cells);
    }
    (void)fclose(file);
    return true;
}

/* ---- the server ---- */

/* Group and count of each row of an aggregate; a reference is told by its name. */
static void assert_group(csm_client *client, const char *group, const tally *want, bool by_name)
{
    csm_value name = csm_ctext(group);
    csm_pair pairs[] = { { CSM_STR("table"), csm_ctext(CASE) },
                         { CSM_STR("group"), csm_list(&name, 1) },
                         { CSM_STR("display"), csm_bool(by_name) } };
    csm_value params = csm_map(pairs, 3);
    csm_client_result *result = NULL;
    csm_client_error err;
    const csm_value *list;

    assert_int_equal(csm_client_call(client, "record.aggregate", &params, &result, &err), CSM_OK);
    assert_non_null(list = csm_map_get(csm_client_result_value(result), "rows"));
    if (list->count != want->used)
        print_error("%s: %u groups, want %u\n", group, list->count, want->used);
    assert_int_equal(list->count, want->used);
    for (uint32_t n = 0; n < list->count; n++) {
        const csm_value *row = &list->list[n], *count = csm_map_get(row, "count");
        const csm_value *value = csm_map_get(by_name ? csm_map_get(row, "display") : row, group);
        char key[160] = "";
        unsigned k = 0;

        assert_non_null(value);
        assert_non_null(count);
        if (value->type == CSM_T_TEXT)
            (void)snprintf(key, sizeof(key), "%.*s", CSM_STR_FMT(value->s));
        else if (value->type == CSM_T_INT)
            (void)snprintf(key, sizeof(key), "%lld", (long long)value->i);
        else if (value->type == CSM_T_BOOL)
            (void)snprintf(key, sizeof(key), "%s", value->i != 0 ? "true" : "false");
        while (k < want->used && strcmp(want->keys[k], key) != 0)
            k++;
        if (k == want->used || count->i != want->counts[k])
            print_error("%s \"%s\": %lld, want %u\n", group, key, (long long)count->i,
                        k < want->used ? want->counts[k] : 0);
        assert_true(k < want->used);
        assert_int_equal(count->i, want->counts[k]);
    }
    csm_client_result_free(result);
}

static void counts_agree(void **state)
{
    const char *data = getenv("CSM_DATA_DIR"), *source = getenv("CSM_SOURCE_DIR");
    char dir[512], file[600], map[600], rejected[128];
    server_process server;
    csm_client *client;
    csm_run run;

    (void)state;
    assert_non_null(source);
    (void)snprintf(dir, sizeof(dir), "%s%s", data != NULL ? data : source, data != NULL ? "" : "/../shared/data");
    (void)snprintf(file, sizeof(file), "%s/cfpb_complaints.csv", dir);
    (void)snprintf(map, sizeof(map), "%s/config/import/cfpb_complaints.json", source);
    if (!count_file(file)) {
        print_message("%s is not there\n", file);
        skip();
    }
    assert_true(rows > 0);
    server_init(&server, "customer_service");
    server_start(&server);
    (void)snprintf(rejected, sizeof(rejected), "%s/rejected.csv", server.dir);
    run = CSM(&server, NULL, "import", file, "--map", map, "--rejected", rejected);
    if (run.code != 0)
        print_error("%s%s", run.out, run.err);
    assert_int_equal(run.code, 0);
    csm_run_done(&run);
    assert_int_not_equal(access(rejected, F_OK), 0);
    client = server_client(&server);
    assert_group(client, "product", &by_product, true);
    assert_group(client, "account", &by_company, true);
    assert_group(client, "close_notes", &by_response, false);
    assert_group(client, "contact_type", &by_channel, false);
    assert_group(client, "opened_at:month", &by_month, false);
    assert_group(client, "made_sla", &by_timely, false);
    assert_group(client, "reopen_count", &by_disputed, false);
    csm_client_close(client);
    run = CSM(&server, NULL, "import", file, "--map", map, "--rejected", rejected); /* nothing twice */
    assert_int_equal(run.code, 0);
    csm_run_done(&run);
    client = server_client(&server);
    assert_group(client, "contact_type", &by_channel, false);
    csm_client_close(client);
    assert_int_equal(server_stop(&server), 0);
    assert_int_equal(server_verify(&server), 0);
    server_done(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(counts_agree) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
