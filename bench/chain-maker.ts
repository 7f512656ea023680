/** Makes chains for measurements: on regtest, block upon block, the same in every run. */
import { concatBytes } from '../src/protocol/bytes/concat.ts';
import { blockSubsidy } from '../src/protocol/consensus/subsidy.ts';
import {
  makeWitnessCommitment,
  WITNESS_RESERVED_VALUE,
} from '../src/protocol/consensus/witness-commitment.ts';
import { regtest } from '../src/protocol/params/regtest.ts';
import type { Block } from '../src/protocol/primitives/block.ts';
import { blockHash } from '../src/protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../src/protocol/primitives/block-header.ts';
import { type BlockHash, type Txid, ZERO_HASH } from '../src/protocol/primitives/hashes.ts';
import { merkleRoot } from '../src/protocol/primitives/merkle-tree.ts';
import { meetsTarget } from '../src/protocol/primitives/target.ts';
import {
  hasWitness,
  NULL_VOUT,
  SEQUENCE_FINAL,
  type Transaction,
  type TxOut,
} from '../src/protocol/primitives/transaction.ts';
import { txid } from '../src/protocol/primitives/transaction-id.ts';
import { pushNumber } from '../src/protocol/script/build-script.ts';
import { opcodes } from '../src/protocol/script/opcodes.ts';

/** What a coinbase pays to: whoever comes may spend it, without a signature. */
export const ANYONE: Uint8Array = Uint8Array.of(opcodes.OP_1);

const { consensus, genesis } = regtest;
const SECONDS_BETWEEN_BLOCKS = 600;

/** A chain that grows block by block. */
export class ChainMaker {
  #tip: BlockHeader = genesis.header;
  #height = 0;

  get height(): number {
    return this.#height;
  }

  /** The next block: these transactions, and a coinbase that takes the subsidy alone. */
  mine(transactions: readonly Transaction[]): Block {
    const height = this.#height + 1;
    const reward = { value: blockSubsidy(height, consensus), scriptPubKey: ANYONE };
    const plain = coinbase(height, [reward]);
    let all: readonly Transaction[] = [plain, ...transactions];
    if (transactions.some(hasWitness)) {
      const unmined = { header: this.#tip, transactions: all };
      const commitment = { value: 0n, scriptPubKey: makeWitnessCommitment(unmined) };
      all = [withReservedValue(coinbase(height, [reward, commitment])), ...transactions];
    }
    const header = mined({
      version: 0x20000000,
      previousBlockHash: blockHash(this.#tip),
      merkleRoot: merkleRoot(all.map(txid)).root,
      time: this.#tip.time + SECONDS_BETWEEN_BLOCKS,
      bits: this.#tip.bits,
      nonce: 0,
    });
    this.#tip = header;
    this.#height = height;
    return { header, transactions: all };
  }

  get tip(): BlockHash {
    return blockHash(this.#tip);
  }
}

function coinbase(height: number, outputs: readonly TxOut[]): Transaction {
  return {
    version: 2,
    inputs: [
      {
        prevout: { txid: ZERO_HASH as Txid, vout: NULL_VOUT },
        // A coinbase's script has at least two bytes.
        scriptSig: concatBytes(pushNumber(height), pushNumber(0)),
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

function mined(header: BlockHeader): BlockHeader {
  let next = header;
  while (!meetsTarget(blockHash(next), next.bits, consensus.powLimit)) {
    next = { ...next, nonce: next.nonce + 1 };
  }
  return next;
}
