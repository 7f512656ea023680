/** Holds what is on the disk against the rules once more: the command `verifychain`. */

import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import { checkBlockSanity } from '../../protocol/consensus/check-block.ts';
import { type Coin, coinKey, isUnspendable } from '../../protocol/consensus/coin.ts';
import {
  type BlockUndo,
  coinsToLoad,
  connectBlock,
} from '../../protocol/consensus/connect-block.ts';
import { disconnectBlock } from '../../protocol/consensus/disconnect-block.ts';
import type { ConsensusParams } from '../../protocol/params/chain-params.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import { isCoinbase } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import type { CoinCache } from '../coins/coin-cache.ts';
import { encodeCoin } from '../coins/coin-codec.ts';
import { REINDEX, StorageError } from '../storage/storage-error.ts';
import type { ScriptVerifier } from '../verify/script-verifier.ts';
import type { LoadedBlock } from './accept-block.ts';
import type { BlockArchive } from './block-archive.ts';
import type { BlockNode } from './block-node.ts';
import { positionOf } from './coin-ledger.ts';
import { CoinOverlay } from './coin-overlay.ts';
import type { WorkSlices } from './work-slices.ts';

/**
 * How thoroughly blocks are looked at; each level does what those before it do.
 *
 * - 0: their bytes can be read
 * - 1: they keep the rules that need no coins
 * - 2: their undo data can be read
 * - 3: disconnecting them leads from the coins of the tip to coins that fit
 * - 4: connecting them again is allowed, scripts and all
 */
export type CheckLevel = 0 | 1 | 2 | 3 | 4;

export interface VerifyChainParts {
  readonly params: ConsensusParams;
  readonly archive: BlockArchive;
  readonly coins: CoinCache;
  readonly verifier: ScriptVerifier;
  readonly slices: WorkSlices;
  /** Makes room for coins where there is need. */
  readonly makeRoom: () => Promise<void>;
}

export interface VerifyChainRequest {
  readonly tip: BlockNode;
  readonly level: CheckLevel;
  /** How many blocks, from the tip down; 0 for all. */
  readonly blocks: number;
  /** Hears how many of how many steps are done. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface VerifyChainResult {
  /** How many blocks were checked: those that were pruned are not. */
  readonly checked: number;
  /** The first that is wrong, and why. */
  readonly failure?: { readonly node: BlockNode; readonly error: CodedError };
}

/** Turns a failure into the error that the node stops with. */
export function requireSound({ failure }: VerifyChainResult): void {
  if (failure === undefined) return;
  const { node, error } = failure;
  // It says by itself which file it is about.
  if (error instanceof StorageError) throw error;
  const block = `block ${toReversedHex(node.hash)} at height ${node.height}`;
  const message = `${block} does not fit the coins that are stored: ${error.message}; ${REINDEX}`;
  throw new StorageError('corrupt', 'chainstate', message, { cause: error });
}

/** The block that is checked does not fit the coins. */
export class InconsistencyError extends CodedError {
  override readonly name = 'InconsistencyError';
  readonly code = 'inconsistent';
}

/** Undone blocks are kept in mind, coin by coin; beyond so many coins, level 2 has to do. */
const MOST_OVERLAY_COINS = 500_000;

/** Checks blocks from the tip down. Nothing must change meanwhile. */
export async function verifyChain(
  parts: VerifyChainParts,
  request: VerifyChainRequest,
): Promise<VerifyChainResult> {
  const { tip, level } = request;
  const depth = request.blocks === 0 ? tip.height : Math.min(request.blocks, tip.height);
  const total = level >= 4 ? 2 * depth : depth;
  const overlay = new CoinOverlay(parts.coins);
  const undone: BlockNode[] = [];
  let checked = 0;
  const fail = (node: BlockNode, error: unknown): VerifyChainResult => {
    if (!(error instanceof CodedError)) throw error;
    return { checked, failure: { node, error } };
  };
  for (let node = tip; checked < depth && node.isStored; node = node.parent as BlockNode) {
    try {
      const undoes = level >= 3 && overlay.size < MOST_OVERLAY_COINS && checked === undone.length;
      await checkBlock(parts, node, level, undoes ? overlay : undefined);
      if (undoes) undone.push(node);
    } catch (error) {
      return fail(node, error);
    }
    checked++;
    request.onProgress?.(checked, total);
  }
  for (const [i, node] of level >= 4 ? undone.reverse().entries() : []) {
    try {
      await reconnect(parts, node, overlay);
    } catch (error) {
      return fail(node, error);
    }
    request.onProgress?.(checked + i + 1, total);
  }
  return { checked };
}

async function checkBlock(
  parts: VerifyChainParts,
  node: BlockNode,
  level: CheckLevel,
  overlay: CoinOverlay | undefined,
): Promise<void> {
  const { archive, params, slices, makeRoom } = parts;
  await slices.next();
  await makeRoom();
  const { block } = await archive.readBlock(node);
  // What hangs on the height is not asked again: with -testactivationheight a rule may begin later now
  // than when the block was made, and the block is none the worse for it.
  if (level >= 1) checkBlockSanity(block, params);
  if (level < 2) return;
  const undo = await archive.readUndo(node);
  if (overlay !== undefined) await undoIn(overlay, node, block, undo, params);
}

/** Takes a block back in the overlay, if everything that it made is there and nothing that it spent. */
async function undoIn(
  overlay: CoinOverlay,
  node: BlockNode,
  block: Block,
  undo: BlockUndo,
  params: ConsensusParams,
): Promise<void> {
  const { removed, restored } = disconnectBlock(block, undo);
  const made = coinsMade(block, node.height);
  const coins = await overlay.load([...removed, ...restored.map(({ key }) => key)]);
  const overwritten = params.bip30Overwritten.some(
    ({ height, blockHash }) => height === node.height && blockHash === toReversedHex(node.hash),
  );
  for (const key of removed) {
    const coin = coins.get(key);
    const expected = made.get(key);
    const fits = coin && expected && equalBytes(encodeCoin(coin), encodeCoin(expected));
    if (fits !== true && !overwritten) {
      throw new InconsistencyError(`a coin that it made is ${coin ? 'another one' : 'missing'}`);
    }
    overlay.delete(key);
  }
  for (const { key, coin } of restored) {
    if (coins.get(key) !== undefined) {
      throw new InconsistencyError('a coin that it spent is still there');
    }
    overlay.set(key, coin);
  }
}

function coinsMade(block: Block, height: number): ByteMap<Coin> {
  const made = new ByteMap<Coin>();
  for (const tx of block.transactions) {
    const id = txid(tx);
    const fromCoinbase = isCoinbase(tx);
    tx.outputs.forEach((output, vout) => {
      if (isUnspendable(output.scriptPubKey)) return;
      made.set(coinKey({ txid: id, vout }), { output, height, isCoinbase: fromCoinbase });
    });
  }
  return made;
}

async function reconnect(
  { archive, params, slices, verifier, makeRoom }: VerifyChainParts,
  node: BlockNode,
  overlay: CoinOverlay,
): Promise<void> {
  await slices.next();
  await makeRoom();
  const loaded: LoadedBlock = await archive.readBlock(node);
  const position = positionOf(node);
  const coins = await overlay.load(coinsToLoad(loaded.block, position, params));
  const connected = connectBlock(loaded.block, { ...position, coins }, params);
  for (const [key] of connected.spent) overlay.delete(key);
  for (const [key, coin] of connected.created) overlay.set(key, coin);
  const failure = await verifier.verify({ ...loaded, jobs: connected.scriptJobs });
  if (failure !== undefined) throw failure.error;
}
