/* The sample: comments from a file or a paste, and which of them an edit gives another verdict. */
import {sizeOf, tryOut} from "./api.js";
import {byId, element, fill, plural, verdictBadge} from "./elements.js";
import {snippet} from "./text.js";

const COMMENTS_MAX = 1000;
const FILE_MAX = 16 * 1024 * 1024; /* [bytes] */

let sample = [];

/* A line as a request: JSON objects with a text as they are, anything else is the text itself. */
function readLine(line) {
	if (line.startsWith("{")) {
		try {
			const read = JSON.parse(line);

			if (typeof read.text === "string")
				return read;
		} catch {
			/* Somebody's comment may begin with a brace. */
		}
	}
	return {text: line};
}

const readLines = (text) => text.replace(/^\ufeff/, "").split(/\r?\n/)
	.filter((line) => line.trim() !== "").map(readLine);

function pick(index, choose) {
	for (const button of byId("sample-list").querySelectorAll("button"))
		button.removeAttribute("aria-current");
	byId("sample-list").children[index].firstChild.setAttribute("aria-current", "true");
	choose(sample[index]);
}

function setSample(all, choose) {
	const list = byId("sample-list");

	sample = all.slice(0, COMMENTS_MAX);
	fill(list, sample.map((comment, i) => element("li", {},
		element("button", {type: "button", on: {click: () => pick(i, choose)}},
			element("span", {class: "number"}, String(i + 1)), snippet(comment.text)))));
	list.hidden = sample.length === 0;
	byId("compare").disabled = byId("sample-clear").disabled = sample.length === 0;
	byId("comparison").hidden = true;
	byId("sample-note").textContent = all.length > sample.length
		? `The first ${COMMENTS_MAX.toLocaleString("en")} of ${all.length.toLocaleString("en")} comments.`
		: all.length ? `${plural(all.length, "comment", "comments")}. Click one to try it.`
			: "No comments.";
}

/* --- comparing --- */

/* How many comments from `from` on fit into one request. */
function batch(request, from, max) {
	let size = sizeOf({...request, comments: []}), to = from;

	while (to < sample.length) {
		size += sizeOf(sample[to]) + 1;
		if (size > max && to > from)
			break;
		to++;
	}
	return to;
}

/* The rules that make the difference: they hold on one side only, or else do something else. */
function causes(result) {
	const kinds = (verdict) => new Map(verdict.matches.filter((match) => !match.shadow)
		.map((match) => [match.rule, `${match.action} ${match.points}`]));
	const live = kinds(result.live), trial = kinds(result.trial);
	const found = [];

	for (const [rule, kind] of trial) {
		if (!live.has(rule))
			found.push(`${rule}\u0000now holds`);
		else if (live.get(rule) !== kind)
			found.push(`${rule}\u0000counts for something else`);
	}
	for (const rule of live.keys()) {
		if (!trial.has(rule))
			found.push(`${rule}\u0000no longer holds`);
	}
	return found.length ? found : ["Thresholds\u0000the same rules hold"];
}

function group(results) {
	const groups = new Map();

	for (const result of results) {
		for (const cause of causes(result))
			groups.set(cause, [...(groups.get(cause) || []), result]);
	}
	return [...groups].sort((a, b) => b[1].length - a[1].length);
}

const row = (result, choose) => element("tr", {},
	element("td", {}, element("button", {type: "button", class: "plain",
		on: {click: () => pick(result.index, choose)}}, snippet(sample[result.index].text, 160))),
	element("td", {class: "change"}, verdictBadge(result.live.verdict), " → ",
		verdictBadge(result.trial.verdict)));

function showComparison(results, failed, choose) {
	const box = byId("comparison");
	const changed = results.filter((result) => result.changed);

	fill(box, element("h3", {}, changed.length
		? `${plural(changed.length, "comment changes", "comments change")} verdict, of ${
			sample.length.toLocaleString("en")}`
		: `No comment of ${sample.length.toLocaleString("en")} changes verdict`),
	element("p", {class: "outdated"}, "Your rules have changed since: compare again."),
	failed ? element("p", {class: "quiet"}, `${plural(failed, "line was", "lines were")} no comment that can be judged.`) : null,
	group(changed).map(([cause, members]) => {
		const [rule, what] = cause.split("\u0000");

		return element("section", {class: "group"},
			element("h4", {}, element("bdi", {class: "rule-id"}, rule), ` ${what}: `,
				plural(members.length, "comment", "comments")),
			element("table", {},
				element("thead", {}, element("tr", {}, element("th", {scope: "col"}, "Comment"),
					element("th", {scope: "col"}, "Live → yours"))),
				element("tbody", {}, members.map((result) => row(result, choose)))));
	}));
	box.classList.remove("old");
	box.hidden = false;
	box.focus({preventScroll: true});
}

/*
 * Compares, in as many requests as it takes. request() gives what is tried, limit() how large a
 * request may be; refused(answer) is told when the rules do not load.
 */
async function compare({request, limit, refused, choose}) {
	const note = byId("sample-note"), base = {...request(), changed_only: true};
	let results = [], failed = 0, at = 0;

	while (at < sample.length) {
		note.textContent = `Comparing: ${at.toLocaleString("en")} of ${sample.length.toLocaleString("en")} …`;
		const to = batch(base, at, limit()), from = at;
		const answer = await tryOut({...base, comments: sample.slice(at, to)});

		if (!answer.trial) {
			note.textContent = "Your rules do not load: mend them first.";
			refused(answer);
			return;
		}
		failed += answer.results.filter((result) => result.error).length;
		results = results.concat(answer.results.filter((result) => result.changed)
			.map((result) => ({...result, index: result.index + from})));
		at += answer.judged;
		if (answer.judged === 0)
			break;
	}
	note.textContent = `Compared ${plural(at, "comment", "comments")}.`;
	showComparison(results, failed, choose);
}

/* Wires the sample's controls; hooks as compare() takes them, and failure(error). */
export function startSample(hooks) {
	const use = (text) => setSample(readLines(text), hooks.choose);

	byId("sample-file").addEventListener("change", async (event) => {
		const [file] = event.target.files;

		if (!file)
			return;
		if (file.size > FILE_MAX)
			byId("sample-note").textContent = "The file is larger than 16 MiB: cut a piece out of it.";
		else
			use(await file.text());
		event.target.value = "";
	});
	byId("sample-use").addEventListener("click", () => {
		use(byId("sample-text").value);
		byId("paste").open = false;
	});
	byId("sample-clear").addEventListener("click", () => use(""));
	byId("compare").addEventListener("click", async (event) => {
		event.target.disabled = true;
		try {
			await compare(hooks);
		} catch (error) {
			hooks.failure(error);
		}
		event.target.disabled = sample.length === 0;
	});
}
