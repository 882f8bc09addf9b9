/* First come, first served: see turns.h. */
#include "store/turns.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

struct turns {
	pthread_mutex_t lock;
	pthread_cond_t given;
	uint64_t next; /* the number that the next one draws */
	uint64_t served; /* whose turn it is */
};

struct turns *turns_new(void)
{
	struct turns *turns = calloc(1, sizeof(*turns));

	if (turns == NULL)
		return NULL;
	pthread_mutex_init(&turns->lock, NULL);
	pthread_cond_init(&turns->given, NULL);
	return turns;
}

void turns_free(struct turns *turns)
{
	if (turns == NULL)
		return;
	pthread_cond_destroy(&turns->given);
	pthread_mutex_destroy(&turns->lock);
	free(turns);
}

void turns_take(struct turns *turns)
{
	uint64_t own;

	if (turns == NULL)
		return;
	pthread_mutex_lock(&turns->lock);
	own = turns->next++;
	while (turns->served != own)
		pthread_cond_wait(&turns->given, &turns->lock);
	pthread_mutex_unlock(&turns->lock);
}

void turns_give(struct turns *turns)
{
	if (turns == NULL)
		return;
	pthread_mutex_lock(&turns->lock);
	turns->served++;
	pthread_cond_broadcast(&turns->given);
	pthread_mutex_unlock(&turns->lock);
}
