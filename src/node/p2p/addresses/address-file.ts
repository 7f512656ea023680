/**
 * What is kept of addresses over a restart: `peers.dat`, the address book, and `anchors.dat`, the nodes
 * that were asked for blocks alone when this one was last stopped. Each ends with its checksum.
 */
import {
  type Codec,
  decode,
  encode,
  fixedBytes,
  struct,
  u8,
  u16,
  u16be,
  u32,
  u64,
  varBytes,
  vector,
} from '../../../protocol/bytes/codec.ts';
import { CodedError } from '../../../protocol/bytes/coded-error.ts';
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { concatBytes } from '../../../protocol/bytes/concat.ts';
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { sha256d } from '../../../protocol/crypto/hash.ts';
import { AddressBook, type AddressBookParts, bucketsOf } from './address-book.ts';
import { makeEntry } from './address-entry.ts';
import { KEY_LENGTH } from './bucket-hash.ts';
import type { NetEndpoint } from './net-address.ts';

/** The first bytes say what a file is, and the last of them in which form. */
const BOOK_MARK = new TextEncoder().encode('blockyard peers 1\n');
const ANCHORS_MARK = new TextEncoder().encode('blockyard anchors 1\n');
const CHECKSUM_LENGTH = 32;

const addressFields = { network: u8, address: varBytes };
const endpointCodec: Codec<NetEndpoint> = struct({ ...addressFields, port: u16be });

const entryCodec = struct({
  ...addressFields,
  port: u16be,
  time: u32,
  services: u64,
  source: struct(addressFields),
  lastSuccess: u32,
  attempts: u32,
  isTried: u8,
  buckets: vector(u16),
});

const bookCodec = struct({ key: fixedBytes(KEY_LENGTH), entries: vector(entryCodec) });
const anchorsCodec = vector(endpointCodec);

/** A file of addresses that cannot be read: damaged, or written by a newer version. */
export class AddressFileError extends CodedError {
  override readonly name = 'AddressFileError';
  readonly code: 'not-ours' | 'damaged';

  constructor(code: 'not-ours' | 'damaged', message: string) {
    super(message);
    this.code = code;
  }
}

export function encodeAddressBook(book: AddressBook): Uint8Array {
  const entries = book.entries().map((entry) => ({
    ...entry,
    isTried: entry.isTried ? 1 : 0,
    buckets: bucketsOf(entry),
  }));
  return seal(BOOK_MARK, encode(bookCodec, { key: book.key, entries }));
}

/**
 * A book as it was when it was saved. Which addresses were tried last is not kept: the times are worth
 * nothing after a restart.
 */
export function decodeAddressBook(
  bytes: Uint8Array,
  parts: Omit<AddressBookParts, 'key'>,
): AddressBook {
  const { key, entries } = open(BOOK_MARK, bytes, bookCodec);
  const book = new AddressBook({ ...parts, key: key.slice() });
  for (const { source, isTried, buckets, ...facts } of entries) {
    const entry = makeEntry(facts, { ...source, address: source.address.slice() });
    entry.isTried = isTried === 1;
    book.restore(entry, buckets);
  }
  return book;
}

export function encodeAnchors(anchors: readonly NetEndpoint[]): Uint8Array {
  return seal(ANCHORS_MARK, encode(anchorsCodec, anchors));
}

export function decodeAnchors(bytes: Uint8Array): readonly NetEndpoint[] {
  return open(ANCHORS_MARK, bytes, anchorsCodec);
}

function seal(mark: Uint8Array, content: Uint8Array): Uint8Array {
  const sealed = concatBytes(mark, content);
  return concatBytes(sealed, sha256d(sealed));
}

function open<T>(mark: Uint8Array, bytes: Uint8Array, codec: Codec<T>): T {
  const end = bytes.length - CHECKSUM_LENGTH;
  if (!equalBytes(bytes.subarray(0, mark.length), mark)) {
    const name = new TextDecoder().decode(mark).trim();
    throw new AddressFileError('not-ours', `it does not begin with "${name}"`);
  }
  if (end < mark.length || !equalBytes(sha256d(bytes.subarray(0, end)), bytes.subarray(end))) {
    throw new AddressFileError('damaged', 'its checksum is wrong');
  }
  try {
    return decode(codec, bytes.subarray(mark.length, end));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new AddressFileError('damaged', error.message);
  }
}
