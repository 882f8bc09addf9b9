/* The tables of keys in the configuration. */
#include "server/config_keys.h"

#define MS_MAX (24 * 3600 * 1000) /* [ms] of any time limit: a day */

static const char *const protocol_choices[] = {"ndjson", "http", NULL};
static const char *const action_choices[] = {"review", "reject", "approve", NULL};
static const char *const level_choices[] = {"error", "warn", "info", "debug", NULL};
static const char *const sandbox_choices[] = {"auto", "on", "off", NULL};
static const char *const temperament_choices[] = {
	[TEMPERAMENT_BALANCED] = "balanced",
	[TEMPERAMENT_STRICT] = "strict",
	[TEMPERAMENT_OPEN] = "open",
	NULL,
};
static const char *const format_choices[] = {"text", "json", NULL};

#define AT(field) .offset = offsetof(struct listen_keys, field)
static const struct key listen_keys[] = {
	{.name = "address",
		.type = TYPE_STRING,
		AT(address),
		.help = "`unix:PATH` (relative to this file), `127.0.0.1:8786` or `[::1]:8786`.",
		.flags = KEY_REQUIRED},
	{.name = "protocol",
		.type = TYPE_CHOICE,
		AT(protocol),
		.help = "`ndjson` (one JSON object a line) or `http` (HTTP/1.1).",
		.choices = protocol_choices,
		.flags = KEY_REQUIRED},
	{.name = "mode",
		.type = TYPE_STRING,
		AT(mode),
		.help = "File mode of a Unix socket, in quotes: who may connect.",
		.fallback = "0660"},
	{.name = "public",
		.type = TYPE_BOOL,
		AT(public),
		.help = "Must be true for an address that other machines can reach.",
		.fallback = "false"},
};
#undef AT

const struct section listen_section = {
	.name = "listener",
	.noun = "a listener",
	.help = "An address that clients connect to.",
	.keys = listen_keys,
	.count = ARRAY_LEN(listen_keys),
	.shorthand = -1,
	.size = sizeof(struct listen_keys),
};

#define AT(field) .offset = offsetof(struct override_keys, field)
static const struct key override_keys[] = {
	{.name = "rules",
		.type = TYPE_STRINGS,
		AT(rules),
		.help = "The rules: their ids, or patterns such as `en/promotion/*`.",
		.flags = KEY_REQUIRED},
	{.name = "section",
		.type = TYPE_STRING,
		AT(section),
		.help = "Only under articles of this section."},
	{.name = "off",
		.type = TYPE_BOOL,
		AT(off),
		.help = "The rules do not count here.",
		.fallback = "false"},
	{.name = "action",
		.type = TYPE_CHOICE,
		AT(action),
		.help = "What the rules do here instead.",
		.choices = action_choices},
	{.name = "points",
		.type = TYPE_INT,
		AT(points),
		.help = "How many points they add here instead.",
		.min = 1,
		.max = POINTS_MAX},
};
#undef AT

const struct section override_section = {
	.name = "override",
	.noun = "an override",
	.help = "What a site changes about rules. Of several that fit, the last one counts.",
	.keys = override_keys,
	.count = ARRAY_LEN(override_keys),
	.shorthand = -1,
	.size = sizeof(struct override_keys),
};

#define AT(field) .offset = offsetof(struct threshold_keys, field)
static const struct key threshold_keys[] = {
	{.name = "guideline",
		.type = TYPE_STRING,
		AT(guideline),
		.help = "The guideline, where `guidelines` is written as a list."},
	{.name = "section",
		.type = TYPE_STRING,
		AT(section),
		.help = "Only under articles of this section."},
	{.name = "review_at",
		.type = TYPE_INT,
		AT(review_at),
		.help = "From so many points on a person looks at the comment.",
		.min = 1,
		.max = POINTS_MAX},
	{.name = "reject_at",
		.type = TYPE_INT,
		AT(reject_at),
		.help = "From so many points on it is rejected.",
		.min = 1,
		.max = POINTS_MAX},
	{.name = "off",
		.type = TYPE_BOOL,
		AT(off),
		.help = "The guideline does not count here.",
		.fallback = "false"},
};
#undef AT

const struct section threshold_section = {
	.name = "site guideline",
	.noun = "a guideline of a site",
	.help = "What a site changes about a guideline.",
	.keys = threshold_keys,
	.count = ARRAY_LEN(threshold_keys),
	.shorthand = -1,
	.size = sizeof(struct threshold_keys),
};

#define AT(field) .offset = offsetof(struct site_keys, field)
static const struct key site_keys[] = {
	{.name = "lang",
		.type = TYPE_STRING,
		AT(lang),
		.help = "The language of comments that name none."},
	{.name = "temperament",
		.type = TYPE_CHOICE,
		AT(temperament),
		.help = "How strict this site is; without it as the others.",
		.choices = temperament_choices},
	{.name = "overrides",
		.type = TYPE_NODE,
		AT(overrides),
		.help = "What is different about rules.",
		.section = &override_section,
		.shape = "list of overrides"},
	{.name = "guidelines",
		.type = TYPE_NODE,
		AT(guidelines),
		.help = "What is different about guidelines: by their names, or a list that also "
			"names sections.",
		.section = &threshold_section,
		.shape = "name: site guideline, or list"},
};
#undef AT

const struct section site_section = {
	.name = "site",
	.noun = "a site",
	.help = "One of the publisher's sites, as named in `site` of a request.",
	.keys = site_keys,
	.count = ARRAY_LEN(site_keys),
	.shorthand = -1,
	.size = sizeof(struct site_keys),
};

#define AT(field) .offset = offsetof(struct webhook_keys, field)
static const struct key webhook_keys[] = {
	{.name = "url",
		.type = TYPE_STRING,
		AT(url),
		.help = "`https://host/path` or `http://host:port/path`. What stands before a `?` "
			"is its name: two cannot have the same.",
		.max = 1024,
		.min = 1,
		.flags = KEY_REQUIRED},
	{.name = "secret",
		.type = TYPE_STRING,
		AT(secret),
		.help = "What requests are signed with; the CMS has the same.",
		.min = 16,
		.max = 256},
	{.name = "secret_file",
		.type = TYPE_STRING,
		AT(secret_file),
		.help = "A file that has the secret in one line, relative to this file, instead of "
			"`secret`. Read when the daemon starts."},
	{.name = "sites",
		.type = TYPE_STRINGS,
		AT(sites),
		.help = "Only decisions about comments of these sites; without it about all."},
	{.name = "timeout",
		.type = TYPE_DURATION,
		AT(timeout),
		.help = "How long one attempt may take, from connecting to the end of the answer.",
		.min = 100,
		.max = 120000,
		.fallback = "10s"},
	{.name = "give_up",
		.type = TYPE_DURATION,
		AT(give_up),
		.help = "For how long a decision that is not taken is tried again and again; then "
			"it is a dead letter (`filterd queue hooks`).",
		.min = 1000,
		.max = 30 * INT64_C(86400000),
		.fallback = "72h"},
	{.name = "ca_file",
		.type = TYPE_STRING,
		AT(ca_file),
		.help = "For `https://`: certificates (PEM) of who may sign the CMS's, instead of "
			"those that the system trusts. Read when the daemon starts."},
};
#undef AT

const struct section webhook_section = {
	.name = "webhook",
	.noun = "a webhook",
	.help = "An address of the CMS that decisions of moderators are sent to.",
	.keys = webhook_keys,
	.count = ARRAY_LEN(webhook_keys),
	.shorthand = -1,
	.size = sizeof(struct webhook_keys),
};

#define SIZE_KEY(field, default_, min_, max_, help_)                                               \
	{                                                                                          \
		.name = #field, .type = TYPE_SIZE,                                                 \
		.offset = offsetof(struct config_limits, field), .help = (help_), .min = (min_),   \
		.max = (max_), .fallback = (default_)                                              \
	}
#define TIME_KEY(field, default_, help_)                                                           \
	{                                                                                          \
		.name = #field, .type = TYPE_DURATION,                                             \
		.offset = offsetof(struct config_limits, field), .help = (help_), .min = 1,        \
		.max = MS_MAX, .fallback = (default_)                                              \
	}
#define COUNT_KEY(field, default_, min_, max_, help_)                                              \
	{                                                                                          \
		.name = #field, .type = TYPE_INT, .offset = offsetof(struct config_limits, field), \
		.help = (help_), .min = (min_), .max = (max_), .fallback = (default_)              \
	}

static const struct key limits_keys[] = {
	SIZE_KEY(text, "16KiB", 256, 1 << 20, "Longer comments are for a person to judge."),
	SIZE_KEY(request, "256KiB", 1024, 16 << 20, "A line of NDJSON, or the body of a request."),
	SIZE_KEY(headers, "8KiB", 1024, 1 << 20, "First line and headers of an HTTP request."),
	COUNT_KEY(connections, "4096", 1, 1000000, "Connections at once."),
	COUNT_KEY(connections_per_address, "256", 1, 1000000,
		"Connections at once from one address; Unix sockets are not counted."),
	SIZE_KEY(output, "64KiB", 4096, 64 << 20,
		"Answers not yet taken by a client before its requests wait."),
	COUNT_KEY(in_flight, "0", 0, 1000000,
		"Requests being judged or waiting for it; 0: 64 for each worker."),
	TIME_KEY(comment_time, "100ms", "Time to judge one comment; then it goes to a person."),
	TIME_KEY(rule_time, "25ms", "Time for one pattern on one text; then it is unknown."),
	TIME_KEY(header_time, "5s", "From the first byte of a request to the end of its headers."),
	TIME_KEY(request_time, "10s", "From the first byte of a request to its last."),
	TIME_KEY(idle_time, "60s", "Between two requests of a connection."),
	TIME_KEY(write_time, "10s", "How long an answer may wait to be taken."),
	TIME_KEY(store_time, "2s",
		"How long an answer may wait until its comment is stored; then it is refused."),
	TIME_KEY(drain_time, "10s", "How long requests may take to finish when the daemon stops."),
};

static const struct section limits_section = {
	.name = "limits",
	.help = "Bounds on what clients may take.",
	.keys = limits_keys,
	.count = ARRAY_LEN(limits_keys),
	.shorthand = -1,
	.size = sizeof(struct config_limits),
};

#define AT(field)                                                                                  \
	.offset = offsetof(struct config_keys, log.field) - offsetof(struct config_keys, log)
static const struct key log_keys[] = {
	{.name = "level",
		.type = TYPE_CHOICE,
		AT(level),
		.help = "The least important events that are written.",
		.choices = level_choices,
		.fallback = "info"},
	{.name = "format",
		.type = TYPE_CHOICE,
		AT(format),
		.help = "`text` for people, `json` for machines.",
		.choices = format_choices,
		.fallback = "text"},
};
#undef AT

static const struct section log_section = {
	.name = "log",
	.help = "The log on standard error. Texts and addresses of comments are never in it.",
	.keys = log_keys,
	.count = ARRAY_LEN(log_keys),
	.shorthand = -1,
	.size = sizeof(((struct config_keys *)0)->log),
};

#define AT(field) .offset = offsetof(struct history_keys, field)
static const struct key history_keys[] = {
	{.name = "approved",
		.type = TYPE_STRING,
		AT(approved),
		.help = "Which of the comments that the rules approve: `all`, a share such as "
			"`5%`, or "
			"`off`. Which ones depends on site and id alone.",
		.fallback = "off"},
	{.name = "rejected",
		.type = TYPE_STRING,
		AT(rejected),
		.help = "The same of those that they reject.",
		.fallback = "off"},
};
#undef AT

static const struct section history_section = {
	.name = "history",
	.help = "Comments kept in the store though nobody has to look at them, for `filterd replay "
		"--history`.",
	.keys = history_keys,
	.count = ARRAY_LEN(history_keys),
	.shorthand = -1,
	.size = sizeof(struct history_keys),
};

#define AT(field) .offset = offsetof(struct config_keys, field)
static const struct key config_keys[] = {
	{.name = "rules",
		.type = TYPE_STRINGS,
		AT(rules),
		.help = "Folders of rules, relative to this file.",
		.fallback = "rules",
		.flags = KEY_RELOADABLE},
	{.name = "listen",
		.type = TYPE_NODE,
		AT(listen),
		.help = "Where clients connect; without it NDJSON on `unix:run/filterd.sock` and "
			"`127.0.0.1:8786`, HTTP on `127.0.0.1:8787`.",
		.section = &listen_section,
		.shape = "list of listeners"},
	{.name = "workers",
		.type = TYPE_INT,
		AT(workers),
		.help = "Threads that judge comments; 0: one for each core.",
		.min = 0,
		.max = 1024,
		.fallback = "0"},
	{.name = "temperament",
		.type = TYPE_CHOICE,
		AT(temperament),
		.help = "How strict: `strict` acts on fewer points (60 % for a review, 90 % to "
			"reject), "
			"`open` on more (160 % and 150 %). Rules that review or reject do so in "
			"each.",
		.choices = temperament_choices,
		.fallback = "balanced",
		.flags = KEY_RELOADABLE},
	{.name = "sites",
		.type = TYPE_NODE,
		AT(sites),
		.help = "The publisher's sites by their names.",
		.section = &site_section,
		.shape = "name: site",
		.flags = KEY_RELOADABLE},
	{.name = "limits",
		.type = TYPE_SECTION,
		AT(limits),
		.help = "Bounds on what clients may take.",
		.section = &limits_section,
		.flags = KEY_RELOADABLE},
	{.name = "log", .type = TYPE_SECTION, AT(log), .help = "The log.", .section = &log_section},
	{.name = "reload_token",
		.type = TYPE_STRING,
		AT(reload_token),
		.help = "With this word in `Authorization: Bearer ...` rules can be reloaded and "
			"tried out from anywhere; without one only from this machine.",
		.min = 16,
		.max = 256,
		.flags = KEY_RELOADABLE},
	{.name = "sandbox",
		.type = TYPE_CHOICE,
		AT(sandbox),
		.help = "Whether the daemon gives up, once it has started, what it does not need: "
			"`auto` does what the machine can do of it, `on` does not start without "
			"all of it.",
		.choices = sandbox_choices,
		.fallback = "auto"},
	{.name = "store",
		.type = TYPE_STRING,
		AT(store),
		.help = "The database of the review queue: a file (SQLite), relative to this one, "
			"or `postgresql://USER@HOST/DATABASE` for a server that several filterd "
			"share; `off`: comments for review are only answered, and keeping them is "
			"up to the caller.",
		.min = 1,
		.max = 1024,
		.fallback = "var/queue.db"},
	{.name = "retention",
		.type = TYPE_DURATION,
		AT(retention),
		.help = "How long texts, authors, titles and notes of decided comments are kept; "
			"then they are erased, and counts and decisions stay. `0s`: until `filterd "
			"queue erase`.",
		.min = 0,
		.max = 36500 * INT64_C(86400000),
		.fallback = "90d",
		.flags = KEY_RELOADABLE},
	{.name = "hosts",
		.type = TYPE_STRINGS,
		AT(hosts),
		.help = "Names, such as `moderation.example.org`, by which browsers may ask: those "
			"of this machine (`localhost`, `127.0.0.1`) need not be listed.",
		.flags = KEY_RELOADABLE},
	{.name = "require_tokens",
		.type = TYPE_BOOL,
		AT(require_tokens),
		.help = "Whether comments are judged for a token only, also for callers on this "
			"machine. Unix sockets go by their `mode`.",
		.fallback = "false",
		.flags = KEY_RELOADABLE},
	{.name = "audit_days",
		.type = TYPE_INT,
		AT(audit_days),
		.help = "Days for which `filterd token audit` can tell who did what.",
		.min = 1,
		.max = 36500,
		.fallback = "90"},
	{.name = "history",
		.type = TYPE_SECTION,
		AT(history),
		.help = "Comments kept in the store though nobody has to look at them, for "
			"`filterd "
			"replay --history`; `filterd queue erase` deletes old ones.",
		.section = &history_section,
		.flags = KEY_RELOADABLE},
	{.name = "undo_time",
		.type = TYPE_DURATION,
		AT(undo_time),
		.help = "How long a moderator's decision waits, and can be undone, before the CMS "
			"is told.",
		.min = 0,
		.max = 3600000,
		.fallback = "30s",
		.flags = KEY_RELOADABLE},
	{.name = "webhooks",
		.type = TYPE_NODE,
		AT(webhooks),
		.help = "Where decisions of moderators are sent to.",
		.section = &webhook_section,
		.shape = "list of webhooks"},
};
#undef AT

const struct section config_section = {
	.name = "configuration",
	.noun = "the configuration",
	.help = "The configuration file. Every key may be left out.",
	.keys = config_keys,
	.count = ARRAY_LEN(config_keys),
	.shorthand = -1,
	.size = sizeof(struct config_keys),
};
