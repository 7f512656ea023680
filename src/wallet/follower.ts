import type { Cancel } from '../outside/clock/clock.ts';
import { equalBytes } from '../protocol/bytes/compare.ts';
import { BlockIntake } from './block-intake.ts';
import type { PoolExit } from './ledger/wallet-tx.ts';
import { firstHeightSince, type RescanOptions, type RescanResult, rescanBlocks } from './rescan.ts';
import type { BlockPlace, ChainSource, LeaveReason, SourceEvent } from './source/chain-source.ts';
import { SourceError } from './source/source-error.ts';
import type { WalletState } from './wallet-state.ts';

/** A source that is followed, and what is under way with it. */
interface Attachment {
  readonly source: ChainSource;
  stop: () => void;
  /** The way to its tip, while the wallet is on it. */
  syncing: Promise<void> | undefined;
  /** Whether something has happened that it may have missed. */
  isAskedAgain: boolean;
  retryMs: number;
  cancelRetry: Cancel;
}

/** What came of an event: done at once, or the wallet has to look for itself. */
interface Handled {
  readonly syncing: Promise<void> | undefined;
}

const DONE: Handled = { syncing: undefined };
/** What failed is tried again after that, and ever less often. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** A chain that moves so often while it is read is left alone for a while. */
const MOST_MOVES = 16;

/**
 * Keeps a wallet in step with the chain of its source: block by block while it is there, and all at
 * once after it has been away. What the source tells is a hint. What does not fit on the last block
 * that the wallet knows makes it look for itself.
 *
 * On its way to the tip it asks outside of the wallet's queue, and each block is a task of its own:
 * with a node that is slow, or gone, the wallet still answers.
 */
export class Follower {
  readonly #state: WalletState;
  readonly #intake: BlockIntake;
  #attached: Attachment | undefined;
  /** Hears that the chain has come to rest, or a node appeared: time to send what waits. */
  readonly #onRest: () => void;
  /** Hears that something is not in the pool any more, and nobody knows why. */
  readonly #onLost: () => void;
  #isScanning = false;

  constructor(state: WalletState, onRest: () => void, onLost: () => void = () => {}) {
    this.#state = state;
    this.#intake = new BlockIntake(state);
    this.#onRest = onRest;
    this.#onLost = onLost;
  }

  get source(): ChainSource | undefined {
    return this.#attached?.source;
  }

  /** Whether old blocks are being looked at. */
  get isScanning(): boolean {
    return this.#isScanning;
  }

  /** Whether the wallet is on its way to the tip. */
  get isCatchingUp(): boolean {
    return this.#attached?.syncing !== undefined;
  }

  /**
   * Follows a source from now on, and catches up with it first, if it can be reached. If it is lost
   * meanwhile, the rest is done as soon as it is there again.
   *
   * @throws `SourceError` `no-block`, `bad-answer`; the source is not followed then
   */
  async attach(source: ChainSource): Promise<void> {
    await this.detach();
    const attached: Attachment = {
      source,
      stop: () => {},
      syncing: undefined,
      isAskedAgain: false,
      retryMs: FIRST_RETRY_MS,
      cancelRetry: () => {},
    };
    this.#attached = attached;
    // Events that come while the wallet catches up make it look once more.
    const met = this.#meet(attached);
    attached.stop = source.follow((event) => this.#onEvent(attached, event));
    try {
      await met;
    } catch (error) {
      if (this.#attached !== attached) return;
      if (!mayPass(error)) {
        await this.detach();
        throw error;
      }
    }
    this.#onRest();
  }

  async detach(): Promise<void> {
    this.#attached?.stop();
    this.#attached?.cancelRetry();
    this.#attached = undefined;
    await this.#state.queue.run(async () => this.#state.ledger.forgetPool());
  }

  /** Resolves when the wallet is on its way nowhere. */
  async idle(): Promise<void> {
    while (this.#attached?.syncing !== undefined) await this.#attached.syncing.catch(() => {});
  }

  /**
   * Looks at blocks once more, for scripts that are new to the wallet.
   *
   * @throws `SourceError`
   */
  async rescan(options: RescanOptions): Promise<RescanResult> {
    const parts = { state: this.#state, source: this.#requireSource(), intake: this.#intake };
    this.#isScanning = true;
    try {
      return await rescanBlocks(parts, options);
    } finally {
      this.#isScanning = false;
    }
  }

  /** Scripts were imported that may have been paid to since a time: looks at the blocks since then. */
  async rescanSince(
    timestamp: number,
    options: Pick<RescanOptions, 'signal' | 'onProgress'> = {},
  ): Promise<RescanResult | undefined> {
    const source = this.#requireSource();
    const tip = await source.tip();
    const from = await firstHeightSince(source, timestamp, tip);
    return from > tip.height ? undefined : this.rescan({ from, ...options });
  }

  #requireSource(): ChainSource {
    if (this.#attached !== undefined) return this.#attached.source;
    throw new SourceError('unreachable', 'there is no node to ask for blocks');
  }

  #onEvent(attached: Attachment, event: SourceEvent): void | Promise<void> {
    const handled = this.#state.queue.run(async () => {
      // What was queued for a source that is gone is nobody's business.
      return this.#attached === attached ? this.#handle(attached, event) : DONE;
    });
    // A node shall not fail because a wallet does.
    const told = handled
      .then(async ({ syncing }) => {
        await syncing;
        if (event.kind === 'reachable') await this.#meet(attached);
        if (event.kind === 'tip' || event.kind === 'reachable') this.#onRest();
        if (event.kind === 'left' && event.reason === 'unknown') this.#onLost();
      })
      .catch((error: unknown) => this.#fail(error));
    // It waits for what blocks do to a wallet, and must not for what its pool does.
    return event.kind === 'entered' || event.kind === 'left' ? undefined : told;
  }

  /** A node that cannot be asked is asked again; everything else has to be told. */
  #fail(error: unknown): void {
    if (!(error instanceof SourceError)) this.#state.fail(error);
  }

  async #handle(attached: Attachment, event: SourceEvent): Promise<Handled> {
    const intake = this.#intake;
    switch (event.kind) {
      case 'entered':
        await intake.enterPool([event.tx]);
        return DONE;
      case 'left':
        await intake.leavePool(event.tx, exitFor(event.reason));
        return DONE;
      case 'unreachable':
        await intake.forgetPool();
        return DONE;
      case 'reachable':
        return DONE;
      default:
        return this.#handleBlock(attached, event);
    }
  }

  async #handleBlock(
    attached: Attachment,
    event: Extract<SourceEvent, { place: BlockPlace }>,
  ): Promise<Handled> {
    const intake = this.#intake;
    const { place } = event;
    // Where the wallet is on its way, blocks come in the order of that.
    if (attached.syncing !== undefined) return { syncing: this.#sync(attached) };
    switch (event.kind) {
      case 'connected':
        if (this.#state.branch.has(place)) return DONE;
        if (!intake.isNext(place)) return { syncing: this.#sync(attached) };
        await intake.look(place, event.block, false);
        return DONE;
      case 'disconnected':
        if (intake.isTip(place)) await intake.disconnect(place);
        return DONE;
      case 'tip':
        return intake.isTip(place) ? DONE : { syncing: this.#sync(attached) };
    }
  }

  /** A source has appeared: the wallet goes to its chain, and learns what is in its pool. */
  async #meet(attached: Attachment): Promise<void> {
    const { source } = attached;
    if (!source.isReachable || this.#attached !== attached) return;
    await this.#sync(attached);
    await this.#trying(attached, async () => {
      const transactions = await source.pool();
      await this.#step(attached, () => this.#intake.enterPool(transactions));
    });
  }

  /** Begins to go to the tip, or asks whoever is on the way to look once more. */
  #sync(attached: Attachment): Promise<void> {
    attached.isAskedAgain = true;
    attached.syncing ??= this.#trying(attached, () => this.#goToTip(attached));
    return attached.syncing;
  }

  async #goToTip(attached: Attachment): Promise<void> {
    try {
      while (attached.isAskedAgain) {
        attached.isAskedAgain = false;
        await this.#catchUp(attached);
        await this.#findInPool(attached);
      }
    } finally {
      attached.syncing = undefined;
    }
  }

  /** Whatever fails because of the node is tried again. */
  async #trying(attached: Attachment, act: () => Promise<void>): Promise<void> {
    try {
      await act();
      attached.retryMs = FIRST_RETRY_MS;
    } catch (error) {
      if (error instanceof SourceError) this.#tryLater(attached);
      throw error;
    }
  }

  #tryLater(attached: Attachment): void {
    attached.cancelRetry();
    if (this.#attached !== attached) return;
    const { clock } = this.#state.doors;
    attached.cancelRetry = clock.schedule(attached.retryMs, () => {
      this.#meet(attached).then(this.#onRest, (error: unknown) => this.#fail(error));
    });
    attached.retryMs = Math.min(2 * attached.retryMs, LAST_RETRY_MS);
  }

  /** A step on the way, within the wallet's queue, unless another way has been taken. */
  #step(attached: Attachment, act: () => Promise<void>): Promise<void> {
    return this.#state.queue.run(async () => {
      if (this.#attached === attached) return act();
      throw new SourceError('unreachable', 'the wallet does not follow this node any more');
    });
  }

  /** Goes to the tip of the source, from wherever the wallet is. */
  async #catchUp(attached: Attachment): Promise<void> {
    const { source } = attached;
    for (let moves = 0; ; ) {
      const tip = await source.tip();
      if (this.#intake.isTip(tip)) return;
      const fork = await this.#findFork(source);
      await this.#step(attached, () => this.#intake.goBackTo(fork));
      try {
        await this.#goTo(attached, fork + 1, tip);
      } catch (error) {
        // The next round starts from where that leaves the wallet.
        if (!(error instanceof SourceError && error.code === 'moved')) throw error;
        if (++moves === MOST_MOVES) throw error;
      }
    }
  }

  /** The height of the last block that both know; -1 where there is none. */
  async #findFork(source: ChainSource): Promise<number> {
    for (const { height, hash } of this.#state.branch.highestFirst()) {
      const place = await source.placeAt(height);
      if (place !== undefined && equalBytes(place.hash, hash)) return height;
    }
    return -1;
  }

  async #goTo(attached: Attachment, first: number, to: BlockPlace): Promise<void> {
    const { source } = attached;
    const { keys, branch } = this.#state;
    const after = branch.tip?.hash;
    // Once it has met a chain, times do not matter: what comes after is new.
    const from = after === undefined ? await this.#birthHeight(source, to) : first;
    const stretch = { from, to, after };
    for await (const { place, block } of source.blocksConcerning(stretch, () => keys.scripts)) {
      await this.#step(attached, () =>
        block === undefined ? this.#intake.advance(place) : this.#intake.look(place, block, false),
      );
    }
    await this.#step(attached, () => this.#intake.advance(to));
  }

  /** Before that, nothing was paid to any script of the wallet. */
  #birthHeight(source: ChainSource, tip: BlockPlace): Promise<number> {
    const times = this.#state.keys.keepers.map(({ record }) => record.timestamp);
    return firstHeightSince(source, Math.min(this.#state.format.createdAt, ...times), tip);
  }

  /** What the pool told of while the wallet was on its way may have been out of turn. */
  async #findInPool(attached: Attachment): Promise<void> {
    const waiting = [...this.#state.ledger.all()].filter(({ state }) => state.kind === 'waiting');
    if (waiting.length === 0) return;
    const found = new Set(await attached.source.inPool(waiting.map(({ txid }) => txid)));
    const transactions = waiting.filter(({ txid }) => found.has(txid)).map(({ tx }) => tx);
    await this.#step(attached, () => this.#intake.enterPool(transactions));
  }
}

/** What it is to a wallet: far nodes cannot tell. */
function exitFor(reason: LeaveReason): PoolExit {
  return reason === 'block' || reason === 'conflict' ? reason : 'other';
}

/** Whether a node may be there again, or say something else, in a moment. */
function mayPass(error: unknown): boolean {
  return error instanceof SourceError && error.code !== 'no-block' && error.code !== 'bad-answer';
}
