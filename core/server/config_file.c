/* Reading csm.conf and plugins.d (libconfig syntax) into the settings. */
#include "server/config.h"

#include "base/mem.h"
#include "base/str.h"

#include <libconfig.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static csm_status file_error(csm_error *err, const char *path, const config_t *file)
{
    if (config_error_type(file) == CONFIG_ERR_FILE_IO)
        return csm_error_set(err, CSM_E_IO, "configuration %s cannot be read: %s", path, strerror(errno));
    csm_error_set(err, CSM_E_INVALID, "%s:%d: %s", config_error_file(file) != NULL ? config_error_file(file) : path,
                  config_error_line(file), config_error_text(file));
    csm_error_hint(err, "a setting is name = \"text\"; or name = 5; or name = [\"one\", \"other\"];");
    return CSM_E_INVALID;
}

/* A scalar as text for the settings table. False: no scalar. */
static bool scalar_text(const config_setting_t *item, char *buf, size_t cap)
{
    switch (config_setting_type(item)) {
    case CONFIG_TYPE_INT:
        return (size_t)snprintf(buf, cap, "%d", config_setting_get_int(item)) < cap;
    case CONFIG_TYPE_INT64:
        return (size_t)snprintf(buf, cap, "%lld", config_setting_get_int64(item)) < cap;
    case CONFIG_TYPE_BOOL:
        return (size_t)snprintf(buf, cap, "%s", config_setting_get_bool(item) ? "true" : "false") < cap;
    case CONFIG_TYPE_STRING:
        return (size_t)snprintf(buf, cap, "%s", config_setting_get_string(item)) < cap;
    default:
        return false;
    }
}

static csm_status take_setting(csm_config *config, const char *path, config_setting_t *item, csm_error *err)
{
    const char *name = config_setting_name(item);
    unsigned line = config_setting_source_line(item);
    char text[4096];
    char message[sizeof(err->message)];
    bool many = config_setting_is_aggregate(item) == CONFIG_TRUE;
    csm_status st = CSM_OK;

    if (many && csm_config_is_list(name)) {
        for (int n = 0; st == CSM_OK && n < config_setting_length(item); n++) {
            if (!scalar_text(config_setting_get_elem(item, (unsigned)n), text, sizeof(text)))
                st = csm_error_set(err, CSM_E_INVALID, "setting \"%s\": a list of texts is needed", name);
            else
                st = csm_config_set(config, name, text, err);
        }
    } else if (many && csm_config_has(name)) {
        st = csm_error_set(err, CSM_E_INVALID, "setting \"%s\": one value, not a list", name);
    } else if (!many && !scalar_text(item, text, sizeof(text))) {
        st = csm_error_set(err, CSM_E_INVALID, "setting \"%s\" is too long", name);
    } else {
        st = csm_config_set(config, name, many ? "" : text, err);
    }
    if (st == CSM_OK)
        return st;
    (void)snprintf(message, sizeof(message), "%s", err->message);
    (void)snprintf(err->message, sizeof(err->message), "%.120s:%u: %.240s", path, line, message);
    return st;
}

static csm_status read_main(csm_config *config, const char *path, csm_error *err)
{
    config_t file;
    csm_status st = CSM_OK;

    config_init(&file);
    if (config_read_file(&file, path) != CONFIG_TRUE) {
        st = file_error(err, path, &file);
    } else {
        config_setting_t *root = config_root_setting(&file);

        for (int n = 0; st == CSM_OK && n < config_setting_length(root); n++)
            st = take_setting(config, path, config_setting_get_elem(root, (unsigned)n), err);
    }
    config_destroy(&file);
    return st;
}

static csm_status keep_plugin_setting(csm_config *config, const char *plugin, const config_setting_t *item, csm_error *err)
{
    csm_plugin_setting *s = csm_mem_zalloc(sizeof(*s));
    int type = config_setting_type(item);

    if (s == NULL)
        return csm_error_nomem(err);
    s->next = config->plugin_settings;
    config->plugin_settings = s;
    s->line = config_setting_source_line(item);
    s->plugin = csm_mem_strdup(plugin);
    s->name = csm_mem_strdup(config_setting_name(item));
    if (s->plugin == NULL || s->name == NULL)
        return csm_error_nomem(err);
    if (type == CONFIG_TYPE_BOOL) {
        s->value = csm_bool(config_setting_get_bool(item) == CONFIG_TRUE);
    } else if (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64) {
        s->value = csm_int(type == CONFIG_TYPE_INT ? config_setting_get_int(item) : config_setting_get_int64(item));
    } else if (type == CONFIG_TYPE_STRING) {
        s->text = csm_mem_strdup(config_setting_get_string(item));
        if (s->text == NULL)
            return csm_error_nomem(err);
        s->value = csm_ctext(s->text);
    } else {
        return csm_error_set(err, CSM_E_INVALID, "plugins.d/%s.conf:%u: setting \"%s\" is no text, number or truth value", plugin,
                             config_setting_source_line(item), s->name);
    }
    return CSM_OK;
}

static csm_status read_plugin_file(csm_config *config, const char *path, const char *plugin, csm_error *err)
{
    config_t file;
    csm_status st = csm_config_set(config, "plugins", plugin, err);

    if (st != CSM_OK)
        return st;
    config_init(&file);
    if (config_read_file(&file, path) != CONFIG_TRUE) {
        st = file_error(err, path, &file);
    } else {
        config_setting_t *root = config_root_setting(&file);

        for (int n = 0; st == CSM_OK && n < config_setting_length(root); n++)
            st = keep_plugin_setting(config, plugin, config_setting_get_elem(root, (unsigned)n), err);
    }
    config_destroy(&file);
    return st;
}

static int is_conf(const struct dirent *entry)
{
    return csm_str_ends(csm_str_of(entry->d_name), CSM_STR(".conf")) && entry->d_name[0] != '.';
}

/* Every plugins.d/<id>.conf beside the file, by name. */
static csm_status read_plugins_d(csm_config *config, const char *path, csm_error *err)
{
    const char *slash = strrchr(path, '/');
    char dir[4096], file[4608], plugin[256];
    struct dirent **entries = NULL;
    csm_status st = CSM_OK;
    int count;

    if ((size_t)snprintf(dir, sizeof(dir), "%.*splugins.d", slash != NULL ? (int)(slash - path) + 1 : 0, path) >= sizeof(dir))
        return csm_error_set(err, CSM_E_INVALID, "the path of the configuration is too long");
    count = scandir(dir, &entries, is_conf, alphasort);
    if (count < 0)
        return errno == ENOENT ? CSM_OK : csm_error_set(err, CSM_E_IO, "%s cannot be read: %s", dir, strerror(errno));
    for (int n = 0; n < count; n++) {
        size_t len = strlen(entries[n]->d_name) - 5;

        if (st == CSM_OK && len < sizeof(plugin)) {
            (void)snprintf(plugin, sizeof(plugin), "%.*s", (int)len, entries[n]->d_name);
            (void)snprintf(file, sizeof(file), "%s/%s", dir, entries[n]->d_name);
            st = read_plugin_file(config, file, plugin, err);
        }
        free(entries[n]);
    }
    free(entries);
    return st;
}

csm_status csm_config_read(csm_config *config, const char *path, csm_error *err)
{
    CSM_TRY(read_main(config, path, err));
    return read_plugins_d(config, path, err);
}
