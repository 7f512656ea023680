import { concatBytes } from '../../protocol/bytes/concat.ts';
import type { BlockUndo, ConnectedBlock } from '../../protocol/consensus/connect-block.ts';
import type { CoinCache } from '../coins/coin-cache.ts';
import { damagedCoins } from '../coins/store-keys.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import type { BlockNode } from './block-node.ts';
import type { CoinLedger } from './coin-ledger.ts';
import { noteGeneration } from './generation.ts';
import type { ConsensusLedger, PlacedBlock } from './ledger.ts';

/** `U`: what takes a block back in a ledger other than the coins, which have files of their own. */
const UNDO_PREFIX = 0x55;

export interface LedgerSetParts {
  readonly coins: CoinLedger;
  readonly cache: CoinCache;
  /** The database of the coins, which all others share: one batch writes them all. */
  readonly store: KeyValueStore;
  readonly others: readonly ConsensusLedger[];
}

/** A block that is about to be connected. Both steps throw a `RuleError` if it breaks a rule. */
export interface PreparedBlock {
  /** Changes nothing. To be called before anything else is waited for. */
  readonly connect: () => ConnectedBlock;
  /** Makes the changes; nothing must have been changed since. */
  readonly apply: (connected: ConnectedBlock) => void;
}

/** All ledgers that a block has to pass, as one. */
export class LedgerSet {
  readonly #parts: LedgerSetParts;
  /** What takes blocks back in the other ledgers, as far as it is in memory. */
  readonly #undo = new Map<BlockNode, readonly Uint8Array[]>();

  constructor(parts: LedgerSetParts) {
    this.#parts = parts;
  }

  /** Brings into memory what a block needs, in all of them. */
  async prepare(placed: PlacedBlock): Promise<PreparedBlock> {
    const { coins, others } = this.#parts;
    const connectOthers: (() => Uint8Array)[] = [];
    for (const ledger of others) connectOthers.push(await ledger.prepare(placed));
    // Last: coins that have been loaded may leave the memory while anything else is waited for.
    const connect = await coins.prepare(placed);
    return {
      connect,
      apply: (connected) => {
        coins.apply(connected);
        if (others.length > 0) this.#connectOthers(placed, connected, connectOthers);
      },
    };
  }

  /** If one refuses, all are as they were. */
  #connectOthers(
    placed: PlacedBlock,
    connected: ConnectedBlock,
    connectOthers: readonly (() => Uint8Array)[],
  ): void {
    const undo: Uint8Array[] = [];
    try {
      for (const connect of connectOthers) undo.push(connect());
      this.#undo.set(placed.node, undo);
    } catch (error) {
      this.#undo.set(placed.node, undo);
      this.disconnect(placed, connected.undo);
      throw error;
    }
  }

  /** Reads what {@link disconnect} needs of a block that was connected long ago. */
  async recall(node: BlockNode): Promise<void> {
    const { others, store } = this.#parts;
    if (others.length === 0 || this.#undo.has(node)) return;
    const found = await store.getMany(others.map(({ name }) => undoKey(name, node)));
    const undo = found.map((bytes, i) => {
      if (bytes !== undefined) return bytes;
      throw damagedCoins(`the ledger ${others[i]?.name} has no undo data of a block`);
    });
    this.#undo.set(node, undo);
  }

  /** Takes back the last block that was connected. */
  disconnect(placed: PlacedBlock, coinUndo: BlockUndo): void {
    const { coins, others } = this.#parts;
    const undo = this.#undo.get(placed.node) ?? [];
    for (let i = undo.length - 1; i >= 0; i--) {
      others[i]?.disconnect(placed, undo[i] as Uint8Array);
    }
    this.#undo.delete(placed.node);
    coins.disconnect(placed, coinUndo);
  }

  /** Writes all changes made until now, together with the block that they lead to. */
  flush(tip: BlockNode, generation: number): Promise<void> {
    const { cache, others } = this.#parts;
    const batch = new WriteBatch();
    noteGeneration(batch, generation);
    for (const ledger of others) ledger.stage(batch);
    for (const [node, undo] of this.#undo) {
      undo.forEach((bytes, i) => {
        const name = others[i]?.name ?? '';
        batch.put(undoKey(name, node), bytes);
      });
    }
    this.#undo.clear();
    return cache.flush(tip.hash, batch);
  }
}

function undoKey(ledger: string, node: BlockNode): Uint8Array {
  const name = new TextEncoder().encode(ledger);
  return concatBytes(Uint8Array.of(UNDO_PREFIX, name.length), name, node.hash);
}
