/**
 * Since version 28, Bitcoin Core stores its blocks XORed with a key, so that nothing that strangers
 * put into the chain lies on the disk as it is, for virus scanners to find. The key is in `xor.dat`
 * beside the files.
 */
import type { Disk, DiskFile } from '../../outside/disk/disk.ts';
import { joinPath, parentPath } from '../../outside/disk/disk-path.ts';
import { readFile } from '../../outside/disk/whole-file.ts';

/** A file that is only read. */
export type ReadableFile = Pick<DiskFile, 'path' | 'read' | 'size' | 'close'>;

const CORE_FILE = /(^|\/)blk\d+\.dat$/;
const KEY_SIZE = 8;
const CHUNK = 1024 * 1024;

/** The key of a block file of Bitcoin Core; undefined for a file that is as it should be. */
export async function obfuscationKey(disk: Disk, path: string): Promise<Uint8Array | undefined> {
  if (!CORE_FILE.test(path)) return undefined;
  const keyPath = joinPath(parentPath(path), 'xor.dat');
  const info = await disk.stat(keyPath);
  if (info?.kind !== 'file' || info.size !== KEY_SIZE) return undefined;
  const key = await readFile(disk, keyPath);
  return key.every((byte) => byte === 0) ? undefined : key;
}

/**
 * The file as it would be without a key. Core does not obfuscate the zeros by which a file is longer
 * than what has been written to it, so that they stay what they are.
 */
export async function withoutObfuscation(
  file: ReadableFile,
  key: Uint8Array,
): Promise<ReadableFile> {
  const end = await endOfData(file);
  return {
    path: file.path,
    size: () => file.size(),
    close: () => file.close(),
    read: async (position, length) => {
      const bytes = (await file.read(position, length)).slice();
      const count = Math.min(bytes.length, end - position);
      for (let i = 0; i < count; i++) {
        bytes[i] = (bytes[i] as number) ^ (key[(position + i) % KEY_SIZE] as number);
      }
      return bytes;
    },
  };
}

/** Where the zeros at the end begin. */
async function endOfData(file: ReadableFile): Promise<number> {
  for (let end = await file.size(); end > 0; end -= Math.min(end, CHUNK)) {
    const from = Math.max(0, end - CHUNK);
    const last = (await file.read(from, end - from)).findLastIndex((byte) => byte !== 0);
    if (last >= 0) return from + last + 1;
  }
  return 0;
}
