/*
 * The sandbox: what the process gives up once everything is open, so that whoever breaks into it
 * finds little there.
 *
 * Landlock (by the kernel's own calls) leaves files: reading below the folders of the configuration
 * and of the rules and next to them, which a reload needs; unlinking where our Unix sockets and
 * the queue's database are. No file but that database, opened before, can be written, none
 * executed, no TCP address bound or connected to, but for the ports of webhooks. With a queue on a
 * server, addresses can be connected to, and what that takes can be read: the resolver's files,
 * certificates, passwords.
 *
 * seccomp (by libseccomp) leaves a list of system calls. Another one fails with EPERM and is noted
 * in the kernel's log. It does not kill: a library that one day tries a newer call, which it can do
 * without, is not to end the service at night; and what is denied is denied all the same.
 *
 * A build under a sanitizer or for coverage has none (WITHOUT_SANDBOX): those read and write files
 * of their own when the process ends.
 */
#pragma once

#include "server/config.h"

/*
 * Enters the sandbox for good, as config->sandbox says: this thread, all that it starts from now
 * on, and, for seccomp, all that run. `folders` are those of rules, `count` 0: the configuration's.
 *
 * OK, with a line in the log that says what is in force; or ERR_INVALID with an error added, when
 * the sandbox must be `on` and this kernel or build lacks a part of it.
 */
int sandbox_enter(const struct config *config, const char *const *folders, size_t count,
	struct errors *errors);
