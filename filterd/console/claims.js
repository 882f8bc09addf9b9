/*
 * Who looks at what: our own claims, and how items stand that others may be deciding.
 *
 * The comment at the cursor and the next few are claimed for a quarter of an hour, and again while
 * the page is looked at; what was not decided is given back.
 */
import {claimItems, lookAt, releaseItems} from "./api.js";
import {inTurn} from "./outbox.js";

const LEASE_S = 900;
const PROLONG_MS = 300000;
const LOOK_MS = 3000;
const LOOK_MAX = 200;

const held = new Map(); /* queue id -> when it was claimed */

/* Claims what of these ids is not ours yet; resolves with the items as they stand then. */
export function claim(ids) {
	const wanted = ids.filter((id) => !(Date.now() - held.get(id) < PROLONG_MS));

	if (wanted.length === 0)
		return Promise.resolve([]);
	for (const id of wanted)
		held.set(id, Date.now());
	return inTurn(async () => {
		try {
			const {items} = await claimItems(wanted, LEASE_S);
			const got = new Set(items.map((item) => item.queue_id));

			for (const id of wanted)
				if (!got.has(id))
					held.delete(id);
			return items;
		} catch (failure) {
			for (const id of wanted)
				held.delete(id);
			throw failure;
		}
	});
}

/* They are decided: nothing is to be given back. */
export function forget(ids) {
	for (const id of ids)
		held.delete(id);
}

/* Gives claims back; all of them if none are named. Nobody waits for it: leases end by themselves. */
export function release(ids = [...held.keys()]) {
	const own = ids.filter((id) => held.has(id));

	forget(own);
	if (own.length > 0)
		releaseItems(own).catch(() => {});
}

/*
 * Tells how items stand while the page is looked at: ids() names them, changed(answer) is told.
 * The one place that asks again and again; events sent by the server could come here instead.
 */
export function watch(ids, changed, lost) {
	let timer = 0;

	async function look() {
		const wanted = ids().slice(0, LOOK_MAX);

		clearTimeout(timer);
		if (wanted.length > 0 && !document.hidden) {
			try {
				changed(await lookAt(wanted));
			} catch (failure) {
				lost(failure);
			}
		}
		timer = setTimeout(look, LOOK_MS);
	}

	document.addEventListener("visibilitychange", () => document.hidden || look());
	addEventListener("pagehide", () => release());
	timer = setTimeout(look, LOOK_MS);
}
