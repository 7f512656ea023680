/**
 * Where an address stands, under a key that nobody else knows: who wants to push addresses out of the
 * table cannot tell which ones do. The hashes are those of Bitcoin Core, which its tests have figures for.
 */
import { Writer } from '../../../protocol/bytes/writer.ts';
import { sha256d } from '../../../protocol/crypto/hash.ts';
import type { AddressRules } from './address-rules.ts';
import { legacyBytes } from './address-text.ts';
import { BUCKET_SIZE } from './bucket-table.ts';
import type { NetAddress, NetEndpoint } from './net-address.ts';

const NEW_BUCKETS = 1024;
const TRIED_BUCKETS = 256;
/** Over how many buckets the addresses of one group are spread once they are tried. */
const TRIED_BUCKETS_PER_GROUP = 8;
/** Over how many buckets everything is spread that was told by one group. */
const NEW_BUCKETS_PER_SOURCE_GROUP = 64;

export const KEY_LENGTH = 32;
const NEW = 'N'.charCodeAt(0);
const TRIED = 'K'.charCodeAt(0);

export class BucketHash {
  readonly #key: Uint8Array;
  readonly #rules: AddressRules;
  readonly #writer = new Writer();

  constructor(key: Uint8Array, rules: AddressRules) {
    this.#key = key;
    this.#rules = rules;
  }

  /** The bucket of the new table that an address is put into when this source tells of it. */
  newBucket(address: NetAddress, source: NetAddress): number {
    return this.newBucketsOf(source)(address);
  }

  /** The same for many addresses of one source: it has 64 buckets, which are worked out once each. */
  newBucketsOf(source: NetAddress): (address: NetAddress) => number {
    const sourceGroup = this.#rules.groupOf(source);
    const buckets: (number | undefined)[] = [];
    return (address) => {
      const group = this.#rules.groupOf(address);
      const spread = this.#hash((writer) => {
        writer.varBytes(group);
        writer.varBytes(sourceGroup);
      });
      const index = spread % NEW_BUCKETS_PER_SOURCE_GROUP;
      buckets[index] ??= this.#hash((writer) => {
        writer.varBytes(sourceGroup);
        writer.u64(BigInt(index));
      });
      return buckets[index] % NEW_BUCKETS;
    };
  }

  triedBucket(endpoint: NetEndpoint): number {
    const hash = this.#hash((writer) => writeKey(writer, endpoint));
    return (
      this.#hash((writer) => {
        writer.varBytes(this.#rules.groupOf(endpoint));
        writer.u64(BigInt(hash % TRIED_BUCKETS_PER_GROUP));
      }) % TRIED_BUCKETS
    );
  }

  /** The one place in a bucket that an address may have. */
  newPlace(endpoint: NetEndpoint, bucket: number): number {
    return BUCKET_SIZE * bucket + this.#position(NEW, endpoint, bucket);
  }

  triedPlace(endpoint: NetEndpoint): number {
    const bucket = this.triedBucket(endpoint);
    return BUCKET_SIZE * bucket + this.#position(TRIED, endpoint, bucket);
  }

  #position(table: number, endpoint: NetEndpoint, bucket: number): number {
    const hash = this.#hash((writer) => {
      writer.u8(table);
      writer.u32(bucket);
      writeKey(writer, endpoint);
    });
    return hash % BUCKET_SIZE;
  }

  /** The lowest bits of the hash: all that counts, because every number of buckets is a power of two. */
  #hash(write: (writer: Writer) => void): number {
    const writer = this.#writer.clear();
    writer.bytes(this.#key);
    write(writer);
    const hash = sha256d(writer.finish());
    return (hash[0] as number) | ((hash[1] as number) << 8);
  }
}

/** An endpoint as Core hashes it: the address as in `addr` where it has that form, and the port. */
function writeKey(writer: Writer, endpoint: NetEndpoint): void {
  const bytes = legacyBytes(endpoint) ?? endpoint.address;
  writer.compactSize(bytes.length + 2);
  writer.bytes(bytes);
  writer.u16be(endpoint.port);
}
