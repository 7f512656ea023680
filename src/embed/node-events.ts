import type { BlockNode } from '../node/chain/block-node.ts';
import type { ChainEvent } from '../node/chain/chain-events.ts';
import type { MempoolEntry } from '../node/mempool/mempool-entry.ts';
import type { Node as FullNode } from '../node/node.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { Block } from '../protocol/primitives/block.ts';
import { txid } from '../protocol/primitives/transaction-id.ts';
import { NodeError } from './node-error.ts';
import { raiseLater } from './raise-later.ts';

/** What can be listened to, and what listeners are given. */
export interface NodeEventMap {
  /** A block has become part of the chain. */
  readonly block: BlockEvent;
  /** A transaction has entered the mempool; one that a reorganisation brought back does so again. */
  readonly tx: TransactionEvent;
  /** The chain has gone back, and over to another branch. The blocks of that follow, as `block`. */
  readonly reorg: ReorgEvent;
}

export interface BlockEvent {
  readonly hash: string;
  readonly height: number;
  /** Seconds since 1970. */
  readonly time: number;
  /** The ids of its transactions, the coinbase first. */
  readonly transactions: readonly string[];
}

export interface TransactionEvent {
  readonly txid: string;
  /** Satoshis. */
  readonly fee: bigint;
  readonly vsize: number;
}

export interface ReorgEvent {
  readonly oldTip: string;
  readonly newTip: string;
  /** The height of the last block that both branches have. */
  readonly forkHeight: number;
  /** The blocks that are no longer part of the chain, the highest first. */
  readonly disconnected: readonly string[];
  /** Those that are instead, the lowest first. */
  readonly connected: readonly string[];
}

export type NodeEventName = keyof NodeEventMap;
export type NodeListener<K extends NodeEventName> = (event: NodeEventMap[K]) => void;

const NAMES: ReadonlySet<string> = new Set<NodeEventName>(['block', 'tx', 'reorg']);

type Occurrence = {
  [K in NodeEventName]: { readonly name: K; readonly event: () => NodeEventMap[K] };
}[NodeEventName];

/**
 * Tells listeners what happens, in its order, once everything else of the node has seen it: who hears
 * of a block can ask for its transactions.
 */
export class NodeEvents {
  readonly #node: FullNode;
  readonly #listeners = new Map<NodeEventName, Set<(event: never) => void>>();
  readonly #waiting: Occurrence[] = [];
  readonly #stops: readonly (() => void)[];
  #disconnected: BlockNode[] = [];
  #connected: { readonly node: BlockNode; readonly block: Block }[] = [];
  #delivery: Promise<void> = Promise.resolve();
  readonly #onClose = new Set<() => void>();
  #isSilent = false;
  #isDelivering = false;

  constructor(node: FullNode) {
    this.#node = node;
    this.#stops = [
      node.chain.on((event) => this.#hearChain(event)),
      node.mempool.on((event) => {
        if (event.kind !== 'added' || this.#isSilent) return;
        this.#note('tx', () => transactionEvent(event.entry));
      }),
    ];
  }

  /** @throws NodeError `bad-option` */
  on<K extends NodeEventName>(name: K, listener: NodeListener<K>): () => void {
    if (!NAMES.has(name)) {
      const allowed = [...NAMES].join(', ');
      throw new NodeError('bad-option', `there is no event "${name}"; allowed: ${allowed}`);
    }
    // A function that is added twice is two listeners.
    const own: NodeListener<K> = (event) => listener(event);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(own));
    return () => {
      listeners.delete(own);
    };
  }

  /** Tells of the next one only, or that there will be none. */
  once<K extends NodeEventName>(name: K, listener: NodeListener<K>, onClose: () => void): void {
    const off = this.on(name, (event) => {
      off();
      this.#onClose.delete(onClose);
      listener(event);
    });
    this.#onClose.add(onClose);
  }

  /** What enters the mempool meanwhile has been there before. */
  async withoutTransactions(work: () => Promise<void>): Promise<void> {
    this.#isSilent = true;
    try {
      await work();
    } finally {
      this.#isSilent = false;
    }
  }

  /** Resolves when listeners have been told of all that has happened. */
  async delivered(): Promise<void> {
    while (this.#waiting.length > 0 || this.#isDelivering) await this.#delivery;
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
    this.#waiting.length = 0;
    for (const tell of this.#onClose) tell();
    this.#onClose.clear();
  }

  #hearChain(event: ChainEvent): void {
    if (event.kind === 'disconnected') this.#disconnected.push(event.node);
    else if (event.kind === 'connected') {
      if (this.#isHeard('block')) this.#connected.push(event);
    } else if (event.kind === 'tip') this.#rest(event.node);
  }

  /** The chain has come to rest: only now it is known what was a reorganisation. */
  #rest(tip: BlockNode): void {
    const [disconnected, connected] = [this.#disconnected, this.#connected];
    this.#disconnected = [];
    this.#connected = [];
    const [oldTip] = disconnected;
    if (oldTip !== undefined) this.#note('reorg', () => reorgEvent(oldTip, tip));
    for (const { node, block } of connected) this.#note('block', () => blockEvent(node, block));
  }

  #note<K extends NodeEventName>(name: K, event: () => NodeEventMap[K]): void {
    if (!this.#isHeard(name)) return;
    this.#waiting.push({ name, event } as unknown as Occurrence);
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    this.#delivery = this.#deliver();
  }

  #isHeard(name: NodeEventName): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  async #deliver(): Promise<void> {
    try {
      // Who stops the node wants to hear no more.
      await this.#node.indexes.settled().catch(() => {});
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#tell(next);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  #tell({ name, event }: Occurrence): void {
    const told = event();
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(told as never);
      } catch (error) {
        // A listener's bug is nobody's here.
        raiseLater(error);
      }
    }
  }
}

function blockEvent(node: BlockNode, block: Block): BlockEvent {
  return {
    hash: toReversedHex(node.hash),
    height: node.height,
    time: node.time,
    transactions: block.transactions.map((tx) => toReversedHex(txid(tx))),
  };
}

function transactionEvent({ txid: id, fee, vsize }: MempoolEntry): TransactionEvent {
  return { txid: toReversedHex(id), fee, vsize };
}

function reorgEvent(oldTip: BlockNode, newTip: BlockNode): ReorgEvent {
  const fork = oldTip.forkWith(newTip);
  return {
    oldTip: toReversedHex(oldTip.hash),
    newTip: toReversedHex(newTip.hash),
    forkHeight: fork.height,
    disconnected: blocksDownTo(oldTip, fork),
    connected: [...blocksDownTo(newTip, fork)].reverse(),
  };
}

/** The hashes of a branch from its end down to a block, without that one. */
export function blocksDownTo(from: BlockNode, to: BlockNode): readonly string[] {
  const hashes: string[] = [];
  for (let node = from; node !== to; node = node.parent as BlockNode) {
    hashes.push(toReversedHex(node.hash));
  }
  return hashes;
}
