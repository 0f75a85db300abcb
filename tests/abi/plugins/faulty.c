/* Loads and starts like any other; its methods end the process, or never come back. */
#include <csm/csm.h>

#include <signal.h>
#include <unistd.h>

static csm_status crash(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    (void)in;
    (void)raise(SIGSEGV);
    return csm_reply_int(ctx, out, 0);
}

static csm_status hang(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    volatile bool waiting = true;

    (void)in;
    while (waiting)
        (void)pause();
    return csm_reply_int(ctx, out, 0);
}

static const csm_method methods[] = {
    { .name = "crash", .run = crash, .flags = CSM_METHOD_WRITES, .since = 1, .doc = "Ends the process" },
    { .name = "hang", .run = hang, .flags = CSM_METHOD_WRITES, .since = 1, .doc = "Holds the writer for ever" },
};

CSM_PLUGIN(faulty, .version = "1.0", .summary = "Fails while it serves", .methods = CSM_ARRAY(methods))
