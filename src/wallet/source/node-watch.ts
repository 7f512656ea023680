import { type Cancel, type Clock, sleep } from '../../outside/clock/clock.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { type Path, readBlocks, readPath, readTip } from './chain-reader.ts';
import type { BlockPlace, SourceEvent, SourceListener } from './chain-source.ts';
import { NodeLine, type RpcDoor } from './node-line.ts';
import { PoolWatch } from './pool-watch.ts';
import { fieldOf, hashOf } from './read-answer.ts';
import { SourceError } from './source-error.ts';

export interface NodeWatchParts {
  readonly connection: RpcDoor;
  readonly clock: Clock;
  readonly chain: Pick<ChainParams, 'name' | 'genesis'>;
}

/** So often a node is asked what is new. Of blocks, it tells sooner by itself. */
const TICK_MS = 1_000;
/** Listing a large pool is work: for each transaction in it, the next look waits so much longer. */
const POOL_ENTRY_MS = 0.2;
/** So long a node holds a question for the next block: until then, that takes one of its threads. */
const LONG_POLL_MS = 10_000;
const LONG_POLL_LIMIT_MS = 2 * LONG_POLL_MS;
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 2_000;
/** Who has missed more blocks hears of the tip alone: filters find sooner what is of interest. */
const MOST_TOLD = 200;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: SourceError) => void;
}

/**
 * Watches a node that may be far away or not there yet: whether it answers, which blocks come and go,
 * and what is in its pool.
 */
export class NodeWatch {
  readonly line: NodeLine;
  readonly pool: PoolWatch;
  readonly #parts: NodeWatchParts;
  readonly #ending = new AbortController();
  readonly #listeners = new Set<SourceListener>();
  readonly #waiters = new Set<Waiter>();
  /** The block that was told last to be the tip. */
  #told: BlockPlace | undefined;
  #running: Promise<void> | undefined;
  #longPoll: Promise<void> | undefined;
  #hasLongPolls = true;
  #isLooking = false;
  /** When the pool is looked at again. */
  #poolAt = 0;
  #wake: () => void = () => {};

  constructor(parts: NodeWatchParts) {
    this.#parts = parts;
    this.line = new NodeLine(parts.connection, (error) => this.#onDown(error));
    this.pool = new PoolWatch({
      line: this.line,
      tell: (event) => this.#tell(event),
      toldTip: () => this.#told?.hash,
    });
  }

  start(): void {
    if (!this.#isOver) this.#running ??= this.#run();
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#ending.abort();
    this.line.close();
    this.#rejectWaiters();
    await this.#running;
  }

  on(listener: SourceListener): () => void {
    const own: SourceListener = (event) => listener(event);
    this.#listeners.add(own);
    this.#wake();
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Resolves when the node answers. */
  async reached(limitMs: number, signal?: AbortSignal): Promise<void> {
    this.start();
    const { problem } = this.line;
    if (problem === undefined) return;
    if (problem.isHopeless || this.#isOver || signal?.aborted === true) throw problem;
    let cancel: Cancel = () => {};
    const giveUp = (): void => this.#rejectWaiters(waiter);
    let waiter: Waiter | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        waiter = { resolve, reject };
        this.#waiters.add(waiter);
        if (limitMs !== Number.POSITIVE_INFINITY) {
          cancel = this.#parts.clock.schedule(limitMs, giveUp);
        }
        signal?.addEventListener('abort', giveUp, { once: true });
      });
    } finally {
      cancel();
      signal?.removeEventListener('abort', giveUp);
      if (waiter !== undefined) this.#waiters.delete(waiter);
    }
  }

  get #isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  async #run(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; !this.#isOver; ) {
      try {
        await this.#meet();
        pauseMs = FIRST_PAUSE_MS;
        await this.#attend();
      } catch (error) {
        if (this.#isOver) return;
        if (!(error instanceof SourceError)) throw error;
        // What is no answer of a node is as good as none, until the next attempt.
        this.line.down(error);
        if (error.isHopeless) this.#rejectWaiters();
      }
      await sleep(this.#parts.clock, pauseMs, this.#ending.signal).catch(() => {});
      pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS);
    }
  }

  /** Finds out whether anybody is there, and whether it is somebody of the same chain. */
  async #meet(): Promise<void> {
    const { chain } = this.#parts;
    const first = hashOf(await this.line.ask('getblockhash', [0], { isProbe: true }));
    const wanted = blockHash(chain.genesis);
    if (!equalBytes(first, wanted)) {
      throw new SourceError(
        'other-chain',
        `the node is on another chain than ${chain.name}: its first block is ${toReversedHex(first)}, not ${toReversedHex(wanted)}`,
      );
    }
    const tip = await readTip(this.line, true);
    this.#told ??= tip;
    this.pool.forget();
    this.#poolAt = 0;
    this.#hasLongPolls = true;
    this.line.up();
    for (const { resolve } of this.#waiters) resolve();
    this.#tell({ kind: 'reachable' });
  }

  /** @throws `SourceError` when the node is gone */
  async #attend(): Promise<never> {
    for (;;) {
      const { problem } = this.line;
      if (problem !== undefined) throw problem;
      this.#askForBlock();
      const hash = hashOf(await this.line.ask('getbestblockhash'));
      if (!this.#isTold(hash)) await this.#advance();
      this.#lookAtPool();
      if (this.line.problem === undefined) await this.#rest();
    }
  }

  /** Blocks do not wait for it: the first look at a large pool takes a while. */
  #lookAtPool(): void {
    const { clock } = this.#parts;
    if (this.#isLooking || this.#listeners.size === 0 || clock.monotonic() < this.#poolAt) return;
    this.#isLooking = true;
    this.pool
      .look()
      .catch((error: unknown) => {
        if (!(error instanceof SourceError)) throw error;
        if (!this.#isOver) this.line.down(error);
      })
      .finally(() => {
        this.#isLooking = false;
        this.#poolAt = clock.monotonic() + this.pool.size * POOL_ENTRY_MS;
      });
  }

  #isTold(hash: Uint8Array): boolean {
    return this.#told !== undefined && equalBytes(this.#told.hash, hash);
  }

  /** Until it is time, or something has happened. */
  #rest(): Promise<void> {
    const resting = new AbortController();
    const wake = (): void => resting.abort();
    this.#wake = wake;
    return sleep(this.#parts.clock, TICK_MS, resting.signal).catch(() => {});
  }

  /** Core's hidden `waitfornewblock`. Where there is none, or it is not allowed, the next tick tells. */
  #askForBlock(): void {
    if (!this.#hasLongPolls || this.#longPoll !== undefined || this.#listeners.size === 0) return;
    this.#longPoll = this.#waitForBlock()
      .catch((error: unknown) => {
        if (!(error instanceof SourceError)) throw error;
        this.#hasLongPolls = false;
      })
      .finally(() => {
        this.#longPoll = undefined;
      });
  }

  async #waitForBlock(): Promise<void> {
    const limits = { timeoutMs: LONG_POLL_LIMIT_MS, isOptional: true };
    const reply = await this.line.attempt('waitfornewblock', [LONG_POLL_MS], limits);
    if (reply.kind === 'error') {
      this.#hasLongPolls = false;
      return;
    }
    // The time may just have been over.
    if (!this.#isTold(hashOf(fieldOf(reply, 'hash')))) this.#wake();
  }

  /** Tells of all blocks between the last one that was told and the tip. */
  async #advance(): Promise<void> {
    for (;;) {
      const tip = await readTip(this.line);
      if (this.#isTold(tip.hash)) break;
      try {
        if (await this.#goTo(tip)) continue;
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        if (error.code === 'moved') continue;
        if (error.code !== 'no-block') throw error;
      }
      this.#told = tip;
    }
    if (this.#told !== undefined) this.#tell({ kind: 'tip', place: this.#told });
  }

  /** Whether the way could be told. */
  async #goTo(tip: BlockPlace): Promise<boolean> {
    if (this.#told === undefined || this.#listeners.size === 0) return false;
    const path = await readPath(this.line, this.#told, { tip, most: MOST_TOLD });
    if (path === undefined) return false;
    this.#goDown(path);
    for await (const { place, block } of readBlocks(this.line, path.up)) {
      this.#told = place;
      this.pool.noteBlock(block);
      this.#tell({ kind: 'connected', place, block });
    }
    return true;
  }

  #goDown({ down, fork }: Path): void {
    for (const [i, place] of down.entries()) {
      this.#told = down[i + 1] ?? fork;
      this.#tell({ kind: 'disconnected', place });
    }
  }

  /** Waits for nobody: a wallet that has much to catch up with shall not keep news from others. */
  #tell(event: SourceEvent): void {
    for (const listener of [...this.#listeners]) void listener(event);
  }

  #onDown(error: SourceError): void {
    this.#tell({ kind: 'unreachable', error });
    this.#wake();
  }

  #rejectWaiters(only?: Waiter): void {
    const { problem } = this.line;
    if (problem === undefined) return;
    for (const waiter of only === undefined ? this.#waiters : [only]) waiter.reject(problem);
  }
}
