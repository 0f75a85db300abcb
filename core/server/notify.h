/* Tells the service manager that started this process how it stands: one datagram per state to the socket it named (systemd's
 * Type=notify). */
#ifndef CSM_SERVER_NOTIFY_H
#define CSM_SERVER_NOTIFY_H

/* @p address: a path, or "@name" for one that is in no file system; NULL or empty: nobody wants to know. The descriptor to tell
 * by, which the process keeps; -1: none, or errno says why not. */
int csm_notify_open(const char *address);
/* "READY=1", "STOPPING=1". Also in a signal handler; does not wait. -1 is fine. */
void csm_notify_tell(int fd, const char *state);

#endif
