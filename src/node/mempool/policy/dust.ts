import { compactSizeLength } from '../../../protocol/bytes/compact-size.ts';
import { isUnspendable } from '../../../protocol/consensus/coin.ts';
import { WITNESS_SCALE_FACTOR } from '../../../protocol/consensus/limits.ts';
import type { TxOut } from '../../../protocol/primitives/transaction.ts';
import { witnessProgramOf } from '../../../protocol/script/templates.ts';
import { feeAt } from './fee-rate.ts';

/** A signature and a compressed public key, with the bytes that push them. */
const TYPICAL_UNLOCKING_SIZE = 107;
/** An outpoint, the length of a script, a sequence. */
const INPUT_SIZE_WITHOUT_SCRIPT = 32 + 4 + 1 + 4;

const LEGACY_INPUT_SIZE = INPUT_SIZE_WITHOUT_SCRIPT + TYPICAL_UNLOCKING_SIZE;
const WITNESS_INPUT_SIZE =
  INPUT_SIZE_WITHOUT_SCRIPT + Math.floor(TYPICAL_UNLOCKING_SIZE / WITNESS_SCALE_FACTOR);

/**
 * The least that an output is worth making: less than that, and it costs more to make and to spend,
 * at this rate, than it holds. What cannot be spent is never dust, because nobody keeps it.
 *
 * @example
 * dustThreshold({ value: 0n, scriptPubKey: p2pkh(hash) }, 3_000n) // 546n
 * dustThreshold({ value: 0n, scriptPubKey: p2wpkh(hash) }, 3_000n) // 294n
 */
export function dustThreshold({ scriptPubKey }: TxOut, dustFeeRate: bigint): bigint {
  if (isUnspendable(scriptPubKey)) return 0n;
  const { length } = scriptPubKey;
  const outputSize = 8 + compactSizeLength(length) + length;
  const inputSize =
    witnessProgramOf(scriptPubKey) === undefined ? LEGACY_INPUT_SIZE : WITNESS_INPUT_SIZE;
  return feeAt(dustFeeRate, outputSize + inputSize);
}

/** Whether an output holds less than its {@link dustThreshold}. */
export function isDust(output: TxOut, dustFeeRate: bigint): boolean {
  return output.value < dustThreshold(output, dustFeeRate);
}
