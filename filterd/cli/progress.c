/* A progress bar: see progress.h. */
#include "cli/progress.h"

#include "base/clock.h"

#include <stdlib.h>

#define EVERY_NS (100 * NS_PER_MS)
#define BAR_MAX 30 /* [columns] */
#define BAR_WIDTH_LEAST 70 /* [columns] a terminal must have for the bar to be drawn */

void progress_init(
	struct progress *progress, struct out *err, const char *doing, uint64_t bytes_total)
{
	const char *term = getenv("TERM");
	bool shown = err->terminal && term && strcmp(term, "dumb") != 0;

	*progress = (struct progress){
		.out = shown ? err : NULL,
		.doing = doing,
		.bytes_total = bytes_total,
		.begun_ns = clock_mono_ns(),
	};
}

static void draw_bar(const struct progress *progress, double share)
{
	int filled = (int)(share * BAR_MAX);

	if (progress->out->width < BAR_WIDTH_LEAST)
		return;
	out_str(progress->out, "[");
	for (int i = 0; i < BAR_MAX; i++)
		out_str(progress->out, i < filled ? "#" : ".");
	out_str(progress->out, "] ");
}

static void draw(struct progress *progress, int64_t now_ns)
{
	struct out *out = progress->out;
	double seconds = (double)(now_ns - progress->begun_ns) / (double)NS_PER_S, share = 0;

	out_printf(out, "\r\033[K%s ", progress->doing);
	if (progress->bytes_total) {
		share = (double)progress->bytes / (double)progress->bytes_total;
		share = share > 1 ? 1 : share;
		draw_bar(progress, share);
		out_printf(out, "%3.0f %%  ", 100 * share);
	}
	out_count(out, progress->lines);
	out_str(out, " comments");
	if (share > 0.01 && share < 1 && seconds > 1)
		out_printf(out, ", %.0f s left", seconds / share * (1 - share));
	progress->drawn = true;
	out_flush(out);
}

void progress_add(struct progress *progress, uint64_t bytes, uint64_t lines)
{
	int64_t now_ns;

	if (!progress || !progress->out)
		return;
	progress->bytes += bytes;
	progress->lines += lines;
	now_ns = clock_mono_ns();
	if (now_ns < progress->next_ns)
		return;
	progress->next_ns = now_ns + EVERY_NS;
	draw(progress, now_ns);
}

void progress_wipe(struct progress *progress)
{
	if (!progress || !progress->drawn)
		return;
	out_str(progress->out, "\r\033[K");
	out_flush(progress->out);
	progress->drawn = false;
	progress->next_ns = 0;
}
