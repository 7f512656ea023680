/** The names of the files in a folder of LevelDB, and what is in them. */
import type { Disk } from '../../../outside/disk/disk.ts';

/**
 * - `log`: the changes that are in no table yet, in the order in which they were made
 * - `table`: sorted entries; never changed once it is written
 * - `manifest`: which tables and logs count
 */
export type LevelFileKind = 'log' | 'table' | 'manifest';

export interface LevelFile {
  readonly name: string;
  readonly kind: LevelFileKind;
  readonly number: number;
}

/** The file that names the manifest that counts. */
export const CURRENT = 'CURRENT';

const PATTERNS: readonly (readonly [LevelFileKind, RegExp])[] = [
  ['log', /^(\d+)\.log$/],
  // Tables were called `.sst` before LevelDB 1.14.
  ['table', /^(\d+)\.(?:ldb|sst)$/],
  ['manifest', /^MANIFEST-(\d+)$/],
];

/** The files with data in a folder, ordered by number. */
export async function listLevelFiles(disk: Disk, folder: string): Promise<readonly LevelFile[]> {
  const files: LevelFile[] = [];
  for (const { name, kind } of await disk.list(folder)) {
    if (kind !== 'file') continue;
    for (const [fileKind, pattern] of PATTERNS) {
      const number = pattern.exec(name)?.[1];
      if (number !== undefined) files.push({ name, kind: fileKind, number: Number(number) });
    }
  }
  return files.sort((a, b) => a.number - b.number);
}

/**
 * The usual name of a file.
 *
 * @example
 * levelFileName('log', 7) // '000007.log'
 */
export function levelFileName(kind: LevelFileKind, number: number): string {
  const digits = String(number).padStart(6, '0');
  if (kind === 'manifest') return `MANIFEST-${digits}`;
  return `${digits}.${kind === 'log' ? 'log' : 'ldb'}`;
}
