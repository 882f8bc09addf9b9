/*
 * Sessions of the page: a cookie that names a token and an end, signed.
 *
 *     v1.ID.END.PROOF.MAC    ID: of the token; END: [s since 1970]; PROOF: token_proof();
 *                            MAC: HMAC-SHA256 in base64url
 *
 * The daemon keeps none: the key is in the database, so sessions outlive a restart, and whoever
 * reads one still has to find that the token holds and that the proof is its own. So a revoked
 * token ends its sessions, and the database alone is not enough to make one.
 */
#pragma once

#include "store/tokens.h"

#define SESSION_S (12 * 3600) /* [s] how long it lasts: a working day */
#define SESSION_COOKIE "filterd_session"
#define SESSION_SIZE (3 + TOKEN_ID_SIZE + 20 + 2 * TOKEN_BASE64_SIZE)

struct session {
	char id[TOKEN_ID_SIZE]; /* of the token */
	int64_t end_s;
	char proof[TOKEN_BASE64_SIZE];
};

/* Writes and signs it. False: no memory. */
bool session_write(
	const unsigned char key[TOKEN_KEY], const struct session *session, char out[SESSION_SIZE]);

/* Reads one. False: it is none of ours, or over. */
bool session_read(
	const unsigned char key[TOKEN_KEY], struct span text, int64_t now_ms, struct session *out);

/*
 * The session among the cookies of a `Cookie` field. Two that differ are none: another server on
 * this host can set cookies for ours.
 */
struct span session_of_cookies(struct span cookies);
