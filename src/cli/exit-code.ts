/** How a command ended, for the shell that ran it. */
export const EXIT_OK = 0;
/** The command was understood and could not do its work. */
export const EXIT_FAILURE = 1;
/** The command was not understood. */
export const EXIT_USAGE = 2;
/** Our fault: `EX_SOFTWARE` of `sysexits.h`. */
export const EXIT_BUG = 70;
/** Somebody stopped it: 128 and the number of SIGINT, as shells have it. */
export const EXIT_STOPPED = 130;

/**
 * What a shell sees: one of these, or, of `blockyard rpc`, the number of an error without its sign, as far
 * as it fits into a byte.
 */
export type ExitCode = number;
