/* csm-manifest PLUGIN.so OUT: writes the manifest of a plugin that was just built, so that servers can list it without
 * running its code. Part of the build; loads the plugin as the server would, without asking who may write the file. */
#include "loader/room.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void write_lines(FILE *out, const csm_plugin *plugin)
{
    fprintf(out, "id %s\nversion %s\nabi %u.%u\n", plugin->id, plugin->version, plugin->abi_major, plugin->abi_minor);
    if (plugin->summary[0] != '\0')
        fprintf(out, "summary %s\n", plugin->summary);
    if (plugin->alias != NULL)
        fprintf(out, "alias %s\n", plugin->alias);
    for (uint32_t n = 0; n < plugin->depends.count; n++) {
        const csm_dep *dep = &plugin->depends.items[n];

        fprintf(out, "depends %s%s%s\n", dep->plugin, dep->min != NULL ? " " : "", dep->min != NULL ? dep->min : "");
    }
}

static csm_status describe(const char *library, const char *manifest, csm_arena *arena, csm_error *err)
{
    const csm_plugin *theirs = NULL;
    csm_plugin *plugin = NULL;
    struct stat info;
    FILE *out;
    int fd = open(library, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &info) != 0) {
        (void)csm_error_set(err, CSM_E_IO, "%s: %s", library, strerror(errno));
        if (fd >= 0)
            close(fd);
        return CSM_E_IO;
    }
    CSM_TRY(csm_library_open(fd, &info, &theirs, err));
    CSM_TRY(csm_plugin_copy(theirs, arena, &plugin, err));
    out = fopen(manifest, "we");
    if (out == NULL)
        return csm_error_set(err, CSM_E_IO, "%s: %s", manifest, strerror(errno));
    (void)fchmod(fileno(out), 0644); /* servers refuse what others may write, whatever the umask of the build */
    write_lines(out, plugin);
    if (ferror(out) != 0 || fclose(out) != 0)
        return csm_error_set(err, CSM_E_IO, "%s: %s", manifest, strerror(errno));
    return CSM_OK;
}

int main(int argc, char **argv)
{
    csm_arena *arena = csm_arena_new((size_t)16 * 1024, 0);
    csm_error err = { 0 };
    csm_status st;

    if (argc != 3 || arena == NULL) {
        fprintf(stderr, "usage: csm-manifest PLUGIN.so OUT\n");
        csm_arena_free(arena);
        return 2;
    }
    st = describe(argv[1], argv[2], arena, &err);
    if (st != CSM_OK)
        fprintf(stderr, "csm-manifest: %s: %s\n", argv[1], err.message);
    csm_arena_free(arena);
    return st == CSM_OK ? 0 : 1;
}
