/* JSON text to values and back, for the command line and the test kit (jansson behind it). Numbers are exact 64-bit integers
 * or finite floats; ids, times, dates and decimals are text, as on the wire. */
#ifndef CSM_JSON_JSON_H
#define CSM_JSON_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* One JSON value; everything it holds is copied into @p arena. INVALID names line and column. */
csm_status csm_json_parse(csm_arena *arena, csm_str text, csm_value *out, csm_error *err);

#define CSM_JSON_INDENT 0x1u /* two blanks per level */
/* Appends the text of @p value; bytes print as base-16 text. False: out of memory. */
bool csm_json_print(csm_value value, unsigned flags, csm_buf *out);

#endif
