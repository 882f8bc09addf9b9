/*
 * The tokens as the daemon knows them: a copy in memory that workers look into without waiting for
 * the database, and a thread that renews it, so that a token which is made, revoked or expired
 * beside the running daemon counts within a second.
 *
 * The thread has a connection of its own. It also writes the audit, and when tokens were used.
 */
#pragma once

#include "server/audit_log.h"
#include "server/sessions.h"
#include "store/turns.h"

#define TOKENS_LOOK_MS 500 /* [ms] between two looks into the database */

enum access_via {
	VIA_NOBODY, /* not known, and it need not be */
	VIA_NEAR, /* a caller on this machine */
	VIA_TOKEN,
	VIA_SESSION,
};

/* Who asks. Holds no pointers: it may be copied and kept. */
struct access_who {
	enum access_via via;
	enum user_role role; /* but for VIA_NOBODY */
	char name[TOKEN_NAME_SIZE]; /* the actor of decisions; empty for VIA_NOBODY */
	char token_id[TOKEN_ID_SIZE]; /* empty without a token */
	int64_t ends_ms; /* of a session or token; 0: never */
};

struct tokens;

/*
 * Opens the database, which must be there, and reads it; without the thread. `log` (not owned) is
 * what the thread writes down, in its `turns` (NULL: it takes none), and it erases what is older
 * than `audit_days`. OK; else as db_open() says.
 */
int tokens_open(const char *path, struct turns *turns, struct audit_log *log, int64_t audit_days,
	struct buf *why, struct tokens **out);

/* Starts the thread. OK or ERR_IO. */
int tokens_start(struct tokens *tokens);

/* Writes the last of the audit, stops the thread, closes. NULL is legal. */
void tokens_close(struct tokens *tokens);

/*
 * Renews the copy from the database, as the thread does; not while that runs. OK; ERR_NOMEM or
 * ERR_IO, and the copy is as it was.
 */
int tokens_refresh(struct tokens *tokens, struct db *db);

/* Any thread, and none waits: of NULL (no database) there are no tokens. */

/* Whether there ever was one: then who asks over HTTP needs one. */
bool tokens_any(struct tokens *tokens);

/* Whom the token's text stands for. False: nobody. Takes the same time for each wrong one. */
bool tokens_find(struct tokens *tokens, struct span text, int64_t now_ms, struct access_who *who);

/* Whether a token that was found before still holds. */
bool tokens_hold(struct tokens *tokens, const char *id, int64_t now_ms);

/*
 * Writes a session for whom the token `text` was found; who->ends_ms is then its end, which is that
 * of the token if that comes sooner. False: no memory.
 */
bool tokens_session(struct tokens *tokens, struct span text, struct access_who *who, int64_t now_ms,
	char out[SESSION_SIZE]);

/* Whom a session stands for. False: nobody. */
bool tokens_find_session(
	struct tokens *tokens, struct span text, int64_t now_ms, struct access_who *who);
