/* What a world is filled with: accounts, their contacts, groups, agents, then the cases. */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#define LOAD_PAGE 500

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

void load_cases(world *wd)
{
    drive_part part = { .connections = 1, .depth = 4 };
    drive *d = drive_open_local(wd->socket, 1);
    import im;

    import_begin(&im, wd, "bench load", 0, wd->cases, true);
    part.source = source_import(&im, LOAD_PAGE);
    drive_run(d, &part, 1, 0);
    drive_close(d);
    if (part.errors > 0)
        die("the load was refused: %s", part.first_error);
    fprintf(stderr, "  %.0f cases/s\n", (double)wd->cases / part.seconds);
}
