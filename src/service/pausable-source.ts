import type { Transaction } from '../protocol/primitives/transaction.ts';
import type { BroadcastVerdict, SourceListener } from '../wallet/source/chain-source.ts';
import { NodeSource } from '../wallet/source/node-source.ts';

/** A node in this process, to which wallets can be kept from sending for a while. */
export class PausableSource extends NodeSource {
  readonly #listeners = new Set<SourceListener>();
  #pauses = 0;

  override follow(listener: SourceListener): () => void {
    const stop = super.follow(listener);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      stop();
    };
  }

  /** What is not sent now waits, as if nobody had heard of it. */
  override async broadcast(tx: Transaction): Promise<BroadcastVerdict> {
    return this.#pauses > 0 ? { kind: 'unreachable' } : super.broadcast(tx);
  }

  pause(): void {
    this.#pauses++;
  }

  /** What was made meanwhile is sent. */
  async goOn(): Promise<void> {
    this.#pauses--;
    if (this.#pauses > 0) return;
    await Promise.all([...this.#listeners].map((listener) => listener({ kind: 'reachable' })));
  }
}
