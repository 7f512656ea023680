import type { DaemonIo } from './daemon-io.ts';

/**
 * Goes on in the background, as `-daemon` wants it: starts this program once more, with the same options,
 * and waits for nothing, or until that one is ready. True if nothing is known to have gone wrong.
 */
export async function goIntoBackground(
  { waits }: { readonly waits: boolean },
  { out, programs }: Pick<DaemonIo, 'out' | 'programs'>,
): Promise<boolean> {
  out.write('Blockyard starting\n');
  const program = programs.startAgain(['-nodaemon', '-nodaemonwait', QUIET]);
  const isReady = waits ? await program.isReady : true;
  program.letGo();
  return isReady;
}

/** There is no terminal to write to. */
const QUIET = '-printtoconsole=0';
