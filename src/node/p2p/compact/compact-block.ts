import type { Block } from '../../../protocol/primitives/block.ts';
import { isCoinbase } from '../../../protocol/primitives/transaction.ts';
import { wtxid } from '../../../protocol/primitives/transaction-id.ts';
import type { CmpctBlockMessage } from '../../../protocol/wire/cmpct-block.ts';
import { shortId, shortIdKey } from '../../../protocol/wire/short-ids.ts';

/**
 * A block as a compact one (BIP152): the coinbase, which nobody can have, and short ids for the rest.
 *
 * @example
 * peer.send(compactBlock(block, drawU64(entropy)));
 */
export function compactBlock({ header, transactions }: Block, nonce: bigint): CmpctBlockMessage {
  const [first] = transactions;
  const prefilled = first !== undefined && isCoinbase(first) ? [{ index: 0, tx: first }] : [];
  const key = shortIdKey(header, nonce);
  const shortIds = transactions.slice(prefilled.length).map((tx) => shortId(key, wtxid(tx)));
  return { command: 'cmpctblock', header, nonce, shortIds, prefilled };
}
