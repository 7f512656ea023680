import { writeFileSync } from 'node:fs';

const CORE_FILTER = '/proc/self/coredump_filter';

/** What this process writes is for its owner alone, and what it knows goes with it. */
export function keepSecrets(): void {
  // As with Bitcoin Core: LevelDB's files, too, have keys in them.
  process.umask(0o077);
  if (process.platform !== 'linux') return;
  try {
    // A core file of a process that dies then says where it was, and has none of its memory: core(5).
    writeFileSync(CORE_FILTER, '0');
  } catch {
    // Where there is no /proc, there is nothing to turn off.
  }
}
