/* Finding the rule files below a folder: see folder.h. */
#include "rules/folder.h"
#include "rules/lint.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

struct walk {
	struct arena *arena;
	struct errors *errors;
	const char *root;
	const char **found; /* in the arena, room for FOLDER_FILES_MAX */
	size_t count;
};

static int refuse(struct walk *w, const char *path, const char *why)
{
	errors_add(w->errors, SEVERITY_ERROR, (struct place){NULL, 0, 0}, "%s: %s", path, why);
	lint_mark(w->errors, LINT_UNREADABLE);
	return ERR_INVALID;
}

/* The same with the system's reason. Memory that lacks is not the folder's fault. */
static int refuse_errno(struct walk *w, const char *path)
{
	return errno == ENOMEM ? ERR_NOMEM : refuse(w, path, strerror(errno));
}

const char *folder_join(struct arena *arena, const char *folder, const char *relative)
{
	struct span f = span_of(folder), r = span_of(relative);
	char *joined;

	if (r.len == 0)
		return arena_copy(arena, f).ptr;
	while (f.len > 1 && f.ptr[f.len - 1] == '/')
		f.len--;
	joined = arena_alloc(arena, f.len + r.len + 2);
	if (!joined)
		return NULL;
	memcpy(joined, f.ptr, f.len);
	joined[f.len] = '/';
	memcpy(joined + f.len + 1, r.ptr, r.len + 1);
	return joined;
}

static bool is_rule_file(struct span name)
{
	return span_ends(name, SPAN(".yaml")) && !span_ends(name, SPAN(".test.yaml"));
}

static int walk_folder(struct walk *w, const char *relative, unsigned depth);

static int visit(struct walk *w, const char *relative, const char *name, unsigned depth)
{
	const char *path = relative[0] ? folder_join(w->arena, relative, name) : name;
	const char *full = path ? folder_join(w->arena, w->root, path) : NULL;
	struct stat st;

	if (!full)
		return ERR_NOMEM;
	/* lstat first: a link to a folder could lead in circles. */
	if (lstat(full, &st) != 0)
		return refuse_errno(w, full);
	if (S_ISDIR(st.st_mode))
		return strcmp(name, "tests") == 0 ? OK : walk_folder(w, path, depth + 1);
	if (!is_rule_file(span_of(name)))
		return OK;
	if (S_ISLNK(st.st_mode) && stat(full, &st) != 0)
		return refuse_errno(w, full);
	if (!S_ISREG(st.st_mode))
		return refuse(w, full, "is not a regular file");
	if (w->count == FOLDER_FILES_MAX)
		return refuse(w, w->root, "holds too many files");
	w->found[w->count] = arena_copy(w->arena, span_of(path)).ptr;
	return w->found[w->count++] ? OK : ERR_NOMEM;
}

static int walk_folder(struct walk *w, const char *relative, unsigned depth)
{
	const char *full = folder_join(w->arena, w->root, relative);
	struct dirent *entry;
	int result = OK;
	DIR *dir;

	if (!full)
		return ERR_NOMEM;
	if (depth == FOLDER_DEPTH_MAX)
		return refuse(w, full, "folders are nested too deep");
	dir = opendir(full);
	if (!dir)
		return refuse_errno(w, full);
	while (result != ERR_NOMEM && (entry = readdir(dir))) {
		struct span name = arena_copy(w->arena, span_of(entry->d_name));
		int rc;

		if (entry->d_name[0] == '.')
			continue;
		rc = name.ptr ? visit(w, relative, name.ptr, depth) : ERR_NOMEM;
		if (rc != OK)
			result = rc;
	}
	closedir(dir);
	return result;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int folder_list(struct arena *arena, const char *path, struct errors *errors,
	const char *const **out, size_t *count)
{
	struct walk w = {.arena = arena, .errors = errors, .root = path};
	struct stat st;
	int rc;

	*count = 0;
	w.found = arena_alloc(arena, FOLDER_FILES_MAX * sizeof(*w.found));
	if (!w.found)
		return ERR_NOMEM;
	*out = w.found;
	if (stat(path, &st) != 0)
		return refuse_errno(&w, path);
	if (!S_ISDIR(st.st_mode)) {
		w.found[0] = "";
		*count = 1;
		return OK;
	}
	rc = walk_folder(&w, "", 0);
	if (rc != OK)
		return rc;
	if (w.count == 0)
		return refuse(&w, path, "holds no rule files (*.yaml)");
	qsort(w.found, w.count, sizeof(*w.found), compare);
	*count = w.count;
	return OK;
}
