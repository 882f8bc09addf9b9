/*
 * A try-out from JSON: changed texts of rule files, and comments to judge by them.
 *
 *     {"files":[{"path":"rules/en/threats.yaml","text":"..."}],
 *      "comments":[{"text":"..."}], "explain":0, "changed_only":false}
 */
#pragma once

#include "base/arena.h"
#include "wire/refusal.h"

#define TRIAL_FILES_MAX 64 /* changed files */
#define TRIAL_COMMENTS_MAX 1000

struct trial_file {
	struct span path; /* as GET /v1/try/rules names it */
	struct span text;
};

struct trial_request {
	const struct trial_file *files;
	size_t files_count;
	const struct span *comments; /* each one JSON object, for native_read() */
	size_t comments_count;
	int64_t explain; /* index of the comment that is explained; -1: none */
	bool changed_only; /* results only of comments whose verdict changes */
};

/*
 * Reads a try-out from `json`, which like the arena must outlive *out. True, or false with
 * *refusal filled. Comments are not read, only found; fields that are not known are passed over.
 */
bool trial_read(
	struct span json, struct arena *arena, struct trial_request *out, struct refusal *refusal);
