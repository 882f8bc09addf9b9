/* `filterd token`: who may use the daemon, beside a running one or without one. */
#include "cli/database.h"

#include "base/clock.h"
#include "rules/schema.h"
#include "store/audit.h"
#include "store/tokens.h"
#include "wire/json.h"

#define AUDIT_ROWS 100 /* that are shown unless -n says otherwise */

struct token_options {
	struct common common;
	const char *store, *role, *expires;
	int64_t limit;
};

/* clang-format off */
static const struct option_row token_rows[] = {
	{0, "role", OPTION_TEXT, "ROLE", "of `add`: cms, moderator, author (of rules) or admin",
		offsetof(struct token_options, role), 0, 0, NULL},
	{0, "expires", OPTION_TEXT, "TIME", "of `add`: after which it ends (90d, 12h) or until when (2027-01-31)",
		offsetof(struct token_options, expires), 0, 0, NULL},
	{'n', "limit", OPTION_NUMBER, "N", "of `audit`: the latest so many lines (100)",
		offsetof(struct token_options, limit), 1, 1000000, NULL},
	{0, "store", OPTION_TEXT, "FILE", "the database instead of the configured one",
		offsetof(struct token_options, store), 0, 0, NULL},
};
/* clang-format on */

struct keyring {
	struct run *run;
	const struct token_options *options;
	struct db *db;
	struct arena arena;
	int64_t now_ms;
	enum user_role role; /* of `add`, like the next */
	int64_t expires_ms;
	const char *name; /* the argument; NULL: none */
};

static int failed(struct keyring *k, int rc)
{
	if (rc == OK)
		return CLI_FINE;
	return rc == ERR_NOMEM ? cli_failed(k->run, CLI_OUTPUT, "out of memory")
			       : cli_failed(k->run, CLI_OUTPUT,
					 "the tokens cannot be read or written: %s", db_why(k->db));
}

/* What is done here belongs into the audit, too; without it nothing is done. */
static int note(struct keyring *k, const char *what)
{
	const struct audit_row row = {
		.at_ms = k->now_ms,
		.times = 1,
		.actor = database_user(&k->arena),
		.address = SPAN("cli"),
		.what = span_of(what),
		.outcome = SPAN("ok"),
	};

	return audit_add(k->db, &row);
}

/* "token add moderator amina" */
static const char *in_words(struct keyring *k, const char *what)
{
	struct buf text = {0};
	struct span copy;

	buf_str(&text, what);
	buf_str(&text, k->name);
	copy = arena_copy(&k->arena, buf_content(&text));
	if (text.failed)
		copy.ptr = NULL;
	buf_free(&text);
	return copy.ptr;
}

/* --- add --- */

static void write_time(struct buf *out, const char *key, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(ms, text);
	if (ms > 0)
		buf_printf(out, ",\"%s\":\"%s\"", key, text);
	else
		buf_printf(out, ",\"%s\":null", key);
}

static void show_added(struct keyring *k, const char *text)
{
	struct out *out = &k->run->out;

	if (k->options->common.json) {
		buf_str(&out->buffer, "{\"name\":");
		json_write(&out->buffer, span_of(k->name));
		buf_printf(&out->buffer, ",\"role\":\"%s\"", user_roles[k->role].name);
		write_time(&out->buffer, "expires", k->expires_ms);
		buf_printf(&out->buffer, ",\"token\":\"%s\"}\n", text);
		return;
	}
	out_printf(out, "%s\n", text);
	out_flush(out);
	if (k->run->err.terminal)
		out_str(&k->run->err, "This is its only showing: only its hash is kept. A running "
				      "daemon takes it within a second.\n");
}

static int add(struct keyring *k)
{
	char text[TOKEN_TEXT_SIZE];
	const char *what = in_words(k, "token add ");
	int rc = what ? db_begin(k->db) : ERR_NOMEM;

	if (rc == OK) {
		rc = token_add(k->db, span_of(k->name), k->role, k->expires_ms, k->now_ms, text);
		if (rc == OK)
			rc = note(k, what);
		rc = db_end(k->db, rc);
	}
	switch (rc) {
	case OK:
		show_added(k, text);
		return CLI_FINE;
	case ERR_INVALID:
		return cli_usage_error(k->run,
			"a name is 1 to %d bytes of text that can be seen, such as amina or cms-1",
			QUEUE_ACTOR_MAX);
	case ERR_CONFLICT:
		return cli_failed(k->run, CLI_FOUND,
			"there is a token `%s` already; revoke it first, or choose another name",
			k->name);
	case ERR_LIMIT:
		return cli_failed(k->run, CLI_FOUND,
			"%d tokens hold already, more are not possible; revoke some", TOKENS_MAX);
	default:
		return failed(k, rc);
	}
}

/* --- list --- */

static const char *state_of(const struct keyring *k, const struct token *token)
{
	if (token->revoked_ms > 0)
		return "revoked";
	return token_holds(token, k->now_ms) ? "holds" : "expired";
}

static void show_json(struct keyring *k, const struct token *token)
{
	struct buf *out = &k->run->out.buffer;

	buf_printf(out, "{\"id\":\"%s\",\"name\":", token->id);
	json_write(out, span_of(token->name));
	buf_printf(out, ",\"role\":\"%s\",\"state\":\"%s\"", user_roles[token->role].name,
		state_of(k, token));
	write_time(out, "created", token->created_ms);
	write_time(out, "expires", token->expires_ms);
	write_time(out, "revoked", token->revoked_ms);
	write_time(out, "used", token->used_ms);
	buf_str(out, "}\n");
}

/* The day, which is what people look for. */
static void show_day(struct out *out, const char *what, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	if (ms == 0)
		return;
	clock_format(ms, text);
	out_printf(out, "  %s %.10s", what, text);
}

static void show_line(struct keyring *k, const struct token *token)
{
	struct out *out = &k->run->out;
	bool holds = token_holds(token, k->now_ms);

	out_styled(out, STYLE_NAME, token->id);
	out_printf(out, "  %-9s  ", user_roles[token->role].name);
	out_style(out, holds ? STYLE_GOOD : STYLE_DIM);
	out_printf(out, "%-7s", state_of(k, token));
	out_style(out, STYLE_PLAIN);
	out_str(out, "  ");
	out_untrusted(out, span_of(token->name), 0);
	show_day(out, "made", token->created_ms);
	if (token->revoked_ms == 0)
		show_day(out, holds ? "until" : "since", token->expires_ms);
	show_day(out, "revoked", token->revoked_ms);
	show_day(out, "used", token->used_ms);
	out_str(out, "\n");
}

static int list(struct keyring *k)
{
	struct token *tokens;
	size_t count;
	int rc = token_list(k->db, 0, &k->arena, &tokens, &count);

	for (size_t i = 0; i < count && rc == OK; i++) {
		if (k->options->common.json)
			show_json(k, &tokens[i]);
		else
			show_line(k, &tokens[i]);
		out_flush(&k->run->out);
	}
	if (rc == OK && count == 0 && !k->options->common.json)
		out_str(&k->run->out, "There is no token: only callers on this machine are served."
				      " Make one: filterd token add NAME --role ROLE\n");
	return failed(k, rc);
}

/* --- revoke --- */

static int revoke(struct keyring *k)
{
	const char *what = in_words(k, "token revoke ");
	int rc = what ? db_begin(k->db) : ERR_NOMEM;

	if (rc == OK) {
		rc = token_revoke(k->db, span_of(k->name), k->now_ms);
		if (rc == OK)
			rc = note(k, what);
		rc = db_end(k->db, rc);
	}
	if (rc == ERR_NOTFOUND)
		return cli_failed(k->run, CLI_FOUND,
			"no token `%.200s` holds; see `filterd token list`", k->name);
	return failed(k, rc);
}

/* --- audit --- */

static void write_text(struct buf *out, const char *key, struct span text)
{
	buf_printf(out, ",\"%s\":", key);
	json_write(out, text);
}

static void show_audit(struct keyring *k, const struct audit_row *row)
{
	struct out *out = &k->run->out;
	char at[CLOCK_TEXT_SIZE];

	clock_format(row->at_ms, at);
	if (k->options->common.json) {
		buf_printf(
			&out->buffer, "{\"at\":\"%s\",\"times\":%lld", at, (long long)row->times);
		write_text(&out->buffer, "actor", row->actor);
		write_text(&out->buffer, "address", row->address);
		write_text(&out->buffer, "what", row->what);
		write_text(&out->buffer, "outcome", row->outcome);
		buf_str(&out->buffer, "}\n");
		return;
	}
	out_printf(out, "%.19sZ  ", at);
	out_untrusted(out, row->actor.len ? row->actor : SPAN("-"), 0);
	out_str(out, "  ");
	out_untrusted(out, row->address, 0);
	out_str(out, "  ");
	out_untrusted(out, row->what, 0);
	out_str(out, "  ");
	out_style(out, span_eq(row->outcome, SPAN("ok")) ? STYLE_GOOD : STYLE_BAD);
	out_untrusted(out, row->outcome, 0);
	out_style(out, STYLE_PLAIN);
	if (row->times > 1)
		out_printf(out, "  %lld times", (long long)row->times);
	out_str(out, "\n");
}

static int audit(struct keyring *k)
{
	size_t limit = k->options->limit ? (size_t)k->options->limit : AUDIT_ROWS;
	struct audit_row *rows;
	size_t count;
	int rc = audit_list(k->db, limit, &k->arena, &rows, &count);

	/* The newest last, as logs have it. */
	for (size_t i = count; i > 0 && rc == OK; i--) {
		show_audit(k, &rows[i - 1]);
		out_flush(&k->run->out);
	}
	return failed(k, rc);
}

/* --- the table of actions --- */

static const struct token_action {
	const char *name;
	bool names_one; /* it takes a name */
	enum db_use use;
	int (*run)(struct keyring *k);
} actions[] = {
	{"list", false, DB_READ, list},
	{"add", true, DB_CREATE, add},
	{"revoke", true, DB_WRITE, revoke},
	{"audit", false, DB_READ, audit},
};

static const struct token_action *find_action(struct run *run)
{
	const char *names[ARRAY_LEN(actions)];
	size_t at;

	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		names[i] = actions[i].name;
	return cli_find_action(run, names, ARRAY_LEN(names), &at) ? &actions[at] : NULL;
}

/* "90d" from now, or an instant; false: neither, or it is over already. */
static bool read_expiry(const char *text, int64_t now_ms, int64_t *out)
{
	int64_t duration;

	if (!text)
		*out = 0;
	else if (schema_parse_duration(span_of(text), &duration) && duration < INT64_MAX - now_ms)
		*out = now_ms + duration;
	else if (!clock_parse(span_of(text), out))
		return false;
	return !text || *out > now_ms;
}

static int check_call(struct keyring *k, const struct token_action *action)
{
	struct run *run = k->run;

	if (action->names_one && !k->name)
		return cli_usage_error(run, "`token %s` needs a name", action->name);
	if (!action->names_one && k->name)
		return cli_usage_error(run, "`token %s` takes no name", action->name);
	if (action->run == add && !user_role_find(span_of(k->options->role), &k->role))
		return cli_usage_error(
			run, "`token add` needs --role cms, moderator, author or admin");
	if (action->run != add && (k->options->role || k->options->expires))
		return cli_usage_error(run, "--role and --expires are for `token add`");
	if (!read_expiry(k->options->expires, k->now_ms, &k->expires_ms))
		return cli_usage_error(run, "--expires is a time such as 90d or 12h, or a day to "
					    "come such as 2027-01-31");
	return CLI_FINE;
}

static int run_token(struct run *run)
{
	const struct token_action *action = find_action(run);
	struct keyring k = {.run = run, .options = run->options, .now_ms = clock_real_ms()};
	int code;

	if (!action)
		return CLI_USAGE;
	k.name = run->arguments.count > 1 ? run->arguments.items[1] : NULL;
	code = check_call(&k, action);
	if (code != CLI_FINE)
		return code;
	arena_init(&k.arena, 0);
	code = database_open(run, k.options->store, action->use, &k.db);
	if (code == CLI_FINE)
		code = action->run(&k);
	db_close(k.db);
	arena_free(&k.arena);
	return code;
}

const struct command command_token = {
	.name = "token",
	.summary = "Say who may use the daemon over the network, and see who did.",
	.usage = "[ACTION] [NAME]",
	.details =
		"list      all tokens there ever were, without their texts (the default)\n"
		"add       make one for NAME with --role, and print it: only now, only its hash is "
		"kept\n"
		"revoke    end the token of that name or id, and its sessions, within two seconds\n"
		"audit     who did what over HTTP, the newest last\n"
		"\n"
		"A cms has comments judged and reads the feed of decisions; a moderator works on "
		"the\n"
		"queue; an author reads, tries out and reloads rules; an admin may do all of it.\n"
		"Once there is a token, HTTP asks for one, but for comments judged from this "
		"machine.\n"
		"It works on the database itself: run it as the user that the daemon runs as.\n"
		"Exit code: 1 the name is taken, or no such token holds.\n",
	.tables = {{token_rows, ARRAY_LEN(token_rows)}, COMMON_ALL},
	.size = sizeof(struct token_options),
	.arguments_max = 2,
	.run = run_token,
};
