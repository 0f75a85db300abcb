/* The heap door: malloc with a fault point. Knows no limit; those belong to arenas and buffers. */
#include "base/mem.h"

#include "base/fault.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *csm_mem_alloc(size_t size)
{
    if (CSM_FAULT(alloc))
        return NULL;
    return malloc(size != 0 ? size : 1);
}

void *csm_mem_zalloc(size_t size)
{
    if (CSM_FAULT(alloc))
        return NULL;
    return calloc(1, size != 0 ? size : 1);
}

void *csm_mem_array(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return csm_mem_zalloc(count * size);
}

void *csm_mem_realloc(void *ptr, size_t size)
{
    if (CSM_FAULT(alloc))
        return NULL;
    return realloc(ptr, size != 0 ? size : 1);
}

char *csm_mem_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = csm_mem_alloc(size);
    if (copy != NULL)
        memcpy(copy, text, size);
    return copy;
}

void csm_mem_free(void *ptr)
{
    free(ptr);
}
