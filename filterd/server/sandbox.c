/* The sandbox: see sandbox.h. */
#include "server/sandbox.h"

#include "base/log.h"

#include "store/db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* What of it is in force, and why the rest is not. */
struct part {
	const char *name;
	bool in_force;
	char why[128]; /* "", or why it is not */
};

#ifdef WITHOUT_SANDBOX

static const char without[] = "this build has none";

static void enter_landlock(
	struct part *part, const struct config *config, const char *const *folders, size_t count)
{
	(void)config;
	(void)folders;
	(void)count;
	snprintf(part->why, sizeof(part->why), "%s", without);
}

static void enter_seccomp(struct part *part, const struct config *config)
{
	(void)config;
	snprintf(part->why, sizeof(part->why), "%s", without);
}

#else

#include "base/path.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void failed(struct part *part, const char *what, int code)
{
	snprintf(part->why, sizeof(part->why), "%s (%s)", what, strerror(code));
}

/* --- Landlock, as <linux/landlock.h> of a kernel newer than the build machine's says --- */

enum {
	CALL_CREATE_RULESET = 444, /* the same on every architecture */
	CALL_ADD_RULE = 445,
	CALL_RESTRICT_SELF = 446,
};
#define CREATE_RULESET_VERSION 1
#define RULE_PATH_BENEATH 1

#define FS_READ_FILE (1ULL << 2)
#define FS_READ_DIR (1ULL << 3)
#define FS_REMOVE_FILE (1ULL << 5)
#define NET_BIND 1ULL /* TCP */
#define NET_CONNECT 2ULL
#define RULE_NET_PORT 2

/* What each version of the interface can take away: all up to this bit. */
static const int fs_rights[] = {0, 13, 14, 15, 15, 16};

struct ruleset_attr {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
};

struct net_port_attr {
	uint64_t allowed_access;
	uint64_t port;
};

struct path_beneath_attr {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

/* Allows it below a folder. What is not there needs no permission. */
static void allow(int rules, const char *folder, uint64_t access)
{
	struct path_beneath_attr rule = {.allowed_access = access};
	struct stat st;

	rule.parent_fd = open(folder, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_READ_FILE;
	if (rule.allowed_access != 0 &&
		syscall(CALL_ADD_RULE, rules, RULE_PATH_BENEATH, &rule, 0) != 0)
		log_warn("sandbox: %s", folder);
	close(rule.parent_fd);
}

/*
 * The same for the folder that holds `path`: a file or folder that an editor or a script puts in
 * the place of an old one is another to the kernel. Never for the root.
 */
static void allow_beside(int rules, const char *path, uint64_t access)
{
	char *folder = path_folder(path);

	if (folder != NULL && strcmp(folder, "/") != 0)
		allow(rules, folder, access);
	free(folder);
}

/* What is read to connect to a server: names, addresses, trusted certificates. */
static const char *const connecting[] = {"/etc/gai.conf", "/etc/host.conf", "/etc/hosts",
	"/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/services", "/etc/ssl",
	"/run/systemd/resolve"};

static void allow_reading(void *context, const char *path)
{
	allow(*(const int *)context, path, FS_READ_FILE | FS_READ_DIR);
}

static bool has_server(const struct config *config)
{
	return config->store != NULL && db_is_server(config->store);
}

/* The queue's database: a file's log is removed when it is closed, and its folder synced. */
static void allow_store(int rules, const struct config *config)
{
	if (config->store == NULL)
		return;
	if (!has_server(config)) {
		allow_beside(rules, config->store, FS_READ_DIR | FS_REMOVE_FILE);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(connecting); i++)
		allow_reading(&rules, connecting[i]);
	db_each_file(config->store, allow_reading, &rules);
}

static void allow_all(
	int rules, const struct config *config, const char *const *folders, size_t count)
{
	const uint64_t reading = FS_READ_FILE | FS_READ_DIR;

	allow(rules, "/dev/null", FS_READ_FILE); /* the acceptor's descriptor in reserve */
	if (config->path != NULL) {
		allow_beside(rules, config->path, reading);
	} else {
		/* Where a reload looks for one. */
		allow(rules, ".", reading);
		allow(rules, "/etc/filterd", reading);
	}
	for (size_t i = 0; i < (count ? count : config->rules_count); i++) {
		const char *folder = count ? folders[i] : config->rules[i];

		allow(rules, folder, reading);
		allow_beside(rules, folder, reading);
	}
	allow_store(rules, config);
	for (size_t i = 0; i < config->listeners_count; i++) {
		if (config->listeners[i].path != NULL)
			allow_beside(rules, config->listeners[i].path, FS_REMOVE_FILE);
	}
}

/* The ports of webhooks. The kernel looks at no more than that. */
static void allow_ports(int rules, const struct config *config)
{
	for (size_t i = 0; i < config->webhooks_count; i++) {
		const struct net_port_attr rule = {
			.allowed_access = NET_CONNECT, .port = config->webhooks[i].port};

		if (syscall(CALL_ADD_RULE, rules, RULE_NET_PORT, &rule, 0) != 0)
			log_warn("sandbox: port %u", config->webhooks[i].port);
	}
}

static void enter_landlock(
	struct part *part, const struct config *config, const char *const *folders, size_t count)
{
	long version = syscall(CALL_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
	struct ruleset_attr attr = {0};
	size_t last = ARRAY_LEN(fs_rights) - 1;
	int rules;

	if (version < 1) {
		failed(part, "not in this kernel", errno);
		return;
	}
	if ((size_t)version < last)
		last = (size_t)version;
	attr.handled_access_fs = (1ULL << fs_rights[last]) - 1;
	if (version >= 4)
		attr.handled_access_net = NET_BIND | (has_server(config) ? 0 : NET_CONNECT);
	rules = (int)syscall(CALL_CREATE_RULESET, &attr,
		version >= 4 ? sizeof(attr) : sizeof(attr.handled_access_fs), 0);
	if (rules < 0) {
		failed(part, "no rules", errno);
		return;
	}
	allow_all(rules, config, folders, count);
	if ((attr.handled_access_net & NET_CONNECT) != 0)
		allow_ports(rules, config);
	part->in_force = syscall(CALL_RESTRICT_SELF, rules, 0) == 0;
	if (!part->in_force)
		failed(part, "refused", errno);
	close(rules);
}

/* --- seccomp --- */

#ifdef WITH_SECCOMP

#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define ANYHOW(call)                                                                               \
	{                                                                                          \
		.number = SCMP_SYS(call)                                                           \
	}
/* Only if an argument is `value`, looked at through `mask`. */
#define IF(call, argument, mask, value)                                                            \
	{                                                                                          \
		.number = SCMP_SYS(call), .conditions = 1,                                         \
		.condition = {argument, SCMP_CMP_MASKED_EQ, mask, value},                          \
	}

/* A few are only there for what libraries do instead when a better one is missing. */
struct allowed_call {
	int number;
	unsigned conditions;
	struct scmp_arg_cmp condition;
};

static const struct allowed_call allowed[] = {
	/* sockets that are open, and new ones to answer on */
	ANYHOW(accept),
	ANYHOW(accept4),
	ANYHOW(close),
	ANYHOW(epoll_ctl),
	ANYHOW(epoll_pwait),
	ANYHOW(epoll_pwait2),
	ANYHOW(epoll_wait),
	ANYHOW(fcntl),
	ANYHOW(fcntl64),
	ANYHOW(getpeername),
	ANYHOW(getsockname),
	ANYHOW(getsockopt),
	ANYHOW(poll),
	ANYHOW(ppoll),
	ANYHOW(read),
	ANYHOW(readv),
	ANYHOW(recv),
	ANYHOW(recvfrom),
	ANYHOW(recvmsg),
	ANYHOW(send),
	ANYHOW(sendmsg),
	ANYHOW(sendto),
	ANYHOW(setsockopt),
	ANYHOW(shutdown),
	ANYHOW(write),
	ANYHOW(writev),
	IF(ioctl, 1, UINT32_MAX, TCGETS),
	/* the service manager's socket */
	ANYHOW(connect),
	IF(socket, 0, UINT32_MAX, AF_UNIX),
	/* reading rules and configuration; removing our Unix sockets */
	ANYHOW(access),
	ANYHOW(faccessat),
	ANYHOW(faccessat2),
	ANYHOW(fstat),
	ANYHOW(fstat64),
	ANYHOW(fstatat64),
	ANYHOW(fstatfs),
	ANYHOW(getcwd),
	ANYHOW(getdents),
	ANYHOW(getdents64),
	ANYHOW(lseek),
	ANYHOW(lstat),
	ANYHOW(lstat64),
	ANYHOW(newfstatat),
	ANYHOW(_llseek),
	ANYHOW(pread64),
	ANYHOW(readlink),
	ANYHOW(readlinkat),
	ANYHOW(stat),
	ANYHOW(stat64),
	ANYHOW(statx),
	ANYHOW(unlink),
	ANYHOW(unlinkat),
	/* the queue's database, which is open already, and the files beside it */
	ANYHOW(fallocate),
	ANYHOW(fdatasync),
	ANYHOW(fsync),
	ANYHOW(ftruncate),
	ANYHOW(ftruncate64),
	ANYHOW(pwrite64),
	IF(open, 1, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY),
	IF(openat, 2, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY),
	/* memory; PCRE2 compiles patterns to machine code, on reload too: mprotect() is whole */
	ANYHOW(brk),
	ANYHOW(madvise),
	ANYHOW(mmap),
	ANYHOW(mmap2),
	ANYHOW(mprotect),
	ANYHOW(mremap),
	ANYHOW(munmap),
	/* threads, but no processes */
	IF(clone, 0, CLONE_THREAD, CLONE_THREAD),
	ANYHOW(futex),
	ANYHOW(futex_time64),
	ANYHOW(membarrier),
	IF(prctl, 0, UINT32_MAX, PR_SET_NAME),
	ANYHOW(rseq),
	ANYHOW(sched_getaffinity),
	ANYHOW(sched_yield),
	ANYHOW(set_robust_list),
	ANYHOW(set_tid_address),
	/* time, signals, oneself, the end */
	ANYHOW(clock_getres),
	ANYHOW(clock_gettime),
	ANYHOW(clock_gettime64),
	ANYHOW(clock_nanosleep),
	ANYHOW(exit),
	ANYHOW(exit_group),
	ANYHOW(getegid),
	ANYHOW(geteuid),
	ANYHOW(getgid),
	ANYHOW(getpid),
	ANYHOW(getrandom),
	ANYHOW(getrusage),
	ANYHOW(gettid),
	ANYHOW(gettimeofday),
	ANYHOW(getuid),
	ANYHOW(nanosleep),
	ANYHOW(restart_syscall),
	ANYHOW(rt_sigaction),
	ANYHOW(rt_sigprocmask),
	ANYHOW(rt_sigreturn),
	ANYHOW(sigaltstack),
	ANYHOW(sysinfo),
	ANYHOW(time),
	ANYHOW(uname),
};

/* What it takes besides to look up a server's name, to connect to it and to talk with TLS. */
static const struct allowed_call allowed_with_server[] = {
	ANYHOW(bind),
	ANYHOW(rt_sigpending),
	ANYHOW(rt_sigtimedwait),
	ANYHOW(sendmmsg),
	IF(ioctl, 1, UINT32_MAX, FIONREAD),
	IF(socket, 0, UINT32_MAX, AF_INET),
	IF(socket, 0, UINT32_MAX, AF_INET6),
	IF(socket, 0, UINT32_MAX, AF_NETLINK),
};

/* What webhooks need besides: connections outwards, and questions to name servers. */
static const struct allowed_call allowed_for_webhooks[] = {
	IF(socket, 0, UINT32_MAX, AF_INET),
	IF(socket, 0, UINT32_MAX, AF_INET6),
};

/* 0 or a negative errno. */
static int add_table(scmp_filter_ctx filter, const struct allowed_call *calls, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, calls[i].number,
			calls[i].conditions, &calls[i].condition);
	return rc;
}

static int add_calls(scmp_filter_ctx filter, const struct config *config)
{
	int rc = add_table(filter, allowed, ARRAY_LEN(allowed));

	if (rc == 0 && has_server(config))
		rc = add_table(filter, allowed_with_server, ARRAY_LEN(allowed_with_server));
	if (rc == 0 && config->webhooks_count > 0)
		rc = add_table(filter, allowed_for_webhooks, ARRAY_LEN(allowed_for_webhooks));
	if (rc != 0)
		return rc;
	/* Its flags cannot be looked at: told that it is not there, libraries use clone(). */
	rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (rc == 0) /* abort() */
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
			SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
	return rc;
}

static void enter_seccomp(struct part *part, const struct config *config)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc = -ENOMEM;

	if (filter != NULL)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (rc == 0)
		rc = add_calls(filter, config);
	if (rc == 0) {
		/* Older kernels cannot note it; then it is denied without. */
		(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1);
		rc = seccomp_load(filter);
	}
	part->in_force = rc == 0;
	if (rc != 0)
		failed(part, "refused", -rc);
	seccomp_release(filter);
}

#else

static void enter_seccomp(struct part *part, const struct config *config)
{
	(void)config;
	snprintf(part->why, sizeof(part->why), "built without libseccomp");
}

#endif
#endif

static void say(const struct part *part)
{
	if (part->in_force)
		log_info("sandbox: %s is in force", part->name);
	else
		log_info("sandbox: no %s: %s", part->name, part->why);
}

int sandbox_enter(const struct config *config, const char *const *folders, size_t count,
	struct errors *errors)
{
	struct part landlock = {.name = "Landlock"}, seccomp = {.name = "seccomp"};

	if (config->sandbox == SANDBOX_OFF)
		return OK;
#ifndef WITHOUT_SANDBOX
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		log_warn("sandbox: no_new_privs");
#endif
	enter_landlock(&landlock, config, folders, count);
	enter_seccomp(&seccomp, config);
	say(&landlock);
	say(&seccomp);
	if (config->sandbox == SANDBOX_AUTO || (landlock.in_force && seccomp.in_force))
		return OK;
	for (int i = 0; i < 2; i++) {
		const struct part *part = i == 0 ? &landlock : &seccomp;

		if (!part->in_force)
			errors_add(errors, SEVERITY_ERROR, (struct place){0},
				"`sandbox: on`, but there is no %s: %s", part->name, part->why);
	}
	errors_hint(errors, "with `sandbox: auto` what is there is used");
	return ERR_INVALID;
}
