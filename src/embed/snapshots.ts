import type { ChainMark } from '../node/chain/chain-marks.ts';
import { sleep } from '../outside/clock/clock.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import type { NodeCore } from './node-core.ts';
import { NodeError } from './node-error.ts';
import { type ClockState, clockState, restoreClock } from './node-time.ts';
import {
  giveUpSince,
  type WalletMoment,
  walletMoment,
  withQuietWallets,
} from './wallet-moments.ts';

/** How often it is looked whether all connections are over. */
const LOOK_MS = 1;

/** Names a snapshot. It holds for the node that it was made of, as long as that runs. */
export type SnapshotId = string;

interface Waiting {
  readonly tx: Transaction;
  /** When it came, in seconds. */
  readonly time: number;
}

interface Snapshot {
  readonly mark: ChainMark;
  /** Each after those that it spends from. */
  readonly transactions: readonly Waiting[];
  readonly deltas: readonly (readonly [Txid, bigint])[];
  /** Those that nobody had asked for yet. */
  readonly unbroadcast: readonly Txid[];
  readonly clock: ClockState;
  readonly wallets: WalletMoment;
}

/** Moments of a node that it can be put back to: chain, mempool and clock. */
export class Snapshots {
  readonly #core: NodeCore;
  /** The oldest first. */
  readonly #snapshots = new Map<SnapshotId, Snapshot>();
  #count = 0;

  constructor(core: NodeCore) {
    this.#core = core;
  }

  async make(): Promise<SnapshotId> {
    const { node, clock } = this.#core;
    const { chain, mempool, network } = node;
    let mark = await chain.mark();
    // A peer's block may have come in between: what is in the mempool belongs to the tip that there is.
    while (chain.tip !== mark.tip) {
      chain.releaseMark(mark);
      mark = await chain.mark();
    }
    const entries = [...mempool.entries()].sort(
      (a, b) => a.ancestorCount - b.ancestorCount || a.sequence - b.sequence,
    );
    const id = `snapshot-${++this.#count}`;
    this.#snapshots.set(id, {
      mark,
      transactions: entries.map(({ tx, time }) => ({ tx, time })),
      deltas: [...mempool.deltas()].map(([txid, delta]) => [txid, delta] as const),
      unbroadcast: network.relay.unbroadcast,
      clock: clockState(clock),
      wallets: await walletMoment(this.#core),
    });
    return id;
  }

  /** @throws NodeError `unknown-snapshot` */
  async revert(id: SnapshotId): Promise<void> {
    const snapshot = this.#snapshots.get(id);
    if (snapshot === undefined) throw this.#unknown(id);
    const { node, clock } = this.#core;
    const { chain, peers } = node;
    const ids = [...this.#snapshots.keys()];
    for (const later of ids.slice(ids.indexOf(id) + 1)) this.#snapshots.delete(later);
    // Peers have what is to be forgotten, and would bring it back.
    const wasActive = peers.isActive;
    peers.setActive(false);
    try {
      while (peers.counts().all > 0) await sleep(new SystemClock(), LOOK_MS);
      await withQuietWallets(this.#core, async () => {
        await chain.revertTo(snapshot.mark);
        restoreClock(clock, snapshot.clock);
        await this.#fillMempool(snapshot);
        await giveUpSince(this.#core, snapshot.wallets);
      });
    } finally {
      peers.setActive(wasActive);
    }
  }

  async #fillMempool({ transactions, deltas, unbroadcast }: Snapshot): Promise<void> {
    const { mempool, network } = this.#core.node;
    await mempool.clear();
    for (const [txid, delta] of deltas) mempool.prioritise(txid, delta);
    for (const { tx, time } of transactions) {
      // It was here before, whatever it pays alone.
      const result = await mempool.accept(tx, { source: 'chain', time });
      if (result.kind === 'accepted') continue;
      const words = `the mempool does not take back what it had: ${result.error.message}`;
      throw new NodeError('refused', words, { cause: result.error });
    }
    network.relay.restoreUnbroadcast(unbroadcast);
  }

  #unknown(id: SnapshotId): NodeError {
    const known = [...this.#snapshots.keys()].join(', ') || 'none, since there is no snapshot';
    return new NodeError(
      'unknown-snapshot',
      `there is no snapshot ${JSON.stringify(id)}: it is another node's, or an earlier one has been reverted to since; allowed: ${known}`,
    );
  }
}
