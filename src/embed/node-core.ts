import type { Node as FullNode } from '../node/node.ts';
import type { AdjustableClock } from '../outside/clock/adjustable-clock.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { AddressError, scriptFromAddress } from '../protocol/script/address.ts';
import type { NodeService } from '../service/node-service.ts';
import { NodeError } from './node-error.ts';

/** What the parts of an embedded node work on. */
export interface NodeCore {
  readonly service: NodeService;
  readonly node: FullNode;
  readonly params: ChainParams;
  readonly clock: AdjustableClock;
  readonly entropy: Entropy;
  /** Resolves when everybody has seen what has happened: mempool, indexes, listeners. */
  readonly settle: () => Promise<void>;
}

/**
 * The script of an address of this chain.
 *
 * @throws NodeError `bad-address`
 */
export function scriptOf(address: string, { params }: Pick<NodeCore, 'params'>): Uint8Array {
  const { addressPrefixes, name } = params;
  try {
    return scriptFromAddress(address, addressPrefixes);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    const why = error.message.replace(/\.$/, '');
    throw new NodeError(
      'bad-address',
      `${JSON.stringify(address)} is no address of the chain ${name} (${why}); allowed: addresses such as ${addressPrefixes.bech32}1…`,
      { cause: error },
    );
  }
}
