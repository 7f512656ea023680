/**
 * Checks the files of a LevelDB folder, which LevelDB does not do when it reads: a flipped bit would
 * make a coin vanish or come back without a word. A folder that passes holds what was written to it,
 * or, after a crash, what had been written at some moment before.
 *
 * It is done before the folder is opened, since opening already drops what is damaged and deletes the
 * files that the rest does not name. Tables never change, so each need be checked once an opening.
 */
import type { Disk, DiskFile } from '../../outside/disk/disk.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import { readFile } from '../../outside/disk/whole-file.ts';
import { CURRENT, type LevelFile, levelFileName, listLevelFiles } from './level/file-names.ts';
import { auditLog, type LogSummary } from './level/log-summary.ts';
import { type Manifest, readManifest } from './level/manifest.ts';
import { auditTable } from './level/table.ts';
import { attempt, damaged, isNotFound, missing } from './storage-error.ts';

export interface LevelAuditOptions {
  /** Tables are checked up to so many bytes in all; the rest is left to {@link TablesToAudit}. */
  readonly tableBytes?: number;
  /** What to do about damage, as the end of a line. */
  readonly cure?: string | undefined;
}

export interface LevelAudit {
  /** Whether there is no database in the folder yet. */
  readonly isEmpty: boolean;
  /** The tables that are still to be checked, open, so that they stay what they are. */
  readonly rest: TablesToAudit;
}

/**
 * Checks a folder of LevelDB that nobody has open. Damage is a `StorageError` of code `corrupt` that
 * names the file and the byte.
 *
 * @example
 * await auditLevelFolder(disk, '/data/regtest/chainstate', { cure: 'run with --reindex-chainstate' });
 */
export function auditLevelFolder(
  disk: Disk,
  folder: string,
  options: LevelAuditOptions = {},
): Promise<LevelAudit> {
  return attempt(() => new FolderAudit(disk, folder, options).run());
}

interface OpenTable {
  readonly file: DiskFile;
  readonly size: number;
}

/** Tables that are checked after the folder has been opened, because there are many. */
export class TablesToAudit {
  readonly #tables: readonly OpenTable[];
  readonly #cure: string | undefined;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(tables: readonly OpenTable[], cure: string | undefined) {
    this.#tables = tables;
    this.#cure = cure;
  }

  get count(): number {
    return this.#tables.length;
  }

  /** Checks them all, with turns for others between. Rejects at the first that is damaged. */
  run(): Promise<void> {
    const run = attempt(async () => {
      for (const { file, size } of this.#tables) {
        if (this.#isStopped) return;
        await auditTable(file, size, this.#cure);
        await file.close();
      }
    });
    this.#running = run.catch(() => {});
    return run;
  }

  /** Stops, and leaves no file open. */
  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    for (const { file } of this.#tables) await attempt(() => file.close());
  }
}

class FolderAudit {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #tableBytes: number;
  readonly #cure: string | undefined;

  constructor(disk: Disk, folder: string, options: LevelAuditOptions) {
    this.#disk = disk;
    this.#folder = folder;
    this.#tableBytes = options.tableBytes ?? Number.POSITIVE_INFINITY;
    this.#cure = options.cure;
  }

  async run(): Promise<LevelAudit> {
    const files = await listLevelFiles(this.#disk, this.#folder);
    const name = await this.#manifestName(files);
    if (name === undefined) return { isEmpty: true, rest: new TablesToAudit([], this.#cure) };
    const manifest = await this.#withFile(name, (file) => readManifest(file, this.#cure));
    await this.#auditLogs(files, manifest);
    return { isEmpty: false, rest: await this.#auditTables(files, manifest) };
  }

  /** The manifest that counts; undefined if the folder has never been in use. */
  async #manifestName(files: readonly LevelFile[]): Promise<string | undefined> {
    const path = this.#path(CURRENT);
    let text: string;
    try {
      text = new TextDecoder('latin1').decode(await readFile(this.#disk, path));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      // LevelDB would make a new database here, and delete all that is left of the old one. A first
      // manifest alone is what a crash leaves that came before the very first opening was done.
      if (files.every(({ kind, number }) => kind === 'manifest' && number === 1)) return undefined;
      throw missing(path, this.#cure);
    }
    const name = /^(MANIFEST-\d+)\n$/.exec(text)?.[1];
    if (name === undefined) throw damaged(path, 0, 'it names no manifest', this.#cure);
    return name;
  }

  async #auditLogs(files: readonly LevelFile[], manifest: Manifest): Promise<void> {
    const { logNumber, previousLogNumber } = manifest;
    const logs = files.filter(
      ({ kind, number }) => kind === 'log' && (number >= logNumber || number === previousLogNumber),
    );
    // A log is there before a manifest names it. Where it is not, the manifest has lost its last
    // edits, and LevelDB would take an old state for the present one.
    if (logNumber > 0 && !logs.some(({ number }) => number === logNumber)) {
      throw missing(this.#path(levelFileName('log', logNumber)), this.#cure);
    }
    let before: LogSummary | undefined;
    for (const { name } of logs) {
      const log = await this.#withFile(name, (file) => auditLog(file, this.#cure));
      if (before !== undefined && log.first !== undefined && log.first !== before.next) {
        // What was written later is there, and what was written before is not.
        throw damaged(before.path, before.end, 'records are missing at its end', this.#cure);
      }
      before = log;
    }
  }

  async #auditTables(files: readonly LevelFile[], manifest: Manifest): Promise<TablesToAudit> {
    const names = new Map<number, string>();
    for (const { kind, number, name } of files) if (kind === 'table') names.set(number, name);
    const rest: OpenTable[] = [];
    let budget = this.#tableBytes;
    try {
      for (const [number, size] of manifest.tables) {
        const name = names.get(number);
        if (name === undefined) {
          throw missing(this.#path(levelFileName('table', number)), this.#cure);
        }
        budget -= size;
        if (budget >= 0) {
          await this.#withFile(name, (file) => auditTable(file, size, this.#cure));
        } else {
          rest.push({ file: await this.#disk.open(this.#path(name), 'read'), size });
        }
      }
    } catch (error) {
      for (const { file } of rest) await file.close();
      throw error;
    }
    return new TablesToAudit(rest, this.#cure);
  }

  async #withFile<T>(name: string, use: (file: DiskFile) => Promise<T>): Promise<T> {
    let file: DiskFile;
    try {
      file = await this.#disk.open(this.#path(name), 'read');
    } catch (error) {
      throw isNotFound(error) ? missing(this.#path(name), this.#cure) : error;
    }
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  }

  #path(name: string): string {
    return joinPath(this.#folder, name);
  }
}
