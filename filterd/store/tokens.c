/* Tokens: see tokens.h. */
#include "store/tokens.h"

#include "text/chars.h"
#include "text/utf8.h"

#include <openssl/evp.h>
#include <sys/random.h>

#define PREFIX "filterd_"

/* --- names, ids, texts --- */

bool token_is_name(struct span name)
{
	size_t at = 0;

	if (name.len == 0 || name.len > QUEUE_ACTOR_MAX || !utf8_valid(name, NULL))
		return false;
	if (name.ptr[0] == ' ' || name.ptr[name.len - 1] == ' ')
		return false;
	while (at < name.len) {
		uint32_t c = utf8_next(name, &at);

		if (c < ' ' || char_hides(c) || (c != ' ' && char_info(c).flags & CHAR_SPACE))
			return false;
	}
	return true;
}

bool token_hash(struct span text, unsigned char out[TOKEN_HASH])
{
	return EVP_Digest(text.len ? text.ptr : "", text.len, out, NULL, EVP_sha256(), NULL) == 1;
}

bool token_holds(const struct token *token, int64_t now_ms)
{
	return token->revoked_ms == 0 && (token->expires_ms == 0 || token->expires_ms > now_ms);
}

void token_base64(const unsigned char bytes[32], char out[TOKEN_BASE64_SIZE])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (unsigned i = 0; i < TOKEN_BASE64_SIZE - 1; i++) {
		unsigned bit = i * 6, byte = bit / 8;
		unsigned pair = (unsigned)bytes[byte] << 8 | (byte + 1 < 32 ? bytes[byte + 1] : 0U);

		out[i] = digits[pair >> (10 - bit % 8) & 63];
	}
	out[TOKEN_BASE64_SIZE - 1] = '\0';
}

static bool make_text(char out[TOKEN_TEXT_SIZE])
{
	unsigned char random[32];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	memcpy(out, PREFIX, sizeof(PREFIX) - 1);
	token_base64(random, out + sizeof(PREFIX) - 1);
	return true;
}

static bool make_id(char out[TOKEN_ID_SIZE])
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char random[TOKEN_ID_SIZE - 1];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	for (size_t i = 0; i < sizeof(random); i++)
		out[i] = digits[random[i] & 31];
	out[TOKEN_ID_SIZE - 1] = '\0';
	return true;
}

/* --- making and revoking --- */

/* How many hold, and whether one of them has the name. */
static int look(struct db *db, struct span name, int64_t now_ms, int64_t *holding, bool *taken)
{
	struct db_statement *statement = db_statement(db,
		"SELECT count(*), coalesce(sum(CASE WHEN name = ?1 THEN 1 ELSE 0 END), 0) FROM"
		" token WHERE revoked_ms = 0 AND (expires_ms = 0 OR expires_ms > ?2)");
	int rc;

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, name);
	db_bind_int(statement, 2, now_ms);
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		*holding = db_int(statement, 0);
		*taken = db_int(statement, 1) > 0;
		rc = OK;
	}
	return db_finish(statement, rc);
}

/* Takes the name from one that has expired. */
static int free_name(struct db *db, struct span name)
{
	struct db_statement *statement = db_statement(
		db, "UPDATE token SET revoked_ms = expires_ms WHERE name = ?1 AND revoked_ms = 0");

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, name);
	return db_finish(statement, db_step(db, statement));
}

static int insert(struct db *db, const struct token *token)
{
	struct db_statement *statement =
		db_statement(db, "INSERT INTO token (id, name, role, hash, created_ms, expires_ms)"
				 " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, span_of(token->id));
	db_bind(statement, 2, span_of(token->name));
	db_bind(statement, 3, span_of(user_roles[token->role].name));
	db_bind_blob(statement, 4, token->hash, TOKEN_HASH);
	db_bind_int(statement, 5, token->created_ms);
	db_bind_int(statement, 6, token->expires_ms);
	return db_finish(statement, db_step(db, statement));
}

static int add_within(struct db *db, const struct token *token)
{
	struct span name = span_of(token->name);
	int64_t holding = 0;
	bool taken = false;
	int rc = look(db, name, token->created_ms, &holding, &taken);

	if (rc == OK && taken)
		rc = ERR_CONFLICT;
	if (rc == OK && holding >= TOKENS_MAX)
		rc = ERR_LIMIT;
	if (rc == OK)
		rc = free_name(db, name);
	return rc == OK ? insert(db, token) : rc;
}

int token_add(struct db *db, struct span name, enum user_role role, int64_t expires_ms,
	int64_t now_ms, char text[TOKEN_TEXT_SIZE])
{
	struct token token = {.role = role, .created_ms = now_ms, .expires_ms = expires_ms};
	int rc;

	if (!token_is_name(name))
		return ERR_INVALID;
	memcpy(token.name, name.ptr, name.len);
	if (!make_text(text) || !make_id(token.id))
		return ERR_IO;
	if (!token_hash(span_of(text), token.hash))
		return ERR_NOMEM;
	rc = db_begin(db);
	return rc == OK ? db_end(db, add_within(db, &token)) : rc;
}

int token_revoke(struct db *db, struct span name_or_id, int64_t now_ms)
{
	struct db_statement *statement;
	int rc = db_begin(db);

	if (rc != OK)
		return rc;
	statement = db_statement(db,
		"UPDATE token SET revoked_ms = ?2 WHERE (name = ?1 OR id = ?1) AND revoked_ms = 0"
		" AND (expires_ms = 0 OR expires_ms > ?2)");
	rc = ERR_IO;
	if (statement != NULL) {
		db_bind(statement, 1, name_or_id);
		db_bind_int(statement, 2, now_ms);
		rc = db_finish(statement, db_step(db, statement));
	}
	if (rc == OK && db_changed(db) == 0)
		rc = ERR_NOTFOUND;
	return db_end(db, rc);
}

/* --- reading --- */

/* A text of a row into an array, NUL-terminated. False: it does not fit, or no memory. */
static bool read_text(struct db_statement *statement, int column, char *out, size_t size)
{
	struct span text;

	if (!db_text(statement, column, &text) || text.len >= size)
		return false;
	memcpy(out, text.len ? text.ptr : "", text.len);
	out[text.len] = '\0';
	return true;
}

/* OK, ERR_NOMEM, or ERR_IO for a row that we did not write. */
static int read_token(struct db_statement *statement, struct token *out)
{
	struct span hash = db_blob(statement, 3), role;

	if (!read_text(statement, 0, out->id, sizeof(out->id)) ||
		!read_text(statement, 1, out->name, sizeof(out->name)) ||
		!db_text(statement, 2, &role) || !user_role_find(role, &out->role) ||
		hash.len != TOKEN_HASH || !token_is_name(span_of(out->name)))
		return ERR_IO;
	memcpy(out->hash, hash.ptr, TOKEN_HASH);
	out->created_ms = db_int(statement, 4);
	out->expires_ms = db_int(statement, 5);
	out->revoked_ms = db_int(statement, 6);
	out->used_ms = db_int(statement, 7);
	return OK;
}

int token_list(
	struct db *db, int64_t holding_ms, struct arena *arena, struct token **out, size_t *count)
{
	struct db_statement *statement = db_statement(db,
		"SELECT id, name, role, hash, created_ms, expires_ms, revoked_ms, used_ms FROM"
		" token WHERE (revoked_ms = 0 AND (expires_ms > ?1 OR expires_ms = 0)) OR ?1 = 0"
		" ORDER BY seq");
	size_t capacity = 0;
	void *items = NULL;
	int rc;

	*count = 0;
	*out = NULL;
	if (statement == NULL)
		return ERR_IO;
	db_bind_int(statement, 1, holding_ms);
	while ((rc = db_step(db, statement)) == DB_ROW) {
		rc = ERR_NOMEM;
		if (arena_grow(arena, &items, *count, &capacity, sizeof(**out), 16))
			rc = read_token(statement, (struct token *)items + *count);
		if (rc != OK)
			break;
		++*count;
	}
	*out = items;
	return db_finish(statement, rc);
}

int token_any(struct db *db, bool *out)
{
	struct db_statement *statement = db_statement(db, "SELECT 1 FROM token LIMIT 1");
	int rc;

	if (statement == NULL)
		return ERR_IO;
	rc = db_step(db, statement);
	if (rc == DB_ROW || rc == OK) {
		*out = rc == DB_ROW;
		rc = OK;
	}
	return db_finish(statement, rc);
}

int token_used(struct db *db, const char *id, int64_t used_ms)
{
	struct db_statement *statement =
		db_statement(db, "UPDATE token SET used_ms = ?2 WHERE id = ?1 AND used_ms < ?2");

	if (statement == NULL)
		return ERR_IO;
	db_bind(statement, 1, span_of(id));
	db_bind_int(statement, 2, used_ms);
	return db_finish(statement, db_step(db, statement));
}

/* --- the key of sessions --- */

static int read_key(struct db *db, unsigned char out[TOKEN_KEY], bool *there)
{
	struct db_statement *statement =
		db_statement(db, "SELECT value FROM secret WHERE name = 'session'");
	int rc;

	*there = false;
	if (statement == NULL)
		return ERR_IO;
	rc = db_step(db, statement);
	if (rc == DB_ROW) {
		struct span value = db_blob(statement, 0);

		*there = value.len == TOKEN_KEY;
		if (*there)
			memcpy(out, value.ptr, TOKEN_KEY);
		rc = *there ? OK : ERR_IO;
	}
	return db_finish(statement, rc);
}

/* Somebody else may do the same just now: the first one counts. */
static int write_key(struct db *db, const unsigned char key[TOKEN_KEY])
{
	struct db_statement *statement = db_statement(db,
		"INSERT INTO secret (name, value) VALUES ('session', ?1) ON CONFLICT DO NOTHING");

	if (statement == NULL)
		return ERR_IO;
	db_bind_blob(statement, 1, key, TOKEN_KEY);
	return db_finish(statement, db_step(db, statement));
}

int token_key(struct db *db, unsigned char out[TOKEN_KEY])
{
	bool there;
	int rc = read_key(db, out, &there);

	if (rc != OK || there)
		return rc;
	if (getrandom(out, TOKEN_KEY, 0) != TOKEN_KEY)
		return ERR_IO;
	rc = db_begin(db);
	if (rc == OK)
		rc = db_end(db, write_key(db, out));
	if (rc == OK)
		rc = read_key(db, out, &there);
	return rc == OK && !there ? ERR_IO : rc;
}
