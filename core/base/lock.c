/* Mutexes and threads over pthreads. Threads start with signals blocked: they belong to the main loop, but for
 * those a thread brings upon itself. */
#include "base/lock.h"

#include "base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

struct csm_mutex {
    pthread_mutex_t mutex;
};

csm_mutex *csm_mutex_new(void)
{
    csm_mutex *mutex = csm_mem_alloc(sizeof(*mutex));
    if (mutex == NULL)
        return NULL;
    if (pthread_mutex_init(&mutex->mutex, NULL) != 0) {
        csm_mem_free(mutex);
        return NULL;
    }
    return mutex;
}

void csm_mutex_free(csm_mutex *mutex)
{
    if (mutex == NULL)
        return;
    pthread_mutex_destroy(&mutex->mutex);
    csm_mem_free(mutex);
}

void csm_mutex_lock(csm_mutex *mutex)
{
    pthread_mutex_lock(&mutex->mutex);
}

void csm_mutex_unlock(csm_mutex *mutex)
{
    pthread_mutex_unlock(&mutex->mutex);
}

struct csm_thread {
    pthread_t thread;
    void (*run)(void *user);
    void *user;
    char name[16]; /* the kernel's limit */
};

static void *thread_main(void *arg)
{
    csm_thread *thread = arg;
    pthread_setname_np(pthread_self(), thread->name);
    thread->run(thread->user);
    return NULL;
}

csm_status csm_thread_start(const char *name, void (*run)(void *user), void *user, csm_thread **out)
{
    csm_thread *thread = csm_mem_zalloc(sizeof(*thread));
    if (thread == NULL)
        return CSM_E_NOMEM;
    thread->run = run;
    thread->user = user;
    snprintf(thread->name, sizeof(thread->name), "%.15s", name);
    static const int own[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    sigset_t others;
    sigset_t before;
    sigfillset(&others);
    for (size_t n = 0; n < sizeof(own) / sizeof(own[0]); n++)
        sigdelset(&others, own[n]);
    pthread_sigmask(SIG_SETMASK, &others, &before);
    int rc = pthread_create(&thread->thread, NULL, thread_main, thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        csm_mem_free(thread);
        return CSM_E_LIMIT; /* the system's limit on threads or their memory */
    }
    *out = thread;
    return CSM_OK;
}

void csm_thread_join(csm_thread *thread)
{
    if (thread == NULL)
        return;
    pthread_join(thread->thread, NULL);
    csm_mem_free(thread);
}
