import type { Chain } from '../../node/chain/chain.ts';
import type { Disk, DiskFile } from '../../outside/disk/disk.ts';
import { parentPath } from '../../outside/disk/disk-path.ts';
import { removeIfThere } from '../../outside/disk/whole-file.ts';
import { type BlockRange, nodesIn } from './block-range.ts';

/** Magic, and the length of the block. */
const FRAME_SIZE = 8;
/** So much is written at once. */
const CHUNK = 1024 * 1024;

export interface ExportRequest extends BlockRange {
  readonly path: string;
  /** Hears how many blocks have been written. */
  readonly onProgress: (blocks: number) => void;
  readonly signal: AbortSignal;
}

export interface Exported {
  readonly blocks: number;
  readonly bytes: number;
}

/**
 * Writes blocks of a chain to a file, in their order, each behind the magic bytes and its length. The
 * file appears under its name when it is complete. Answers with nothing if it was stopped.
 */
export async function exportBlocks(
  chain: Chain,
  disk: Disk,
  request: ExportRequest,
): Promise<Exported | undefined> {
  const { path } = request;
  const temporary = `${path}.new`;
  const file = await disk.open(temporary, 'create');
  let exported: Exported | undefined;
  try {
    // An earlier export may have been killed.
    await file.truncate(0);
    exported = await writeBlocks(chain, file, request);
    await file.sync();
    await file.close();
    if (exported !== undefined) {
      await disk.rename(temporary, path);
      await disk.syncFolder(parentPath(path));
      return exported;
    }
  } catch (error) {
    await file.close().catch(() => {});
    await removeIfThere(disk, temporary).catch(() => {});
    throw error;
  }
  await removeIfThere(disk, temporary);
  return undefined;
}

async function writeBlocks(
  chain: Chain,
  file: DiskFile,
  request: ExportRequest,
): Promise<Exported | undefined> {
  const { magic } = chain.params;
  const chunk = new Uint8Array(CHUNK);
  let filled = 0;
  let written = 0;
  let blocks = 0;
  const flush = async (): Promise<void> => {
    await file.write(written, chunk.subarray(0, filled));
    written += filled;
    filled = 0;
  };
  for (const node of nodesIn(request, chain)) {
    if (request.signal.aborted) return undefined;
    const raw = await chain.readRaw(node);
    for (const part of [frameOf(raw, magic), raw]) {
      if (filled + part.length > CHUNK) await flush();
      if (part.length > CHUNK) {
        await file.write(written, part);
        written += part.length;
      } else {
        chunk.set(part, filled);
        filled += part.length;
      }
    }
    request.onProgress(++blocks);
  }
  await flush();
  return { blocks, bytes: written };
}

function frameOf(raw: Uint8Array, magic: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_SIZE);
  frame.set(magic);
  new DataView(frame.buffer).setUint32(magic.length, raw.length, true);
  return frame;
}
