/* Manifests: what is installed, told by text files beside the plugins, so that listing runs nobody's code.
 * One "key value" per line: id, version, abi, summary, alias, and "depends ID [MIN]" as often as needed. */
#include "loader/room.h"

#include "base/str.h"
#include "loader/bundled.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define MANIFEST_BYTES ((size_t)16 * 1024)
#define VALUE_BYTES 500
#define DEPENDS_MAX 64

static bool is_bundled(const char *id)
{
    static const char *const ids[] = { CSM_BUNDLED_IDS NULL };

    for (size_t n = 0; ids[n] != NULL; n++)
        if (strcmp(ids[n], id) == 0)
            return true;
    return false;
}

static bool is_named(const char *const *names, uint32_t count, const csm_loader_plugin *plugin)
{
    for (uint32_t n = 0; n < count; n++)
        if (strcmp(names[n], plugin->id) == 0 || (plugin->alias != NULL && strcmp(names[n], plugin->alias) == 0))
            return true;
    return false;
}

/* ---- one manifest ---- */

struct parse {
    csm_loader *loader;
    csm_entry *entry;
    csm_dep *depends;
    uint32_t depend_count;
    csm_error *err;
};

static csm_status take_text(struct parse *p, const char *key, csm_str value, const char **slot)
{
    if (*slot != NULL)
        return csm_error_set(p->err, CSM_E_INVALID, "the manifest has two lines \"%s\"", key);
    *slot = csm_arena_cstr(p->loader->arena, value);
    return *slot != NULL ? CSM_OK : csm_error_nomem(p->err);
}

static csm_status take_depends(struct parse *p, csm_str value)
{
    csm_str rest = value, id = { 0 };
    csm_dep *dep = &p->depends[p->depend_count];

    (void)csm_str_split(&rest, ' ', &id);
    rest = csm_str_trim(rest);
    if (p->depend_count == DEPENDS_MAX || !csm_plugin_id_valid(id))
        return csm_error_set(p->err, CSM_E_INVALID, "the manifest depends on \"%.*s\"%s", CSM_STR_FMT(id),
                             p->depend_count == DEPENDS_MAX ? ", one too many" : ", which is no plugin id");
    dep->plugin = csm_arena_cstr(p->loader->arena, id);
    dep->min = rest.len > 0 ? csm_arena_cstr(p->loader->arena, rest) : NULL;
    if (dep->plugin == NULL || (rest.len > 0 && dep->min == NULL))
        return csm_error_nomem(p->err);
    p->depend_count++;
    return CSM_OK;
}

static csm_status take_line(struct parse *p, csm_str line, const char **id)
{
    csm_loader_plugin *pub = &p->entry->pub;
    const struct { const char *key; const char **slot; } texts[] = {
        { "id", id }, { "version", &pub->version }, { "abi", &pub->abi }, { "summary", &pub->summary },
        { "alias", &pub->alias },
    };
    csm_str rest = line, key;

    (void)csm_str_split(&rest, ' ', &key);
    rest = csm_str_trim(rest);
    if (rest.len == 0 || rest.len > VALUE_BYTES || !csm_utf8_valid(rest))
        return csm_error_set(p->err, CSM_E_INVALID, "the manifest's line \"%.*s\" has no usable value",
                             (int)(key.len < 40 ? key.len : 40), key.ptr);
    if (csm_str_is(key, "depends"))
        return take_depends(p, rest);
    for (size_t n = 0; n < sizeof(texts) / sizeof(texts[0]); n++)
        if (csm_str_is(key, texts[n].key))
            return take_text(p, texts[n].key, rest, texts[n].slot);
    return CSM_OK; /* written by a newer SDK */
}

static csm_status parse_manifest(csm_loader *loader, csm_entry *entry, csm_str text, csm_error *err)
{
    struct parse p = { .loader = loader, .entry = entry, .err = err };
    const char *id = NULL;
    csm_str line;

    p.depends = csm_arena_array(loader->arena, DEPENDS_MAX + 1, sizeof(*p.depends));
    if (p.depends == NULL)
        return csm_error_nomem(err);
    while (csm_str_split(&text, '\n', &line)) {
        line = csm_str_trim(line);
        if (line.len > 0)
            CSM_TRY(take_line(&p, line, &id));
    }
    entry->pub.depends = p.depends;
    entry->pub.depend_count = p.depend_count;
    if (id == NULL || strcmp(id, entry->pub.id) != 0)
        return csm_error_set(err, CSM_E_INVALID, "the manifest is that of \"%s\"", id != NULL ? id : "");
    if (entry->pub.version == NULL || entry->pub.abi == NULL)
        return csm_error_set(err, CSM_E_INVALID, "the manifest has no line \"%s\"",
                             entry->pub.version == NULL ? "version" : "abi");
    return CSM_OK;
}

/* Texts that are never NULL for those who list. */
static void fill_blanks(csm_loader_plugin *pub)
{
    if (pub->version == NULL)
        pub->version = "";
    if (pub->abi == NULL)
        pub->abi = "";
    if (pub->summary == NULL)
        pub->summary = "";
}

static csm_status read_manifest(csm_loader *loader, csm_entry *entry, const char *file, csm_error *err)
{
    csm_str text = { 0 };
    struct stat info;
    csm_status st;
    int fd;

    CSM_TRY(csm_file_open(loader->dir, file, &fd, &info, err));
    st = csm_file_read(fd, file, MANIFEST_BYTES, loader->arena, &text, err);
    close(fd);
    CSM_TRY(st);
    return parse_manifest(loader, entry, text, err);
}

static csm_entry *find_entry(const csm_loader *loader, csm_str id)
{
    csm_entry *entry = csm_entry_find(loader, id);

    return entry != NULL && csm_str_is(id, entry->pub.id) ? entry : NULL;
}

/* What the manifest says now; who it does not allow is rejected. */
static csm_status look_at(csm_loader *loader, const char *id, const char *file, csm_entry *out, csm_error *err)
{
    csm_status st;

    *out = (csm_entry){ .pub = { .id = id, .reason = "" }, .installed = true };
    st = read_manifest(loader, out, file, err);
    fill_blanks(&out->pub);
    if (st == CSM_E_NOMEM)
        return st;
    if (st != CSM_OK)
        csm_entry_mark(loader, out, CSM_PLUGIN_REJECTED, "%s", err->message);
    out->pub.bundled = is_bundled(id);
    if (csm_loader_is_own(loader, id))
        csm_entry_mark(loader, out, CSM_PLUGIN_REJECTED, "the core's own id is taken");
    if (st == CSM_OK && !out->pub.bundled &&
        !is_named(loader->options.allowed, loader->options.allowed_count, &out->pub) &&
        !is_named(loader->options.enabled, loader->options.enabled_count, &out->pub))
        csm_entry_mark(loader, out, CSM_PLUGIN_REJECTED, "the configuration does not allow it");
    csm_error_clear(err);
    return CSM_OK;
}

/* Whether the file is not the one looked at before; notes what it is now. */
static bool is_new(const csm_loader *loader, csm_entry *entry, const char *file)
{
    struct stat info;
    int64_t changed_us;
    bool same;

    if (fstatat(loader->dir, file, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    changed_us = (int64_t)info.st_ctim.tv_sec * CSM_SECOND + info.st_ctim.tv_nsec / 1000;
    same = entry->manifest_inode == info.st_ino && entry->manifest_changed_us == changed_us;
    entry->manifest_inode = info.st_ino;
    entry->manifest_changed_us = changed_us;
    return !same;
}

static csm_status add_installed(csm_loader *loader, const char *file, csm_error *err)
{
    csm_str id = { file, strlen(file) - strlen(".manifest") };
    csm_entry *entry, found;
    csm_status st;

    if (!csm_plugin_id_valid(id))
        return CSM_OK; /* not a plugin's manifest: no id to show it under */
    entry = find_entry(loader, id);
    if (entry != NULL && (entry->taken || entry->pub.state == CSM_PLUGIN_QUARANTINED))
        return CSM_OK;
    if (entry == NULL)
        entry = csm_entry_add(loader, id);
    if (entry == NULL)
        return csm_error_nomem(err);
    if (!is_new(loader, entry, file))
        return CSM_OK;
    st = look_at(loader, entry->pub.id, file, &found, err);
    if (st != CSM_OK) {
        entry->manifest_inode = 0; /* to be looked at again */
        return st;
    }
    csm_mutex_lock(loader->lock);
    found.pub.strikes = entry->pub.strikes;
    found.pub.configured = entry->pub.configured;
    found.pub.choice = entry->pub.choice;
    entry->pub = found.pub;
    csm_mutex_unlock(loader->lock);
    entry->installed = true;
    return CSM_OK;
}

csm_status csm_manifest_scan(csm_loader *loader, csm_error *err)
{
    int copy = fcntl(loader->dir, F_DUPFD_CLOEXEC, 3);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    csm_status st = CSM_OK;
    const struct dirent *item;

    if (dir == NULL) {
        st = csm_error_set(err, CSM_E_IO, "plugin directory: %s", strerror(errno));
        if (copy >= 0)
            close(copy);
        return st;
    }
    rewinddir(dir);
    for (errno = 0; st == CSM_OK && (item = readdir(dir)) != NULL; errno = 0)
        if (csm_str_ends(csm_str_of(item->d_name), CSM_STR(".manifest")))
            st = add_installed(loader, item->d_name, err);
    if (st == CSM_OK && errno != 0)
        st = csm_error_set(err, CSM_E_IO, "plugin directory: %s", strerror(errno));
    closedir(dir);
    return st;
}
