/* What the page asks the daemon. */

const TOKEN = "filterd.token";

/* A refusal: what the daemon says is wrong, and after how long to ask again (0: not at all). */
export class Refusal extends Error {
	constructor(status, problem) {
		super(problem.detail || `The daemon answers with status ${status}.`);
		this.status = status;
		this.code = problem.code || "";
		this.retryMs = problem.retry_after_ms || 0;
	}
}

export const setToken = (token) => sessionStorage.setItem(TOKEN, token);
export const hasToken = () => Boolean(sessionStorage.getItem(TOKEN));

async function ask(path, options = {}) {
	const token = sessionStorage.getItem(TOKEN);
	const headers = {...options.headers};

	if (token)
		headers.Authorization = `Bearer ${token}`;
	const response = await fetch(path, {...options, headers, cache: "no-store"});

	if (response.ok)
		return response.json();
	throw new Refusal(response.status, await response.json().catch(() => ({})));
}

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
			return await ask("/v1/try", {
				method: "POST",
				headers: {"Content-Type": "application/json"},
				body: JSON.stringify(request),
				signal,
			});
		} catch (failure) {
			if (!(failure instanceof Refusal) || failure.retryMs === 0 || attempt === 4)
				throw failure;
			await pause(failure.retryMs, signal);
		}
	}
}

/* [bytes] that a request takes on the wire. */
export const sizeOf = (request) => new TextEncoder().encode(JSON.stringify(request)).length;
