/* Bytes of attachments: pieces under the attachment's id in the blob database, written in order, hashed as they come.
 * Key: id (16) + piece (4, big-endian); piece 0xffffffff holds how far an upload came and its hash under way. */
#ifndef CSM_RPC_BLOB_H
#define CSM_RPC_BLOB_H

#include "engine/ctx.h"

#define CSM_BLOB_HASH_TEXT 65 /* 64 hex digits and NUL */

/* Bytes taken so far; 0 when nothing was. Finished blobs have no figure of their own. */
csm_status csm_blob_received(csm_ctx *ctx, csm_id id, uint64_t *out);
/* Appends: what was received so far plus these. */
csm_status csm_blob_add(csm_ctx *ctx, csm_id id, csm_str bytes);
/* Ends the upload: its size and SHA-256 in hex. */
csm_status csm_blob_finish(csm_ctx *ctx, csm_id id, uint64_t *size, char hash[CSM_BLOB_HASH_TEXT]);
/* At most @p length bytes from @p offset, in the arena; fewer at the end. CORRUPT when a piece is missing. */
csm_status csm_blob_read(csm_ctx *ctx, csm_id id, uint64_t size, uint64_t offset, uint32_t length, csm_str *out);
csm_status csm_blob_delete(csm_ctx *ctx, csm_id id);

#endif
