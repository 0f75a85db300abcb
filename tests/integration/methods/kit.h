/* What every test of the methods includes. */
#ifndef METHODS_KIT_H
#define METHODS_KIT_H

#include "base/clock.h"
#include "base/str.h"

#include <csm/test.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

/* True when a list of texts holds this one. */
static inline bool list_has(const csm_value *list, const char *text)
{
    for (uint32_t n = 0; list->type == CSM_T_LIST && n < list->count; n++)
        if (list->list[n].type == CSM_T_TEXT && csm_str_is(list->list[n].s, text))
            return true;
    return false;
}

/* The map of a list whose @p key is @p text, or NULL. */
static inline const csm_value *find_map(const csm_value *list, const char *key, const char *text)
{
    for (uint32_t n = 0; list->type == CSM_T_LIST && n < list->count; n++) {
        const csm_value *value = csm_map_get(&list->list[n], key);

        if (value != NULL && value->type == CSM_T_TEXT && csm_str_is(value->s, text))
            return &list->list[n];
    }
    return NULL;
}

#endif
