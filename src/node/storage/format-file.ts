/**
 * The file that says what a data folder holds, so that neither an older version of this program nor
 * another program's data comes to harm.
 *
 *     blockyard data, format 1
 *     chain regtest 0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206
 *     checksum 5c1f2a90
 *
 * The checksum tells a later format from a flipped bit. Whatever a later format adds, these lines stay.
 */
import { crc32c } from './level/crc32c.ts';

/** The layout of everything in the folder. One more with each change that an older version must not touch. */
export const FORMAT = 1;

/** What a format file says. */
export interface FolderFormat {
  readonly format: number;
  /** The name of the chain and the hash of its first block. */
  readonly chain: string;
}

export function writeFormat({ format, chain }: FolderFormat): Uint8Array {
  const text = `blockyard data, format ${format}\nchain ${chain}\n`;
  return new TextEncoder().encode(`${text}checksum ${checksumOf(text)}\n`);
}

/** What a format file says; undefined if it is damaged. */
export function readFormat(bytes: Uint8Array): FolderFormat | undefined {
  const text = new TextDecoder().decode(bytes);
  const parts =
    /^(blockyard data, format (\d+)\nchain ([^\n]*)\n[\s\S]*)checksum ([0-9a-f]{8})\n$/.exec(text);
  if (parts === null) return undefined;
  const [, covered = '', format, chain = '', checksum] = parts;
  return checksum === checksumOf(covered) ? { format: Number(format), chain } : undefined;
}

function checksumOf(text: string): string {
  return crc32c(new TextEncoder().encode(text)).toString(16).padStart(8, '0');
}
