import type { Clock } from '../../../outside/clock/clock.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { SyncPeer } from './sync-peer.ts';

interface Asked {
  /** The first one first. */
  readonly of: readonly SyncPeer[];
  /** When somebody was last asked. */
  readonly at: number;
}

/** Which blocks are asked of whom. Compact blocks may be asked of several peers. */
export class InFlight {
  readonly #clock: Clock;
  readonly #asked = new Map<BlockNode, Asked>();
  #downloadingPeers = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#asked.size;
  }

  /** How many peers have something to deliver. */
  get downloadingPeers(): number {
    return this.#downloadingPeers;
  }

  has(node: BlockNode): boolean {
    return this.#asked.has(node);
  }

  /** The first one first. */
  askedOf(node: BlockNode): readonly SyncPeer[] {
    return this.#asked.get(node)?.of ?? [];
  }

  /** When somebody was last asked for a block, by the monotonic clock. */
  askedAt(node: BlockNode): number {
    return this.#asked.get(node)?.at ?? 0;
  }

  /** False if this peer had already been asked. */
  begin(state: SyncPeer, node: BlockNode): boolean {
    if (state.inFlight.has(node)) return false;
    const at = this.#clock.monotonic();
    if (state.inFlight.size === 0) {
      state.downloadingSince = at;
      this.#downloadingPeers++;
    }
    state.inFlight.add(node);
    const others = this.#asked.get(node)?.of;
    this.#asked.set(node, { of: others === undefined ? [state] : [...others, state], at });
    return true;
  }

  /** It has come, or will not: from one, or from all. */
  end(node: BlockNode, state?: SyncPeer): void {
    const asked = this.#asked.get(node);
    if (asked === undefined) return;
    for (const one of asked.of) if (state === undefined || one === state) this.#forget(one, node);
    const others = state === undefined ? [] : asked.of.filter((one) => one !== state);
    if (others.length > 0) this.#asked.set(node, { ...asked, of: others });
    else this.#asked.delete(node);
  }

  /** Nobody waits for these any more. */
  endAll(nodes: ReadonlySet<BlockNode>): void {
    for (const node of [...this.#asked.keys()]) if (nodes.has(node)) this.end(node);
  }

  #forget(state: SyncPeer, node: BlockNode): void {
    const oldest = state.oldestInFlight;
    // The time for the next one begins when it becomes the oldest.
    if (oldest === node) state.downloadingSince = this.#clock.monotonic();
    state.inFlight.delete(node);
    if (state.inFlight.size === 0) this.#downloadingPeers--;
    state.stallingSince = undefined;
  }
}
