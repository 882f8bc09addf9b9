/* The comments that are on the page, in their order, and the one at the cursor. */
import {isHeld, isOpen, letScroll, makeCard, updateCard} from "./card.js";
import {byId} from "./elements.js";

export const list = {
	entries: [],
	byId: new Map(),
	at: -1, /* index of the entry at the cursor */
	me: "",
	act: () => {}, /* what the buttons of a card do */
};

export const current = () => list.entries[list.at];
export const refresh = (entry) => updateCard(entry, list.me, list.act);

export function clear() {
	list.entries = [];
	list.byId.clear();
	list.at = -1;
	byId("list").replaceChildren();
}

/* Adds items at the end; what is there already is left alone. */
export function append(items) {
	const nodes = [];

	for (const item of items) {
		if (list.byId.has(item.queue_id))
			continue;
		const entry = {item, letters: 0};

		list.entries.push(entry);
		list.byId.set(item.queue_id, entry);
		nodes.push(makeCard(entry, list.entries.length, list.me, list.act));
	}
	byId("list").append(...nodes);
	letScroll(nodes);
}

/* Makes every card anew: the language or the keys have changed. */
export function remake() {
	const nodes = list.entries.map((entry, i) => makeCard(entry, i + 1, list.me, list.act));

	byId("list").replaceChildren(...nodes);
	letScroll(nodes);
	current()?.node.setAttribute("aria-current", "true");
}

const canRest = (entry) => !entry.node.hidden && !isHeld(entry, list.me);
const canDecide = (entry) => canRest(entry) && isOpen(entry) && !entry.skipped;

/* Index of the next entry from one on, in steps of 1 or -1, that is fit; -1: none. */
function find(from, step, fit) {
	for (let i = from; i >= 0 && i < list.entries.length; i += step)
		if (fit(list.entries[i]))
			return i;
	return -1;
}

/* Wholly in sight already: stays. Else it goes to the top, so that the eye starts there anew. */
function bringIntoSight(node) {
	const box = node.getBoundingClientRect();
	const top = parseFloat(getComputedStyle(node).scrollMarginTop);

	if (box.top >= top && box.bottom <= innerHeight)
		return;
	node.scrollIntoView({block: "start", behavior: "instant"});
}

export function moveTo(index, {focus = true, scroll = true} = {}) {
	current()?.node.removeAttribute("aria-current");
	current()?.node.setAttribute("tabindex", "-1");
	list.at = index;
	const entry = current();

	if (!entry)
		return;
	entry.node.setAttribute("aria-current", "true");
	entry.node.setAttribute("tabindex", "0");
	if (focus)
		entry.node.focus({preventScroll: true});
	if (scroll)
		bringIntoSight(entry.node);
}

/* Goes one on or back; true if there was one. */
export function step(by) {
	const found = find(list.at + by, by, canRest);

	if (found >= 0)
		moveTo(found);
	return found >= 0;
}

/* Goes to the next that waits for a decision, from here on, then from the start; true if there is one. */
export function goOn(options) {
	const ahead = find(list.at + 1, 1, canDecide);
	const found = ahead >= 0 ? ahead : find(0, 1, canDecide);

	if (found >= 0)
		moveTo(found, options);
	return found >= 0;
}

export const openAhead = () => list.entries.filter((entry, i) => i > list.at && canDecide(entry)).length;

/* Ids of what is at the cursor and the next few that wait. */
export function nextIds(count) {
	return list.entries.filter((entry, i) => i >= list.at && isOpen(entry) && !entry.node.hidden &&
		!isHeld(entry, list.me) && entry.letters === 0).slice(0, count).map((entry) => entry.item.queue_id);
}

/* Ids of what is in sight or near it. */
export function idsNear(count) {
	const from = Math.max(0, list.at - count / 4);

	return list.entries.slice(from, from + count).map((entry) => entry.item.queue_id);
}

export const selected = () => list.entries.filter((entry) => entry.selected && isOpen(entry));

/* Leaves only cards that hold the words in sight. */
export function search(words) {
	const wanted = words.toLowerCase().trim();

	for (const {item, node} of list.entries)
		node.hidden = wanted !== "" && ![item.request?.text, item.author_name, item.article_title, item.id,
			...(item.answer?.matches || []).map((match) => match.rule)]
			.some((text) => text && text.toLowerCase().includes(wanted));
}
