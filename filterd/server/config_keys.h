/*
 * The keys of the configuration, as structs and as tables. Private to config*.c; everybody else
 * sees what they come to: config.h.
 */
#pragma once

#include "server/config.h"

struct config_keys {
	struct strings rules;
	const struct yaml_node *listen;
	int64_t workers;
	int temperament; /* enum temperament */
	const struct yaml_node *sites;
	struct config_limits limits;
	struct {
		int level;
		int format;
	} log;
	struct span reload_token;
	int sandbox; /* enum sandbox_mode */
	struct span store;
	int64_t retention;
	struct strings hosts;
	bool require_tokens;
	int64_t audit_days;
};

struct listen_keys {
	struct span address;
	int protocol;
	struct span mode;
	bool public;
};

struct site_keys {
	struct span lang;
	int temperament; /* enum temperament, if the key is there */
	const struct yaml_node *overrides;
	const struct yaml_node *guidelines;
};

struct override_keys {
	struct strings rules;
	struct span section;
	bool off;
	int action; /* index into the choices: enum action without ACTION_POINTS */
	int64_t points;
};

struct threshold_keys {
	struct span guideline;
	struct span section;
	int64_t review_at, reject_at;
	bool off;
};

extern const struct section listen_section;
extern const struct section site_section;
extern const struct section override_section;
extern const struct section threshold_section;
