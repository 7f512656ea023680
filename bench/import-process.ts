import type { ImportFigures, ImportOptions } from './import-chain.ts';
import { runChild } from './run-child.ts';

/** Imports a chain into an empty folder, in a process of its own. */
export async function importInProcess(
  options: ImportOptions,
): Promise<ImportFigures & { readonly peakMemoryMb: number }> {
  const { answer, peakMemoryMb } = await runChild('import', options);
  return { ...answer, peakMemoryMb };
}
