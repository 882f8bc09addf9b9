/* The tokens as the daemon knows them: see tokens.h. */
#include "server/tokens.h"

#include "base/clock.h"
#include "base/log.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define USED_EVERY_MS 60000 /* [ms] how exactly is written down when a token was used */
#define ERASE_EVERY_MS (3600 * INT64_C(1000)) /* [ms] */
#define DAY_MS (24 * INT64_C(3600000))

struct known {
	struct token token;
	_Atomic int64_t used_ms; /* the last time; token.used_ms is what is written down */
};

struct tokens {
	struct db *db; /* the thread's */
	struct audit_log *log;
	int64_t audit_days;
	unsigned char key[TOKEN_KEY]; /* of sessions */
	pthread_t thread;
	bool started;
	bool failing; /* the last look failed; the thread's */
	int64_t erased_ms; /* the thread's */

	pthread_rwlock_t lock; /* of what follows; the thread writes */
	struct known *known;
	size_t count;
	bool any;

	pthread_mutex_t stop_lock; /* of what follows */
	pthread_cond_t stopping;
	bool stop;
};

/* --- the copy --- */

static struct known *find_id(const struct tokens *tokens, const char *id)
{
	for (size_t i = 0; i < tokens->count; i++) {
		if (strcmp(tokens->known[i].token.id, id) == 0)
			return &tokens->known[i];
	}
	return NULL;
}

/* Puts the new copy into the place of the old one. */
static void replace(struct tokens *tokens, struct known *fresh, size_t count, bool any)
{
	struct known *old;

	pthread_rwlock_wrlock(&tokens->lock);
	for (size_t i = 0; i < count; i++) {
		struct known *before = find_id(tokens, fresh[i].token.id);

		if (before != NULL)
			atomic_store(&fresh[i].used_ms, atomic_load(&before->used_ms));
	}
	old = tokens->known;
	tokens->known = fresh;
	tokens->count = count;
	tokens->any |= any;
	pthread_rwlock_unlock(&tokens->lock);
	free(old);
}

int tokens_refresh(struct tokens *tokens, struct db *db)
{
	struct known *fresh = NULL;
	struct token *holding;
	struct arena arena;
	size_t count = 0;
	bool any = false;
	int rc;

	arena_init(&arena, 0);
	rc = token_list(db, clock_real_ms(), &arena, &holding, &count);
	if (rc == OK)
		rc = token_any(db, &any);
	if (rc == OK) {
		fresh = calloc(count + 1, sizeof(*fresh));
		rc = fresh ? OK : ERR_NOMEM;
	}
	for (size_t i = 0; i < count && rc == OK; i++) {
		fresh[i].token = holding[i];
		atomic_init(&fresh[i].used_ms, holding[i].used_ms);
	}
	arena_free(&arena);
	if (rc == OK)
		replace(tokens, fresh, count, any);
	return rc;
}

/* --- the thread --- */

/* Writes down which were used. What fails is tried again with the next look. */
static int write_uses(struct tokens *tokens)
{
	int rc = OK;

	/* Only this thread replaces the copy. */
	for (size_t i = 0; i < tokens->count && rc == OK; i++) {
		struct known *known = &tokens->known[i];
		int64_t used_ms = atomic_load(&known->used_ms);

		if (used_ms - known->token.used_ms >= USED_EVERY_MS)
			rc = token_used(tokens->db, known->token.id, used_ms);
	}
	return rc;
}

static int erase_old(struct tokens *tokens, int64_t now_ms)
{
	int rc;

	if (now_ms - tokens->erased_ms < ERASE_EVERY_MS)
		return OK;
	rc = audit_erase(tokens->db, now_ms - tokens->audit_days * DAY_MS);
	if (rc == OK)
		tokens->erased_ms = now_ms;
	return rc;
}

static void look(struct tokens *tokens, bool last)
{
	int64_t now_ms = clock_real_ms();
	int rc = audit_log_write(tokens->log, tokens->db, now_ms, last);

	if (rc == OK)
		rc = write_uses(tokens);
	if (rc == OK)
		rc = erase_old(tokens, now_ms);
	/* Whatever cannot be written: who was revoked is to know it. */
	if (tokens_refresh(tokens, tokens->db) != OK)
		rc = ERR_IO;
	if (rc != OK && !tokens->failing)
		log_warnx("tokens or audit cannot be read or written: %s", db_why(tokens->db));
	tokens->failing = rc != OK;
}

static void *tokens_main(void *argument)
{
	struct tokens *tokens = argument;
	bool stop = false;

	pthread_setname_np(pthread_self(), "tokens");
	while (!stop) {
		struct timespec until;

		look(tokens, false);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += TOKENS_LOOK_MS * NS_PER_MS;
		until.tv_sec += until.tv_nsec / NS_PER_S;
		until.tv_nsec %= NS_PER_S;
		pthread_mutex_lock(&tokens->stop_lock);
		if (!tokens->stop)
			(void)pthread_cond_timedwait(&tokens->stopping, &tokens->stop_lock, &until);
		stop = tokens->stop;
		pthread_mutex_unlock(&tokens->stop_lock);
	}
	look(tokens, true);
	return NULL;
}

/* --- making and ending --- */

static void init_locks(struct tokens *tokens)
{
	pthread_condattr_t attributes;

	pthread_rwlock_init(&tokens->lock, NULL);
	pthread_mutex_init(&tokens->stop_lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&tokens->stopping, &attributes);
	pthread_condattr_destroy(&attributes);
}

int tokens_open(const char *path, struct turns *turns, struct audit_log *log, int64_t audit_days,
	struct buf *why, struct tokens **out)
{
	struct tokens *tokens = calloc(1, sizeof(*tokens));
	int rc;

	*out = NULL;
	if (tokens == NULL)
		return ERR_NOMEM;
	tokens->log = log;
	tokens->audit_days = audit_days;
	init_locks(tokens);
	rc = db_open(path, DB_WRITE, why, &tokens->db);
	if (rc == OK) {
		db_take_turns(tokens->db, turns);
		rc = token_key(tokens->db, tokens->key);
		if (rc == OK)
			rc = tokens_refresh(tokens, tokens->db);
		if (rc != OK)
			buf_printf(why, "%s: %s", path, db_why(tokens->db));
	}
	if (rc != OK) {
		tokens_close(tokens);
		return rc;
	}
	*out = tokens;
	return OK;
}

int tokens_start(struct tokens *tokens)
{
	tokens->started = pthread_create(&tokens->thread, NULL, tokens_main, tokens) == 0;
	return tokens->started ? OK : ERR_IO;
}

void tokens_close(struct tokens *tokens)
{
	if (tokens == NULL)
		return;
	pthread_mutex_lock(&tokens->stop_lock);
	tokens->stop = true;
	pthread_cond_signal(&tokens->stopping);
	pthread_mutex_unlock(&tokens->stop_lock);
	if (tokens->started)
		pthread_join(tokens->thread, NULL);
	db_close(tokens->db);
	OPENSSL_cleanse(tokens->key, sizeof(tokens->key));
	pthread_cond_destroy(&tokens->stopping);
	pthread_mutex_destroy(&tokens->stop_lock);
	pthread_rwlock_destroy(&tokens->lock);
	free(tokens->known);
	free(tokens);
}

/* --- for workers --- */

bool tokens_any(struct tokens *tokens)
{
	bool any;

	if (tokens == NULL)
		return false;
	pthread_rwlock_rdlock(&tokens->lock);
	any = tokens->any;
	pthread_rwlock_unlock(&tokens->lock);
	return any;
}

/* Fills in *who, if the token holds. The lock is held. */
static bool take(struct known *known, int64_t now_ms, struct access_who *who)
{
	if (known == NULL || !token_holds(&known->token, now_ms))
		return false;
	*who = (struct access_who){
		.via = VIA_TOKEN,
		.role = known->token.role,
		.ends_ms = known->token.expires_ms,
	};
	memcpy(who->name, known->token.name, sizeof(who->name));
	memcpy(who->token_id, known->token.id, sizeof(who->token_id));
	if (now_ms - atomic_load(&known->used_ms) >= USED_EVERY_MS)
		atomic_store(&known->used_ms, now_ms);
	return true;
}

bool tokens_find(struct tokens *tokens, struct span text, int64_t now_ms, struct access_who *who)
{
	unsigned char hash[TOKEN_HASH];
	struct known *found = NULL;
	bool fine;

	if (tokens == NULL || text.len != TOKEN_TEXT_SIZE - 1 || !token_hash(text, hash))
		return false;
	pthread_rwlock_rdlock(&tokens->lock);
	for (size_t i = 0; i < tokens->count; i++) {
		if (CRYPTO_memcmp(tokens->known[i].token.hash, hash, sizeof(hash)) == 0)
			found = &tokens->known[i];
	}
	fine = take(found, now_ms, who);
	pthread_rwlock_unlock(&tokens->lock);
	return fine;
}

bool tokens_hold(struct tokens *tokens, const char *id, int64_t now_ms)
{
	const struct known *known;
	bool holds;

	if (tokens == NULL)
		return false;
	pthread_rwlock_rdlock(&tokens->lock);
	known = find_id(tokens, id);
	holds = known != NULL && token_holds(&known->token, now_ms);
	pthread_rwlock_unlock(&tokens->lock);
	return holds;
}

bool tokens_session(struct tokens *tokens, struct span text, struct access_who *who, int64_t now_ms,
	char out[SESSION_SIZE])
{
	struct session session = {.end_s = now_ms / 1000 + SESSION_S};

	if (who->ends_ms > 0 && who->ends_ms / 1000 < session.end_s)
		session.end_s = who->ends_ms / 1000;
	who->ends_ms = session.end_s * 1000;
	memcpy(session.id, who->token_id, sizeof(session.id));
	return token_proof(text, session.proof) && session_write(tokens->key, &session, out);
}

bool tokens_find_session(
	struct tokens *tokens, struct span text, int64_t now_ms, struct access_who *who)
{
	unsigned char proof[TOKEN_HASH];
	struct session session;
	struct known *known;
	bool fine = false;

	if (tokens == NULL || !session_read(tokens->key, text, now_ms, &session) ||
		!token_hash(span_of(session.proof), proof))
		return false;
	pthread_rwlock_rdlock(&tokens->lock);
	known = find_id(tokens, session.id);
	if (known != NULL && CRYPTO_memcmp(known->token.proof, proof, sizeof(proof)) == 0)
		fine = take(known, now_ms, who);
	pthread_rwlock_unlock(&tokens->lock);
	if (fine) {
		who->via = VIA_SESSION;
		who->ends_ms = session.end_s * 1000;
	}
	return fine;
}
