/*
 * Who may ask for more than a verdict: callers on this machine, those with the token, and pages of
 * ours in their browsers.
 */
#pragma once

#include "server/http_exchange.h"

/* Whether the request comes from this machine and nobody forwards it for others. */
bool access_is_near(const struct exchange *x);

/* Whether it brings the configured token. */
bool access_has_token(const struct exchange *x);

/* Who asks: what X-Moderator says, percent-encoded, if it is a name, else `moderator`. Valid as
 * long as the request's arena of the worker. */
struct span access_actor(const struct exchange *x);

/* Whether a browser sends it: pages of other sites can make it do so. */
bool access_is_from_browser(const struct http_request *request);

/*
 * Whether a page of ours, or a person's browser, may have it: with the token, or from this machine
 * under a name of this machine (a page of another site can have its own name resolve to it). Never
 * when a page of another site asks. If not, says why in *why and *code, and false.
 */
bool access_page(const struct exchange *x, enum refusal_code *code, const char **why);

/* The same for what a page is made of, which holds no secret: where there is a token, anybody. */
bool access_page_file(const struct exchange *x, enum refusal_code *code, const char **why);
