/**
 * The first block of a chain, which nobody mined upon anything: it is built from the few facts that
 * make it different from others, and its hash is the name of the chain.
 */
import { concatBytes } from '../bytes/concat.ts';
import { fromHex } from '../bytes/hex.ts';
import { COIN } from '../primitives/amount.ts';
import type { Block } from '../primitives/block.ts';
import { type BlockHash, type Txid, ZERO_HASH } from '../primitives/hashes.ts';
import { merkleRoot } from '../primitives/merkle-tree.ts';
import {
  NULL_VOUT,
  SEQUENCE_FINAL,
  type Transaction,
  type TxOut,
} from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { buildScript, pushBytes, pushNumber } from '../script/build-script.ts';
import { opcodes } from '../script/opcodes.ts';

export interface GenesisFacts {
  /** What the coinbase says: a headline shows that nobody began to mine in secret before that day. */
  readonly message: string;
  readonly outputs: readonly TxOut[];
  readonly time: number;
  readonly bits: number;
  readonly nonce: number;
}

/**
 * A first block.
 *
 * @example
 * genesisBlock({ message, outputs: [satoshiOutput], time: 1231006505, bits: 0x1d00ffff, nonce: 2083236893 })
 */
export function genesisBlock({ message, outputs, time, bits, nonce }: GenesisFacts): Block {
  const coinbase: Transaction = {
    version: 1,
    inputs: [
      {
        prevout: { txid: ZERO_HASH as Txid, vout: NULL_VOUT },
        scriptSig: coinbaseScript(message),
        sequence: SEQUENCE_FINAL,
        witness: [],
      },
    ],
    outputs,
    lockTime: 0,
  };
  return {
    header: {
      version: 1,
      previousBlockHash: ZERO_HASH as BlockHash,
      merkleRoot: merkleRoot([txid(coinbase)]).root,
      time,
      bits,
      nonce,
    },
    transactions: [coinbase],
  };
}

/**
 * The first miner wrote the target of its blocks into each coinbase, then a counter for when the
 * nonces run out, which stood at 4. Every chain's first block has repeated both ever since, whatever
 * its own target.
 */
function coinbaseScript(message: string): Uint8Array {
  return concatBytes(
    pushNumber(0x1d00ffff),
    pushBytes(Uint8Array.of(4)),
    pushBytes(new TextEncoder().encode(message)),
  );
}

/** The output of the first block of most chains: 50 coins that are nobody's, as they never became a coin. */
export const satoshiOutput: TxOut = {
  value: 50n * COIN,
  scriptPubKey: buildScript(
    fromHex(
      '04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6' +
        '49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f',
    ),
    opcodes.OP_CHECKSIG,
  ),
};

/** The headline of that day, which most chains repeat. */
export const TIMES_HEADLINE =
  'The Times 03/Jan/2009 Chancellor on brink of second bailout for banks';

/**
 * The magic bytes of a chain of our own: the first four of its first block's hash, as they are on the
 * wire. Whoever has another first block is then refused at the first message.
 */
export function magicFromGenesis(hash: BlockHash): Uint8Array {
  return hash.slice(0, 4);
}
