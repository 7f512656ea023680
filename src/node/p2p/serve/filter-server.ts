import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { ZERO_HASH } from '../../../protocol/primitives/hashes.ts';
import { BASIC_FILTER, type FilterRequest } from '../../../protocol/wire/filter-request.ts';
import type { GetCFCheckptMessage } from '../../../protocol/wire/get-cfcheckpt.ts';
import type { GetCFHeadersMessage } from '../../../protocol/wire/get-cfheaders.ts';
import type { GetCFiltersMessage } from '../../../protocol/wire/get-cfilters.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { FilterReader } from '../../index/filters/filter-reader.ts';
import { LIMITS } from '../limits.ts';
import type { Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';
import { Drainage } from './drainage.ts';
import { isRequestAllowed } from './request-allowed.ts';
import type { ServeChain } from './serve-parts.ts';

/** Every thousandth filter header is a checkpoint (BIP157). */
const CHECKPOINT_INTERVAL = 1000;
/** So many filters are read at a time: of full blocks they have some 20 kB each. */
const FILTERS_AT_ONCE = 50;

/** Where filters are looked up: the index. */
export type Filters = Pick<FilterReader, 'filters' | 'hashes' | 'hashesFrom'>;

export interface FilterServerParts {
  readonly chain: ServeChain;
  /** Undefined if this node has no index of filters, or does not offer it. */
  readonly filters: Filters | undefined;
}

/** Answers what light wallets ask about compact block filters (BIP157). */
export class FilterServer implements PeerHandler {
  readonly #parts: FilterServerParts;
  readonly #drainage = new Drainage();
  readonly handles = {
    getcfilters: (peer: Peer, message: GetCFiltersMessage): Promise<void> =>
      this.#sendFilters(peer, message),
    getcfheaders: (peer: Peer, message: GetCFHeadersMessage): Promise<void> =>
      this.#sendHeaders(peer, message),
    getcfcheckpt: (peer: Peer, message: GetCFCheckptMessage): Promise<void> =>
      this.#sendCheckpoints(peer, message),
  };

  constructor(parts: FilterServerParts) {
    this.#parts = parts;
  }

  drained(peer: Peer): void {
    this.#drainage.drained(peer);
  }

  gone(peer: Peer): void {
    this.#drainage.drained(peer);
  }

  async #sendFilters(peer: Peer, request: GetCFiltersMessage): Promise<void> {
    const { filters, last } = this.#check(request, LIMITS.filters);
    // The filter headers are a chain: with the last one, all before it are here.
    if ((await filters.hashes(last)) === undefined) return;
    for (let from = request.startHeight; from <= last.height; from += FILTERS_AT_ONCE) {
      const end = Math.min(from + FILTERS_AT_ONCE - 1, last.height);
      const node = last.ancestor(end) as BlockNode;
      const read = await filters.filters(from, node);
      for (const [i, filter] of read.entries()) {
        await this.#drainage.room(peer);
        if (peer.isGone || filter === undefined) return;
        const { hash: blockHash } = last.ancestor(from + i) as BlockNode;
        peer.send({ command: 'cfilter', filterType: BASIC_FILTER, blockHash, filter });
      }
    }
  }

  async #sendHeaders(peer: Peer, request: GetCFHeadersMessage): Promise<void> {
    const { filters, last } = this.#check(request, LIMITS.filterHeaders);
    const { startHeight } = request;
    const before = startHeight === 0 ? undefined : last.ancestor(startHeight - 1);
    const previous = before === undefined ? undefined : await filters.hashes(before);
    if (before !== undefined && previous === undefined) return;
    const read = await filters.hashesFrom(startHeight, last);
    const filterHashes: Uint8Array[] = [];
    for (const hashes of read) {
      if (hashes === undefined) return;
      filterHashes.push(hashes.filterHash);
    }
    peer.send({
      command: 'cfheaders',
      filterType: BASIC_FILTER,
      stopHash: last.hash,
      previousHeader: previous?.header ?? ZERO_HASH,
      filterHashes,
    });
  }

  async #sendCheckpoints(peer: Peer, request: GetCFCheckptMessage): Promise<void> {
    const { filters, last } = this.#check({ ...request, startHeight: 0 }, Number.POSITIVE_INFINITY);
    const headers: Uint8Array[] = [];
    for (let at = CHECKPOINT_INTERVAL; at <= last.height; at += CHECKPOINT_INTERVAL) {
      const hashes = await filters.hashes(last.ancestor(at) as BlockNode);
      if (hashes === undefined) return;
      headers.push(hashes.header);
    }
    peer.send({ command: 'cfcheckpt', filterType: BASIC_FILTER, stopHash: last.hash, headers });
  }

  #check(
    { filterType, startHeight, stopHash }: FilterRequest,
    most: number,
  ): { readonly filters: Filters; readonly last: BlockNode } {
    const { filters } = this.#parts;
    if (filters === undefined || filterType !== BASIC_FILTER) {
      const words = `requested unsupported block filter type: ${filterType}`;
      throw new PeerFault('message', 'filters-not-offered', words);
    }
    const last = this.#allowed(stopHash);
    const count = last.height - startHeight + 1;
    if (count < 1 || count > most) {
      const words =
        count < 1
          ? `sent invalid getcfilters/getcfheaders with start height ${startHeight} and stop height ${last.height}`
          : `requested too many cfilters/cfheaders: ${count} / ${most}`;
      throw new PeerFault('message', 'bad-filter-request', words);
    }
    return { filters, last };
  }

  #allowed(hash: BlockHash): BlockNode {
    const { chain } = this.#parts;
    const node = chain.lookup(hash);
    if (node !== undefined && isRequestAllowed(chain, node)) return node;
    throw new PeerFault('message', 'bad-filter-request', 'requested invalid block hash');
  }
}
