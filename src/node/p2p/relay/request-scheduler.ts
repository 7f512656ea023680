import type { Clock } from '../../../outside/clock/clock.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import {
  type InventoryItem,
  MSG_TX,
  MSG_WITNESS_TX,
  MSG_WTX,
} from '../../../protocol/wire/inventory.ts';
import {
  NODE_NETWORK,
  NODE_NETWORK_LIMITED,
  NODE_WITNESS,
} from '../../../protocol/wire/services.ts';
import { LIMITS } from '../limits.ts';
import { isOutbound, type Peer, relaysTransactions } from '../peer/peer.ts';
import type { PeerSet } from '../peers.ts';
import { type TransactionName, TxRequestTracker } from './transaction-requests.ts';

/** Peers that came by themselves wait, so that they cannot all be first everywhere. */
const INBOUND_DELAY_MS = 2000;
/** Who announces by txid waits if others announce by wtxid: what they send is surely what was asked for. */
const TXID_DELAY_MS = 2000;
/** Who has much to answer already waits. */
const OVERLOADED_DELAY_MS = 2000;
/** Entries of one `getdata`, as Core sends it. */
const ITEMS_A_MESSAGE = 1000;

export interface SchedulerParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly peers: PeerSet;
  /** Whether a transaction need not be asked for, after all. */
  readonly isKnown: (name: TransactionName) => boolean;
}

/** Asks peers for the transactions that they offer. */
export class RequestScheduler {
  readonly #parts: SchedulerParts;
  readonly #tracker: TxRequestTracker;
  readonly #wtxidPeers = new Set<number>();

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    const { clock, entropy } = parts;
    this.#tracker = new TxRequestTracker({ clock, entropy, onDue: () => this.send() });
  }

  ready(peer: Peer): void {
    if (peer.relaysByWtxid) this.#wtxidPeers.add(peer.id);
  }

  gone(peer: Peer): void {
    this.#wtxidPeers.delete(peer.id);
    this.#tracker.gone(peer.id);
  }

  /** A peer has a transaction that is wanted. Offers beyond what one may have open are not heard. */
  offer(peer: Peer, { hash, byWtxid }: TransactionName): void {
    const isTrusted = peer.permissions.has('relay');
    if (!isTrusted && this.#tracker.count(peer.id) >= LIMITS.announcements) return;
    const preferred = isPreferred(peer);
    let delayMs = preferred ? 0 : INBOUND_DELAY_MS;
    if (!byWtxid && this.#wtxidPeers.size > 0) delayMs += TXID_DELAY_MS;
    if (!isTrusted && this.#tracker.countInFlight(peer.id) >= LIMITS.requests) {
      delayMs += OVERLOADED_DELAY_MS;
    }
    this.#tracker.offered({ peer: peer.id, hash, byWtxid, preferred, delayMs });
  }

  /** A peer has sent a transaction, or says that it does not have it. */
  answered(peer: Peer, hash: Uint8Array): void {
    this.#tracker.answered(peer.id, hash);
  }

  forget(hash: Uint8Array): void {
    this.#tracker.forget(hash);
  }

  /** Those who offer a transaction and have not been asked for it in vain. */
  peersOffering(hash: Uint8Array): readonly Peer[] {
    return this.#tracker.peersOffering(hash).flatMap((id) => this.#parts.peers.get(id) ?? []);
  }

  inFlight(peer: Peer): readonly TransactionName[] {
    return this.#tracker.inFlight(peer.id);
  }

  /** How many offers are open, of all peers together. */
  get size(): number {
    return this.#tracker.size;
  }

  /** Sends what is due now, to all peers. */
  send(): void {
    for (const id of this.#tracker.peersToAsk()) {
      const peer = this.#parts.peers.get(id);
      if (peer !== undefined) this.#ask(peer);
    }
  }

  close(): void {
    this.#tracker.close();
  }

  #ask(peer: Peer): void {
    const items: InventoryItem[] = [];
    for (const name of this.#tracker.requestable(peer.id)) {
      if (this.#parts.isKnown(name)) {
        this.#tracker.forget(name.hash);
        continue;
      }
      this.#tracker.requested(peer.id, name.hash);
      items.push({ type: typeFor(peer, name), hash: name.hash });
    }
    for (let from = 0; from < items.length; from += ITEMS_A_MESSAGE) {
      peer.send({ command: 'getdata', items: items.slice(from, from + ITEMS_A_MESSAGE) });
    }
  }
}

/** Core's `fPreferredDownload`: chosen by this node or its operator, and a full node. */
function isPreferred(peer: Peer): boolean {
  const servesBlocks = (peer.version.services & (NODE_NETWORK | NODE_NETWORK_LIMITED)) !== 0n;
  const isChosen = isOutbound(peer) || peer.permissions.has('noban');
  return isChosen && relaysTransactions(peer) && servesBlocks;
}

function typeFor(peer: Peer, { byWtxid }: TransactionName): number {
  if (byWtxid) return MSG_WTX;
  return (peer.version.services & NODE_WITNESS) !== 0n ? MSG_WITNESS_TX : MSG_TX;
}
