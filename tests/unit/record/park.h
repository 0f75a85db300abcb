/* The plugin that runs the park, what its hooks saw and how they are told to fail. Knows the plugin contract only. */
#ifndef CSM_TEST_PARK_H
#define CSM_TEST_PARK_H

#include <csm/csm.h>

extern const csm_plugin world_park;
/* One line of what the hooks of the park saw, oldest first; cleared by world_open. */
extern char world_trace[4096];
void world_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* What the fault hooks of the park do; see park.c. */
typedef struct world_knobs {
    bool refuse_before, refuse_after, deep, wrong_field, silent, subscriber_fails, job_fails, touch_again, note_before;
} world_knobs;
extern world_knobs world_knob;

#endif
