/* What the service manager is told: see notify.h. */
#include "server/notify.h"

#ifdef WITH_SYSTEMD

#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

int notify_listen_fds(struct notify_fd out[NOTIFY_FDS_MAX], size_t *count, struct errors *errors)
{
	char **names = NULL;
	int found = sd_listen_fds_with_names(1, &names);
	int status = OK;

	*count = 0;
	if (found < 0 || found > NOTIFY_FDS_MAX) {
		errors_add(errors, SEVERITY_ERROR, (struct place){0},
			found < 0 ? "LISTEN_FDS and LISTEN_FDNAMES do not fit together"
				  : "more than 16 sockets are handed over in LISTEN_FDS");
		status = ERR_INVALID;
		found = found < 0 ? 0 : found;
	}
	for (int i = 0; i < found; i++) {
		if (status == OK) {
			out[i].fd = SD_LISTEN_FDS_START + i;
			snprintf(out[i].name, sizeof(out[i].name), "%s", names[i]);
			*count = (size_t)i + 1;
		}
		free(names[i]);
	}
	free(names);
	return status;
}

void notify_ready(void)
{
	sd_notify(0, "READY=1");
}

void notify_reloading(void)
{
	sd_notify(0, "RELOADING=1");
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

int64_t notify_watchdog_us(void)
{
	uint64_t us;

	return sd_watchdog_enabled(0, &us) > 0 && us <= INT64_MAX ? (int64_t)us : 0;
}

void notify_alive(void)
{
	sd_notify(0, "WATCHDOG=1");
}

#else

int notify_listen_fds(struct notify_fd out[NOTIFY_FDS_MAX], size_t *count, struct errors *errors)
{
	(void)out;
	(void)errors;
	*count = 0;
	return OK;
}

void notify_ready(void)
{
}

void notify_reloading(void)
{
}

void notify_stopping(void)
{
}

int64_t notify_watchdog_us(void)
{
	return 0;
}

void notify_alive(void)
{
}

#endif
