/*
 * Tokens: who may use the daemon, as rows of the queue's database.
 *
 * A token is 256 random bits behind `filterd_`, told once, when it is made. What is kept is its
 * SHA-256, so whoever reads the database cannot use it. Tokens are never removed: a revoked one
 * stays, so that its name in decisions and in the audit goes on to mean something. A name belongs
 * to one token at a time; once that is revoked or expired, the name may be given again.
 *
 * Operations on one connection (db.h), each whole or not at all. Times are [ms] since 1970.
 */
#pragma once

#include "base/arena.h"
#include "store/db.h"
#include "store/queue.h"
#include "store/roles.h"

#define TOKEN_TEXT_SIZE (8 + 43 + 1) /* "filterd_", 256 bits in base64url, NUL */
#define TOKEN_HASH 32 /* [bytes] of SHA-256 */
#define TOKEN_ID_SIZE 9 /* 8 characters of [a-z2-7], NUL: shown, not secret */
#define TOKEN_NAME_SIZE (QUEUE_ACTOR_MAX + 1)
#define TOKENS_MAX 256 /* that hold at the same time */

struct token {
	char id[TOKEN_ID_SIZE];
	char name[TOKEN_NAME_SIZE]; /* who acts: what decisions say */
	enum user_role role;
	unsigned char hash[TOKEN_HASH];
	int64_t created_ms;
	int64_t expires_ms; /* 0: never */
	int64_t revoked_ms; /* 0: it is not */
	int64_t used_ms; /* the last use that was written down, minutes exact; 0: none */
};

/*
 * Whether this may be somebody's name: 1 to QUEUE_ACTOR_MAX bytes of UTF-8 that can all be seen,
 * without space at either end.
 */
bool token_is_name(struct span name);

/* SHA-256 of a token's text. False: no memory. */
bool token_hash(struct span text, unsigned char out[TOKEN_HASH]);

/* Whether it holds at that time. */
bool token_holds(const struct token *token, int64_t now_ms);

/*
 * Makes a token; its text goes to `text`, and nowhere else. OK; ERR_INVALID when `name` is none;
 * ERR_CONFLICT when another that holds has it; ERR_LIMIT when TOKENS_MAX hold; ERR_NOMEM, ERR_IO.
 */
int token_add(struct db *db, struct span name, enum user_role role, int64_t expires_ms,
	int64_t now_ms, char text[TOKEN_TEXT_SIZE]);

/* Revokes the token of that name or id. OK; ERR_NOTFOUND: none holds; ERR_NOMEM, ERR_IO. */
int token_revoke(struct db *db, struct span name_or_id, int64_t now_ms);

/*
 * All there ever were, the oldest first, in the arena; with `holding_ms` > 0 only those that hold
 * then. OK, ERR_NOMEM, ERR_IO.
 */
int token_list(
	struct db *db, int64_t holding_ms, struct arena *arena, struct token **out, size_t *count);

/* Whether there ever was one. OK, ERR_NOMEM or ERR_IO. */
int token_any(struct db *db, bool *out);

/* Writes down when it was last used. OK, ERR_NOMEM or ERR_IO. */
int token_used(struct db *db, const char *id, int64_t used_ms);

#define TOKEN_KEY 32 /* [bytes] */

/* The key that sessions are signed with; made at its first use. OK, ERR_NOMEM or ERR_IO. */
int token_key(struct db *db, unsigned char out[TOKEN_KEY]);

/* 32 bytes in base64url without padding, and NUL. */
#define TOKEN_BASE64_SIZE 44
void token_base64(const unsigned char bytes[32], char out[TOKEN_BASE64_SIZE]);
