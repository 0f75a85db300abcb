/* Arena: a stack of blocks, allocation by moving a mark up the top one. Owned by one thread at a time.
 * One freed block is kept aside, so that mark and reset around each row of a loop costs no malloc. */
#include "base/arena.h"

#include "base/mem.h"

#include <stdio.h>

#define ALIGNMENT ((size_t)16)
#define BLOCK_SIZE_MIN ((size_t)256)

#ifdef CSM_ARENA_MALLOC
#define EACH_ALONE 1 /* one block per allocation, of exactly its size */
#else
#define EACH_ALONE 0
#endif

typedef struct block {
    struct block *below;
    size_t cap;
    size_t used;
    size_t base; /* bytes handed out by the blocks below */
} block;

_Static_assert(sizeof(block) % 16 == 0, "a block's bytes start aligned");

struct csm_arena {
    block *top;
    block *spare;
    size_t block_size;
    size_t limit;
};

static uint8_t *block_bytes(block *b)
{
    return (uint8_t *)(b + 1);
}

csm_arena *csm_arena_new(size_t block_size, size_t limit)
{
    csm_arena *arena = csm_mem_zalloc(sizeof(*arena));
    if (arena == NULL)
        return NULL;
    if (block_size > SIZE_MAX / 2)
        block_size = SIZE_MAX / 2;
    arena->block_size = block_size < BLOCK_SIZE_MIN ? BLOCK_SIZE_MIN : (block_size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    arena->limit = limit;
    return arena;
}

/* Takes the top block off; one of ordinary size is kept aside. */
static void drop_top(csm_arena *arena)
{
    block *b = arena->top;
    arena->top = b->below;
    if (!EACH_ALONE && arena->spare == NULL && b->cap == arena->block_size)
        arena->spare = b;
    else
        csm_mem_free(b);
}

void csm_arena_free(csm_arena *arena)
{
    if (arena == NULL)
        return;
    while (arena->top != NULL)
        drop_top(arena);
    csm_mem_free(arena->spare);
    csm_mem_free(arena);
}

void csm_arena_clear(csm_arena *arena)
{
    while (arena->top != NULL)
        drop_top(arena);
}

static block *push_block(csm_arena *arena, size_t size, size_t rounded)
{
    block *b = arena->spare;
    if (!EACH_ALONE && b != NULL && rounded <= b->cap) {
        arena->spare = NULL;
    } else {
        size_t cap = EACH_ALONE ? size : rounded > arena->block_size ? rounded : arena->block_size;
        if (cap > SIZE_MAX - sizeof(block))
            return NULL;
        b = csm_mem_alloc(sizeof(block) + cap);
        if (b == NULL)
            return NULL;
        b->cap = cap;
    }
    b->used = 0;
    b->base = csm_arena_used(arena);
    b->below = arena->top;
    arena->top = b;
    return b;
}

void *csm_arena_alloc(csm_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size_t rounded = size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    block *b = arena->top;
    if (arena->limit != 0) {
        size_t used = csm_arena_used(arena);
        if (used > arena->limit || rounded > arena->limit - used)
            return NULL;
    }
    if (EACH_ALONE || b == NULL || rounded > b->cap - b->used) {
        b = push_block(arena, size, rounded);
        if (b == NULL)
            return NULL;
    }
    void *out = block_bytes(b) + b->used;
    b->used += rounded;
    return out;
}

void *csm_arena_zalloc(csm_arena *arena, size_t size)
{
    void *out = csm_arena_alloc(arena, size);
    if (out != NULL)
        memset(out, 0, size);
    return out;
}

void *csm_arena_array(csm_arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return csm_arena_zalloc(arena, count * size);
}

void *csm_arena_copy(csm_arena *arena, const void *bytes, size_t len)
{
    void *out = csm_arena_alloc(arena, len);
    if (out != NULL && len != 0)
        memcpy(out, bytes, len);
    return out;
}

char *csm_arena_cstr(csm_arena *arena, csm_str s)
{
    if (s.len == SIZE_MAX)
        return NULL;
    char *out = csm_arena_alloc(arena, s.len + 1);
    if (out == NULL)
        return NULL;
    if (s.len != 0)
        memcpy(out, s.ptr, s.len);
    out[s.len] = '\0';
    return out;
}

csm_str csm_arena_str(csm_arena *arena, csm_str s)
{
    csm_str out = { csm_arena_copy(arena, s.ptr, s.len), s.len };
    if (out.ptr == NULL)
        out.len = 0;
    return out;
}

/* What the top block has left: where the next allocation lies if it fits. */
static char *free_room(const csm_arena *arena, size_t *room)
{
    block *b = arena->top;
    if (EACH_ALONE || b == NULL)
        return NULL;
    *room = b->cap - b->used;
    return (char *)block_bytes(b) + b->used;
}

csm_str csm_arena_vprintf(csm_arena *arena, const char *fmt, va_list args)
{
    csm_str none = { NULL, 0 };
    size_t room = 0;
    char *place = free_room(arena, &room);
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(place, room, fmt, again);
    va_end(again);
    if (len < 0)
        return none;
    size_t size = (size_t)len + 1;
    char *out = csm_arena_alloc(arena, size);
    if (out == NULL)
        return none;
    if ((out != place || size > room) && vsnprintf(out, size, fmt, args) != len)
        return none;
    csm_str s = { out, (size_t)len };
    return s;
}

csm_str csm_arena_printf(csm_arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    csm_str s = csm_arena_vprintf(arena, fmt, args);
    va_end(args);
    return s;
}

csm_arena_mark csm_arena_get_mark(const csm_arena *arena)
{
    csm_arena_mark mark = { arena->top, arena->top != NULL ? arena->top->used : 0 };
    return mark;
}

void csm_arena_reset_to(csm_arena *arena, csm_arena_mark mark)
{
    while (arena->top != NULL && arena->top != mark.block)
        drop_top(arena);
    if (arena->top != NULL)
        arena->top->used = mark.used;
}

size_t csm_arena_used(const csm_arena *arena)
{
    return arena->top != NULL ? arena->top->base + arena->top->used : 0;
}
