/* Sessions: see sessions.h. */
#include "server/sessions.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#define VERSION "v1."

/* Without the MAC: "v1.abcdefgh.1764000000". */
static bool write_signed(char out[SESSION_SIZE], const char *id, int64_t end_s)
{
	int len = snprintf(out, SESSION_SIZE, VERSION "%s.%lld", id, (long long)end_s);

	return len > 0 && len + 1 + TOKEN_BASE64_SIZE <= SESSION_SIZE;
}

/* The MAC over what it also says: what the key is for. */
static bool sign(const unsigned char key[TOKEN_KEY], const char *text, char out[TOKEN_BASE64_SIZE])
{
	unsigned char mac[EVP_MAX_MD_SIZE], said[sizeof(SESSION_COOKIE) + SESSION_SIZE];
	unsigned mac_len = 0;
	size_t len = strlen(text);

	memcpy(said, SESSION_COOKIE, sizeof(SESSION_COOKIE)); /* with its NUL */
	memcpy(said + sizeof(SESSION_COOKIE), text, len);
	if (HMAC(EVP_sha256(), key, TOKEN_KEY, said, sizeof(SESSION_COOKIE) + len, mac, &mac_len) ==
			NULL ||
		mac_len != 32)
		return false;
	token_base64(mac, out);
	return true;
}

bool session_write(
	const unsigned char key[TOKEN_KEY], const char *id, int64_t end_s, char out[SESSION_SIZE])
{
	char mac[TOKEN_BASE64_SIZE];
	size_t len;

	if (!write_signed(out, id, end_s) || !sign(key, out, mac))
		return false;
	len = strlen(out);
	out[len] = '.';
	memcpy(out + len + 1, mac, sizeof(mac));
	return true;
}

static bool read_digits(struct span text, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		*out = *out * 10 + (text.ptr[i] - '0');
	}
	return text.len > 0 && text.len <= 12;
}

bool session_read(const unsigned char key[TOKEN_KEY], struct span text, int64_t now_ms,
	char id[TOKEN_ID_SIZE], int64_t *end_s)
{
	const size_t id_at = sizeof(VERSION) - 1, end_at = id_at + TOKEN_ID_SIZE;
	char made[SESSION_SIZE];
	struct span end;

	if (text.len >= SESSION_SIZE || text.len < end_at + TOKEN_BASE64_SIZE)
		return false;
	end = span_sub(text, end_at, text.len - TOKEN_BASE64_SIZE);
	if (end.len > 12 || !read_digits(end, end_s))
		return false;
	memcpy(id, text.ptr + id_at, TOKEN_ID_SIZE - 1);
	id[TOKEN_ID_SIZE - 1] = '\0';
	/* What is not exactly what we would write is not looked at further. */
	if (!session_write(key, id, *end_s, made) || strlen(made) != text.len)
		return false;
	return CRYPTO_memcmp(made, text.ptr, text.len) == 0 && *end_s > now_ms / 1000;
}

struct span session_of_cookies(struct span cookies)
{
	const struct span name = SPAN(SESSION_COOKIE "=");
	struct span found = {0};
	size_t at = 0;

	while (at < cookies.len) {
		size_t end = at;
		struct span one;

		while (end < cookies.len && cookies.ptr[end] != ';')
			end++;
		one = span_sub(cookies, at, end);
		while (one.len > 0 && one.ptr[0] == ' ')
			one = span_sub(one, 1, one.len);
		if (span_starts(one, name)) {
			one = span_sub(one, name.len, one.len);
			if (found.ptr != NULL && !span_eq(found, one))
				return (struct span){0};
			found = one;
		}
		at = end + 1;
	}
	return found;
}
