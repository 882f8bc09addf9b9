/* Sessions: see sessions.h. */
#include "server/sessions.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#define VERSION "v1."

/* Without the MAC. */
static bool write_unsigned(char out[SESSION_SIZE], const struct session *session)
{
	int len = snprintf(out, SESSION_SIZE, VERSION "%s.%lld.%s", session->id,
		(long long)session->end_s, session->proof);

	return len > 0 && len + 1 + TOKEN_BASE64_SIZE <= SESSION_SIZE;
}

/* The MAC, also over what the key is used for. */
static bool sign(const unsigned char key[TOKEN_KEY], const char *text, char out[TOKEN_BASE64_SIZE])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	char said[sizeof(SESSION_COOKIE) + SESSION_SIZE];
	int len = snprintf(said, sizeof(said), SESSION_COOKIE " %s", text);
	unsigned mac_len = 0;

	if (len < 0 || (size_t)len >= sizeof(said) ||
		HMAC(EVP_sha256(), key, TOKEN_KEY, (const unsigned char *)said, (size_t)len, mac,
			&mac_len) == NULL ||
		mac_len != 32)
		return false;
	token_base64(mac, out);
	return true;
}

bool session_write(
	const unsigned char key[TOKEN_KEY], const struct session *session, char out[SESSION_SIZE])
{
	char mac[TOKEN_BASE64_SIZE];
	size_t len;

	if (!write_unsigned(out, session) || !sign(key, out, mac))
		return false;
	len = strlen(out);
	out[len] = '.';
	memcpy(out + len + 1, mac, sizeof(mac));
	return true;
}

static bool read_digits(struct span text, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.len && i < 12; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		*out = *out * 10 + (text.ptr[i] - '0');
	}
	return text.len > 0 && text.len <= 12;
}

bool session_read(
	const unsigned char key[TOKEN_KEY], struct span text, int64_t now_ms, struct session *out)
{
	const size_t id_at = sizeof(VERSION) - 1, end_at = id_at + TOKEN_ID_SIZE;
	const size_t tail = (size_t)2 * TOKEN_BASE64_SIZE; /* ".PROOF.MAC" */
	char made[SESSION_SIZE];

	*out = (struct session){0};
	if (text.len >= SESSION_SIZE || text.len <= end_at + tail ||
		!read_digits(span_sub(text, end_at, text.len - tail), &out->end_s))
		return false;
	memcpy(out->id, text.ptr + id_at, TOKEN_ID_SIZE - 1);
	memcpy(out->proof, text.ptr + text.len - tail + 1, TOKEN_BASE64_SIZE - 1);
	/* What is not exactly what we would write is not looked at further. */
	if (!session_write(key, out, made) || strlen(made) != text.len)
		return false;
	return CRYPTO_memcmp(made, text.ptr, text.len) == 0 && out->end_s > now_ms / 1000;
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
