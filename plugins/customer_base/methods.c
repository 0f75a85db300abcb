/* What clients call: the account tree, registration codes, contacts of several accounts, repair. */
#include "customer_base.h"


/* A code nobody has: chance makes a collision unlikely, the look-up makes it impossible. */
static csm_status new_code(csm_ctx *ctx, csm_str *out)
{
    for (uint32_t tries = 0; tries < 20; tries++) {
        csm_record *taken = NULL;

        CSM_TRY(csm_random_text(ctx, 10, out));
        CSM_TRY(csm_query_first(ctx, "customer_account", "registration_code", csm_text(*out), &taken));
        if (taken == NULL)
            return CSM_OK;
    }
    return csm_fail(ctx, CSM_E_BUSY, "no free registration code found, try again");
}

static csm_status registration_code_method(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_record *account;
    csm_str code;

    CSM_TRY(csm_record_get(ctx, "customer_account", csm_arg_id(ctx, in, 0), &account));
    CSM_TRY(new_code(ctx, &code));
    CSM_TRY(csm_record_set_text(ctx, account, "registration_code", code));
    CSM_TRY(csm_record_update(ctx, account));
    return csm_reply_value(ctx, out, csm_text(code));
}

static const csm_param account_params[] = {
    CSM_PARAM_ID("id", .table = "customer_account", .doc = "The account"),
};
static const csm_param tree_params[] = {
    CSM_PARAM_ID("id", .table = "customer_account", .doc = "Any account of the tree"),
    CSM_PARAM("view", CSM_T_TEXT, .dflt = "full", .doc = "full: the whole tree; parent: self, parent, siblings, children"),
};
static const csm_param relate_params[] = {
    CSM_PARAM_ID("id", .table = "customer_contact", .doc = "The contact"),
    CSM_PARAM_ID("account", .table = "customer_account", .doc = "The account he acts for besides his own"),
    CSM_PARAM("responsibility", CSM_T_ID, .table = "sn_customerservice_responsibility_def",
              .doc = "What he is there; default Asset Contact"),
};
static const csm_param candidate_params[] = {
    CSM_PARAM_ID("account", .table = "customer_account", .doc = "The account that gets a contact"),
};
static const csm_param type_params[] = {
    CSM_PARAM_ID("id", .table = "sn_customerservice_account_relationship_type", .doc = "The type"),
    CSM_PARAM("confirm", CSM_T_BOOL, .dflt = "false", .doc = "Delete its relationships too"),
};

const csm_method customer_base_methods[CUSTOMER_BASE_METHODS] = {
    { .name = "account.generate_registration_code", .params = CSM_ARRAY(account_params), .returns = CSM_T_TEXT,
      .flags = CSM_METHOD_WRITES, .role = "admin,csm_admin", .since = 1, .run = registration_code_method,
      .doc = "Gives the account a new unique registration code; the old one ends" },
    { .name = "account.tree", .params = CSM_ARRAY(tree_params), .returns = CSM_T_LIST, .flags = CSM_METHOD_EXTERNAL,
      .since = 1, .run = tree_method, .doc = "The hierarchy an account stands in, as far as the caller may read it",
      .returns_doc = "[{sys_id, number, name, account_parent, place: self, parent, sibling, child or other}]" },
    { .name = "account.repair", .flags = CSM_METHOD_WRITES, .role = "admin,csm_admin", .since = 1, .run = repair_method,
      .doc = "Starts the job that fills in codes, paths and roles missing after an import without rules" },
    { .name = "contact.relate", .params = CSM_ARRAY(relate_params), .returns = CSM_T_MAP, .flags = CSM_METHOD_WRITES,
      .role = "sn_customerservice_manager", .since = 1, .run = relate_method,
      .doc = "Ties a contact to a second account; his home account stays" },
    { .name = "contact.candidates", .params = CSM_ARRAY(candidate_params), .returns = CSM_T_LIST,
      .role = "sn_customerservice_agent", .since = 1, .run = candidates_method,
      .doc = "Contacts that may be tied to an account" },
    { .name = "relationship_type.delete", .params = CSM_ARRAY(type_params), .returns = CSM_T_INT,
      .flags = CSM_METHOD_WRITES, .role = "admin", .since = 1, .run = relation_type_delete_method,
      .doc = "Deletes a relationship type; with confirm also all its relationships" },
};
