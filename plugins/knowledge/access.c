/* Who reads and writes knowledge. One rule guards lists, ids, counts, links and attachments alike: a reader sees what is
 * published, still holds, and stands in a base that is active and open to him. Source: DOMAIN 3.7. */
#include "knowledge.h"

#define PUBLISHED "workflow_state=published^active=true^kb_knowledge_base=@readable_bases"
#define READABLE PUBLISHED "^valid_toISEMPTY^NQ" PUBLISHED "^valid_to>=@today"
#define READER_FIELDS "number,short_description,text,kb_knowledge_base,kb_category,workflow_state,valid_to,article_type," \
                      "is_known_error,published_at"

#define MAY(o, t, r, rows) { .table = (t), .ops = (o), .role = (r), .filter = (rows) }
#define KEEPS(t) MAY(CSM_OP_CRWD, t, ADMIN, NULL)
#define USE(t) MAY(CSM_OP_READ, t, AUTHOR, NULL), KEEPS(t)

const csm_scope knowledge_scopes[KNOWLEDGE_SCOPES] = {
    /* articles */
    { .table = ARTICLE, .ops = CSM_OP_READ, .role = "snc_external", .filter = READABLE, .fields = READER_FIELDS,
      .doc = "What customers may read" },
    MAY(CSM_OP_READ, ARTICLE, "snc_internal", READABLE),
    MAY(CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE, ARTICLE, AUTHOR, "kb_knowledge_base=@writable_bases"),
    KEEPS(ARTICLE),

    /* bases and categories */
    { .table = BASE, .ops = CSM_OP_READ, .role = "snc_external", .filter = "sys_id=@readable_bases", .fields = "title,description" },
    MAY(CSM_OP_READ, BASE, "snc_internal", "sys_id=@readable_bases"),
    MAY(CSM_OP_READ, BASE, AUTHOR, "sys_id=@writable_bases"),
    KEEPS(BASE),
    { .table = CATEGORY, .ops = CSM_OP_READ, .role = "snc_external", .filter = "kb_knowledge_base=@readable_bases",
      .fields = "label,parent,kb_knowledge_base" },
    MAY(CSM_OP_READ, CATEGORY, "snc_internal", "kb_knowledge_base=@readable_bases"),
    MAY(CSM_OP_READ | CSM_OP_CREATE, CATEGORY, AUTHOR, "kb_knowledge_base=@writable_bases"),
    KEEPS(CATEGORY),

    /* criteria */
    USE(CRITERIA), USE("kb_uc_can_read_mtom"), USE("kb_uc_can_contribute_mtom"), USE("kb_uc_cannot_read_mtom"),
    USE("kb_uc_cannot_contribute_mtom"),

    /* what is attached: both ends must be readable */
    { .table = ATTACHED, .ops = CSM_OP_READ, .via = "kb_knowledge", .flags = CSM_SCOPE_RESTRICT | CSM_SCOPE_EXEMPT_ADMIN },
    { .table = ATTACHED, .ops = CSM_OP_READ, .role = "snc_internal", .via = "task" },
    { .table = ATTACHED, .ops = CSM_OP_READ, .role = "snc_external", .filter = "posted_atISNOTEMPTY", .via = "task",
      .fields = "kb_knowledge,task,posted_at", .doc = "What the customer was told of" },
    { .table = ATTACHED, .ops = CSM_OP_DELETE, .role = "snc_internal", .via = "task", .via_op = CSM_OP_WRITE },

    /* gaps */
    MAY(CSM_OP_READ | CSM_OP_CREATE | CSM_OP_WRITE, GAP, AUTHOR, NULL),
};
