/* The review queue as JSON: items, decisions and counts written; matches of a stored answer read.
 */
#pragma once

#include "store/batch.h"
#include "wire/refusal.h"

/*
 * Appends an item as one line: what queue.h says of it, `request` as it came and `answer` as it was
 * given; both are null once they are erased.
 */
void queue_write_item(struct buf *out, const struct queue_item *item);

/* Appends a decision as one line. */
void queue_write_event(struct buf *out, const struct queue_event *event);

/* Appends an item in a few words, `beginning` among them: what it begins with. */
void queue_write_brief(struct buf *out, const struct queue_item *item, struct span beginning);

/* Appends how an item stands, as members without braces, its queue id first. */
void queue_write_glance(struct buf *out, const struct queue_glance *glance);

/* Appends the counts, as members without braces. */
void queue_write_counts(struct buf *out, const struct queue_counts *counts);

/* Appends a batch of decisions as one line. */
void queue_write_batch(struct buf *out, const struct batch *batch);

/* A match as a stored answer tells it. */
struct told_match {
	struct span rule, guideline, action, reason, field;
	int32_t points;
	bool shadow;
	struct range *places; /* [bytes] of the field */
	struct span *entries; /* of each place; may be empty */
	size_t places_count;
};

/*
 * Reads the matches of a stored answer. OK with *matches in the arena; ERR_INVALID if it is not
 * what we write; ERR_NOMEM.
 */
int queue_read_matches(
	struct span answer, struct arena *arena, struct told_match **matches, size_t *count);
