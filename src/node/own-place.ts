/** Where others reach this node, as far as it knows. */
import type { Network } from '../outside/network/network.ts';
import type { NetworkOptions } from './node-options.ts';
import { addressText, parseAddress } from './p2p/addresses/address-text.ts';
import { isRoutable } from './p2p/addresses/net-address.ts';
import type { OwnPlace } from './p2p/addresses/own-address.ts';
import type { PeerNetwork } from './p2p/peer-network.ts';

export interface OwnAddress {
  readonly host: string;
  readonly port: number;
  /** As Bitcoin Core counts: 1 for an address of the machine, 4 for one that the operator knows. */
  readonly score: number;
}

const MANUAL_SCORE = 4;
const INTERFACE_SCORE = 1;

/** What `getnetworkinfo` tells: the addresses that are good for everybody. */
export function ownAddresses(
  own: OwnPlace,
  { externalAddresses = [] }: NetworkOptions,
): readonly OwnAddress[] {
  return own.addresses().flatMap((address, i) => {
    if (!isRoutable(address)) return [];
    const score = i < externalAddresses.length ? MANUAL_SCORE : INTERFACE_SCORE;
    return [{ host: addressText(address), port: address.port ?? own.port, score }];
  });
}

/** What peers are told: nothing, while it does not listen. */
export function ownPlace(
  peers: PeerNetwork,
  network: Network,
  { externalAddresses = [], tellOwnAddresses = true }: NetworkOptions,
): OwnPlace {
  const external = externalAddresses.flatMap(({ host, port }) => {
    const address = parseAddress(host);
    return address === undefined ? [] : [port === 0 ? address : { ...address, port }];
  });
  return {
    get port() {
      return peers.listening[0]?.port ?? 0;
    },
    addresses: () => {
      if (peers.listening.length === 0) return [];
      const found = tellOwnAddresses
        ? network.localAddresses().map((text) => parseAddress(text))
        : [];
      return [...external, ...found.filter((address) => address !== undefined)];
    },
  };
}
