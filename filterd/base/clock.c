/* Clocks, and RFC 3339 instants by the civil-calendar arithmetic of the proleptic Gregorian year.
 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

int64_t clock_mono_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / NS_PER_MS;
}

/* Days from 1970-01-01 to the date; the year is taken to begin in March so that leap days end it.
 */
static int64_t days_from_date(int64_t year, unsigned month, unsigned day)
{
	int64_t era, day_of_era;
	unsigned year_of_era, day_of_year;

	year -= month <= 2;
	era = year / 400;
	year_of_era = (unsigned)(year - era * 400);
	day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	day_of_era = (int64_t)year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Takes exactly `digits` digits off the front of *s. */
static bool take_number(struct span *s, size_t digits, unsigned *out)
{
	unsigned value = 0;

	if (s->len < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (s->ptr[i] < '0' || s->ptr[i] > '9')
			return false;
		value = value * 10 + (unsigned)(s->ptr[i] - '0');
	}
	*s = span_sub(*s, digits, s->len);
	*out = value;
	return true;
}

static bool take_char(struct span *s, const char *any_of)
{
	if (s->len == 0 || s->ptr[0] == '\0' || !strchr(any_of, s->ptr[0]))
		return false;
	*s = span_sub(*s, 1, s->len);
	return true;
}

static bool take_offset(struct span *s, int *minutes)
{
	unsigned hours, mins;
	bool west;

	if (take_char(s, "Zz")) {
		*minutes = 0;
		return true;
	}
	west = s->len && s->ptr[0] == '-';
	if (!take_char(s, "+-") || !take_number(s, 2, &hours) || !take_char(s, ":") ||
		!take_number(s, 2, &mins) || hours > 23 || mins > 59)
		return false;
	*minutes = (int)(hours * 60 + mins) * (west ? -1 : 1);
	return true;
}

static bool take_time(struct span *s, int64_t *ms)
{
	unsigned hour, minute, second, fraction = 0, scale = 100;
	int offset;

	if (!take_number(s, 2, &hour) || !take_char(s, ":") || !take_number(s, 2, &minute) ||
		!take_char(s, ":") || !take_number(s, 2, &second) || hour > 23 || minute > 59 ||
		second > 60)
		return false;
	if (take_char(s, ".")) {
		unsigned digit;

		if (!take_number(s, 1, &digit))
			return false;
		do {
			fraction += digit * scale;
			scale /= 10;
		} while (take_number(s, 1, &digit));
	}
	if (second == 60) {
		second = 59;
		fraction = 999;
	}
	if (!take_offset(s, &offset))
		return false;
	*ms = ((int64_t)(hour * 60 + minute) * 60 + second) * 1000 + fraction - offset * 60000;
	return true;
}

bool clock_parse(struct span s, int64_t *out)
{
	unsigned year, month, day;
	int64_t ms = 0;

	if (!take_number(&s, 4, &year) || !take_char(&s, "-") || !take_number(&s, 2, &month) ||
		!take_char(&s, "-") || !take_number(&s, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
		return false;
	if (s.len && (!take_char(&s, "Tt ") || !take_time(&s, &ms) || s.len))
		return false;
	*out = days_from_date(year, month, day) * 86400000 + ms;
	return true;
}

void clock_format(int64_t real_ms, char out[CLOCK_TEXT_SIZE])
{
	time_t seconds = (time_t)(real_ms / 1000);
	int ms = (int)(real_ms % 1000);
	struct tm utc;
	char text[64];

	if (ms < 0) {
		ms += 1000;
		seconds--;
	}
	if (!gmtime_r(&seconds, &utc) || utc.tm_year > 9999 - 1900)
		memset(&utc, 0, sizeof(utc));
	snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900,
		utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, ms);
	memcpy(out, text, CLOCK_TEXT_SIZE - 1);
	out[CLOCK_TEXT_SIZE - 1] = '\0';
}
