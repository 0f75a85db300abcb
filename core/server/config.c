/* The settings table and everything that reads it. */
#include "server/config.h"

#include "base/address.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdio.h>

typedef enum setting_kind { SET_TEXT, SET_INT, SET_BOOL, SET_LIST } setting_kind;

typedef struct setting {
    const char *name;
    setting_kind kind;
    size_t offset;         /* in csm_config */
    size_t count_offset;   /* SET_LIST */
    uint32_t list_max;
    const char *dflt;
    int64_t min, max;
    const char *unit;
    const char *doc;
} setting;

#define AT(member) offsetof(csm_config, member)

static const setting settings[] = {
    { "data", SET_TEXT, AT(data), 0, 0, "", 0, 0, "", "data directory; one server at a time" },
    { "plugin_dir", SET_TEXT, AT(plugin_dir), 0, 0, "", 0, 0, "", "absolute directory of plugin modules and manifests; empty: ../plugins or ../lib/csmd/plugins from the program" },
    { "listen", SET_LIST, AT(listen), AT(listen_count), CSM_LISTEN_MAX, "", 0, 0, "",
      "addresses: unix:PATH or tcp:HOST:PORT" },
    { "plugins", SET_LIST, AT(plugins), AT(plugin_count), CSM_PLUGINS_MAX, "", 0, 0, "",
      "enabled plugins; what they stand on comes along; what an administrator activates or deactivates goes before it" },
    { "allowed_plugins", SET_LIST, AT(allowed), AT(allowed_count), CSM_PLUGINS_MAX, "", 0, 0, "",
      "plugins of third parties that an administrator may activate; this product's own always may be" },
    { "log_level", SET_TEXT, AT(log_level), 0, 0, "info", 0, 0, "", "error, warn, info or debug" },
    { "log_format", SET_TEXT, AT(log_format), 0, 0, "text", 0, 0, "", "text or json" },
    { "demo", SET_BOOL, AT(demo), 0, 0, "false", 0, 0, "", "load the plugins' demo rows; never on a production store" },
    { "store_ceiling_mb", SET_INT, AT(store_ceiling_mb), 0, 0, "0", 0, 1 << 30, "MiB", "inserts are refused above it; 0 = no ceiling" },
    { "store_map_gb", SET_INT, AT(store_map_gb), 0, 0, "1024", 1, 65536, "GiB", "address space of the store" },
    { "drain_ms", SET_INT, AT(drain_ms), 0, 0, "10000", 0, 600000, "ms", "time for requests under way when stopping" },
    { "max_connections", SET_INT, AT(max_connections), 0, 0, "4096", 1, 1000000, "", "more are closed at once, but a few over a Unix socket" },
    { "in_flight_max", SET_INT, AT(in_flight_max), 0, 0, "1024", 1, 1000000, "", "unanswered requests per connection" },
    { "frame_kb", SET_INT, AT(frame_kb), 0, 0, "4096", 1, 65536, "KiB", "largest message" },
    { "idle_s", SET_INT, AT(idle_s), 0, 0, "0", 0, 86400, "s", "close idle connections after it; 0 = never" },
    { "partial_s", SET_INT, AT(partial_s), 0, 0, "30", 0, 86400, "s", "a message begun must be complete within; 0 = never" },
    { "write_limit_kb", SET_INT, AT(write_limit_kb), 0, 0, "65536", 64, 4194304, "KiB", "close peers that leave more unread" },
    { "workers", SET_INT, AT(workers), 0, 0, "2", 1, 64, "threads", "long reads and dry runs" },
    { "queue_max", SET_INT, AT(queue_max), 0, 0, "8192", 1, 1000000, "", "writes waiting; more are BUSY" },
    { "batch_requests", SET_INT, AT(batch_requests), 0, 0, "512", 1, 1024, "", "most writes of one commit" },
    { "deadline_ms", SET_INT, AT(deadline_ms), 0, 0, "30000", 1, 3600000, "ms", "of requests that name none" },
    { "reply_mb", SET_INT, AT(reply_mb), 0, 0, "16", 1, 1024, "MiB", "largest reply" },
    { "login_parallel", SET_INT, AT(login_parallel), 0, 0, "1", 1, 16, "threads", "password checks at a time" },
    { "page_rows", SET_INT, AT(page_rows), 0, 0, "1000", 1, 10000, "rows", "largest page" },
    { "read_rows", SET_INT, AT(read_rows), 0, 0, "20000", 100, 10000000, "rows", "rows a read may touch on the loop" },
    { "sort_rows", SET_INT, AT(sort_rows), 0, 0, "200000", 1000, 10000000, "rows", "most rows sorted in memory" },
    { "session_hours", SET_INT, AT(session_hours), 0, 0, "12", 1, 8760, "h", "life of a session" },
    { "request_key_days", SET_INT, AT(request_key_days), 0, 0, "7", 1, 365, "days", "replies kept for repeats" },
    { "write_ms", SET_INT, AT(write_ms), 0, 0, "10000", 100, 600000, "ms", "most time of one write on the writer" },
    { "batch_ms", SET_INT, AT(batch_ms), 0, 0, "5000", 10, 600000, "ms", "most computing of an all-or-nothing batch" },
    { "hook_ms", SET_INT, AT(hook_ms), 0, 0, "10000", 0, 3600000, "ms", "a plugin's hook that takes longer ends the server; 0 = none does" },
};
#define SETTINGS_NAMED_MAX 256u /* of one plugin, looked through for a name that was meant */
#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

static void *member(csm_config *config, size_t offset)
{
    return (char *)config + offset;
}

static const void *const_member(const csm_config *config, size_t offset)
{
    return (const char *)config + offset;
}

static csm_status set_text(char **out, const char *value, csm_error *err)
{
    char *copy = csm_mem_strdup(value);

    if (copy == NULL)
        return csm_error_nomem(err);
    csm_mem_free(*out);
    *out = copy;
    return CSM_OK;
}

static csm_status set_int(const setting *s, int64_t *out, const char *value, csm_error *err)
{
    int64_t number;

    if (!csm_parse_int(csm_str_of(value), &number))
        return csm_error_field(err, CSM_E_INVALID, s->name, "setting \"%s\": \"%s\" is no whole number", s->name, value);
    if (number < s->min || number > s->max)
        return csm_error_field(err, CSM_E_INVALID, s->name, "setting \"%s\": %s is outside %lld to %lld %s", s->name, value,
                               (long long)s->min, (long long)s->max, s->unit);
    *out = number;
    return CSM_OK;
}

static csm_status set_bool(const setting *s, bool *out, const char *value, csm_error *err)
{
    if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        return csm_error_field(err, CSM_E_INVALID, s->name, "setting \"%s\": true or false, not \"%s\"", s->name, value);
    *out = value[0] == 't';
    return CSM_OK;
}

static csm_status add_text(csm_config *config, const setting *s, const char *value, csm_error *err)
{
    uint32_t *count = member(config, s->count_offset);
    char **items = member(config, s->offset);

    for (uint32_t n = 0; n < *count; n++)
        if (strcmp(items[n], value) == 0)
            return CSM_OK;
    if (*count == s->list_max)
        return csm_error_field(err, CSM_E_INVALID, s->name, "setting \"%s\": more than %u entries", s->name, s->list_max);
    CSM_TRY(set_text(&items[*count], value, err));
    (*count)++;
    return CSM_OK;
}

static csm_status apply(csm_config *config, const setting *s, const char *value, csm_error *err)
{
    switch (s->kind) {
    case SET_TEXT:
        return set_text(member(config, s->offset), value, err);
    case SET_INT:
        return set_int(s, member(config, s->offset), value, err);
    case SET_BOOL:
        return set_bool(s, member(config, s->offset), value, err);
    default:
        return add_text(config, s, value, err);
    }
}

static const setting *find_setting(const char *name)
{
    for (size_t n = 0; n < SETTINGS; n++)
        if (strcmp(settings[n].name, name) == 0)
            return &settings[n];
    return NULL;
}

csm_status csm_config_set(csm_config *config, const char *name, const char *value, csm_error *err)
{
    const setting *s = find_setting(name);
    const char *names[SETTINGS];
    const char *nearest;

    if (s != NULL)
        return apply(config, s, value, err);
    for (size_t n = 0; n < SETTINGS; n++)
        names[n] = settings[n].name;
    nearest = csm_str_nearest(csm_str_of(name), names, SETTINGS);
    csm_error_field(err, CSM_E_INVALID, name, "no setting \"%s\"", name);
    if (nearest != NULL)
        csm_error_hint(err, "did you mean \"%s\"?", nearest);
    return CSM_E_INVALID;
}

bool csm_config_has(const char *name)
{
    return find_setting(name) != NULL;
}

bool csm_config_is_list(const char *name)
{
    const setting *s = find_setting(name);

    return s != NULL && s->kind == SET_LIST;
}

csm_status csm_config_init(csm_config *config, csm_error *err)
{
    *config = (csm_config){ 0 };
    for (size_t n = 0; n < SETTINGS; n++)
        if (settings[n].kind != SET_LIST)
            CSM_TRY(apply(config, &settings[n], settings[n].dflt, err));
    return CSM_OK;
}

void csm_config_done(csm_config *config)
{
    for (size_t n = 0; n < SETTINGS; n++) {
        char **items = member(config, settings[n].offset);
        uint32_t count = settings[n].kind == SET_TEXT ? 1 : 0;

        if (settings[n].kind == SET_LIST)
            count = *(uint32_t *)member(config, settings[n].count_offset);
        for (uint32_t k = 0; k < count; k++)
            csm_mem_free(items[k]);
    }
    while (config->plugin_settings != NULL) {
        csm_plugin_setting *first = config->plugin_settings;

        config->plugin_settings = first->next;
        csm_mem_free(first->plugin);
        csm_mem_free(first->name);
        csm_mem_free(first->text);
        csm_mem_free(first);
    }
    *config = (csm_config){ 0 };
}

static csm_status need_one_of(const char *name, const char *value, const char *const *allowed, csm_error *err)
{
    for (uint32_t n = 0; allowed[n] != NULL; n++)
        if (strcmp(value, allowed[n]) == 0)
            return CSM_OK;
    return csm_error_field(err, CSM_E_INVALID, name, "setting \"%s\": \"%s\" is none of its values", name, value);
}

csm_status csm_config_check_serving(const csm_config *config, csm_error *err)
{
    if (config->listen_count == 0)
        return csm_error_field(err, CSM_E_INVALID, "listen", "setting \"listen\": name at least one address");
    return csm_config_check(config, err);
}

csm_status csm_config_check(const csm_config *config, csm_error *err)
{
    static const char *const levels[] = { "error", "warn", "info", "debug", NULL };
    static const char *const formats[] = { "text", "json", NULL };
    csm_address address;

    if (config->data[0] == '\0')
        return csm_error_field(err, CSM_E_INVALID, "data", "setting \"data\": name a data directory");
    for (uint32_t n = 0; n < config->listen_count; n++)
        CSM_TRY(csm_address_parse(config->listen[n], &address, err));
    if (config->plugin_count > 0 && config->plugin_dir[0] != '/')
        return csm_error_field(err, CSM_E_INVALID, "plugin_dir", "setting \"plugin_dir\": an absolute directory is needed");
    CSM_TRY(need_one_of("log_level", config->log_level, levels, err));
    return need_one_of("log_format", config->log_format, formats, err);
}

/* As the file's syntax has it. */
static void print_text(const char *text, csm_buf *out)
{
    csm_buf_printf(out, "\"");
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
        if (*c < 0x20 || *c == 0x7f)
            csm_buf_printf(out, "\\x%02x", *c);
        else
            csm_buf_printf(out, "%s%c", *c == '"' || *c == '\\' ? "\\" : "", *c);
    csm_buf_printf(out, "\"");
}

static void print_value(const csm_config *config, const setting *s, csm_buf *out)
{
    const void *at = const_member(config, s->offset);

    switch (s->kind) {
    case SET_TEXT:
        print_text(*(char *const *)at, out);
        break;
    case SET_INT:
        csm_buf_printf(out, "%lld", (long long)*(const int64_t *)at);
        break;
    case SET_BOOL:
        csm_buf_printf(out, "%s", *(const bool *)at ? "true" : "false");
        break;
    default: {
        char *const *items = at;
        uint32_t count = *(const uint32_t *)const_member(config, s->count_offset);

        csm_buf_printf(out, "[");
        for (uint32_t n = 0; n < count; n++) {
            csm_buf_printf(out, "%s", n > 0 ? ", " : "");
            print_text(items[n], out);
        }
        csm_buf_printf(out, "]");
    }
    }
}

csm_status csm_config_print(const csm_config *config, csm_buf *out)
{
    for (size_t n = 0; n < SETTINGS; n++) {
        const setting *s = &settings[n];

        csm_buf_printf(out, "# %s", s->doc);
        if (s->kind == SET_INT)
            csm_buf_printf(out, "; %lld to %lld%s%s", (long long)s->min, (long long)s->max, s->unit[0] != '\0' ? " " : "", s->unit);
        if (s->dflt[0] != '\0')
            csm_buf_printf(out, " (default %s)", s->dflt);
        csm_buf_printf(out, "\n%s = ", s->name);
        print_value(config, s, out);
        csm_buf_printf(out, ";\n");
    }
    return out->failed ? CSM_E_NOMEM : CSM_OK;
}

csm_status csm_config_plugin_setting(const csm_config *config, const char *plugin, const csm_setting *wanted, csm_value *out,
                                     csm_error *err)
{
    *out = csm_nil();
    for (const csm_plugin_setting *s = config->plugin_settings; s != NULL; s = s->next) {
        if (strcmp(s->plugin, plugin) != 0 || strcmp(s->name, wanted->name) != 0)
            continue;
        if (s->value.type != wanted->type)
            return csm_error_field(err, CSM_E_INVALID, wanted->name, "setting \"%s\" of plugin %s has the wrong type",
                                   wanted->name, plugin);
        *out = s->value;
    }
    return CSM_OK;
}

static csm_status check_plugin(const csm_plugin_setting *s, const csm_mplugin *plugin, csm_error *err)
{
    const char *names[SETTINGS_NAMED_MAX], *nearest;
    uint32_t count = 0;

    if (strcmp(plugin->decl->id, s->plugin) != 0)
        return csm_error_set(err, CSM_E_INVALID, "plugins.d/%s.conf: settings are in the file with the plugin's id: %s.conf",
                             s->plugin, plugin->decl->id);
    for (uint32_t n = 0; n < plugin->decl->settings.count; n++) {
        if (strcmp(plugin->decl->settings.items[n].name, s->name) == 0)
            return CSM_OK;
        if (count < SETTINGS_NAMED_MAX)
            names[count++] = plugin->decl->settings.items[n].name;
    }
    csm_error_field(err, CSM_E_INVALID, s->name, "plugins.d/%s.conf:%u: plugin %s has no setting \"%s\"", s->plugin, s->line,
                    s->plugin, s->name);
    nearest = csm_str_nearest(csm_str_of(s->name), names, count);
    if (nearest != NULL)
        csm_error_hint(err, "did you mean \"%s\"?", nearest);
    return CSM_E_INVALID;
}

csm_status csm_config_check_plugins(const csm_config *config, const csm_registry *reg, csm_error *err)
{
    for (const csm_plugin_setting *s = config->plugin_settings; s != NULL; s = s->next) {
        const csm_mplugin *plugin = csm_registry_plugin(reg, csm_str_of(s->plugin));

        if (plugin != NULL)
            CSM_TRY(check_plugin(s, plugin, err));
    }
    return CSM_OK;
}
