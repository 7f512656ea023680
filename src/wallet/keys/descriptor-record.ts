/** How the descriptors of a wallet are written down. No private key is among it. */
import { sha256 } from '../../protocol/crypto/hash.ts';
import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';
import { readRecord, readText, writeRecord, writeText } from '../store/record-codec.ts';

const VERSION = 1;
const ACTIVE_VERSION = 1;
const SCRIPTS_VERSION = 1;

export interface DescriptorRecord {
  /** Public, as it was imported, with its checksum. */
  readonly text: string;
  /** The same from the last hardened step on, for those without private keys. */
  readonly normalized: string;
  /** Before this time, in seconds since 1970, nothing was paid to it. */
  readonly timestamp: number;
  readonly rangeStart: number;
  /** The first index that is not watched. */
  readonly rangeEnd: number;
  /** The first index that has not been given out. */
  readonly nextIndex: number;
}

/** The id of a descriptor: what it says, and nothing of how far it is. */
export function descriptorId(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text.split('#')[0] ?? ''));
}

export function encodeDescriptorRecord(record: DescriptorRecord): Uint8Array {
  return writeRecord(VERSION, (writer) => {
    writeText(writer, record.text);
    writeText(writer, record.normalized);
    writer.u64(BigInt(record.timestamp));
    writer.u32(record.rangeStart);
    writer.u32(record.rangeEnd);
    writer.u32(record.nextIndex);
  });
}

/** @throws `WalletError` `damaged`, `newer-version` */
export function decodeDescriptorRecord(bytes: Uint8Array): DescriptorRecord {
  return readRecord('a descriptor of the wallet', VERSION, bytes, (reader) => ({
    text: readText(reader),
    normalized: readText(reader),
    timestamp: Number(reader.u64()),
    rangeStart: reader.u32(),
    rangeEnd: reader.u32(),
    nextIndex: reader.u32(),
  }));
}

/** The scripts of one index: one, but for `combo`. */
export function encodeScripts(scripts: readonly Uint8Array[]): Uint8Array {
  return writeRecord(SCRIPTS_VERSION, (writer) => {
    for (const script of scripts) writer.varBytes(script);
  });
}

/** @throws `WalletError` `damaged`, `newer-version` */
export function decodeScripts(bytes: Uint8Array): readonly Uint8Array[] {
  return readRecord('a list of scripts of the wallet', SCRIPTS_VERSION, bytes, (reader) => {
    const scripts: Uint8Array[] = [];
    while (reader.remaining > 0) scripts.push(reader.varBytes());
    return scripts;
  });
}

/** Which descriptor gives out addresses of a kind. */
export interface ActiveDescriptor {
  readonly type: OutputType;
  /** For change. */
  readonly internal: boolean;
  readonly id: Uint8Array;
}

const TYPES: readonly OutputType[] = ['legacy', 'p2sh-segwit', 'bech32', 'bech32m'];

export function encodeActive(active: readonly ActiveDescriptor[]): Uint8Array {
  return writeRecord(ACTIVE_VERSION, (writer) => {
    for (const { type, internal, id } of active) {
      writer.u8(TYPES.indexOf(type) * 2 + (internal ? 1 : 0));
      writer.bytes(id);
    }
  });
}

/** @throws `WalletError` `damaged`, `newer-version` */
export function decodeActive(bytes: Uint8Array): readonly ActiveDescriptor[] {
  return readRecord('the list of active descriptors', ACTIVE_VERSION, bytes, (reader) => {
    const active: ActiveDescriptor[] = [];
    while (reader.remaining > 0) {
      const kind = reader.u8();
      const type = TYPES[kind >> 1] ?? 'bech32';
      active.push({ type, internal: (kind & 1) === 1, id: reader.bytes(32).slice() });
    }
    return active;
  });
}
