/*
 * Keys that do something at once: which, and how they are changed.
 *
 * A key is what it types on a Latin keyboard; where it types another script (an Arabic or Kurdish
 * layout) its place on the keyboard counts, so that nobody has to switch layouts to decide.
 */
import {settings} from "./settings.js";

const STORE = "filterd.keys";

/* What can be done by key, with the keys it has at first, in the order of the help. */
export const ACTIONS = {
	next: ["j", "ArrowDown"],
	previous: ["k", "ArrowUp"],
	approve: ["a", "f"],
	reject: ["d", "r"],
	reject_because: ["D"],
	escalate: ["e"],
	skip: ["s"],
	undo: ["u"],
	note: ["n"],
	why: ["h"],
	reveal: ["v"],
	select: ["x"],
	select_all: ["X"],
	approve_selected: ["A"],
	escalate_selected: ["E"],
	single: ["z"],
	refresh: ["g"],
	search: ["/"],
	help: ["?"],
};

const FIXED = new Set(["Tab", "Enter", " ", "Escape"]);

function read() {
	try {
		const stored = JSON.parse(localStorage.getItem(STORE)) || {};

		return Object.fromEntries(Object.entries(stored).filter(([action, keys]) =>
			action in ACTIONS && Array.isArray(keys) && keys.every((key) => typeof key === "string")));
	} catch {
		return {};
	}
}

let changed = read();

const NAMES = {ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→"};

/* A key as it is shown. */
export const keyName = (key) => NAMES[key] || key;

export const keysOf = (action) => changed[action] || ACTIONS[action];

const store = () => localStorage.setItem(STORE, JSON.stringify(changed));

/* Gives the action this key and no other, and takes it from whatever had it. */
export function setKey(action, key) {
	for (const other of Object.keys(ACTIONS))
		if (other !== action && keysOf(other).includes(key))
			changed[other] = keysOf(other).filter((own) => own !== key);
	changed[action] = [key];
	store();
}

export function resetKeys() {
	changed = {};
	store();
}

const PUNCTUATION = {Slash: ["/", "?"], Comma: [",", "<"], Period: [".", ">"], Semicolon: [";", ":"]};

/* The key of an event as keys are named here, or "" for one that cannot be had. */
export function keyOf(event) {
	const {key, code, shiftKey} = event;

	if (FIXED.has(key) || key === "Unidentified" || key === "Dead")
		return "";
	if (key.length > 1)
		return /^(Arrow|Page|Home|End|F\d)/.test(key) ? key : "";
	if (/^[\x21-\x7e]$/.test(key))
		return shiftKey ? key : key.toLowerCase();
	if (/^Key[A-Z]$/.test(code))
		return shiftKey ? code[3] : code[3].toLowerCase();
	return PUNCTUATION[code]?.[shiftKey ? 1 : 0] || key;
}

const isTyping = (target) => target.isContentEditable ||
	target.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");

/* A long comment that has the focus is scrolled by arrows. */
const isScrolling = ({key, target}) => key.startsWith("Arrow") && target.matches?.(".shown[tabindex]");

/* Calls act(action) for each key of an action; never while somebody types or a dialog is open. */
export function startKeys(act) {
	document.addEventListener("keydown", (event) => {
		if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey ||
			event.metaKey || !settings.singleKeys || isTyping(event.target) || isScrolling(event) ||
			document.querySelector("dialog[open]"))
			return;
		const key = keyOf(event);
		const action = key && Object.keys(ACTIONS).find((name) => keysOf(name).includes(key));

		if (!action)
			return;
		event.preventDefault();
		if (!event.repeat || action === "next" || action === "previous")
			act(action);
	});
}
