/**
 * A million messages of every kind, mutated, over a thousand connections at once, to a node in a process
 * of its own, over real sockets. Nothing falls over, memory does not grow, and meanwhile an honest peer
 * is answered as if nobody else was there; in the end the node follows its next block.
 */
import type { Node } from '../../src/node/node.ts';
import { SystemNetwork } from '../../src/outside/network/system-network.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { seededDice } from '../fuzz/mutate.ts';
import type { LoopDelays } from './loop-watch.ts';
import { honestNode } from './malformed/honest-node.ts';
import { MutatedStream, seedsOf, type Tally } from './malformed/mutated-stream.ts';
import {
  type Measure,
  NodeUnderTest,
  Pinger,
  type PingFigures,
} from './malformed/node-processes.ts';
import { realMessages } from './malformed/real-messages.ts';
import { Swarm } from './malformed/swarm.ts';
import type { Trial, TrialReport, TrialSetting } from './trial.ts';

const SIZES = {
  long: { messages: 1_000_000, connections: 1000 },
  short: { messages: 5000, connections: 20 },
} as const;
const MOST_GROWTH_MB = 200;
const LONGEST_PING_MS = 1000;
/** How long the honest peers may take to agree, before and after. */
const PATIENCE_MS = 20_000;
/** After so many messages others are made, of what the chain is by then. */
const AT_ONCE = { long: 20_000, short: 2500 } as const;
/** Less than this is what the honest peer and the node have to say to each other in a moment. */
const QUIET = 20;

export const malformedTrial: Trial = {
  name: 'malformed',
  shows:
    'mutated messages of every kind over many connections hurt no node, and delay no honest peer',
  times: { long: 1, short: 1 },
  async run(setting) {
    const { connections } = SIZES[setting.size];
    const failures: string[] = [];
    const node = new NodeUnderTest({ seed: setting.seed, connections }, failures);
    const honest = await honestNode(await node.port, (error) => {
      failures.push(`the honest peer: ${String(error)}`);
    });
    try {
      return await pester(setting, node, honest, failures);
    } finally {
      await honest.stop();
      node.child.process.kill();
    }
  },
};

async function pester(
  { seed, size, say }: TrialSetting,
  node: NodeUnderTest,
  honest: Node,
  failures: string[],
): Promise<TrialReport> {
  const { messages, connections } = SIZES[size];
  const before = await agreed(node, honest);
  if (before === undefined) return { figures: {}, failures: ['the honest peer did not sync'] };
  const tally: Tally = new Map();
  const dice = seededDice(seed);
  const stream = new MutatedStream(seedsOf([]), dice, tally);
  const at = { host: '127.0.0.1', port: await node.port };
  const swarm = new Swarm({ network: new SystemNetwork(), at, connections, stream, dice });
  const pinger = new Pinger({ port: at.port });
  const began = performance.now();
  while ((await node.count()) < messages) {
    stream.use(seedsOf(await realMessages(honest.chain, swarm.sent, dice)));
    await swarm.send(AT_ONCE[size], () => {
      if (node.isOver) throw new Error(`the node is gone: ${failures.join('; ')}`);
    });
    const soFar = ((performance.now() - began) / 1000).toFixed(1);
    say(`${swarm.sent} messages sent over ${swarm.opened} connections, ${soFar} s`);
  }
  await swarm.drain(PATIENCE_MS);
  await settled(node);
  const seconds = (performance.now() - began) / 1000;
  const pings = await pinger.stop();
  swarm.leave();
  await pause(500);
  const after = await node.measure();
  await followsBlock(node, honest, failures);
  const delays = await node.stop();
  const growth = (after.bytes - before.bytes) / 1_000_000;
  if (growth > MOST_GROWTH_MB) failures.push(`memory grew by ${growth.toFixed(1)} MB`);
  checkPings(pings, delays, failures);
  return {
    figures: {
      'messages heard': after.heard,
      'messages sent': swarm.sent,
      'at once, connections': connections,
      'connections in all': swarm.opened,
      megabytes: Math.round(swarm.sentBytes / 1e6),
      'messages a second': Math.round(after.heard / seconds),
      'memory growth (MB)': Math.round(growth * 10) / 10,
      'pings of the honest peer': pings.count,
      'ping ms (median, longest)': `${pings.medianMs}, ${pings.longestMs}`,
      'event loop held up for ms (own, in all)': `${delays.ownMs}, ${delays.blockedMs}`,
      kinds: [Object.fromEntries(tally)],
      ...(swarm.refusals.size > 0 && { refused: [Object.fromEntries(swarm.refusals)] }),
    },
    failures,
  };
}

function checkPings(
  pings: PingFigures,
  { ownMs, blockedMs }: LoopDelays,
  failures: string[],
): void {
  // Where the machine is busy with something else, the node can only wait for a processor.
  const longestMs = pings.longestMs - (blockedMs - ownMs);
  if (longestMs > LONGEST_PING_MS) failures.push(`a ping took ${pings.longestMs} ms`);
  if (!(pings.count > 0)) failures.push('no ping was answered');
}

/** Waits until both have the same tip. */
async function agreed(node: NodeUnderTest, honest: Node): Promise<Measure | undefined> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end && !node.isOver) {
    const measure = await node.measure();
    if (measure.tip === toReversedHex(honest.chain.tip.hash)) return measure;
    await pause(50);
  }
  return undefined;
}

/** Waits until nothing of what was sent is left to be handled. */
async function settled(node: NodeUnderTest): Promise<void> {
  let before = Number.NEGATIVE_INFINITY;
  for (;;) {
    const heard = await node.count();
    if (heard - before < QUIET || node.isOver) return;
    before = heard;
    await pause(200);
  }
}

async function followsBlock(node: NodeUnderTest, honest: Node, failures: string[]): Promise<void> {
  if ((await agreed(node, honest)) === undefined) failures.push('the two do not agree afterwards');
  await honest.generate(1, Uint8Array.of(0x51));
  if ((await agreed(node, honest)) === undefined) failures.push('the next block is not followed');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
