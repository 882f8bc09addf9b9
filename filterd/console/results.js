/* What a try-out answers, shown: problems, tests, the verdict and why. */
import {byId, element, fill, plural, shortName, verdictBadge} from "./elements.js";
import {FIELDS, countHidden, marked, snippet, spansOf, visible} from "./text.js";

/* --- problems and tests --- */

function place(problem, open) {
	if (!problem.file || !problem.line)
		return problem.file ? element("span", {class: "place"}, shortName(problem.file)) : null;
	const where = `${shortName(problem.file)}:${problem.line}:${problem.column || 1}`;

	return element("button", {
		type: "button", class: "plain place", title: `Show it in the editor: ${problem.file}`,
		on: {click: () => open(problem)},
	}, where);
}

const item = (problem, open) => element("li", {class: problem.severity},
	place(problem, open),
	element("bdi", {}, visible(problem.text)),
	problem.hint ? element("span", {class: "hint"}, element("bdi", {}, visible(problem.hint))) : null);

/* Errors first, however they are sorted. */
export function showProblems(answer, open) {
	const box = byId("problems").parentElement, title = byId("problems-title");
	const errors = answer.errors.filter((problem) => problem.severity === "error");
	const warnings = answer.errors.filter((problem) => problem.severity !== "error");

	box.className = `problems ${errors.length ? "bad" : warnings.length ? "warned" : "fine"}`;
	if (errors.length)
		title.textContent = `${plural(errors.length, "mistake", "mistakes")}: these rules would be refused`;
	else if (warnings.length)
		title.textContent = `The rules load, with ${plural(warnings.length, "warning", "warnings")}`;
	else
		title.textContent = "The rules load";
	fill(byId("problems"), [...errors, ...warnings].map((problem) => item(problem, open)));
}

export function showTests(answer, open) {
	const box = byId("tests"), title = byId("tests-title"), tests = answer.tests;

	if (!tests) {
		box.className = "tests";
		title.textContent = "Tests: they run once the rules load";
		fill(byId("failures"));
		return;
	}
	box.className = `tests ${tests.failed ? "bad" : "fine"}`;
	title.textContent = tests.failed
		? `Tests: ${plural(tests.failed, "sentence comes", "sentences come")} out wrong, of ${
			tests.tests.toLocaleString("en")}`
		: `Tests: ${plural(tests.tests, "sentence", "sentences")} of ${
			plural(tests.rules, "rule", "rules")}, all as expected`;
	if (tests.left)
		title.textContent += ` (${tests.left} left: they take too long)`;
	fill(byId("failures"), tests.failures.map((failure) => item(failure, open)));
}

/* --- the verdict --- */

function showVerdict(result) {
	const now = result.trial || result.live;
	const parts = [verdictBadge(now.verdict, true)];

	if (result.trial && result.changed)
		parts.push(" ", element("span", {class: "changed"}, "changed by your edit; the live rules say ",
			verdictBadge(result.live.verdict)));
	else if (!result.trial)
		parts.push(" ", element("span", {class: "changed"}, "by the live rules; yours do not load"));
	parts.push(" ", element("span", {class: "quiet"}, `score ${now.score.toFixed(2)}${
		now.lang ? `, language ${now.lang} (${now.lang_source})` : ", language not known"}`));
	fill(byId("verdict"), parts);
	byId("verdict").dataset.verdict = now.verdict;
}

function guidelineRow(guideline) {
	const [low, high] = guideline.points;
	const end = Math.max(guideline.reject_at > 500 ? guideline.review_at * 2 : guideline.reject_at, high, 1) * 1.1;
	const percent = (points) => `${Math.min(100, (100 * points) / end)}%`;
	const bar = element("i", {
		class: high >= guideline.reject_at ? "at-reject" : high >= guideline.review_at ? "at-review" : "",
	});
	const track = element("span", {class: "track", "aria-hidden": "true"}, bar);

	bar.style.width = percent(high);
	for (const points of [guideline.review_at, guideline.reject_at]) {
		if (points > end)
			continue;
		const line = element("b");

		line.style.insetInlineStart = percent(points);
		track.append(line);
	}
	return element("div", {class: "guideline"},
		element("strong", {}, element("bdi", {}, visible(guideline.title))),
		element("span", {class: "numbers"}, `${low === high ? high : `${low} to ${high}`} points · review at ${
			guideline.review_at}${guideline.reject_at > 500 ? "" : ` · reject at ${guideline.reject_at}`}${
			guideline.exempt ? " · lifted" : ""}${guideline.off ? " · off on this site" : ""}`),
		track);
}

function showGuidelines(guidelines) {
	const touched = guidelines.filter((guideline) => guideline.points[1] > 0)
		.sort((a, b) => b.points[1] - a.points[1]);

	return touched.length ? element("div", {class: "guidelines"}, touched.map(guidelineRow)) : null;
}

/* --- where and why --- */

const NAMES = {
	text: "The comment", author_name: "Author’s name", author_url: "Author’s URL",
	parent: "The comment it answers", title: "Article’s title",
};

function showText(comment, verdict) {
	const shown = [];

	for (const [field, name] of Object.entries(NAMES)) {
		const spans = spansOf(verdict, field), text = FIELDS[field](comment) || "";

		if (field !== "text" && spans.length === 0)
			continue;
		if (field !== "text")
			shown.push(element("p", {class: "quiet"}, name));
		shown.push(element("bdi", {class: "shown", dir: "auto", lang: verdict.lang || ""},
			text ? marked(text, spans) : element("span", {class: "quiet"}, "(empty)")));
	}
	const hidden = countHidden(comment.text || "");

	if (hidden)
		shown.push(element("p", {class: "quiet"}, plural(hidden, "hidden character", "hidden characters")));
	return shown;
}

function foundBy(match) {
	if (match.spans.length === 0)
		return null;
	const places = match.spans.map((span) => [
		snippet(span.text, 60),
		span.entry ? [" by ", element("code", {}, snippet(span.entry, 60))] : [],
		span.disguised ? ", disguised" : "",
		span.quoted ? ", quoted" : "",
	].flat());

	return element("p", {class: "found"}, "found: ",
		places.flatMap((nodes, i) => (i ? ["; ", ...nodes] : nodes)));
}

const worth = (match) => (match.action === "points" ? `${match.points} points` : match.action);

const matchItem = (match, live) => element("div", {class: "match"},
	element("div", {class: "head"},
		element("span", {class: "rule-id"}, element("bdi", {}, visible(match.rule))),
		element("span", {class: `badge ${match.action}`}, worth(match)),
		match.guideline ? element("span", {class: "tag"}, match.guideline) : null,
		match.shadow ? element("span", {class: "tag"}, "on trial: no effect") : null,
		live && !live.has(match.rule) ? element("span", {class: "tag new"}, "new") : null),
	element("p", {}, element("bdi", {dir: "auto"}, visible(match.reason))),
	foundBy(match));

function showMatches(result) {
	const now = result.trial || result.live;
	const live = result.trial ? new Set(result.live.matches.map((match) => match.rule)) : null;
	const held = new Set(now.matches.map((match) => match.rule));
	const gone = result.trial ? result.live.matches.filter((match) => !held.has(match.rule)) : [];

	return [
		now.matches.length === 0 ? element("p", {class: "quiet"}, "No rule holds.") : null,
		...now.matches.map((match) => matchItem(match, live)),
		...gone.map((match) => element("div", {class: "match"}, element("div", {class: "head"},
			element("span", {class: "rule-id"}, element("bdi", {}, visible(match.rule))),
			element("span", {class: "tag"}, "holds by the live rules only")))),
		...(now.reasons || []).map((reason) => element("p", {class: "match unknown"},
			`Not certain: ${reason.code}${reason.rule ? ` in ${reason.rule}` : ""}`)),
	];
}

/* --- why not --- */

const DEPTH_MAX = 12;

function condition(node, name, depth) {
	const evidence = (node.evidence || []).map((piece) => piece.text).slice(0, 5);

	return element("li", {},
		element("span", {class: node.holds}, node.holds), ` ${name ? `${name} ` : ""}`,
		element("code", {}, node.condition), element("span", {class: "quiet"}, ` line ${node.line}`),
		evidence.length ? [": ", ...evidence.flatMap((text, i) => [i ? ", " : "", snippet(text, 60)])] : [],
		node.conditions && depth < DEPTH_MAX
			? element("ul", {}, node.conditions.map((child) => condition(child, "", depth + 1))) : null);
}

function showWhy(explanation) {
	const rules = (explanation?.rules || []).filter((rule) => rule.when || rule.skipped);

	if (rules.length === 0)
		return null;
	return element("details", {class: "why"},
		element("summary", {}, `Why, and why not: ${plural(rules.length, "rule", "rules")} that hold or nearly do`),
		element("ul", {}, rules.map((rule) => element("li", {},
			element("span", {class: rule.holds}, rule.holds), " ",
			element("span", {class: "rule-id"}, element("bdi", {}, visible(rule.rule))),
			rule.skipped ? element("span", {class: "quiet"}, ` ${rule.skipped}`) : null,
			element("ul", {}, ["when", "unless"].filter((name) => rule[name])
				.map((name) => condition(rule[name], name, 1)))))));
}

/* The result of one comment. */
export function showResult(comment, result) {
	if (result.error) {
		fill(byId("verdict"), element("span", {class: "quiet"}, `Not judged: ${result.error.message}`));
		fill(byId("details"));
		return;
	}
	showVerdict(result);
	fill(byId("details"), ...showText(comment, result.trial || result.live),
		showGuidelines(result.guidelines), ...showMatches(result), showWhy(result.explanation));
}

export function showNothing() {
	delete byId("verdict").dataset.verdict;
	fill(byId("verdict"), element("span", {class: "quiet"},
		"Paste or pick a comment to see what the rules make of it."));
	fill(byId("details"));
}
