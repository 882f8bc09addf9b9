/* Where the process starts: safe file descriptors and signals, then the command line. */
#include "cli/cli.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * A process started with one of these closed would give that number to its first socket or file,
 * and then write its log into a client's connection.
 */
static void open_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			abort();
	}
}

int main(int argc, char **argv)
{
	open_standard_descriptors();
	/* Writing to a reader who left is an error like others, not the end of the process. */
	signal(SIGPIPE, SIG_IGN);
	return cli_main(argc, argv);
}
