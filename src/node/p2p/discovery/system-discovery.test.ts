/** Two nodes on this machine, by real multicast messages; says so where the machine knows none. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SystemClock } from '../../../outside/clock/system-clock.ts';
import { SystemEntropy } from '../../../outside/entropy/system-entropy.ts';
import { NetworkError } from '../../../outside/network/network-error.ts';
import { SystemNetwork } from '../../../outside/network/system-network.ts';
import { noLog } from '../../log/log.ts';
import { type Discovery, MULTICAST_DNS, startDiscovery } from './discovery.ts';
import type { FoundNode } from './room.ts';

const network = new SystemNetwork();
const entropy = new SystemEntropy();
const running: (Discovery | undefined)[] = [];
let reason: string | undefined;

/** Whether a message to the group comes back. */
async function hasMulticast(): Promise<string | undefined> {
  const probe = entropy.bytes(16);
  try {
    let group: { close(): Promise<void>; send(bytes: Uint8Array): void } | undefined;
    const heard = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), 500);
      network
        .joinGroup(MULTICAST_DNS, (bytes) => {
          if (bytes.every((byte, i) => byte === probe[i])) resolve(true);
        })
        .then(
          (joined) => {
            group = joined;
            joined.send(probe);
          },
          () => resolve(false),
        );
    });
    const isHeard = await heard;
    await group?.close();
    return isHeard ? undefined : 'no multicast message came back';
  } catch (error) {
    if (error instanceof NetworkError) return error.message;
    throw error;
  }
}

beforeAll(async () => {
  reason = await hasMulticast();
  if (reason !== undefined) console.warn(`real multicast: SKIPPED, ${reason}`);
});

afterAll(async () => {
  for (const discovery of running) await discovery?.stop();
});

it('finds the other node on this machine within a few seconds', async () => {
  if (reason !== undefined) {
    expect(reason).not.toBe('');
    return;
  }
  const clock = new SystemClock();
  // A genesis of its own, so that no other node on this network is found.
  const genesis = [...entropy.bytes(32)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const chain = { name: 'lab', genesis, dnsSeeds: [] };
  const start = (port: number): Promise<FoundNode> =>
    new Promise((found, reject) => {
      const self = { identity: genesis.slice(0, 16), port, height: () => port };
      startDiscovery({ clock, entropy, network, log: noLog, chain, self, found }).then(
        (discovery) => running.push(discovery),
        reject,
      );
    });
  const [a, b] = await Promise.all([start(40_001), start(40_002)]);
  expect({ port: a.endpoint.port, height: a.height }).toEqual({ port: 40_002, height: 40_002 });
  expect({ port: b.endpoint.port, height: b.height }).toEqual({ port: 40_001, height: 40_001 });
});
