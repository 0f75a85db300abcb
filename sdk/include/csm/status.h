/* Status codes: one list for core, plugins and the wire. Numbers are frozen. */
#ifndef CSM_STATUS_H
#define CSM_STATUS_H

/* X(NAME, number, text): the text is what a client reads before the message. */
#define CSM_STATUS_LIST(X)                 \
    X(OK, 0, "ok")                         \
    X(E_INVALID, 1, "invalid")             \
    X(E_NOT_FOUND, 2, "not found")         \
    X(E_EXISTS, 3, "exists")               \
    X(E_CONFLICT, 4, "conflict")           \
    X(E_DENIED, 5, "denied")               \
    X(E_UNAUTHENTICATED, 6, "unauthenticated") \
    X(E_REJECTED, 7, "rejected")           \
    X(E_LIMIT, 8, "limit")                 \
    X(E_BUSY, 9, "busy")                   \
    X(E_TIMEOUT, 10, "timeout")            \
    X(E_CANCELLED, 11, "cancelled")        \
    X(E_UNSUPPORTED, 12, "unsupported")    \
    X(E_STATE, 13, "state")                \
    X(E_NOMEM, 14, "nomem")                \
    X(E_IO, 15, "io")                      \
    X(E_CORRUPT, 16, "corrupt")            \
    X(E_FULL, 17, "full")                  \
    X(E_INTERNAL, 18, "internal")          \
    X(E_UNKNOWN, 19, "unknown")

typedef enum csm_status {
#define CSM_STATUS_ENUM(name, number, text) CSM_##name = number,
    CSM_STATUS_LIST(CSM_STATUS_ENUM)
#undef CSM_STATUS_ENUM
    CSM_STATUS_COUNT
} csm_status;

/* Returns the failing status of an expression to the caller. The only macro that hides control flow. */
#define CSM_TRY(expr)                         \
    do {                                      \
        csm_status csm_try_st_ = (expr);      \
        if (csm_try_st_ != CSM_OK)            \
            return csm_try_st_;               \
    } while (0)

#endif
