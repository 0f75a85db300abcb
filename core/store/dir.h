/* The data directory: made when missing, locked against a second server, synced. Knows no file of an engine.
 * Private to the room. */
#ifndef CSM_STORE_DIR_H
#define CSM_STORE_DIR_H

#include "base/error.h"

/* Opens @p path, makes it (mode 0700) if missing and @p create, and locks it. With @p create the holder's pid goes into
 * the file "pid" for the next one to name. BUSY when another holds it; IO. The caller closes with csm_dir_close. */
csm_status csm_dir_open(const char *path, bool create, int *out, csm_error *err);
/* Unlocks. @p created: as given to open. -1 is fine. */
void csm_dir_close(int dir, bool created);

/* Makes the file @p name in directory @p dir and the directory's own entry for it durable. */
csm_status csm_dir_sync_file(int dir, const char *name, csm_error *err);
csm_status csm_dir_sync(int dir, csm_error *err);

#endif
