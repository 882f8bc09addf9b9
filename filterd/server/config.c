/* Reading the configuration: see config.h. */
#include "server/config_keys.h"
#include "store/db.h"

#include "store/history.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

/* --- reading
 * ---------------------------------------------------------------------------------------- */

static int read_section(
	struct reading *r, const struct section *section, const struct yaml_node *node, void *out)
{
	return schema_read(&r->config->arena, r->source, r->errors, section, node, out);
}

const char *config_resolve(struct config *config, struct span path)
{
	const char *slash = config->path ? strrchr(config->path, '/') : NULL;
	size_t folder = slash && path.ptr[0] != '/' ? (size_t)(slash - config->path) + 1 : 0;
	char *joined = arena_alloc(&config->arena, folder + path.len + 1);

	if (!joined)
		return NULL;
	if (folder)
		memcpy(joined, config->path, folder);
	memcpy(joined + folder, path.ptr, path.len);
	joined[folder + path.len] = '\0';
	return joined;
}

/* What names a server is no path. */
static const char *resolve_store(struct config *config, struct span store)
{
	const char *copied = arena_copy(&config->arena, store).ptr;

	return !copied || db_is_server(copied) ? copied : config_resolve(config, store);
}

static int read_rules(struct reading *r, const struct strings *folders)
{
	struct config *config = r->config;
	const char **paths = arena_zalloc(&config->arena, folders->count, sizeof(*paths));

	if (!paths)
		return ERR_NOMEM;
	for (size_t i = 0; i < folders->count; i++) {
		paths[i] = config_resolve(config, folders->items[i]);
		if (!paths[i])
			return ERR_NOMEM;
	}
	config->rules = paths;
	config->rules_count = folders->count;
	return OK;
}

/* --- addresses
 * -------------------------------------------------------------------------------------- */

/* Four octal digits such as 0660. */
static bool parse_mode(struct span text, mode_t *out)
{
	mode_t mode = 0;

	if (text.len < 3 || text.len > 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '7')
			return false;
		mode = mode * 8 + (mode_t)(text.ptr[i] - '0');
	}
	*out = mode;
	return mode <= 0777;
}

static int set_unix(struct reading *r, struct listener *listener, const struct listen_keys *keys,
	const struct yaml_node *node)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&listener->address;
	struct span path = span_sub(keys->address, 5, keys->address.len);

	if (path.len == 0) {
		complain(r, node, "a path is missing after `unix:`");
		return OK;
	}
	listener->path = config_resolve(r->config, path);
	if (!listener->path)
		return ERR_NOMEM;
	path = span_of(listener->path);
	if (path.len >= sizeof(un->sun_path)) {
		complain(r, node, "the path of this socket is %zu bytes long, %zu are possible",
			path.len, sizeof(un->sun_path) - 1);
		return OK;
	}
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path.ptr, path.len + 1);
	listener->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.len + 1);
	listener->loopback = true;
	return OK;
}

/* 1 to 65535, in plain digits. */
static bool parse_port(struct span text, uint16_t *out)
{
	unsigned port = 0;

	if (text.len == 0 || text.len > 5 || text.ptr[0] == '0')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		port = port * 10 + (unsigned)(text.ptr[i] - '0');
	}
	*out = htons((uint16_t)port);
	return port <= 65535;
}

static bool parse_ipv6(struct listener *listener, const char *host, uint16_t port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&listener->address;

	if (inet_pton(AF_INET6, host, &in6->sin6_addr) != 1)
		return false;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = port;
	listener->address_len = sizeof(*in6);
	listener->loopback =
		IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) ||
		(IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) && in6->sin6_addr.s6_addr[12] == 127);
	return true;
}

static bool parse_ipv4(struct listener *listener, const char *host, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&listener->address;

	if (inet_pton(AF_INET, host, &in->sin_addr) != 1)
		return false;
	in->sin_family = AF_INET;
	in->sin_port = port;
	listener->address_len = sizeof(*in);
	listener->loopback = ntohl(in->sin_addr.s_addr) >> 24 == 127;
	return true;
}

/* `host:port` or `[host]:port` with a numeric host. */
static bool parse_tcp(struct listener *listener, struct span text)
{
	size_t colon = text.len;
	char host[INET6_ADDRSTRLEN];
	struct span name;
	uint16_t port;
	bool brackets;

	while (colon > 0 && text.ptr[colon - 1] != ':')
		colon--;
	if (colon < 2 || !parse_port(span_sub(text, colon, text.len), &port))
		return false;
	name = span_sub(text, 0, colon - 1);
	brackets = name.len > 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']';
	if (brackets)
		name = span_sub(name, 1, name.len - 1);
	if (name.len >= sizeof(host))
		return false;
	memcpy(host, name.ptr, name.len);
	host[name.len] = '\0';
	return brackets ? parse_ipv6(listener, host, port) : parse_ipv4(listener, host, port);
}

static void set_tcp(struct reading *r, struct listener *listener, const struct listen_keys *keys,
	const struct yaml_node *node)
{
	if (!parse_tcp(listener, keys->address)) {
		complain(r, node, "`%s` is not an address to listen on", node->value.ptr);
		errors_hint(r->errors,
			"write unix:PATH, 127.0.0.1:8786 or [::1]:8786 (numbers, not names)");
	} else if (!listener->loopback && !keys->public) {
		complain(r, node, "`%s` can be reached from other machines", node->value.ptr);
		errors_hint(
			r->errors, "if that is meant, add `public: true`; if not, use 127.0.0.1");
	}
}

static int read_listener(struct reading *r, const struct yaml_node *node, struct listener *listener)
{
	const struct yaml_node *address = yaml_get(node, "address");
	const struct yaml_node *mode = yaml_get(node, "mode");
	struct listen_keys keys;
	int rc = read_section(r, &listen_section, node, &keys);

	if (rc != OK)
		return rc == ERR_NOMEM ? rc : OK;
	listener->node = node;
	listener->text = keys.address.ptr;
	listener->protocol = (enum protocol)keys.protocol;
	if (!parse_mode(keys.mode, &listener->mode)) {
		complain(r, mode, "`mode` must be a file mode");
		errors_hint(r->errors, "such as \"0660\"");
	}
	if (span_starts(keys.address, SPAN("unix:")))
		return set_unix(r, listener, &keys, address);
	set_tcp(r, listener, &keys, address);
	if (mode)
		complain(r, mode, "`mode` is for Unix sockets");
	return OK;
}

static void check_twice(struct reading *r, const struct listener *all, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (all[i].address_len == 0 || all[i].address_len != all[j].address_len ||
			memcmp(&all[i].address, &all[j].address, all[i].address_len) != 0)
			continue;
		complain(r, all[i].node, "`%s` is listed twice", all[i].text);
		errors_hint(r->errors, "the first is in line %u", all[j].node->line);
		return;
	}
}

static int read_listeners(struct reading *r, const struct yaml_node *list)
{
	struct config *config = r->config;
	struct listener *listeners;

	if (list->kind != YAML_SEQUENCE || list->count == 0 || list->count > LISTENERS_MAX) {
		complain(r, list, "`listen` is a list of 1 to %d addresses", LISTENERS_MAX);
		errors_hint(r->errors, "such as `- {address: \"127.0.0.1:8787\", protocol: http}`");
		return OK;
	}
	listeners = arena_zalloc(&config->arena, list->count, sizeof(*listeners));
	if (!listeners)
		return ERR_NOMEM;
	for (size_t i = 0; i < list->count; i++) {
		int rc = read_listener(r, &list->items[i], &listeners[i]);

		if (rc != OK)
			return rc;
		check_twice(r, listeners, i);
	}
	config->listeners = listeners;
	config->listeners_count = list->count;
	return OK;
}

/* --- sites
 * ------------------------------------------------------------------------------------------ */

static void check_override(struct reading *r, const struct yaml_node *node)
{
	int said =
		schema_has(node, "off") + schema_has(node, "action") + schema_has(node, "points");

	if (said == 1)
		return;
	complain(r, node,
		said ? "an override has only one of `off`, `action`, `points`"
		     : "an override says nothing");
	if (!said)
		errors_hint(r->errors, "add `off: true`, `action: review` or `points: 4`");
}

/* One override for each rule id or glob it names. */
static int read_override(struct reading *r, const struct yaml_node *node, struct override **out,
	size_t *count, size_t *capacity)
{
	struct override_keys keys;
	int rc = read_section(r, &override_section, node, &keys);

	if (rc != OK)
		return rc == ERR_NOMEM ? rc : OK;
	check_override(r, node);
	for (size_t i = 0; i < keys.rules.count; i++) {
		bool points = schema_has(node, "points");

		if (*count == *capacity) {
			size_t more = *capacity ? *capacity * 2 : 8;
			struct override *grown =
				arena_zalloc(&r->config->arena, more, sizeof(*grown));

			if (!grown)
				return ERR_NOMEM;
			if (*count)
				memcpy(grown, *out, *count * sizeof(*grown));
			*out = grown;
			*capacity = more;
		}
		(*out)[(*count)++] = (struct override){
			.rules = keys.rules.items[i],
			.section = keys.section,
			.off = keys.off,
			.has_action = points || schema_has(node, "action"),
			.action =
				points ? ACTION_POINTS : (enum action)(ACTION_REVIEW + keys.action),
			.points = (int32_t)keys.points,
			.node = keys.rules.nodes[i],
		};
	}
	return OK;
}

static int read_overrides(struct reading *r, const struct yaml_node *list, struct site *site)
{
	struct override *overrides = NULL;
	size_t count = 0, capacity = 0;
	int rc = OK;

	if (list && list->kind != YAML_SEQUENCE) {
		complain(r, list, "`overrides` is written as a list");
		return OK;
	}
	for (size_t i = 0; list && i < list->count && rc == OK; i++)
		rc = read_override(r, &list->items[i], &overrides, &count, &capacity);
	site->overrides = overrides;
	site->overrides_count = count;
	return rc;
}

static int read_thresholds(struct reading *r, const struct yaml_node *all, struct site *site)
{
	bool by_name = all && all->kind == YAML_MAPPING;
	struct threshold *thresholds;

	if (!all)
		return OK;
	if (all->kind == YAML_SCALAR) {
		complain(r, all, "`guidelines` is written as `name: {review_at: 4}`");
		return OK;
	}
	thresholds = arena_zalloc(&r->config->arena, all->count, sizeof(*thresholds));
	if (!thresholds)
		return ERR_NOMEM;
	for (size_t i = 0; i < all->count; i++) {
		const struct yaml_node *node = by_name ? yaml_value(all, i) : &all->items[i];
		const struct yaml_node *named = yaml_get(node, "guideline");
		struct threshold_keys keys;
		int rc = read_section(r, &threshold_section, node, &keys);

		if (rc == ERR_NOMEM)
			return rc;
		if (rc == OK && by_name == (named != NULL))
			complain(r, named ? named : node,
				named ? "the guideline has its name already"
				      : "`guideline` is missing in a guideline of a site");
		thresholds[i] = (struct threshold){
			.guideline = by_name ? yaml_key(all, i)->value : keys.guideline,
			.section = keys.section,
			.review_at = keys.review_at,
			.reject_at = keys.reject_at,
			.off = keys.off,
			.node = by_name ? yaml_key(all, i)
				: named ? named
					: node,
		};
	}
	site->thresholds = thresholds;
	site->thresholds_count = all->count;
	return OK;
}

static int read_sites(struct reading *r, const struct yaml_node *all)
{
	struct site *sites;

	if (!all)
		return OK;
	if (all->kind != YAML_MAPPING) {
		complain(r, all, "`sites` is written as `name: {lang: en}`");
		return OK;
	}
	sites = arena_zalloc(&r->config->arena, all->count, sizeof(*sites));
	if (!sites)
		return ERR_NOMEM;
	for (size_t i = 0; i < all->count; i++) {
		struct site_keys keys;
		int rc = read_section(r, &site_section, yaml_value(all, i), &keys);

		if (rc == OK && keys.lang.len && !schema_is_language(keys.lang)) {
			complain(r, yaml_get(yaml_value(all, i), "lang"),
				"`%s` is not a language code", keys.lang.ptr);
			errors_hint(r->errors, "codes are such as en, ckb, kmr, ar, tr, fa");
		}
		sites[i].name = yaml_key(all, i)->value;
		sites[i].lang = keys.lang;
		sites[i].temperament = r->config->temperament;
		if (rc == OK && yaml_get(yaml_value(all, i), "temperament"))
			sites[i].temperament = (enum temperament)keys.temperament;
		if (rc != ERR_NOMEM)
			rc = read_overrides(r, keys.overrides, &sites[i]);
		if (rc != ERR_NOMEM)
			rc = read_thresholds(r, keys.guidelines, &sites[i]);
		if (rc == ERR_NOMEM)
			return rc;
	}
	r->config->sites = sites;
	r->config->sites_count = all->count;
	return OK;
}

/* --- history
 * ------------------------------------------------------------------------------------- */

/* "off", "all", or a share with up to two decimals: "5%", "0.25%". In ten-thousandths. */
static bool parse_share(struct span text, uint32_t *out)
{
	int decimals = -1; /* behind the point */

	*out = 0;
	if (span_eq(text, SPAN("off")))
		return true;
	if (span_eq(text, SPAN("all"))) {
		*out = HISTORY_ALL;
		return true;
	}
	if (text.len < 2 || text.len > 6 || text.ptr[0] == '.' || text.ptr[text.len - 1] != '%')
		return false;
	for (size_t i = 0; i + 1 < text.len; i++) {
		if (text.ptr[i] == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || decimals == 2)
			return false;
		*out = *out * 10 + (uint32_t)(text.ptr[i] - '0');
		decimals += decimals >= 0;
	}
	for (int i = decimals > 0 ? decimals : 0; i < 2; i++)
		*out *= 10;
	return decimals != 0 && *out <= HISTORY_ALL;
}

static void read_history(
	struct reading *r, const struct history_keys *keys, const struct yaml_node *node)
{
	const struct {
		const char *name;
		struct span text;
		uint32_t *share;
	} kinds[] = {{"approved", keys->approved, &r->config->history[VERDICT_APPROVE]},
		{"rejected", keys->rejected, &r->config->history[VERDICT_REJECT]}};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].text.len > 0 && !parse_share(kinds[i].text, kinds[i].share))
			complain(r, yaml_get(node, kinds[i].name),
				"`%s` must be `off`, `all` or a share such as `5%%`",
				kinds[i].name);
	}
}

/* --- the whole
 * -------------------------------------------------------------------------------------- */

/* What listen: is without the key; parsed like a file so that there is one way to read it. */
static const char default_listen[] = "- {address: \"unix:run/filterd.sock\", protocol: ndjson}\n"
				     "- {address: \"127.0.0.1:8786\", protocol: ndjson}\n"
				     "- {address: \"127.0.0.1:8787\", protocol: http}\n";

static int read_default_listeners(struct reading *r)
{
	static const struct source source = {
		"(default)", {default_listen, sizeof(default_listen) - 1}};
	const struct source *file = r->source;
	struct yaml_node *root;
	int rc = yaml_parse(&r->config->arena, &source, r->errors, &root);

	if (rc != OK)
		return rc;
	r->source = &source;
	rc = read_listeners(r, root);
	r->source = file;
	return rc;
}

static int read_root(struct reading *r, const struct yaml_node *root)
{
	struct config *config = r->config;
	struct config_keys keys;
	int rc = read_section(r, &config_section, root, &keys);

	if (rc == ERR_NOMEM)
		return rc;
	config->workers = keys.workers;
	config->limits = keys.limits;
	config->log_level = (enum log_level)keys.log.level;
	config->log_json = keys.log.format == 1;
	config->reload_token = keys.reload_token;
	config->hosts = keys.hosts;
	config->require_tokens = keys.require_tokens;
	config->audit_days = keys.audit_days;
	config->sandbox = (enum sandbox_mode)keys.sandbox;
	config->temperament = (enum temperament)keys.temperament;
	config->retention = keys.retention;
	config->undo_time = keys.undo_time;
	if (!span_eq(keys.store, SPAN("off"))) {
		config->store = resolve_store(config, keys.store);
		if (!config->store)
			return ERR_NOMEM;
	} else if (keys.require_tokens) {
		complain(
			r, yaml_get(root, "require_tokens"), "without a store there are no tokens");
		errors_hint(r->errors, "they are kept in the database of the key `store`");
	}
	read_history(r, &keys.history, yaml_get(root, "history"));
	rc = read_rules(r, &keys.rules);
	if (rc == OK)
		rc = keys.listen ? read_listeners(r, keys.listen) : read_default_listeners(r);
	if (rc == OK)
		rc = read_sites(r, keys.sites);
	if (rc == OK && keys.webhooks)
		rc = config_read_webhooks(r, keys.webhooks);
	return rc;
}

static struct config *config_new(const char *path)
{
	struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return NULL;
	arena_init(&config->arena, 0);
	if (path) {
		config->path = arena_copy(&config->arena, span_of(path)).ptr;
		if (!config->path) {
			free(config);
			return NULL;
		}
	}
	return config;
}

static int read_file(struct config *config, struct errors *errors)
{
	struct reading r = {.config = config, .errors = errors};
	const struct yaml_node empty = {.kind = YAML_MAPPING, .line = 1, .column = 1};
	size_t before = errors->errors;
	struct source *source;
	struct yaml_node *root;
	int rc = source_read(&config->arena, config->path, YAML_SIZE_MAX, errors, &source);

	if (rc != OK)
		return rc == ERR_NOMEM ? rc : ERR_INVALID;
	config->source = r.source = source;
	rc = yaml_parse(&config->arena, source, errors, &root);
	if (rc == OK)
		rc = read_root(&r, root ? root : &empty);
	if (rc == OK && errors->errors > before)
		rc = ERR_INVALID;
	return rc;
}

const char *const config_places[] = {"config.yaml", "/etc/filterd/config.yaml", NULL};

static const char *search(void)
{
	for (size_t i = 0; config_places[i]; i++) {
		/* One that is there but cannot be read is not passed over. */
		if (access(config_places[i], F_OK) == 0 || errno != ENOENT)
			return config_places[i];
	}
	return NULL;
}

int config_defaults(struct config **out)
{
	const struct yaml_node empty = {.kind = YAML_MAPPING};
	struct config *config = config_new(NULL);
	struct errors errors = {0};
	struct reading r = {.config = config, .errors = &errors};
	int rc = config ? read_root(&r, &empty) : ERR_NOMEM;

	errors_free(&errors);
	if (rc != OK) {
		config_free(config);
		config = NULL;
	}
	*out = config;
	return rc;
}

int config_load(const char *path, struct errors *errors, struct arena *keep, struct config **out)
{
	struct config *config;
	int rc;

	*out = NULL;
	if (!path)
		path = search();
	if (!path)
		return config_defaults(out);
	config = config_new(path);
	if (!config)
		return ERR_NOMEM;
	rc = read_file(config, errors);
	if (rc == OK) {
		*out = config;
		return OK;
	}
	arena_join(keep, &config->arena);
	free(config);
	return rc;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	arena_free(&config->arena);
	free(config);
}
