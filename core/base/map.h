/* Hash map from text to pointer (uthash behind it). Keys are borrowed: they must outlive the map. */
#ifndef CSM_BASE_MAP_H
#define CSM_BASE_MAP_H

#include <csm/types.h>

typedef struct csm_strmap csm_strmap;

csm_strmap *csm_strmap_new(void);
void csm_strmap_free(csm_strmap *map); /* values are the caller's */
/* False: out of memory, or the key exists (check with get first). */
bool csm_strmap_add(csm_strmap *map, csm_str key, void *value);
void csm_strmap_del(csm_strmap *map, csm_str key);
void *csm_strmap_get(const csm_strmap *map, csm_str key); /* NULL when absent */
size_t csm_strmap_count(const csm_strmap *map);
/* Calls @p each in insertion order. */
void csm_strmap_each(const csm_strmap *map, void (*each)(csm_str key, void *value, void *user), void *user);

#endif
