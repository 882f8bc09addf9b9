/* The protocol's tables as Markdown: see tables.h. */
#include "wire/tables.h"

#include "wire/native.h"
#include "wire/refusal.h"

/* What the fields mean; their forms are those of the reader. A unit test holds both together. */
static const struct {
	const char *name;
	const char *meaning;
} meanings[] = {
	{"text", "the comment as the reader wrote it, **not escaped, not stripped of HTML, not "
		 "trimmed**. May be empty; may hold U+0000"},
	{"id", "echoed in the answer. The server keeps none and does not mind the same one twice"},
	{"lang", "BCP 47 tag, if the CMS knows the language; else it is found out"},
	{"site", "a site of the configuration, whose overrides then hold"},
	{"revision", "counts edits of the same comment"},
	{"submitted", "when it was submitted; default: now. Rules with times go by it"},
	{"author.id", "who wrote it, by the CMS's own name"},
	{"author.name", "looked at by rules with `field`"},
	{"author.email", "the same, its domain"},
	{"author.url", "the same"},
	{"author.ip", "kept out of logs"},
	{"author.approved", "comments of this author approved before. Absent: not known, which is "
			    "not 0"},
	{"author.rejected", "the same, rejected"},
	{"author.created", "when the account was made"},
	{"author.role", "as your rules use it"},
	{"article.id", "the story"},
	{"article.title", "its title: words it uses itself can be excused"},
	{"article.text", "its text, for the same"},
	{"article.url", "where it is"},
	{"article.section", "the section it is in: sites can have overrides for some"},
	{"article.tags", "what it is about"},
	{"parent.id", "the comment that is answered"},
	{"parent.text", "its text, looked at by rules with `field`"},
	{"deadline_ms", "[ms] from arrival that you wait. If it has passed before the turn comes: "
			"`expired`"},
	{"reason_lang", "BCP 47 tag in which reasons are wanted, if the rules have them; else "
			"English"},
};

void tables_fields(struct buf *out)
{
	buf_str(out, "| field | form | meaning |\n|---|---|---|\n");
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		const char *form = native_field_form(span_of(meanings[i].name));

		buf_printf(out, "| `%s` | %s | %s |\n", meanings[i].name, form ? form : "?",
			meanings[i].meaning);
	}
}

void tables_codes(struct buf *out)
{
	buf_str(out, "| code | HTTP | retry | meaning |\n|---|---|---|---|\n");
	for (size_t i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++)
		buf_printf(out, "| `%s` | %d | %s | %s |\n", refusal_kinds[i].name,
			refusal_kinds[i].status, refusal_kinds[i].retry_ms ? "yes" : "no",
			refusal_kinds[i].meaning);
}
