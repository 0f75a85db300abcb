/* Columns of events, mails and notifications. */
#include "foundation.h"

static const csm_choice event_state_choices[] = {
    { "ready", "Ready", NULL, NULL }, { "processing", "Processing", NULL, NULL },
    { "processed", "Processed", NULL, NULL }, { "error", "Error", NULL, NULL },
};

const csm_field foundation_event_fields[FOUNDATION_EVENT_FIELDS] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_INDEXED),
    CSM_DOCUMENT("instance", .doc = "The record it is about"),
    CSM_TEXT("parm1", .length = 4000),
    CSM_TEXT("parm2", .length = 4000),
    CSM_TEXT("state", .length = 20, .dflt = "ready", CSM_CHOICES(event_state_choices)),
    CSM_TIME("process_on", .flags = CSM_INDEXED),
};

static const csm_choice mail_type_choices[] = {
    { "sent", "Sent", NULL, NULL },             { "received", "Received", NULL, NULL },
    { "send-ready", "Ready to send", NULL, NULL }, { "send-ignored", "Ignored", NULL, NULL },
};
static const csm_choice mail_state_choices[] = {
    { "ready", "Ready", NULL, NULL }, { "processed", "Processed", NULL, NULL }, { "ignored", "Ignored", NULL, NULL },
    { "error", "Error", NULL, NULL },
};

const csm_field foundation_email_fields[FOUNDATION_EMAIL_FIELDS] = {
    CSM_TEXT("type", .length = 20, .flags = CSM_INDEXED, .dflt = "send-ready", CSM_CHOICES(mail_type_choices)),
    CSM_TEXT("recipients", .length = 4000, .doc = "Address; empty when the person has none"),
    CSM_REF("user", "sys_user", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "The person, when it is one we know"),
    CSM_TEXT("subject", .length = 255),
    CSM_TEXT("body", .length = 16000),
    CSM_DOCUMENT("target", .flags = CSM_INDEXED, .doc = "The record it is about"),
    CSM_TEXT("state", .length = 20, .dflt = "ready", CSM_CHOICES(mail_state_choices)),
    CSM_TEXT("reason", .length = 255, .doc = "Why it was ignored or failed"),
};

const csm_field foundation_notification_fields[FOUNDATION_NOTIFICATION_FIELDS] = {
    CSM_TEXT("name", .length = 100, .flags = CSM_REQUIRED | CSM_UNIQUE),
    CSM_TEXT("collection", .length = 80, .doc = "Table whose changes it watches, with those that extend it"),
    CSM_CONDITION("condition", "collection", .length = 2000,
                  .doc = "On the changed row; CHANGES, CHANGESTO and CHANGESFROM allowed"),
    CSM_TEXT("event_name", .length = 100, .doc = "Instead of a change: the queued event it waits for"),
    CSM_BOOL("event_parm_1", .dflt = "false", .doc = "The event's parm1 says to whom: ids of people or groups, addresses, by commas"),
    CSM_TEXT("recipient_fields", .length = 1000,
             .doc = "Fields of the row, dotted paths allowed: people, groups, lists of them, addresses"),
    CSM_LIST("recipient_users", "sys_user"),
    CSM_LIST("recipient_groups", "sys_user_group"),
    CSM_TEXT("recipient_roles", .length = 400, .doc = "Whoever holds one of these roles, directly, by a group or contained"),
    CSM_TEXT("subject", .length = 255, .doc = "Text with ${field} places"),
    CSM_TEXT("message", .length = 4000, .doc = "Text with ${field} places; external people see customer-visible ones only"),
    CSM_TEXT("sent_by", .length = 20, .doc = "internal or external: only changes made by such a person; empty: by anybody"),
    CSM_BOOL("active", .dflt = "true", .flags = CSM_INDEXED),
    CSM_INT("weight", .dflt = "0", .max = 1000,
            .doc = "Of several that one change makes for a person only the heaviest is mailed; 0: mailed in any case"),
};
