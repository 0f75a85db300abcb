/* Requests, and what a case of the benchmark looks like. Cases are a function of their number alone. */
#include "bench.h"

#include "base/clock.h"

#include <string.h>

csm_writer request_open(csm_buf *out, uint32_t msgid, const char *method, uint32_t args)
{
    csm_writer w = { out };

    csm_write_list(&w, 4);
    csm_write_int(&w, 0);
    csm_write_int(&w, msgid);
    csm_write_cstr(&w, method);
    csm_write_list(&w, 1);
    csm_write_map(&w, args);
    return w;
}

void request_text(csm_writer *w, const char *key, const char *text)
{
    csm_write_cstr(w, key);
    csm_write_cstr(w, text);
}

void request_id(csm_writer *w, const char *key, const char id[HEX_ID])
{
    csm_write_cstr(w, key);
    csm_write_text(w, (csm_str){ id, HEX_ID });
}

void request_int(csm_writer *w, const char *key, int64_t number)
{
    csm_write_cstr(w, key);
    csm_write_int(w, number);
}

uint64_t mix_number(uint64_t n)
{
    n = (n ^ (n >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    n = (n ^ (n >> 27)) * UINT64_C(0x94d049bb133111eb);
    return n ^ (n >> 31);
}

static const char *const subjects[] = {
    "Cannot sign in to the portal after the last update",   "Invoice shows the wrong billing address",
    "Device restarts every night at two",                   "Question about the warranty of the second unit",
    "Export stops half way with a time-out",                "Order arrived without the power supply",
    "Please add two people to our support contract",        "Performance dropped since the maintenance window",
};
static const char body[] = "The customer reports that this began on Monday and concerns all users of the site. A restart did "
                           "not help. Log files were sent by mail, the serial number is on the label of the device, and the "
                           "contact can be reached by phone in the morning.";
static const char word[] = "Thank you for calling. We have reproduced the behaviour and will come back to you today.";
static const char *const channels[] = { "web", "phone", "email", "chat" };

/* ---- a case ---- */

typedef struct picture {
    char subject[120], opened[CSM_TIME_TEXT], closed[CSM_TIME_TEXT];
    const char *account, *contact, *group, *assignee; /* ids */
    const char *channel;
    uint32_t priority, category, state;
    bool is_open;
} picture;

#define FIRST_DAY INT64_C(1700000000) /* seconds; cases are opened over the two years from then */
#define TWO_YEARS INT64_C(63000000)

static void paint(const world *wd, uint64_t n, picture *out)
{
    static const uint32_t open_states[] = { 1, 10, 10, 18, 6 };
    uint64_t r = mix_number(n + 1), s = mix_number(r);
    uint32_t account = r % 100 < BIG_SHARE ? 0 : 1 + (uint32_t)((r >> 8) % (ACCOUNTS - 1));
    uint32_t group = (uint32_t)((r >> 16) % GROUPS);
    csm_time opened = (FIRST_DAY + (int64_t)(s % TWO_YEARS)) * CSM_SECOND;

    snprintf(out->subject, sizeof(out->subject), "%s (%llu)", subjects[(r >> 24) % 8], (unsigned long long)n);
    out->account = wd->accounts[account];
    out->contact = wd->contacts[account * CONTACTS + (uint32_t)((r >> 28) % CONTACTS)];
    out->group = wd->groups[group];
    out->assignee = wd->agents_ids[group * MEMBERS + (uint32_t)((r >> 32) % MEMBERS)];
    out->priority = 1 + (uint32_t)((r >> 36) % 5);
    out->category = (uint32_t)((r >> 40) % 3);
    out->channel = channels[(r >> 44) % 4];
    out->is_open = (r >> 48) % 2 == 0;
    out->state = out->is_open ? open_states[(r >> 50) % 5] : 3;
    (void)csm_time_format(opened, out->opened);
    (void)csm_time_format(opened + 3 * CSM_DAY, out->closed);
}

void request_case_values(csm_writer *w, const world *wd, uint64_t n)
{
    picture p;

    paint(wd, n, &p);
    csm_write_map(w, 10);
    request_text(w, "short_description", p.subject);
    request_text(w, "description", body);
    request_id(w, "account", p.account);
    request_id(w, "contact", p.contact);
    request_id(w, "assignment_group", p.group);
    request_id(w, "assigned_to", p.assignee);
    request_int(w, "priority", p.priority);
    request_int(w, "category", p.category);
    request_text(w, "contact_type", p.channel);
    request_text(w, "comments", word);
}

void case_id(uint64_t n, char out[HEX_ID])
{
    char text[HEX_ID + 1];
    uint64_t tail = mix_number(~n);

    snprintf(text, sizeof(text), "%012llx7%03llx8%015llx", (unsigned long long)(UINT64_C(0x018bcfe56800) + n),
             (unsigned long long)(tail >> 52), (unsigned long long)(tail & UINT64_C(0x0fffffffffffffff)));
    memcpy(out, text, HEX_ID);
}

/* ---- the same as cells of an import ---- */

const char *const case_columns[CASE_COLUMNS] = {
    "sys_id", "short_description", "description", "account", "contact", "assignment_group", "assigned_to", "priority",
    "category", "contact_type", "opened_at", "state", "active", "closed_at",
};

void request_case_cells(csm_writer *w, const world *wd, uint64_t n, uint32_t columns)
{
    char id[HEX_ID], priority[12], category[12], state[12];
    picture p;

    paint(wd, n, &p);
    case_id(n, id);
    snprintf(priority, sizeof(priority), "%u", p.priority);
    snprintf(category, sizeof(category), "%u", p.category);
    snprintf(state, sizeof(state), "%u", p.state);
    const csm_str cells[CASE_COLUMNS] = {
        { id, HEX_ID },
        csm_str_of(p.subject),
        csm_str_of(body),
        { p.account, HEX_ID },
        { p.contact, HEX_ID },
        { p.group, HEX_ID },
        { p.assignee, HEX_ID },
        csm_str_of(priority),
        csm_str_of(category),
        csm_str_of(p.channel),
        csm_str_of(p.opened),
        csm_str_of(state),
        csm_str_of(p.is_open ? "true" : "false"),
        csm_str_of(p.is_open ? "" : p.closed),
    };
    csm_write_list(w, columns);
    for (uint32_t k = 0; k < columns; k++)
        csm_write_text(w, cells[k]);
}

/* ---- imports ---- */

void import_begin(import *im, const world *wd, const char *name, uint64_t from, uint64_t end, bool as_they_stand)
{
    uint32_t columns = as_they_stand ? CASE_COLUMNS : CASE_COLUMNS_NEW;
    csm_pair fields[CASE_COLUMNS];
    csm_pair mapping[] = { { CSM_STR("table"), csm_ctext("sn_customerservice_case") },
                           { CSM_STR("rules"), csm_bool(!as_they_stand) },
                           { CSM_STR("fields"), csm_map(fields, columns) } };
    csm_pair pairs[] = { { CSM_STR("name"), csm_ctext(name) }, { CSM_STR("mapping"), csm_map(mapping, 3) } };
    csm_client_result *result;
    const csm_value *id;

    for (uint32_t k = 0; k < columns; k++)
        fields[k] = (csm_pair){ csm_str_of(case_columns[k]), csm_ctext(case_columns[k]) };
    *im = (import){ .wd = wd, .from = from, .next = from, .end = end, .columns = columns };
    result = world_call(wd, "import.start", csm_map(pairs, 2));
    id = world_answer(result, "id");
    if (id->type != CSM_T_TEXT || id->s.len != HEX_ID)
        die("import.start answers no id");
    memcpy(im->id, id->s.ptr, HEX_ID);
    csm_client_result_free(result);
}

static bool make_rows(void *user, uint32_t msgid, csm_buf *out)
{
    import *im = user;
    uint32_t rows = im->end - im->next < im->page ? (uint32_t)(im->end - im->next) : im->page;
    csm_writer w;

    if (rows == 0 || im->stopped)
        return false;
    w = request_open(out, msgid, "import.rows", 4);
    request_id(&w, "id", im->id);
    request_int(&w, "first", (int64_t)(im->next - im->from + 1));
    csm_write_cstr(&w, "columns");
    csm_write_list(&w, im->columns);
    for (uint32_t k = 0; k < im->columns; k++)
        csm_write_cstr(&w, case_columns[k]);
    csm_write_cstr(&w, "rows");
    csm_write_list(&w, rows);
    for (uint32_t n = 0; n < rows; n++)
        request_case_cells(&w, im->wd, im->next++, im->columns);
    return true;
}

/* No row may be refused. */
static void check_rows(void *user, uint32_t msgid, csm_str result)
{
    static const char key[] = "\xa6" "failed\x00"; /* the text "failed", the number 0 */

    (void)user;
    (void)msgid;
    if (memmem(result.ptr, result.len, key, sizeof(key) - 1) == NULL)
        die("import.rows refused rows: %.*s", (int)(result.len < 600 ? result.len : 600), result.ptr);
}

drive_source source_import(import *im, uint32_t page)
{
    im->page = page;
    return (drive_source){ make_rows, check_rows, im };
}

/* ---- cases made one by one ---- */

void result_id(csm_str result, char out[HEX_ID])
{
    static const char key[] = "\xa6sys_id\xd9\x20"; /* the text "sys_id", the head of a text of 32 bytes */
    const char *at = memmem(result.ptr, result.len, key, sizeof(key) - 1);

    if (at == NULL || (size_t)(result.ptr + result.len - at) < sizeof(key) - 1 + HEX_ID)
        die("a new record comes without its id");
    memcpy(out, at + sizeof(key) - 1, HEX_ID);
}

static bool make_create(void *user, uint32_t msgid, csm_buf *out)
{
    creator *c = user;
    csm_writer w;

    if (c->next == c->end)
        return false;
    w = request_open(out, msgid, "record.insert", 2);
    request_text(&w, "table", "sn_customerservice_case");
    csm_write_cstr(&w, "values");
    request_case_values(&w, c->wd, c->next++);
    return true;
}

static void take_created(void *user, uint32_t msgid, csm_str result)
{
    creator *c = user;
    char id[HEX_ID];

    (void)msgid;
    result_id(result, id);
    if (c->ids != NULL)
        memcpy(c->ids[c->id_count++], id, HEX_ID);
}

drive_source source_create(creator *c)
{
    return (drive_source){ make_create, take_created, c };
}
