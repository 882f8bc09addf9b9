/* Clocks and instants: the monotonic clock for bounds, UTC for what people and protocols see. */
#pragma once

#include "base/span.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

/* [ns] of CLOCK_MONOTONIC: for deadlines and durations only. */
int64_t clock_mono_ns(void);

/* [ms] since 1970-01-01T00:00:00Z. */
int64_t clock_real_ms(void);

/*
 * Reads an RFC 3339 instant ("2026-11-23T10:00:00Z", "…10:00:00.250+03:00") or a date
 * ("2026-11-23", meaning its first moment in UTC) into *out, [ms] since 1970. Years 1 to 9999,
 * leap second :60 is read as :59.999. False when s is anything else; *out is then untouched.
 */
bool clock_parse(struct span s, int64_t *out);

#define CLOCK_TEXT_SIZE 25 /* "2026-11-23T10:00:00.000Z" and NUL */

/* Writes the instant as RFC 3339 in UTC with milliseconds, NUL-terminated. */
void clock_format(int64_t real_ms, char out[CLOCK_TEXT_SIZE]);
