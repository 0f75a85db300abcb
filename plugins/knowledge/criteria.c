/* Whom user criteria mean, and so which bases a caller may read and write in. Computed at each call: what is taken away is
 * gone at the next one. Source: DOMAIN 3.7. */
#include "knowledge.h"

#define CRITERIA_MAX 10000u
#define BASES_MAX 10000u

/* ---- one user ---- */

typedef struct person {
    csm_id user, company;
    csm_value groups; /* list of ids */
} person;

static csm_status load_person(csm_ctx *ctx, csm_id user, person *out)
{
    csm_record *rec;

    *out = (person){ .user = user, .groups = csm_list(NULL, 0) };
    CSM_TRY(csm_record_find(ctx, "sys_user", user, &rec));
    if (rec != NULL)
        out->company = csm_record_ref(ctx, rec, "company");
    return csm_query_linked(ctx, "sys_user_grmember", "user", csm_id_value(user), NULL, "group", &out->groups);
}

static csm_status has_role(csm_ctx *ctx, const person *who, csm_value roles, bool *out)
{
    *out = false;
    for (uint32_t n = 0; n < roles.count && !*out; n++) {
        csm_record *role;
        csm_str name;

        CSM_TRY(csm_record_find(ctx, "sys_user_role", csm_value_id(roles.list[n]), &role));
        if (role == NULL)
            continue;
        name = csm_str_copy(ctx, csm_record_text(ctx, role, "name"));
        if (name.ptr == NULL)
            return CSM_E_NOMEM;
        *out = csm_user_has_role(ctx, who->user, name.ptr);
    }
    return CSM_OK;
}

static bool in_group(const person *who, csm_value groups)
{
    for (uint32_t n = 0; n < groups.count; n++)
        if (csm_list_has(who->groups, csm_value_id(groups.list[n])))
            return true;
    return false;
}

/* Criteria without any list mean nobody. */
static csm_status is_meant(csm_ctx *ctx, const person *who, const csm_record *criteria, bool *out)
{
    bool all = csm_record_bool(ctx, criteria, "match_all"), any = false, every = true;
    static const char *const lists[] = { "users", "groups", "companies", "roles" };

    for (unsigned n = 0; n < 4; n++) {
        csm_value list = csm_record_value(ctx, criteria, lists[n]);
        bool fits = false;

        if (list.type != CSM_T_LIST || list.count == 0)
            continue;
        if (n == 3)
            CSM_TRY(has_role(ctx, who, list, &fits));
        else
            fits = n == 0 ? csm_list_has(list, who->user) : n == 1 ? in_group(who, list) : csm_list_has(list, who->company);
        any = any || fits;
        every = every && fits;
    }
    *out = csm_record_bool(ctx, criteria, "active") && any && (every || !all);
    return CSM_OK;
}

/* ---- bases ---- */

/* *named: a criterion is tied to the base; *meant: one of them means the person. */
static csm_status look_up(csm_ctx *ctx, const char *table, csm_id base, const person *who, bool *named, bool *meant)
{
    csm_record *row, *criteria;
    csm_query *q;
    csm_status st;

    *named = *meant = false;
    CSM_TRY(csm_query_open(ctx, table, &q));
    csm_query_where(ctx, q, "kb_knowledge_base", CSM_OP_EQ, csm_id_value(base));
    csm_query_limit(ctx, q, CRITERIA_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL && !*meant) {
        *named = true;
        st = csm_record_find(ctx, CRITERIA, csm_record_ref(ctx, row, "user_criteria"), &criteria);
        if (st == CSM_OK && criteria != NULL)
            st = is_meant(ctx, who, criteria, meant);
        if (st != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    return st;
}

static csm_status is_open(csm_ctx *ctx, csm_id base, const person *who, const char *can, const char *cannot, bool *out)
{
    bool named, meant, barred;

    *out = false;
    CSM_TRY(look_up(ctx, cannot, base, who, &named, &barred));
    if (barred)
        return CSM_OK;
    CSM_TRY(look_up(ctx, can, base, who, &named, &meant));
    *out = meant || !named;
    return CSM_OK;
}

static csm_status bases_open(csm_ctx *ctx, csm_id user, const char *can, const char *cannot, csm_value *out)
{
    csm_value list = csm_list(NULL, 0);
    csm_record *row;
    csm_query *q;
    csm_status st;
    person who;

    *out = list;
    if (csm_id_is_none(user))
        return CSM_OK;
    CSM_TRY(load_person(ctx, user, &who));
    CSM_TRY(csm_query_open(ctx, BASE, &q));
    csm_query_filter(ctx, q, "active=true");
    csm_query_limit(ctx, q, BASES_MAX);
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL) {
        bool open;

        if ((st = is_open(ctx, csm_record_id(ctx, row), &who, can, cannot, &open)) != CSM_OK)
            break;
        if (open && (st = csm_list_add(ctx, &list, csm_id_value(csm_record_id(ctx, row)))) != CSM_OK)
            break;
    }
    csm_query_close(ctx, q);
    if (st == CSM_OK)
        *out = list;
    return st;
}

static csm_status readable(csm_ctx *ctx, csm_id user, csm_value *out)
{
    return bases_open(ctx, user, "kb_uc_can_read_mtom", "kb_uc_cannot_read_mtom", out);
}

static csm_status writable(csm_ctx *ctx, csm_id user, csm_value *out)
{
    return bases_open(ctx, user, "kb_uc_can_contribute_mtom", "kb_uc_cannot_contribute_mtom", out);
}

const csm_caller_value knowledge_values[KNOWLEDGE_VALUES] = {
    { "readable_bases", CSM_T_ID, readable, "Active knowledge bases whose criteria let one read" },
    { "writable_bases", CSM_T_ID, writable, "Active knowledge bases whose criteria let an author write" },
};

/* ---- for employees only ---- */

static csm_status tie(csm_ctx *ctx, const char *table, csm_id base, const char *criteria)
{
    csm_record *named;

    CSM_TRY(csm_query_first(ctx, CRITERIA, "name", csm_ctext(criteria), &named));
    if (named == NULL)
        return csm_fail(ctx, CSM_E_STATE, "there are no user criteria \"%s\"", criteria);
    return csm_record_tie(ctx, table, "kb_knowledge_base", base, "user_criteria", csm_record_id(ctx, named));
}

csm_status limit_to_internal_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_id id = csm_arg_id(ctx, in, 0);
    csm_record *base;

    CSM_TRY(csm_record_get(ctx, BASE, id, &base));
    CSM_TRY(tie(ctx, "kb_uc_can_read_mtom", id, "Internal users"));
    CSM_TRY(tie(ctx, "kb_uc_cannot_read_mtom", id, "All external users"));
    return csm_reply_record(ctx, out, base);
}
