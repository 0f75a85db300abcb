/* Mails to the audience of a publication when it is shown: for each page of people one queued event that names them, from which
 * notifications make the mails. A job, in pages; each is a transaction that stores how far it came. Source: DOMAIN 8.6. */
#include "publications.h"

#define PAGE 100u
#define RELATION "sn_customerservice_contact_relationship"
#define ACTIVE_RELATION "active=true^contact.active=true"

/* Where the job is: which recipient of the list, and of an account which of its contacts. */
typedef struct walk {
    csm_record *publication;
    csm_id list;
    const kind *k;
    csm_id member, contact;
    bool related;   /* contact is one of another account, tied to this one */
    int64_t told, most;
    csm_str names;  /* of this page */
    uint32_t count; /* people in them */
    uint32_t seen;  /* rows looked at for this page */
} walk;

static csm_status add_name(csm_ctx *ctx, walk *w, csm_str name)
{
    if (name.len == 0)
        return CSM_OK;
    w->names = csm_printf(ctx, "%.*s%s%.*s", CSM_STR_FMT(w->names), w->names.len > 0 ? "," : "", CSM_STR_FMT(name));
    w->count++;
    return w->names.ptr != NULL ? CSM_OK : CSM_E_NOMEM;
}

static csm_status add_user(csm_ctx *ctx, walk *w, csm_id id)
{
    csm_str hex = csm_id_text(ctx, id);

    return hex.ptr != NULL ? add_name(ctx, w, hex) : CSM_E_NOMEM;
}

/* A consumer who cannot log in has an address perhaps. */
static csm_status add_consumer(csm_ctx *ctx, walk *w, csm_id id)
{
    csm_record *rec;

    CSM_TRY(csm_record_find(ctx, "csm_consumer", id, &rec));
    if (rec == NULL || !csm_record_bool(ctx, rec, "active") || csm_record_int(ctx, rec, "notification") == 1)
        return CSM_OK;
    if (!csm_id_is_none(csm_record_ref(ctx, rec, "user")))
        return add_user(ctx, w, csm_record_ref(ctx, rec, "user"));
    return add_name(ctx, w, csm_record_text(ctx, rec, "email"));
}

/* The next row of @p table beyond @p after whose @p field is @p id; nil at the end. */
static csm_status next_of(csm_ctx *ctx, const char *table, const char *field, csm_id id, const char *by, csm_id after,
                          const char *filter, csm_id *out)
{
    csm_query *q;
    csm_record *row;

    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, field, CSM_OP_EQ, csm_id_value(id));
    csm_query_filter(ctx, q, filter);
    csm_query_page(ctx, q, by, after, 1);
    CSM_TRY(csm_query_one(ctx, q, &row));
    *out = row == NULL ? (csm_id){ { 0 } } : csm_value_id(csm_record_value(ctx, row, by));
    return CSM_OK;
}

static csm_status is_addressed(csm_ctx *ctx, const walk *w, csm_id account, bool *out)
{
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, w->k->member, &q));
    csm_query_where(ctx, q, "list", CSM_OP_EQ, csm_id_value(w->list));
    csm_query_where(ctx, q, "recipient", CSM_OP_EQ, csm_id_value(account));
    csm_query_where(ctx, q, "active_communication", CSM_OP_EQ, csm_bool(true));
    return csm_query_any(ctx, q, out);
}

/* One tied to several accounts of the list is told once: with his own, else with the first of them. */
static csm_status is_told(csm_ctx *ctx, const walk *w, bool *out)
{
    csm_record *contact;
    csm_id before = { { 0 } };

    CSM_TRY(csm_record_get(ctx, "customer_contact", w->contact, &contact));
    CSM_TRY(is_addressed(ctx, w, csm_record_ref(ctx, contact, "account"), out));
    while (!*out) {
        CSM_TRY(next_of(ctx, RELATION, "contact", w->contact, "company", before, "active=true", &before));
        if (csm_id_is_none(before) || csm_id_eq(before, w->member))
            return CSM_OK;
        CSM_TRY(is_addressed(ctx, w, before, out));
    }
    return CSM_OK;
}

/* The contacts of the account, then those of others who are tied to it. */
static csm_status add_contacts(csm_ctx *ctx, walk *w)
{
    while (w->seen < PAGE) {
        bool told = false;

        CSM_TRY(w->related ? next_of(ctx, RELATION, "company", w->member, "contact", w->contact, ACTIVE_RELATION, &w->contact)
                           : next_of(ctx, "customer_contact", "account", w->member, "sys_id", w->contact, "active=true", &w->contact));
        w->seen++;
        if (csm_id_is_none(w->contact) && w->related) {
            w->related = false;
            return CSM_OK;
        }
        if (w->related)
            CSM_TRY(is_told(ctx, w, &told));
        if (!csm_id_is_none(w->contact) && !told)
            CSM_TRY(add_user(ctx, w, w->contact));
        w->related = w->related || csm_id_is_none(w->contact);
    }
    return CSM_OK;
}

/* Goes on until the page is full; w->member none: everybody was named. */
static csm_status fill_page(csm_ctx *ctx, walk *w)
{
    bool accounts = strcmp(w->k->type, "accounts") == 0;

    while (w->seen < PAGE) {
        if (!accounts || (csm_id_is_none(w->contact) && !w->related))
            CSM_TRY(next_of(ctx, w->k->member, "list", w->list, "recipient", w->member, "active_communication=true", &w->member));
        if (csm_id_is_none(w->member))
            return CSM_OK;
        w->seen++;
        if (accounts)
            CSM_TRY(add_contacts(ctx, w));
        else
            CSM_TRY(strcmp(w->k->type, "consumers") == 0 ? add_consumer(ctx, w, w->member) : add_user(ctx, w, w->member));
    }
    return CSM_OK;
}

static csm_status queue_event(csm_ctx *ctx, const walk *w)
{
    csm_value target[2] = { csm_ctext(PUBLICATION), csm_id_value(csm_record_id(ctx, w->publication)) };
    csm_record *event;

    if (w->count == 0)
        return CSM_OK;
    CSM_TRY(csm_record_create(ctx, "sysevent", &event));
    CSM_TRY(csm_record_set(ctx, event, "name", csm_ctext(EVENT_DUE)));
    CSM_TRY(csm_record_set(ctx, event, "instance", csm_list(target, 2)));
    CSM_TRY(csm_record_set_text(ctx, event, "parm1", w->names));
    CSM_TRY(csm_record_set(ctx, event, "state", csm_ctext("processed")));
    return csm_record_insert(ctx, event);
}

/* Arguments: {publication}, and on later pages {member, contact, related, told}. */
csm_status tell_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    const csm_value *told = csm_map_get(&args, "told"), *related = csm_map_get(&args, "related");
    walk w = { .member = csm_map_id(&args, "member"), .contact = csm_map_id(&args, "contact"), .names = CSM_STR(""),
               .related = related != NULL && csm_value_bool(*related),
               .told = told != NULL ? csm_value_int(*told) : 0, .most = csm_property_int(ctx, PROPERTY_MAILS, 100000, 0, 10000000) };
    csm_record *list;

    CSM_TRY(csm_record_find(ctx, PUBLICATION, csm_map_id(&args, "publication"), &w.publication));
    if (w.publication == NULL || !csm_str_is(csm_record_text(ctx, w.publication, "state"), "published") || w.told >= w.most)
        return CSM_OK;
    w.list = csm_record_ref(ctx, w.publication, "list");
    CSM_TRY(csm_record_get(ctx, LIST, w.list, &list));
    w.k = kind_of(csm_record_text(ctx, list, "type"));
    if (w.k == NULL)
        return csm_fail(ctx, CSM_E_STATE, "the list is of no known type");
    CSM_TRY(fill_page(ctx, &w));
    CSM_TRY(queue_event(ctx, &w));
    *more = !csm_id_is_none(w.member);
    *next_args = csm_map(NULL, 0);
    CSM_TRY(csm_map_add(ctx, next_args, "publication", csm_id_value(csm_record_id(ctx, w.publication))));
    CSM_TRY(csm_map_add(ctx, next_args, "member", csm_id_value(w.member)));
    CSM_TRY(csm_map_add(ctx, next_args, "contact", csm_id_value(w.contact)));
    CSM_TRY(csm_map_add(ctx, next_args, "related", csm_bool(w.related)));
    return csm_map_add(ctx, next_args, "told", csm_int(w.told + w.count));
}
