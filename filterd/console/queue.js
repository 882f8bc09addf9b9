/*
 * The review queue: what is loaded, what keys and buttons do, and what becomes of decisions.
 *
 * A decision is shown at once and then sent (outbox.js); what comes back puts the card right.
 */
import {Refusal, isPassing, listQueue, loadSession, logIn, logOut, queueStats, setModerator} from "./api.js";
import {isBlurred, isHeld, isOpen} from "./card.js";
import {claim, release, watch} from "./claims.js";
import {decide, forgetUndo, send, settled, startDecisions, takeBack, undo} from "./decisions.js";
import {askNote, askReason, showHelp, showSettings} from "./dialogs.js";
import {byId, element, fill} from "./elements.js";
import {currentFilter, narrow, showFilters, startFilters} from "./filters.js";
import {keyName, keysOf, startKeys} from "./keys.js";
import {append, clear, current, goOn, idsNear, list, moveTo, nextIds, openAhead, refresh, remake, search, selected,
	step} from "./list.js";
import {giveUp, sendNow, startOutbox, unsent} from "./outbox.js";
import {retell} from "./session.js";
import {change, dress, settings} from "./settings.js";
import {loadContext, showContext} from "./why.js";
import {chooseLanguage, t, translate} from "./words.js";

const PAGE = 50;
const AHEAD = 15; /* comments that wait below the cursor before more are loaded */
const CLAIMED = 5; /* comments that are claimed at once */
const STATS_MS = 20000;
const UNDO_S = 10; /* for which a decision can be undone at a click, where the CMS is told at once */
const SETTLE_MS = 150; /* at rest on a comment before more is asked about it */
const WIDE = "(min-width: 70rem)"; /* as in queue.css */

let session = {};
let next = null; /* cursor of the page that follows */
let loading = null;
let generation = 0; /* of the list; answers about an older one are dropped */
let stats = null;
let settle = 0;

const me = () => session.name;

/* --- what is said --- */

function notice(text, kind = "") {
	const box = byId("notice");

	box.className = `notice ${kind}`;
	box.hidden = !text;
	fill(box, text ? element("span", {}, text) : null);
}

function clearFailure() {
	if (unsent() === 0 && byId("notice").classList.contains("failure"))
		notice("");
}

function askForToken() {
	byId("sign-in").hidden = false;
	byId("token").focus();
}

function failed(failure) {
	if (failure instanceof Refusal && failure.status === 401) {
		askForToken();
		return;
	}
	notice(isPassing(failure) ? t(unsent() ? "offline_unsent" : "offline", {n: unsent()})
		: t("refused", {detail: failure.message}), "failure");
}

/* --- loading --- */

async function load(after) {
	const own = generation;
	const page = await listQueue(currentFilter(), after, PAGE);

	if (own !== generation)
		return;
	next = page.next;
	append(page.items);
	search(byId("search").value);
}

function loadMore() {
	if (!next || loading)
		return loading;
	loading = load(next).catch(failed).finally(() => {
		loading = null;
		showEnd();
	});
	return loading;
}

function showEnd() {
	const open = list.entries.some(isOpen);

	fill(byId("end"), loading || next ? t("loading")
		: list.entries.length === 0 || !open ? [element("strong", {}, t("nothing_waits")), " ", refreshButton()]
			: [t("end_of_list"), " ", refreshButton()]);
}

const refreshButton = () => element("button", {type: "button", on: {click: () => reload()}}, t("load_again"),
	element("kbd", {"aria-hidden": "true"}, keyName(keysOf("refresh")[0] || "")));

async function reload() {
	generation++;
	release();
	clear();
	next = null;
	forgetUndo();
	showFilters(stats);
	showBulk();
	byId("list").setAttribute("aria-busy", "true");
	fill(byId("end"), t("loading"));
	try {
		await load(null);
		notice("");
	} catch (failure) {
		failed(failure);
	}
	byId("list").setAttribute("aria-busy", "false");
	showEnd();
	if (!goOn({scroll: false}) && list.entries.length > 0)
		moveTo(0, {scroll: false});
	scrollTo(0, 0);
	arrived();
	loadStats();
}

async function loadStats() {
	try {
		stats = await queueStats();
		showFilters(stats);
	} catch (failure) {
		if (!isPassing(failure))
			failed(failure);
	}
}

/* --- at the cursor --- */

/* The cursor is elsewhere: claim what it is on, show what is known of it, load more in time. */
function arrived() {
	const entry = current();

	clearTimeout(settle);
	if (!entry) {
		fill(byId("context"));
		return;
	}
	if (openAhead() < AHEAD)
		loadMore();
	settle = setTimeout(() => {
		showContext(entry.item, narrow, () => act("why"));
		byId("context").classList.toggle("blurred", isBlurred(entry));
		loadContext(entry.item).catch(() => {});
		claimNext();
	}, SETTLE_MS);
}

async function claimNext() {
	if (currentFilter().state && currentFilter().state !== "escalated")
		return;
	try {
		for (const item of await claim(nextIds(CLAIMED)))
			stands({...item, decided_by: ""});
	} catch (failure) {
		if (!isPassing(failure))
			failed(failure);
	}
}

/* An item stands like this now, says the daemon. */
function stands(now) {
	const entry = list.byId.get(now.queue_id);

	if (!entry || entry.letters > 0 || now.version < entry.item.version)
		return;
	const before = [entry.item.state, entry.item.claimed_by].join();

	Object.assign(entry.item, {version: now.version, state: now.state, claimed_by: now.claimed_by});
	if (before === [now.state, now.claimed_by].join())
		return;
	if (entry.done && now.state === "waiting")
		entry.done = null; /* Somebody took it back. */
	if (!entry.done)
		entry.by = now.decided_by;
	refresh(entry);
	if (entry === current() && isHeld(entry, me()))
		goOnFrom();
}

function goOnFrom(options) {
	if (!goOn(options) && next)
		Promise.resolve(loadMore()).then(() => goOn(options) && arrived());
	arrived();
	showEnd();
}

/* --- what keys and buttons do --- */

function rejectBecause(entries) {
	const open = entries.filter((entry) => isOpen(entry) && !isHeld(entry, me()));

	if (open.length > 0)
		askReason([...new Set(open.flatMap((entry) => [entry.item.guideline,
			...(entry.item.answer?.matches || []).map((match) => match.guideline)]))].filter(Boolean),
		open.length, (more) => decide(open, "reject", more));
}

function showBulk() {
	const chosen = selected(), box = byId("bulk");

	box.hidden = chosen.length === 0;
	if (chosen.length === 0)
		return;
	const button = (name, action) => element("button", {type: "button", on: {click: () => act(action)}}, t(name),
		element("kbd", {"aria-hidden": "true"}, keyName(keysOf(action)[0] || "")));

	fill(box, element("strong", {}, t("selected_n", {n: chosen.length})), button("approve", "approve_selected"),
		button("reject_because", "reject_because"), button("escalate", "escalate_selected"),
		button("select_none", "select_all"));
}

function toggleSelected(entry, value) {
	entry.selected = value && isOpen(entry) && !isHeld(entry, me());
	refresh(entry);
	showBulk();
}

function toggleSetting(name, value) {
	change(name, value);
	dress();
	showToggles();
}

const showsWhy = () => settings.why ?? matchMedia(WIDE).matches;

function showToggles() {
	document.body.classList.toggle("with-context", showsWhy());
	byId("toggle-why").setAttribute("aria-pressed", String(showsWhy()));
	byId("toggle-single").setAttribute("aria-pressed", String(settings.single));
}

const actions = {
	next: () => step(1) ? arrived() : loadMore(),
	previous: () => step(-1) && arrived(),
	approve: (entry) => decide([entry], "approve"),
	reject: (entry) => decide([entry], "reject", {reason: entry.item.guideline}),
	reject_because: (entry) => rejectBecause(selected().length ? selected() : [entry]),
	escalate: (entry) => decide([entry], "escalate"),
	skip(entry) {
		entry.skipped = true;
		refresh(entry);
		release([entry.item.queue_id]);
		goOnFrom();
	},
	undo: () => undo(),
	undo_this: (entry) => takeBack([entry]),
	note: (entry) => askNote((note) => send(entry, "note", {note})),
	why: () => toggleSetting("why", !showsWhy()),
	reveal(entry) {
		entry.revealed = !entry.revealed;
		refresh(entry);
		byId("context").classList.toggle("blurred", isBlurred(current()));
	},
	select: (entry) => toggleSelected(entry, !entry.selected),
	select_this: (entry) => toggleSelected(entry, !entry.selected),
	select_all() {
		const any = selected().length > 0;

		for (const entry of list.entries)
			if (any || !entry.node.hidden)
				toggleSelected(entry, !any);
	},
	approve_selected: () => decide(selected(), "approve"),
	escalate_selected: () => decide(selected(), "escalate"),
	single() {
		toggleSetting("single", !settings.single);
		if (current())
			moveTo(list.at);
	},
	refresh: () => reload(),
	search: () => byId("search").focus(),
	help: () => showHelp(remakeAll),
};

/* Does an action to an entry, the one at the cursor if none is named. */
function act(action, entry = current()) {
	if (entry && entry !== current() && !["undo_this", "select_this", "reveal"].includes(action)) {
		moveTo(list.entries.indexOf(entry), {scroll: false, focus: false});
		arrived();
	}
	if (entry || actions[action].length === 0)
		actions[action](entry);
}

function remakeAll() {
	translate(document);
	document.title = `${t("queue")} · filterd`;
	byId("who").textContent = me() ? t("as", {name: me()}) : "";
	remake();
	showFilters(stats);
	showBulk();
	showEnd();
	retell();
	if (current())
		arrived();
}

function applySetting(name) {
	dress();
	showToggles();
	if (name === "language" || name === "singleKeys") {
		chooseLanguage();
		remakeAll();
	}
	if (name === "blur")
		list.entries.forEach(refresh);
	if (name === "name")
		start();
	if (name === "log_out")
		leave();
}

/* --- starting --- */

async function start() {
	setModerator(settings.name);
	try {
		session = await loadSession();
	} catch (failure) {
		failed(failure);
		if (isPassing(failure))
			setTimeout(start, 3000);
		return;
	}
	if (unsent() > 0 && session.name !== list.me)
		giveUp(t("decided_as", {name: list.me}));
	list.me = session.name;
	startDecisions({undoSeconds: session.undo_s || UNDO_S});
	byId("sign-in").hidden = true;
	byId("work").inert = false;
	notice("");
	byId("who").textContent = t("as", {name: me()});
	sendNow();
	if (list.entries.length === 0) {
		reload();
	} else {
		remake();
		arrived();
	}
}

/* Only when nothing is left to be sent, for nobody could send it afterwards. */
async function leave() {
	if (unsent() > 0) {
		notice(t("offline_unsent", {n: unsent()}), "failure");
		return;
	}
	release();
	try {
		await logOut();
	} catch (failure) {
		failed(failure);
		return;
	}
	clear();
	location.reload();
}

async function signIn(event) {
	event.preventDefault();
	const error = byId("sign-in-error");

	error.textContent = "";
	try {
		await logIn(byId("token").value);
		byId("token").value = "";
		await start();
	} catch (failure) {
		error.textContent = t(failure.status === 401 ? "wrong_token"
			: failure.status === 429 ? "too_many_attempts" : "offline");
	}
}

function wire() {
	list.act = act;
	startKeys(act);
	startFilters(reload);
	startDecisions({goOn: goOnFrom, arrived, changed() {
		showBulk();
		showEnd();
	}});
	startOutbox((letter, result) => {
		settled(letter, result);
		clearFailure();
	}, (failure) => (failure ? failed(failure) : notice("")));
	watch(() => idsNear(120), (answer) => {
		answer.items.forEach(stands);
		claimNext();
		clearFailure();
	}, (failure) => failed(failure));
	byId("sign-in").addEventListener("submit", signIn);
	byId("list").addEventListener("focusin", (event) => {
		const card = event.target.closest(".card"), at = list.entries.findIndex((entry) => entry.node === card);

		if (at >= 0 && at !== list.at) {
			moveTo(at, {focus: false, scroll: false});
			arrived();
		}
	});
	byId("search").addEventListener("input", (event) => search(event.target.value));
	byId("search").addEventListener("keydown", (event) => {
		if (event.key === "Escape")
			search(event.target.value = "");
		if (event.key === "Enter" || event.key === "Escape") {
			moveTo(-1);
			goOnFrom();
		}
	});
	byId("toggle-why").addEventListener("click", () => act("why"));
	byId("toggle-single").addEventListener("click", () => act("single"));
	byId("open-help").addEventListener("click", () => act("help"));
	byId("open-settings").addEventListener("click", () => showSettings(session.token, applySetting));
	matchMedia(WIDE).addEventListener("change", showToggles);
	setInterval(() => document.hidden || byId("work").inert || loadStats(), STATS_MS);
}

chooseLanguage();
dress();
showToggles();
translate(document);
wire();
start();
