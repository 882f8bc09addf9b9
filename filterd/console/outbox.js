/*
 * Decisions on their way to the daemon. The page shows each at once; here it is kept until the
 * daemon has answered for it, however long the network or the daemon is away.
 *
 * What changes the version of items (claims too) goes out one after the other, so that a decision
 * carries the version that our own claim just before it gave the item.
 */
import {Refusal, decideItems, isPassing, lookAt} from "./api.js";

const BATCH = 200;
const WAITS_MS = [1000, 2000, 4000, 8000];

/* Each: {entry, act, reason, note, seen: the state it was decided in, tries, repeats}. */
let letters = [];
let sending = false;
let listener;
let turn = Promise.resolve();
let wake = () => {};

/* Runs a task when those before it are over. */
export function inTurn(task) {
	const done = turn.then(task);

	turn = done.catch(() => {});
	return done;
}

export const unsent = () => letters.length;

/* settled(letter, result), and trouble(failure or null) when the daemon is lost and when it is back. */
export function startOutbox(settled, trouble) {
	listener = {settled, trouble};
	addEventListener("online", () => wake());
	addEventListener("beforeunload", (event) => {
		if (letters.length > 0)
			event.preventDefault();
	});
}

/* The next ones to be sent together; an item only once, for each changes its version. */
function nextBatch() {
	const ids = new Set(), batch = [];

	for (const letter of letters) {
		if (batch.length === BATCH || ids.has(letter.entry.item.queue_id))
			break;
		ids.add(letter.entry.item.queue_id);
		batch.push(letter);
	}
	return batch;
}

const asSent = ({entry, act, reason, note}) => ({
	queue_id: entry.item.queue_id, act, version: entry.item.version,
	...(reason ? {reason} : {}), ...(note ? {note} : {}),
});

const FINAL = {approve: "approved", reject: "rejected", escalate: "escalated", undo: "waiting"};

/*
 * An answer that was lost leaves our own decision standing: then it is no conflict. One whose item
 * only got another version (a claim came or went) is sent again with it.
 */
async function examine(letter, result, me) {
	const {items: [now]} = await lookAt([result.queue_id]);

	if (now && letter.tries > 1 && now.state === FINAL[letter.act] &&
		(letter.act === "undo" || now.decided_by === me))
		return {...result, ...now, ok: true};
	if (now && letter.repeats < 2 && now.state === letter.seen &&
		(!now.claimed_by || now.claimed_by === me)) {
		letter.entry.item.version = now.version;
		letter.repeats++;
		return null;
	}
	return {...result, ...now, ok: false};
}

async function sendBatch(me) {
	const batch = nextBatch();
	let results;

	for (const letter of batch)
		letter.tries++;
	try {
		({results} = await decideItems(batch.map(asSent)));
	} catch (failure) {
		if (isPassing(failure) || failure.status === 401)
			throw failure;
		results = batch.map((letter) => ({queue_id: letter.entry.item.queue_id, ok: false,
			code: failure.code, detail: failure.message}));
	}
	for (const [i, letter] of batch.entries()) {
		const result = results[i].code === "conflict" ? await examine(letter, results[i], me()) : results[i];

		if (result === null)
			continue;
		letters = letters.filter((other) => other !== letter);
		listener.settled(letter, result);
	}
}

const pause = (ms) => new Promise((resolve) => {
	const timer = setTimeout(resolve, ms);

	wake = () => {
		clearTimeout(timer);
		resolve();
	};
});

async function drain(me) {
	let failures = 0;

	while (letters.length > 0) {
		try {
			await inTurn(() => sendBatch(me));
			if (failures > 0)
				listener.trouble(null);
			failures = 0;
		} catch (failure) {
			listener.trouble(failure);
			await pause(failure instanceof Refusal && failure.status === 401 ? 2 ** 31 - 1
				: WAITS_MS[Math.min(failures, WAITS_MS.length - 1)]);
			failures++;
		}
	}
	sending = false;
}

/* Sends on at once, for instance after a login. */
export const sendNow = () => wake();

/* Takes a decision. me() tells who is deciding. */
export function post(letter, me) {
	letters.push({tries: 0, repeats: 0, ...letter});
	if (!sending) {
		sending = true;
		drain(me);
	}
}

/* Gives up all that is not sent: each is settled as not done, for this reason. */
export function giveUp(detail) {
	const own = letters;

	letters = [];
	for (const letter of own)
		listener.settled(letter, {ok: false, detail});
	wake();
}

/* Takes back what was not sent yet; false if it is too late for that. */
export function withdraw(entry) {
	const own = letters.findLast((letter) => letter.entry === entry);

	if (!own || own.tries > 0)
		return false;
	letters = letters.filter((letter) => letter !== own);
	return true;
}
