/** Connections between nodes of one process, over real sockets of this machine. */
import type { Peer } from '../node/p2p/peer/peer.ts';
import { sleep } from '../outside/clock/clock.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { endpointText } from '../outside/network/endpoint.ts';
import { equalBytes } from '../protocol/bytes/compare.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { NodeCore } from './node-core.ts';
import { NodeError } from './node-error.ts';

/** How often it is looked whether nodes are where they shall be. */
const LOOK_MS = 2;
const PATIENCE_MS = 30_000;

/**
 * Connects two nodes, and resolves when they have the same tip, or two of the same work. Each then asks
 * the other for what is in its mempool.
 *
 * @throws NodeError `not-connected`, `timeout`
 */
export async function connectNodes(a: NodeCore, b: NodeCore): Promise<void> {
  checkPair(a, b);
  const [from, to] = b.node.peers.listening.length > 0 ? [a, b] : [b, a];
  const [at] = to.node.peers.listening;
  if (at === undefined) {
    const words = 'neither of the two nodes listens; start one of them without p2p.listen: false';
    throw new NodeError('not-connected', words);
  }
  const isLevel = async (): Promise<boolean> => {
    // An old connection may be there that is just ending: then it is dialled again.
    if (pairs(a, b).length === 0) await from.node.peers.connectOnce(endpointText(at));
    return pairs(a, b).length > 0 && haveSameWork(a, b);
  };
  await until(isLevel, [a, b], 'they did not come to one tip');
  // Not before: whoever has no recent block does not listen to transactions.
  for (const [here, there] of pairs(a, b)) {
    here.send({ command: 'mempool' });
    there.send({ command: 'mempool' });
  }
}

/** Ends all connections between two nodes. Whether there were any. */
export async function disconnectNodes(a: NodeCore, b: NodeCore): Promise<boolean> {
  const found = pairs(a, b);
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    // Whoever was told to keep the connection is told otherwise.
    for (const at of other.node.peers.listening) one.node.peers.removeNode(endpointText(at));
  }
  for (const [here] of found) here.disconnect('the two nodes are parted');
  const isOver = (): boolean => found.every(([here, there]) => !holds(a, here) && !holds(b, there));
  await until(isOver, [a, b], 'they are still connected');
  return found.length > 0;
}

/**
 * Resolves when all of them have the same tip and the same mempool.
 *
 * @throws NodeError `timeout`
 */
export async function agreement(cores: readonly NodeCore[]): Promise<void> {
  await until(() => isOneMind(cores), cores, 'they did not come to agree');
  for (const { settle } of cores) await settle();
}

/** The two ends of each connection between two nodes, whose handshakes are over. */
function pairs(a: NodeCore, b: NodeCore): readonly (readonly [Peer, Peer])[] {
  const found: (readonly [Peer, Peer])[] = [];
  for (const here of a.node.peers.all()) {
    for (const there of b.node.peers.all()) {
      if (endpointText(here.local) !== endpointText(there.remote)) continue;
      if (endpointText(here.remote) === endpointText(there.local)) found.push([here, there]);
    }
  }
  return found;
}

/** Whether a node still has its end of a connection. */
function holds({ node }: NodeCore, { id }: Peer): boolean {
  return node.peers.peerInfos().some((info) => info.id === id);
}

function checkPair(a: NodeCore, b: NodeCore): void {
  if (a === b) throw new NodeError('not-connected', 'a node cannot connect to itself');
  if (equalBytes(a.params.magic, b.params.magic)) return;
  const words = `the nodes are on different chains, ${a.params.name} and ${b.params.name}`;
  throw new NodeError('not-connected', words);
}

/** With the same work nobody moves: the next block decides. */
function haveSameWork({ node: a }: NodeCore, { node: b }: NodeCore): boolean {
  return a.chain.tip.chainWork === b.chain.tip.chainWork;
}

function isOneMind([first, ...others]: readonly NodeCore[]): boolean {
  if (first === undefined) return true;
  const { chain, mempool } = first.node;
  return others.every(({ node }) => {
    if (!node.chain.tip.hasHash(chain.tip.hash) || node.mempool.size !== mempool.size) return false;
    return [...node.mempool.entries()].every(({ wtxid }) => mempool.getByWtxid(wtxid));
  });
}

async function until(
  isSo: () => boolean | Promise<boolean>,
  cores: readonly NodeCore[],
  complaint: string,
): Promise<void> {
  const clock = new SystemClock();
  const end = clock.monotonic() + PATIENCE_MS;
  while (!(await isSo())) {
    if (clock.monotonic() > end) throw tooLate(cores, complaint);
    await sleep(clock, LOOK_MS);
  }
}

function tooLate(cores: readonly NodeCore[], complaint: string): NodeError {
  const states = cores.map(({ node: { chain, mempool, peers } }) => {
    const { height, hash } = chain.tip;
    const tip = `${height} ${toReversedHex(hash).slice(-8)}`;
    return `[tip ${tip}, ${mempool.size} waiting, ${peers.counts().all} peers]`;
  });
  const seconds = PATIENCE_MS / 1000;
  return new NodeError('timeout', `${complaint} within ${seconds} s: ${states.join(' ')}`);
}
