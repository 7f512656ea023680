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

export type ExitCode =
  | typeof EXIT_OK
  | typeof EXIT_FAILURE
  | typeof EXIT_USAGE
  | typeof EXIT_BUG
  | typeof EXIT_STOPPED;
