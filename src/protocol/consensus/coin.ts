/** Coins: the outputs that exist and have not been spent, which is all the money there is. */
import type { ConsensusParams } from '../params/chain-params.ts';
import type { OutPoint, Transaction, TxOut } from '../primitives/transaction.ts';
import { MAX_SCRIPT_SIZE } from '../script/limits.ts';
import { opcodes } from '../script/opcodes.ts';

export interface Coin {
  readonly output: TxOut;
  /** The height of the block that created it. */
  readonly height: number;
  /** Whether a coinbase created it: such coins have to mature. */
  readonly isCoinbase: boolean;
}

/** Bytes that name a coin in maps and stores: its outpoint as on the wire. */
export type CoinKey = Uint8Array;

/** Coins by key. A `ByteMap<Coin>` is one. */
export interface CoinLookup {
  get(key: CoinKey): Coin | undefined;
}

const TXID_SIZE = 32;

/**
 * The key of the coin at an outpoint.
 *
 * @example
 * coins.get(coinKey(input.prevout))
 */
export function coinKey({ txid, vout }: OutPoint): CoinKey {
  const key = new Uint8Array(TXID_SIZE + 4);
  key.set(txid);
  key[TXID_SIZE] = vout;
  key[TXID_SIZE + 1] = vout >>> 8;
  key[TXID_SIZE + 2] = vout >>> 16;
  key[TXID_SIZE + 3] = vout >>> 24;
  return key;
}

/** Whether no input can ever satisfy a script, so that its output need not be remembered. */
export function isUnspendable(scriptPubKey: Uint8Array): boolean {
  return scriptPubKey[0] === opcodes.OP_RETURN || scriptPubKey.length > MAX_SCRIPT_SIZE;
}

/**
 * Whether a coin is old enough to be spent in a block of this height. A reorganisation can undo a
 * block, and with its coinbase all that was paid out of it; hence the wait. The first block cannot
 * be undone, so a chain whose first block creates coins can spend them at once.
 */
export function isMature(
  coin: Pick<Coin, 'height' | 'isCoinbase'>,
  spendHeight: number,
  params: Pick<ConsensusParams, 'coinbaseMaturity'>,
): boolean {
  if (!coin.isCoinbase || coin.height === 0) return true;
  return spendHeight - coin.height >= params.coinbaseMaturity;
}

/** What a transaction's outputs add up to. */
export function valueOut(tx: Transaction): bigint {
  let sum = 0n;
  for (const { value } of tx.outputs) sum += value;
  return sum;
}
