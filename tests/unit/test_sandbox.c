/*
 * The sandbox, from inside: a child enters it and tries what it must and must not be able to do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void config_for(struct config *config, enum sandbox_mode mode)
{
	static const char *const rules[] = {"site/rules"};
	static const struct listener listeners[] = {{.path = "run/socket"}};

	*config = (struct config){
		.path = "site/config.yaml",
		.rules = rules,
		.rules_count = 1,
		.listeners = listeners,
		.listeners_count = 1,
		.sandbox = mode,
	};
}

#ifdef WITHOUT_SANDBOX

static void a_build_without_one_says_so(void **state)
{
	struct errors errors = {0};
	struct config config;

	(void)state;
	config_for(&config, SANDBOX_AUTO);
	assert_int_equal(sandbox_enter(&config, NULL, 0, &errors), OK);
	config_for(&config, SANDBOX_ON);
	assert_int_equal(sandbox_enter(&config, NULL, 0, &errors), ERR_INVALID);
	assert_int_equal(errors.count, 2);
	assert_non_null(strstr(errors.items[0].text, "`sandbox: on`"));
	errors_free(&errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_build_without_one_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static char folder[32]; /* "site/" in it is what the child keeps, "other" is beside that */

/* --- what is tried: each returns whether it went as it must --- */

/* Whether a call failed with one of these; EACCES is Landlock's, EPERM seccomp's. */
static bool denied(long result, int code)
{
	return result < 0 && errno == code;
}

static bool can_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static bool reads_rules(void)
{
	return can_open("site/rules/rules.yaml", O_RDONLY) &&
	       can_open("site/config.yaml", O_RDONLY) &&
	       can_open("site/rules", O_RDONLY | O_DIRECTORY);
}

/* Where a script may put new rules before it renames them. */
static bool reads_what_is_beside(void)
{
	return can_open("site/late/rules.yaml", O_RDONLY);
}

static bool reads_nothing_else(void)
{
	return !can_open("other", O_RDONLY) && errno == EACCES &&
	       denied(open("/etc/passwd", O_RDONLY | O_CLOEXEC), EACCES) &&
	       denied(open("/proc/self/maps", O_RDONLY | O_CLOEXEC), EACCES) &&
	       denied(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), EACCES);
}

static bool writes_nothing(void)
{
	return !can_open("site/rules/rules.yaml", O_WRONLY) &&
	       !can_open("site/rules/rules.yaml", O_RDONLY | O_TRUNC) &&
	       !can_open("site/rules/new.yaml", O_RDONLY | O_CREAT) &&
	       !can_open("run/new", O_WRONLY | O_CREAT) && mkdir("run/folder", 0700) < 0 &&
	       rename("run/socket", "run/renamed") < 0 &&
	       chmod("site/rules/rules.yaml", 0777) < 0 && truncate("other", 0) < 0;
}

static bool removes_only_its_socket(void)
{
	return unlink("site/rules/rules.yaml") < 0 && unlink("other") < 0 &&
	       unlink("run/socket") == 0;
}

static bool runs_nothing(void)
{
	char *const arguments[] = {(char *)"true", NULL};

	return denied(execve("/bin/true", arguments, NULL), EPERM) &&
	       denied(execve("site/rules/rules.yaml", arguments, NULL), EPERM);
}

static bool makes_no_process(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return denied(child, EPERM);
}

static bool traces_nobody(void)
{
	return denied(ptrace(PTRACE_TRACEME, 0, NULL, NULL), EPERM) &&
	       denied(kill(getppid(), 0), EPERM);
}

static bool makes_no_connection(void)
{
	return denied(socket(AF_PACKET, SOCK_RAW, 0), EPERM) &&
	       denied(socket(AF_INET, SOCK_STREAM, 0), EPERM) &&
	       denied(socket(AF_INET6, SOCK_DGRAM, 0), EPERM) &&
	       denied(socket(AF_NETLINK, SOCK_RAW, 0), EPERM);
}

/* sd_notify() makes a socket for each message. */
static bool reaches_the_service_manager(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "notify"};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool sent = sendto(fd, "READY=1", 7, 0, (struct sockaddr *)&address, sizeof(address)) == 7;

	close(fd);
	return sent;
}

static bool compiles_patterns(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0 &&
	       munmap(page, 4096) == 0;
}

static void *nothing(void *argument)
{
	/* What holds for the thread that entered holds for this one. */
	*(bool *)argument =
		!can_open("other", O_RDONLY) && denied(socket(AF_INET, SOCK_STREAM, 0), EPERM);
	return NULL;
}

static bool starts_threads(void)
{
	bool confined = false;
	pthread_t thread;

	return pthread_create(&thread, NULL, nothing, &confined) == 0 &&
	       pthread_join(thread, NULL) == 0 && confined;
}

static bool gains_no_privileges(void)
{
	return denied(setuid(1), EPERM) && denied(chroot("."), EPERM);
}

static const struct {
	const char *name;
	bool (*holds)(void);
} trials[] = {
	{"reads rules and configuration", reads_rules},
	{"reads what is beside the rules", reads_what_is_beside},
	{"reads nothing else", reads_nothing_else},
	{"writes nothing", writes_nothing},
	{"removes only its socket", removes_only_its_socket},
	{"runs nothing", runs_nothing},
	{"makes no process", makes_no_process},
	{"traces and signals nobody", traces_nobody},
	{"makes no connection", makes_no_connection},
	{"reaches the service manager", reaches_the_service_manager},
	{"compiles patterns", compiles_patterns},
	{"starts threads", starts_threads},
	{"gains no privileges", gains_no_privileges},
};

/* --- the child --- */

enum { CHILD_FINE, CHILD_REFUSED = 100, CHILD_FIRST_TRIAL = 1 };

/* Ends with the first trial that did not go as it must. */
static void child(enum sandbox_mode mode)
{
	struct errors errors = {0};
	struct config config;

	config_for(&config, mode);
	if (sandbox_enter(&config, NULL, 0, &errors) != OK)
		_exit(CHILD_REFUSED);
	for (size_t i = 0; i < ARRAY_LEN(trials); i++) {
		if (!trials[i].holds())
			_exit(CHILD_FIRST_TRIAL + (int)i);
	}
	_exit(CHILD_FINE);
}

static int code_of_child(enum sandbox_mode mode)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		child(mode);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void it_leaves_what_is_needed_and_no_more(void **state)
{
	int code = code_of_child(SANDBOX_ON);

	(void)state;
	if (code == CHILD_REFUSED)
		skip(); /* this kernel or build lacks a part; what was lacking is in the output */
	if (code != CHILD_FINE)
		fail_msg("not so: %s", trials[code - CHILD_FIRST_TRIAL].name);
}

/* A test of the test: without it the same trials fail. */
static void without_it_all_that_is_possible(void **state)
{
	(void)state;
	assert_int_not_equal(code_of_child(SANDBOX_OFF), CHILD_FINE);
}

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static int set_up(void **state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "notify"};
	int manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)state;
	strcpy(folder, "/tmp/filterd-test-XXXXXX");
	if (!mkdtemp(folder) || chdir(folder) != 0)
		return -1;
	assert_int_equal(mkdir("site", 0700) | mkdir("site/rules", 0700) |
				 mkdir("site/late", 0700) | mkdir("run", 0700),
		0);
	touch("site/config.yaml");
	touch("site/rules/rules.yaml");
	touch("site/late/rules.yaml");
	touch("run/socket");
	touch("other");
	return bind(manager, (struct sockaddr *)&address, sizeof(address));
}

static int tear_down(void **state)
{
	static const char *const files[] = {"site/config.yaml", "site/rules/rules.yaml",
		"site/late/rules.yaml", "run/socket", "other", "notify"};
	static const char *const folders[] = {"site/rules", "site/late", "site", "run"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		unlink(files[i]);
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		rmdir(folders[i]);
	return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_leaves_what_is_needed_and_no_more),
		cmocka_unit_test(without_it_all_that_is_possible),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}

#endif
