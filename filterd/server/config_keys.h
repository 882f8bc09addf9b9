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
	struct history_keys {
		struct span approved, rejected;
	} history;
	int64_t undo_time;
	const struct yaml_node *webhooks;
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

struct webhook_keys {
	struct span url, secret, secret_file, ca_file;
	struct strings sites;
	int64_t timeout, give_up;
};

/* A configuration on its way in. */
struct reading {
	struct config *config;
	struct errors *errors;
	const struct source *source;
};

#define complain(r, node, ...)                                                                     \
	errors_add((r)->errors, SEVERITY_ERROR, yaml_place((r)->source, (node)), __VA_ARGS__)

/* A path of the file, as seen from the working directory; NULL when out of memory. */
const char *config_resolve(struct config *config, struct span path);

/* Reads `webhooks`; what is wrong is added to the errors. OK or ERR_NOMEM. */
int config_read_webhooks(struct reading *r, const struct yaml_node *list);

extern const struct section webhook_section;
extern const struct section listen_section;
extern const struct section site_section;
extern const struct section override_section;
extern const struct section threshold_section;
