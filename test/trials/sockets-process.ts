/**
 * A whole node in a process of its own, on real sockets: opens a folder, connects, and does what it is
 * told, in lines by its standard input. See `sockets.ts`.
 */
import { readdirSync, readlinkSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Log } from '../../src/node/log/log.ts';
import { Node } from '../../src/node/node.ts';
import { openLevelStore } from '../../src/node/storage/level-store.ts';
import { SystemClock } from '../../src/outside/clock/system-clock.ts';
import { SystemDisk } from '../../src/outside/disk/system-disk.ts';
import { SystemEntropy } from '../../src/outside/entropy/system-entropy.ts';
import { SystemNetwork } from '../../src/outside/network/system-network.ts';
import { SystemThreads } from '../../src/outside/threads/system-threads.ts';
import { fromHex, toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { decodeTx } from '../../src/protocol/primitives/transaction.ts';
import { REPORT_STREAM } from './child.ts';
import { readFrames } from './made/frames.ts';
import { openOutput } from './made/open-coin.ts';
import { memoryUsed } from './memory-used.ts';
import type { Answers, NodeLine, OpenFiles, SocketsTask } from './socket-node.ts';
import { hashOfCoins } from './trial-node.ts';

/** What blocks pay to: nobody asks for it again. */
const REWARD = openOutput(0n, 0).scriptPubKey;

type Orders = {
  readonly [K in keyof Answers]: (given: string) => Answers[K] | Promise<Answers[K]>;
};

/** Written at once: a line that has been written is not lost when the process is killed. */
function say(line: NodeLine): void {
  writeSync(REPORT_STREAM, `${JSON.stringify(line)}\n`);
}

/** Complaints are passed on: of one's own troubles, and of what peers are blamed for. */
const log: Log = (level, _subject, words, fields) => {
  if (level === 'warn' || level === 'error') say({ kind: 'trouble', level, words });
  const code = fields?.['code'];
  if (level !== 'debug' || typeof code !== 'string') return;
  say({ kind: 'blame', code, isGrave: words.startsWith('Misbehaving'), words });
};

/** Everything that the process has open, by kind; undefined where the system does not tell. */
function openFiles(): OpenFiles | undefined {
  try {
    const targets = readdirSync('/proc/self/fd').map(targetOf);
    const sockets = targets.filter((target) => target.startsWith('socket:')).length;
    const files = targets.filter((target) => target.startsWith('/')).length;
    const gone = targets.filter((target) => target === '').length;
    return { sockets, files, others: targets.length - sockets - files - gone };
  } catch {
    return undefined;
  }
}

/** Reading the list opens something itself, which is gone by now. */
function targetOf(name: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${name}`);
  } catch {
    return '';
  }
}

function ordersOf(node: Node, clock: SystemClock): Orders {
  const { chain, mempool, peers } = node;
  return {
    take: async (path) => {
      for (const raw of readFrames(path)) await chain.processBlock(raw);
      return { height: chain.tip.height };
    },
    mine: async () => {
      const [hash] = await node.generate(1, REWARD);
      return { hash: hash === undefined ? undefined : toReversedHex(hash) };
    },
    pay: async (hex) => {
      const result = await node.broadcast(decodeTx(fromHex(hex)));
      return { result: result.kind === 'rejected' ? result.error.code : result.kind };
    },
    tell: () => ({
      height: chain.tip.height,
      tip: toReversedHex(chain.tip.hash),
      connections: [...peers.all()].length,
      open: openFiles(),
      mempool: mempool.size,
    }),
    pool: () => ({ txids: [...mempool.entries()].map(({ txid }) => toReversedHex(txid)).sort() }),
    coins: async () => ({ hash: await hashOfCoins(chain, clock) }),
    memory: () => ({ used: memoryUsed(), resident: process.memoryUsage().rss }),
    stop: async () => {
      await node.stop();
      // Nothing else may keep the process from ending by itself.
      process.stdin.destroy();
      return {};
    },
  };
}

async function main({ folder, port, addNode }: SocketsTask): Promise<void> {
  const disk = new SystemDisk();
  const clock = new SystemClock();
  const node = await Node.open(
    {
      params: regtest,
      dataFolder: folder,
      chain: { par: 1 },
      network: { listen: [{ host: '127.0.0.1', port }], addNode },
      log,
      onFatal: (error) => {
        throw error;
      },
    },
    {
      disk,
      clock,
      entropy: new SystemEntropy(),
      network: new SystemNetwork(),
      threads: new SystemThreads(),
      openStore: (path, options) => openLevelStore(path, { disk, clock }, options),
    },
  );
  await node.connect();
  const orders = ordersOf(node, clock);
  createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, name, given } = JSON.parse(line) as {
      id: number;
      name: keyof Orders;
      given: string;
    };
    void Promise.resolve(orders[name](given)).then((answer) => say({ kind: 'answer', id, answer }));
  });
  // Whoever gave the orders has fallen over.
  process.stdin.on('end', () => process.exit(1));
  say({ kind: 'open', height: node.chain.tip.height });
}

await main(JSON.parse(process.argv[2] as string) as SocketsTask);
