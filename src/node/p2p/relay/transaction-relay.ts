import type { Cancel } from '../../../outside/clock/clock.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import {
  type InventoryItem,
  inventoryText,
  isTransactionItem,
  MSG_TX,
  MSG_WTX,
} from '../../../protocol/wire/inventory.ts';
import type { ChainEvent } from '../../chain/chain-events.ts';
import { isHeard, noLog } from '../../log/log.ts';
import type { MempoolEvent } from '../../mempool/mempool-event.ts';
import { LIMITS } from '../limits.ts';
import { type Peer, relaysTransactions } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';
import { alreadyHave } from './already-have.ts';
import { Announcer } from './announcer.ts';
import { FeeFilterSender } from './fee-filter.ts';
import { type Orphan, Orphanage } from './orphans.ts';
import { RecentTransactions } from './recent-transactions.ts';
import {
  asTheyConnected,
  type BroadcastResult,
  DEFAULT_RELAY_OPTIONS,
  type RelayOptions,
  type RelayParts,
} from './relay-parts.ts';
import { RequestScheduler } from './request-scheduler.ts';
import { FilterSalt } from './rolling-filter.ts';
import { TransactionIntake } from './transaction-intake.ts';
import type { TransactionName } from './transaction-requests.ts';
import { TransactionServer } from './transaction-server.ts';
import { Unbroadcast } from './unbroadcast.ts';

/**
 * Transactions between peers: hears of them, asks for them, has the pool decide, and tells others.
 *
 * @example
 * const relay = new TransactionRelay({ clock, entropy, chain, pool, peers });
 * relay.start();
 * await relay.broadcast(tx);
 */
export class TransactionRelay implements PeerHandler {
  readonly #parts: RelayParts;
  readonly #options: RelayOptions;
  readonly #recent: RecentTransactions;
  readonly #orphans: Orphanage;
  readonly #requests: RequestScheduler;
  readonly #announcer: Announcer;
  readonly #intake: TransactionIntake;
  readonly #feeFilters: FeeFilterSender;
  readonly #unbroadcast: Unbroadcast;
  readonly #server: TransactionServer;
  #feeCheck: Cancel | undefined;
  #stops: readonly (() => void)[] = [];

  readonly handles: PeerHandler['handles'] = {
    inv: (peer, { items }) => this.#hear(peer, items),
    tx: (peer, { tx }) => this.#take(peer, tx),
    getdata: (peer, { items }) => this.#serve(peer, items),
    notfound: (peer, { items }) => this.#noteMissing(peer, items),
    mempool: (peer) => this.#tellPool(peer),
    feefilter: (peer, { feeRate }) => this.#announcer.setMinFeeRate(peer, feeRate),
  };

  constructor(parts: RelayParts) {
    const { clock, entropy, chain, pool, peers, filter = asTheyConnected, log = noLog } = parts;
    this.#parts = parts;
    this.#options = { ...DEFAULT_RELAY_OPTIONS, ...parts.options };
    const salt = new FilterSalt(entropy);
    const recent = new RecentTransactions(salt);
    const orphans = new Orphanage(clock, entropy, log);
    const isKnown = (name: TransactionName): boolean =>
      alreadyHave({ pool, orphans, recent }, name, false);
    const requests = new RequestScheduler({ clock, entropy, peers, isKnown });
    const announcer = new Announcer({ clock, entropy, pool, salt, filter });
    this.#recent = recent;
    this.#orphans = orphans;
    this.#requests = requests;
    this.#announcer = announcer;
    this.#intake = new TransactionIntake({
      ...{ entropy, pool, peers, recent, orphans, requests, announcer, log },
      onSpare: parts.onSpare ?? (() => {}),
    });
    const { blocksOnly } = this.#options;
    this.#feeFilters = new FeeFilterSender({ clock, entropy, chain, pool, blocksOnly });
    this.#unbroadcast = new Unbroadcast({
      ...{ clock, entropy, log },
      announce: (id) => this.announce(id),
    });
    this.#server = new TransactionServer({
      ...{ clock, announcer, recent },
      unbroadcast: this.#unbroadcast,
    });
  }

  /** Listens to the chain and the pool from now on. */
  start(): void {
    const { chain, pool } = this.#parts;
    this.#stops = [
      chain.on((event) => this.#followChain(event)),
      pool.on((event) => this.#followPool(event)),
    ];
  }

  /** Ends all timers. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#feeCheck?.();
    this.#requests.close();
    this.#announcer.close();
    this.#feeFilters.close();
    this.#unbroadcast.close();
  }

  ready(peer: Peer): void {
    // Somebody who does not want to hear of transactions may change his mind, by a Bloom filter.
    const mayListen = peer.version.relay || this.#offersBloomTo(peer);
    if (relaysTransactions(peer) && mayListen) this.#announcer.add(peer);
    this.#requests.ready(peer);
    this.#feeFilters.ready(peer);
  }

  gone(peer: Peer): void {
    this.#announcer.remove(peer);
    this.#requests.gone(peer);
    this.#feeFilters.gone(peer);
    this.#orphans.removeOf(peer.id);
    this.#server.drained(peer);
    this.#requests.send();
  }

  pulse(): void {
    this.#requests.send();
  }

  drained(peer: Peer): void {
    this.#server.drained(peer);
  }

  /**
   * Takes a transaction of a user of this node into the pool, and tells everybody, until somebody asks
   * for it. One that is in the pool already is told again, once: others may well have it.
   *
   * @example
   * const result = await relay.broadcast(tx, { maxFeeRate: 10_000_000n });
   */
  async broadcast(
    tx: Transaction,
    options: { readonly maxFeeRate?: bigint } = {},
  ): Promise<BroadcastResult> {
    const { pool } = this.#parts;
    const known = pool.get(txid(tx));
    const result: BroadcastResult =
      known === undefined
        ? await pool.accept(tx, { ...options, source: 'rpc' })
        : { kind: 'known', entry: known };
    if (result.kind === 'accepted') this.#unbroadcast.add(result.entry.txid);
    if (result.kind !== 'rejected') this.#announcer.announce(result.entry);
    return result;
  }

  /** Tells everybody who does not know it of a transaction of the pool. False if it is not there. */
  announce(id: Txid): boolean {
    const entry = this.#parts.pool.get(id);
    if (entry !== undefined) this.#announcer.announce(entry);
    return entry !== undefined;
  }

  /** The transactions that were given to {@link broadcast} and that nobody has asked for yet. */
  get unbroadcast(): readonly Txid[] {
    return this.#unbroadcast.all();
  }

  /** After a restart: these still have to be told to somebody. Those that are in the pool, that is. */
  restoreUnbroadcast(ids: Iterable<Txid>): void {
    for (const id of ids) if (this.#parts.pool.get(id) !== undefined) this.#unbroadcast.add(id);
  }

  /** What a peer has been asked for and has not sent. */
  inFlight(peer: Peer): readonly TransactionName[] {
    return this.#requests.inFlight(peer);
  }

  /** The `feefilter` of a peer; zero if it sent none. */
  minFeeRateOf(peer: Peer): bigint {
    return this.#announcer.minFeeRateOf(peer);
  }

  get orphans(): readonly Orphan[] {
    return this.#orphans.all();
  }

  #hear(peer: Peer, items: readonly InventoryItem[]): void {
    checkCount('inv', items);
    const isDeaf = this.#isDeafTo(peer);
    const { chain, log = noLog } = this.#parts;
    const isTraced = isHeard(log, 'debug', 'net');
    for (const item of items) {
      // Orphans' parents are the exception, and these are asked for, not announced.
      if (!isTransactionItem(item) || item.type === (peer.relaysByWtxid ? MSG_TX : MSG_WTX))
        continue;
      if (isDeaf) {
        const what = `transaction (${toReversedHex(item.hash)}) inv`;
        throw notWanted(`${what} sent in violation of protocol, disconnecting`);
      }
      const name = { hash: item.hash, byWtxid: item.type === MSG_WTX };
      this.#announcer.noteKnown(peer, item.hash);
      if (chain.isInitialBlockDownload || peer.kind === 'addr-fetch') continue;
      const isHere = alreadyHave(this.#whereabouts, name, true);
      if (isTraced) {
        const state = isHere ? 'have' : 'new';
        log('debug', 'net', `got inv: ${inventoryText(item)}  ${state} peer=${peer.id}`);
      }
      if (!isHere) this.#requests.offer(peer, name);
    }
  }

  async #take(peer: Peer, tx: Transaction): Promise<void> {
    if (this.#isDeafTo(peer)) throw notWanted('transaction sent in violation of protocol');
    if (this.#parts.chain.isInitialBlockDownload || peer.kind === 'addr-fetch') return;
    await this.#intake.take(peer, tx);
  }

  #serve(peer: Peer, items: readonly InventoryItem[]): Promise<void> {
    checkCount('getdata', items);
    const { log = noLog } = this.#parts;
    log('debug', 'net', `received getdata (${items.length} invsz) peer=${peer.id}`);
    const [first] = items;
    if (first !== undefined && isTransactionItem(first)) {
      log('debug', 'net', `received getdata for: ${inventoryText(first)} peer=${peer.id}`);
    }
    return this.#server.serve(peer, items);
  }

  #noteMissing(peer: Peer, items: readonly InventoryItem[]): void {
    // More than could have been asked for is not an answer.
    if (items.length > LIMITS.announcements + LIMITS.blocksInFlight) return;
    for (const item of items) if (isTransactionItem(item)) this.#requests.answered(peer, item.hash);
  }

  #tellPool(peer: Peer): void {
    if (!this.#offersBloomTo(peer) && !peer.permissions.has('mempool')) {
      const words = 'mempool request with bloom filters disabled';
      throw new PeerFault('message', 'mempool-not-offered', words);
    }
    this.#announcer.tellPool(peer);
  }

  #offersBloomTo(peer: Peer): boolean {
    return this.#options.offersBloom || peer.permissions.has('bloomfilter');
  }

  /** Whether a peer may not even mention transactions. */
  #isDeafTo(peer: Peer): boolean {
    if (peer.kind === 'block-relay-only' || peer.kind === 'feeler') return true;
    return this.#options.blocksOnly && !peer.permissions.has('relay');
  }

  get #whereabouts() {
    return { pool: this.#parts.pool, orphans: this.#orphans, recent: this.#recent };
  }

  #followChain(event: ChainEvent): void {
    const { chain } = this.#parts;
    // Nothing is announced, asked for or kept before: there is nothing that a block could change.
    if (chain.isInitialBlockDownload) return;
    switch (event.kind) {
      case 'connected':
        this.#orphans.removeForBlock(event.block);
        this.#recent.noteConfirmed(event.block);
        for (const tx of event.block.transactions) {
          this.#requests.forget(txid(tx));
          this.#requests.forget(wtxid(tx));
        }
        break;
      case 'disconnected':
        this.#recent.forgetConfirmed();
        break;
      case 'tip':
        this.#recent.forgetRejects();
        this.#feeFilters.changed();
        break;
      default:
    }
  }

  #followPool(event: MempoolEvent): void {
    if (event.kind === 'added') {
      this.#announcer.noteAdded();
      return;
    }
    this.#unbroadcast.remove(event.entry.txid, 'unheard');
    // The pool raises its least fee while it makes room: look when it is done.
    if (event.reason !== 'size' || this.#feeCheck !== undefined) return;
    this.#feeCheck = this.#parts.clock.schedule(0, () => {
      this.#feeCheck = undefined;
      this.#feeFilters.changed();
    });
  }
}

function checkCount(command: 'inv' | 'getdata', { length }: readonly InventoryItem[]): void {
  if (length <= LIMITS.inventory) return;
  throw new PeerFault('message', `oversized-${command}`, `${command} message size = ${length}`);
}

function notWanted(message: string): PeerFault {
  return new PeerFault('message', 'transactions-not-wanted', message);
}
