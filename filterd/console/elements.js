/*
 * Elements from data. Nothing here, or anywhere on the page, takes text for HTML: what comes from
 * comments and rules becomes text nodes only.
 */

/* An element with properties and children; strings become text, null is left out. */
export function element(name, properties = {}, ...children) {
	const made = document.createElement(name);

	for (const [key, value] of Object.entries(properties)) {
		if (key === "class")
			made.className = value;
		else if (key === "on")
			for (const [event, listener] of Object.entries(value))
				made.addEventListener(event, listener);
		else if (key in made)
			made[key] = value;
		else
			made.setAttribute(key, value);
	}
	made.append(...children.flat().filter((child) => child !== null && child !== undefined));
	return made;
}

export const byId = (id) => document.getElementById(id);

/* Puts children in place of what was there. */
export function fill(parent, ...children) {
	parent.replaceChildren(...children.flat().filter((child) => child !== null));
}

/* A file's name with the folder it is in, which tells the languages apart. */
export const shortName = (path) => path.split("/").slice(-2).join("/");

export const plural = (count, one, many) =>
	`${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export const verdictBadge = (kind, big) =>
	element("span", {class: `badge ${kind}${big ? " big" : ""}`}, kind);
