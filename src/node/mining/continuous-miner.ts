import { type Clock, sleep } from '../../outside/clock/clock.ts';
import type { CodedError } from '../../protocol/bytes/coded-error.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { pushBytes } from '../../protocol/script/build-script.ts';
import type { Chain } from '../chain/chain.ts';
import type { BlockGenerator } from './block-generator.ts';
import type { NonceSearch } from './nonce-search.ts';

/** A template is replaced after so long: by then there are other transactions, and another time. */
const REFRESH_MS = 5000;
/** Rates of less than this would jump about. */
const RATE_MS = 1000;
/** Where the chain refuses a block, it would refuse the next one as well, and the next. */
const REFUSED_PAUSE_MS = 1000;
const EXTRA_NONCE_SIZE = 4;
/** The coinbase's script has 100 bytes: the height takes 5 at most, the extra nonce 5, and a length 2. */
const MAX_TAG = 88;

export interface MinerParts {
  readonly chain: Pick<Chain, 'processBlock' | 'on'>;
  /** Makes the templates. */
  readonly generator: Pick<BlockGenerator, 'assemble'>;
  readonly search: NonceSearch;
  readonly clock: Clock;
}

export interface MinerOptions {
  /** Where the rewards go. */
  readonly scriptPubKey: Uint8Array;
  /** What every coinbase says of who made it; nothing by default. */
  readonly tag?: Uint8Array;
  /** The first extra nonce. Miners that pay to the same script must not begin with the same one. */
  readonly extraNonce?: number;
  readonly refreshMs?: number;
}

/**
 * - `template`: the search goes on with another block
 * - `rate`: how fast it has been, in the last second or few
 * - `found`: a block has been found, and the chain has it
 * - `refused`: a block has been found that the chain does not take
 * - `failed`: something went wrong that is no refusal; the miner has ended
 */
export type MinerEvent =
  | { readonly kind: 'template'; readonly block: Block }
  | { readonly kind: 'rate'; readonly hashesPerSecond: number }
  | { readonly kind: 'found'; readonly block: Block; readonly hash: BlockHash }
  | { readonly kind: 'refused'; readonly block: Block; readonly error: CodedError }
  | { readonly kind: 'failed'; readonly error: unknown };

export type MinerListener = (event: MinerEvent) => void;

/**
 * Mines on the tip of a chain, block after block, until it is stopped. Whenever the tip changes, and
 * every few seconds, it goes on with a new template, which has the next extra nonce.
 *
 * @example
 * const miner = new Miner({ chain, generator, search, clock }, { scriptPubKey });
 * miner.on((event) => event.kind === 'found' && console.log(toReversedHex(event.hash)));
 * miner.start();
 * await miner.stop();
 */
export class Miner {
  readonly #parts: MinerParts;
  readonly #options: MinerOptions;
  readonly #listeners = new Set<MinerListener>();
  #extraNonce: number;
  /** Ends what is under way: the first one all of it, the second one the search of this template. */
  #stopping: AbortController | undefined;
  #round = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #hashesPerSecond = 0;
  #measured = { tries: 0, milliseconds: 0 };

  constructor(parts: MinerParts, options: MinerOptions) {
    const { tag, extraNonce = 0 } = options;
    if (tag !== undefined && tag.length > MAX_TAG) {
      throw new RangeError(`a coinbase tag of ${tag.length} bytes: allowed are up to ${MAX_TAG}`);
    }
    this.#parts = parts;
    this.#options = options;
    this.#extraNonce = extraNonce;
  }

  get isMining(): boolean {
    return this.#stopping !== undefined;
  }

  /** As it was measured last; 0 before that. */
  get hashesPerSecond(): number {
    return this.#hashesPerSecond;
  }

  /** Tells a listener of all that happens from now on; what it gives back ends that. */
  on(listener: MinerListener): () => void {
    const own: MinerListener = (event) => listener(event);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Begins, unless it has begun already. */
  start(): void {
    if (this.#stopping !== undefined) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    // One that is being stopped comes to its end first.
    this.#running = this.#running.then(() => this.#run(stopping));
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopping?.abort();
    this.#stopping = undefined;
    this.#round.abort();
    this.#hashesPerSecond = 0;
    await this.#running;
  }

  async #run(stopping: AbortController): Promise<void> {
    const { signal } = stopping;
    const off = this.#parts.chain.on((event) => {
      if (event.kind === 'tip') this.#round.abort();
    });
    try {
      while (!signal.aborted) await this.#mineTemplate(signal);
    } catch (error) {
      if (this.#stopping === stopping) this.#stopping = undefined;
      if (!signal.aborted) this.#tell({ kind: 'failed', error });
    } finally {
      off();
    }
  }

  async #mineTemplate(signal: AbortSignal): Promise<void> {
    const { generator, search, clock } = this.#parts;
    const { scriptPubKey, refreshMs = REFRESH_MS } = this.#options;
    // Blocks may be found faster than anybody else has a turn.
    await clock.nextTurn();
    // From here on a new tip ends the round, so that none is missed while the template is made.
    const round = new AbortController();
    this.#round = round;
    const template = await generator.assemble(scriptPubKey, this.#coinbaseExtra());
    if (signal.aborted || round.signal.aborted) return;
    this.#tell({ kind: 'template', block: template });
    const cancel = clock.schedule(refreshMs, () => round.abort());
    const start = clock.monotonic();
    const limits = { maxTries: Number.POSITIVE_INFINITY, signal: round.signal };
    try {
      const result = await search.search(template.header, { ...limits, wanted: 'any' });
      this.#measure(result.tries, clock.monotonic() - start);
      if (result.kind === 'found')
        await this.#submit({ ...template, header: result.header }, signal);
    } finally {
      cancel();
    }
  }

  async #submit(block: Block, signal: AbortSignal): Promise<void> {
    const result = await this.#parts.chain.processBlock(block);
    if (result.kind !== 'rejected' && result.kind !== 'orphan') {
      this.#tell({ kind: 'found', block, hash: blockHash(block.header) });
      return;
    }
    this.#tell({ kind: 'refused', block, error: result.error });
    await sleep(this.#parts.clock, REFUSED_PAUSE_MS, signal).catch(() => {});
  }

  #coinbaseExtra(): Uint8Array {
    const bytes = new Uint8Array(EXTRA_NONCE_SIZE);
    new DataView(bytes.buffer).setUint32(0, this.#extraNonce++, true);
    const { tag } = this.#options;
    return concatBytes(pushBytes(bytes), tag === undefined ? new Uint8Array() : pushBytes(tag));
  }

  #measure(tries: number, milliseconds: number): void {
    const measured = this.#measured;
    measured.tries += tries;
    measured.milliseconds += milliseconds;
    if (measured.milliseconds < RATE_MS) return;
    this.#hashesPerSecond = (measured.tries / measured.milliseconds) * 1000;
    this.#measured = { tries: 0, milliseconds: 0 };
    this.#tell({ kind: 'rate', hashesPerSecond: this.#hashesPerSecond });
  }

  #tell(event: MinerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
