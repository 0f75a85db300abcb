/* Contacts and consumers. A contact is a user; a consumer is not, his portal login is. */
#include "customer_base.h"

const csm_field customer_base_contact_fields[CUSTOMER_BASE_CONTACT_FIELDS] = {
    CSM_REF("account", "customer_account", .flags = CSM_REQUIRED | CSM_INDEXED,
            .doc = "Home account; changed by contact.move only"),
    CSM_JOURNAL("work_notes", .flags = CSM_INTERNAL, .doc = "Moves and other notes"),
};

static const csm_choice prefix_choices[] = {
    { "Dr", "Dr", NULL, NULL },   { "Mr", "Mr", NULL, NULL }, { "Mrs", "Mrs", NULL, NULL },
    { "Miss", "Miss", NULL, NULL }, { "Ms", "Ms", NULL, NULL },
};
static const csm_choice notification_choices[] = { { "1", "Disable", NULL, NULL }, { "2", "Enable", NULL, NULL } };

const csm_field customer_base_consumer_fields[CUSTOMER_BASE_CONSUMER_FIELDS] = {
    CSM_TEXT("number", .length = 40, .flags = CSM_UNIQUE | CSM_READ_ONLY | CSM_SYSTEM_WRITE),
    CSM_TEXT("prefix", .length = 10, CSM_CHOICES(prefix_choices)),
    CSM_TEXT("first_name", .length = 50, .flags = CSM_REQUIRED),
    CSM_TEXT("middle_name", .length = 50),
    CSM_TEXT("last_name", .length = 50, .flags = CSM_REQUIRED),
    CSM_TEXT("suffix", .length = 40),
    CSM_TEXT("name", .length = 152, .flags = CSM_COMPUTED | CSM_INDEXED),
    CSM_TEXT("title", .length = 60),
    CSM_TEXT("email", .length = 100, .flags = CSM_INDEXED | CSM_MAIL_ADDRESS),
    CSM_TEXT("business_phone", .length = 40),
    CSM_TEXT("home_phone", .length = 40),
    CSM_TEXT("mobile_phone", .length = 40),
    CSM_TEXT("fax", .length = 40),
    CSM_TEXT("street", .length = 255),
    CSM_TEXT("city", .length = 100),
    CSM_TEXT("state", .length = 100),
    CSM_TEXT("zip", .length = 40),
    CSM_TEXT("country", .length = 40),
    CSM_TEXT("gender", .length = 40),
    CSM_TEXT("preferred_language", .length = 3),
    CSM_ZONE("time_zone"),
    CSM_TEXT("date_format", .length = 40),
    CSM_TEXT("time_format", .length = 40),
    CSM_INT("notification", .dflt = "2", CSM_CHOICES(notification_choices), .doc = "1 takes the person off all mails"),
    CSM_TEXT("notes", .length = 4000, .flags = CSM_INTERNAL),
    CSM_BOOL("primary", .dflt = "false"),
    CSM_REF("household", "csm_household", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "Primary household"),
    CSM_REF("user", "csm_consumer_user", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR, .doc = "Portal login"),
    CSM_BOOL("active", .dflt = "true"),
};

static const csm_choice registration_choices[] = {
    { "pending_verification", "Pending verification", NULL, NULL },
    { "active", "Active", NULL, NULL },
};

const csm_field customer_base_consumer_user_fields[CUSTOMER_BASE_CONSUMER_USER_FIELDS] = {
    CSM_REF("consumer", "csm_consumer", .flags = CSM_INDEXED, .on_delete = CSM_CLEAR),
    CSM_TEXT("registration_state", .length = 40, .dflt = "active", CSM_CHOICES(registration_choices)),
};
