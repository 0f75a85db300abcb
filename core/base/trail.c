/* The trail of who runs: a header that says which slot ended the process, then the slots. */
#include "base/trail.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLOTS 64u
#define MAGIC 0x63736d5472616931ull

typedef struct page {
    uint64_t magic;
    _Atomic uint32_t ended_by; /* slot and 1; 0 = nobody yet */
    uint32_t unused;
    csm_trail_slot slots[SLOTS];
} page;

struct csm_trail {
    page *page;
    char *path;
    _Atomic uint32_t taken;
    uint32_t beats[SLOTS];  /* as csm_trail_stuck last saw them */
    int64_t since[SLOTS];
};

static int32_t this_thread(void)
{
    return (int32_t)syscall(SYS_gettid);
}

static csm_status failed(const char *path, csm_error *err)
{
    return csm_error_set(err, CSM_E_IO, "%s: %s", path, strerror(errno));
}

static csm_status map(const char *path, page **out, csm_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    void *at = MAP_FAILED;
    csm_status st = CSM_OK;

    if (fd < 0)
        return failed(path, err);
    /* Written, not merely made longer: a store into a hole of a full disk would end the process. */
    page *zeros = csm_mem_zalloc(sizeof(*zeros));
    if (zeros == NULL)
        st = csm_error_nomem(err);
    else if (write(fd, zeros, sizeof(*zeros)) != (ssize_t)sizeof(*zeros) ||
             (at = mmap(NULL, sizeof(page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) == MAP_FAILED)
        st = failed(path, err);
    csm_mem_free(zeros);
    (void)close(fd);
    if (st == CSM_OK)
        *out = at;
    return st;
}

csm_status csm_trail_open(const char *path, csm_trail **out, csm_error *err)
{
    csm_trail *trail = csm_mem_zalloc(sizeof(*trail));
    size_t len = strlen(path) + 1;
    csm_status st;

    if (trail == NULL)
        return csm_error_nomem(err);
    trail->path = csm_mem_alloc(len);
    if (trail->path == NULL) {
        csm_mem_free(trail);
        return csm_error_nomem(err);
    }
    memcpy(trail->path, path, len);
    if ((st = map(path, &trail->page, err)) != CSM_OK) {
        csm_mem_free(trail->path);
        csm_mem_free(trail);
        return st;
    }
    trail->page->magic = MAGIC;
    *out = trail;
    return CSM_OK;
}

void csm_trail_close(csm_trail *trail)
{
    if (trail == NULL)
        return;
    (void)munmap(trail->page, sizeof(*trail->page));
    (void)unlink(trail->path);
    csm_mem_free(trail->path);
    csm_mem_free(trail);
}

csm_trail_slot *csm_trail_take(csm_trail *trail, uint32_t patience)
{
    uint32_t n = trail->taken < SLOTS ? trail->taken++ : SLOTS;

    if (n >= SLOTS)
        return NULL;
    trail->page->slots[n].patience = patience;
    return &trail->page->slots[n];
}

static void put(char *to, size_t size, const char *text)
{
    size_t len = strnlen(text, size - 1);

    memcpy(to, text, len);
    to[len] = '\0';
}

void csm_trail_note(csm_trail_slot *slot, const char *who, const char *what)
{
    if (slot->thread == 0)
        slot->thread = this_thread();
    if (who != NULL) {
        put(slot->who, sizeof(slot->who), who);
        put(slot->what, sizeof(slot->what), what != NULL ? what : "");
    }
    atomic_store_explicit(&slot->inside, who != NULL, memory_order_release);
    atomic_store_explicit(&slot->beat, atomic_load_explicit(&slot->beat, memory_order_relaxed) + 1, memory_order_release);
}

void csm_trail_crash(csm_trail *trail)
{
    int32_t thread = this_thread();

    for (uint32_t n = 0; n < SLOTS; n++)
        if (trail->page->slots[n].thread == thread && trail->page->slots[n].inside != 0 && trail->page->ended_by == 0)
            trail->page->ended_by = n + 1;
}

const csm_trail_slot *csm_trail_stuck(csm_trail *trail, int64_t limit_us)
{
    int64_t now = csm_mono_us();

    for (uint32_t n = 0; n < SLOTS; n++) {
        csm_trail_slot *slot = &trail->page->slots[n];
        uint32_t beat = atomic_load_explicit(&slot->beat, memory_order_acquire);
        int64_t patience = slot->patience != 0 ? slot->patience : 1;

        if (slot->inside == 0 || beat != trail->beats[n] || trail->since[n] == 0) {
            trail->beats[n] = beat;
            trail->since[n] = now;
        } else if (now - trail->since[n] >= limit_us * patience) {
            trail->page->ended_by = n + 1;
            return slot;
        }
    }
    return NULL;
}

csm_status csm_trail_read(const char *path, char who[CSM_TRAIL_WHO], char what[CSM_TRAIL_WHAT], bool *found, csm_error *err)
{
    page *left = csm_mem_zalloc(sizeof(*left));
    ssize_t len;
    int fd;

    *found = false;
    if (left == NULL)
        return csm_error_nomem(err);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        csm_mem_free(left);
        return errno == ENOENT ? CSM_OK : failed(path, err);
    }
    len = read(fd, left, sizeof(*left));
    (void)close(fd);
    /* What makes no sense is let go: the file is ours, and a boot must not fail for a hint. */
    if (len == (ssize_t)sizeof(*left) && left->magic == MAGIC && left->ended_by >= 1 && left->ended_by <= SLOTS) {
        const csm_trail_slot *slot = &left->slots[left->ended_by - 1];

        put(who, CSM_TRAIL_WHO, slot->who);
        put(what, CSM_TRAIL_WHAT, slot->what);
        *found = who[0] != '\0';
    }
    csm_mem_free(left);
    return CSM_OK;
}
