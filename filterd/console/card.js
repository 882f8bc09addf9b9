/* One comment of the queue: as written, why it was held, and what can be done with it. */
import {element, fill} from "./elements.js";
import {keyName, keysOf} from "./keys.js";
import {settings} from "./settings.js";
import {FIELDS, countHidden, marked, snippet, spansOf, visible} from "./text.js";
import {guidelineName, percent, reasonsOf} from "./why.js";
import {ago, clock, nameOf, t} from "./words.js";

const WORST = 0.75; /* the score from which text is blurred until asked for */
const SIGNED = new Set(["approve", "reject"]); /* acts whose buttons have colour and sign of their verdict */

/*
 * An entry is an item on this page: {item, node, parts, and what happened here: done (the act by
 * which we decided), by (who else did), reason, selected, revealed, skipped, noted, lost, trouble}.
 */
export const isOpen = (entry) => !entry.done && ["waiting", "escalated"].includes(entry.item.state);
export const isHeld = (entry, me) => isOpen(entry) && Boolean(entry.item.claimed_by) &&
	entry.item.claimed_by !== me;

const isWorst = (item) => item.score >= WORST ||
	(item.answer?.matches || []).some((match) => match.action === "reject" && !match.shadow);

export const isBlurred = (entry) => !entry.revealed && Boolean(entry.item.request) &&
	(settings.blur === "all" || (settings.blur === "worst" && isWorst(entry.item)));

const hint = (action) => {
	const [key] = keysOf(action);

	return settings.singleKeys && key ? element("kbd", {"aria-hidden": "true"}, keyName(key)) : null;
};

const button = (action, name, entry, act) => element("button", {
	type: "button", class: `do ${SIGNED.has(action) ? action : ""}`, "aria-keyshortcuts": keysOf(action)[0] || "",
	on: {click: () => act(action, entry)},
}, t(name), hint(action));

/* --- what does not change --- */

const fieldText = (item, field) => marked(FIELDS[field](item.request) || "",
	item.answer ? spansOf(item.answer, field) : []);

const hasSpans = (item, field) => Boolean(item.answer) && spansOf(item.answer, field).length > 0;

function title(item) {
	const name = item.request && hasSpans(item, "author_name")
		? fieldText(item, "author_name") : visible(item.author_name || t("nameless"));
	const article = item.request && hasSpans(item, "title")
		? fieldText(item, "title") : visible(item.article_title);

	return [
		element("bdi", {class: "author", dir: "auto"}, name),
		element("span", {class: "tag"}, item.lang ? nameOf("lang", item.lang) : t("unknown")),
		item.site ? element("span", {class: "tag"}, element("bdi", {}, visible(item.site))) : null,
		element("time", {class: "quiet", dateTime: item.queued, title: clock(item.queued)}, ago(item.queued)),
		article.length ? element("span", {class: "quiet article", dir: "auto"}, article) : null,
	];
}

function commentText(item) {
	const text = item.request?.text ?? null;

	if (text === null)
		return element("p", {class: "shown quiet"}, t("erased"));
	return element("div", {class: "shown", dir: "auto", lang: item.lang || ""}, text ? fieldText(item, "text") : element("span", {class: "quiet"}, t("empty")));
}

/* The comment that is answered in brief, and fields that are shown only because a rule matched in them. */
function around(item) {
	const shown = [];

	if (!item.request)
		return shown;
	if (item.request.parent?.text)
		shown.push(element("p", {class: "reply"}, `${t("in_reply_to")}: `, hasSpans(item, "parent")
			? element("bdi", {dir: "auto"}, fieldText(item, "parent")) : snippet(item.request.parent.text, 140)));
	for (const field of ["author_url", "email_domain"])
		if (hasSpans(item, field))
			shown.push(element("p", {class: "reply"}, `${nameOf("field", field)}: `,
				element("bdi", {dir: "auto"}, fieldText(item, field))));
	const hidden = countHidden(item.request.text || "");

	if (hidden)
		shown.push(element("p", {class: "reply hidden-count"}, t("hidden_characters", {n: hidden})));
	return shown;
}

/* --- what does --- */

const ACTS = {approve: "approved", reject: "rejected", escalate: "escalated"};

export const stateOf = (entry) => ACTS[entry.done] || entry.item.state;

function decidedRow(entry, me, act) {
	const state = stateOf(entry), by = entry.done ? me : entry.by;

	return [
		element("strong", {class: `state ${state}`}, t(`state_${state}`)),
		by ? element("span", {}, by === me ? t("by_you") : t("by", {name: by})) : null,
		entry.reason ? element("span", {}, guidelineName(entry.reason)) : null,
		entry.lost ? element("span", {class: "lost"}, t("was_first")) : null,
		state !== "superseded" ? button("undo", "take_back", entry, (name, one) => act("undo_this", one)) : null,
	];
}

const openRow = (entry, act) => [
	button("approve", "approve", entry, act),
	button("reject", "reject", entry, act),
	button("reject_because", "reject_because", entry, act),
	entry.item.state === "escalated" ? null : button("escalate", "escalate", entry, act),
	button("note", "note", entry, act),
	button("skip", "skip", entry, act),
	element("button", {type: "button", class: "do context", on: {click: () => act("why", entry)}}, t("context")),
];

/* Shows how the entry stands now; where it stood before, nothing moves. */
export function updateCard(entry, me, act) {
	const {node, parts} = entry, open = isOpen(entry), held = isHeld(entry, me);
	const blurred = isBlurred(entry);

	node.classList.toggle("decided", !open);
	node.classList.toggle("held", held);
	node.classList.toggle("blurred", blurred);
	node.classList.toggle("selected", Boolean(entry.selected));
	node.dataset.state = stateOf(entry);
	parts.select.checked = Boolean(entry.selected);
	parts.body.inert = blurred;
	parts.cover.hidden = !blurred;
	fill(parts.status,
		entry.item.state === "escalated" && open ? element("span", {class: "badge review"}, t("state_escalated")) : null,
		entry.noted ? element("span", {class: "tag"}, t("noted")) : null,
		entry.skipped && open ? element("span", {class: "tag"}, t("skipped")) : null);
	fill(parts.row, held ? element("span", {class: "holder"}, t("is_looking", {name: entry.item.claimed_by}))
		: open ? openRow(entry, act) : decidedRow(entry, me, act),
	entry.trouble ? element("span", {class: "lost", role: "alert"}, entry.trouble) : null);
}

/* Lets texts that are too long for their cards take the focus, so that arrow keys scroll them. */
export function letScroll(nodes) {
	const long = nodes.map((node) => node.querySelector(".shown"))
		.filter((shown) => shown.scrollHeight > shown.clientHeight);

	for (const shown of long) {
		shown.tabIndex = 0;
		shown.setAttribute("role", "group");
		shown.setAttribute("aria-label", t("comment"));
	}
}

/* Makes the card of an entry. act(action, entry) is what its buttons do. */
export function makeCard(entry, position, me, act) {
	const item = entry.item;
	const select = element("input", {type: "checkbox", "aria-label": t("select"),
		on: {change: () => act("select_this", entry)}});
	const status = element("span", {class: "status"});
	const body = element("div", {class: "body"}, commentText(item));
	const cover = element("button", {type: "button", class: "cover", on: {click: () => act("reveal", entry)}},
		t("covered"), hint("reveal"));
	const row = element("div", {class: "row-of-buttons"});

	entry.parts = {select, status, body, cover, row};
	entry.node = element("article", {class: "card", tabIndex: -1, "aria-posinset": position, "aria-setsize": -1,
		"aria-label": t("card_label", {author: item.author_name || t("nameless"),
			guideline: guidelineName(item.guideline), score: percent(item.score)})},
	element("div", {class: "top"}, select, title(item), status,
		element("span", {class: "score", title: t("score")}, percent(item.score))),
	element("div", {class: "middle"},
		element("div", {class: "said"}, element("div", {class: "covering"}, body, cover), around(item)),
		element("div", {class: "because"}, reasonsOf(item))),
	row);
	entry.node.dataset.id = item.queue_id;
	updateCard(entry, me, act);
	return entry.node;
}
