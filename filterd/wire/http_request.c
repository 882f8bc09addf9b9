/* What the server asks of a parsed request: its fields and the kind of its body. */
#include "wire/http.h"
#include "wire/http_text.h"

struct span http_field(const struct http_request *request, struct span name)
{
	for (size_t i = 0; i < request->fields_count; i++) {
		const struct http_field *f = &request->fields[i];

		if (http_text_same((struct span){request->base + f->name_at, f->name_len}, name))
			return (struct span){request->base + f->value_at, f->value_len};
	}
	return (struct span){NULL, 0};
}

/* Whether the parameters (`;charset=utf-8`, after the media type) allow the body to be UTF-8. */
static bool is_utf8(struct span parameters)
{
	while ((parameters = http_text_trim(parameters)).len) {
		struct span name, value;
		size_t n;

		if (parameters.ptr[0] != ';')
			return false;
		parameters = http_text_trim(span_sub(parameters, 1, parameters.len));
		n = http_text_run(parameters, HTTP_TEXT_TOKEN);
		name = span_sub(parameters, 0, n);
		if (n == 0 || n == parameters.len || parameters.ptr[n] != '=')
			return false;
		parameters = span_sub(parameters, n + 1, parameters.len);
		if (parameters.len && parameters.ptr[0] == '"') {
			const char *quote = memchr(parameters.ptr + 1, '"', parameters.len - 1);

			if (!quote)
				return false;
			n = (size_t)(quote - parameters.ptr);
			value = span_sub(parameters, 1, n);
			n++;
		} else {
			n = http_text_run(parameters, HTTP_TEXT_TOKEN);
			value = span_sub(parameters, 0, n);
		}
		parameters = span_sub(parameters, n, parameters.len);
		if (value.len == 0 || (http_text_same(name, SPAN("charset")) &&
					      !http_text_same(value, SPAN("utf-8"))))
			return false;
	}
	return true;
}

enum http_media http_media(const struct http_request *request)
{
	static const struct {
		struct span name;
		enum http_media media;
	} types[] = {
		{{"application/json", 16}, HTTP_MEDIA_JSON},
		{{"application/x-ndjson", 20}, HTTP_MEDIA_NDJSON},
	};
	struct span type = http_field(request, SPAN("content-type"));
	struct span encoding = http_field(request, SPAN("content-encoding"));
	const char *semicolon = type.len ? memchr(type.ptr, ';', type.len) : NULL;
	size_t end = semicolon ? (size_t)(semicolon - type.ptr) : type.len;

	if (encoding.ptr && !http_text_same(encoding, SPAN("identity")))
		return HTTP_MEDIA_OTHER;
	if (!is_utf8(span_sub(type, end, type.len)))
		return HTTP_MEDIA_OTHER;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (http_text_same(http_text_trim(span_sub(type, 0, end)), types[i].name))
			return types[i].media;
	}
	return HTTP_MEDIA_OTHER;
}
