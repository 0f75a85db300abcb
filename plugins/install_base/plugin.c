/* The descriptor: what this plugin brings. */
#include "install_base.h"

#define FROM_CI(f, source) { .kind = CSM_DERIVE_COPY, .table = ITEM, .field = (f), .inputs = "configuration_item", \
                             .source_field = (source), .doc = "As the configuration item" }

static const csm_derived derived[] = {
    { .kind = CSM_DERIVE_PATH, .table = SOLD, .field = "path", .inputs = "parent,number", .doc = "Numbers from the top down" },
    { .kind = CSM_DERIVE_PATH, .table = ITEM, .field = "path", .inputs = "parent,number", .doc = "Numbers from the top down" },
    { .kind = CSM_DERIVE_RUN, .table = ITEM, .field = "root", .inputs = "path", .run = root_of, .doc = "Top of the tree" },
    FROM_CI("owned_by", "owned_by"),
    FROM_CI("supported_by", "support_group"),
    { .kind = CSM_DERIVE_COPY, .table = CASE, .field = "install_base_root", .inputs = "install_base", .source_field = "root",
      .doc = "Top of the tree the item stands in" },
};

static const csm_state item_states[] = { { "in_use", CSM_STATE_INITIAL }, { "inactive", CSM_STATE_INITIAL | CSM_STATE_INACTIVE } };
static const csm_transition item_transitions[] = {
    { .name = "retire", .from = "in_use", .to = "inactive", .fields = "uninstall_date", .doc = "The item goes out of use" },
    { .name = "restore", .from = "inactive", .to = "in_use", .fields = "install_date", .doc = "The item is used again" },
};
#define BY_THE_DAY "admin" /* and the engine */

static const csm_state sold_states[] = {
    { "in_preparation", CSM_STATE_INITIAL }, { "active", CSM_STATE_INITIAL }, { "suspended", CSM_STATE_INITIAL },
    { "expired", CSM_STATE_INITIAL }, { "disconnected", CSM_STATE_INITIAL },
};
static const csm_transition sold_transitions[] = {
    { .name = "suspend", .from = "active", .to = "suspended", .effect = sold_suspended, .doc = "Is not delivered for now" },
    { .name = "resume", .from = "suspended", .to = "active", .effect = sold_resumed, .doc = "Is delivered again" },
    { .name = "disconnect", .from = "in_preparation,active,suspended,expired", .to = "disconnected", .doc = "Ended for good" },
    { .name = "prepare", .from = "active,expired", .to = "in_preparation", .roles = BY_THE_DAY, .doc = "Not before its first day" },
    { .name = "begin", .from = "in_preparation,expired", .to = "active", .roles = BY_THE_DAY, .doc = "Is delivered" },
    { .name = "expire", .from = "in_preparation,active,suspended", .to = "expired", .roles = BY_THE_DAY,
      .doc = "Its last day is over" },
};
static const csm_timed sold_times[] = {
    { "stateINin_preparation,active,suspended^end_date<@today", "expired", CSM_TIMED_ON_WRITE, "Its last day is over" },
    { "stateINactive,expired^start_date>@today", "in_preparation", CSM_TIMED_ON_WRITE, "Not before its first day" },
    { "state=in_preparation^start_dateISEMPTY^ORstart_date<=@today", "active", CSM_TIMED_ON_WRITE, "Its first day has come" },
    { "state=expired^end_dateISEMPTY^ORend_date>=@today", "active", CSM_TIMED_ON_WRITE, "It goes on" },
};

static const csm_state_model states[] = {
    { .table = SOLD, .field = "state", .states = CSM_ARRAY(sold_states), .transitions = CSM_ARRAY(sold_transitions),
      .methods = "sold_product", .timed = CSM_ARRAY(sold_times) },
    { .table = ITEM, .field = "state", .states = CSM_ARRAY(item_states), .transitions = CSM_ARRAY(item_transitions),
      .methods = "install_base", .active = "active" },
};

#define LISTED(to, key, who, title)                                                                                  \
    { "sn_customerservice_related_party_configuration", to "_listed_" key, "name=Listed " title "^applies_to=" to "^entity_type=" who }
#define AUTHORIZED(to, key, who, title, as)                                                                          \
    { "sn_customerservice_related_party_configuration", to "_authorized_" key, "name=Authorized " title "^applies_to=" to \
      "^entity_type=" who "^default_responsibility=@key:sn_customerservice_responsibility_def/" as }
#define TYPES(to)                                                                                                    \
    AUTHORIZED(to, "contact", "contact", "Contact", "authorized_representative"),                                    \
        AUTHORIZED(to, "consumer", "consumer", "Consumer", "authorized_representative"),                             \
        AUTHORIZED(to, "account", "account", "Account", "authorized_account"),                                       \
        LISTED(to, "contact", "contact", "Contact"), LISTED(to, "consumer", "consumer", "Consumer"),                 \
        LISTED(to, "account", "account", "Account")

static const csm_seed seeds[] = {
    TYPES("sold_product"),
    TYPES("install_base"),
    AUTHORIZED("install_base", "contributor", "user", "Contributor", "authorized_representative"),
    LISTED("install_base", "contributor", "user", "Contributor"),
};

static const csm_impl impls[] = {
    { .point = "contract.renewed/1", .order = 100, .run = renewed_contract, .doc = "What was covered is covered again" },
    { .point = "sn_customerservice.verify/1", .order = 500, .run = verify_case, .doc = "Product sold, item, and that the product was sold" },
};

static const csm_dep depends[] = { { "customer_service", "1.0" }, { "configuration", "1.0" } };

CSM_PLUGIN(install_base, .version = "1.0.0", .summary = "Products sold, items installed, whom and what they serve",
           .alias = "com.snc.install_base", .depends = CSM_ARRAY(depends), .tables = CSM_ARRAY(install_base_tables),
           .table_exts = CSM_ARRAY(install_base_table_exts), .seeds = CSM_ARRAY(seeds), .demo = CSM_ARRAY(install_base_demo),
           .roles = CSM_ARRAY(install_base_roles), .scopes = CSM_ARRAY(install_base_scopes),
           .caller_values = CSM_ARRAY(install_base_values), .states = CSM_ARRAY(states), .derived = CSM_ARRAY(derived),
           .rules = CSM_ARRAY(install_base_rules), .methods = CSM_ARRAY(install_base_methods), .impls = CSM_ARRAY(impls))
