/*
 * `filterd test --watch`: see test_watch.h.
 *
 * What is watched is found anew for each run, and before it: whatever changes from then on leads to
 * another one.
 */
#include "cli/test_watch.h"

#include "base/clock.h"
#include "cli/setup.h"
#include "cli/watch.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define CLEAR_SCREEN "\033[H\033[2J\033[3J"

struct watching {
	struct run *run;
	struct watch *watch;
	int stop_fd; /* readable after SIGINT or SIGTERM */
};

static int add(struct watching *w, const char *path)
{
	int error = watch_add(w->watch, path);

	if (error == ENOSPC)
		return cli_failed(w->run, CLI_OUTPUT,
			"%s: there are more folders than can be watched: %d, or "
			"fs.inotify.max_user_watches",
			path, WATCHES_MAX);
	if (error)
		return cli_failed(w->run, CLI_OUTPUT, "%s: %s", path, strerror(error));
	return CLI_FINE;
}

/* The configuration's file, wherever it may be, the folders of rules, and what was asked for. */
static int add_all(struct watching *w)
{
	const struct common *options = w->run->options;
	const struct texts *paths = &w->run->arguments;
	struct setup setup;
	int code = CLI_FINE;

	for (size_t i = 0; code == CLI_FINE && i < paths->count; i++)
		code = add(w, paths->items[i]);
	if (options->config && code == CLI_FINE)
		code = add(w, options->config);
	for (size_t i = 0; !options->config && code == CLI_FINE && config_places[i]; i++)
		code = add(w, config_places[i]);
	if (code != CLI_FINE)
		return code;
	code = setup_collect(w->run, &setup, SETUP_CONFIG);
	for (size_t i = 0; code == CLI_FINE && i < setup.folders_count; i++)
		code = add(w, setup.folders[i]);
	setup_free(&setup);
	return code;
}

static int watch_anew(struct watching *w, const char *ignored)
{
	watch_free(w->watch);
	w->watch = watch_new();
	if (!w->watch)
		return cli_failed(w->run, CLI_OUTPUT, "cannot watch files: %s", strerror(errno));
	if (ignored)
		watch_ignore(w->watch, ignored);
	return add_all(w);
}

static int stop_on_signals(struct watching *w)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	w->stop_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	return w->stop_fd < 0 ? cli_failed(w->run, CLI_OUTPUT, "%s", strerror(errno)) : CLI_FINE;
}

/* Lines of our own would be in a program's way. */
static bool is_talking(const struct run *run)
{
	const struct common *options = run->options;

	return !options->json;
}

static int run_and_tell(struct watching *w, int (*once)(struct run *run))
{
	struct out *out = &w->run->out;
	int64_t from = clock_mono_ns();
	int code = once(w->run);

	if (is_talking(w->run))
		out_printf(out, "%.2f s; waiting for changes, Ctrl-C ends\n",
			(double)(clock_mono_ns() - from) / (double)NS_PER_S);
	out_flush(&w->run->err);
	if (!out_flush(out))
		return CLI_OUTPUT;
	return code == CLI_OUTPUT ? code : CLI_FINE;
}

/* Waits for a change; false when it is over, *code says how. */
static bool wait_for_change(struct watching *w, int *code)
{
	struct out *out = &w->run->out;
	struct buf names = {0};
	int changed = watch_wait(w->watch, w->stop_fd, &names);

	if (changed < 0)
		*code = cli_failed(w->run, CLI_OUTPUT, "cannot watch files: %s", strerror(errno));
	if (changed > 0 && is_talking(w->run)) {
		out_str(out, out->terminal ? CLEAR_SCREEN : "\n");
		out_styled(out, STYLE_BOLD, "changed:");
		out_str(out, " ");
		out_untrusted(out, buf_content(&names), 0);
		out_str(out, "\n");
		out_flush(out); /* before what goes to standard error */
	}
	buf_free(&names);
	return changed > 0;
}

int test_watch(struct run *run, int (*once)(struct run *run), const char *ignored)
{
	struct watching w = {.run = run, .stop_fd = -1};
	int code = stop_on_signals(&w);

	while (code == CLI_FINE) {
		code = watch_anew(&w, ignored);
		if (code == CLI_FINE)
			code = run_and_tell(&w, once);
		if (code == CLI_FINE && !wait_for_change(&w, &code))
			break;
	}
	watch_free(w.watch);
	if (w.stop_fd >= 0)
		close(w.stop_fd);
	return code;
}
