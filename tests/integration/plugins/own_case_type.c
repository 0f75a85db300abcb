/* A deployer's case type, whose cases parent no request until a row says so; and a rule of his: customers do not approve plain
 * tasks. */
#include <csm/csm.h>

static const csm_field fields[] = {
    CSM_TEXT("reason", .length = 100),
};
static const csm_table tables[] = {
    { .name = "own_case_type_return", .label = "Return", .extends = "sn_customerservice_case", .fields = CSM_ARRAY(fields),
      .number = "RET", .doc = "Something is sent back" },
};
static const csm_scope scopes[] = {
    { .table = "own_case_type_return", .ops = CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE, .role = "sn_customerservice_agent" },
};

static csm_verdict no_plain_tasks(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    (void)out;
    if (!csm_str_is(csm_arg_text(ctx, in, 0), "task"))
        return CSM_CONTINUE;
    (void)csm_fail_field(ctx, CSM_E_REJECTED, "approver", "customers do not approve plain tasks");
    return CSM_REJECT;
}

static const csm_impl impls[] = {
    { .point = "approval.external/1", .order = 10, .run = no_plain_tasks, .doc = "Not plain tasks" },
};
static const csm_dep depends[] = { { "request_management", "1.0" } };

CSM_PLUGIN(own_case_type, .version = "1.0.0", .summary = "A case type of a deployer's own", .depends = CSM_ARRAY(depends),
           .tables = CSM_ARRAY(tables), .scopes = CSM_ARRAY(scopes), .impls = CSM_ARRAY(impls))
