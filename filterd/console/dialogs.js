/* The dialogs of the queue: why to reject, a note, the keys, and what one likes. */
import {byId, element, fill} from "./elements.js";
import {ACTIONS, keyName, keyOf, keysOf, resetKeys, setKey} from "./keys.js";
import {change, settings} from "./settings.js";
import {guidelineName} from "./why.js";
import {LANGUAGES, nameOf, number, t} from "./words.js";

const NOTE_MAX = 2000; /* [bytes], as the daemon takes them */

/* What readers were promised, and what the Digital Services Act (EU 2022/2065) asks statements to name. */
export const GUIDELINES = ["profanity", "threats", "personal-attacks", "vulgarity", "abuse", "promotion", "form"];
const DSA = ["illegal-or-harmful-speech", "violence", "risk-for-public-security", "civic-discourse-or-elections",
	"protection-of-minors", "non-consensual-behaviour", "sexualised-content", "self-harm", "scams-and-fraud",
	"data-protection-and-privacy", "intellectual-property", "other"].map((name) => `dsa/${name}`);

const bytesOf = (text) => new TextEncoder().encode(text).length;

/* Opens a dialog with this content; the browser gives the focus back when it is closed. */
function open(id, title, ...content) {
	const dialog = byId(id);

	fill(dialog, element("div", {class: "dialog-head"},
		element("h2", {id: `${id}-title`}, title),
		element("button", {type: "button", "aria-label": t("close"), on: {click: () => dialog.close()}}, "×")),
	content);
	dialog.setAttribute("aria-labelledby", `${id}-title`);
	if (!dialog.open)
		dialog.showModal();
	return dialog;
}

const noteArea = (id) => element("textarea", {class: "comment", rows: 3, dir: "auto", id});

/* A note that the daemon would take, or null after saying that it is too long. */
function noteOf(area, error) {
	const note = area.value.trim();

	error.textContent = bytesOf(note) > NOTE_MAX ? t("note_too_long", {n: NOTE_MAX}) : "";
	return error.textContent ? null : note;
}

/* --- reasons --- */

/* Asks why; chosen({reason, note}) is told. first: ids of guidelines to stand at the top. */
export function askReason(first, count, chosen) {
	const all = [...new Set([...first, ...GUIDELINES]), ...DSA];
	const area = noteArea("reason-note"), error = element("p", {class: "lost", role: "alert"});
	const buttons = all.map((reason, i) => element("button", {type: "button", class: "reason", on: {
		click: () => {
			const note = noteOf(area, error);

			if (note === null)
				return;
			dialog.close();
			chosen({reason, note});
		},
	}}, i < 9 ? element("kbd", {"aria-hidden": "true"}, String(i + 1)) : element("span", {class: "no-key"}),
	element("bdi", {}, reason.startsWith("dsa/") ? nameOf("dsa", reason.slice(4)) : guidelineName(reason))));
	const dialog = open("reasons", count > 1 ? t("reject_selected", {n: count}) : t("why_reject"),
		element("div", {class: "reasons"}, buttons.slice(0, all.length - DSA.length)),
		element("h3", {}, t("dsa_grounds")),
		element("div", {class: "reasons"}, buttons.slice(all.length - DSA.length)),
		element("label", {for: "reason-note"}, t("note_optional")), area, error);

	dialog.onkeydown = (event) => {
		if (event.target === area)
			return;
		const at = buttons.indexOf(document.activeElement);
		const digit = /^Digit([1-9])$/.exec(event.code) || /^([1-9])$/.exec(event.key);

		if (digit && !event.ctrlKey && !event.altKey && !event.metaKey)
			buttons[digit[1] - 1]?.click();
		else if (event.key === "ArrowDown")
			buttons[(at + 1) % buttons.length].focus();
		else if (event.key === "ArrowUp")
			buttons[(at - 1 + buttons.length) % buttons.length].focus();
		else
			return;
		event.preventDefault();
	};
	buttons[0].focus();
}

export function askNote(chosen) {
	const area = noteArea("note-text"), error = element("p", {class: "lost", role: "alert"});
	const save = () => {
		const note = noteOf(area, error);

		if (note === null)
			return;
		dialog.close();
		if (note)
			chosen(note);
	};
	const dialog = open("note", t("note"), element("label", {for: "note-text"}, t("note_help")), area, error,
		element("button", {type: "button", class: "primary", on: {click: save}}, t("save_note")));

	dialog.onkeydown = (event) => {
		if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
			save();
	};
	area.focus();
}

/* --- keys --- */

/* Shows the keys, each of which can be changed; changed() is told. */
export function showHelp(changed) {
	const said = element("p", {role: "status", class: "quiet"}, t("keys_help"));
	let catching = null;

	const rows = Object.keys(ACTIONS).map((action) => {
		const keys = element("td", {class: "keys"});
		const put = () => fill(keys, keysOf(action).length
			? keysOf(action).map((key) => element("kbd", {}, keyName(key))) : element("span", {class: "quiet"}, t("no_key")));
		const again = element("button", {type: "button", "aria-label": t("change_key", {action: t(`key_${action}`)}),
			on: {click: () => {
				catching = {action, again};
				said.textContent = t("press_key", {action: t(`key_${action}`)});
			}}}, t("change"));

		put();
		return {put, row: element("tr", {}, keys, element("td", {}, t(`key_${action}`)), element("td", {}, again))};
	});
	const show = () => {
		rows.forEach(({put}) => put());
		changed();
	};
	const dialog = open("help", t("keys"), said,
		element("table", {class: "keys-table"}, element("tbody", {}, rows.map(({row}) => row))),
		element("button", {type: "button", on: {click: () => {
			resetKeys();
			show();
		}}}, t("reset_keys")));

	dialog.onkeydown = (event) => {
		const key = catching && keyOf(event);

		if (!key)
			return;
		event.preventDefault();
		setKey(catching.action, key);
		said.textContent = t("key_set", {key: keyName(key), action: t(`key_${catching.action}`)});
		catching.again.focus();
		catching = null;
		show();
	};
}

/* --- settings --- */

function choice(name, values, apply) {
	const select = element("select", {id: `set-${name}`, on: {change: (event) => {
		const [value] = values[event.target.selectedIndex];

		change(name, value);
		apply(name);
	}}}, values.map(([value, label]) => element("option", {selected: settings[name] === value}, label)));

	return element("p", {class: "setting"}, element("label", {for: `set-${name}`}, t(`set_${name}`)), select);
}

const tick = (name, apply) => element("p", {class: "setting"}, element("label", {},
	element("input", {type: "checkbox", id: `set-${name}`, checked: settings[name], on: {change: (event) => {
		change(name, event.target.checked);
		apply(name);
	}}}), ` ${t(`set_${name}`)}`));

/* What one likes; apply(name) is told of each change. named: whether a token says who one is. */
export function showSettings(named, apply) {
	const again = (name) => {
		apply(name);
		if (name === "language")
			showSettings(named, apply);
	};
	const name = element("input", {id: "set-name", dir: "auto", maxLength: 60, value: settings.name,
		on: {change: (event) => {
			change("name", event.target.value.trim());
			apply("name");
		}}});

	open("settings", t("settings"),
		named ? null : element("p", {class: "setting"}, element("label", {for: "set-name"}, t("set_name")), name),
		choice("language", [["", t("of_browser")],
			...Object.entries(LANGUAGES).map(([tag, language]) => [tag, language.name])], again),
		choice("theme", [["auto", t("theme_auto")], ["light", t("theme_light")], ["dark", t("theme_dark")]], apply),
		tick("soft", apply),
		choice("blur", [["off", t("blur_off")], ["worst", t("blur_worst")], ["all", t("blur_all")]], apply),
		choice("breakMinutes", [[0, t("never")],
			...[25, 50, 90].map((n) => [n, t("after_minutes", {n: number(n)})])], apply),
		tick("singleKeys", apply),
		named ? element("button", {type: "button", on: {click: () => {
			byId("settings").close();
			apply("log_out");
		}}}, t("log_out")) : null);
}
