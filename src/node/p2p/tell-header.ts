import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { Log } from '../log/log.ts';
import type { Peer } from './peer/peer.ts';

/** While a node catches up: how far its headers are, and about which part of all that is. */
export function tellHeaderProgress(log: Log, last: BlockNode, now: number, spacing: number): void {
  const missing = Math.max(0, now - last.time) / spacing;
  const part = (100 * last.height) / (last.height + missing);
  const words = `Synchronizing blockheaders, height: ${last.height} (~${part.toFixed(2)}%)`;
  log('note', 'net', words);
}

/**
 * Notes who was first to tell of a block, in Core's words: that several appear at once in many places
 * may mean that somebody holds blocks back. While there is much to catch up with it means nothing.
 *
 * @param way `cmpctblock ` if it came with a compact block
 */
export function tellNewHeader(
  log: Log,
  { hash, height }: BlockNode,
  { id }: Peer,
  { isCatchingUp, way = '' }: { readonly isCatchingUp: boolean; readonly way?: string },
): void {
  const words = `Saw new ${way}header hash=${toReversedHex(hash)} height=${height} peer=${id}`;
  if (isCatchingUp) log('debug', 'validation', words);
  else log('note', 'validation', words);
}
