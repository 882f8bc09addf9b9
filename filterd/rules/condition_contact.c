/* `contact`: e-mail addresses, phone numbers, handles and messenger links. */
#include "rules/condition_parts.h"
#include "rules/findings.h"

struct contact_condition {
	unsigned kinds; /* bit per enum contact_kind */
	int64_t at_least;
	enum field field;
};

static const char *const kind_names[CONTACT_COUNT + 1] = {
	[CONTACT_EMAIL] = "email",
	[CONTACT_PHONE] = "phone",
	[CONTACT_HANDLE] = "handle",
	[CONTACT_MESSENGER] = "messenger",
};

static const struct key keys[] = {
	{.name = "kinds",
		.type = TYPE_CHOICES,
		.help = "What counts: `email`, `phone`, `handle` (@name), `messenger` (t.me/name, "
			"wa.me/number, ...).",
		.offset = offsetof(struct contact_condition, kinds),
		.choices = kind_names,
		.flags = KEY_REQUIRED},
	{.name = "at_least",
		.type = TYPE_INT,
		.help = "At least so many.",
		.offset = offsetof(struct contact_condition, at_least),
		.min = 1,
		.max = BOUND_MAX,
		.fallback = "1"},
};

static const struct section section = {
	.name = "contact",
	.help = "Ways to reach somebody.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = 0,
	.size = sizeof(struct contact_condition),
};

static int compile(struct loader *loader, struct condition *condition)
{
	struct contact_condition *contact = condition->data;

	contact->field = loader->field;
	condition->always = true;
	return OK;
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct contact_condition *contact = condition->data;
	const struct findings *findings = findings_contacts(scene, contact->field);
	int64_t n = 0;

	if (!findings)
		return TRUTH_UNKNOWN;
	for (size_t i = 0; i < findings->contacts.count; i++) {
		const struct contact *found = &findings->contacts.items[i];

		if (!(contact->kinds & (1u << found->kind)) ||
			!scene->counts(scene, contact->field, findings->contact_places[i]))
			continue;
		n++;
		evidence_add(scene, evidence,
			(struct evidence_item){.field = contact->field,
				.range = findings->contact_places[i],
				.entry = span_of(kind_names[found->kind])});
	}
	return truth_of(n >= contact->at_least);
}

const struct condition_kind condition_kind_contact = {
	.name = "contact",
	.help = "The text tells how to reach somebody.",
	.example = "contact: [phone, messenger]",
	.section = &section,
	.compile = compile,
	.test = test,
};
