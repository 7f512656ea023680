import type { Clock } from '../../outside/clock/clock.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { ChainEvent, ChainListener } from '../chain/chain-events.ts';
import type { Follower } from '../chain/ledger.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { type BlockArchive, BlockSource } from './block-source.ts';
import { FollowerRunner, type FollowerStatus } from './follower-runner.ts';
import type { IndexDefinition } from './index-definition.ts';
import type { IndexError } from './index-error.ts';
import type { FollowedTree } from './index-store.ts';
import { Pace } from './pace.ts';

/** What followers need of a chain. */
export interface FollowedChain extends FollowedTree, BlockArchive {
  on(listener: ChainListener): () => void;
  /** Makes durable all that the chain knows. */
  flush(): Promise<void>;
  /** Keeps the blocks above a height, which is asked for each time, from being pruned. */
  holdPruning(height: () => number): () => void;
}

export interface FollowersParts {
  readonly chain: FollowedChain;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Hears of an index that has failed: it will answer no more, and that must not go unnoticed. */
  readonly onFailure: (error: IndexError) => void;
}

/** An index, and where it is kept. */
export interface IndexPlace {
  readonly definition: IndexDefinition;
  readonly store: KeyValueStore;
}

/**
 * The indexes of a chain. Each goes its own way; together they read every block once, and take turns
 * in what they take of the event loop.
 *
 * @example
 * const followers = await Followers.start([{ definition: transactionIndex(params), store }], parts);
 * await followers.settled(chain.tip);
 */
export class Followers {
  readonly #parts: FollowersParts;
  readonly #source: BlockSource;
  readonly #runners: readonly FollowerRunner[];
  readonly #leave: () => void;

  private constructor(places: readonly IndexPlace[], parts: FollowersParts, durable: BlockNode) {
    const { chain, clock, entropy, onFailure } = parts;
    const pace = new Pace(clock);
    this.#parts = parts;
    this.#source = new BlockSource(chain);
    const shared = { tree: chain, source: this.#source, clock, pace, onFailure };
    this.#runners = places.map((place) => {
      const own = { ...place, seed: entropy.u32(), onRest: () => this.#forgetBlocks() };
      return new FollowerRunner({ ...shared, ...own }, durable);
    });
    const endings = [
      chain.on((event) => this.#hear(event)),
      chain.holdPruning(() => this.#seenByAll()),
    ];
    this.#leave = () => {
      for (const end of endings) end();
    };
  }

  /** Begins to follow. The indexes are built in the background. */
  static async start(places: readonly IndexPlace[], parts: FollowersParts): Promise<Followers> {
    const { chain } = parts;
    const durable = chain.tip;
    await chain.flush();
    const followers = new Followers(places, parts, durable);
    for (const runner of followers.#runners) runner.start();
    return followers;
  }

  /** How far each of them is, in the order in which they were given. */
  get statuses(): readonly FollowerStatus[] {
    return this.#runners.map(({ status }) => status);
  }

  /** One of them, by its name. */
  find(name: string): Follower | undefined {
    return this.#runners.find((runner) => runner.name === name);
  }

  /** Resolves when all of them take a block into account: see `FollowerRunner.settled`. */
  async settled(node: BlockNode = this.#parts.chain.tip): Promise<void> {
    await Promise.all(this.#runners.map((runner) => runner.settled(node)));
  }

  /** Ends. The stores are left open, for whoever opened them to close. */
  async stop(): Promise<void> {
    this.#leave();
    await Promise.all(this.#runners.map((runner) => runner.stop()));
  }

  /** Resolves when no loss of power brings any of them back to where they were before this block. */
  async #leaveForGood(node: BlockNode): Promise<void> {
    // Those that have ended need nothing any more, and have said so.
    await Promise.all(this.#runners.map((runner) => runner.leaveForGood(node).catch(() => {})));
    this.#source.clear();
  }

  /** The height up to which all of them have seen the branch that the chain follows. */
  #seenByAll(): number {
    const { tip: target } = this.#parts.chain;
    return Math.min(...this.#runners.map(({ tip }) => tip?.forkWith(target).height ?? -1));
  }

  /** Nobody needs the blocks in memory any more, once all have seen them. */
  #forgetBlocks(): void {
    const { tip } = this.#parts.chain;
    if (this.#runners.every((runner) => runner.tip === tip)) this.#source.clear();
  }

  #hear(event: ChainEvent): void | Promise<void> {
    // Blocks that nobody will read are not worth the memory.
    if (this.#runners.length === 0) return undefined;
    switch (event.kind) {
      case 'connected':
      case 'disconnected':
        this.#source.keep(event);
        break;
      case 'tip':
        break;
      case 'flushed':
        for (const runner of this.#runners) runner.noteDurable(event.node);
        return;
      case 'forgetting':
        // After this, nobody could take back the blocks that go.
        return this.#leaveForGood(event.node);
      default:
        return;
    }
    for (const runner of this.#runners) runner.wake();
  }
}
