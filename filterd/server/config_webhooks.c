/* Reading `webhooks` of the configuration: see config.h. */
#include "server/config_keys.h"

#include "wire/http_text.h"

#include <arpa/inet.h>

/* What is left of a URL, and what it was found to have. */
struct url {
	struct span rest;
	struct webhook *hook;
	const char *wrong; /* NULL: nothing so far */
};

static bool take_scheme(struct url *url)
{
	static const struct {
		struct span text;
		bool tls;
		uint16_t port;
	} schemes[] = {{{"https://", 8}, true, 443}, {{"http://", 7}, false, 80}};

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		if (!span_starts(url->rest, schemes[i].text))
			continue;
		url->rest = span_sub(url->rest, schemes[i].text.len, url->rest.len);
		url->hook->tls = schemes[i].tls;
		url->hook->port = schemes[i].port;
		return true;
	}
	url->wrong = "it begins with https:// or http://";
	return false;
}

/* A name, or an address; *host is without the brackets of the latter. */
static bool take_host(struct url *url, struct span *host)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;

	url->wrong = "after // comes the name or address of a machine";
	if (!span_starts(url->rest, SPAN("["))) {
		*host = span_sub(url->rest, 0, http_text_run(url->rest, HTTP_TEXT_HOST));
		url->rest = span_sub(url->rest, host->len, url->rest.len);
		return host->len > 0 && host->len < 254;
	}
	url->rest = span_sub(url->rest, 1, url->rest.len);
	*host = span_sub(url->rest, 0, http_text_run(url->rest, HTTP_TEXT_LITERAL));
	url->rest = span_sub(url->rest, host->len, url->rest.len);
	if (host->len >= sizeof(text) || !span_starts(url->rest, SPAN("]")))
		return false;
	url->rest = span_sub(url->rest, 1, url->rest.len);
	memcpy(text, host->ptr, host->len);
	text[host->len] = '\0';
	return inet_pton(AF_INET6, text, &address) == 1;
}

static bool take_port(struct url *url)
{
	unsigned port = 0;
	size_t digits = 0;

	if (!span_starts(url->rest, SPAN(":")))
		return true;
	url->wrong = "a port is a number from 1 to 65535";
	url->rest = span_sub(url->rest, 1, url->rest.len);
	while (digits < url->rest.len && http_text_is_digit(url->rest.ptr[digits]) && digits < 6)
		port = port * 10 + (unsigned)(url->rest.ptr[digits++] - '0');
	if (digits == 0 || digits > 5 || port == 0 || port > 65535)
		return false;
	url->hook->port = (uint16_t)port;
	url->rest = span_sub(url->rest, digits, url->rest.len);
	return true;
}

static bool take_target(struct url *url)
{
	url->wrong = span_starts(url->rest, SPAN("@")) || span_starts(url->rest, SPAN(":"))
			     ? "names and passwords are not for URLs: requests are signed"
			     : "after the host comes a path of ASCII characters";
	if (url->rest.len > 0 && url->rest.ptr[0] != '/')
		return false;
	url->wrong = "a path has ASCII characters only, without blanks, `#` or `\"`; others are "
		     "written as %20";
	return http_text_all(url->rest, HTTP_TEXT_TARGET);
}

/* What is wrong with it, or NULL; *host lies in the text. */
static const char *parse_url(struct span text, struct webhook *hook, struct span *host)
{
	struct url url = {.rest = text, .hook = hook};
	const char *authority;
	size_t name = 0;

	if (!take_scheme(&url))
		return url.wrong;
	authority = url.rest.ptr;
	if (!take_host(&url, host) || !take_port(&url))
		return url.wrong;
	hook->authority = (struct span){authority, (size_t)(url.rest.ptr - authority)};
	if (!take_target(&url))
		return url.wrong;
	hook->target = url.rest.len ? url.rest : SPAN("/");
	while (name < text.len && text.ptr[name] != '?')
		name++;
	hook->name = span_sub(text, 0, name);
	return NULL;
}

static void check_secrets(struct reading *r, const struct yaml_node *node)
{
	bool text = schema_has(node, "secret"), file = schema_has(node, "secret_file");

	if (text != file)
		return;
	complain(r, node,
		text ? "a webhook has either `secret` or `secret_file`"
		     : "a webhook without `secret`");
	errors_hint(r->errors,
		"at least 16 bytes that the CMS has, too: `openssl rand -hex 32` makes some");
}

static int read_webhook(struct reading *r, const struct yaml_node *node, struct webhook *hook)
{
	struct webhook_keys keys;
	struct span host = {0};
	const char *wrong;
	int rc =
		schema_read(&r->config->arena, r->source, r->errors, &webhook_section, node, &keys);

	if (rc != OK)
		return rc == ERR_NOMEM ? rc : OK;
	hook->node = node;
	hook->secret = keys.secret;
	hook->sites = keys.sites;
	hook->timeout = keys.timeout;
	hook->give_up = keys.give_up;
	check_secrets(r, node);
	wrong = parse_url(keys.url, hook, &host);
	if (wrong) {
		complain(r, yaml_get(node, "url"), "`%s` is no URL for a webhook", keys.url.ptr);
		errors_hint(r->errors, "%s", wrong);
		return OK;
	}
	if (keys.ca_file.len && !hook->tls)
		complain(r, yaml_get(node, "ca_file"), "`ca_file` is for https:// URLs");
	hook->host = arena_copy(&r->config->arena, host).ptr;
	if (keys.secret_file.len)
		hook->secret_file = config_resolve(r->config, keys.secret_file);
	if (keys.ca_file.len)
		hook->ca_file = config_resolve(r->config, keys.ca_file);
	return hook->host && (!keys.secret_file.len || hook->secret_file) &&
			       (!keys.ca_file.len || hook->ca_file)
		       ? OK
		       : ERR_NOMEM;
}

static void check_twice(struct reading *r, const struct webhook *all, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (all[i].name.len == 0 || !span_eq(all[i].name, all[j].name))
			continue;
		complain(r, all[i].node, "`%.*s` is listed twice", SPAN_ARGS(all[i].name));
		errors_hint(r->errors, "the first is in line %u", all[j].node->line);
		return;
	}
}

int config_read_webhooks(struct reading *r, const struct yaml_node *list)
{
	struct config *config = r->config;
	struct webhook *hooks;

	if (list->kind != YAML_SEQUENCE || list->count > WEBHOOKS_MAX) {
		complain(r, list, "`webhooks` is a list of at most %d", WEBHOOKS_MAX);
		errors_hint(r->errors,
			"such as `- {url: \"https://cms.example/filterd\", secret_file: secret}`");
		return OK;
	}
	if (config->store == NULL && list->count > 0)
		complain(r, list,
			"`webhooks` tell what is decided about the review queue, and there is none "
			"with `store: off`");
	hooks = arena_zalloc(&config->arena, list->count, sizeof(*hooks));
	if (!hooks)
		return ERR_NOMEM;
	for (size_t i = 0; i < list->count; i++) {
		int rc = read_webhook(r, &list->items[i], &hooks[i]);

		if (rc != OK)
			return rc;
		check_twice(r, hooks, i);
	}
	config->webhooks = hooks;
	config->webhooks_count = list->count;
	return OK;
}
