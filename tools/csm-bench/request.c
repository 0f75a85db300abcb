/* Requests, and what a case of the benchmark looks like. Cases are a function of their number alone. */
#include "bench.h"

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

void request_case_values(csm_writer *w, const world *wd, uint64_t n, bool comment)
{
    uint64_t r = mix_number(n + 1);
    uint32_t account = r % 100 < BIG_SHARE ? 0 : 1 + (uint32_t)((r >> 8) % (ACCOUNTS - 1));
    uint32_t group = (uint32_t)((r >> 16) % GROUPS);
    char subject[120];

    snprintf(subject, sizeof(subject), "%s (%llu)", subjects[(r >> 24) % 8], (unsigned long long)n);
    csm_write_map(w, comment ? 10 : 9);
    request_text(w, "short_description", subject);
    request_text(w, "description", body);
    request_id(w, "account", wd->accounts[account]);
    request_id(w, "contact", wd->contacts[account * CONTACTS + (uint32_t)((r >> 28) % CONTACTS)]);
    request_id(w, "assignment_group", wd->groups[group]);
    request_id(w, "assigned_to", wd->agents_ids[group * MEMBERS + (uint32_t)((r >> 32) % MEMBERS)]);
    request_int(w, "priority", (int64_t)(1 + (r >> 36) % 5));
    request_int(w, "category", (int64_t)((r >> 40) % 3));
    request_text(w, "contact_type", channels[(r >> 44) % 4]);
    if (comment)
        request_text(w, "comments", word);
}
