/* csm-bench: makes the stores, runs the figures, prints the report. Exit code 0 when every target is met, 2 when not, 1 when
 * something could not be measured. */
#include "bench.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bench b;
static uint16_t echo_port;

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void remove_scratch(void)
{
    if (b.o.scratch == NULL && b.scratch[0] != '\0')
        (void)nftw(b.scratch, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_scratch(void)
{
    if (b.o.scratch != NULL) {
        (void)mkdir(b.o.scratch, 0700);
        if (realpath(b.o.scratch, b.scratch) == NULL)
            die("%s cannot be used", b.o.scratch);
        return;
    }
    snprintf(b.scratch, sizeof(b.scratch), "/tmp/csm-bench.XXXXXX");
    if (mkdtemp(b.scratch) == NULL)
        die("no scratch folder");
    (void)atexit(remove_scratch);
}

static void with_servers(void)
{
    echo_port = free_port();
    b.echo = child_fork(echo_run, &echo_port);
    b.echo_drive = drive_open(echo_port, b.o.connections);
    for (uint32_t n = 0; n < b.o.worlds; n++)
        world_start(&b.worlds[n], true);
    figures_read(&b);
    figures_count(&b);
    for (uint32_t n = 0; n < b.o.worlds; n++)
        world_stop(&b.worlds[n]);
    drive_close(b.echo_drive);
    child_stop(b.echo);
}

int main(int argc, char **argv)
{
    b.o = options_parse(argc, argv);
    make_scratch();
    for (uint32_t n = 0; n < b.o.worlds; n++)
        world_make(&b.worlds[n], &b.o, b.scratch, b.o.cases[n]);
    with_servers();
    figures_server(&b);
    figures_write(&b);
    figures_events(&b);
    figures_children(&b);
    figures_sync(&b);
    report_print(&b.o);
    return report_is_good() ? 0 : 2;
}
