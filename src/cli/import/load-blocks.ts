import type { DaemonIo, ImportTarget } from '../../daemon/daemon-io.ts';
import { CommandError } from '../command-error.ts';
import type { Io } from '../io.ts';

/** The outside for a daemon: that of a command, and what this folder can do for it. */
export function daemonIo(io: Io): DaemonIo {
  return { ...io, importBlocks: (paths, into) => loadBlocks(paths, into, io) };
}

/** Few daemons are started to import blocks: what can do it is loaded when one is. */
async function loadBlocks(
  paths: readonly string[],
  { chain, signal, onNotice }: ImportTarget,
  { disk }: Pick<Io, 'disk'>,
): Promise<void> {
  const { BlockImport } = await import('./block-import.ts');
  const { findSources, SourceFiles } = await import('./source-files.ts');
  const there: string[] = [];
  for (const path of paths) {
    try {
      await findSources([path], disk);
      there.push(path);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      onNotice(`Warning: Could not open blocks file ${path}`);
    }
  }
  const files = new SourceFiles(await findSources(there, disk), disk, chain.params.magic);
  try {
    const onProblem = ({ message }: { readonly message: string }): void => onNotice(message);
    await new BlockImport({ chain, files, signal, onProblem, onProgress: () => {} }).run();
    await chain.flush();
  } finally {
    await files.close();
  }
}
