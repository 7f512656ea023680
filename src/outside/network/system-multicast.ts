import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { type Endpoint, endpointText } from './endpoint.ts';
import type { MessageHandler, MulticastGroup } from './network.ts';
import { toNetworkError } from './system-network-error.ts';

/** Messages of this kind cross no router, whatever their count of hops; RFC 6762 asks for 255. */
const HOPS = 255;

/**
 * Joins a group on every interface of the machine: which of them leads to the others, nobody can
 * say. Several programs on one machine may join the same group, and hear each other.
 */
export async function joinSystemGroup(
  group: Endpoint,
  onMessage: MessageHandler,
): Promise<MulticastGroup> {
  const socket = createSocket({
    type: 'udp4',
    reuseAddr: true,
    // Addresses only, and at once: `send` below depends on it.
    lookup: (host, _options, callback) => callback(null, host, 4),
  });
  await bound(socket, group);
  const interfaces = addressesIn('IPv4').filter((address) => hasJoined(socket, group, address));
  socket.setMulticastTTL(HOPS);
  socket.setMulticastLoopback(true);
  socket.on('message', (data: Buffer, from: RemoteInfo) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
    onMessage(bytes, { host: from.address, port: from.port });
  });
  // Messages may get lost: one that could not be sent is no worse than one that was not heard.
  const ignore = (): void => {};
  socket.on('error', ignore);
  let closed = false;
  return {
    send(bytes, to = group) {
      if (closed) return;
      const ways = to.host === group.host ? interfaces : [undefined];
      for (const way of ways) {
        if (way !== undefined) socket.setMulticastInterface(way);
        socket.send(bytes, to.port, to.host, ignore);
      }
    },
    close() {
      if (closed) return Promise.resolve();
      closed = true;
      return new Promise((resolve) => socket.close(() => resolve()));
    },
  };
}

/** The addresses of the machine's own interfaces. */
export function addressesIn(family: 'IPv4' | 'IPv6', internal = true): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === family && (internal || !address.internal))
    .map(({ address }) => address);
}

function bound(socket: Socket, group: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      socket.close();
      reject(toNetworkError(`join the group ${endpointText(group)}`, error));
    };
    socket.once('error', fail);
    socket.bind(group.port, () => {
      socket.off('error', fail);
      resolve();
    });
  });
}

/** An interface that knows no groups, or has just gone, is left out. */
function hasJoined(socket: Socket, group: Endpoint, address: string): boolean {
  try {
    socket.addMembership(group.host, address);
    return true;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return false;
    throw error;
  }
}
