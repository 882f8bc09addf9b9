/* The editor: a textarea with line numbers and marked lines. */
import {byId, element} from "./elements.js";

const LINE = 20; /* [px] as in rules.css */
const PADDING = 8; /* [px] above the first line */
const MARKS_MAX = 50;

const area = byId("text"), numbers = byId("numbers"), lines = byId("lines");
let counted = 0;
let leaving = false; /* Esc was the last key: Tab leaves */

function scroll() {
	const shift = `translateY(${-area.scrollTop}px)`;

	numbers.style.transform = shift;
	lines.style.transform = shift;
}

function count() {
	const total = area.value.split("\n").length;

	if (total === counted)
		return;
	counted = total;
	numbers.textContent = Array.from({length: total}, (unused, i) => i + 1).join("\n");
}

/* By a command where there is one, for then Ctrl+Z takes it back. */
function insert(text) {
	if (!document.execCommand("insertText", false, text)) {
		area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
		area.dispatchEvent(new Event("input"));
	}
}

function onKey(event) {
	if (event.key === "Escape") {
		leaving = true;
		return;
	}
	if (event.key === "Tab" && !leaving && !event.shiftKey && !event.ctrlKey && !event.altKey &&
		!event.metaKey) {
		event.preventDefault();
		insert("  ");
	}
	if (event.key !== "Shift")
		leaving = false;
}

/* Calls changed() after each edit. */
export function startEditor(changed) {
	area.addEventListener("scroll", scroll, {passive: true});
	area.addEventListener("keydown", onKey);
	area.addEventListener("input", () => {
		count();
		changed();
	});
}

export const editorText = () => area.value;

export function setEditorText(text) {
	if (area.value === text)
		return;
	area.value = text;
	area.scrollTop = 0;
	area.setSelectionRange(0, 0);
	count();
	scroll();
}

/* Marks lines: [{line, severity}]. */
export function markLines(marks) {
	lines.replaceChildren(...marks.slice(0, MARKS_MAX).map(({line, severity}) => {
		const mark = element("div", {class: severity});

		mark.style.top = `${PADDING + (line - 1) * LINE}px`;
		return mark;
	}));
}

/* Puts the cursor at a place (both 1-based, columns in code points) and shows it. */
export function goTo(line, column) {
	const before = area.value.split("\n").slice(0, line - 1);
	const start = before.reduce((sum, text) => sum + text.length + 1, 0);
	const text = area.value.slice(start).split("\n", 1)[0];
	const at = start + Array.from(text).slice(0, Math.max(0, column - 1)).join("").length;

	area.focus();
	area.setSelectionRange(at, at);
	area.scrollTop = Math.max(0, (line - 1) * LINE - area.clientHeight / 3);
	area.scrollLeft = 0;
}
