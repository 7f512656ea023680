import { feeAt } from '../node/mempool/policy/fee-rate.ts';
import type { TxOut } from '../protocol/primitives/transaction.ts';
import type { FaucetCoin } from './faucet-coins.ts';

/** What pays for an output. */
export interface SpendPlan {
  readonly coins: readonly FaucetCoin[];
  /** Satoshis, as all of these. */
  readonly fee: bigint;
  /** What comes back; nothing if that would not be worth an output. */
  readonly change: bigint;
}

/** Virtual bytes of a transaction without inputs and outputs, of an input by a key, of an output. */
const BASE_VSIZE = 11;
const INPUT_VSIZE = 68;
const OUTPUT_VSIZE = 9;
/** The script of our own outputs: pays to the hash of a key, by a witness. */
const CHANGE_SCRIPT = new Uint8Array(22);
/** Less than this is left to the miner. */
const LEAST_CHANGE = 1000n;

/**
 * A coin that is enough alone, or as few as possible; undefined if all of them are not enough. Rewards
 * come before change, and old coins before new ones: payments then have nothing to do with each other,
 * so that one can be undone by itself.
 */
export function spendPlan(
  coins: readonly FaucetCoin[],
  to: TxOut,
  feeRate: bigint,
): SpendPlan | undefined {
  const inOrder = [...coins].sort(
    (a, b) => Number(b.isCoinbase) - Number(a.isCoinbase) || a.height - b.height,
  );
  for (const coin of inOrder) {
    const plan = planOf([coin], to, feeRate);
    if (plan !== undefined) return plan;
  }
  const chosen: FaucetCoin[] = [];
  for (const coin of inOrder.sort((a, b) => Number(b.output.value - a.output.value))) {
    chosen.push(coin);
    const plan = planOf(chosen, to, feeRate);
    if (plan !== undefined) return plan;
  }
  return undefined;
}

/** What so many inputs and these outputs cost. */
export function spendingFee(
  inputs: number,
  scripts: readonly Uint8Array[],
  feeRate: bigint,
): bigint {
  const outputs = scripts.reduce((sum, { length }) => sum + OUTPUT_VSIZE + length, 0);
  return feeAt(feeRate, BASE_VSIZE + inputs * INPUT_VSIZE + outputs);
}

export function totalOf(coins: readonly FaucetCoin[]): bigint {
  return coins.reduce((sum, { output }) => sum + output.value, 0n);
}

function planOf(
  coins: readonly FaucetCoin[],
  { value, scriptPubKey }: TxOut,
  feeRate: bigint,
): SpendPlan | undefined {
  const fee = spendingFee(coins.length, [scriptPubKey, CHANGE_SCRIPT], feeRate);
  const rest = totalOf(coins) - value - fee;
  if (rest < 0n) return undefined;
  return rest < LEAST_CHANGE
    ? { coins, fee: fee + rest, change: 0n }
    : { coins, fee, change: rest };
}
