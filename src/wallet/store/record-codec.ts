/** What records of a wallet are read and written with. Each begins with the version of its form. */
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import { WalletError } from '../wallet-error.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Writes a record: its version, and whatever `write` writes. In an array of its own. */
export function writeRecord(version: number, write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  writer.u8(version);
  write(writer);
  return writer.finish().slice();
}

/**
 * Reads a record to its end.
 *
 * @param what names it in an error: `the descriptor of this wallet`
 * @throws {@link WalletError} `damaged`, `newer-version`
 */
export function readRecord<T>(
  what: string,
  version: number,
  bytes: Uint8Array,
  read: (reader: Reader) => T,
): T {
  try {
    const reader = new Reader(bytes);
    const found = reader.u8();
    if (found > version) {
      throw new WalletError(
        'newer-version',
        `${what} has version ${found}, and this program knows ${version}: use the later program that wrote it`,
      );
    }
    const value = read(reader);
    reader.end();
    return value;
  } catch (error) {
    if (error instanceof WalletError) throw error;
    if (!(error instanceof DecodeError) && !(error instanceof TypeError)) throw error;
    throw new WalletError('damaged', `${what} is damaged; restore the wallet from a backup`);
  }
}

export function writeText(writer: Writer, text: string): void {
  writer.varBytes(encoder.encode(text));
}

export function readText(reader: Reader): string {
  return decoder.decode(reader.varBytes());
}
