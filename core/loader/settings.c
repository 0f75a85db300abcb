/* Settings of a plugin: from the configuration, or their defaults, into the plugin's struct by offset. */
#include "loader/room.h"

#include "base/str.h"

/* What a default says as text. Always of the setting's type when it parses. */
static bool parse_default(const csm_setting *s, csm_value *out)
{
    csm_str text = csm_str_of(s->dflt);
    int64_t i;

    if (s->dflt == NULL) {
        *out = s->type == CSM_T_BOOL ? csm_bool(false) : s->type == CSM_T_INT ? csm_int(0) : csm_nil();
        return true;
    }
    if (s->type == CSM_T_TEXT)
        *out = csm_text(text);
    else if (s->type == CSM_T_BOOL)
        *out = csm_bool(csm_str_is(text, "true") || csm_str_is(text, "1"));
    else if (csm_parse_int(text, &i))
        *out = csm_int(i);
    else
        return false;
    return true;
}

static csm_status check_value(const csm_entry *entry, const csm_setting *s, csm_value v, csm_error *err)
{
    static const char *const words[] = { [CSM_T_BOOL] = "true or false", [CSM_T_INT] = "an integer",
                                         [CSM_T_TEXT] = "text" };

    if (v.type != s->type && !(csm_is_nil(v) && s->type == CSM_T_TEXT))
        return csm_error_field(err, CSM_E_INVALID, s->name, "plugin \"%s\": setting \"%s\" takes %s", entry->pub.id,
                               s->name, words[s->type]);
    if (v.type == CSM_T_INT && (s->min != 0 || s->max != 0) && (v.i < s->min || v.i > s->max))
        return csm_error_field(err, CSM_E_INVALID, s->name,
                               "plugin \"%s\": setting \"%s\": %lld is not between %lld and %lld%s%s", entry->pub.id,
                               s->name, (long long)v.i, (long long)s->min, (long long)s->max,
                               s->unit != NULL ? " " : "", s->unit != NULL ? s->unit : "");
    return CSM_OK;
}

static csm_status store(csm_loader *loader, csm_entry *entry, const csm_setting *s, csm_value v, csm_error *err)
{
    uint8_t *at = entry->settings + s->offset;
    const char *text = NULL;

    switch (v.type) {
    case CSM_T_BOOL:
        memcpy(at, &v.b, sizeof(v.b));
        return CSM_OK;
    case CSM_T_INT:
        memcpy(at, &v.i, sizeof(v.i));
        return CSM_OK;
    case CSM_T_TEXT:
        text = csm_arena_cstr(loader->arena, v.s);
        if (text == NULL)
            return csm_error_nomem(err);
        break;
    default:
        break;
    }
    memcpy(at, &text, sizeof(text));
    return CSM_OK;
}

/* Types and offsets have been checked with the other declarations: the registry stands. */
csm_status csm_settings_fill(csm_loader *loader, csm_entry *entry, csm_error *err)
{
    for (uint32_t n = 0; !entry->settings_read && n < entry->decl->settings.count; n++) {
        const csm_setting *s = &entry->decl->settings.items[n];
        csm_value v = csm_nil();

        if (loader->options.setting != NULL)
            CSM_TRY(loader->options.setting(loader->options.user, entry->pub.id, s, &v, err));
        if (csm_is_nil(v) && !parse_default(s, &v))
            return csm_error_field(err, CSM_E_INVALID, s->name, "plugin \"%s\": setting \"%s\": its default is no %s",
                                   entry->pub.id, s->name, "integer");
        CSM_TRY(check_value(entry, s, v, err));
        CSM_TRY(store(loader, entry, s, v, err));
    }
    entry->settings_read = true;
    return CSM_OK;
}
