/* Who reaches recipients lists and publications. Source: DOMAIN 3.3, 3.5. */
#include "publications.h"

#define USER "sn_publications_recipients_list_user"
#define APPROVER "sn_publications.approver"
#define LIST_KEEPER "sn_majorissue_mgt.major_issue_manager"
#define CRW (CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE)
#define MEMBERS_ARE(t) { .table = (t), .ops = CSM_OP_READ, .role = USER, .via = "recipient", .doc = "Recipients one may read" }
#define DUE "state=published^publish_on<=@now^expires_onISEMPTY^ORexpires_on>@now"

const csm_scope publications_scopes[PUBLICATIONS_SCOPES] = {
    /* lists: everybody may make one and keeps his own; managers keep all */
    { .table = LIST, .ops = CSM_OP_READ | CSM_OP_CREATE, .role = USER },
    { .table = LIST, .ops = CSM_OP_WRITE, .role = USER, .filter = "owner=@me", .doc = "The own ones" },
    { .table = LIST, .ops = CRW, .role = LIST_KEEPER },
    { .table = LIST, .ops = CSM_OP_CRWD, .role = "csm_admin" },
    MEMBERS_ARE("sn_publications_recipientslist_account_m2m"),
    MEMBERS_ARE("sn_publications_publication_contact_m2m"),
    MEMBERS_ARE("sn_publications_recipientslist_consumer_m2m"),
    MEMBERS_ARE("sn_publications_recipientslist_user_m2m"),
    { .table = RECIPIENT, .ops = CSM_OP_CREATE | CSM_OP_WRITE | CSM_OP_DELETE, .role = USER, .via = "list",
      .via_op = CSM_OP_WRITE, .inherit = true, .doc = "Of a list one keeps" },

    /* publications: an author works on his drafts, approvers on all */
    { .table = PUBLICATION, .ops = CSM_OP_READ | CSM_OP_CREATE, .role = USER },
    { .table = PUBLICATION, .ops = CSM_OP_WRITE, .role = USER, .filter = "author=@me^stateINdraft,review" },
    { .table = PUBLICATION, .ops = CSM_OP_DELETE, .role = USER, .filter = "author=@me^state=draft" },
    { .table = PUBLICATION, .ops = CRW, .role = APPROVER },
    { .table = PUBLICATION, .ops = CSM_OP_CRWD, .role = "csm_admin" },
    { .table = LIST, .ops = CSM_OP_READ, .role = APPROVER, .fields = "name,type,method,locked,refreshed_on",
      .doc = "Whom a publication addresses" },

    /* the audience */
    { .table = PUBLICATION, .ops = CSM_OP_READ, .role = "sn_esm_user", .filter = "list=@my_recipient_lists^" DUE,
      .fields = "title,body,state,publish_on,expires_on", .doc = "What one is told, while it lasts" },
    { .table = PUBLICATION, .ops = CSM_OP_READ, .role = "snc_internal", .filter = "list=@my_recipient_lists^" DUE,
      .fields = "title,body,state,publish_on,expires_on" },
};

/* A condition and a source look at every row there is. */
const csm_field_right publications_field_rights[PUBLICATIONS_FIELD_RIGHTS] = {
    { LIST, "condition", CSM_OP_WRITE, LIST_KEEPER ",csm_admin" },
    { LIST, "script", CSM_OP_WRITE, LIST_KEEPER ",csm_admin" },
};
