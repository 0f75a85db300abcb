/* What a world is filled with: accounts, their contacts, groups, agents, then the cases. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 1000

/* ---- records one by one ---- */

static void keep_id(const csm_client_result *result, char out[HEX_ID])
{
    const csm_value *id = world_answer(result, "sys_id");

    if (id->type != CSM_T_TEXT || id->s.len != HEX_ID)
        die("sys_id is no id");
    memcpy(out, id->s.ptr, HEX_ID);
}

/* The record of @p table whose @p key is @p name, made with @p values where there is none. */
static void need_record(world *wd, const char *table, const char *key, const char *name, csm_value values, char out[HEX_ID])
{
    char query[160];
    int len = snprintf(query, sizeof(query), "%s=%s", key, name);
    csm_pair ask[] = { { CSM_STR("table"), csm_ctext(table) }, { CSM_STR("query"), csm_text((csm_str){ query, (size_t)len }) },
                       { CSM_STR("limit"), csm_int(1) } };
    csm_pair make[] = { { CSM_STR("table"), csm_ctext(table) }, { CSM_STR("values"), values } };
    csm_client_result *result;
    const csm_value *rows;

    result = world_call(wd, "record.query", csm_map(ask, 3));
    rows = world_answer(result, "rows");
    if (rows->type == CSM_T_LIST && rows->count == 1) {
        const csm_value *id = csm_map_get(&rows->list[0], "sys_id");

        if (id == NULL || id->type != CSM_T_TEXT || id->s.len != HEX_ID)
            die("sys_id is no id");
        memcpy(out, id->s.ptr, HEX_ID);
    } else {
        if (csm_is_nil(values))
            die("there is no %s with %s", table, query);
        csm_client_result_free(result);
        result = world_call(wd, "record.insert", csm_map(make, 2));
        keep_id(result, out);
    }
    csm_client_result_free(result);
}

static csm_value id_text(const char id[HEX_ID])
{
    return csm_text((csm_str){ id, HEX_ID });
}

/* ---- people ---- */

static void load_contact(world *wd, uint32_t account, uint32_t n)
{
    char email[64];

    snprintf(email, sizeof(email), "contact%u.%u@bench.example", account, n);
    csm_pair contact[] = { { CSM_STR("first_name"), csm_ctext("Contact") }, { CSM_STR("last_name"), csm_ctext(email) },
                           { CSM_STR("email"), csm_ctext(email) }, { CSM_STR("account"), id_text(wd->accounts[account]) } };
    need_record(wd, "customer_contact", "email", email, csm_map(contact, 4), wd->contacts[account * CONTACTS + n]);
}

static void load_named(world *wd, const char *table, const char *format, uint32_t n, char out[HEX_ID])
{
    char name[40];

    snprintf(name, sizeof(name), "%s %03u", format, n);
    csm_pair pairs[] = { { CSM_STR("name"), csm_ctext(name) } };
    need_record(wd, table, "name", name, csm_map(pairs, 1), out);
}

static void load_agent(world *wd, uint32_t n, const char role[HEX_ID], const char group[HEX_ID])
{
    char name[32], link[HEX_ID], pair[160], *id = wd->agents_ids[n];

    snprintf(name, sizeof(name), "bench.agent%03u", n);
    csm_pair user[] = { { CSM_STR("user_name"), csm_ctext(name) }, { CSM_STR("first_name"), csm_ctext("Agent") },
                        { CSM_STR("last_name"), csm_ctext(name) } };
    need_record(wd, "sys_user", "user_name", name, csm_map(user, 3), id);
    csm_pair has_role[] = { { CSM_STR("user"), id_text(id) }, { CSM_STR("role"), id_text(role) } };
    csm_pair member[] = { { CSM_STR("user"), id_text(id) }, { CSM_STR("group"), id_text(group) } };
    snprintf(pair, sizeof(pair), "%.32s^role=%.32s", id, role);
    need_record(wd, "sys_user_has_role", "user", pair, csm_map(has_role, 2), link);
    snprintf(pair, sizeof(pair), "%.32s^group=%.32s", id, group);
    need_record(wd, "sys_user_grmember", "user", pair, csm_map(member, 2), link);
}

void load_people(world *wd)
{
    char role[HEX_ID];

    need_record(wd, "sys_user_role", "name", "sn_customerservice_agent", csm_nil(), role);
    for (uint32_t a = 0; a < ACCOUNTS; a++) {
        load_named(wd, "customer_account", "Bench account", a, wd->accounts[a]);
        for (uint32_t c = 0; c < CONTACTS; c++)
            load_contact(wd, a, c);
    }
    for (uint32_t g = 0; g < GROUPS; g++) {
        load_named(wd, "sys_user_group", "Bench group", g, wd->groups[g]);
        for (uint32_t m = 0; m < MEMBERS; m++)
            load_agent(wd, g * MEMBERS + m, role, wd->groups[g]);
    }
}

/* ---- cases ---- */

typedef struct loader {
    const world *wd;
    uint64_t next;
} loader;

static bool make_case(void *user, uint32_t msgid, csm_buf *out)
{
    loader *l = user;
    csm_writer w;

    if (l->next == l->wd->cases)
        return false;
    if (l->next % 50000 == 0 && l->next > 0)
        fprintf(stderr, "  %llu\n", (unsigned long long)l->next);
    w = request_open(out, msgid, "record.insert", 2);
    request_text(&w, "table", "sn_customerservice_case");
    csm_write_cstr(&w, "values");
    request_case_values(&w, l->wd, l->next++, false);
    return true;
}

void load_cases(world *wd)
{
    loader l = { wd, 0 };
    drive_part part = { .source = { make_case, NULL, &l }, .connections = 8, .depth = 64 };
    drive *d = drive_open_local(wd->socket, 8);

    drive_run(d, &part, 1, 0);
    drive_close(d);
    if (part.errors > 0)
        die("%llu cases were refused: %s", (unsigned long long)part.errors, part.first_error);
    fprintf(stderr, "  %.0f cases/s\n", (double)part.requests / part.seconds);
}

/* ---- ids ---- */

static void add_rows(world *wd, const csm_value *rows)
{
    if (rows->type != CSM_T_LIST || rows->count > wd->cases + 1000000 - wd->id_count)
        die("more cases than were made");
    for (uint32_t n = 0; n < rows->count; n++) {
        const csm_value *id = csm_map_get(&rows->list[n], "sys_id");

        if (id == NULL || id->type != CSM_T_TEXT || id->s.len != HEX_ID || wd->id_count == wd->cases)
            die("the store holds other cases than were made");
        memcpy(wd->ids[wd->id_count++], id->s.ptr, HEX_ID);
    }
}

void load_ids(world *wd)
{
    char token[512] = "";
    csm_pair ask[] = { { CSM_STR("table"), csm_ctext("sn_customerservice_case") },
                       { CSM_STR("query"), csm_ctext("ORDERBYDESCopened_at") }, { CSM_STR("fields"), csm_ctext("sys_id") },
                       { CSM_STR("limit"), csm_int(PAGE) }, { CSM_STR("after"), csm_nil() } };
    bool more = true;

    wd->ids = calloc(wd->cases, sizeof(*wd->ids));
    if (wd->ids == NULL)
        die("out of memory");
    while (more) {
        csm_client_result *result = world_call(wd, "record.query", csm_map(ask, token[0] != '\0' ? 5 : 4));
        const csm_value *next = world_answer(result, "next");

        add_rows(wd, world_answer(result, "rows"));
        more = next->type == CSM_T_TEXT;
        if (more) {
            snprintf(token, sizeof(token), "%.*s", CSM_STR_FMT(next->s));
            ask[4].value = csm_ctext(token);
        }
        csm_client_result_free(result);
    }
    if (wd->id_count != wd->cases)
        die("the store holds %llu cases, not %llu", (unsigned long long)wd->id_count, (unsigned long long)wd->cases);
}
