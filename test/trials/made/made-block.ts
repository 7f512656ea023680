/** Blocks that build on each other, on whatever branch. */
import { concatBytes } from '../../../src/protocol/bytes/concat.ts';
import {
  makeWitnessCommitment,
  WITNESS_RESERVED_VALUE,
} from '../../../src/protocol/consensus/witness-commitment.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import { type Block, encodeBlock } from '../../../src/protocol/primitives/block.ts';
import { blockHash } from '../../../src/protocol/primitives/block-hash.ts';
import { type BlockHash, type Txid, ZERO_HASH } from '../../../src/protocol/primitives/hashes.ts';
import {
  hasWitness,
  NULL_VOUT,
  SEQUENCE_FINAL,
  type Transaction,
  type TxOut,
} from '../../../src/protocol/primitives/transaction.ts';
import { pushNumber } from '../../../src/protocol/script/build-script.ts';
import { mineBlock } from '../../fixtures/regtest-blocks.ts';

/** The end of a branch, as far as the next block wants to know it. */
export interface BranchEnd {
  readonly hash: BlockHash;
  readonly height: number;
  readonly time: number;
}

export interface MadeBlock extends BranchEnd {
  readonly block: Block;
  readonly raw: Uint8Array;
}

export interface NextBlock {
  readonly transactions: readonly Transaction[];
  readonly reward: readonly TxOut[];
  /** Makes two coinbases of the same height different. */
  readonly salt?: number;
}

const SECONDS_BETWEEN_BLOCKS = 600;

/** The commitment is made of transactions alone. */
const ANY_HEADER = regtest.genesis.header;

export function placed(block: Block, height: number): MadeBlock {
  // What is encoded may be a part of a larger array, which must not be kept.
  const raw = new Uint8Array(encodeBlock(block));
  return { block, raw, hash: blockHash(block), height, time: block.header.time };
}

/** A block on top of another one. It commits to its witnesses if it has any. */
export function blockOn(end: BranchEnd, { transactions, reward, salt = 0 }: NextBlock): MadeBlock {
  const height = end.height + 1;
  const plain = coinbase(height, salt, reward);
  const time = end.time + SECONDS_BETWEEN_BLOCKS;
  let all: readonly Transaction[] = [plain, ...transactions];
  if (transactions.some(hasWitness)) {
    const commitment = makeWitnessCommitment({ header: ANY_HEADER, transactions: all });
    const outputs = [...reward, { value: 0n, scriptPubKey: commitment }];
    all = [withReservedValue(coinbase(height, salt, outputs)), ...transactions];
  }
  return placed(mineBlock(all, { previousBlockHash: end.hash, time }), height);
}

function coinbase(height: number, salt: number, outputs: readonly TxOut[]): Transaction {
  return {
    version: 2,
    inputs: [
      {
        prevout: { txid: ZERO_HASH as Txid, vout: NULL_VOUT },
        scriptSig: concatBytes(pushNumber(height), pushNumber(1000 + salt)),
        sequence: SEQUENCE_FINAL,
        witness: [],
      },
    ],
    outputs,
    lockTime: 0,
  };
}

function withReservedValue(tx: Transaction): Transaction {
  const inputs = tx.inputs.map((input) => ({ ...input, witness: [WITNESS_RESERVED_VALUE] }));
  return { ...tx, inputs };
}
