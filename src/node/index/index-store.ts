/** How the store of an index is found at a start, whatever happened before. */
import type { BlockNode } from '../chain/block-node.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import type { IndexDefinition } from './index-definition.ts';
import { IndexError } from './index-error.ts';
import { takeBackLastStep } from './rollback-journal.ts';
import { putU32, readU32 } from './row-writer.ts';
import { decodePlace, TIP_KEY, VERSION_KEY } from './store-keys.ts';

/** The blocks that are known. */
export interface FollowedTree {
  /** The last block of the branch that is followed. */
  readonly tip: BlockNode;
  lookup(hash: Uint8Array): BlockNode | undefined;
}

export interface IndexStoreParts {
  readonly definition: IndexDefinition;
  readonly store: KeyValueStore;
  readonly tree: FollowedTree;
}

/** Changes that are written at once while an index is being removed. */
const WIPE_BATCH = 1024;

/**
 * Makes a store ready for its index to go on, and answers with the last block that is in it; undefined
 * if there is none. A block that the chain does not know is taken back; if that cannot be, and also
 * if the layout is an old one, the store is emptied.
 *
 * @throws IndexError `newer-version`
 */
export async function openIndexStore({
  definition,
  store,
  tree,
}: IndexStoreParts): Promise<BlockNode | undefined> {
  const { name, version } = definition;
  const found = await readVersion(store);
  if (found !== undefined && found > version) {
    const message = `it has layout ${found}, and this program knows up to ${version}; use a later one, or remove the folder of the index`;
    throw new IndexError('newer-version', name, message);
  }
  if (found === version) {
    const tip = await knownTip(store, tree);
    if (tip !== undefined) return tip;
  }
  await wipeIndexStore(store);
  const bytes = new Uint8Array(4);
  putU32(bytes, 0, version);
  await store.write(new WriteBatch().put(VERSION_KEY, bytes));
  return undefined;
}

/** The last block of an index, once steps have been taken back until it is one that can be left. */
async function knownTip(store: KeyValueStore, tree: FollowedTree): Promise<BlockNode | undefined> {
  for (;;) {
    const bytes = await store.get(TIP_KEY);
    if (bytes === undefined) return undefined;
    const node = tree.lookup(decodePlace(bytes).hash);
    if (node !== undefined && canBeLeft(node, tree)) return node;
    if (!(await takeBackLastStep(store))) return undefined;
  }
}

/** Whether the chain goes on from a block, or has what it takes to go back from it. */
function canBeLeft(node: BlockNode, { tip }: FollowedTree): boolean {
  return node.isAncestorOf(tip) || (node.isStored && node.hasUndo);
}

async function readVersion(store: KeyValueStore): Promise<number | undefined> {
  const bytes = await store.get(VERSION_KEY);
  return bytes === undefined ? undefined : readU32(bytes, 0);
}

/**
 * Removes everything from a store, in steps. The tip goes first: an index without one is emptied at
 * the next start, in case this does not come to its end.
 */
async function wipeIndexStore(store: KeyValueStore): Promise<void> {
  let batch = new WriteBatch().delete(TIP_KEY);
  for await (const [key] of store.iterate()) {
    batch.delete(key);
    if (batch.size < WIPE_BATCH) continue;
    await store.write(batch);
    batch = new WriteBatch();
  }
  await store.write(batch);
}
