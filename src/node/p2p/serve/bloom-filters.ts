import type { Block } from '../../../protocol/primitives/block.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import { partialMerkleTree } from '../../../protocol/primitives/partial-merkle-tree.ts';
import {
  encodeTxWithoutWitness,
  type Transaction,
} from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import { BloomFilter } from '../../../protocol/wire/bloom-filter.ts';
import type { FilterAddMessage } from '../../../protocol/wire/filter-add.ts';
import type { FilterLoadMessage } from '../../../protocol/wire/filter-load.ts';
import { LIMITS } from '../limits.ts';
import type { Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';

export interface BloomFiltersOptions {
  /** To everybody, which is `NODE_BLOOM`; else to those with the permission `bloomfilter` alone. */
  readonly offersBloom: boolean;
}

/** The Bloom filters that peers have loaded (BIP37): what they want to hear of. */
export class BloomFilters implements PeerHandler {
  readonly #options: BloomFiltersOptions;
  /** Undefined for a peer that cleared its filter: it wants everything from then on. */
  readonly #filters = new Map<Peer, BloomFilter | undefined>();
  readonly handles = {
    filterload: (peer: Peer, message: FilterLoadMessage): void => this.#load(peer, message),
    filteradd: (peer: Peer, message: FilterAddMessage): void => this.#add(peer, message),
    filterclear: (peer: Peer): void => this.#clear(peer),
  };

  constructor(options: BloomFiltersOptions) {
    this.#options = options;
  }

  gone(peer: Peer): void {
    this.#filters.delete(peer);
  }

  /** Whether a peer wants transactions at all: it said so in `version`, or by one of these messages. */
  isWanted(peer: Peer): boolean {
    return peer.version.relay || this.#filters.has(peer);
  }

  /** Whether a peer wants this one. Its filter may grow by that, so parents have to come first. */
  matches(peer: Peer, tx: Transaction): boolean {
    return this.#filters.get(peer)?.matchAndUpdate(tx) ?? true;
  }

  /**
   * Sends a block as `merkleblock`, and with it what passes the peer's filter, since it could not ask
   * for transactions of a block. Without a filter there is no answer.
   */
  sendFilteredBlock(peer: Peer, { header, transactions }: Block): void {
    const filter = this.#filters.get(peer);
    if (filter === undefined) return;
    const wanted = transactions.map((tx) => filter.matchAndUpdate(tx));
    const ids: readonly Txid[] = transactions.map(txid);
    const tree = partialMerkleTree(ids, (index) => wanted[index] === true);
    peer.send({ command: 'merkleblock', header, ...tree });
    transactions.forEach((tx, index) => {
      if (wanted[index] !== true) return;
      peer.send({ command: 'tx', tx, raw: encodeTxWithoutWitness(tx) });
    });
  }

  hasFilter(peer: Peer): boolean {
    return this.#filters.get(peer) !== undefined;
  }

  #load(peer: Peer, message: FilterLoadMessage): void {
    this.#checkOffered(peer, message.command);
    const { filter, hashFunctions } = message;
    if (filter.length > LIMITS.bloomFilterBytes || hashFunctions > LIMITS.bloomFilterFunctions) {
      const words = `too-large bloom filter: ${filter.length} bytes, ${hashFunctions} functions`;
      throw new PeerFault('message', 'oversized-filter', words);
    }
    if (takesTransactions(peer)) this.#filters.set(peer, new BloomFilter(message));
  }

  #add(peer: Peer, { command, data }: FilterAddMessage): void {
    this.#checkOffered(peer, command);
    const isTooLong = data.length > LIMITS.bloomFilterElement;
    const filter = this.#filters.get(peer);
    if (isTooLong || (filter === undefined && takesTransactions(peer))) {
      const what = isTooLong ? `${data.length} bytes` : 'there is no filter';
      throw new PeerFault('message', 'bad-filteradd', `bad filteradd message: ${what}`);
    }
    filter?.insert(data);
  }

  #clear(peer: Peer): void {
    this.#checkOffered(peer, 'filterclear');
    if (takesTransactions(peer)) this.#filters.set(peer, undefined);
  }

  #checkOffered(peer: Peer, command: string): void {
    if (this.#options.offersBloom || peer.permissions.has('bloomfilter')) return;
    const words = `${command} received despite not offering bloom services`;
    throw new PeerFault('message', 'bloom-not-offered', words);
  }
}

/** Over other connections no transactions flow, whatever the filter. */
function takesTransactions({ kind }: Peer): boolean {
  return kind !== 'block-relay-only' && kind !== 'feeler';
}
