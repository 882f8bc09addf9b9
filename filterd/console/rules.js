/*
 * The page on which rules are tried: what is edited, when the daemon is asked, what is kept.
 *
 * Edits live here and in this tab's sessionStorage; the daemon gets them with each try-out and keeps
 * none. One try-out is under way at a time: whatever is edited meanwhile is asked when it is over.
 */
import {Refusal, hasToken, loadRules, setToken, sizeOf, tryOut} from "./api.js";
import {editorText, goTo, markLines, setEditorText, startEditor} from "./editor.js";
import {byId, element, fill, plural, shortName} from "./elements.js";
import {showNothing, showProblems, showResult, showTests} from "./results.js";
import {startSample} from "./sample.js";

const KEPT = "filterd.try"; /* in sessionStorage */
const DEBOUNCE_MS = 250;
const PATIENCE_MS = 60000;
const LANGUAGES = new Intl.DisplayNames(["en"], {type: "language"});

let rules = null; /* of GET /v1/try/rules */
let edits = new Map(); /* path -> text, of files that differ from the live ones */
let path = ""; /* of the file in the editor */
let extra = {}; /* members of a picked comment that the page has no field for */
let timer = 0, last = null;
let underWay = null; /* the promise of the try-out that is asked */
let newer = false; /* it is out of date already */

const live = (name) => rules.files.find((file) => file.path === name)?.text ?? "";
const textOf = (name) => edits.get(name) ?? live(name);

/* --- notices --- */

/* of: "failure" goes away with the next answer. */
function notice(text, action, of = "") {
	const box = byId("notice");

	box.hidden = !text;
	box.dataset.of = of;
	fill(box, text ? element("span", {}, text) : null,
		action ? element("button", {type: "button", on: {click: () => {
			notice("");
			action.run();
		}}}, action.name) : null);
}

function failure(error) {
	if (error instanceof Refusal && error.status === 401) {
		byId("sign-in").hidden = false;
		byId("token").focus();
		notice(hasToken() ? "That token is not the right one." : "");
	} else if (error instanceof Refusal) {
		notice(`Refused: ${error.message}`, null, "failure");
	} else {
		notice("The daemon does not answer. Your edits are kept in this tab.",
			{name: "Try again", run: rules ? ask : start}, "failure");
	}
}

/* --- what is kept in the tab --- */

function keep() {
	try {
		sessionStorage.setItem(KEPT, JSON.stringify({version: rules.version, path,
			edits: [...edits], comment: comment()}));
	} catch {
		notice("Your edits are too large to be kept in this tab: download the file before you reload.");
	}
}

function restore() {
	let kept;

	try {
		kept = JSON.parse(sessionStorage.getItem(KEPT)) || {};
	} catch {
		kept = {};
	}
	edits = new Map((kept.edits || []).filter(([name, text]) =>
		rules.files.some((file) => file.path === name) && text !== live(name)));
	path = rules.files.some((file) => file.path === kept.path) ? kept.path : rules.files[0].path;
	if (kept.comment)
		setComment(kept.comment);
	if (edits.size === 0)
		return;
	notice(`Your unsaved edits of ${plural(edits.size, "file", "files")} are back.${
		kept.version === rules.version ? "" : " Meanwhile the live rules have changed: look at what differs."}`,
	{name: "Discard them", run: discard});
}

function discard() {
	const before = edits;

	edits = new Map();
	openFile(path);
	ask();
	notice("The edits are gone.", {name: "Bring them back", run: () => {
		edits = before;
		openFile(path);
		ask();
	}});
}

/* --- files --- */

function listFiles() {
	const groups = new Map();

	for (const file of rules.files) {
		const folder = file.path.slice(0, file.path.lastIndexOf("/") + 1);

		groups.set(folder, [...(groups.get(folder) || []), file]);
	}
	fill(byId("file"), [...groups].map(([folder, files]) => element("optgroup", {label: folder || "/"},
		files.map((file) => element("option", {value: file.path}, nameOf(file.path))))));
}

const nameOf = (name) => `${edits.has(name) ? "● " : ""}${shortName(name)}`;

function openFile(name) {
	path = name;
	for (const option of byId("file").querySelectorAll("option"))
		option.textContent = nameOf(option.value);
	byId("file").value = name;
	byId("revert").disabled = !edits.has(name);
	setEditorText(textOf(name));
	mark();
	keep();
}

function edited() {
	const text = editorText(), known = edits.has(path);

	if (text === live(path))
		edits.delete(path);
	else
		edits.set(path, text);
	if (known !== edits.has(path))
		byId("file").selectedOptions[0].textContent = nameOf(path);
	byId("revert").disabled = !edits.has(path);
	byId("comparison").classList.add("old");
	soon();
}

function revert() {
	const name = path, before = edits.get(name);

	edits.delete(name);
	byId("comparison").classList.add("old");
	openFile(name);
	ask();
	notice(`${name} is as in the live rules again.`, {name: "Undo", run: () => {
		edits.set(name, before);
		openFile(name);
		ask();
	}});
}

function download() {
	const url = URL.createObjectURL(new Blob([textOf(path)], {type: "application/yaml"}));
	const link = element("a", {href: url, download: path.split("/").pop()});

	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function open(problem) {
	if (problem.file !== path && rules.files.some((file) => file.path === problem.file))
		openFile(problem.file);
	if (problem.file === path)
		goTo(problem.line, problem.column || 1);
}

function mark() {
	const all = [...(last?.errors || []), ...(last?.tests?.failures || [])];

	markLines(all.filter((problem) => problem.file === path && problem.line));
}

/* --- the comment --- */

/* The comment as the form has it, as a request. */
function comment() {
	const made = {...extra, text: byId("comment").value};
	const choose = (name, value) => {
		if (value)
			made[name] = value;
		else
			delete made[name];
	};

	choose("lang", byId("language").value);
	choose("site", byId("site").value);
	for (const input of document.querySelectorAll("[data-field]")) {
		const [object, member] = input.dataset.field.split(".");
		const {[member]: before, ...others} = Object(made[object]);

		choose(object, input.value ? {...others, [member]: input.value}
			: Object.keys(others).length ? others : null);
	}
	return made;
}

const stringOf = (value) => (typeof value === "string" ? value : "");

/* Chooses the value, which is added if the list does not have it. */
function choose(select, value) {
	if (![...select.options].some((option) => option.value === value))
		select.append(element("option", {value}, value));
	select.value = value;
}

function setComment(request) {
	extra = request;
	byId("comment").value = stringOf(request.text);
	choose(byId("language"), stringOf(request.lang));
	choose(byId("site"), stringOf(request.site));
	for (const input of document.querySelectorAll("[data-field]")) {
		const [object, member] = input.dataset.field.split(".");

		input.value = stringOf(request[object]?.[member]);
	}
}

function pickComment(request) {
	setComment(request);
	keep();
	ask();
	byId("result").scrollIntoView({block: "nearest"});
}

/* --- asking --- */

function busy(on) {
	byId("checking").hidden = !on;
	byId("result").classList.toggle("busy", on);
	byId("result").setAttribute("aria-busy", String(on));
}

const changedFiles = () => [...edits].map(([name, text]) => ({path: name, text}));

function soon() {
	clearTimeout(timer);
	busy(true);
	timer = setTimeout(() => {
		timer = 0;
		keep();
		ask();
	}, DEBOUNCE_MS);
}

function show(answer, asked) {
	last = answer;
	if (byId("notice").dataset.of === "failure")
		notice("");
	showProblems(answer, open);
	showTests(answer, open);
	mark();
	byId("version").textContent = `Live: ${answer.live}`;
	if (answer.results.length)
		showResult(asked.comments[0], answer.results[0]);
	else
		showNothing();
}

/* Asks, and shows the answer unless it is out of date by then. */
async function askOnce() {
	const now = comment();
	const request = {files: changedFiles(), comments: now.text ? [now] : [], explain: 0};

	newer = false;
	if (sizeOf(request) > rules.request_max) {
		notice(`Your edits and the comment are larger than ${rules.request_max.toLocaleString("en")} bytes, `
			+ "the limit of a request (limits.request in the configuration).", null, "failure");
		return;
	}
	try {
		const answer = await tryOut(request, AbortSignal.timeout(PATIENCE_MS));

		if (!newer)
			show(answer, request);
	} catch (error) {
		failure(error);
	}
}

/* Sees to it that what the page holds now is asked; resolves when nothing is out of date. */
function ask() {
	clearTimeout(timer);
	timer = 0;
	busy(true);
	newer = true;
	underWay ??= (async () => {
		while (newer)
			await askOnce();
		underWay = null;
		busy(timer !== 0);
	})();
	return underWay;
}

async function runTests() {
	await ask();
	byId("tests").scrollIntoView({block: "nearest"});
	byId("tests").focus({preventScroll: true});
}

/* --- starting --- */

function nameLanguage(tag) {
	try {
		return `${LANGUAGES.of(tag)} (${tag})`;
	} catch {
		return tag;
	}
}

function wire() {
	startEditor(edited);
	byId("file").addEventListener("change", (event) => openFile(event.target.value));
	byId("revert").addEventListener("click", revert);
	byId("download").addEventListener("click", download);
	byId("run-tests").addEventListener("click", runTests);
	for (const input of document.querySelectorAll("#comment, [data-field]"))
		input.addEventListener("input", soon);
	byId("language").addEventListener("change", soon);
	byId("site").addEventListener("change", soon);
	startSample({request: () => ({files: changedFiles()}), limit: () => rules.request_max, failure,
		choose: pickComment, refused: (answer) => show({...answer, results: []}, {})});
}

async function start() {
	try {
		rules = await loadRules();
	} catch (error) {
		failure(error);
		return;
	}
	byId("sign-in").hidden = true;
	document.querySelector("main").inert = false;
	notice("");
	fill(byId("language"), element("option", {value: ""}, "guess"),
		rules.languages.map((tag) => element("option", {value: tag}, nameLanguage(tag))));
	fill(byId("site"), element("option", {value: ""}, "none"),
		rules.sites.map((name) => element("option", {value: name}, name)));
	restore();
	listFiles();
	openFile(path);
	ask();
}

byId("sign-in").addEventListener("submit", (event) => {
	event.preventDefault();
	setToken(byId("token").value);
	start();
});
wire();
start();
