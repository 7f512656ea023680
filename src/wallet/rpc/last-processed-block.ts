import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { JsonObject } from '../../protocol/report/json-text.ts';
import type { Wallet } from '../wallet.ts';

/** Up to which block a wallet has seen the chain; the first one, where it has met no node yet. */
export function lastBlockOf({ state }: Pick<Wallet, 'state'>): {
  readonly hash: Uint8Array;
  readonly height: number;
} {
  return state.branch.tip ?? { hash: state.format.genesis, height: 0 };
}

/**
 * The same as several answers of Core's wallet show it.
 *
 * @example
 * { …, lastprocessedblock: lastProcessedBlockToJson(wallet) }
 */
export function lastProcessedBlockToJson(wallet: Pick<Wallet, 'state'>): JsonObject {
  const { hash, height } = lastBlockOf(wallet);
  return { hash: toReversedHex(hash), height };
}
