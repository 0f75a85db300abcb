/* Finds the end of a message. Keeps a count of open values per level; allocates nothing, decodes nothing.
 * A value is accepted whole or not at all, so each call costs the values it accepts plus one head. */
#include "wire/walk.h"

#include "wire/head.h"

const csm_wire_limits csm_wire_limits_default = {
    .frame_bytes = 4 * 1024 * 1024,
    .depth = CSM_WIRE_DEPTH_MAX,
    .elements = 1000000,
};

/* Opens a list or map whose elements start at @p next. */
static csm_walk_stop open_level(csm_walk *walk, const csm_wire_limits *limits, const csm_head *head, size_t next)
{
    uint64_t values = csm_head_values(head);
    if (walk->depth >= limits->depth || walk->depth >= CSM_WIRE_DEPTH_MAX)
        return CSM_WALK_STOP_DEPTH;
    if (values > limits->frame_bytes - next) /* each value is a byte or more */
        return CSM_WALK_STOP_COUNT;
    if (values > limits->elements || walk->elements > limits->elements - values)
        return CSM_WALK_STOP_ELEMENTS;
    walk->elements += (uint32_t)values;
    walk->left[++walk->depth] = values;
    return CSM_WALK_STOP_NONE;
}

csm_walk_result csm_walk_run(csm_walk *walk, const csm_wire_limits *limits, const uint8_t *bytes, size_t len,
                             csm_walk_stop *out_stop)
{
    if (walk->pos == 0)
        walk->left[0] = 1;
    for (;;) {
        csm_head head;
        if (walk->pos >= limits->frame_bytes) {
            *out_stop = CSM_WALK_STOP_SIZE;
            return CSM_WALK_BAD;
        }
        int head_len = csm_head_read(bytes + walk->pos, bytes + len, &head);
        if (head_len == CSM_HEAD_RANGE)
            head_len = CSM_HEAD_LONGEST; /* framed well; whoever decodes it refuses it */
        if (head_len == CSM_HEAD_SHORT)
            return CSM_WALK_MORE;
        if (head_len == CSM_HEAD_BAD) {
            *out_stop = CSM_WALK_STOP_TAG;
            return CSM_WALK_BAD;
        }
        size_t size = (size_t)head_len + (csm_head_has_body(&head) ? head.s.len : 0);
        if (size > limits->frame_bytes - walk->pos) {
            *out_stop = CSM_WALK_STOP_SIZE;
            return CSM_WALK_BAD;
        }
        if (size > len - walk->pos)
            return CSM_WALK_MORE;
        size_t next = walk->pos + size;
        walk->left[walk->depth]--;
        if (head.type >= CSM_T_LIST) {
            *out_stop = open_level(walk, limits, &head, next);
            if (*out_stop != CSM_WALK_STOP_NONE)
                return CSM_WALK_BAD;
        }
        walk->pos = next;
        while (walk->left[walk->depth] == 0) {
            if (walk->depth == 0)
                return CSM_WALK_DONE;
            walk->depth--;
        }
    }
}

static void explain(csm_walk_stop stop, const csm_walk *walk, const csm_wire_limits *limits, const uint8_t *bytes,
                    size_t len, csm_error *err)
{
    switch (stop) {
    case CSM_WALK_STOP_TAG:
        if (bytes[walk->pos] == 0xc1)
            csm_error_set(err, CSM_E_INVALID, "byte 0xc1 starts no value");
        else
            csm_error_set(err, CSM_E_INVALID, "extension types are not supported");
        break;
    case CSM_WALK_STOP_SIZE:
        csm_error_set(err, CSM_E_LIMIT, "message is larger than %u bytes", limits->frame_bytes);
        break;
    case CSM_WALK_STOP_COUNT:
        csm_error_set(err, CSM_E_LIMIT, "declared count cannot fit in a message of %u bytes", limits->frame_bytes);
        break;
    case CSM_WALK_STOP_DEPTH:
        csm_error_set(err, CSM_E_LIMIT, "message nests deeper than %u levels",
                      limits->depth < CSM_WIRE_DEPTH_MAX ? limits->depth : CSM_WIRE_DEPTH_MAX);
        break;
    case CSM_WALK_STOP_ELEMENTS:
        csm_error_set(err, CSM_E_LIMIT, "message holds more than %u elements", limits->elements);
        break;
    case CSM_WALK_STOP_NONE:
        return;
    }
    if (walk->pos < len)
        csm_error_detail(err, "tag 0x%02x at byte %zu of the message", bytes[walk->pos], walk->pos);
}

csm_walk_result csm_walk_step(csm_walk *walk, const csm_wire_limits *limits, const uint8_t *bytes, size_t len,
                              csm_error *err)
{
    csm_walk_stop stop = CSM_WALK_STOP_NONE;
    csm_walk_result result = csm_walk_run(walk, limits, bytes, len, &stop);
    if (result == CSM_WALK_BAD)
        explain(stop, walk, limits, bytes, len, err);
    return result;
}
