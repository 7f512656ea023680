/** Asks a node in another process, as fast as it answers, and while it connects blocks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { framedBlocks } from './framed-blocks.ts';
import { RpcConnection, resultIn, rpcRequest } from './rpc-client.ts';

export interface MeasureRpcOptions {
  readonly port: number;
  /** Of a server of Node that does nothing: it answers what is sent to it. */
  readonly barePort: number;
  readonly authorization: string;
  /** The hashes of blocks to ask for, by what to call them. */
  readonly blocks: Readonly<Record<string, string>>;
  /** Its last blocks are those that the node does not have yet. */
  readonly blocksFile: string;
  readonly later: number;
  readonly seconds: number;
}

export interface RequestFigures {
  readonly request: string;
  readonly connections: number;
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly bytes: number;
}

export interface ConnectFigures {
  readonly way: 'submitblock' | 'as from a peer';
  /** From the block's first byte on its way to the answer. */
  readonly milliseconds: number;
  readonly calls: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

export interface RpcFigures {
  readonly requests: readonly RequestFigures[];
  readonly connecting: readonly ConnectFigures[];
  /** Of all calls while any of these blocks connected. */
  readonly p99Ms: number;
}

const CONNECTIONS = [1, 50] as const;
/** Before it is measured, so long. */
const WARM_UP_SECONDS = 0.5;
/** While a block connects there is a call so often, whether those before it have been answered or not. */
const CALL_EVERY_MS = 2;
const CALLERS = 10;
/** A call may stand in line behind a block before and after it. */
const MARGIN_MS = 20;
/** So that a block comes to a node that has nothing else to do. */
const REST_MS = 200;

export async function measureRpc(options: MeasureRpcOptions): Promise<RpcFigures> {
  const { port, barePort, authorization, blocks, seconds } = options;
  const count = rpcRequest(authorization, 'getblockcount', []);
  const questions: (readonly [name: string, request: Buffer, port: number])[] = [
    ['nothing (bare HTTP server)', count, barePort],
    ['getblockcount', count, port],
    ...Object.entries(blocks).map(
      ([name, hash]) =>
        [`getblock 2, ${name}`, rpcRequest(authorization, 'getblock', [hash, 2]), port] as const,
    ),
  ];
  const requests: RequestFigures[] = [];
  for (const [request, bytes, at] of questions) {
    for (const connections of CONNECTIONS) {
      await asFastAsPossible(at, bytes, connections, WARM_UP_SECONDS);
      const figures = await asFastAsPossible(at, bytes, connections, seconds);
      requests.push({ request, connections, ...figures });
    }
  }
  return { requests, ...(await whileConnecting(options)) };
}

type Load = Omit<RequestFigures, 'request' | 'connections'>;

async function asFastAsPossible(
  port: number,
  request: Buffer,
  connections: number,
  seconds: number,
): Promise<Load> {
  const took: number[] = [];
  let bytes = 0;
  const began = performance.now();
  const end = began + seconds * 1000;
  const askOnAndOn = async (): Promise<void> => {
    const connection = new RpcConnection(port);
    while (performance.now() < end) {
      const asked = performance.now();
      bytes = (await connection.ask(request)).length;
      took.push(performance.now() - asked);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, askOnAndOn));
  const perSecond = took.length / ((performance.now() - began) / 1000);
  return { perSecond, medianMs: share(took, 0.5), p99Ms: share(took, 0.99), bytes };
}

/** Every second block comes as a miner sends it, the others as they come from a peer. */
async function whileConnecting(
  options: MeasureRpcOptions,
): Promise<Pick<RpcFigures, 'connecting' | 'p99Ms'>> {
  const { port, barePort, authorization, blocksFile, later } = options;
  const connecting: ConnectFigures[] = [];
  const all: number[] = [];
  for (const [i, block] of framedBlocks(blocksFile).slice(-later).entries()) {
    const [way, method, to] =
      i % 2 === 0
        ? (['submitblock', 'submitblock', port] as const)
        : (['as from a peer', 'takeblock', barePort] as const);
    const sender = new RpcConnection(to);
    const hex = Buffer.from(block).toString('hex');
    const request = rpcRequest(authorization, method, [hex]);
    await sleep(REST_MS);
    const callers = new Callers(port, rpcRequest(authorization, 'getblockcount', []));
    await sleep(MARGIN_MS);
    const began = performance.now();
    const result = resultIn(await sender.ask(request));
    const milliseconds = performance.now() - began;
    if (result !== null) throw new Error(`the block was not taken: ${result}`);
    await sleep(MARGIN_MS);
    const took = await callers.stop();
    sender.close();
    const [p99Ms, longestMs] = [share(took, 0.99), share(took, 1)];
    all.push(...took);
    connecting.push({ way, milliseconds, calls: took.length, p99Ms, longestMs });
  }
  return { connecting, p99Ms: share(all, 0.99) };
}

/**
 * Calls at fixed times, over several connections in turn. What counts is the time from when a call was
 * due: whoever waits for an answer before asking again does not notice how many others wait too.
 */
class Callers {
  readonly #took: number[] = [];
  readonly #connections: readonly RpcConnection[];
  readonly #over: Promise<unknown>;
  #isOver = false;

  constructor(port: number, request: Buffer) {
    this.#connections = Array.from({ length: CALLERS }, () => new RpcConnection(port));
    const began = performance.now();
    this.#over = Promise.all(
      this.#connections.map(async (connection, i) => {
        for (let n = i; !this.#isOver; n += CALLERS) {
          const due = began + n * CALL_EVERY_MS;
          const wait = due - performance.now();
          if (wait > 1) await sleep(wait);
          // A timer comes late by itself; that is not the node's.
          const from = Math.max(due, wait > 1 ? performance.now() : due);
          await connection.ask(request);
          this.#took.push(performance.now() - from);
        }
      }),
    );
  }

  async stop(): Promise<readonly number[]> {
    this.#isOver = true;
    await this.#over;
    for (const connection of this.#connections) connection.close();
    return this.#took;
  }
}

function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
}
