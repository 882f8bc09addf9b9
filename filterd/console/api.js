/* What the pages ask the daemon. */

const TOKEN = "filterd.token";
const PATIENCE_MS = 15000; /* for an answer about the queue */

/* Who works the queue where no tokens are configured; told with each question. */
let moderator = "";

/* A refusal: what the daemon says is wrong, and after how long to ask again (0: not at all). */
export class Refusal extends Error {
	constructor(status, problem) {
		super(problem.detail || `The daemon answers with status ${status}.`);
		this.status = status;
		this.code = problem.code || "";
		this.retryMs = problem.retry_after_ms || 0;
	}
}

/* Whether the same may well succeed later: no answer came, or one that says so. */
export const isPassing = (failure) => !(failure instanceof Refusal) || failure.status === 408
	|| failure.status === 429 || failure.status >= 500;

export const setModerator = (name) => {
	moderator = name;
};

export const setToken = (token) => sessionStorage.setItem(TOKEN, token);
export const hasToken = () => Boolean(sessionStorage.getItem(TOKEN));

async function ask(path, options = {}) {
	const token = sessionStorage.getItem(TOKEN);
	const headers = {...options.headers};

	if (token)
		headers.Authorization = `Bearer ${token}`;
	if (moderator)
		headers["X-Moderator"] = encodeURIComponent(moderator);
	const response = await fetch(path, {...options, headers, cache: "no-store"});

	if (response.ok)
		return response.status === 204 ? null : response.json();
	throw new Refusal(response.status, await response.json().catch(() => ({})));
}

const post = (path, body, options = {}) => ask(path, {
	method: "POST",
	headers: {"Content-Type": "application/json"},
	body: JSON.stringify(body),
	...options,
});

/* --- trying rules --- */

/* The files of the rules in force, sites, languages and limits. */
export const loadRules = () => ask("/v1/try/rules");

const pause = (ms, signal) => new Promise((resolve, reject) => {
	const timer = setTimeout(resolve, ms);

	signal?.addEventListener("abort", () => {
		clearTimeout(timer);
		reject(signal.reason);
	});
});

/* One try-out. Asks again for a while when the daemon has too much to do. */
export async function tryOut(request, signal) {
	for (let attempt = 0; ; attempt++) {
		try {
			return await post("/v1/try", request, {signal});
		} catch (failure) {
			if (!(failure instanceof Refusal) || failure.retryMs === 0 || attempt === 4)
				throw failure;
			await pause(failure.retryMs, signal);
		}
	}
}

/* [bytes] that a request takes on the wire. */
export const sizeOf = (request) => new TextEncoder().encode(JSON.stringify(request)).length;

/* --- the review queue --- */

const soon = () => ({signal: AbortSignal.timeout(PATIENCE_MS)});

/* Who is asking: {name, role, token, undo_s, ...}. Status 401: nobody that is known; log in first. */
export const loadSession = () => ask("/v1/session", soon());

export const logOut = () => ask("/v1/session", {method: "DELETE", ...soon()});
export const logIn = (token) => post("/v1/session", {token}, soon());

/* A page of the queue: {items, total, total_is_more, next}. Empty values of the filter are left out. */
export function listQueue(filter, after, limit) {
	const query = new URLSearchParams({limit});

	for (const [name, value] of Object.entries({...filter, after}))
		if (value)
			query.set(name, value);
	return ask(`/v1/queue?${query}`, soon());
}

export const queueStats = () => ask("/v1/queue/stats", soon());
export const queueItem = (id) => ask(`/v1/queue/${encodeURIComponent(id)}`, soon());
export const claimItems = (ids, seconds) =>
	post("/v1/queue/claim", {ids, limit: ids.length, lease_s: seconds}, soon());

/* Goes out even while the page is being closed. */
export const releaseItems = (ids) => post("/v1/queue/release", {ids}, {keepalive: true});

/* Decisions, each on its own: {results} in their order. */
export const decideItems = (decisions) => post("/v1/queue/decide", {decisions}, soon());

/* How items stand now, and how many wait. */
export const lookAt = (ids) => post("/v1/queue/look", {ids}, soon());
