/*
 * Who may ask for what.
 *
 * A resource asks for a right (store/roles.h). Who has it: a token (`Authorization: Bearer`) or a
 * session (a cookie of the page) whose role has it, and, as long as there is no token at all, a
 * caller on this machine. What a browser sends has to come from a page of ours.
 */
#pragma once

#include "server/http_exchange.h"

/* Whether the request comes from this machine and nobody forwards it for others. */
bool access_is_near(const struct exchange *x);

/* Whether a browser sends it: pages of other sites can make it do so. */
bool access_is_from_browser(const struct http_request *request);

/*
 * Whether a page of another site, or of none, makes the browser ask; or the browser asks us by a
 * name that is neither of this machine nor of the configured `hosts`.
 */
bool access_is_foreign(const struct exchange *x);

/*
 * Whether the request may have what asks for the right; *who says who it is. If not, says why in
 * *code and *why, and false.
 */
bool access_may(const struct exchange *x, enum access_right right, struct access_who *who,
	enum refusal_code *code, const char **why);

/*
 * Whether the files that a page is made of may be had, which hold no secret: once there is a token,
 * by anybody.
 */
bool access_page_file(const struct exchange *x, enum refusal_code *code, const char **why);

/* The address that attempts are counted by: of the client behind a proxy on this machine. */
struct in6_addr access_address(const struct exchange *x);

/*
 * Puts into the audit that `who` (NULL: nobody known) did or tried `what`, with the code of the
 * refusal or REFUSAL_NONE; `request` is NULL but over HTTP. What is `rare` is also logged.
 */
void access_audit(const struct connection *connection, const struct http_request *request,
	const struct access_who *who, const char *what, enum refusal_code code, bool rare);
