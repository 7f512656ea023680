/** The same on the sockets of the machine, for what a virtual network could get wrong. */
import { afterEach, expect, it } from 'vitest';
import { LabPeer } from '../../../test/fixtures/lab-peer.ts';
import { LAB_MAGIC } from '../../../test/fixtures/peer-networks.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { SystemEntropy } from '../../outside/entropy/system-entropy.ts';
import { SystemNetwork } from '../../outside/network/system-network.ts';
import { AddressBook } from './addresses/address-book.ts';
import { privateRules } from './addresses/address-rules.ts';
import { BanList } from './addresses/ban-list.ts';
import type { PeerHandler } from './peer/peer-handler.ts';
import { PeerNetwork } from './peer-network.ts';

const clock = new SystemClock();
const network = new SystemNetwork();
const entropy = new SystemEntropy();
const started: PeerNetwork[] = [];
const bugs: unknown[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((peers) => peers.stop()));
  expect(bugs.splice(0)).toEqual([]);
});

async function start(
  handlers: readonly PeerHandler[] = [],
  addNodes: readonly string[] = [],
  port = 0,
): Promise<{ readonly peers: PeerNetwork; readonly port: number }> {
  const peers = new PeerNetwork({
    ...{ network, clock, entropy, magic: LAB_MAGIC, defaultPort: 18444 },
    log: () => {},
    self: { services: 9n, userAgent: '/t/', height: () => 0, relaysTransactions: true },
    addresses: new AddressBook({ clock, entropy, rules: privateRules }),
    bans: new BanList(clock),
    rules: privateRules,
    options: { listen: [{ host: '127.0.0.1', port }], connect: [], addNodes },
    onFatal: (error) => bugs.push(error),
  });
  peers.use(peers.keepAlive, ...handlers);
  await peers.start();
  started.push(peers);
  return { peers, port: peers.listening[0]?.port ?? 0 };
}

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 8000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('it did not come to be in eight seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('two nodes shake hands, and megabytes arrive whole in both directions', async () => {
  const sizes: number[] = [];
  const part: PeerHandler = {
    handles: {
      block: (peer, { raw }) => {
        sizes.push(raw.length);
        if (peer.kind === 'inbound')
          peer.send({ command: 'block', raw: new Uint8Array(3_000_000) });
      },
    },
  };
  const { port } = await start([part]);
  const { peers } = await start([part], [`127.0.0.1:${port}`]);
  await until(() => peers.all().length === 1);
  for (let i = 0; i < 3; i++) {
    for (const peer of peers.all()) peer.send({ command: 'block', raw: new Uint8Array(3_999_000) });
    await until(() => sizes.length === 2 * (i + 1));
  }
  expect(sizes.filter((size) => size === 3_999_000)).toHaveLength(3);
  expect(sizes.filter((size) => size === 3_000_000)).toHaveLength(3);
  expect(peers.peerInfos()[0]).toMatchObject({ isReady: true, kind: 'manual' });
});

it('a node finds another one again that was stopped and started', async () => {
  const first = await start();
  const { peers } = await start([], [`127.0.0.1:${first.port}`]);
  await until(() => peers.all().length === 1);
  const begin = Date.now();
  await first.peers.stop();
  expect(Date.now() - begin).toBeLessThan(1000);
  await until(() => peers.all().length === 0);
  const again = await start([], [], first.port);
  await until(() => again.peers.all().length === 1 && peers.all().length === 1);
});

it('a hundred peers that send garbage do no harm to one that does not', async () => {
  const { peers, port } = await start();
  const at = { host: '127.0.0.1', port };
  const honest = await LabPeer.connect(network, at, LAB_MAGIC);
  honest.greet();
  await until(() => peers.all().length === 1);
  for (let i = 0; i < 100; i++) {
    const peer = await LabPeer.connect(network, at, LAB_MAGIC);
    if (i % 2 === 0) peer.greet();
    peer.sayPayload(['inv', 'headers', 'version', 'addrv2'][i % 4] ?? '', entropy.bytes(500));
    peer.sayBytes(entropy.bytes(5000));
  }
  const asked = honest.heardOf('pong').length;
  honest.say({ command: 'ping', nonce: 5n });
  await until(() => honest.heardOf('pong').length > asked);
  await until(() => peers.counts().all === 1);
  expect(honest.isClosed).toBe(false);
});
