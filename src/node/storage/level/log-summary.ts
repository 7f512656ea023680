import type { DiskFile } from '../../../outside/disk/disk.ts';
import { damaged } from '../storage-error.ts';
import { readLog } from './log.ts';

/** A batch begins with the number of its first change (8 bytes) and how many there are (4). */
const BATCH_HEADER_SIZE = 12;

/** What a log of changes holds, as far as the logs beside it must fit to it. */
export interface LogSummary {
  readonly path: string;
  /** The number of the first change; undefined if there is none. All changes are counted through. */
  readonly first: bigint | undefined;
  /** The number that the change after the last one would have. */
  readonly next: bigint | undefined;
  /** Where the whole records end. */
  readonly end: number;
}

/** Checks every record of a log of changes. Damage is a `StorageError`. */
export async function auditLog(file: DiskFile, cure?: string): Promise<LogSummary> {
  let first: bigint | undefined;
  let next: bigint | undefined;
  let end = 0;
  const header = new Uint8Array(BATCH_HEADER_SIZE);
  const view = new DataView(header.buffer);
  let length = 0;
  for await (const item of readLog(file, cure)) {
    if (item.kind === 'end') break;
    if (item.isFirst) {
      end = item.offset;
      length = 0;
    }
    if (length < header.length) header.set(item.data.subarray(0, header.length - length), length);
    length += item.data.length;
    if (!item.isLast) continue;
    if (length < header.length) throw damaged(file.path, end, 'a record is too short', cure);
    const number = view.getBigUint64(0, true);
    if (next !== undefined && number !== next) {
      throw damaged(file.path, end, 'records are missing before it', cure);
    }
    first ??= number;
    next = number + BigInt(view.getUint32(8, true));
    end = item.offset + item.data.length;
  }
  return { path: file.path, first, next, end };
}
