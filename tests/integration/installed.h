/* What the tests of products sold and items installed share. */
#ifndef TESTS_INTEGRATION_INSTALLED_H
#define TESTS_INTEGRATION_INSTALLED_H

#include "people.h"

#include <stdio.h>

#define CASE "sn_customerservice_case"
#define SOLD "sn_install_base_sold_product"
#define ITEM "sn_install_base_item"
#define ITEM_PARTY "sn_install_base_related_party"
#define TYPES "sn_customerservice_related_party_configuration"

static inline int setup(void **state)
{
    *state = people_start("install_base");
    return 0;
}

/* Made by the manager; whoever acts stays. */
static inline const char *make(people *p, const char *table, const char *name, const char *owner, const char *id,
                               const char *parent)
{
    const char *before = p->who, *made;
    char above[64] = "";

    if (parent != NULL)
        (void)snprintf(above, sizeof(above), ",'parent':'%s'", parent);
    as(p, "mia");
    made = csm_tk_insert(p->tk, table, "{'name':'%s','%s':'%s'%s}", name, owner, id, above);
    as(p, before);
    return made;
}

static inline const char *sold(people *p, const char *name, const char *account, const char *parent)
{
    return make(p, SOLD, name, "account", account, parent);
}

static inline const char *item(people *p, const char *name, const char *account, const char *parent)
{
    return make(p, ITEM, name, "account", account, parent);
}

/* The names of a list of rows, joined by blanks. */
static inline const char *names(people *p, const csm_value *rows, const char *field)
{
    char text[4096] = "";

    for (uint32_t n = 0; n < rows->count && strlen(text) < 3500; n++) {
        strncat(text, n > 0 ? " " : "", 2);
        strncat(text, csm_tk_str(p->tk, &rows->list[n], field), 255);
    }
    return csm_tk_keep_text(p->tk, csm_str_of(text));
}

static inline const char *listed(people *p, const char *method, const char *id, const char *field)
{
    return names(p, csm_tk_ok(p->tk, method, "{'id':'%s'}", id), field);
}

static inline const char *type_of(people *p, const char *name, const char *applies_to)
{
    const char *before = p->who, *id;

    as(p, NULL);
    id = csm_tk_str(p->tk, csm_tk_first(p->tk, TYPES, "name=%s^applies_to=%s", name, applies_to), "sys_id");
    as(p, before);
    return id;
}

#endif
