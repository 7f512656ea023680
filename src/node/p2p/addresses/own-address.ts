import { drawChance } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import { isOutbound, type Peer } from '../peer/peer.ts';
import type { AddressRules } from './address-rules.ts';
import { fromLegacyBytes, parseAddress } from './address-text.ts';
import type { NetAddress, NetEndpoint } from './net-address.ts';

/** Where this node listens, for others. */
export interface OwnPlace {
  /** 0 while it does not listen. */
  readonly port: number;
  /**
   * The addresses that others may reach it by, best first: configured ones, which may have a port of their
   * own, and those of the machine.
   */
  addresses(): readonly (NetAddress & { readonly port?: number })[];
}

/**
 * What to tell a peer about where this node is; undefined if that is not known.
 *
 * The peer has said where it sees us (`version`). A router may stand between, so it may know better; it
 * may also lie, and what it said is told to nobody but itself. Half of the time it is believed.
 */
export function ownAddressFor(
  peer: Peer,
  own: OwnPlace,
  rules: AddressRules,
  entropy: Entropy,
): NetEndpoint | undefined {
  if (own.port === 0) return undefined;
  const usable = own.addresses().filter((address) => rules.isUsable(address));
  const network = parseAddress(peer.remote.host)?.network;
  const best = usable.find((address) => address.network === network) ?? usable[0];
  const { address, port } = peer.version.receiver;
  const seen = fromLegacyBytes(address);
  if (rules.isUsable(seen) && (best === undefined || drawChance(entropy, 0.5))) {
    // Of a connection that we opened, it sees a port that nobody listens on.
    return { ...seen, port: isOutbound(peer) ? own.port : port };
  }
  return best && { ...best, port: best.port ?? own.port };
}
