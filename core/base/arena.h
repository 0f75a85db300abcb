/* Arena: memory with one life span, freed in one go. One thread at a time.
 * Built with CSM_ARENA_MALLOC each allocation is its own malloc, so sanitizers see overruns. */
#ifndef CSM_BASE_ARENA_H
#define CSM_BASE_ARENA_H

#include <csm/types.h>

#include <stdarg.h>

typedef struct csm_arena csm_arena;
typedef struct csm_arena_mark { void *block; size_t used; } csm_arena_mark;

/* @p limit: most bytes it may hand out in all, 0 = unlimited. NULL when out of memory. */
csm_arena *csm_arena_new(size_t block_size, size_t limit);
void csm_arena_free(csm_arena *arena);
/* Forgets everything but keeps the first block for reuse. */
void csm_arena_clear(csm_arena *arena);

/* All of these return NULL when out of memory, over the limit or on overflow. 16-byte aligned. */
void *csm_arena_alloc(csm_arena *arena, size_t size);
void *csm_arena_zalloc(csm_arena *arena, size_t size);
void *csm_arena_array(csm_arena *arena, size_t count, size_t size); /* zero-filled */
void *csm_arena_copy(csm_arena *arena, const void *bytes, size_t len);
char *csm_arena_cstr(csm_arena *arena, csm_str s); /* copy with a NUL */
/* Copies bytes; ptr is NULL on failure (also for empty input: ptr is non-NULL then). */
csm_str csm_arena_str(csm_arena *arena, csm_str s);
csm_str csm_arena_printf(csm_arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
csm_str csm_arena_vprintf(csm_arena *arena, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));

csm_arena_mark csm_arena_get_mark(const csm_arena *arena);
/* Frees what was allocated since @p mark. */
void csm_arena_reset_to(csm_arena *arena, csm_arena_mark mark);
size_t csm_arena_used(const csm_arena *arena);

#endif
