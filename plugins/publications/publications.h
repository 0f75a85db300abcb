/* What the files of this plugin share. */
#ifndef PUBLICATIONS_H
#define PUBLICATIONS_H

#include <csm/csm.h>

#define LIST "sn_publications_recipients_list"
#define RECIPIENT "sn_publications_recipient"
#define PUBLICATION "sn_publications_publication"

#define POINT_SOURCE "sn_publications.recipient_source/1"
#define JOB_REFRESH "recipients_list.refresh"
#define JOB_DUE "publication.due"
#define JOB_TELL "publication.tell"
#define EVENT_DUE "publication.due"
#define PROPERTY_MAILS "sn_publications.max_email"

enum {
    PUBLICATIONS_TABLES = 7,
    PUBLICATIONS_SCOPES = 17,
    PUBLICATIONS_FIELD_RIGHTS = 2,
    PUBLICATIONS_STATES = 1,
};

extern const csm_table publications_tables[PUBLICATIONS_TABLES];
extern const csm_scope publications_scopes[PUBLICATIONS_SCOPES];
extern const csm_field_right publications_field_rights[PUBLICATIONS_FIELD_RIGHTS];
extern const csm_state_model publications_states[PUBLICATIONS_STATES];

/* What the lists of one type hold. */
typedef struct kind {
    const char *type;   /* of the list */
    const char *table;  /* of its recipients */
    const char *member; /* table that ties the two */
} kind;

/* NULL: no such type. */
const kind *kind_of(csm_str type);

/* ---- recipients lists (lists.c, refresh.c) ---- */

csm_status list_table(csm_ctx *ctx, csm_change *ch, csm_value *out);
csm_status list_check(csm_ctx *ctx, csm_change *ch);
csm_status list_keep(csm_ctx *ctx, csm_change *ch);
csm_status recipient_check(csm_ctx *ctx, csm_change *ch);
csm_status list_add_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
csm_status list_refresh_method(csm_ctx *ctx, const csm_args *in, csm_reply *out);
/* Whether the list's source answers. */
csm_status refresh_check(csm_ctx *ctx, csm_id list);
csm_status refresh_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
/* Whether @p recipient is on the list. */
csm_status is_listed(csm_ctx *ctx, const kind *k, csm_id list, csm_id recipient, bool *out);
csm_status put_on_list(csm_ctx *ctx, const kind *k, csm_id list, csm_id recipient, bool dynamically);

/* ---- publications (publishing.c) ---- */

csm_status publication_check(csm_ctx *ctx, csm_change *ch);
csm_status publication_schedule(csm_ctx *ctx, csm_change *ch);
csm_status tell_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
csm_status due_job(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args);
/* Caller value: lists one is addressed by. */
csm_status my_recipient_lists(csm_ctx *ctx, csm_id user, csm_value *out);

#endif
