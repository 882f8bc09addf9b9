/*
 * What loading 500, 2,000 and 10,000 synthetic rules costs, their own tests included: CPU time of
 * the first load and of a reload while the first set is still in use, and resident memory.
 *
 * usage: bench_load [--json]
 *
 * Writes the rules as YAML files into a folder below TMPDIR, which it removes. Ends with 1 when a
 * figure is worse than promised.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "moderate/selftest.h"
#include "synthetic.h"

#define SEED 20261123

static const size_t sizes[] = {500, 2000, 10000};

struct row {
	size_t rules, files, tests;
	double bytes; /* of all files */
	double first_ms, again_ms;
	double first_mb, both_mb, after_mb; /* resident: one set, both sets, the second alone */
};

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "bench_load: %s\n", what);
	exit(1);
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double resident_mb(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (!f || fscanf(f, "%*d %ld", &pages) != 1)
		die("cannot read /proc/self/statm");
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

/* --- measuring -------------------------------------------------------------------------------- */

static struct ruleset *load(const char *folder, double *ms)
{
	const struct ruleset_options options = {.folders = &folder, .folders_count = 1};
	struct errors errors = {0};
	struct arena keep = {0};
	struct ruleset *set = NULL;
	double from = cpu_ms();
	int rc = moderate_load(&options, NULL, &errors, &keep, &set);

	*ms = cpu_ms() - from;
	if (rc != OK && errors.count)
		fprintf(stderr, "%s\n", errors.items[0].text);
	if (rc != OK)
		die("the rules are refused");
	errors_free(&errors);
	arena_free(&keep);
	return set;
}

static void measure(const char *folder, struct row *row)
{
	struct ruleset *first = load(folder, &row->first_ms), *second;

	malloc_trim(0);
	row->first_mb = resident_mb();
	second = load(folder, &row->again_ms);
	row->both_mb = resident_mb();
	ruleset_unref(first);
	malloc_trim(0);
	row->after_mb = resident_mb();
	ruleset_unref(second);
}

static void write_rules(const char *folder, struct row *row)
{
	struct synthetic *synthetic = synthetic_new(SEED, row->rules, 1);
	struct synthetic_files files = synthetic_write_rules(synthetic, folder);

	row->files = files.files;
	row->tests = files.tests;
	row->bytes = files.bytes;
	synthetic_free(synthetic);
}

/* In a process of its own, so that one's memory is not counted as another's. */
static void run_apart(
	void (*work)(const char *folder, struct row *), const char *folder, struct row *row)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		work(folder, row);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		die("a run failed");
}

static void run(size_t rules, struct row *row)
{
	const char *temp = getenv("TMPDIR");
	char folder[4000];

	*row = (struct row){.rules = rules};
	snprintf(folder, sizeof(folder), "%s/filterd-bench-XXXXXX", temp ? temp : "/tmp");
	if (!mkdtemp(folder))
		die("cannot write into TMPDIR");
	run_apart(write_rules, folder, row);
	run_apart(measure, folder, row);
	synthetic_remove_rules(folder, row->files);
}

/* --- reporting -------------------------------------------------------------------------------- */

static void print_json(const struct row *rows)
{
	printf("[");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		printf("%s{\"rules\":%zu,\"tests\":%zu,\"bytes\":%.0f,\"first_ms\":%.1f,"
		       "\"again_ms\":%.1f,\"first_mb\":%.1f,\"both_mb\":%.1f,\"after_mb\":%.1f}",
			i ? ",\n " : "", rows[i].rules, rows[i].tests, rows[i].bytes,
			rows[i].first_ms, rows[i].again_ms, rows[i].first_mb, rows[i].both_mb,
			rows[i].after_mb);
	printf("]\n");
}

static void print_table(const struct row *rows)
{
	printf("ms of CPU to load rules and run their tests, first and while the first set is "
	       "held;\nMB resident with one set, with both, and with the second alone\n\n");
	printf("%8s %7s %7s %10s %9s %9s %8s %8s %9s\n", "rules", "tests", "KB", "first ms",
		"again ms", "one MB", "both MB", "after MB", "µs a rule");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		printf("%8zu %7zu %7.0f %10.1f %9.1f %9.1f %8.1f %8.1f %9.1f\n", rows[i].rules,
			rows[i].tests, rows[i].bytes / 1e3, rows[i].first_ms, rows[i].again_ms,
			rows[i].first_mb, rows[i].both_mb, rows[i].after_mb,
			rows[i].first_ms * 1e3 / (double)rows[i].rules);
	printf("\n");
}

static bool judge(const char *what, double is, double bound, bool json)
{
	bool ok = is <= bound;

	if (!json)
		printf("  %-52s %8.1f  (at most %.0f) %s\n", what, is, bound, ok ? "ok" : "MISSED");
	return ok;
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0, ok;
	struct row *rows = mmap(NULL, sizeof(*rows) * ARRAY_LEN(sizes), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct row *most = &rows[ARRAY_LEN(sizes) - 1];

	if (rows == MAP_FAILED || argc > 1 + json)
		die("usage: bench_load [--json]");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		run(sizes[i], &rows[i]);
	if (json)
		print_json(rows);
	else
		print_table(rows);
	ok = judge("ms of CPU to load 10,000 rules", most->first_ms, 500, json);
	ok &= judge("ms of CPU to reload them", most->again_ms, 500, json);
	ok &= judge("MB resident with 10,000 rules", most->first_mb, 64, json);
	ok &= judge("MB resident after the reload", most->after_mb, 64, json);
	return ok ? 0 : 1;
}
