/* What one moderator likes, kept in this browser. */

const STORE = "filterd.settings";

const DEFAULTS = {
	language: "", /* of the interface; "": the browser's */
	theme: "auto", /* auto, light, dark */
	soft: false, /* softer colours */
	blur: "worst", /* off, worst, all */
	breakMinutes: 50, /* of work until a break is suggested; 0: never */
	singleKeys: true, /* whether keys decide at all */
	why: null, /* whether what is known of a comment stands beside it; null: where there is room */
	single: false, /* one comment at a time */
	name: "", /* who decides, where no token says it */
};

function read() {
	try {
		return JSON.parse(localStorage.getItem(STORE)) || {};
	} catch {
		return {};
	}
}

export const settings = {...DEFAULTS, ...read()};

export function change(name, value) {
	settings[name] = value;
	try {
		localStorage.setItem(STORE, JSON.stringify(settings));
	} catch {
		/* Then it lasts until the page is closed. */
	}
}

/* How the whole page looks by them. */
export function dress() {
	const root = document.documentElement;

	root.dataset.theme = settings.theme;
	root.toggleAttribute("data-soft", settings.soft);
	document.body.classList.toggle("single", settings.single);
}

export const MINUTE_MS = 60000;
