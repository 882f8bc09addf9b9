/*
 * The configuration: where the rules are, where to listen, sites, limits, logging.
 *
 * Read once from one YAML file through the same tables as rule files; immutable from then on. Paths
 * are already relative to the working directory (the file writes them relative to itself).
 */
#pragma once

#include "base/log.h"
#include "moderate/verdict.h"

#include <sys/socket.h>
#include <sys/types.h>

#define LISTENERS_MAX 64
#define WEBHOOKS_MAX 8

/* Where a configuration that nobody named is looked for, in this order; ends with NULL. */
extern const char *const config_places[];

enum protocol {
	PROTOCOL_NDJSON,
	PROTOCOL_HTTP,
};

struct listener {
	enum protocol protocol;
	const char *text; /* the address as written */
	const char *path; /* of a Unix socket; NULL: TCP */
	mode_t mode; /* of a Unix socket */
	struct sockaddr_storage address; /* of either */
	socklen_t address_len;
	bool loopback; /* nobody from outside this machine can reach it (Unix sockets too) */
	const struct yaml_node *node; /* where it is written, in the file or in the defaults */
};

/* Where decisions are sent to. */
struct webhook {
	struct span name; /* the URL without what follows a `?`: so it is called everywhere */
	bool tls; /* https:// */
	const char *host; /* a name or address, the latter without brackets */
	uint16_t port;
	struct span authority; /* host and port as written: the field Host */
	struct span target; /* path and query, from the slash on */
	struct span secret; /* empty: in the file */
	const char *secret_file, *ca_file; /* NULL: none */
	struct strings sites; /* none: all */
	int64_t timeout; /* [ms] */
	int64_t give_up; /* [ms] */
	const struct yaml_node *node; /* where it is written */
};

enum sandbox_mode {
	SANDBOX_AUTO, /* what of it this machine has */
	SANDBOX_ON, /* the whole of it, or no start */
	SANDBOX_OFF,
};

/* The configuration's `limits`, in its own units. */
struct config_limits {
	int64_t text; /* [bytes] longer comments are for a person to judge */
	int64_t request; /* [bytes] NDJSON line, HTTP body */
	int64_t headers; /* [bytes] HTTP request line and headers */
	int64_t connections;
	int64_t connections_per_address;
	int64_t output; /* [bytes] unsent answers before reading pauses */
	int64_t in_flight; /* requests being judged or waiting; 0: 64 per worker */
	int64_t comment_time; /* [ms] */
	int64_t rule_time; /* [ms] */
	int64_t header_time; /* [ms] */
	int64_t request_time; /* [ms] */
	int64_t idle_time; /* [ms] */
	int64_t write_time; /* [ms] */
	int64_t store_time; /* [ms] */
	int64_t drain_time; /* [ms] */
};

struct config {
	struct arena arena; /* holds all below */
	const char *path; /* of the file; NULL: defaults, without a file */
	const struct source *source; /* its text, for errors about sites; NULL without a file */
	const char *const *rules; /* folders, in order */
	size_t rules_count;
	const struct listener *listeners;
	size_t listeners_count;
	int64_t workers; /* 0: one per core */
	enum temperament temperament;
	const struct site *sites;
	size_t sites_count;
	struct config_limits limits;
	enum log_level log_level;
	bool log_json;
	enum sandbox_mode sandbox;
	const char *store; /* path or address of the queue's database, see db.h; NULL: off */
	int64_t retention; /* [ms] after its decision that a comment is erased; 0: never */
	struct strings hosts; /* names by which browsers may ask us */
	bool require_tokens; /* of callers on this machine, too */
	int64_t audit_days; /* for which the audit is kept */
	/* The share of comments with a verdict that the store keeps, in ten-thousandths. */
	uint32_t history[VERDICT_COUNT];
	int64_t undo_time; /* [ms] that a decision can be undone before the CMS is told */
	const struct webhook *webhooks;
	size_t webhooks_count;
	struct span reload_token; /* empty: reload by request only from this machine */
};

/*
 * Reads `path`; NULL: ./config.yaml, else /etc/filterd/config.yaml, else the defaults as
 * config_defaults(). OK with *out (freed with config_free()); ERR_INVALID with errors added, or
 * ERR_NOMEM. What errors quote is kept by *keep.
 */
int config_load(const char *path, struct errors *errors, struct arena *keep, struct config **out);

/* What holds without a file; paths are relative to the working directory. OK or ERR_NOMEM. */
int config_defaults(struct config **out);

void config_free(struct config *config); /* NULL is legal */

/* The table of all keys, for the reference and the JSON Schema. */
extern const struct section config_section;
