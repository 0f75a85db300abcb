/* The engine's own jobs. */
#include "engine/job/due.h"

#include "engine/event/event.h"
#include "engine/record/activate.h"
#include "engine/record/link.h"
#include "engine/record/refresh.h"
#include "engine/record/timed.h"

static csm_status deliver(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    (void)args;
    (void)next_args;
    return csm_event_deliver(ctx, more);
}

static csm_status deliver_again(csm_ctx *ctx, csm_value args, bool *more, csm_value *next_args)
{
    (void)next_args;
    return csm_event_retry(ctx, csm_value_text(args), more);
}

static const csm_job builtin[] = {
    { .name = CSM_EVENT_JOB, .run = deliver, .doc = "Feeds the log to async rules and subscribers" },
    { .name = CSM_EVENT_RETRY_JOB, .run = deliver_again, .doc = "Tries a consumer that failed again" },
    { .name = CSM_REFRESH_JOB, .run = csm_refresh_page, .doc = "Copies a changed value to the rows left over" },
    { .name = CSM_LINK_JOB, .run = csm_link_page, .doc = "Tells the rows left over what their linked record did" },
    { .name = CSM_FILL_JOB, .run = csm_fill_page, .doc = "Fills a new index with the rows already there" },
    { .name = CSM_TIMED_JOB, .every_s = 3600, .run = csm_timed_page, .catch_up = true, .doc = "Moves rows whose time has come" },
};

const csm_job *csm_job_builtin_at(size_t position)
{
    return position < sizeof(builtin) / sizeof(builtin[0]) ? &builtin[position] : NULL;
}

const csm_job *csm_job_builtin(csm_str name)
{
    for (size_t n = 0; n < sizeof(builtin) / sizeof(builtin[0]); n++)
        if (csm_str_is(name, builtin[n].name))
            return &builtin[n];
    return NULL;
}
