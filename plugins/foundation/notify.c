/* Notifications: rows that say when to mail whom what, looked at after every change. No mail is sent from here: each is
 * a row that a gateway fetches. */
#include "foundation.h"

/* What a notification speaks about. */
typedef struct notice {
    csm_change *change;       /* NULL: an event */
    const csm_record *record;
    const char *table;
    csm_str parm1;            /* of the event */
    mail_list *told;          /* those whom one with a weight went to */
} notice;

/* Text that people outside may read, whatever a template asks for. */
static const char *const customer_fields[] = {
    "number", "name", "title", "body", "short_description", "description", "comments", "close_notes", "opened_at", "due_date",
    "task.number", "task.short_description",
};

static bool is_for_customers(csm_str name)
{
    for (size_t n = 0; n < sizeof(customer_fields) / sizeof(customer_fields[0]); n++)
        if (csm_str_is(name, customer_fields[n]))
            return true;
    return false;
}

/* ---- text ---- */

static csm_str place_text(csm_ctx *ctx, const notice *about, csm_str name, bool external)
{
    csm_str field = csm_str_copy(ctx, name);
    csm_value entry;

    if (field.ptr == NULL || (external && !is_for_customers(name)) ||
        !csm_table_has_field(ctx, about->table, field.ptr))
        return (csm_str){ 0 };
    if (about->change != NULL && memchr(name.ptr, '.', name.len) == NULL) {
        entry = csm_change_new(ctx, about->change, field.ptr);
        if (entry.type == CSM_T_TEXT && csm_change_touches(ctx, about->change, field.ptr))
            return entry.s; /* also the journal entry being added */
    }
    return csm_record_display(ctx, about->record, field.ptr);
}

/* The template with its ${field} places filled. ptr NULL: out of memory. */
static csm_str fill(csm_ctx *ctx, const notice *about, csm_str template, bool external)
{
    csm_str out = CSM_STR("");
    size_t from = 0;

    for (size_t n = 0; n < template.len; n++) {
        size_t end = n + 2;
        csm_str value;

        if (template.ptr[n] != '$' || n + 1 >= template.len || template.ptr[n + 1] != '{')
            continue;
        while (end < template.len && template.ptr[end] != '}')
            end++;
        if (end == template.len)
            break;
        value = place_text(ctx, about, (csm_str){ template.ptr + n + 2, end - n - 2 }, external);
        out = csm_printf(ctx, "%.*s%.*s%.*s", CSM_STR_FMT(out), (int)(n - from), template.ptr + from, CSM_STR_FMT(value));
        if (out.ptr == NULL)
            return out;
        from = end + 1;
        n = end;
    }
    return csm_printf(ctx, "%.*s%.*s", CSM_STR_FMT(out), (int)(template.len - from), template.ptr + from);
}

/* Cuts to a number of code points, on a boundary. */
static csm_str cut(csm_str s, size_t points)
{
    size_t n = 0;

    while (n < s.len && points > 0) {
        n++;
        while (n < s.len && ((unsigned char)s.ptr[n] & 0xc0u) == 0x80u)
            n++;
        points--;
    }
    return (csm_str){ s.ptr, n };
}

/* Without what places that held nothing leave at the end. */
static csm_str trim(csm_str s)
{
    while (s.len > 0 && (s.ptr[s.len - 1] == '\n' || s.ptr[s.len - 1] == ' '))
        s.len--;
    return s;
}

/* A subject is one line whatever it was filled with: the next one would be a header. */
static csm_str one_line(csm_ctx *ctx, csm_str s)
{
    char *text = csm_alloc(ctx, s.len + 1);

    for (size_t n = 0; text != NULL && n < s.len; n++)
        text[n] = (unsigned char)s.ptr[n] < ' ' || s.ptr[n] == 0x7f ? ' ' : s.ptr[n];
    return (csm_str){ text, s.len };
}

static bool is_about_notes(csm_str message)
{
    return message.len > 0 && memmem(message.ptr, message.len, "${work_notes}", 13) != NULL;
}

/* ---- rows ---- */

csm_status mail_add(csm_ctx *ctx, csm_str address, csm_id user, csm_str subject, csm_str body, const char *table, csm_id id)
{
    csm_record *mail;

    subject = one_line(ctx, cut(subject, 255));
    if (subject.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_create(ctx, "sys_email", &mail));
    CSM_TRY(csm_record_set_text(ctx, mail, "type", address.len > 0 ? CSM_STR("send-ready") : CSM_STR("send-ignored")));
    CSM_TRY(csm_record_set_text(ctx, mail, "state", address.len > 0 ? CSM_STR("ready") : CSM_STR("ignored")));
    if (address.len == 0)
        CSM_TRY(csm_record_set_text(ctx, mail, "reason", CSM_STR("the person has no e-mail address")));
    CSM_TRY(csm_record_set_text(ctx, mail, "recipients", address));
    CSM_TRY(csm_record_set_ref(ctx, mail, "user", user));
    CSM_TRY(csm_record_set_text(ctx, mail, "subject", subject));
    CSM_TRY(csm_record_set_text(ctx, mail, "body", cut(body, 16000)));
    if (table != NULL) {
        csm_value target[2] = { csm_ctext(table), csm_id_value(id) };

        CSM_TRY(csm_record_set(ctx, mail, "target", csm_list(target, 2)));
    }
    return csm_record_insert(ctx, mail);
}

/* Adds the recipients of one list of paths: "a,b|c" is a, and b or else c. */
static csm_status add_paths(csm_ctx *ctx, mail_list *list, const csm_record *rec, csm_str paths)
{
    size_t from = 0;
    bool found = false;

    for (size_t n = 0; n <= paths.len; n++) {
        uint32_t before = list->count;

        if (n < paths.len && paths.ptr[n] != ',' && paths.ptr[n] != '|')
            continue;
        if (n > from && !found) {
            csm_str path = { paths.ptr + from, n - from };
            csm_str name = csm_str_copy(ctx, path);

            if (name.ptr == NULL)
                return CSM_E_NOMEM;
            CSM_TRY(mail_list_add_path(ctx, list, rec, path));
            found = list->count > before || (csm_table_has_field(ctx, csm_record_table(ctx, rec), name.ptr) &&
                                             !csm_is_nil(csm_record_value(ctx, rec, name.ptr)));
        }
        if (n == paths.len || paths.ptr[n] == ',')
            found = false;
        from = n + 1;
    }
    return CSM_OK;
}

/* Whether a heavier one of the same change told him already; if not he counts as told by this one. */
static csm_status is_told(csm_ctx *ctx, const notice *about, const csm_record *row, const mail_target *to, bool *out)
{
    *out = csm_record_int(ctx, row, "weight") > 0 && mail_list_has(about->told, to);
    return *out || csm_record_int(ctx, row, "weight") == 0 ? CSM_OK : mail_list_add(ctx, about->told, *to, false);
}

static csm_status send_to(csm_ctx *ctx, const notice *about, const mail_list *list, const csm_record *row)
{
    csm_str subject = csm_record_text(ctx, row, "subject"), message = csm_record_text(ctx, row, "message");
    csm_id id = csm_record_id(ctx, about->record);
    csm_str title[2] = { { 0 } }, body[2] = { { 0 } };

    for (uint32_t n = 0; n < list->count; n++) {
        const mail_target *to = &list->items[n];
        unsigned kind = to->external ? 1 : 0;
        bool told;

        if (list->muted[n] || (to->external && is_about_notes(message)))
            continue;
        CSM_TRY(is_told(ctx, about, row, to, &told));
        if (told)
            continue;
        if (title[kind].ptr == NULL) {
            title[kind] = fill(ctx, about, subject, to->external);
            body[kind] = trim(fill(ctx, about, message, to->external));
            if (title[kind].ptr == NULL || body[kind].ptr == NULL)
                return CSM_E_NOMEM;
        }
        CSM_TRY(mail_add(ctx, to->address, to->user, title[kind], body[kind], about->table, id));
    }
    return CSM_OK;
}

static bool is_sender(csm_ctx *ctx, csm_str sent_by)
{
    return sent_by.len == 0 || csm_str_is(sent_by, "external") == csm_caller_is_external(ctx);
}

static csm_status send_notification(csm_ctx *ctx, const notice *about, const csm_record *row)
{
    csm_str roles = csm_record_text(ctx, row, "recipient_roles"), role;
    mail_list list = { .actor = csm_caller_user(ctx) };

    CSM_TRY(add_paths(ctx, &list, about->record, csm_record_text(ctx, row, "recipient_fields")));
    CSM_TRY(mail_list_add_ids(ctx, &list, csm_record_value(ctx, row, "recipient_users")));
    CSM_TRY(mail_list_add_ids(ctx, &list, csm_record_value(ctx, row, "recipient_groups")));
    if (csm_record_bool(ctx, row, "event_parm_1"))
        CSM_TRY(mail_list_add_text(ctx, &list, about->parm1));
    while (csm_names_next(&roles, &role))
        CSM_TRY(mail_list_add_role(ctx, &list, role));
    return send_to(ctx, about, &list, row);
}

static csm_status look_at(csm_ctx *ctx, const notice *about, const csm_record *row)
{
    csm_str condition = csm_record_text(ctx, row, "condition");
    bool met = true;

    if (!is_sender(ctx, csm_record_text(ctx, row, "sent_by")))
        return CSM_OK;
    if (condition.len > 0 && about->change != NULL) {
        csm_str text = csm_str_copy(ctx, condition);

        if (text.ptr == NULL)
            return CSM_E_NOMEM;
        CSM_TRY(csm_change_matches(ctx, about->change, text.ptr, &met));
    }
    return met ? send_notification(ctx, about, row) : CSM_OK;
}

#define HEAVIEST_FIRST "^ORDERBYDESCweight^ORDERBYname"

/* Tables of the server's own bookkeeping: mails about mails would never end. */
static bool is_bookkeeping(const char *table)
{
    return strncmp(table, "sys_", 4) == 0 || strncmp(table, "sysevent", 8) == 0;
}

/* The filter of the notifications about @p table and what it extends. ptr NULL: out of memory. */
static csm_str watchers_of(csm_ctx *ctx, const char *table)
{
    csm_str names = csm_str_of(table);

    while (names.ptr != NULL && (table = csm_table_parent(ctx, table)) != NULL)
        names = csm_printf(ctx, "%.*s,%s", CSM_STR_FMT(names), table);
    return names.ptr != NULL ? csm_printf(ctx, "active=true^event_nameISEMPTY^collectionIN%.*s" HEAVIEST_FIRST, CSM_STR_FMT(names))
                             : names;
}

csm_status notify_change(csm_ctx *ctx, csm_change *ch)
{
    mail_list told = { 0 };
    notice about = { .change = ch, .table = csm_change_table(ctx, ch), .told = &told };
    csm_query *q;
    csm_record *row;
    csm_str filter;

    if (is_bookkeeping(about.table) || csm_change_is_import(ctx, ch))
        return CSM_OK;
    filter = watchers_of(ctx, about.table);
    if (filter.ptr == NULL)
        return CSM_E_NOMEM;
    about.record = csm_change_record(ctx, ch);
    CSM_TRY(csm_query_open_kept(ctx, "sysevent_email_action", filter.ptr, &q));
    for (;;) {
        CSM_TRY(csm_query_next(ctx, q, &row));
        if (row == NULL)
            break;
        CSM_TRY(look_at(ctx, &about, row));
    }
    csm_query_close(ctx, q);
    return CSM_OK;
}

csm_status notify_event(csm_ctx *ctx, csm_change *ch)
{
    csm_value target = csm_change_new(ctx, ch, "instance");
    mail_list told = { 0 };
    notice about = { .told = &told };
    csm_query *q;
    csm_record *rec, *row;
    csm_str table;

    if (target.type != CSM_T_LIST || target.count != 2)
        return CSM_OK;
    table = csm_str_copy(ctx, csm_value_text(target.list[0]));
    if (table.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_find(ctx, table.ptr, csm_value_id(target.list[1]), &rec));
    if (rec == NULL)
        return CSM_OK;
    about.record = rec;
    about.table = csm_record_table(ctx, rec);
    about.parm1 = csm_change_new_text(ctx, ch, "parm1");
    CSM_TRY(csm_query_open(ctx, "sysevent_email_action", &q));
    csm_query_where(ctx, q, "event_name", CSM_OP_EQ, csm_change_new(ctx, ch, "name"));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    csm_query_order(ctx, q, "weight", CSM_DESC);
    for (;;) {
        CSM_TRY(csm_query_next(ctx, q, &row));
        if (row == NULL)
            break;
        CSM_TRY(look_at(ctx, &about, row));
    }
    csm_query_close(ctx, q);
    return CSM_OK;
}
