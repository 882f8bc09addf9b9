/* `filterd help [COMMAND]`: the list of commands, or one command's options. */
#include "cli/cli.h"

static int run_help(struct run *run)
{
	const struct command *command;

	if (run->arguments.count == 0) {
		cli_describe_all(&run->out);
		return CLI_FINE;
	}
	command = cli_find(run, run->arguments.items[0]);
	if (!command)
		return CLI_USAGE;
	cli_describe(command, &run->out);
	return CLI_FINE;
}

const struct command command_help = {
	.name = "help",
	.summary = "Show the commands, or the options of one.",
	.usage = "[COMMAND]",
	.size = sizeof(struct common),
	.arguments_max = 1,
	.run = run_help,
};
