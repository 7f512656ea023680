/** From a template to blocks: each with another coinbase or another time, until one is good enough. */
import { concatBytes } from '../protocol/bytes/concat.ts';
import {
  makeWitnessCommitment,
  WITNESS_RESERVED_VALUE,
} from '../protocol/consensus/witness-commitment.ts';
import { sha256d } from '../protocol/crypto/hash.ts';
import type { Block } from '../protocol/primitives/block.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import { ZERO_HASH } from '../protocol/primitives/hashes.ts';
import { NULL_VOUT, SEQUENCE_FINAL, type Transaction } from '../protocol/primitives/transaction.ts';
import { txid } from '../protocol/primitives/transaction-id.ts';
import { pushBytes, pushNumber } from '../protocol/script/build-script.ts';
import { MinerError } from './miner-error.ts';
import type { WorkTemplate } from './read-template.ts';

/** What a coinbase's script may hold, in bytes. */
const MAX_COINBASE_SCRIPT = 100;
/** The height takes 5 bytes at most, the extra nonce 9, a length 2, and the node wants a few perhaps. */
export const MAX_TAG = 80;

export interface CoinbaseWishes {
  /** Where the reward goes. */
  readonly scriptPubKey: Uint8Array;
  /** What the coinbase says of who made it. */
  readonly tag: Uint8Array;
}

/** Makes the blocks of one template. */
export class BlockMaker {
  readonly template: WorkTemplate;
  readonly #wishes: CoinbaseWishes;
  /** What the coinbase is hashed with, from its neighbour up to below the root. */
  readonly #branch: readonly Uint8Array[];
  readonly #commitment: Uint8Array | undefined;

  constructor(template: WorkTemplate, wishes: CoinbaseWishes) {
    this.template = template;
    this.#wishes = wishes;
    this.#branch = merkleBranch(template.transactions.map(txid));
    this.#commitment =
      template.commitment ?? (template.hasSegwit ? this.#ownCommitment() : undefined);
  }

  /**
   * The block with this extra nonce and time, and the first nonce that is allowed.
   *
   * @throws MinerError if the coinbase's script is too long
   */
  block(extraNonce: Uint8Array, time: number): Block {
    const { template } = this;
    const { previousBlockHash, version, bits, minTime, maxTime, nonces } = template;
    const coinbase = this.#coinbase(extraNonce, this.#commitment);
    const header = {
      version,
      previousBlockHash,
      merkleRoot: rootOf(txid(coinbase), this.#branch),
      time: Math.min(maxTime, Math.max(minTime, time)),
      bits,
      nonce: nonces.first,
    };
    return { header, transactions: [coinbase, ...template.transactions] };
  }

  #coinbase(extraNonce: Uint8Array, commitment: Uint8Array | undefined): Transaction {
    const { height, coinbaseExtra, reward, hasSegwit } = this.template;
    const { scriptPubKey, tag } = this.#wishes;
    const scriptSig = concatBytes(
      // BIP34.
      pushNumber(height),
      pushBytes(extraNonce),
      coinbaseExtra,
      tag.length > 0 ? pushBytes(tag) : new Uint8Array(),
    );
    if (scriptSig.length > MAX_COINBASE_SCRIPT) {
      throw new MinerError(
        'coinbase-too-long',
        `a coinbase script of ${scriptSig.length} bytes: allowed are ${MAX_COINBASE_SCRIPT}; a shorter tag would do`,
      );
    }
    return {
      version: 2,
      inputs: [
        {
          prevout: { txid: ZERO_HASH as Txid, vout: NULL_VOUT },
          scriptSig,
          sequence: SEQUENCE_FINAL,
          witness: hasSegwit ? [WITNESS_RESERVED_VALUE] : [],
        },
      ],
      outputs: [
        { value: reward, scriptPubKey },
        ...(commitment === undefined ? [] : [{ value: 0n, scriptPubKey: commitment }]),
      ],
      lockTime: 0,
    };
  }

  /** The coinbase counts as zeros in it, so that any will do. */
  #ownCommitment(): Uint8Array {
    const { version, previousBlockHash, bits, time } = this.template;
    const header = { version, previousBlockHash, merkleRoot: ZERO_HASH, time, bits, nonce: 0 };
    const coinbase = this.#coinbase(new Uint8Array(), undefined);
    return makeWitnessCommitment({
      header,
      transactions: [coinbase, ...this.template.transactions],
    });
  }
}

/**
 * What the first leaf of a Merkle tree is hashed with on the way to the root, from its neighbour on.
 *
 * @param others the other leaves, from the second one on
 */
function merkleBranch(others: readonly Uint8Array[]): readonly Uint8Array[] {
  const branch: Uint8Array[] = [];
  let row = others;
  while (row.length > 0) {
    const [neighbour, ...rest] = row as readonly [Uint8Array, ...Uint8Array[]];
    branch.push(neighbour);
    row = parentsOf(rest);
  }
  return branch;
}

/** A row of odd length repeats its last entry. */
function parentsOf(row: readonly Uint8Array[]): readonly Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let i = 0; i < row.length; i += 2) {
    const left = row[i] as Uint8Array;
    parents.push(sha256d(concatBytes(left, row[i + 1] ?? left)));
  }
  return parents;
}

function rootOf(leaf: Uint8Array, branch: readonly Uint8Array[]): Uint8Array {
  return branch.reduce((hash, neighbour) => sha256d(concatBytes(hash, neighbour)), leaf);
}
