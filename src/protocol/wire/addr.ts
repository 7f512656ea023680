import { type Codec, fixedBytes, struct, u16be, u32, u64, vector } from '../bytes/codec.ts';
import { messageCodec } from './message-codec.ts';
import { mapIpv4, mappedIpv4 } from './net-address.ts';
import { NETWORK_IPV4, NETWORK_IPV6, type PeerAddress } from './peer-address.ts';

/** Addresses of other nodes, in the original form, which has room for IP addresses alone. */
export interface AddrMessage {
  readonly command: 'addr';
  readonly addresses: readonly PeerAddress[];
}

const entry = struct({ time: u32, services: u64, address: fixedBytes(16), port: u16be });

const peerAddress: Codec<PeerAddress> = {
  minSize: entry.minSize,
  read(reader) {
    const { time, services, address, port } = entry.read(reader);
    const v4 = mappedIpv4(address);
    if (v4 !== undefined) return { time, services, network: NETWORK_IPV4, address: v4, port };
    return { time, services, network: NETWORK_IPV6, address: address.slice(), port };
  },
  write(writer, { time, services, network, address, port }) {
    entry.write(writer, { time, services, address: asIpv6(network, address), port });
  },
};

/** An address of another network has no form here. Bitcoin Core writes zeros, as this does. */
function asIpv6(network: number, address: Uint8Array): Uint8Array {
  if (network === NETWORK_IPV4) return mapIpv4(address);
  return network === NETWORK_IPV6 ? address : new Uint8Array(16);
}

export const addrCodec: Codec<AddrMessage> = messageCodec(
  'addr',
  struct({ addresses: vector(peerAddress) }),
);
