import type { ChainEvent } from '../node/chain/chain-events.ts';
import type { Node } from '../node/node.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';

export interface SimNodeEvents {
  /** A block has become the tip. */
  readonly onTip: (node: SimNode, hash: Uint8Array) => void;
  readonly onTransaction: (node: SimNode, txid: Uint8Array) => void;
  readonly onTrace: (node: SimNode, what: string) => void;
}

/** A real node in a simulated place. */
export class SimNode {
  readonly name: string;
  readonly address: string;
  readonly node: Node;
  /** Branches that it has left: how many blocks it went back each time. */
  readonly reorganisations: number[] = [];
  #wentBack = 0;

  constructor(name: string, address: string, node: Node, events: SimNodeEvents) {
    this.name = name;
    this.address = address;
    this.node = node;
    node.chain.on((event) => this.#hear(event, events));
    node.mempool.on((event) => {
      if (event.kind === 'added') events.onTransaction(this, event.entry.txid);
    });
  }

  #hear(event: ChainEvent, events: SimNodeEvents): void {
    if (event.kind === 'disconnected') this.#wentBack++;
    // Not when the tip is told: that may be after the next reorganisation.
    if (event.kind === 'connected' && this.#wentBack > 0) {
      this.reorganisations.push(this.#wentBack);
      this.#wentBack = 0;
    }
    if (event.kind !== 'tip') return;
    const { height, hash } = event.node;
    events.onTrace(this, `tip ${height} ${toReversedHex(hash)}`);
    events.onTip(this, hash);
  }
}
