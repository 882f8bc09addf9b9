/* `links`: how many links there are, to which domains. */
#include "rules/condition_parts.h"
#include "rules/findings.h"
#include "text/fold.h"

#include <stdlib.h>

struct domains {
	struct span *items; /* folded, sorted */
	size_t count;
};

struct links_condition {
	int64_t at_least, at_most;
	struct strings domains_written, not_domains_written;
	struct domains domains, not_domains;
	enum field field;
};

static const struct key keys[] = {
	{.name = "at_least",
		.type = TYPE_INT,
		.help = "At least so many links.",
		.offset = offsetof(struct links_condition, at_least),
		.max = BOUND_MAX,
		.fallback = "1"},
	{.name = "at_most",
		.type = TYPE_INT,
		.help = "At most so many links; without it there is no upper bound.",
		.offset = offsetof(struct links_condition, at_most),
		.max = BOUND_MAX,
		.fallback = BOUND_MAX_TEXT},
	{.name = "domains",
		.type = TYPE_STRINGS,
		.help = "Only links to these domains, or below them, count.",
		.offset = offsetof(struct links_condition, domains_written)},
	{.name = "not_domains",
		.type = TYPE_STRINGS,
		.help = "Links to these domains, or below them, do not count.",
		.offset = offsetof(struct links_condition, not_domains_written)},
};

static const struct section section = {
	.name = "links",
	.help = "Counts http://, https://, ftp:// and www. links and bare domains.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct links_condition),
};

static int compare_spans(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* A domain as hosts are written in the folded text; ptr is NULL when out of memory. */
static struct span normal_domain(struct arena *arena, struct span written)
{
	struct span domain = fold_word(arena, written);

	if (span_starts(domain, SPAN("*.")))
		domain = span_sub(domain, 2, domain.len);
	if (span_starts(domain, SPAN("www.")))
		domain = span_sub(domain, 4, domain.len);
	return domain;
}

static bool looks_like_domain(struct span domain)
{
	for (size_t i = 0; i < domain.len; i++)
		if ((unsigned char)domain.ptr[i] <= ' ' || strchr("/:@?#*", domain.ptr[i]))
			return false;
	return domain.len > 0 && domain.ptr[0] != '.';
}

static int compile_domains(
	struct loader *loader, const struct strings *written, struct domains *out)
{
	struct strings entries;
	int rc = OK;

	if (written->count == 0)
		return OK;
	rc = loader_expand(loader, written, &entries);
	if (rc != OK)
		return rc;
	out->items = arena_alloc(loader->arena, entries.count * sizeof(*out->items));
	if (!out->items)
		return ERR_NOMEM;
	for (size_t i = 0; i < entries.count; i++) {
		struct span domain = normal_domain(loader->arena, entries.items[i]);

		if (!domain.ptr)
			return ERR_NOMEM;
		if (!looks_like_domain(domain)) {
			loader_error(loader, entries.nodes[i],
				"`%.*s` is no domain; write it like example.com",
				SPAN_ARGS(entries.items[i]));
			rc = ERR_INVALID;
		}
		out->items[out->count++] = domain;
	}
	qsort(out->items, out->count, sizeof(*out->items), compare_spans);
	return rc;
}

static int compile(struct loader *loader, struct condition *condition)
{
	struct links_condition *links = condition->data;
	int bounds = bounds_settle(loader, condition->node, &links->at_least, links->at_most);
	int rc = compile_domains(loader, &links->domains_written, &links->domains);

	if (rc == OK)
		rc = compile_domains(loader, &links->not_domains_written, &links->not_domains);
	links->field = loader->field;
	condition->always = true;
	return rc == OK ? bounds : rc;
}

/* The listed domain that the host is, or lies below; NULL if none. */
static const struct span *listed(const struct domains *domains, struct span host)
{
	for (;;) {
		const struct span *found = bsearch(&host, domains->items, domains->count,
			sizeof(*domains->items), compare_spans);
		const char *dot;

		if (found)
			return found;
		dot = host.len ? memchr(host.ptr, '.', host.len) : NULL;
		if (!dot)
			return NULL;
		host = span_sub(host, (size_t)(dot - host.ptr) + 1, host.len);
	}
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct links_condition *links = condition->data;
	const struct findings *findings = findings_links(scene, links->field);
	int64_t n = 0;

	if (!findings)
		return TRUTH_UNKNOWN;
	for (size_t i = 0; i < findings->links.count; i++) {
		const struct link *link = &findings->links.items[i];
		const struct span *domain = NULL;

		if (links->domains.count && !(domain = listed(&links->domains, link->host)))
			continue;
		if (links->not_domains.count && listed(&links->not_domains, link->host))
			continue;
		if (!scene->counts(scene, links->field, findings->link_places[i]))
			continue;
		n++;
		evidence_add(scene, evidence,
			(struct evidence_item){.field = links->field,
				.range = findings->link_places[i],
				.entry = domain ? *domain : (struct span){NULL, 0}});
	}
	return truth_of(bounds_hold(links->at_least, links->at_most, n));
}

const struct condition_kind condition_kind_links = {
	.name = "links",
	.help = "The text has so many links.",
	.example = "links: {at_least: 1, not_domains: [example.com]}",
	.section = &section,
	.compile = compile,
	.test = test,
};
