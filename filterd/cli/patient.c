/* Writing with patience: see patient.h. */
#include "cli/patient.h"

#include "base/clock.h"

#include <time.h>

#define BUSY_MAX_NS (10 * NS_PER_S)
#define GIVE_WAY_MAX_NS (NS_PER_S / 10)

static void give_way(int64_t ns)
{
	const struct timespec time = {0, ns < GIVE_WAY_MAX_NS ? ns : GIVE_WAY_MAX_NS};

	(void)nanosleep(&time, NULL);
}

int patient_write(struct db *db, const atomic_bool *stop,
	int (*write)(struct db *db, void *context), void *context)
{
	int64_t until_ns = clock_mono_ns() + BUSY_MAX_NS, began_ns;
	int rc;

	do {
		began_ns = clock_mono_ns();
		rc = write(db, context);
	} while (rc == ERR_IO && db_trouble(db) == DB_BUSY && clock_mono_ns() < until_ns &&
		 !(stop && atomic_load(stop)));
	give_way(clock_mono_ns() - began_ns);
	return rc;
}
