/** What the chain says, in Core's words, of what it refuses. */
import type { CodedError } from '../../protocol/bytes/coded-error.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../protocol/primitives/block-header.ts';
import type { Log } from '../log/log.ts';
import type { AcceptedBlock } from './accept-block.ts';
import type { BlockNode } from './block-node.ts';

/** A header can be had for nothing, so that it is heard of only by those who ask for it. */
export function tellRefusedHeader(log: Log, header: BlockHeader, error: CodedError): void {
  const hash = toReversedHex(blockHash(header));
  log('debug', 'validation', `AcceptBlockHeader: ${hash}, ${error.message}`);
}

export function tellRefusedBlock(log: Log, accepted: AcceptedBlock): void {
  if (accepted.kind !== 'rejected' && accepted.kind !== 'orphan') return;
  if (accepted.kind === 'rejected' && accepted.badHeader !== undefined) {
    tellRefusedHeader(log, accepted.badHeader, accepted.error);
  }
  const { message } = accepted.error;
  log('note', 'validation', `ProcessNewBlock: AcceptBlock FAILED (${message})`);
}

/** A block is invalid: how far it would have led, and where the chain is instead. */
export function tellInvalidChain(log: Log, node: BlockNode, tip: BlockNode): void {
  log('note', 'chain', `InvalidChainFound: invalid block=${whereabouts(node)}`);
  log('note', 'chain', `InvalidChainFound:  current best=${whereabouts(tip)}`);
}

function whereabouts(node: BlockNode): string {
  const place = `${toReversedHex(node.hash)}  height=${node.height}`;
  return `${place}  log2_work=${log2Work(node)}  date=${blockTimeText(node)}`;
}

export function log2Work({ chainWork }: BlockNode): string {
  return Math.log2(Number(chainWork)).toFixed(6);
}

export function blockTimeText({ time }: BlockNode): string {
  return `${new Date(time * 1000).toISOString().slice(0, -5)}Z`;
}
