/* Which part of the queue is shown: kept in the address of the page, so that it can be sent around. */
import {byId, element, fill} from "./elements.js";
import {visible} from "./text.js";
import {guidelineName, percent} from "./why.js";
import {nameOf, number, t} from "./words.js";

const NAMES = ["state", "site", "lang", "guideline", "rule", "author", "article", "same_text_as", "min_score", "order"];
const CHIPS = ["author", "article", "same_text_as"];
const STATES = ["open", "escalated", "approved", "rejected", "superseded"];
const SCORES = ["60", "70", "80", "90"]; /* [per cent] */
const ORDERS = ["oldest", "newest", "score"];

let filter = {};
let changed;

export const currentFilter = () => filter;

function readAddress() {
	const query = new URLSearchParams(location.search);

	filter = Object.fromEntries(NAMES.map((name) => [name, query.get(name) || ""]).filter(([, value]) => value));
}

/* Shows this part of the queue: what is given goes over what was chosen; "" takes a choice away. */
export function narrow(more) {
	filter = Object.fromEntries(Object.entries({...filter, ...more}).filter(([, value]) => value));
	const query = new URLSearchParams(filter).toString();

	history.pushState(null, "", query ? `?${query}` : location.pathname);
	changed();
}

/* --- what can be chosen --- */

const labels = {
	guideline: guidelineName,
	lang: (tag) => nameOf("lang", tag),
	rule: (id) => id,
	site: (id) => id,
};

const option = (value, label, name) => element("option", {value, selected: (filter[name] || "") === value}, label);

/* A group of the statistics as choices; what is chosen stays even if nothing of it waits any more. */
function offer(name, groups) {
	const ids = groups.map((group) => group.id).filter(Boolean);
	const counts = Object.fromEntries(groups.map((group) => [group.id, group.open]));

	if (filter[name] && !ids.includes(filter[name]))
		ids.unshift(filter[name]);
	const select = byId(`by-${name}`);

	if (document.activeElement === select)
		return; /* Nothing changes under somebody's hand. */
	fill(select, option("", t("all"), name), ids.map((id) =>
		option(id, `${labels[name](id)}${counts[id] ? ` (${number(counts[id])})` : ""}`, name)));
	select.classList.toggle("chosen", Boolean(filter[name]));
}

function countOf(state, states) {
	if (state === "open")
		return states.waiting === undefined ? undefined : states.waiting + (states.escalated || 0);
	return states[state];
}

function showStates(states) {
	const now = filter.state || "open", focused = document.activeElement?.dataset?.state;

	fill(byId("states"), STATES.map((state) => {
		const total = countOf(state, states);
		const tab = element("button", {type: "button", class: "tab", "aria-pressed": String(state === now),
			on: {click: () => narrow({state: state === "open" ? "" : state})}},
		t(`state_${state}`), total === undefined ? null : element("span", {class: "number"}, number(total)));

		tab.dataset.state = state;
		return tab;
	}));
	if (focused)
		byId("states").querySelector(`[data-state="${focused}"]`)?.focus();
}

function showChips() {
	fill(byId("chips"), CHIPS.filter((name) => filter[name]).map((name) => element("button", {
		type: "button", class: "chip", on: {click: () => narrow({[name]: ""})},
	}, `${t(`only_${name}`)} `, name === "same_text_as" ? null : element("bdi", {}, visible(filter[name])),
	element("span", {"aria-hidden": "true"}, " ×"), element("span", {class: "visually-hidden"}, t("remove")))));
}

/* Shows what is chosen, and how much there is of everything. */
export function showFilters(stats) {
	showStates(stats?.states || {});
	for (const name of ["guideline", "rule", "site", "lang"])
		offer(name, stats?.groups?.[name] || []);
	fill(byId("by-min_score"), option("", t("any"), "min_score"),
		SCORES.map((score) => option(score, percent(score / 100), "min_score")));
	fill(byId("by-order"), ORDERS.map((order) => option(order === "oldest" ? "" : order, t(`order_${order}`), "order")));
	showChips();
}

/* changed() is told when something else is to be shown. */
export function startFilters(listener) {
	changed = listener;
	readAddress();
	for (const name of ["guideline", "rule", "site", "lang", "min_score", "order"])
		byId(`by-${name}`).addEventListener("change", (event) => {
			event.target.blur();
			narrow({[name]: event.target.value});
		});
	byId("filters").addEventListener("submit", (event) => event.preventDefault());
	const wide = matchMedia("(min-width: 40.01rem)"); /* as in queue.css */
	const unfold = () => {
		byId("choices").open = wide.matches || Object.keys(filter).some((name) => byId(`by-${name}`));
	};

	unfold();
	wide.addEventListener("change", unfold);
	addEventListener("popstate", () => {
		readAddress();
		changed();
	});
}
