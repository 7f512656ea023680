import type { BlockHeader } from '../../../protocol/primitives/block-header.ts';
import type { BlockRequest } from '../../../protocol/wire/block-request.ts';
import type { GetHeadersMessage } from '../../../protocol/wire/get-headers.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { LIMITS } from '../limits.ts';
import type { Peer } from '../peer/peer.ts';
import { PeerFault } from '../peer/peer-fault.ts';
import type { PeerHandler } from '../peer/peer-handler.ts';
import { isRequestAllowed } from './request-allowed.ts';
import type { HeaderJournal, ServeChain } from './serve-parts.ts';

export interface HeaderServerParts {
  readonly chain: ServeChain;
  readonly journal: HeaderJournal;
}

/** Answers `getheaders`. */
export class HeaderServer implements PeerHandler {
  readonly #parts: HeaderServerParts;
  readonly handles = {
    getheaders: (peer: Peer, message: GetHeadersMessage): void => this.#answer(peer, message),
  };

  constructor(parts: HeaderServerParts) {
    this.#parts = parts;
  }

  #answer(peer: Peer, { locator, stop }: GetHeadersMessage): void {
    checkLocator('getheaders', locator);
    const { chain, journal } = this.#parts;
    if (chain.tip.chainWork < chain.minimumChainWork && !peer.permissions.has('download')) {
      // Whoever began to follow us would have to give up. An empty answer says that we are alive.
      peer.send({ command: 'headers', headers: [] });
      return;
    }
    let node = this.#start(locator, stop);
    if (node === 'not-ours') return;
    const headers: BlockHeader[] = [];
    for (; node !== undefined; node = chain.next(node)) {
      headers.push(node.header);
      if (headers.length === LIMITS.headers || node.hasHash(stop)) break;
    }
    // Set to that and not to the higher of both: who was told of the tip by a compact block, and asks for
    // headers because it could make nothing of it, has to be told again.
    journal.noteHeaderSent(peer, node ?? chain.tip);
    peer.send({ command: 'headers', headers });
  }

  /** The first that is wanted: behind what both have, or the one block that was named without any. */
  #start(locator: BlockRequest['locator'], stop: Uint8Array): BlockNode | undefined | 'not-ours' {
    const { chain } = this.#parts;
    if (locator.length > 0) return chain.next(chain.commonBlock(locator));
    const node = chain.lookup(stop);
    return node !== undefined && isRequestAllowed(chain, node) ? node : 'not-ours';
  }
}

/** Each hash has to be looked up. Honest locators double their distances, and have some 30. */
export function checkLocator(command: string, locator: BlockRequest['locator']): void {
  if (locator.length <= LIMITS.locator) return;
  const words = `${command} locator size ${locator.length} > ${LIMITS.locator}`;
  throw new PeerFault('message', 'oversized-locator', words);
}
