/*
 * The words of the interface. Each language is a file with the same keys (a test compares them);
 * what is missing is said in English. Numbers are written 0-9 in every language, as in the data.
 */
import ar from "./words-ar.js";
import ckb from "./words-ckb.js";
import en from "./words-en.js";
import kmr from "./words-kmr.js";
import tr from "./words-tr.js";
import {settings} from "./settings.js";
import {withoutHidden} from "./text.js";

export const LANGUAGES = {
	en: {name: "English", dir: "ltr", words: en},
	ckb: {name: "کوردیی ناوەندی", dir: "rtl", words: ckb},
	kmr: {name: "Kurmancî", dir: "ltr", words: kmr},
	ar: {name: "العربية", dir: "rtl", words: ar},
	tr: {name: "Türkçe", dir: "ltr", words: tr},
};

/* Names under which browsers know some of them. */
const SAME = {ku: "kmr"};

let now = LANGUAGES.en;

/* Takes the chosen language, or the first of the browser's that there is. */
export function chooseLanguage() {
	const wished = [settings.language, ...navigator.languages]
		.map((tag) => tag.toLowerCase().split("-")[0]).map((tag) => SAME[tag] || tag);
	const tag = wished.find((one) => Object.hasOwn(LANGUAGES, one)) || "en";

	now = LANGUAGES[tag];
	document.documentElement.lang = tag;
	document.documentElement.dir = now.dir;
	return tag;
}

export const number = (value) => value.toLocaleString("en");

const shown = (value) => (typeof value === "number" ? number(value)
	: `\u2068${withoutHidden(String(value))}\u2069`);

/* The words of a key, with {name} replaced by the values; texts are isolated in direction. */
export function t(key, values = {}) {
	const words = now.words[key] ?? en[key] ?? key;

	return words.replace(/\{(\w+)\}/g, (all, name) => (name in values ? shown(values[name]) : all));
}

/* The words of a key, or what it would name if there are none. */
export const nameOf = (kind, id) => now.words[`${kind}_${id}`] ?? en[`${kind}_${id}`] ?? id;

const SECOND_MS = 1000;
const UNITS = [["days_ago", 86400], ["hours_ago", 3600], ["minutes_ago", 60]];

/* How long ago a time is. */
export function ago(time) {
	const seconds = Math.max(0, (Date.now() - Date.parse(time)) / SECOND_MS);

	for (const [key, length] of UNITS)
		if (seconds >= length)
			return t(key, {n: Math.floor(seconds / length)});
	return t("just_now");
}

/* A time to the minute, by the clock of this browser. */
export const clock = (time) => new Date(time).toLocaleString("en-GB",
	{year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit"});

/* Puts words into elements that name them: data-t the text, data-t-label, -title, -placeholder. */
export function translate(root) {
	for (const node of root.querySelectorAll("[data-t]"))
		node.textContent = t(node.dataset.t);
	for (const node of root.querySelectorAll("[data-t-label]"))
		node.setAttribute("aria-label", t(node.dataset.tLabel));
	for (const node of root.querySelectorAll("[data-t-placeholder]"))
		node.placeholder = t(node.dataset.tPlaceholder);
	for (const node of root.querySelectorAll("[data-t-title]"))
		node.title = t(node.dataset.tTitle);
}
