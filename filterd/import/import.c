/* The systems that can be imported from, and one run: see import.h. */
#include "import/importer.h"

#include "rules/yaml.h"

/* clang-format off */
static const struct import_kind kinds[] = {
	{"automoderator",
		"AutoModerator takes the first rule that acts; here all rules count. A rule that lost a check "
		"would hold too often, so it has `shadow: true`: it is counted and shown but changes no verdict "
		"until you take that line out.",
		YAML_SIZE_MAX, read_automoderator},
	{"coral", NULL, IMPORT_LIST_SIZE_MAX, read_coral},
	{"discourse",
		"filterd never changes a comment: what Discourse would censor is shown to a moderator.",
		IMPORT_LIST_SIZE_MAX, read_discourse},
	{"words", NULL, IMPORT_LIST_SIZE_MAX, read_words},
	{"wordpress",
		"WordPress finds a key inside other words too (`cialis` in specialist). Here a key of letters is "
		"a whole word: write `key*` for every word that begins so. Only a key that begins or ends with "
		"a sign is found anywhere. IP addresses and browsers are not looked at.",
		IMPORT_LIST_SIZE_MAX, read_wordpress},
};
/* clang-format on */

const struct import_kind *import_kinds(size_t *count)
{
	*count = ARRAY_LEN(kinds);
	return kinds;
}

bool import_name_fits(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (c == 0 ||
			(!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr("._/-", c)))
			return false;
	}
	return name.len > 0 && name.len <= IMPORT_NAME_MAX;
}

/* What is no UTF-8 is told entry by entry; but here not one of them would be right. */
static bool is_utf16(const struct source *source, struct errors *errors)
{
	if (!span_starts(source->text, SPAN("\xFF\xFE")) &&
		!span_starts(source->text, SPAN("\xFE\xFF")))
		return false;
	errors_add(errors, SEVERITY_ERROR, (struct place){source, 0, 0}, "the file is in UTF-16");
	errors_hint(errors, "save it as UTF-8");
	return true;
}

static int too_large(const struct source *source, struct errors *errors)
{
	errors_add(errors, SEVERITY_ERROR, (struct place){source, 0, 0},
		"the rule file would be larger than %d bytes", YAML_SIZE_MAX);
	errors_hint(errors, "split the list into several files");
	return ERR_LIMIT;
}

int import_run(const struct import_kind *kind, const struct source *source,
	const struct import_options *options, struct arena *arena, struct errors *errors,
	struct buf *out, struct import_result *result)
{
	struct importer im = {
		.kind = kind,
		.source = source,
		.options = options,
		.id = options->id.len ? options->id : span_of(kind->name),
		.arena = arena,
		.errors = errors,
		.result = result,
		.checker = matcher_builder_new(arena),
	};
	struct matcher *matcher = NULL;
	int rc = OK;

	*result = (struct import_result){0};
	if (!im.checker)
		return ERR_NOMEM;
	im.name = result->name = importer_shown(&im, span_of(source->name), 0);
	im.broken = is_utf16(source, errors);
	if (!im.broken)
		kind->read(&im);
	im.nomem = im.nomem || im.lists.failed || im.rules.failed;
	if (!im.broken && !im.full)
		writer_file(&im, out);
	im.full = im.full || out->len > YAML_SIZE_MAX;
	if (matcher_build(im.checker, &matcher) != OK || im.nomem || out->failed)
		rc = ERR_NOMEM;
	else if (im.broken)
		rc = ERR_INVALID;
	else if (im.full)
		rc = too_large(source, errors);
	matcher_free(matcher);
	buf_free(&im.lists);
	buf_free(&im.rules);
	return rc;
}
