/* The walk without words: shared by csm_walk_step, which explains, and csm_reader_skip, which does not. */
#ifndef CSM_WIRE_WALK_H
#define CSM_WIRE_WALK_H

#include "wire/wire.h"

typedef enum csm_walk_stop {
    CSM_WALK_STOP_NONE,
    CSM_WALK_STOP_TAG,   /* reserved tag or extension type */
    CSM_WALK_STOP_SIZE,  /* over limits->frame_bytes */
    CSM_WALK_STOP_COUNT, /* a declared count that cannot fit in frame_bytes */
    CSM_WALK_STOP_DEPTH,
    CSM_WALK_STOP_ELEMENTS
} csm_walk_stop;

/* As csm_walk_step; BAD sets @p out_stop, and walk->pos is where the offending value starts. */
csm_walk_result csm_walk_run(csm_walk *walk, const csm_wire_limits *limits, const uint8_t *bytes, size_t len,
                             csm_walk_stop *out_stop);

#endif
