/*
 * Failed attempts to log in: so many a minute from one address, so many from all; then nobody from
 * there is listened to until the minute is over. Any thread.
 */
#pragma once

#include "base/clock.h"
#include "server/limits.h"

#define ATTEMPTS_PER_ADDRESS 5 /* failed ones a minute; IPv6: of the first 64 bits */
#define ATTEMPTS_ALL 300 /* a minute, from everywhere */
#define ATTEMPTS_S 60 /* [s] that minute */

struct attempts;

/* NULL: no memory. */
struct attempts *attempts_new(void);
void attempts_free(struct attempts *attempts); /* NULL is legal */

/* [s] to wait before this address may try; 0: now. */
int attempts_wait_s(struct attempts *attempts, const struct in6_addr *address, int64_t now_ns);

/* One failed. */
void attempts_failed(struct attempts *attempts, const struct in6_addr *address, int64_t now_ns);
