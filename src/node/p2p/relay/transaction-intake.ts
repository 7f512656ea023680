import { shuffled } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { ByteMap, ByteSet } from '../../../protocol/bytes/byte-map.ts';
import { compareBytes } from '../../../protocol/bytes/compare.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { type Transaction, txWeight } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import { isHeard, type Log } from '../../log/log.ts';
import { txNames } from '../../log/tx-names.ts';
import type {
  Accepted,
  AcceptResult,
  PackageTxResult,
  Rejected,
} from '../../mempool/mempool-results.ts';
import type { Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { PeerSet } from '../peers.ts';
import { alreadyHave, type Whereabouts } from './already-have.ts';
import type { Announcer } from './announcer.ts';
import type { Orphan } from './orphans.ts';
import type { RelayPool } from './relay-parts.ts';
import type { RequestScheduler } from './request-scheduler.ts';

export interface IntakeParts extends Whereabouts {
  readonly entropy: Entropy;
  readonly pool: RelayPool;
  readonly peers: PeerSet;
  readonly requests: RequestScheduler;
  readonly announcer: Announcer;
  readonly log: Log;
  readonly onSpare: (tx: Transaction) => void;
}

/** Two transactions that may get into the pool together though the first does not pay enough. */
interface Pair {
  readonly parent: Orphan;
  readonly child: Orphan;
}

/** Takes transactions of peers: into the pool, or among the orphans, or nowhere. */
export class TransactionIntake {
  readonly #parts: IntakeParts;
  /** Being checked at this moment: another peer may send the same. */
  readonly #inHand: ByteSet;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#inHand = new ByteSet(parts.entropy.u32());
  }

  /**
   * Resolves when the transaction, and all that waited for it, has been dealt with.
   *
   * @throws PeerFault if no node would ever take it
   */
  async take(peer: Peer, tx: Transaction): Promise<void> {
    const { requests, announcer, pool } = this.#parts;
    const [id, witnessId] = [txid(tx), wtxid(tx)];
    announcer.noteKnown(peer, peer.relaysByWtxid ? witnessId : id);
    requests.answered(peer, id);
    if (witnessId !== (id as Uint8Array)) requests.answered(peer, witnessId);
    if (alreadyHave(this.#parts, { hash: witnessId, byWtxid: true }, true)) {
      await this.#takeKnown(peer, tx);
      return;
    }
    if (!this.#inHand.add(witnessId)) return;
    let fault: PeerFault | undefined;
    try {
      const result = await pool.accept(tx, { source: 'peer' });
      if (result.kind === 'accepted') {
        peer.noteUseful('transaction');
        this.#welcome({ tx, peer: peer.id }, result);
      } else {
        fault = await this.#refuse(peer, tx, result);
      }
    } finally {
      this.#inHand.delete(witnessId);
    }
    await this.#reconsiderOrphans();
    if (fault !== undefined) throw fault;
  }

  async #takeKnown(peer: Peer, tx: Transaction): Promise<void> {
    const { pool, announcer, recent } = this.#parts;
    // The operator vouches for such peers: nodes behind this one, whose transactions others must hear of.
    if (peer.permissions.has('forcerelay')) {
      const entry = pool.get(txid(tx));
      this.#tellForced(peer, tx, entry !== undefined);
      if (entry !== undefined) announcer.announce(entry);
    }
    if (!recent.isReconsiderable(wtxid(tx))) return;
    await this.#tryWithChild(peer, tx);
    await this.#reconsiderOrphans();
  }

  #tellForced({ id }: Peer, tx: Transaction, isInPool: boolean): void {
    const words = isInPool
      ? `Force relaying tx ${txNames(tx)} from peer=${id}`
      : `Not relaying non-mempool transaction ${txNames(tx)} from forcerelay peer=${id}`;
    this.#parts.log('note', 'net', words);
  }

  /** A transaction is in the pool. */
  #welcome({ tx, peer }: Orphan, { entry, replaced }: Accepted): void {
    const { requests, orphans, announcer, pool, log, onSpare } = this.#parts;
    if (isHeard(log, 'debug', 'mempool')) {
      const room = `poolsz ${pool.size} txn, ${Math.trunc(pool.usageBytes / 1000)} kB`;
      const words = `AcceptToMemoryPool: peer=${peer}: accepted ${txNames(tx)} (${room})`;
      log('debug', 'mempool', words);
    }
    requests.forget(txid(tx));
    requests.forget(wtxid(tx));
    orphans.noteParent(tx);
    orphans.remove(wtxid(tx));
    announcer.announce(entry);
    for (const { tx: other } of replaced) onSpare(other);
  }

  /** A transaction that a peer has just sent is not in the pool: what becomes of it, and of the peer. */
  async #refuse(peer: Peer, tx: Transaction, result: Rejected): Promise<PeerFault | undefined> {
    this.#tellRefusal({ tx, peer: peer.id }, result);
    if (result.reject === 'missing-inputs') {
      this.#keepOrphan(peer, tx, result);
      return undefined;
    }
    if (result.reject !== 'witness-stripped') this.#parts.onSpare(tx);
    const fault = this.#forget(tx, result);
    if (result.reject === 'reconsiderable') await this.#tryWithChild(peer, tx);
    return fault;
  }

  #tellRefusal({ tx, peer }: Orphan, { error }: Rejected): void {
    const { log } = this.#parts;
    if (!isHeard(log, 'debug', 'mempoolrej')) return;
    const words = `${txNames(tx)} from peer=${peer} was not accepted: ${error.message}`;
    log('debug', 'mempoolrej', words);
  }

  /** Remembers a refusal. Answers with a fault if it is one that everybody can see. */
  #forget(tx: Transaction, { reject, error }: Rejected): PeerFault | undefined {
    const { recent, requests, orphans } = this.#parts;
    // Not looked at, or still without its parents: nothing has changed.
    if (reject === 'unknown' || reject === 'missing-inputs') return undefined;
    for (const id of recent.noteRejected(tx, reject)) requests.forget(id);
    orphans.remove(wtxid(tx));
    return error.verdict === 'invalid' ? PeerFault.of('transaction', error) : undefined;
  }

  #keepOrphan(peer: Peer, tx: Transaction, { missing = [] }: Rejected): void {
    const { requests, announcer, orphans, recent, pool, peers, log, onSpare } = this.#parts;
    const parents = parentsOf(tx);
    if (this.#isHopeless(parents)) {
      log('debug', 'mempool', `not keeping orphan with rejected parents ${txNames(tx)}`);
      recent.noteHopeless(tx);
    } else if (peers.get(peer.id) !== undefined) {
      // Whoever offers the child has its parents too. They are named by the txids that the child has.
      const offering = [
        peer,
        ...requests.peersOffering(wtxid(tx)),
        ...requests.peersOffering(txid(tx)),
      ];
      for (const parent of parents) {
        announcer.noteKnown(peer, parent);
        const name = { hash: parent, byWtxid: false };
        if (alreadyHave(this.#parts, name, false)) continue;
        for (const one of offering) requests.offer(one, name);
      }
      if (orphans.add(tx, peer.id)) {
        const size = `weight: ${txWeight(tx)} (mapsz ${orphans.size})`;
        log('debug', 'txpackages', `stored orphan tx ${txNames(tx)}, ${size}`);
        onSpare(tx);
      }
      // A parent may have come from somebody else while this one was being checked.
      for (const { txid: parent } of missing) {
        const entry = pool.get(parent);
        if (entry !== undefined) orphans.noteParent(entry.tx);
      }
    }
    requests.forget(txid(tx));
    requests.forget(wtxid(tx));
  }

  /** Whether the parents are known, and refused. One may be, if the fee was all that was wrong. */
  #isHopeless(parents: readonly Txid[]): boolean {
    const { recent, pool } = this.#parts;
    if (parents.some((id) => recent.isRejected(id))) return true;
    const poor = parents.filter((id) => recent.isReconsiderable(id) && pool.get(id) === undefined);
    return poor.length > 1;
  }

  /** Looks for an orphan that pays for its parent too, and tries them together. */
  async #tryWithChild(peer: Peer, tx: Transaction): Promise<void> {
    const { recent, pool } = this.#parts;
    const pair = this.#findPair({ tx, peer: peer.id });
    if (pair === undefined) return;
    const both = [pair.parent, pair.child];
    const transactions = both.map((one) => one.tx);
    const { error, results } = await pool.acceptPackage(transactions, { source: 'peer' });
    if (error !== undefined) recent.noteRejectedPackage(transactions);
    // The child first: it then is no orphan any more when its parent is looked for among theirs.
    for (const at of [1, 0]) {
      const result = results[at];
      if (result !== undefined) this.#settle(both[at] as Orphan, result);
    }
  }

  /** Children of the same peer first: others could send many that are worth nothing. */
  #findPair(parent: Orphan): Pair | undefined {
    const { orphans, recent, entropy } = this.#parts;
    const { tx, peer } = parent;
    const candidates = [
      ...orphans.childrenFrom(peer, tx),
      ...shuffled(entropy, orphans.childrenFromOthers(peer, tx)),
    ];
    const child = candidates.find(
      (one) => !recent.isRejectedPackage([tx, one.tx]) && !recent.isRejected(txid(one.tx)),
    );
    return child === undefined ? undefined : { parent, child };
  }

  /** What became of a transaction that did not come alone, or not just now. */
  #settle(orphan: Orphan, result: AcceptResult | PackageTxResult): void {
    const { orphans, recent, peers } = this.#parts;
    const { tx, peer } = orphan;
    switch (result.kind) {
      case 'accepted':
        this.#welcome(orphan, result);
        return;
      case 'in-pool':
        orphans.remove(wtxid(tx));
        return;
      case 'different-witness':
        recent.noteRejected(tx, 'conflict');
        orphans.remove(wtxid(tx));
        return;
      default: {
        this.#tellRefusal(orphan, result);
        const fault = this.#forget(tx, result);
        const sender = peers.get(peer);
        if (fault !== undefined && sender !== undefined) peers.blame(sender, fault);
      }
    }
  }

  /** Looks again at orphans whose parents have come, and at those that waited for these. */
  async #reconsiderOrphans(): Promise<void> {
    const { orphans, pool } = this.#parts;
    for (;;) {
      const orphan = orphans.takeWork();
      if (orphan === undefined) return;
      const result = await pool.accept(orphan.tx, { source: 'peer' });
      this.#settle(orphan, result);
    }
  }
}

/** The transactions that one spends from, each once, in a fixed order. */
function parentsOf(tx: Transaction): readonly Txid[] {
  const parents = new ByteMap<Txid>();
  for (const { prevout } of tx.inputs) parents.set(prevout.txid, prevout.txid);
  return [...parents.values()].sort(compareBytes);
}
