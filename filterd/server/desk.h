/*
 * The desk: the review queue over HTTP. Each request is an errand (errands.h) on one thread with a
 * database connection of its own, so that no worker ever waits for a disk.
 *
 *     routes.c: access, path ──► desk_errands() ──► desk.c: look up, parse, do ──► JSON
 */
#pragma once

#include "server/errands.h"
#include "server/reload.h"
#include "store/turns.h"

#define DESK_WAITING_MAX 256 /* requests that wait; more are `overloaded` */

struct desk;

/*
 * Opens the queue's database, without the thread; before the sandbox, in which no file can be
 * opened. Its writing takes turns with the store's. OK; else as db_open() says.
 */
int desk_open(const char *path, struct turns *turns, struct buf *why, struct desk **out);

/*
 * Starts the thread. `reload` must outlive it; `done` is called on it after each request, with
 * nothing locked. OK or ERR_NOMEM.
 */
int desk_start(
	struct desk *desk, struct reload *reload, void (*done)(void *context), void *context);

/* Stops the thread, closes. Every errand must have been dropped. NULL is legal. */
void desk_close(struct desk *desk);

/* Whether nothing can be written on its connection any more: as of a store that is broken. */
bool desk_is_broken(const struct desk *desk);

struct errands *desk_errands(struct desk *desk);

/* What can be asked, for errand_request.what. */
struct desk_act;
extern const struct desk_act desk_list, desk_show, desk_stats, desk_claim, desk_release,
	desk_decide_one, desk_decide_many, desk_look, desk_feed, desk_batches;
