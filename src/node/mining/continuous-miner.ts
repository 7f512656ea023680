import { type Clock, sleep } from '../../outside/clock/clock.ts';
import type { CodedError } from '../../protocol/bytes/coded-error.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import type { Retarget } from '../../protocol/params/chain-params.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { pushBytes } from '../../protocol/script/build-script.ts';
import type { Chain } from '../chain/chain.ts';
import type { BlockGenerator } from './block-generator.ts';
import type { NonceSearch } from './nonce-search.ts';
import { TransactionCountError } from './transaction-count.ts';

/** A template is replaced after so long: by then there are other transactions, and another time. */
const REFRESH_MS = 5000;
/** Rates of less than this would jump about. */
const RATE_MS = 1000;
/**
 * Where the chain refuses a block, it would refuse the next one as well, and the next: each time the
 * pause is twice as long, up to a minute.
 */
const REFUSED_PAUSE_MS = 1000;
const MOST_DOUBLINGS = 6;
/** How often a miner that has too few transactions looks whether there are more. */
const LOOK_MS = 1000;
/** From one block to the next, at least, where the difficulty does not follow the miners. */
const FIXED_DIFFICULTY_PACE_MS = 1000;
const EXTRA_NONCE_SIZE = 4;
/** The coinbase's script has 100 bytes: the height takes 5 at most, the extra nonce 5, and a length 2. */
const MAX_TAG = 88;

export interface MinerParts {
  readonly chain: Pick<Chain, 'params' | 'tip' | 'processBlock' | 'on'>;
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
  /**
   * How long after a block of its own the next one comes at the earliest. By default a second on chains
   * whose difficulty never changes, such as regtest, where blocks would come by the hundred otherwise,
   * and their times would be hours ahead of the clock within minutes; elsewhere the difficulty sees to it.
   */
  readonly paceMs?: number;
}

/**
 * - `template`: the search goes on with another block
 * - `rate`: how fast it has been, in the last second or few
 * - `found`: a block has been found, and it is the tip
 * - `late`: a block has been found, and somebody else was faster
 * - `refused`: a block has been found that the chain does not take
 * - `waiting`: the chain wants more transactions in a block than there are; told again when it is another number
 * - `failed`: something went wrong that is no refusal; the miner has ended
 */
export type MinerEvent =
  | { readonly kind: 'template'; readonly block: Block }
  | { readonly kind: 'rate'; readonly hashesPerSecond: number }
  | { readonly kind: 'found'; readonly block: Block; readonly hash: BlockHash }
  | { readonly kind: 'late'; readonly block: Block; readonly hash: BlockHash }
  | { readonly kind: 'waiting'; readonly error: TransactionCountError }
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
  /** How many blocks have been refused in a row. */
  #refusals = 0;
  /** The block that the pace is kept to was found at this moment. */
  #foundAt = Number.NEGATIVE_INFINITY;
  /** What was told last of why there is nothing to do. */
  #waitsFor: string | undefined;

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
    const { search, clock } = this.#parts;
    // Blocks may be found faster than anybody else has a turn.
    await clock.nextTurn();
    await this.#keepPace(signal);
    // From here on a new tip ends the round, so that none is missed while the template is made.
    const round = new AbortController();
    this.#round = round;
    if (signal.aborted) return;
    const template = await this.#assemble();
    if (signal.aborted || round.signal.aborted) return;
    if (template === undefined) {
      await this.#pause(LOOK_MS, signal);
      return;
    }
    this.#tell({ kind: 'template', block: template });
    const { refreshMs = REFRESH_MS } = this.#options;
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

  async #keepPace(signal: AbortSignal): Promise<void> {
    const { chain, clock } = this.#parts;
    const { paceMs = paceOf(chain.params.consensus) } = this.#options;
    const rest = this.#foundAt + paceMs - clock.monotonic();
    if (rest > 0) await sleep(clock, rest, signal).catch(() => {});
  }

  /** A block to search for; undefined if there are too few transactions for one. */
  async #assemble(): Promise<Block | undefined> {
    const { scriptPubKey } = this.#options;
    try {
      const block = await this.#parts.generator.assemble(scriptPubKey, this.#coinbaseExtra());
      this.#waitsFor = undefined;
      return block;
    } catch (error) {
      if (!(error instanceof TransactionCountError)) throw error;
      if (this.#waitsFor !== error.message) this.#tell({ kind: 'waiting', error });
      this.#waitsFor = error.message;
      return undefined;
    }
  }

  async #submit(block: Block, signal: AbortSignal): Promise<void> {
    const { chain, clock } = this.#parts;
    const result = await chain.processBlock(block);
    if (result.kind === 'rejected' || result.kind === 'orphan') {
      this.#tell({ kind: 'refused', block, error: result.error });
    } else {
      this.#foundAt = clock.monotonic();
      const kind = result.kind === 'connected' ? 'found' : 'late';
      this.#tell({ kind, block, hash: blockHash(block.header) });
    }
    // As long as the chain is where it was, the next block would fare no better.
    if (chain.tip.hasHash(block.header.previousBlockHash)) {
      const doublings = Math.min(this.#refusals++, MOST_DOUBLINGS);
      await this.#pause(REFUSED_PAUSE_MS * 2 ** doublings, signal);
    } else this.#refusals = 0;
  }

  /** Does nothing until some time is over, or there is another tip. */
  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const round = new AbortController();
    this.#round = round;
    await sleep(this.#parts.clock, delayMs, round.signal).catch(() => {});
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

function paceOf({ retarget }: { readonly retarget: Retarget }): number {
  const isFixed =
    retarget.kind === 'none' || (retarget.kind === 'bitcoin' && retarget.noRetargeting);
  return isFixed ? FIXED_DIFFICULTY_PACE_MS : 0;
}
