import type { WriteBatch } from '../node/storage/write-batch.ts';
import { equalBytes } from '../protocol/bytes/compare.ts';
import type { Block } from '../protocol/primitives/block.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import type { BlockPlace, ChainSource, SourceEvent } from './source/chain-source.ts';
import { SourceError } from './source/source-error.ts';
import type { WalletState } from './wallet-state.ts';

/** Clocks of miners are wrong by up to so much: Bitcoin Core's `TIMESTAMP_WINDOW`. */
const TIMESTAMP_WINDOW_SECONDS = 2 * 60 * 60;

export interface RescanOptions {
  readonly from: number;
  /** The tip by default. */
  readonly to?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (height: number) => void;
}

export interface RescanResult {
  readonly from: number;
  /** The last block that was looked at. */
  readonly to: number;
}

/**
 * Keeps a wallet in step with the chain of its source: block by block while it is there, and all at
 * once after it has been away. What the source tells is a hint. What does not fit on the last block
 * that the wallet knows makes it look for itself.
 */
export class Follower {
  readonly #state: WalletState;
  #source: ChainSource | undefined;
  #stop: (() => void) | undefined;
  /** Hears that the chain has come to rest, or a node appeared: time to send what waits. */
  readonly #onRest: () => void;
  #isScanning = false;

  constructor(state: WalletState, onRest: () => void) {
    this.#state = state;
    this.#onRest = onRest;
  }

  get source(): ChainSource | undefined {
    return this.#source;
  }

  /** Whether old blocks are being looked at. */
  get isScanning(): boolean {
    return this.#isScanning;
  }

  /** Follows a source from now on, and catches up with it first, if it can be reached. */
  async attach(source: ChainSource): Promise<void> {
    await this.detach();
    this.#source = source;
    // Events that come while the wallet catches up wait in the queue behind that.
    const caughtUp = this.#state.queue.run(() => this.#meet(source));
    this.#stop = source.follow((event) => this.#onEvent(source, event));
    await caughtUp;
    this.#onRest();
  }

  async detach(): Promise<void> {
    this.#stop?.();
    this.#stop = undefined;
    this.#source = undefined;
    await this.#state.queue.run(async () => this.#state.ledger.forgetPool());
  }

  /**
   * Looks at blocks once more, for scripts that are new to the wallet.
   *
   * @throws `SourceError` `unreachable`, `no-block`
   */
  async rescan({ from, to, signal, onProgress }: RescanOptions): Promise<RescanResult> {
    const source = this.#requireSource();
    const tip = await source.tip();
    const last = Math.min(to ?? tip.height, tip.height);
    const state = this.#state;
    const { keys } = state;
    let reached = from;
    this.#isScanning = true;
    try {
      for await (const place of source.blocksConcerning(from, last, () => keys.scripts)) {
        if (signal?.aborted === true) return { from, to: reached };
        const block = await source.block(place.hash);
        // Each block is a task by itself, so that others have their turn.
        await state.queue.run(async () => {
          // Above what the wallet has seen, blocks come in their turn; others may be gone by now.
          if (place.height > state.ledger.height) return;
          if ((await source.find(place.hash)) !== undefined) await this.#look(place, block, true);
        });
        reached = place.height;
        onProgress?.(place.height);
      }
      return { from, to: last };
    } finally {
      this.#isScanning = false;
    }
  }

  /** Scripts were imported that may have been paid to since a time: looks at the blocks since then. */
  async rescanSince(timestamp: number): Promise<RescanResult | undefined> {
    const source = this.#requireSource();
    const tip = await source.tip();
    const from = await heightSince(source, timestamp - TIMESTAMP_WINDOW_SECONDS, tip.height);
    return from > tip.height ? undefined : this.rescan({ from });
  }

  #requireSource(): ChainSource {
    if (this.#source !== undefined) return this.#source;
    throw new SourceError('unreachable', 'there is no node to ask for blocks');
  }

  #onEvent(source: ChainSource, event: SourceEvent): void | Promise<void> {
    const handled = this.#state.queue.run(async () => {
      // What was queued for a source that is gone is nobody's business.
      if (this.#source === source) await this.#handle(source, event);
    });
    // A node shall not fail because a wallet does.
    const told = handled.then(
      () => {
        if (event.kind === 'tip' || event.kind === 'reachable') this.#onRest();
      },
      (error: unknown) => this.#fail(error),
    );
    // It waits for what blocks do to a wallet, and must not for what its pool does.
    return event.kind === 'entered' || event.kind === 'left' ? undefined : told;
  }

  /** A node that cannot be reached is waited for; everything else has to be told. */
  #fail(error: unknown): void {
    if (!(error instanceof SourceError)) this.#state.fail(error);
  }

  async #handle(source: ChainSource, event: SourceEvent): Promise<unknown> {
    const { ledger } = this.#state;
    switch (event.kind) {
      case 'connected':
        return this.#onConnected(source, event.place, event.block);
      case 'disconnected':
        return this.#onDisconnected(event.place);
      case 'tip':
        return this.#isTip(event.place) ? undefined : this.#catchUp(source);
      case 'entered':
        return this.#enterPool([event.tx]);
      case 'left':
        return this.#change(() => ledger.leavePool(event.tx, event.reason === 'block'));
      case 'reachable':
        return this.#meet(source);
      case 'unreachable':
        return this.#change(() => ledger.forgetPool());
    }
  }

  #isTip({ hash, height }: BlockPlace): boolean {
    const { tip } = this.#state.branch;
    return tip?.height === height && this.#state.branch.has({ height, hash });
  }

  async #onConnected(source: ChainSource, place: BlockPlace, block: Block): Promise<void> {
    const { branch } = this.#state;
    if (branch.has(place)) return;
    const { tip } = branch;
    const isNext =
      tip !== undefined && branch.has({ height: place.height - 1, hash: place.parent });
    if (!isNext || tip.height !== place.height - 1) return this.#catchUp(source);
    await this.#look(place, block, false);
  }

  async #onDisconnected(place: BlockPlace): Promise<void> {
    if (!this.#isTip(place)) return;
    const { branch, ledger } = this.#state;
    await this.#change((batch) => {
      const height = place.height - 1;
      ledger.disconnectTo(height);
      branch.cutTo(height);
      if (branch.tip?.height !== height) branch.push({ height, hash: place.parent });
      this.#state.saveBranch(batch);
    });
  }

  /** A change that can be found again: it need not outlive a loss of power. */
  #change(make: (batch: WriteBatch) => unknown): Promise<unknown> {
    return this.#state.changeNow(make, { durable: false });
  }

  #enterPool(transactions: readonly Transaction[]): Promise<unknown> {
    const { ledger, keys, now } = this.#state;
    return this.#change((batch) => {
      for (const tx of transactions) {
        if (ledger.enterPool(tx, { now }) === undefined) continue;
        for (const { scriptPubKey } of tx.outputs) keys.markUsed(scriptPubKey, batch);
      }
    });
  }

  /** A source has appeared: the wallet goes to its chain, and learns what is in its pool. */
  async #meet(source: ChainSource): Promise<void> {
    if (!source.isReachable) return;
    try {
      await this.#catchUp(source);
      await this.#enterPool(await source.pool());
    } catch (error) {
      if (!(error instanceof SourceError && error.code === 'unreachable')) throw error;
    }
  }

  /** Goes to the tip of the source, from wherever the wallet is. */
  async #catchUp(source: ChainSource): Promise<void> {
    const { branch, ledger } = this.#state;
    for (let tip = await source.tip(); !this.#isTip(tip); tip = await source.tip()) {
      const fork = await this.#findFork(source);
      if (branch.tip !== undefined && fork < branch.tip.height) {
        await this.#change((batch) => {
          ledger.disconnectTo(fork);
          branch.cutTo(fork);
          this.#state.saveBranch(batch);
        });
      }
      await this.#goTo(source, fork + 1, tip);
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

  async #goTo(source: ChainSource, first: number, tip: BlockPlace): Promise<void> {
    const { keys, branch, ledger } = this.#state;
    // Once it has met a chain, times do not matter: what comes after is new.
    const isFirst = branch.tip === undefined;
    const birth = isFirst ? await heightSince(source, this.#birthTime(), tip.height) : 0;
    const from = Math.max(first, birth);
    const scripts = (): readonly Uint8Array[] => keys.scripts;
    for await (const place of source.blocksConcerning(from, tip.height, scripts)) {
      // The chain has moved on meanwhile: the next round starts from where that leaves the wallet.
      if ((await source.find(place.hash)) === undefined) return;
      await this.#look(place, await source.block(place.hash), false);
    }
    if ((await source.find(tip.hash)) === undefined || this.#isTip(tip)) return;
    await this.#change((batch) => {
      ledger.advanceTo(tip.height);
      branch.push(tip);
      this.#state.saveBranch(batch);
    });
  }

  /** Before that, nothing was paid to any script of the wallet. */
  #birthTime(): number {
    const times = this.#state.keys.keepers.map(({ record }) => record.timestamp);
    const earliest = Math.min(this.#state.format.createdAt, ...times);
    return earliest - TIMESTAMP_WINDOW_SECONDS;
  }

  /** Takes a block in: as the tip, or as one that is looked at once more. */
  async #look(place: BlockPlace, block: Block, isRescan: boolean): Promise<void> {
    const { ledger, keys, branch, now } = this.#state;
    const notice = { now, isRescan };
    await this.#change((batch) => {
      let found = isRescan
        ? ledger.scan(place, block, notice)
        : ledger.connect(place, block, notice);
      for (let watched = -1; watched !== keys.scripts.length; ) {
        watched = keys.scripts.length;
        for (const { tx } of found) {
          for (const { scriptPubKey } of tx.outputs) keys.markUsed(scriptPubKey, batch);
        }
        // The same block may pay to a script that is watched only since the last look.
        if (watched !== keys.scripts.length) found = ledger.scan(place, block, notice);
      }
      if (isRescan) return;
      branch.push(place);
      this.#state.saveBranch(batch);
    });
  }
}

/** The first height at which the median time has reached a time; one above the tip if none has. */
async function heightSince(source: ChainSource, time: number, tip: number): Promise<number> {
  let [low, high] = [0, tip + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = await source.placeAt(middle);
    if (place === undefined || place.medianTime >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}
