/* Finds links in a folded text: with a scheme, with www., or as a bare domain. */
#pragma once

#include "base/arena.h"
#include "base/status.h"

struct link {
	struct range range; /* [bytes] of the folded text: scheme to the end of the path */
	struct span host; /* in the folded text, without www. and port */
	struct span path; /* what follows the host and port, from its `/`; may be empty */
};

struct links {
	struct link *items; /* in the arena, by position, disjoint */
	size_t count;
	size_t capacity;
};

/*
 * A link is http://, https:// or ftp:// and a host with a dot; www. and a host; or a bare domain
 * whose last label is a top-level domain: one that is no word of a language (`example.com`), or
 * any likely one when a path follows (`bit.ly/x`, `t.me/name`). Linear time. OK or ERR_NOMEM.
 */
int scan_links(struct arena *arena, struct span folded, struct links *out);

/* Whether `label` (folded) is a top-level domain that counts without a path: com, org, iq, ... */
bool scan_is_tld(struct span label);

/* Whether the host is the domain or lies below it. */
bool scan_host_within(struct span host, struct span domain);
