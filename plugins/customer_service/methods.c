/* Moving a contact from one account to another, which the contact's own form refuses to do in passing; giving and taking
 * the roles of a customer's people. */
#include "customer_service.h"

typedef struct move {
    csm_record *contact; /* as the caller sees him */
    csm_id account;
    csm_str note;
    uint64_t open_cases;
} move;

static csm_status count_open_cases(csm_ctx *ctx, csm_id contact, uint64_t *out)
{
    csm_query *q;
    csm_record *row;
    csm_status st;

    *out = 0;
    CSM_TRY(csm_query_open(ctx, "sn_customerservice_case", &q));
    csm_query_where(ctx, q, "contact", CSM_OP_EQ, csm_id_value(contact));
    csm_query_where(ctx, q, "active", CSM_OP_EQ, csm_bool(true));
    while ((st = csm_query_next(ctx, q, &row)) == CSM_OK && row != NULL)
        (*out)++;
    csm_query_close(ctx, q);
    return st;
}

/* He is no relative of the account he now is at home in, nor the first person of the one he left. */
static csm_status untie(csm_ctx *ctx, csm_id contact, csm_id from, csm_id to)
{
    csm_record *row = NULL, *account;
    csm_query *q;

    CSM_TRY(csm_query_open(ctx, "sn_customerservice_contact_relationship", &q));
    csm_query_where(ctx, q, "contact", CSM_OP_EQ, csm_id_value(contact));
    csm_query_where(ctx, q, "company", CSM_OP_EQ, csm_id_value(to));
    for (;;) {
        CSM_TRY(csm_query_next(ctx, q, &row));
        if (row == NULL)
            break;
        CSM_TRY(csm_record_delete(ctx, row));
    }
    csm_query_close(ctx, q);
    CSM_TRY(csm_record_find(ctx, "customer_account", from, &account));
    if (account == NULL || !csm_id_eq(csm_record_ref(ctx, account, "primary_contact"), contact))
        return CSM_OK;
    CSM_TRY(csm_record_set_ref(ctx, account, "primary_contact", (csm_id){ { 0 } }));
    return csm_record_update(ctx, account);
}

static csm_status move_contact(csm_ctx *ctx, void *arg)
{
    move *wanted = arg;
    csm_id id = csm_record_id(ctx, wanted->contact);
    csm_record *contact, *from, *to;
    csm_str note;

    CSM_TRY(csm_record_get(ctx, "customer_contact", id, &contact));
    CSM_TRY(csm_record_get(ctx, "customer_account", csm_record_ref(ctx, contact, "account"), &from));
    CSM_TRY(csm_record_get(ctx, "customer_account", wanted->account, &to));
    CSM_TRY(count_open_cases(ctx, id, &wanted->open_cases));
    note = csm_printf(ctx, "Moved from %.*s to %.*s with %llu open cases. %.*s",
                      CSM_STR_FMT(csm_record_text(ctx, from, "name")), CSM_STR_FMT(csm_record_text(ctx, to, "name")),
                      (unsigned long long)wanted->open_cases, CSM_STR_FMT(wanted->note));
    if (note.ptr == NULL)
        return CSM_E_NOMEM;
    CSM_TRY(csm_record_set_ref(ctx, contact, "account", wanted->account));
    CSM_TRY(csm_record_set_text(ctx, contact, "work_notes", note));
    CSM_TRY(csm_record_update(ctx, contact));
    return untie(ctx, id, csm_record_id(ctx, from), wanted->account);
}

static csm_status move_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    move wanted = { .account = csm_arg_id(ctx, in, 1), .note = csm_arg_text(ctx, in, 2) };
    csm_value answer = csm_map(NULL, 0);
    csm_record *account;

    CSM_TRY(csm_record_get(ctx, "customer_contact", csm_arg_id(ctx, in, 0), &wanted.contact));
    CSM_TRY(csm_record_get(ctx, "customer_account", wanted.account, &account));
    if (!csm_record_bool(ctx, account, "active"))
        return csm_fail_field(ctx, CSM_E_REJECTED, "account", "the account is inactive");
    if (csm_id_eq(csm_record_ref(ctx, wanted.contact, "account"), wanted.account))
        return csm_fail_field(ctx, CSM_E_REJECTED, "account", "the contact is at home there already");
    CSM_TRY(csm_as_plugin(ctx, move_contact, &wanted));
    CSM_TRY(csm_map_add(ctx, &answer, "contact", csm_arg(ctx, in, 0)));
    CSM_TRY(csm_map_add(ctx, &answer, "account", csm_id_value(wanted.account)));
    CSM_TRY(csm_map_add(ctx, &answer, "open_cases", csm_int((int64_t)wanted.open_cases)));
    return csm_reply_value(ctx, out, answer);
}

/* ---- roles of a customer's people ---- */

typedef struct role_change {
    csm_id contact;
    csm_str role;
} role_change;

/* Whether a customer's people may be given the role: the property lists the short names. */
static bool is_assignable(csm_ctx *ctx, csm_str role)
{
    static const char prefix[] = "sn_customerservice.";
    csm_str list = csm_property_text(ctx, "sn_customerservice.contact_role_assignment",
                                     "partner_admin,partner,customer_admin,customer_case_manager,customer");

    if (role.len < sizeof(prefix) || memcmp(role.ptr, prefix, sizeof(prefix) - 1) != 0)
        return false;
    return csm_names_have(list, (csm_str){ role.ptr + sizeof(prefix) - 1, role.len - (sizeof(prefix) - 1) });
}

/* Who may set whether a contact can log in may say what he is allowed to. */
static csm_status check_role_change(csm_ctx *ctx, const role_change *wanted)
{
    bool may = false;

    CSM_TRY(csm_caller_can(ctx, "customer_contact", wanted->contact, CSM_OP_WRITE, &may));
    if (!may || (csm_caller_is_external(ctx) && !csm_caller_has_role(ctx, "sn_customerservice.customer_admin")))
        return csm_fail(ctx, CSM_E_DENIED, "this contact's roles are not the caller's to change");
    if (!is_assignable(ctx, wanted->role))
        return csm_fail_field(ctx, CSM_E_REJECTED, "role", "role \"%.*s\" is not one for contacts", CSM_STR_FMT(wanted->role));
    return CSM_OK;
}

static csm_status give_role(csm_ctx *ctx, void *arg)
{
    const role_change *wanted = arg;
    csm_str role = csm_str_copy(ctx, wanted->role);

    if (role.ptr == NULL)
        return CSM_E_NOMEM;
    return csm_user_has_role(ctx, wanted->contact, role.ptr) ? CSM_OK
                                                             : csm_user_grant_role(ctx, wanted->contact, role.ptr);
}

static csm_status take_role(csm_ctx *ctx, void *arg)
{
    const role_change *wanted = arg;
    csm_query *q;
    csm_record *role, *row;

    CSM_TRY(csm_query_open(ctx, "sys_user_role", &q));
    csm_query_where(ctx, q, "name", CSM_OP_EQ, csm_text(wanted->role));
    CSM_TRY(csm_query_next(ctx, q, &role));
    csm_query_close(ctx, q);
    if (role == NULL)
        return csm_fail_field(ctx, CSM_E_NOT_FOUND, "role", "there is no role \"%.*s\"", CSM_STR_FMT(wanted->role));
    CSM_TRY(csm_query_open(ctx, "sys_user_has_role", &q));
    csm_query_where(ctx, q, "user", CSM_OP_EQ, csm_id_value(wanted->contact));
    csm_query_where(ctx, q, "role", CSM_OP_EQ, csm_id_value(csm_record_id(ctx, role)));
    csm_query_where(ctx, q, "granted_by", CSM_OP_EMPTY, csm_nil());
    for (;;) {
        CSM_TRY(csm_query_next(ctx, q, &row));
        if (row == NULL)
            break;
        CSM_TRY(csm_record_delete(ctx, row));
    }
    csm_query_close(ctx, q);
    return CSM_OK;
}

static csm_status change_role(csm_ctx *ctx, const csm_args *in, csm_reply *out, csm_status (*run)(csm_ctx *, void *))
{
    role_change wanted = { csm_arg_id(ctx, in, 0), csm_arg_text(ctx, in, 1) };
    csm_record *contact;

    CSM_TRY(csm_record_get(ctx, "customer_contact", wanted.contact, &contact));
    CSM_TRY(check_role_change(ctx, &wanted));
    CSM_TRY(csm_as_plugin(ctx, run, &wanted));
    return csm_reply_value(ctx, out, csm_bool(true));
}

static csm_status grant_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return change_role(ctx, in, out, give_role);
}

static csm_status revoke_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    return change_role(ctx, in, out, take_role);
}

static const csm_param move_params[] = {
    CSM_PARAM_ID("id", .table = "customer_contact", .doc = "The contact"),
    CSM_PARAM_ID("account", .table = "customer_account", .doc = "His new home account"),
    CSM_PARAM("note", CSM_T_TEXT, .dflt = "", .max = 1000, .doc = "Why"),
};
static const csm_param role_params[] = {
    CSM_PARAM_ID("id", .table = "customer_contact", .doc = "The contact"),
    CSM_PARAM("role", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 100,
              .doc = "One of property sn_customerservice.contact_role_assignment, with its prefix"),
};

static const csm_param related_params[] = {
    CSM_PARAM_ID("id", .table = "sn_customerservice_case", .doc = "The case"),
    CSM_PARAM("limit", CSM_T_INT, .dflt = "10", .min = 1, .max = 100, .doc = "Articles, and cases, at most"),
};
static const csm_param relay_params[] = {
    CSM_PARAM_ID("id", .table = "sn_customerservice_case", .doc = "The case"),
    CSM_PARAM_ID("note", .table = "sys_journal_field", .doc = "sys_id of the work note"),
    CSM_PARAM("comments", CSM_T_TEXT, .max = 4000, .doc = "What the customer is told; absent: the note as it is"),
};
static const csm_param case_params[] = { CSM_PARAM_ID("id", .table = "sn_customerservice_case", .doc = "The case") };

#define AGENTS "sn_customerservice_agent,sn_customerservice.consumer_agent"

const csm_method customer_service_methods[CUSTOMER_SERVICE_METHODS] = {
    { .name = "case.related", .params = CSM_ARRAY(related_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_EXTERNAL,
      .since = 1, .run = case_related_method, .doc = "Articles about the case's product, and solved cases of it, as far as "
      "the caller may read them", .returns_doc = "{articles: [{sys_id, number, short_description}], cases: [{sys_id, number, "
      "short_description, resolution_code, close_notes, resolved_at}]}" },
    { .name = "case.relay", .params = CSM_ARRAY(relay_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "sn_customerservice_agent,sn_customerservice.consumer_agent", .since = 1, .run = case_relay_method,
      .doc = "Tells the customer of a work note in a comment marked as relayed, once; answers the case" },
    { .name = "contact.move", .params = CSM_ARRAY(move_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "sn_customerservice_manager,sn_customerservice.contact_manager", .since = 1, .run = move_method,
      .doc = "Moves a contact to another home account; tells how many of his cases are open" },
    { .name = "contact.grant_role", .params = CSM_ARRAY(role_params), .returns = CSM_T_BOOL,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .role = "sn_customerservice_manager,sn_customerservice.customer_admin",
      .since = 1, .run = grant_method, .doc = "Gives a contact a customer's role" },
    { .name = "contact.revoke_role", .params = CSM_ARRAY(role_params), .returns = CSM_T_BOOL,
      .flags = CSM_METHOD_WRITES | CSM_METHOD_EXTERNAL, .role = "sn_customerservice_manager,sn_customerservice.customer_admin",
      .since = 1, .run = revoke_method, .doc = "Takes a customer's role from a contact" },
    { .name = "case.entitlements", .params = CSM_ARRAY(case_params), .returns = CSM_T_LIST, .role = AGENTS, .since = 1,
      .run = entitlements_method, .doc = "Entitlements that hold for the case, best first" },
    { .name = "case.verify", .params = CSM_ARRAY(case_params), .returns = CSM_T_MAP, .role = AGENTS, .since = 1,
      .run = verify_method,
      .doc = "What decides the level of support: a line each for customer, contact, product, entitlement and what else there is",
      .returns_doc = "{case, ok, lines: [{check, ok, reason}]}: ok of a line is null where the case names nothing to say yes or no "
      "to; of the whole, no line is a no" },
};
