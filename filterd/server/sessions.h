/*
 * Sessions of the page: a cookie that names a token and an end, signed.
 *
 *     v1.ID.END.MAC      ID: of the token; END: [s since 1970]; MAC: HMAC-SHA256 in base64url
 *
 * The daemon keeps none: the key is in the database, so sessions outlive a restart, and whoever
 * reads one still has to find that the token holds, so that a revoked token ends its sessions.
 */
#pragma once

#include "store/tokens.h"

#define SESSION_S (12 * 3600) /* [s] how long it lasts: a working day */
#define SESSION_COOKIE "filterd_session"
#define SESSION_SIZE (3 + TOKEN_ID_SIZE + 20 + TOKEN_BASE64_SIZE)

/* Writes the session of the token `id` until `end_s`. False: no memory. */
bool session_write(
	const unsigned char key[TOKEN_KEY], const char *id, int64_t end_s, char out[SESSION_SIZE]);

/* Reads one. False: it is none of ours, or over. */
bool session_read(const unsigned char key[TOKEN_KEY], struct span text, int64_t now_ms,
	char id[TOKEN_ID_SIZE], int64_t *end_s);

/*
 * The session among the cookies of a `Cookie` field. Two that differ are none: another server on
 * this host can set cookies for ours.
 */
struct span session_of_cookies(struct span cookies);
