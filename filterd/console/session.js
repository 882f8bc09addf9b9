/* Who works, for how long and on how many; the toast that takes the last decision back. */
import {byId, element, fill} from "./elements.js";
import {keyName, keysOf} from "./keys.js";
import {MINUTE_MS, change, settings} from "./settings.js";
import {t} from "./words.js";

const IDLE_MS = 5 * MINUTE_MS; /* without a decision: that was a break */
const TICK_MS = 1000;

let decided = 0;
let worked = 0; /* [ms] since the last break */
let session = 0; /* [ms] at work in all */
let lastAct = 0;
let toast = null;

function showTally() {
	byId("tally").textContent = decided === 0 ? "" : t("tally", {n: decided, minutes: Math.round(session / MINUTE_MS)});
}

/* Counts a decision, or takes one off. */
export function count(step) {
	const now = Date.now();

	if (now - lastAct < IDLE_MS) {
		session += now - lastAct;
		worked += now - lastAct;
	} else {
		worked = 0;
	}
	lastAct = now;
	decided = Math.max(0, decided + step);
	showTally();
	if (settings.breakMinutes > 0 && worked >= settings.breakMinutes * MINUTE_MS)
		suggestBreak();
}

function suggestBreak() {
	const box = byId("break");
	const close = () => {
		box.hidden = true;
	};

	worked = 0;
	fill(box, element("span", {}, t("break_time", {n: settings.breakMinutes})),
		element("button", {type: "button", on: {click: close}}, t("close")),
		element("button", {type: "button", on: {click: () => {
			change("breakMinutes", 0);
			close();
		}}}, t("never_again")));
	box.hidden = false;
}

/* --- the toast --- */

function showToast() {
	const left = Math.ceil((toast.until - Date.now()) / TICK_MS);

	if (left <= 0) {
		hideToast();
		return;
	}
	toast.left.textContent = t("seconds", {n: left});
}

export function hideToast() {
	if (toast)
		clearInterval(toast.timer);
	toast = null;
	byId("toast").hidden = true;
}

/* Says what was done, and for how long it can be undone before the CMS is told. */
export function say(text, seconds, undo) {
	hideToast();
	const left = element("span", {class: "left", "aria-hidden": "true"});

	fill(byId("toast"), element("span", {}, text),
		element("button", {type: "button", on: {click: undo}}, t("undo"),
			element("kbd", {"aria-hidden": "true"}, keyName(keysOf("undo")[0] || ""))), left);
	byId("toast").hidden = false;
	toast = {left, until: Date.now() + seconds * TICK_MS, timer: setInterval(showToast, TICK_MS)};
	showToast();
}

/* For those who hear the page. */
export function announce(text) {
	byId("said").textContent = text;
}

export const retell = showTally;
