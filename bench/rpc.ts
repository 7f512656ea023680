/**
 * How many questions a node answers a second, and how long its callers wait while it connects a block of
 * 2,000 transactions. The node, and the one who asks, each have a process of their own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import type { ConnectFigures, RequestFigures, RpcFigures } from './measure-rpc.ts';
import type { RpcProcessReport, RpcProcessTask } from './rpc-process.ts';
import { runChild, WITH_PRECEDENCE } from './run-child.ts';
import { signedBlocks } from './signed-chain.ts';
import { median } from './summary.ts';

/** Four inputs make three transactions: blocks of 201 and of 2,001 transactions. */
const SMALL_INPUTS = 268;
const LARGE_INPUTS = 2668;
/** How many blocks are connected while others call. */
const LATER = 12;
const SECONDS = 3;
/** How long a call may take while a block connects, at the 99th percentile. */
const MAX_P99_MS = 100;
const USER = 'bench';
const PASSWORD = 'mark';

/** `npm run bench -- rpc` */
export const benchRpc: Bench = {
  options: [],
  async run({ json }) {
    const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
    if (!json) console.log(`${machine}\n`);
    const { requests, connecting, p99Ms } = await measure();
    const isGood = p99Ms < MAX_P99_MS;
    if (json) {
      const figures = { requests, connecting, p99Ms, maxP99Ms: MAX_P99_MS };
      console.log(JSON.stringify({ bench: 'rpc', machine, ...figures }));
    } else {
      sayRequests(requests);
      sayConnecting(connecting);
      const verdict = isGood ? 'ok' : 'TOO SLOW';
      console.log(`99 % of all within ${p99Ms.toFixed(1)} ms, at most ${MAX_P99_MS}: ${verdict}`);
    }
    return isGood;
  },
};

async function measure(): Promise<RpcFigures> {
  const larges = Array.from({ length: LATER + 1 }, () => LARGE_INPUTS);
  const inputs = [SMALL_INPUTS, ...larges];
  const { blocksFile } = signedBlocks(inputs, `rpc-chain-${inputs.join('-')}`);
  const folder = mkdtempSync(join(tmpdir(), 'blockyard-rpc-'));
  const task = { folder, blocksFile, later: LATER, user: USER, password: PASSWORD };
  const server = await startServer(task);
  const { port, barePort, lastHashes } = server.report;
  const [small = '', large = ''] = lastHashes.slice(-2);
  try {
    const given = {
      ...{ port, barePort, blocksFile, later: LATER, seconds: SECONDS },
      authorization: `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`,
      blocks: { '200 transactions': small, '2,000 transactions': large },
    };
    return (await runChild('rpc', given, { before: WITH_PRECEDENCE })).answer;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Server {
  readonly report: RpcProcessReport;
  readonly stop: () => Promise<void>;
}

async function startServer(task: RpcProcessTask): Promise<Server> {
  const program = fileURLToPath(new URL('./rpc-process.js', import.meta.url));
  const [command = '', ...words] = [...WITH_PRECEDENCE, process.execPath, program];
  const running = spawn(command, [...words, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = once(running, 'close');
  const stop = async (): Promise<void> => {
    running.stdin.end();
    const [code] = await closed;
    if (code !== 0) throw new Error(`the node ended with exit code ${code}`);
  };
  const line = once(createInterface({ input: running.stdout }), 'line');
  const first = await Promise.race([line, closed]);
  if (typeof first[0] !== 'string') await stop();
  return { report: JSON.parse(String(first[0])) as RpcProcessReport, stop };
}

function sayRequests(requests: readonly RequestFigures[]): void {
  console.log(
    'requests                        connections  a second  median ms   99 % ms     bytes',
  );
  for (const { request, connections, perSecond, medianMs, p99Ms, bytes } of requests) {
    const cells = [
      request.padEnd(30),
      String(connections).padStart(12),
      perSecond.toFixed(perSecond < 100 ? 1 : 0).padStart(10),
      medianMs.toFixed(2).padStart(11),
      p99Ms.toFixed(2).padStart(10),
      String(bytes).padStart(10),
    ];
    console.log(cells.join(''));
  }
}

function sayConnecting(blocks: readonly ConnectFigures[]): void {
  console.log('\nwhile a block of 2,000 transactions connects, getblockcount:');
  for (const way of new Set(blocks.map((block) => block.way))) {
    const some = blocks.filter((block) => block.way === way);
    const middle = (pick: (block: ConnectFigures) => number): string =>
      median(some.map(pick)).toFixed(1);
    const most = (pick: (block: ConnectFigures) => number): string =>
      Math.max(...some.map(pick)).toFixed(1);
    const took = `${some.length} blocks by ${way}: ${middle((b) => b.milliseconds)} ms each`;
    const p99 = `99 % of calls within ${middle((b) => b.p99Ms)} ms (worst block ${most((b) => b.p99Ms)})`;
    console.log(`  ${took}; ${p99}, longest ${most((b) => b.longestMs)} ms`);
  }
}
