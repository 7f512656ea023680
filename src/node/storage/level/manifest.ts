/**
 * LevelDB's manifest: a log of edits, which together say which tables and logs count. See LevelDB,
 * `db/version_edit.cc`.
 */
import type { DiskFile } from '../../../outside/disk/disk.ts';
import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { damaged } from '../storage-error.ts';
import { readLog } from './log.ts';
import { VarintReader } from './varint.ts';

const COMPARATOR = 1;
const LOG_NUMBER = 2;
const NEXT_FILE = 3;
const LAST_SEQUENCE = 4;
const COMPACT_POINTER = 5;
const DELETED_FILE = 6;
const NEW_FILE = 7;
const PREVIOUS_LOG_NUMBER = 9;

const LEVELS = 7;

export interface Manifest {
  /** Logs of this number and above count; 0 before there is any. */
  readonly logNumber: number;
  /** A log that counts besides. LevelDB has long stopped to use it. */
  readonly previousLogNumber: number;
  /** The size of every table, by its number. */
  readonly tables: ReadonlyMap<number, number>;
}

interface Draft {
  logNumber: number | undefined;
  previousLogNumber: number;
  readonly tables: Map<number, { readonly level: number; readonly size: number }>;
}

/** Reads a manifest to its end. Damage is a `StorageError`. */
export async function readManifest(file: DiskFile, cure?: string): Promise<Manifest> {
  const draft: Draft = { logNumber: undefined, previousLogNumber: 0, tables: new Map() };
  let pieces: Uint8Array[] = [];
  let offset = 0;
  for await (const item of readLog(file, cure)) {
    if (item.kind === 'end') {
      offset = item.offset;
      break;
    }
    if (item.isFirst) {
      pieces = [];
      offset = item.offset;
    }
    pieces.push(item.data);
    if (!item.isLast) continue;
    const problem = applyEdit(draft, concatBytes(...pieces));
    if (problem !== undefined) throw damaged(file.path, offset, problem, cure);
  }
  const { logNumber, previousLogNumber, tables } = draft;
  if (logNumber === undefined) throw damaged(file.path, offset, 'it ends too early', cure);
  return {
    logNumber,
    previousLogNumber,
    tables: new Map([...tables].map(([number, { size }]) => [number, size])),
  };
}

/** Applies an edit, and answers with what is wrong with it. */
function applyEdit(draft: Draft, bytes: Uint8Array): string | undefined {
  const reader = new VarintReader(bytes);
  const added: (readonly [number: number, level: number, size: number])[] = [];
  while (reader.remaining > 0) {
    const tag = reader.number();
    if (tag === NEW_FILE) {
      const file = readNewFile(reader);
      if (file === undefined) return 'it adds a table in a way that cannot be read';
      added.push(file);
    } else if (!applyField(draft, tag, reader)) {
      return `its field ${tag ?? ''} cannot be read`;
    }
  }
  // A table that moves to another level is removed and added by the same edit.
  for (const [number, level, size] of added) draft.tables.set(number, { level, size });
  return undefined;
}

function readNewFile(
  reader: VarintReader,
): readonly [number: number, level: number, size: number] | undefined {
  const [level, number, size] = [reader.number(), reader.number(), reader.number()];
  const [smallest, largest] = [reader.slice(), reader.slice()];
  if (level === undefined || level >= LEVELS || number === undefined || size === undefined) {
    return undefined;
  }
  return smallest === undefined || largest === undefined ? undefined : [number, level, size];
}

/** Applies a field that adds no table. Answers false if it cannot be read. */
function applyField(draft: Draft, tag: number | undefined, reader: VarintReader): boolean {
  if (tag === COMPARATOR) return reader.slice() !== undefined;
  const value = reader.number();
  if (value === undefined) return false;
  switch (tag) {
    case LOG_NUMBER:
      draft.logNumber = value;
      return true;
    case PREVIOUS_LOG_NUMBER:
      draft.previousLogNumber = value;
      return true;
    case NEXT_FILE:
    case LAST_SEQUENCE:
      return true;
    case COMPACT_POINTER:
      return value < LEVELS && reader.slice() !== undefined;
    case DELETED_FILE: {
      const number = reader.number();
      if (value >= LEVELS || number === undefined) return false;
      if (draft.tables.get(number)?.level === value) draft.tables.delete(number);
      return true;
    }
    default:
      return false;
  }
}
