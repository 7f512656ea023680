/**
 * BIP141: the coinbase commits to the witnesses of its block. An output of it holds the hash of
 * the witness Merkle root and of a reserved value, which is the coinbase's own witness and leaves
 * room for commitments to come.
 */
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex } from '../bytes/hex.ts';
import { sha256d } from '../crypto/hash.ts';
import type { Block } from '../primitives/block.ts';
import { witnessMerkleRoot } from '../primitives/merkle-tree.ts';
import { hasWitness, type Transaction, type TxIn, type TxOut } from '../primitives/transaction.ts';
import { RuleError } from './rule-error.ts';

/** OP_RETURN, a push of 36 bytes, and four bytes that say what the other 32 are. */
const COMMITMENT_PREFIX = fromHex('6a24aa21a9ed');
const HASH_SIZE = 32;

/** The reserved value that miners use while it means nothing. */
export const WITNESS_RESERVED_VALUE: Uint8Array = new Uint8Array(HASH_SIZE);

/**
 * The number of the coinbase output that holds the commitment, or -1. The last one counts, so that
 * a miner who adds one need not know of any before; bytes behind the hash have no meaning.
 */
export function findWitnessCommitment(coinbase: Transaction): number {
  return coinbase.outputs.findLastIndex(
    ({ scriptPubKey }) =>
      scriptPubKey.length >= COMMITMENT_PREFIX.length + HASH_SIZE &&
      equalBytes(scriptPubKey.subarray(0, COMMITMENT_PREFIX.length), COMMITMENT_PREFIX),
  );
}

/** The hash that a block's coinbase has to hold. The coinbase itself does not change it. */
export function witnessCommitmentHash(block: Block, reservedValue: Uint8Array): Uint8Array {
  return sha256d(concatBytes(witnessMerkleRoot(block), reservedValue));
}

/**
 * The script of the output that commits to a block's witnesses.
 *
 * @example
 * const output = { value: 0n, scriptPubKey: makeWitnessCommitment(block) };
 */
export function makeWitnessCommitment(
  block: Block,
  reservedValue: Uint8Array = WITNESS_RESERVED_VALUE,
): Uint8Array {
  return concatBytes(COMMITMENT_PREFIX, witnessCommitmentHash(block, reservedValue));
}

/**
 * Checks that the witnesses of a block are those it was mined with. The block hash does not cover
 * them but through the commitment, so that a wrong one only ever makes these bytes wrong
 * (`mutated`), not the block. Expects a coinbase.
 */
export function checkWitnessCommitment(block: Block, segwitActive: boolean): void {
  const coinbase = block.transactions[0];
  if (segwitActive && coinbase !== undefined) {
    const position = findWitnessCommitment(coinbase);
    if (position >= 0) {
      checkCommitment(block, coinbase, position);
      return;
    }
  }
  // Witnesses that nothing commits to could be filled with anything by whoever passes a block on.
  if (block.transactions.some(hasWitness)) {
    throw mutated('unexpected-witness', 'unexpected witness data found');
  }
}

function checkCommitment(block: Block, coinbase: Transaction, position: number): void {
  const { witness } = coinbase.inputs[0] as TxIn;
  const [reservedValue] = witness;
  if (witness.length !== 1 || reservedValue?.length !== HASH_SIZE) {
    throw mutated('bad-witness-nonce-size', 'invalid witness reserved value size');
  }
  const { scriptPubKey } = coinbase.outputs[position] as TxOut;
  const committed = scriptPubKey.subarray(COMMITMENT_PREFIX.length).subarray(0, HASH_SIZE);
  if (!equalBytes(witnessCommitmentHash(block, reservedValue), committed)) {
    throw mutated('bad-witness-merkle-match', 'witness merkle commitment mismatch');
  }
}

function mutated(code: string, what: string): RuleError {
  return new RuleError(code, 'mutated', `CheckWitnessMalleation : ${what}`);
}
