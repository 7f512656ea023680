import { toReversedHex } from '../bytes/hex.ts';
import { blockHash } from '../primitives/block-hash.ts';
import type { BlockHeader } from '../primitives/block-header.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import { difficulty } from '../primitives/target.ts';
import type { JsonObject } from './json-text.ts';

/** What only its place in a chain tells about a header. What is not known is left out. */
export interface ChainPlace {
  readonly confirmations?: number;
  readonly height?: number;
  readonly medianTime?: number;
  /** All work up to this block, itself included. */
  readonly chainWork?: bigint;
  readonly transactionCount?: number;
  readonly nextBlockHash?: BlockHash;
}

/**
 * A header as `getblockheader` shows it.
 *
 * @example
 * headerToJson(genesis.header) // { hash: '000000000019d668…', version: 1, … }
 */
export function headerToJson(header: BlockHeader, place: ChainPlace = {}): JsonObject {
  const { previousBlockHash } = header;
  const isFirst = previousBlockHash.every((byte) => byte === 0);
  return {
    hash: toReversedHex(blockHash(header)),
    confirmations: place.confirmations,
    height: place.height,
    version: header.version,
    versionHex: word(header.version),
    merkleroot: toReversedHex(header.merkleRoot),
    time: header.time,
    mediantime: place.medianTime,
    nonce: header.nonce,
    bits: word(header.bits),
    difficulty: difficulty(header.bits),
    chainwork: place.chainWork?.toString(16).padStart(64, '0'),
    nTx: place.transactionCount,
    previousblockhash: isFirst ? undefined : toReversedHex(previousBlockHash),
    nextblockhash: place.nextBlockHash && toReversedHex(place.nextBlockHash),
  };
}

/** Four bytes as eight hex digits, those of a negative number in two's complement. */
function word(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
