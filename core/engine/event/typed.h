/* Values kept in the store without a field that tells their type (job arguments, event payloads): MessagePack where it has
 * the type, else a map of one pair with an empty key, {"": [type, raw]}. */
#ifndef CSM_ENGINE_EVENT_TYPED_H
#define CSM_ENGINE_EVENT_TYPED_H

#include "wire/wire.h"

void csm_typed_write(csm_writer *w, csm_value value);
/* The same into @p arena. LIMIT when it is nested too deep or takes more than @p limit bytes; NOMEM. */
csm_status csm_typed_encode(csm_arena *arena, csm_value value, size_t limit, csm_str *out, csm_error *err);
/* Reads one value; texts are copied into @p arena. CORRUPT. */
csm_status csm_typed_read(csm_reader *r, csm_arena *arena, csm_value *out, csm_error *err);

#endif
