import type { Cancel } from '../outside/clock/clock.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import type { BroadcastVerdict, ChainSource } from './source/chain-source.ts';
import { SourceError } from './source/source-error.ts';
import type { WalletState } from './wallet-state.ts';

/** A node that is far away is asked so often whether it takes what waits. */
const RETRY_MS = 60_000;
/** And so soon where something has left its pool: what took its place is told in the same moment. */
const SOON_MS = 1_000;

/**
 * Sends what waits until it is confirmed: when it is made, when a node appears, when the chain has come
 * to rest, and now and then. Never within a task of the wallet's queue, since a node may have to tell
 * the wallet of a block before it answers.
 */
export class Broadcaster {
  readonly #state: WalletState;
  readonly #source: () => ChainSource | undefined;
  readonly #verdicts = new Map<string, BroadcastVerdict>();
  #running: Promise<void> | undefined;
  #isAsked = false;
  #isUrgent = false;
  #cancel: Cancel | undefined;
  #isClosed = false;

  constructor(state: WalletState, source: () => ChainSource | undefined) {
    this.#state = state;
    this.#source = source;
  }

  /** What the node said last to a transaction that waits. */
  verdictOf({ txid }: WalletTx): BroadcastVerdict | undefined {
    return this.#verdicts.get(toHex(txid));
  }

  /** Sends one transaction, and answers with what the node says to it. */
  async send(walletTx: WalletTx): Promise<BroadcastVerdict> {
    const verdict = await this.#offer(walletTx);
    this.#verdicts.set(toHex(walletTx.txid), verdict);
    return verdict;
  }

  /** Begins to send all that waits, if that is not under way. */
  kick(): void {
    this.#isAsked = true;
    this.#running ??= this.#run()
      .catch((error: unknown) => this.#state.fail(error))
      .finally(() => {
        this.#running = undefined;
        this.#sleep();
      });
  }

  /**
   * A transaction has left the pool, nobody knows why: what waits is sent in a moment. Where blocks have
   * come and gone, a node that is far tells of that after the chain has come to rest.
   */
  soon(): void {
    this.#isUrgent = true;
    if (this.#running === undefined) this.#sleep();
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel?.();
    await this.settled();
  }

  async #run(): Promise<void> {
    while (this.#isAsked && !this.#isClosed) {
      this.#isAsked = false;
      for (const walletTx of this.#waiting()) {
        if (this.#isClosed) return;
        // Another one may have been sent, or a block come, since the list was made.
        if (walletTx.state.kind === 'waiting') await this.send(walletTx);
      }
    }
  }

  /** Parents first. What stands against a transaction of the pool has no chance while that is there. */
  #waiting(): readonly WalletTx[] {
    const { ledger, options } = this.#state;
    if (!options.broadcasts || this.#source()?.isReachable !== true) return [];
    return [...ledger.all()]
      .filter((each) => each.state.kind === 'waiting' && !each.isCoinbase)
      .filter((each) => ledger.poolConflicts(each).length === 0)
      .sort((a, b) => a.order - b.order);
  }

  async #offer({ tx }: WalletTx): Promise<BroadcastVerdict> {
    const source = this.#source();
    if (source?.isReachable !== true) return { kind: 'unreachable' };
    try {
      return await source.broadcast(tx);
    } catch (error) {
      if (error instanceof SourceError) return { kind: 'unreachable' };
      throw error;
    }
  }

  #sleep(): void {
    this.#cancel?.();
    if (this.#isClosed || this.#source() === undefined) return;
    const delayMs = this.#isUrgent ? SOON_MS : RETRY_MS;
    this.#isUrgent = false;
    this.#cancel = this.#state.doors.clock.schedule(delayMs, () => this.kick());
  }
}
