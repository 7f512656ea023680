/**
 * A node in a process of its own, for trials that send it nonsense: whatever it throws and nobody catches
 * ends it, as it would end a real one. It does what it is told in lines, and answers in lines.
 *
 * - `count` → `counted HEARD`: messages, and frames that are none, handshakes not counted
 * - `measure` → `measured BYTES HEARD TIP`: memory after garbage collection, and the tip
 * - `stop` → `stopped OWN_MS BLOCKED_MS`: the longest times in which the event loop did not turn
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Node } from '../../src/node/node.ts';
import { MemoryStores } from '../../src/node/storage/memory-stores.ts';
import { InProcessVerifier } from '../../src/node/verify/in-process-verifier.ts';
import { SystemClock } from '../../src/outside/clock/system-clock.ts';
import { MemoryDisk } from '../../src/outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../src/outside/entropy/seeded-entropy.ts';
import { SystemNetwork } from '../../src/outside/network/system-network.ts';
import { LocalThreads } from '../../src/outside/threads/local-threads.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { blockSubsidy } from '../../src/protocol/consensus/subsidy.ts';
import { regtest } from '../../src/protocol/params/regtest.ts';
import { txid } from '../../src/protocol/primitives/transaction-id.ts';
import { OPEN_SCRIPT, Payer } from '../../src/sim/payer.ts';
import { REPORT_STREAM } from './child.ts';
import { watchLoop } from './loop-watch.ts';
import { memoryUsed } from './memory-used.ts';

export interface MalformedTask {
  readonly seed: number;
  readonly connections: number;
}

const HOST = '127.0.0.1';
const EMPTY_BLOCKS = 110;
const BUSY_BLOCKS = 90;
const PAYMENTS_A_BLOCK = 3;
const PAYMENTS_LEFT = 40;

/** What the log says of a message, whatever becomes of it, and of a frame that is none. */
const HEARD =
  /^received: |^the checksum of|^the command is not text|^the message is of another|^a message of/;
const HANDSHAKE = /^received: (version|verack) /;
let heard = 0;

function say(...words: readonly (string | number)[]): void {
  writeSync(REPORT_STREAM, `${words.join(' ')}\n`);
}

async function openNode({ seed, connections }: MalformedTask): Promise<Node> {
  const clock = new SystemClock();
  const node = await Node.open(
    {
      params: regtest,
      chain: { verifier: new InProcessVerifier(clock) },
      indexes: ['filters'],
      network: {
        listen: [{ host: HOST, port: 0 }],
        connect: [],
        // Beside those that it connects to by itself, and one or two honest ones.
        maxConnections: connections + 20,
        serveBloomFilters: true,
        serveBlockFilters: true,
      },
      log: (_level, subject, words) => {
        if (subject === 'net' && HEARD.test(words) && !HANDSHAKE.test(words)) heard++;
      },
      onFatal: (error) => {
        const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
        say('failed', words.replaceAll(/\s+/g, ' '));
      },
    },
    {
      clock,
      entropy: new SeededEntropy(`a node that hears nonsense ${seed}`),
      network: new SystemNetwork(),
      disk: new MemoryDisk(),
      openStore: new MemoryStores().open,
      threads: new LocalThreads(clock),
    },
  );
  await makeChain(node, seed);
  await node.connect();
  return node;
}

/** 200 blocks, some of them with payments, and payments that wait for the next. */
async function makeChain(node: Node, seed: number): Promise<void> {
  await node.generate(EMPTY_BLOCKS, OPEN_SCRIPT);
  const payer = new Payer(new SeededEntropy(`payments ${seed}`));
  const mature = EMPTY_BLOCKS - regtest.consensus.coinbaseMaturity;
  for (let height = 1; height <= mature; height++) {
    const at = node.chain.blockAt(height);
    if (at === undefined) throw new Error(`there is no block ${height}`);
    const { block } = await node.chain.readBlock(at);
    const [coinbase] = block.transactions;
    if (coinbase === undefined) throw new Error(`block ${height} is empty`);
    payer.add({ txid: txid(coinbase), vout: 0 }, blockSubsidy(height, regtest.consensus));
  }
  const pay = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const payment = payer.pay();
      if (payment === undefined) throw new Error('there is nothing to pay with');
      const { kind } = await node.mempool.accept(payment.tx);
      payer.settle(payment, kind === 'accepted');
    }
  };
  for (let i = 0; i < BUSY_BLOCKS; i++) {
    await pay(PAYMENTS_A_BLOCK);
    await node.generate(1, OPEN_SCRIPT);
  }
  await pay(PAYMENTS_LEFT);
  await node.indexes.settled();
}

async function main(task: MalformedTask): Promise<void> {
  const node = await openNode(task);
  say('listening', node.peers.listening[0]?.port ?? 0);
  const delays = await watchLoop(async () => {
    // Made here: lines that come before somebody asks for them are lost.
    const commands = createInterface({ input: process.stdin });
    for await (const command of commands) {
      if (command === 'count') say('counted', heard);
      if (command === 'measure') {
        say('measured', memoryUsed(), heard, toReversedHex(node.chain.tip.hash));
      }
      if (command === 'stop') break;
    }
  });
  await node.stop();
  say('stopped', delays.ownMs, delays.blockedMs);
}

await main(JSON.parse(process.argv[2] as string) as MalformedTask);
