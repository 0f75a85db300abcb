/* A plugin directory and a data directory of its own for each test, filled from the modules of tests/abi. */
#ifndef HOUSE_H
#define HOUSE_H

#include "unit.h"

#include "loader/loader.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct house {
    char top[64], plugins[80], data[80];
    const char *enabled[8];
    const char *allowed[8];
    csm_loader_options options;
    csm_loader *loader;
    csm_registry *reg;
    uint32_t number;
} house;

static const csm_plugin house_own = { .magic = CSM_ABI_MAGIC, .size = sizeof(csm_plugin), .abi_minor = CSM_ABI_MINOR,
                                      .id = "own", .version = "1", .summary = "The core" };
static const csm_plugin *const house_owns[] = { &house_own };

static inline void house_open(house *h)
{
    memset(h, 0, sizeof(*h));
    (void)snprintf(h->top, sizeof(h->top), "/tmp/csm-loader-XXXXXX");
    assert_non_null(mkdtemp(h->top));
    (void)snprintf(h->plugins, sizeof(h->plugins), "%s/plugins", h->top);
    (void)snprintf(h->data, sizeof(h->data), "%s/data", h->top);
    assert_int_equal(mkdir(h->plugins, 0755), 0);
    assert_int_equal(mkdir(h->data, 0700), 0);
    assert_int_equal(chmod(h->plugins, 0755), 0);
    h->options = (csm_loader_options){ .plugin_dir = h->plugins, .data_dir = h->data, .enabled = h->enabled,
                                       .allowed = h->allowed, .own = house_owns, .own_count = 1, .user = h };
}

static inline int house_remove(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void house_shut(house *h)
{
    csm_registry_unref(h->reg);
    csm_loader_free(h->loader);
    h->reg = NULL;
    h->loader = NULL;
}

static inline void house_close(house *h)
{
    house_shut(h);
    assert_int_equal(nftw(h->top, house_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline void house_write(const char *dir, const char *name, const char *end, const void *bytes, size_t len)
{
    char path[200];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/%s%s", dir, name, end);
    f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, 0644), 0);
}

/* Copies the module of that name under the name @p as. */
static inline void house_module(house *h, const char *name, const char *as)
{
    char path[300];
    char *bytes = NULL;
    long len;
    FILE *f;

    (void)snprintf(path, sizeof(path), ABI_PLUGINS "/%s.so", name);
    f = fopen(path, "re");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    len = ftell(f);
    assert_true(len > 0);
    rewind(f);
    bytes = malloc((size_t)len);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, (size_t)len, f), (size_t)len);
    (void)fclose(f);
    house_write(h->plugins, as, ".so", bytes, (size_t)len);
    free(bytes);
}

static inline void house_manifest(house *h, const char *id, const char *text)
{
    house_write(h->plugins, id, ".manifest", text, strlen(text));
}

#define GOOD "id good\nversion 1.2.0\nabi 0.1\nsummary In order\nalias com.example.good\n"
#define NEEDS_GOOD "id needs_good\nversion 1.0\nabi 0.1\ndepends good 1.1\n"
#define PLAIN(id_) "id " id_ "\nversion 1.0\nabi 0.1\n"

/* One of the modules with a manifest. */
static inline void house_install(house *h, const char *id, const char *manifest)
{
    house_module(h, id, id);
    house_manifest(h, id, manifest);
}

static inline void house_enable(house *h, const char *id)
{
    h->enabled[h->options.enabled_count++] = id;
}

static inline void house_allow(house *h, const char *id)
{
    h->allowed[h->options.allowed_count++] = id;
}

static inline csm_status house_number(void *user, const char *key, const char *was, uint32_t *out, csm_error *err)
{
    house *h = user;

    (void)key;
    (void)was;
    (void)err;
    *out = CSM_FID_FIRST + h->number++;
    return CSM_OK;
}

static inline csm_status house_try_boot(house *h, csm_error *err)
{
    csm_number_source numbers = { house_number, h };
    csm_status st;

    house_shut(h);
    st = csm_loader_new(&h->options, &h->loader, err);
    return st == CSM_OK ? csm_loader_boot(h->loader, &numbers, &h->reg, err) : st;
}

static inline void house_boot(house *h)
{
    csm_error err = { 0 };

    if (house_try_boot(h, &err) != CSM_OK)
        fail_msg("%s", err.message);
    assert_non_null(h->reg);
    assert_int_equal(err.code, CSM_OK);
}

/* The plugin is listed in that state, with a reason that contains @p says. */
static inline void house_expect(house *h, const char *id, csm_plugin_state state, const char *says)
{
    csm_arena *arena = csm_arena_new(4096, 0);
    const csm_loader_plugin *list;
    uint32_t count, at = 0;

    assert_int_equal(csm_loader_list(h->loader, arena, &list, &count), CSM_OK);
    while (at < count && strcmp(list[at].id, id) != 0)
        at++;
    if (at == count)
        fail_msg("%s is not listed", id);
    if (list[at].state != state || strstr(list[at].reason, says) == NULL)
        fail_msg("%s is %s: %s", id, csm_plugin_state_name(list[at].state), list[at].reason);
    csm_arena_free(arena);
}

#endif
