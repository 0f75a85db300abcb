/* The progress line. */
#include "progress.h"

#include "base/clock.h"

#define BAR 30u

cli_progress cli_progress_begin(const cli *c, uint64_t total)
{
    return (cli_progress){ .on = c->interactive, .started_us = csm_mono_us(), .total = total };
}

void cli_progress_show(cli_progress *p, uint64_t done, uint64_t rows, uint64_t refused)
{
    int64_t now = csm_mono_us();
    double seconds = (double)(now - p->started_us) / 1e6;
    unsigned filled;

    if (!p->on || now - p->drawn_us < 100000)
        return;
    p->drawn_us = now;
    fputs("\r\033[K", stderr);
    if (p->total > 0) {
        filled = done < p->total ? (unsigned)(done * BAR / p->total) : BAR;
        fputc('[', stderr);
        for (unsigned n = 0; n < BAR; n++)
            fputc(n < filled ? '#' : '.', stderr);
        fprintf(stderr, "] %3u%%  ", done < p->total ? (unsigned)(done * 100 / p->total) : 100u);
    }
    fprintf(stderr, "%llu rows, %.0f/s", (unsigned long long)rows, seconds > 0 ? (double)rows / seconds : 0.0);
    if (refused > 0)
        fprintf(stderr, ", %llu refused", (unsigned long long)refused);
    (void)fflush(stderr);
}

void cli_progress_end(cli_progress *p)
{
    if (p->on && p->drawn_us != 0)
        fputs("\r\033[K", stderr);
    p->on = false;
}
