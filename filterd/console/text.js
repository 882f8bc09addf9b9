/*
 * Comments as they are shown: marks where rules matched, and tokens for characters that nobody sees.
 *
 * Positions are UTF-16 units, as the server gives them and as JavaScript counts.
 */
import {element} from "./elements.js";

/* Controls, direction controls, zero-width and invisible characters, tags, noncharacters. */
const HIDDEN = new RegExp(
	"[\\u0000-\\u0008\\u000b\\u000c\\u000d-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160" +
	"\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0e" +
	"\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff\\ufdd0-\\ufdef" +
	"\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]", "gu");

/* Joiners belong to writing between letters of these scripts, and within emoji. */
const JOINING = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}]/u;
const EMOJI = /[\p{Extended_Pictographic}\u{1f3fb}-\u{1f3ff}\ufe0f]/u;

const before = (text, at) => {
	const low = at > 1 && /[\udc00-\udfff]/.test(text[at - 1]);

	return at > 0 ? text.slice(at - (low ? 2 : 1), at) : "";
};
const after = (text, at) => (at < text.length ? String.fromCodePoint(text.codePointAt(at)) : "");

function belongs(text, at, character) {
	const left = before(text, at), right = after(text, at + character.length);

	if (character === "\u200c")
		return JOINING.test(left) && (right === "" || JOINING.test(right) || /[\s\p{P}]/u.test(right));
	if (character === "\u200d")
		return (JOINING.test(left) && JOINING.test(right)) || (EMOJI.test(left) && EMOJI.test(right));
	return false;
}

const codeOf = (character) =>
	"U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");

/* The text as nodes: hidden characters as tokens, the rest as it is. */
export function visible(text) {
	const nodes = [];
	let at = 0;

	for (const found of text.matchAll(HIDDEN)) {
		if (belongs(text, found.index, found[0]))
			continue;
		if (found.index > at)
			nodes.push(text.slice(at, found.index));
		nodes.push(element("span", {class: "token"}, codeOf(found[0])));
		at = found.index + found[0].length;
	}
	if (at < text.length)
		nodes.push(text.slice(at));
	return nodes;
}

export const withoutHidden = (text) => text.replace(HIDDEN, "");

export function countHidden(text) {
	return [...text.matchAll(HIDDEN)]
		.filter((found) => !belongs(text, found.index, found[0])).length;
}

const RANK = {approve: 0, points: 1, review: 2, reject: 3};

/* Where marks begin and end, so that each piece between is wholly inside or outside of each. */
function edges(length, spans) {
	const all = new Set([0, length]);

	for (const span of spans) {
		all.add(Math.min(span.from, length));
		all.add(Math.min(span.to, length));
	}
	return [...all].sort((a, b) => a - b);
}

/*
 * The text with marks. spans: {from, to, action, rule} in UTF-16 units; where some overlap the
 * strongest action gives the colour, and the title names every rule.
 */
export function marked(text, spans) {
	const nodes = [];
	const at = edges(text.length, spans);

	for (let i = 0; i + 1 < at.length; i++) {
		const here = spans.filter((span) => span.from <= at[i] && span.to >= at[i + 1]);
		const piece = visible(text.slice(at[i], at[i + 1]));

		if (here.length === 0) {
			nodes.push(...piece);
			continue;
		}
		here.sort((a, b) => RANK[b.action] - RANK[a.action]);
		nodes.push(element("mark", {
			class: here[0].action,
			title: [...new Set(here.map((span) => span.rule))].join(", "),
		}, piece));
	}
	return nodes;
}

/* What is looked at by rules, as the CMS sent it, by the names of answers. */
export const FIELDS = {
	text: (comment) => comment.text,
	author_name: (comment) => comment.author?.name,
	author_url: (comment) => comment.author?.url,
	email_domain: (comment) => comment.author?.email?.replace(/^.*@/s, ""),
	parent: (comment) => comment.parent?.text,
	title: (comment) => comment.article?.title,
};

/* The places of one field at which rules of an answer hold, for marked(). */
export const spansOf = (answer, field) => answer.matches
	.filter((match) => match.field === field)
	.flatMap((match) => match.spans.map((span) =>
		({from: span.utf16[0], to: span.utf16[1], action: match.action, rule: match.rule})));

/* The beginning of a comment, in one line and isolated from what stands around it. */
export function snippet(text, length = 120) {
	const characters = Array.from(text.slice(0, 2 * length + 2));
	const short = characters.length > length;
	const line = characters.slice(0, length).join("").replace(/[\s]+/gu, " ").trim();

	return element("bdi", {class: "snippet", dir: "auto"},
		line || short ? visible(line) : element("span", {class: "quiet"}, "(empty)"),
		short || text.length > 2 * length + 2 ? "…" : null);
}
