/* What the service manager is told, and the sockets it hands over (systemd; else nothing). */
#pragma once

#include "base/error.h"

#define NOTIFY_FDS_MAX 16

/* A listening socket that the service manager opened. */
struct notify_fd {
	int fd;
	char name[64]; /* FileDescriptorName=, cut if longer */
};

/*
 * The sockets handed over (LISTEN_FDS), taken out of the environment. *count of them in out; 0 when
 * there are none. ERR_INVALID with an error added when there are too many or the environment is
 * broken.
 */
int notify_listen_fds(struct notify_fd out[NOTIFY_FDS_MAX], size_t *count, struct errors *errors);

void notify_ready(void); /* rules are in force, sockets listen */
void notify_reloading(void); /* followed by notify_ready() whatever the outcome */
void notify_stopping(void);

/* [us] within which notify_alive() must be called again and again (WATCHDOG_USEC); 0: not at all.
 */
int64_t notify_watchdog_us(void);
void notify_alive(void);
