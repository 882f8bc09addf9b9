/* Why a comment was held, and what else is known of it: shown on its card and beside the list. */
import {queueItem} from "./api.js";
import {byId, element, fill} from "./elements.js";
import {FIELDS, snippet, visible} from "./text.js";
import {ago, clock, nameOf, number, t} from "./words.js";

const FOUND_MAX = 3; /* places of a match on its card */
const REASONS_MAX = 4; /* matches on a card */

/* Isolated, for it has no direction of its own. */
export const percent = (score) => `\u2068${Math.round(score * 100)} %\u2069`;
export const guidelineName = (id) => nameOf("guideline", id);
const isolated = (text) => element("bdi", {dir: "auto"}, visible(text));

/* --- matches --- */

const worth = (match) => (match.action === "points"
	? t("points", {n: match.points}) : t(`verdict_${match.action}`));

/* What was found, each once, with how often and by which entry of a list. */
function foundBy(match, most) {
	const found = new Map();

	for (const span of match.spans) {
		const key = JSON.stringify([span.text, span.entry, span.disguised, span.quoted]);

		found.set(key, {span, times: (found.get(key)?.times || 0) + 1});
	}
	const lines = [...found.values()].slice(0, most).map(({span, times}) => element("p", {class: "found"},
		element("mark", {class: match.action}, snippet(span.text, 60)), times > 1 ? ` × ${times}` : "",
		span.entry && span.entry.toLowerCase() !== span.text.toLowerCase()
			? [` · ${t("entry")} `, element("code", {}, snippet(span.entry, 40))] : [],
		span.disguised ? ` · ${t("disguised")}` : "",
		span.quoted ? ` · ${t("quoted")}` : ""));

	return found.size > most
		? [...lines, element("p", {class: "found"}, t("more_places", {n: found.size - most}))] : lines;
}

const matchBlock = (match, most) => element("div", {class: "match"},
	element("div", {class: "head"},
		element("span", {class: `badge ${match.action}`}, worth(match)),
		match.guideline ? element("strong", {}, isolated(guidelineName(match.guideline))) : null,
		match.shadow ? element("span", {class: "tag"}, t("on_trial")) : null),
	match.reason ? element("p", {}, isolated(match.reason)) : null,
	foundBy(match, most),
	element("p", {class: "rule"}, element("bdi", {class: "rule-id"}, visible(match.rule)),
		match.field !== "text" && match.spans.length ? ` · ${nameOf("field", match.field)}` : null));

const faults = (answer) => (answer.reasons || []).map((reason) => element("p", {class: "match unknown"},
	t("not_certain", {code: reason.code}), reason.rule ? [" ", isolated(reason.rule)] : []));

/* What stands beside the comment on its card. */
export function reasonsOf(item) {
	const answer = item.answer;

	if (!answer)
		return [element("p", {class: "quiet"}, t("erased"))];
	const matches = answer.matches.slice(0, REASONS_MAX);

	return [
		...matches.map((match) => matchBlock(match, FOUND_MAX)),
		answer.matches.length > REASONS_MAX
			? element("p", {class: "quiet"}, t("more_rules", {n: answer.matches.length - REASONS_MAX})) : null,
		...faults(answer),
		answer.matches.length + (answer.reasons || []).length === 0
			? element("p", {class: "quiet"}, t("no_rule")) : null,
	];
}

/* --- "this was wrong" --- */

/* A string as YAML writes it between quotes, with all that nobody sees as escapes. */
function quoted(text) {
	return `"${Array.from(text, (c) => {
		const code = c.codePointAt(0);

		if (c === "\"" || c === "\\")
			return `\\${c}`;
		if (c === "\n")
			return "\\n";
		if (/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(c) && !/[\u034f\u115f\u1160\u3164\uffa0]/.test(c))
			return c;
		return code > 0xffff ? `\\U${code.toString(16).padStart(8, "0")}`
			: `\\u${code.toString(16).padStart(4, "0")}`;
	}).join("")}"`;
}

const ruleTest = (match, text) => `# ${match.rule.replace(/[^\x21-\x7e]/g, "?")}\ntests:\n  no_match: [${quoted(text)}]\n`;

function wrongBlock(match, item) {
	const text = ruleTest(match, FIELDS[match.field]?.(item.request) || item.request.text || "");
	const area = element("textarea", {class: "snippet-text", readOnly: true, rows: 4, dir: "ltr",
		"aria-label": t("rule_test"), value: text});
	const copy = element("button", {type: "button"}, t("copy"));

	copy.addEventListener("click", async () => {
		area.select();
		try {
			await navigator.clipboard.writeText(text);
			copy.textContent = t("copied");
		} catch {
			copy.textContent = document.execCommand("copy") ? t("copied") : t("copy_by_hand");
		}
	});
	return element("details", {class: "wrong"}, element("summary", {}, t("was_wrong")),
		element("p", {class: "quiet"}, t("was_wrong_help")), area, copy,
		" ", element("a", {href: "rules"}, t("try_rules")));
}

/* --- beside the list --- */

const section = (title, ...children) => element("section", {}, element("h3", {}, title), ...children);

const row = (name, value) => (value === null || value === undefined || value === "" ? null
	: element("div", {class: "row"}, element("dt", {}, name), element("dd", {}, value)));

const filterButton = (label, filter, narrow) => element("button", {
	type: "button", class: "plain", on: {click: () => narrow(filter)},
}, label);

function authorSection(item, narrow) {
	const author = item.request?.author || {};

	return section(t("author"),
		element("dl", {},
			row(t("name"), item.author_name ? isolated(item.author_name) : null),
			row(t("approved_before"), author.approved === undefined ? null : number(author.approved)),
			row(t("rejected_before"), author.rejected === undefined ? null : number(author.rejected)),
			row(t("since"), author.created ? ago(author.created) : null),
			row(t("role"), author.role ? isolated(String(author.role)) : null)),
		element("div", {id: "author-items"}),
		item.author ? filterButton(t("all_of_author"), {author: item.author}, narrow) : null);
}

function articleSection(item, narrow) {
	const article = item.request?.article || {};

	if (!item.article && !item.article_title && !article.url)
		return null;
	return section(t("article"),
		item.article_title ? element("p", {}, isolated(item.article_title)) : null,
		article.section ? element("p", {class: "quiet"}, isolated(article.section)) : null,
		article.url ? element("p", {class: "quiet address"}, isolated(article.url)) : null,
		item.article ? filterButton(t("all_of_article"), {article: item.article}, narrow) : null);
}

function rulesSection(item, narrow) {
	if (!item.answer || item.answer.matches.length === 0)
		return null;
	return section(t("rules"), item.answer.matches.map((match) => element("div", {class: "match"},
		element("p", {}, element("bdi", {class: "rule-id"}, visible(match.rule))),
		element("p", {}, isolated(match.reason || "")),
		foundBy(match, match.spans.length),
		element("p", {}, filterButton(t("all_of_rule"), {rule: match.rule}, narrow)),
		item.request ? wrongBlock(match, item) : null)));
}

function detailsSection(item) {
	const answer = item.answer || {};
	const points = Object.entries(answer.guidelines || {});

	return section(t("details"), element("dl", {},
		row(t("score"), percent(item.score)),
		...points.map(([id, value]) => row(guidelineName(id), t("points", {n: value}))),
		row(t("language"), item.lang
			? `${nameOf("lang", item.lang)}${answer.lang_source ? ` (${nameOf("source", answer.lang_source)})` : ""}`
			: t("unknown")),
		row(t("site"), item.site ? isolated(item.site) : null),
		row(t("queued"), clock(item.queued)),
		row(t("comment_id"), item.id ? isolated(`${item.id} / ${item.revision}`) : null),
		row(t("rule_set"), element("code", {}, isolated(item.rules)))));
}

/* All that is known of an item; narrow(filter) shows others like it, close() hides it all. */
export function showContext(item, narrow, close) {
	const parent = item.request?.parent?.text;

	fill(byId("context"),
		element("button", {type: "button", class: "close", "aria-label": t("close"), on: {click: close}}, "×"),
		section(t("history"), element("ol", {id: "history"}, element("li", {class: "quiet"}, "…"))),
		authorSection(item, narrow),
		parent ? section(t("in_reply_to"), element("p", {class: "parent"}, isolated(parent))) : null,
		articleSection(item, narrow),
		section(t("like_this"), filterButton(t("all_same_text"), {same_text_as: item.queue_id}, narrow)),
		rulesSection(item, narrow),
		detailsSection(item));
	byId("context").dataset.of = item.queue_id;
}

const eventLine = (event) => element("li", {},
	element("span", {class: `act ${event.act}`}, t(`act_${event.act}`)), " ", isolated(event.actor),
	event.reason ? [" · ", isolated(guidelineName(event.reason))] : [],
	element("span", {class: "quiet"}, ` · ${ago(event.at)}`),
	event.note ? element("p", {class: "note"}, isolated(event.note)) : null);

const earlierLine = (other) => element("li", {},
	element("span", {class: `state ${other.state}`}, t(`state_${other.state}`)), " ",
	snippet(other.text || "", 80), element("span", {class: "quiet"}, ` · ${ago(other.queued)}`));

/* Asks for what lists do not tell, and shows it if the item is still the one looked at. */
export async function loadContext(item) {
	const told = await queueItem(item.queue_id);
	const history = byId("history"), earlier = byId("author-items");

	if (byId("context").dataset.of !== item.queue_id || !history)
		return;
	fill(history, told.history.length ? told.history.map(eventLine)
		: element("li", {class: "quiet"}, t("no_history")));
	fill(earlier, told.author_items.length
		? [element("p", {class: "quiet"}, t("earlier")), element("ol", {}, told.author_items.map(earlierLine))]
		: element("p", {class: "quiet"}, t("no_earlier")));
}
