/* The heap, behind one door so that tests can make the N-th allocation fail. Zero-size requests return non-NULL. */
#ifndef CSM_BASE_MEM_H
#define CSM_BASE_MEM_H

#include <stddef.h>

void *csm_mem_alloc(size_t size);                    /* NULL when out of memory; caller frees with csm_mem_free */
void *csm_mem_zalloc(size_t size);                   /* zero-filled */
void *csm_mem_array(size_t count, size_t size);      /* zero-filled; NULL on overflow of count * size */
void *csm_mem_realloc(void *ptr, size_t size);       /* the old block stays valid on NULL */
char *csm_mem_strdup(const char *text);
void csm_mem_free(void *ptr);                        /* NULL is fine */

#endif
