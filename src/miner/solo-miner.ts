import { IN_WARMUP, RpcCallError } from '../client/rpc-call-error.ts';
import { RpcConnectError } from '../client/rpc-connect-error.ts';
import type { NonceSearch } from '../node/mining/nonce-search.ts';
import { type Clock, sleep } from '../outside/clock/clock.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import { concatBytes } from '../protocol/bytes/concat.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import { type Block, encodeBlock } from '../protocol/primitives/block.ts';
import { blockHash } from '../protocol/primitives/block-hash.ts';
import { targetFromCompact } from '../protocol/primitives/target.ts';
import type { JsonValue } from '../protocol/report/json-value.ts';
import { allOrNone } from './all-or-none.ts';
import { BlockMaker, type CoinbaseWishes } from './block-maker.ts';
import { HashRate } from './hash-rate.ts';
import type { FoundBlock, MinerTotals, SoloMinerEvent } from './miner-event.ts';
import { patience } from './patience.ts';
import type { WorkTemplate } from './read-template.ts';
import { explainAnswer } from './submit-answer.ts';
import { type NodeDoor, TemplateFeed } from './template-feed.ts';

/** After so long the header gets another time and extra nonce, and it is told how fast it went. */
const ROUND_MS = 1000;
/** A target that every 65,536th hash meets, or more: such blocks cost nothing, as on regtest. */
const TRIVIAL_TARGET = 1n << 240n;
/** From one such block to the next, at least. */
const TRIVIAL_PACE_MS = 1000;
const HALF_EXTRA_NONCE = 4;

export interface SoloMinerParts {
  readonly door: NodeDoor;
  readonly search: NonceSearch;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

export interface SoloMinerOptions extends CoinbaseWishes {
  /** Ends after so many blocks that were accepted; never by default. */
  readonly blocks?: number;
}

/**
 * Mines for a node that is somewhere else, by `getblocktemplate` and `submitblock`: all of the reward
 * goes to one script. A new tip ends the search for a block at once.
 *
 * @example
 * const miner = new SoloMiner({ door: connection, search, clock, entropy }, { scriptPubKey, tag });
 * miner.on((event) => event.kind === 'accepted' && console.log(event.block.height));
 * await miner.run(signal);
 */
export class SoloMiner {
  readonly #parts: SoloMinerParts;
  readonly #options: SoloMinerOptions;
  readonly #feed: TemplateFeed;
  readonly #listeners = new Set<(event: SoloMinerEvent) => void>();
  readonly #rate = new HashRate();
  /** Another miner that pays to the same script has another one, and so other blocks. */
  readonly #ownNonce: Uint8Array;
  #extraNonce = 0;
  /** Ends the search for the block of this moment. */
  #round = new AbortController();
  #maker: BlockMaker | undefined;
  #templateAt = 0;
  #foundAt = Number.NEGATIVE_INFINITY;
  #refusals = 0;
  #totals = { found: 0, accepted: 0, refused: 0, reward: 0n, hashes: 0, searchedMs: 0 };

  constructor(parts: SoloMinerParts, options: SoloMinerOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#ownNonce = parts.entropy.bytes(HALF_EXTRA_NONCE);
    this.#feed = new TemplateFeed({
      ...parts,
      tell: (event) => {
        if (event.kind !== 'resumed') this.#round.abort();
        this.#tell(event);
      },
    });
  }

  get totals(): MinerTotals {
    return { ...this.#totals };
  }

  get hashesPerSecond(): number {
    return this.#rate.perSecond;
  }

  /** Tells a listener of all that happens from now on; what it gives back ends that. */
  on(listener: (event: SoloMinerEvent) => void): () => void {
    const own = (event: SoloMinerEvent): void => listener(event);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /**
   * Mines until the signal fires, or there are enough blocks.
   *
   * @throws MinerError, RpcCallError, RpcConnectError if there is no point in going on
   */
  async run(signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const end = (): void => {
      ending.abort();
      this.#round.abort();
    };
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    const mining = this.#mine(ending.signal).then(end);
    try {
      await allOrNone([this.#feed.run(ending.signal), mining], end);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async #mine(signal: AbortSignal): Promise<void> {
    const { blocks = Number.POSITIVE_INFINITY } = this.#options;
    while (!signal.aborted && this.#totals.accepted < blocks) {
      const template = this.#feed.current;
      if (template === undefined) await this.#feed.next(signal);
      else await this.#mineTemplate(template, signal);
    }
  }

  async #mineTemplate(template: WorkTemplate, signal: AbortSignal): Promise<void> {
    const { clock, search } = this.#parts;
    await clock.nextTurn();
    await this.#keepPace(template, signal);
    // Whatever came meanwhile is what is to be mined.
    if (signal.aborted || this.#feed.current !== template) return;
    const round = new AbortController();
    this.#round = round;
    const block = this.#nextBlock(template);
    const { first, last } = template.nonces;
    const cancel = clock.schedule(ROUND_MS, () => round.abort());
    const start = clock.monotonic();
    const limits = { maxTries: last - first + 1, signal: round.signal, wanted: 'any' } as const;
    try {
      const result = await search.search(block.header, limits);
      this.#count(result.tries, clock.monotonic() - start);
      if (result.kind === 'found') {
        await this.#submit({ ...block, header: result.header }, template, signal);
      }
    } finally {
      cancel();
    }
  }

  #nextBlock(template: WorkTemplate): Block {
    const { clock } = this.#parts;
    if (this.#maker?.template !== template) {
      this.#maker = new BlockMaker(template, this.#options);
      this.#templateAt = clock.monotonic();
    }
    const counter = new Uint8Array(HALF_EXTRA_NONCE);
    new DataView(counter.buffer).setUint32(0, this.#extraNonce++, true);
    // The node's clock counts, however wrong this one is.
    const seconds = Math.floor((clock.monotonic() - this.#templateAt) / 1000);
    return this.#maker.block(concatBytes(this.#ownNonce, counter), template.time + seconds);
  }

  async #keepPace({ bits }: WorkTemplate, signal: AbortSignal): Promise<void> {
    if (targetFromCompact(bits).value < TRIVIAL_TARGET) return;
    const { clock } = this.#parts;
    const rest = this.#foundAt + TRIVIAL_PACE_MS - clock.monotonic();
    if (rest > 0) await sleep(clock, rest, signal).catch(() => {});
  }

  #count(hashes: number, milliseconds: number): void {
    this.#totals.hashes += hashes;
    this.#totals.searchedMs += milliseconds;
    this.#rate.add(hashes, milliseconds);
    this.#tell({ kind: 'rate', hashesPerSecond: this.#rate.perSecond });
  }

  async #submit(block: Block, template: WorkTemplate, signal: AbortSignal): Promise<void> {
    const { height, reward } = template;
    const found: FoundBlock = { height, hash: blockHash(block.header), reward };
    this.#foundAt = this.#parts.clock.monotonic();
    this.#totals.found++;
    this.#tell({ kind: 'found', block: found });
    const answer = await this.#send(block, found, signal);
    if (answer === undefined) return;
    const { isAccepted, reason = '', words } = explainAnswer(answer);
    this.#feed.outdate(template);
    if (isAccepted) {
      this.#refusals = 0;
      this.#totals.accepted++;
      this.#totals.reward += reward;
      this.#tell({ kind: 'accepted', block: found });
      return;
    }
    this.#totals.refused++;
    this.#tell({ kind: 'refused', block: found, reason, words });
    // The next block might fare no better.
    const delayMs = patience(this.#refusals++);
    await sleep(this.#parts.clock, delayMs, signal).catch(() => {});
  }

  /** A block is worth trying until the node is there again. Undefined if the signal fires before. */
  async #send(
    block: Block,
    found: FoundBlock,
    signal: AbortSignal,
  ): Promise<JsonValue | undefined> {
    const { door, clock } = this.#parts;
    const hex = toHex(encodeBlock(block));
    for (let failures = 0; ; failures++) {
      try {
        // Not called off by the signal: a block that has been found should arrive.
        return await door.callExact('submitblock', [hex], { timeoutMs: 60_000 });
      } catch (error) {
        if (error instanceof RpcCallError && error.number !== IN_WARMUP) return error.message;
        if (!(error instanceof RpcConnectError || error instanceof RpcCallError)) throw error;
        if (failures === 0) this.#tell({ kind: 'unsent', block: found, error });
        if (signal.aborted) return undefined;
        await sleep(clock, patience(failures), signal).catch(() => {});
      }
    }
  }

  #tell(event: SoloMinerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
