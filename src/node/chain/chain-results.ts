import type { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { StoreSnapshot } from '../storage/key-value-store.ts';
import type { RefusedBlock } from './accept-block.ts';
import type { BlockNode } from './block-node.ts';

/** What became of a block. */
export type ProcessBlockResult =
  /** It is on the branch that is followed: the tip, or below it. */
  | { readonly kind: 'connected'; readonly node: BlockNode }
  /** It is stored, on another branch, or behind a block whose body has not come. */
  | { readonly kind: 'sidechain'; readonly node: BlockNode }
  /** It was here before, on whatever branch. */
  | { readonly kind: 'duplicate'; readonly node: BlockNode }
  /** Nobody asked for it, and it leads to nothing better. */
  | { readonly kind: 'unwanted'; readonly node: BlockNode }
  | RefusedBlock;

/** What became of a row of headers. */
export interface HeadersResult {
  /** The node of the last one that was accepted; undefined if none was. */
  readonly last: BlockNode | undefined;
  /** How many were new. */
  readonly added: number;
  /** Why the one after it was refused; the rest was not looked at. */
  readonly error?: RuleError;
}

/** All coins as they are after a block. */
export interface CoinSnapshot {
  readonly snapshot: StoreSnapshot;
  readonly tip: BlockNode;
}
