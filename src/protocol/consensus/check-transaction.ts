import { equalBytes } from '../bytes/compare.ts';
import { isMoney, MAX_MONEY } from '../primitives/amount.ts';
import {
  isCoinbase,
  isNullOutPoint,
  strippedTxSize,
  type Transaction,
  type TxIn,
  type TxOut,
} from '../primitives/transaction.ts';
import {
  MAX_BLOCK_WEIGHT,
  MAX_COINBASE_SCRIPT_SIZE,
  MIN_COINBASE_SCRIPT_SIZE,
  WITNESS_SCALE_FACTOR,
} from './limits.ts';
import { RuleError } from './rule-error.ts';

/** Measured: up to here comparing all pairs is at least ten times faster than a set of strings. */
const FEW_INPUTS = 64;

/**
 * Checks what can be said of a transaction by itself: without coins, ancestors or a clock.
 *
 * @example
 * checkTransactionSanity(decodeTx(bytes)) // nothing, or throws a RuleError
 *
 * @throws {@link RuleError} with Bitcoin Core's reason, such as `bad-txns-vin-empty`.
 */
export function checkTransactionSanity(tx: Transaction): void {
  if (tx.inputs.length === 0) throw new RuleError('bad-txns-vin-empty', 'invalid');
  if (tx.outputs.length === 0) throw new RuleError('bad-txns-vout-empty', 'invalid');
  // Witnesses are left out: they are a matter of the block that they are in, which may lack them.
  if (strippedTxSize(tx) * WITNESS_SCALE_FACTOR > MAX_BLOCK_WEIGHT) {
    throw new RuleError('bad-txns-oversize', 'invalid');
  }
  checkOutputValues(tx.outputs);
  // Leaving this out for speed let a miner double its coins by spending one twice (CVE-2018-17144).
  if (hasRepeatedPrevout(tx.inputs)) throw new RuleError('bad-txns-inputs-duplicate', 'invalid');
  if (isCoinbase(tx)) {
    const { length } = (tx.inputs[0] as TxIn).scriptSig;
    if (length < MIN_COINBASE_SCRIPT_SIZE || length > MAX_COINBASE_SCRIPT_SIZE) {
      throw new RuleError('bad-cb-length', 'invalid');
    }
  } else {
    for (const { prevout } of tx.inputs) {
      if (isNullOutPoint(prevout)) throw new RuleError('bad-txns-prevout-null', 'invalid');
    }
  }
}

/** The sum is held to the limit too: in 2010 one that overflowed made 184 billion bitcoins. */
function checkOutputValues(outputs: readonly TxOut[]): void {
  let sum = 0n;
  for (const { value } of outputs) {
    if (value < 0n) throw new RuleError('bad-txns-vout-negative', 'invalid');
    if (value > MAX_MONEY) throw new RuleError('bad-txns-vout-toolarge', 'invalid');
    sum += value;
    if (!isMoney(sum)) throw new RuleError('bad-txns-txouttotal-toolarge', 'invalid');
  }
}

function hasRepeatedPrevout(inputs: readonly TxIn[]): boolean {
  return inputs.length <= FEW_INPUTS ? hasEqualPair(inputs) : hasRepeatedKey(inputs);
}

function hasEqualPair(inputs: readonly TxIn[]): boolean {
  for (let i = 1; i < inputs.length; i++) {
    const { txid, vout } = (inputs[i] as TxIn).prevout;
    for (let j = 0; j < i; j++) {
      const other = (inputs[j] as TxIn).prevout;
      if (other.vout === vout && equalBytes(other.txid, txid)) return true;
    }
  }
  return false;
}

/**
 * Whoever writes a transaction chooses its outpoints, and could choose them so that they fall into
 * one bucket of a hash table. The engine's hash of a string is keyed at random when it starts.
 */
function hasRepeatedKey(inputs: readonly TxIn[]): boolean {
  const seen = new Set<string>();
  for (const { prevout } of inputs) {
    seen.add(`${String.fromCharCode(...prevout.txid)}${prevout.vout}`);
  }
  return seen.size < inputs.length;
}
