import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder of files that take a while to make and are always the same. Made when it is first asked
 * for, and kept among the temporary files until the code of the benchmarks changes.
 *
 * @param name what it is, all numbers that matter included
 * @param make fills the folder that it is given
 */
export function madeFolder(name: string, make: (folder: string) => void): string {
  const folder = folderOf(name);
  if (existsSync(folder)) return folder;
  const unfinished = beginFolder();
  make(unfinished);
  renameSync(unfinished, folder);
  return folder;
}

/** The same for what is made with waiting in between. */
export async function madeFolderLater(
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = folderOf(name);
  if (existsSync(folder)) return folder;
  const unfinished = beginFolder();
  await make(unfinished);
  renameSync(unfinished, folder);
  return folder;
}

const base = join(tmpdir(), 'blockyard-bench');

function folderOf(name: string): string {
  return join(base, `${name}-${codeHash()}`);
}

/** Only whole folders ever have a name, even if two processes make one. */
function beginFolder(): string {
  const unfinished = join(base, `unfinished-${process.pid}`);
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  return unfinished;
}

/** A hash of the benchmarks' own code, which decides what they make. */
function codeHash(): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(import.meta.dirname).sort()) {
    if (/\.(js|ts)$/.test(file)) hash.update(readFileSync(join(import.meta.dirname, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
