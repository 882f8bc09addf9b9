/* Finds ways to reach somebody in a folded text: e-mail, phone, handles, messenger links. */
#pragma once

#include "rules/scan_links.h"

enum contact_kind {
	CONTACT_EMAIL, /* name@example.com, "name at gmail dot com" */
	CONTACT_PHONE, /* +964 770 123 4567, 0770 123 4567, 0532 123 45 67 */
	CONTACT_HANDLE, /* @name */
	CONTACT_MESSENGER, /* t.me/name, wa.me/9647701234567, viber://… */
	CONTACT_COUNT,
};

struct contact {
	enum contact_kind kind;
	struct range range; /* [bytes] of the folded text */
};

struct contacts {
	struct contact *items; /* in the arena; by kind, then by position */
	size_t count;
	size_t capacity;
};

/*
 * Looks for all kinds; `links` are those of the same text: what stands inside a link is no phone
 * number or handle. Years, dates, prices, scores and most long numbers are no phone numbers: a
 * number counts with + or 00 and a country, with a leading 0 and 10 or 11 digits, or grouped like
 * one (770 123 4567). Linear time. OK or ERR_NOMEM.
 */
int scan_contacts(
	struct arena *arena, struct span folded, const struct links *links, struct contacts *out);

/* Whether the digits, written in these groups of lengths, look like a phone number. */
bool scan_is_phone(struct span digits, const uint8_t *groups, size_t count, bool plus);
