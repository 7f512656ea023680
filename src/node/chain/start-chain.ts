import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { encodeBlock } from '../../protocol/primitives/block.ts';
import { CoinCache } from '../coins/coin-cache.ts';
import { readBestBlock } from '../coins/store-keys.ts';
import type { KnownFrames } from '../storage/block-files.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { REINDEX, StorageError } from '../storage/storage-error.ts';
import { assembleChain, type LoadedParts } from './assemble-chain.ts';
import { BlockArchive } from './block-archive.ts';
import { damagedIndex, loadBlockIndex } from './block-index-store.ts';
import type { BlockNode } from './block-node.ts';
import { VALID } from './block-status.ts';
import { BlockTree } from './block-tree.ts';
import type { Chain } from './chain.ts';
import type { ChainOptions, ChainOutside } from './chain-options.ts';
import { CoinLedger } from './coin-ledger.ts';
import { readGeneration } from './generation.ts';
import { LedgerSet } from './ledger-set.ts';
import { Pruner } from './pruner.ts';
import { WorkSlices } from './work-slices.ts';

/**
 * Takes up the chain where it was left: reads what is known of blocks, finds the block that the coins
 * belong to, looks at the last blocks once more, and goes from there to the best branch, by blocks that
 * are stored.
 *
 * @example
 * const chain = await startChain({ params, stores, openFiles, verifier }, { clock, entropy });
 */
export async function startChain(options: ChainOptions, outside: ChainOutside): Promise<Chain> {
  const loaded = await loadParts(options, outside);
  const chain = assembleChain(options, outside, loaded);
  try {
    await chain.start(options);
    return chain;
  } catch (error) {
    // A start that was called off keeps what it has done; one that failed writes nothing more.
    await chain.close();
    throw error;
  }
}

async function loadParts(
  { params, stores, openFiles, dbcacheBytes, ledgers: others = [], prune }: ChainOptions,
  { clock, entropy }: ChainOutside,
): Promise<LoadedParts> {
  const tree = new BlockTree(params, entropy);
  const slices = new WorkSlices(clock);
  const limit = dbcacheBytes === undefined ? {} : { limit: dbcacheBytes };
  const coins = new CoinCache({ store: stores.coins, clock, entropy, ...limit });
  const ledgers = new LedgerSet({
    coins: new CoinLedger(coins, params.consensus, slices),
    cache: coins,
    store: stores.coins,
    others,
  });
  const generation = await readGeneration(stores);
  await loadBlockIndex(stores.index, tree, slices);
  const files = await openFiles(knownFrames(tree));
  const archive = new BlockArchive(files, stores.index);
  const pruner = prune && new Pruner({ tree, files, targetBytes: prune.targetBytes });
  try {
    if (tree.headers.genesis.transactionCount === 0) await storeGenesis(params, tree, archive);
    const tip = await tipOfCoins(stores.coins, tree);
    if (tip === undefined) await applyGenesis(params, tree, ledgers);
    tree.finishLoading(tip ?? tree.headers.genesis);
    return { tree, archive, coins, ledgers, slices, pruner, generation };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

/** Where blocks and undo data end in each file, as far as the index knows. */
function knownFrames(tree: BlockTree): readonly KnownFrames[] {
  const known = new Map<number, KnownFrames>();
  for (const { file, isStored, hasUndo, blockOffset, undoOffset } of tree.headers) {
    if (!isStored) continue;
    const { lastBlock = 0, lastUndo } = known.get(file) ?? {};
    known.set(file, {
      file,
      lastBlock: Math.max(lastBlock, blockOffset),
      lastUndo: hasUndo ? Math.max(lastUndo ?? 0, undoOffset) : lastUndo,
    });
  }
  return [...known.values()];
}

/** The first block is not mined by anybody, and is never checked. */
async function storeGenesis(
  params: ChainParams,
  tree: BlockTree,
  archive: BlockArchive,
): Promise<void> {
  const { genesis } = tree.headers;
  await archive.storeBlock(genesis, encodeBlock(params.genesis));
  genesis.status |= VALID;
  tree.bodyArrived(genesis, params.genesis.transactions.length);
}

async function applyGenesis(
  params: ChainParams,
  tree: BlockTree,
  ledgers: LedgerSet,
): Promise<void> {
  const placed = { node: tree.headers.genesis, block: params.genesis };
  const { connect, apply } = await ledgers.prepare(placed);
  apply(connect());
}

/** The block that left the coins; undefined if there are none yet. */
async function tipOfCoins(store: KeyValueStore, tree: BlockTree): Promise<BlockNode | undefined> {
  const hash = await readBestBlock(store);
  if (hash === undefined) return undefined;
  const node = tree.headers.find(hash);
  if (node === undefined) {
    const coins = `the coins are those of block ${toReversedHex(hash)}`;
    const message = `${coins}, which the block index does not know; ${REINDEX}`;
    throw new StorageError('corrupt', 'chainstate', message);
  }
  if (node.chainTransactionCount === 0) {
    throw damagedIndex(`a block before ${toReversedHex(hash)} has no body`);
  }
  return node;
}
