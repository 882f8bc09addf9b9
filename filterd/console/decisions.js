/*
 * Decisions as the page shows them: at once when a key is pressed, and put right by what comes back.
 */
import {isHeld, isOpen} from "./card.js";
import {forget} from "./claims.js";
import {current, list, moveTo, refresh} from "./list.js";
import {post, withdraw} from "./outbox.js";
import {announce, count, hideToast, say} from "./session.js";
import {t} from "./words.js";

let undoable = []; /* lists of entries, decided together, the last one last */

/* What of the page follows a decision: goOn(options), arrived(), changed(), and the time to undo it. */
const page = {undoSeconds: 0};

export const startDecisions = (hooks) => Object.assign(page, hooks);

/* Another list is shown: what was decided before is undone on its card, not by key. */
export function forgetUndo() {
	undoable = [];
	hideToast();
}

export function send(entry, act, more = {}) {
	entry.letters++;
	entry.trouble = "";
	entry.lost = false;
	post({entry, act, seen: entry.item.state, ...more}, () => list.me);
}

const DONE = {approve: "done_approve", reject: "done_reject", escalate: "done_escalate"};

/* Decides these, shows it, and goes on. */
export function decide(entries, act, more = {}) {
	const open = entries.filter((entry) => isOpen(entry) && !isHeld(entry, list.me));

	if (open.length === 0)
		return;
	for (const entry of open) {
		const before = entry.item.state;

		send(entry, act, more);
		Object.assign(entry, {done: act, before, selected: false, reason: more.reason || ""});
		refresh(entry);
	}
	count(open.length);
	undoable.push(open);
	const text = open.length === 1 ? t(DONE[act]) : t(`${DONE[act]}_n`, {n: open.length});

	say(text, page.undoSeconds, () => undo());
	announce(text);
	page.changed();
	if (open.includes(current()))
		page.goOn({scroll: !document.activeElement?.closest(".row-of-buttons")});
}

/* Takes back what was decided about these. */
export function takeBack(entries) {
	for (const entry of entries) {
		const ours = Boolean(entry.done);

		if (withdraw(entry))
			entry.letters--;
		else
			send(entry, "undo");
		Object.assign(entry, {done: null, reason: "", by: "", skipped: false});
		entry.item.state = entry.before || "waiting";
		if (ours)
			count(-1);
		refresh(entry);
	}
	undoable = undoable.map((group) => group.filter((entry) => !entries.includes(entry)))
		.filter((group) => group.length > 0);
	hideToast();
	announce(t("undone"));
	moveTo(list.entries.indexOf(entries[0]));
	page.arrived();
	page.changed();
}

export function undo() {
	const group = undoable.at(-1);

	if (group)
		takeBack(group);
	else
		announce(t("nothing_to_undo"));
}

/* What became of a decision. */
export function settled({entry, act}, result) {
	const item = entry.item;

	entry.letters--;
	item.version = result.version ?? item.version;
	if (result.ok) {
		forget([item.queue_id]);
		item.claimed_by = "";
		if (entry.letters === 0)
			item.state = result.state || item.state;
		if (act === "note")
			entry.noted = true;
	} else {
		bringBack(entry, act, result);
	}
	refresh(entry);
	if (entry === current() && act === "note")
		page.arrived();
}

/* It did not land: the card shows what is so instead. */
function bringBack(entry, act, result) {
	const decidedByOther = ["approved", "rejected", "superseded"].includes(result.state);

	if (entry.done && act !== "note")
		count(-1);
	undoable = undoable.map((group) => group.filter((other) => other !== entry)).filter((group) => group.length > 0);
	entry.item.state = result.state || entry.before || entry.item.state;
	entry.item.claimed_by = result.claimed_by || "";
	entry.by = result.decided_by || "";
	entry.done = null;
	entry.reason = "";
	entry.lost = decidedByOther && act !== "undo";
	entry.trouble = decidedByOther || isHeld(entry, list.me) ? ""
		: t("not_done", {detail: result.detail || result.code || ""});
	announce(entry.lost ? t("was_first_by", {name: entry.by}) : entry.trouble);
	hideToast();
}
