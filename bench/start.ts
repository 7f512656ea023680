/**
 * How long it takes from the start of an empty regtest node to its first answer: as a process of its own,
 * and in the process of a program that embeds it; how long 101 blocks take then; and how long twenty
 * nodes take that are started at once.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Bench } from './bench.ts';
import { RpcConnection, resultIn, rpcRequest } from './rpc-client.ts';
import type { ManyFigures, OneFigures } from './start-process.ts';
import { least, median } from './summary.ts';

const ROUNDS = 7;
const MANY = 20;
/** So often it is asked whether a process answers yet. */
const ASK_EVERY_MS = 2;
/** A process that does not answer by then never will. */
const PATIENCE_MS = 20_000;
const USER = 'bench';
const PASSWORD = 'mark';

/** In milliseconds, of the fastest round. */
const LIMITS = {
  processMs: 500,
  embeddedMs: 150,
  blocksMs: 100,
  manyMs: 3000,
} as const;

interface Figure {
  readonly name: string;
  readonly bestMs: number;
  readonly medianMs: number;
  readonly limitMs?: number;
}

/** `npm run bench -- start` */
export const benchStart: Bench = {
  options: [],
  async run({ json }) {
    const machine = `${availableParallelism()} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
    if (!json) console.log(`${machine}\n`);
    const figures = await measure();
    const isGood = figures.every(
      ({ bestMs, limitMs = Number.POSITIVE_INFINITY }) => bestMs < limitMs,
    );
    if (json) console.log(JSON.stringify({ bench: 'start', machine, rounds: ROUNDS, figures }));
    else {
      for (const figure of figures) say(figure);
      console.log(`best of ${ROUNDS} rounds within the limits: ${isGood ? 'ok' : 'TOO SLOW'}`);
    }
    return isGood;
  },
};

async function measure(): Promise<readonly Figure[]> {
  const empty: number[] = [];
  const processes: number[] = [];
  const ones: OneFigures[] = [];
  const manys: ManyFigures[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    empty.push(emptyProgram());
    processes.push(await nodeProcess());
    ones.push(embedding<OneFigures>('one'));
    manys.push(embedding<ManyFigures>('many', MANY));
  }
  if (manys.some(({ ports }) => ports !== MANY)) throw new Error('two nodes have the same port');
  return [
    figureOf('an empty program of Node, for comparison', empty),
    figureOf('a node as a process, to its first answer', processes, LIMITS.processMs),
    figureOf(
      'a program that embeds one, to its first answer',
      ones.map(({ processMs }) => processMs),
    ),
    figureOf(
      'Node.start in memory, to its first answer',
      ones.map(({ answerMs }) => answerMs),
      LIMITS.embeddedMs,
    ),
    figureOf(
      'then 101 blocks',
      ones.map(({ blocksMs }) => blocksMs),
      LIMITS.blocksMs,
    ),
    figureOf(
      'a second node of the process',
      ones.map(({ againAnswerMs }) => againAnswerMs),
    ),
    figureOf(
      'then 101 blocks',
      ones.map(({ againBlocksMs }) => againBlocksMs),
    ),
    figureOf(
      `${MANY} nodes at once in one process`,
      manys.map(({ milliseconds }) => milliseconds),
      LIMITS.manyMs,
    ),
  ];
}

function figureOf(name: string, values: readonly number[], limitMs?: number): Figure {
  const limit = limitMs === undefined ? {} : { limitMs };
  return { name, bestMs: least(values), medianMs: median(values), ...limit };
}

function say({ name, bestMs, medianMs, limitMs }: Figure): void {
  const limit = limitMs === undefined ? '' : `, at most ${limitMs} ms`;
  console.log(
    `${name.padEnd(48)} best ${bestMs.toFixed(0).padStart(5)} ms, median ${medianMs.toFixed(0).padStart(5)} ms${limit}`,
  );
}

function emptyProgram(): number {
  const began = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return performance.now() - began;
}

function embedding<T>(what: string, count = 1): T {
  const program = fileURLToPath(new URL('./start-process.js', import.meta.url));
  const { stdout, status } = spawnSync(process.execPath, [program, what, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`a program that embeds nodes ended with exit code ${status}`);
  return JSON.parse(stdout) as T;
}

/** `blockyard node`, as one starts it. */
async function nodeProcess(): Promise<number> {
  const program = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'blockyard-start-'));
  const port = await freePort();
  const words = [
    ...['node', '-regtest', `-datadir=${folder}`, '-listen=0', `-rpcport=${port}`],
    ...[`-rpcuser=${USER}`, `-rpcpassword=${PASSWORD}`, '-printtoconsole=0'],
  ];
  const began = performance.now();
  const running = spawn(process.execPath, [program, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(running, 'exit');
  try {
    const took = await firstAnswer(port, began);
    running.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) throw new Error(`the node ended with exit code ${code}`);
    return took;
  } finally {
    running.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

async function firstAnswer(port: number, began: number): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  const request = rpcRequest(authorization, 'getblockcount', []);
  while (performance.now() < began + PATIENCE_MS) {
    const connection = new RpcConnection(port);
    try {
      // Nobody listens yet, or the node says that it is still starting.
      if (resultIn(await connection.ask(request)) === 0) return performance.now() - began;
    } catch {
      await sleep(ASK_EVERY_MS);
    } finally {
      connection.close();
    }
  }
  throw new Error(`the node does not answer within ${PATIENCE_MS} ms`);
}
