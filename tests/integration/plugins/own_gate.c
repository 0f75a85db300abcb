/* Lets a test hold the writer while it queues what shall be run next, and look at what was written when its turn comes. */
#include <csm/csm.h>

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Tells that the writer is held by making FILE.held; goes on when FILE is there. */
static csm_status hold(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    csm_str file = csm_str_copy(ctx, csm_arg_text(ctx, in, 0));
    char held[256];
    int fd;

    (void)snprintf(held, sizeof(held), "%s.held", file.ptr);
    fd = open(held, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || close(fd) != 0)
        return csm_fail(ctx, CSM_E_IO, "cannot make \"%s\"", held);
    while (access(file.ptr, F_OK) != 0)
        (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    return csm_reply_int(ctx, out, 0);
}

static csm_status count(csm_ctx *ctx, const csm_args *in, csm_reply *out)
{
    uint64_t found = 0;

    (void)in;
    CSM_TRY(csm_query_count(ctx, "core_company", "", &found));
    return csm_reply_int(ctx, out, (int64_t)found);
}

static const csm_param hold_params[] = {
    CSM_PARAM("file", CSM_T_TEXT, .flags = CSM_PARAM_REQUIRED, .max = 200, .doc = "What to wait for"),
};
static const csm_method methods[] = {
    { .name = "hold", .params = CSM_ARRAY(hold_params), .run = hold, .flags = CSM_METHOD_WRITES, .role = "admin", .since = 1,
      .returns = CSM_T_INT, .doc = "Holds the writer until a file is there" },
    { .name = "count", .run = count, .flags = CSM_METHOD_WRITES, .role = "admin", .since = 1, .returns = CSM_T_INT,
      .doc = "Companies there are when it is this call's turn" },
};
static const csm_dep depends[] = { { "foundation", "1.0" } };

CSM_PLUGIN(own_gate, .version = "1.0.0", .summary = "Holds the writer", .depends = CSM_ARRAY(depends), .methods = CSM_ARRAY(methods))
