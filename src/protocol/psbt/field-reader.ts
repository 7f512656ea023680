/** The parts that fields are read from. */
import { curve } from '#curve';
import { ByteSet } from '../bytes/byte-map.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import { Reader } from '../bytes/reader.ts';
import type { KeyOrigin } from '../script/descriptor/key-expression.ts';
import type { KeyPath, TapKeyPath } from '../script/sign/signature-data.ts';
import type { ProprietaryField } from './psbt.ts';
import { PsbtError } from './psbt-error.ts';
import { sortedBy } from './sorted.ts';

/** The key of a field that is being read. */
export interface FieldKey {
  readonly type: number;
  /** The type included. */
  readonly key: Uint8Array;
  /** What follows the type. */
  readonly rest: Reader;
}

/** How a kind of field is complained about: when it is there twice, and when its key is not this long. */
export interface KeyRule {
  readonly length?: number;
  readonly duplicate: string;
  readonly badLength: string;
}

/**
 * Reads fields up to the end of their map, and hands each to `readField`, which reads its value.
 * `ruleOf` has the rule for types that have a meaning.
 */
export function readMap(
  reader: Reader,
  name: string,
  ruleOf: (type: number) => KeyRule | undefined,
  readField: (field: FieldKey) => void,
): void {
  const seen = new ByteSet();
  while (reader.remaining > 0) {
    const key = reader.varBytes();
    if (key.length === 0) return;
    const rest = new Reader(key);
    const type = readKeyPart(() => Number(rest.compactSize()));
    const rule = ruleOf(type);
    const isNew = seen.add(key);
    checkKey(key, isNew, rule);
    readField({ type, key, rest });
  }
  throw new PsbtError('bad-structure', `Separator is missing at the end of ${name}`);
}

function checkKey(key: Uint8Array, isNew: boolean, rule: KeyRule | undefined): void {
  if (rule === undefined) {
    if (!isNew) {
      throw duplicate('Duplicate Key, key for unknown value already provided');
    }
    return;
  }
  if (!isNew) throw duplicate(rule.duplicate);
  if (rule.length !== undefined && key.length !== rule.length) throw badKey(rule.badLength);
}

/** A key is read by itself, and complains by another name when it is too short. */
export function readKeyPart<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DecodeError) || error.code !== 'end-of-data') throw error;
    throw new PsbtError('end-of-data', 'SpanReader::read(): end of data');
  }
}

/**
 * A value that is made of something else than bytes. Its length stands in front of it, and is looked at
 * only afterwards, as in Bitcoin Core.
 */
export function readSized<T>(reader: Reader, read: () => T): T {
  const length = reader.compactSize();
  const start = reader.remaining;
  const value = read();
  if (start - reader.remaining !== length) {
    throw badValue('Size of value was not the stated size');
  }
  return value;
}

/** A fingerprint and a path, in so many bytes. */
export function readOrigin(reader: Reader, length: number): KeyOrigin {
  if (length % 4 !== 0 || length === 0) throw badValue('Invalid length for HD key path');
  if (length > reader.remaining) {
    throw new PsbtError('end-of-data', 'DataStream::read(): end of data');
  }
  const fingerprint = reader.bytes(4);
  const path: number[] = [];
  for (let at = 4; at < length; at += 4) path.push(reader.u32());
  return { fingerprint, path };
}

/** A public key that stands in the key of a field, behind its type. */
export function publicKeyIn({ key }: FieldKey): Uint8Array {
  const publicKey = key.subarray(1);
  if (!curve.isPublicKey(publicKey)) throw badKey('Invalid pubkey');
  return publicKey;
}

export function hasPublicKeyLength({ key }: FieldKey): boolean {
  return key.length === 34 || key.length === 66;
}

export function readKeyPath(field: FieldKey, reader: Reader): KeyPath {
  if (!hasPublicKeyLength(field)) {
    throw badKey('Size of key was not the expected size for the type BIP32 keypath');
  }
  const publicKey = publicKeyIn(field);
  return { publicKey, origin: readOrigin(reader, reader.compactSize()) };
}

/** The leaves that have a key, and where it comes from (BIP371). */
export function readTapKeyPath({ key }: FieldKey, reader: Reader, side: string): TapKeyPath {
  const length = reader.compactSize();
  const start = reader.remaining;
  const count = reader.count(32);
  const leafHashes: Uint8Array[] = [];
  for (let i = 0; i < count; i++) leafHashes.push(reader.bytes(32));
  const read = start - reader.remaining;
  if (read > length) throw badValue(`${side} Taproot BIP32 keypath has an invalid length`);
  const origin = readOrigin(reader, length - read);
  return { key: key.subarray(1), leafHashes: sortedBy(leafHashes, (hash) => hash), origin };
}

export function readProprietary({ key, rest }: FieldKey, reader: Reader): ProprietaryField {
  const identifier = readKeyPart(() => rest.varBytes());
  const subtype = BigInt(readKeyPart(() => rest.compactSize()));
  return { key, identifier, subtype, value: reader.varBytes() };
}

/** Bytes, and undefined where they are all zero or there are none: for Bitcoin Core the same as not there. */
export function unlessNull(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.some((byte) => byte !== 0) ? bytes : undefined;
}

export function unlessEmpty(bytes: Uint8Array): Uint8Array | undefined {
  return bytes.length > 0 ? bytes : undefined;
}

function duplicate(message: string): PsbtError {
  return new PsbtError('duplicate-key', message);
}

export function badKey(message: string): PsbtError {
  return new PsbtError('bad-key', message);
}

export function badValue(message: string): PsbtError {
  return new PsbtError('bad-value', message);
}
