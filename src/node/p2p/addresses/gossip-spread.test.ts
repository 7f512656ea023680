/** Many nodes that tell each other addresses, without connections between them. */
import { expect, it } from 'vitest';
import { FakePeer } from '../../../../test/fixtures/fake-peer.ts';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import type { Message } from '../../../protocol/wire/message.ts';
import { noLog } from '../../log/log.ts';
import type { ConnectionKind, Peer } from '../peer/peer.ts';
import { AddressBook } from './address-book.ts';
import { privateRules } from './address-rules.ts';
import { BanList } from './ban-list.ts';
import { AddressGossip } from './gossip.ts';

const LATENCY_MS = 50;
const NODES = 30;
const OUTBOUND = 4;

interface Node {
  readonly host: string;
  readonly book: AddressBook;
  readonly gossip: AddressGossip;
}

/** One end of a connection: what is sent to it is heard by the node at the other end. */
class WiredPeer extends FakePeer {
  deliver: (message: Message) => void = () => {};

  override send(message: Message): void {
    super.send(message);
    this.deliver(message);
  }
}

function makeNet(clock: VirtualClock, entropy: SeededEntropy) {
  let [ids, messages] = [0, 0];
  const nodes = Array.from({ length: NODES }, (_, i): Node => {
    const host = `10.0.0.${i + 1}`;
    const own = {
      port: 1,
      addresses: () => [{ network: 1, address: Uint8Array.of(10, 0, 0, i + 1) }],
    };
    const parts = { clock, entropy: entropy.fork(host), log: noLog };
    const book = new AddressBook({ ...parts, rules: privateRules });
    const bans = new BanList(clock);
    return { host, book, gossip: new AddressGossip({ ...parts, book, bans, own, services: 9n }) };
  });
  const end = (of: Node, kind: ConnectionKind): WiredPeer =>
    new WiredPeer({ id: ids++, kind, remote: { host: of.host, port: 1 } });
  const connect = (from: Node, to: Node): void => {
    const [there, here] = [end(to, 'outbound-full-relay'), end(from, 'inbound')];
    const wire = (peer: WiredPeer, far: Node, farPeer: Peer & FakePeer): void => {
      peer.deliver = (message) => {
        messages++;
        clock.schedule(LATENCY_MS, () => void farPeer.says(far.gossip, message));
      };
    };
    wire(there, to, here);
    wire(here, from, there);
    to.gossip.ready(here);
    from.gossip.ready(there);
  };
  return { nodes, connect, messages: () => messages };
}

it('every node of a network hears of more than half of the others in ten minutes, and the talk comes to an end', async () => {
  const clock = new VirtualClock();
  const entropy = new SeededEntropy('spread');
  const { nodes, connect, messages } = makeNet(clock, entropy);
  for (const [i, node] of nodes.entries()) {
    for (let k = 1; k <= OUTBOUND && k <= i; k++) {
      connect(node, nodes[(i * 7 + k * 3) % i] as Node);
    }
    await clock.advance(5000);
  }
  await clock.advance(600_000);
  const known = nodes.map(({ book }) => book.size);
  // Each passes a fresh address on to two others only, so that not everybody hears of everybody.
  expect(Math.min(...known)).toBeGreaterThan(NODES / 2);
  const before = messages();
  await clock.advance(3_600_000);
  expect(messages() - before).toBeLessThan(NODES);
});
