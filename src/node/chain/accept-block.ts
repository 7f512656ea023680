import type { CodedError } from '../../protocol/bytes/coded-error.ts';
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { checkBlockContext } from '../../protocol/consensus/block-context.ts';
import { checkBlockSanity } from '../../protocol/consensus/check-block.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { ConsensusParams } from '../../protocol/params/chain-params.ts';
import { type Block, decodeBlock, encodeBlock } from '../../protocol/primitives/block.ts';
import { rememberBlockHash } from '../../protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { BlockNode } from './block-node.ts';
import type { BlockTree } from './block-tree.ts';
import { nameTransactions } from './name-transactions.ts';
import type { WorkSlices } from './work-slices.ts';

/** A block that nobody asked for is not taken if it is so much further than the tip. */
const MOST_AHEAD = 288;

/** A block, and the bytes that it was read from. */
export interface LoadedBlock {
  readonly block: Block;
  readonly raw: Uint8Array;
}

/** What became of a block before anybody tried to connect it. */
export type AcceptedBlock =
  /** It is stored now. */
  | ({ readonly kind: 'stored'; readonly node: BlockNode } & LoadedBlock)
  /** It was stored before. */
  | { readonly kind: 'duplicate'; readonly node: BlockNode }
  /** Nobody asked for it, and it leads to nothing better. */
  | { readonly kind: 'unwanted'; readonly node: BlockNode }
  | RefusedBlock;

export type RefusedBlock =
  /** Its parent's header is not known: to be offered again after that one. */
  | { readonly kind: 'orphan'; readonly missing: BlockHash; readonly error: RuleError }
  /** Whose fault that is, `error.verdict` says. Bytes that are no block are a `DecodeError`. */
  | { readonly kind: 'rejected'; readonly error: CodedError; readonly badHeader?: BlockHeader };

export interface AcceptFacts {
  readonly tree: BlockTree;
  readonly params: ConsensusParams;
  /** The present, in seconds. */
  readonly now: number;
  /** Whether somebody asked for the block. One that comes by itself has to be worth keeping. */
  readonly requested: boolean;
  /** Its hash, if whoever gives it has computed that. */
  readonly hash: BlockHash | undefined;
  /** Chains with less work are not followed. */
  readonly minimumChainWork: bigint;
  /** A large block takes several slices of time. */
  readonly slices: WorkSlices;
  /** Puts the block where the node says from then on, and is then waited for. */
  readonly store: (node: BlockNode, raw: Uint8Array) => Promise<void>;
}

/** Checks a block as far as that goes without coins, and stores it. */
export async function acceptBlock(
  offered: Uint8Array | Block,
  facts: AcceptFacts,
): Promise<AcceptedBlock> {
  const { tree, slices } = facts;
  await slices.next();
  const loaded = load(offered, facts.hash);
  if (loaded instanceof DecodeError) return { kind: 'rejected', error: loaded };
  await nameTransactions(loaded, slices);
  const node = checkWithHeader(loaded.block, facts);
  if ('kind' in node) return node;
  await slices.next();
  if (node.isStored) return { kind: 'duplicate', node };
  if (!facts.requested && !isWorthKeeping(node, facts)) return { kind: 'unwanted', node };
  try {
    checkInPlace(loaded.block, node, facts.params);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    // Of a block whose bytes alone are wrong, somebody else may have the right ones.
    if (error.verdict === 'invalid') tree.fail(node, error);
    return { kind: 'rejected', error };
  }
  await facts.store(node, loaded.raw);
  tree.bodyArrived(node, loaded.block.transactions.length);
  return { kind: 'stored', node, ...loaded };
}

function load(offered: Uint8Array | Block, hash: BlockHash | undefined): LoadedBlock | DecodeError {
  if (!(offered instanceof Uint8Array)) return { block: offered, raw: encodeBlock(offered) };
  try {
    const block = decodeBlock(offered);
    if (hash !== undefined) rememberBlockHash(block.header, hash);
    return { block, raw: offered };
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}

function checkWithHeader(
  block: Block,
  { tree, params, now }: AcceptFacts,
): BlockNode | RefusedBlock {
  try {
    // What fails here does not count against the hash: it may be the bytes alone.
    checkBlockSanity(block, params);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { kind: 'rejected', error };
  }
  const { header } = block;
  try {
    return tree.acceptHeader(header, now).node;
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return error.verdict === 'missing-parent'
      ? { kind: 'orphan', missing: header.previousBlockHash, error }
      : { kind: 'rejected', error, badHeader: header };
  }
}

function checkInPlace(block: Block, node: BlockNode, params: ConsensusParams): void {
  const { parent, height } = node;
  if (parent === undefined) return;
  checkBlockContext(block, { height, previousMedianTimePast: parent.medianTimePast }, params);
}

function isWorthKeeping(node: BlockNode, { tree, minimumChainWork }: AcceptFacts): boolean {
  return (
    node.transactionCount === 0 &&
    node.chainWork >= tree.tip.chainWork &&
    node.height <= tree.tip.height + MOST_AHEAD &&
    node.chainWork >= minimumChainWork
  );
}
