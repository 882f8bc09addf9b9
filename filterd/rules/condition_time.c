/* `time`: when the comment was submitted. */
#include "base/clock.h"
#include "rules/condition_parts.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MINUTES (24 * 60)

struct time_condition {
	struct span hours, zone;
	unsigned days; /* bit per day, Monday first; 0: every day */
	int from, to; /* [minutes] of the day; equal: the whole day */
	int offset; /* [minutes] east of UTC */
};

static const char *const day_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

static const struct key keys[] = {
	{.name = "hours",
		.type = TYPE_STRING,
		.help = "From one time of day to another, the second not included; may pass "
			"midnight: "
			"\"22:00-06:00\".",
		.offset = offsetof(struct time_condition, hours)},
	{.name = "days",
		.type = TYPE_CHOICES,
		.help = "Days of the week.",
		.offset = offsetof(struct time_condition, days),
		.choices = day_names},
	{.name = "zone",
		.type = TYPE_STRING,
		.help = "Offset from UTC, without daylight saving.",
		.offset = offsetof(struct time_condition, zone),
		.fallback = "+00:00"},
};

static const struct section section = {
	.name = "time",
	.help = "When the comment was submitted. All keys that are given must hold.",
	.keys = keys,
	.count = ARRAY_LEN(keys),
	.shorthand = -1,
	.size = sizeof(struct time_condition),
};

/* "HH:MM" in [minutes], or -1. 24:00 is allowed as an end. */
static int read_clock(struct span s)
{
	const char *p = s.ptr;
	int hours, minutes;

	if (s.len != 5 || p[2] != ':')
		return -1;
	for (size_t i = 0; i < 5; i++)
		if (i != 2 && (p[i] < '0' || p[i] > '9'))
			return -1;
	hours = (p[0] - '0') * 10 + p[1] - '0';
	minutes = (p[3] - '0') * 10 + p[4] - '0';
	if (minutes > 59 || hours * 60 + minutes > DAY_MINUTES)
		return -1;
	return hours * 60 + minutes;
}

static int compile_zone(
	struct loader *loader, const struct condition *condition, struct time_condition *time)
{
	int offset = time->zone.len == 6 ? read_clock(span_sub(time->zone, 1, 6)) : -1;
	char sign = time->zone.len ? time->zone.ptr[0] : '+';

	if (time->zone.len == 0)
		return OK;
	if (offset < 0 || offset > 14 * 60 || (sign != '+' && sign != '-')) {
		const struct yaml_node *node = yaml_get(condition->node, "zone");

		loader_error(
			loader, node ? node : condition->node, "a zone is written like \"+03:00\"");
		return ERR_INVALID;
	}
	time->offset = sign == '-' ? -offset : offset;
	return OK;
}

static int compile(struct loader *loader, struct condition *condition)
{
	struct time_condition *time = condition->data;
	int rc = compile_zone(loader, condition, time);

	condition->always = true;
	if (time->hours.len) {
		time->from = time->hours.len == 11 && time->hours.ptr[5] == '-'
				     ? read_clock(span_sub(time->hours, 0, 5))
				     : -1;
		time->to = time->from >= 0 ? read_clock(span_sub(time->hours, 6, 11)) : -1;
		if (time->to < 0 || time->from == time->to || time->from == DAY_MINUTES) {
			loader_error(loader, yaml_get(condition->node, "hours"),
				"hours are written like \"22:00-06:00\"");
			return ERR_INVALID;
		}
	} else if (time->days == 0) {
		loader_error(loader, condition->node, "`time` needs `hours` or `days`");
		return ERR_INVALID;
	}
	return rc;
}

/* Division that rounds down: instants before 1970 are negative. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static enum truth test(
	const struct condition *condition, struct scene *scene, struct evidence *evidence)
{
	const struct time_condition *time = condition->data;
	int64_t minutes = floor_div(scene->now_ms, MINUTE_MS) + time->offset;
	int64_t day = floor_div(minutes, DAY_MINUTES);
	int now = (int)(minutes - day * DAY_MINUTES);
	int weekday = (int)(((day + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */

	(void)evidence; /* a time has no place */
	if (time->days && !(time->days & (1u << weekday)))
		return TRUTH_NO;
	if (time->from == time->to)
		return TRUTH_YES;
	if (time->from < time->to)
		return truth_of(now >= time->from && now < time->to);
	return truth_of(now >= time->from || now < time->to);
}

const struct condition_kind condition_kind_time = {
	.name = "time",
	.help = "The comment was submitted at such a time.",
	.example = "time: {hours: \"22:00-06:00\", days: [fri, sat], zone: \"+03:00\"}",
	.section = &section,
	.flags = CONDITION_CHEAP | CONDITION_PLACELESS,
	.compile = compile,
	.test = test,
};
