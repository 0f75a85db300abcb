/* Settings of a plugin: typed, written into its struct by offset from plugins.d/<id>.conf. Source: SDK contract B10. */
#ifndef CSM_SETTING_H
#define CSM_SETTING_H

#include <csm/abi.h>
#include <csm/value.h>

typedef struct csm_setting {
    const char *name;
    uint32_t type;      /* CSM_T_BOOL (bool), CSM_T_INT (int64_t), CSM_T_TEXT (const char *) in the struct */
    uint32_t flags;     /* 0: there are none yet. What a text says is told nowhere, it may be a secret */
    size_t offset;      /* offsetof(struct, member) */
    const char *dflt;   /* wire text */
    int64_t min, max;   /* INT; both 0 = none */
    const char *unit;
    const char *doc;
} csm_setting;

/* A property: a row of the properties table that administrators change while serving; read with csm_property. */
typedef struct csm_property {
    const char *name;
    uint32_t type;      /* CSM_T_BOOL, CSM_T_INT, CSM_T_TEXT */
    const char *dflt;
    const char *doc;
} csm_property;

#endif
