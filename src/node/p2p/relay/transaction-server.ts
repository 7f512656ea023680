import type { Clock } from '../../../outside/clock/clock.ts';
import { encodeTxWithoutWitness } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import { type InventoryItem, isTransactionItem, MSG_TX } from '../../../protocol/wire/inventory.ts';
import type { Peer } from '../peer/peer.ts';
import { Drainage } from '../serve/drainage.ts';
import { Turn } from '../serve/turn.ts';
import type { Announcer } from './announcer.ts';
import type { RecentTransactions } from './recent-transactions.ts';
import type { Unbroadcast } from './unbroadcast.ts';

export interface ServerParts {
  readonly clock: Clock;
  readonly announcer: Announcer;
  readonly recent: RecentTransactions;
  readonly unbroadcast: Unbroadcast;
}

/**
 * Gives peers the transactions that they ask for: those that they can have heard of from this node, and
 * those of the last block. Of others it says that it has not got them, whether it has or not.
 */
export class TransactionServer {
  readonly #parts: ServerParts;
  readonly #drainage = new Drainage();

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  /** Resolves when all that was asked for has been sent, as fast as the peer takes it. */
  async serve(peer: Peer, items: readonly InventoryItem[]): Promise<void> {
    const { clock, announcer, recent, unbroadcast } = this.#parts;
    // Who must not hear of transactions gets no answer at all, as from Core.
    if (!announcer.tells(peer)) return;
    const missing: InventoryItem[] = [];
    const turn = new Turn(clock);
    for (const item of items) {
      if (!isTransactionItem(item)) continue;
      if (turn.isOver) await turn.next();
      if (peer.isCongested) await this.#drainage.room(peer);
      if (peer.isGone) return;
      const tx = announcer.find(peer, item) ?? recent.inLastBlock(item.hash);
      if (tx === undefined) {
        missing.push(item);
        continue;
      }
      // A peer that does not ask for the witness may not even know that there is one.
      const raw = item.type === MSG_TX ? { raw: encodeTxWithoutWitness(tx) } : {};
      peer.send({ command: 'tx', tx, ...raw });
      unbroadcast.remove(txid(tx));
    }
    if (missing.length > 0) peer.send({ command: 'notfound', items: missing });
  }

  /** What waited has left, or the peer has. */
  drained(peer: Peer): void {
    this.#drainage.drained(peer);
  }
}
