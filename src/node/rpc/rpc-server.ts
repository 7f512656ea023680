import type { Clock } from '../../outside/clock/clock.ts';
import { sleep } from '../../outside/clock/clock.ts';
import type { Http, HttpRequest, HttpResponse, HttpServer } from '../../outside/http/http.ts';
import { HttpError } from '../../outside/http/http-error.ts';
import type { Endpoint } from '../../outside/network/endpoint.ts';
import type { Json } from '../../protocol/report/json-text.ts';
import type { Log } from '../log/log.ts';
import { parseAddress } from '../p2p/addresses/address-text.ts';
import { isLocal } from '../p2p/addresses/net-address.ts';
import { isInSubnet, type Subnet } from '../p2p/addresses/subnet.ts';
import { answerJsonRpc, type RpcCall } from './json-rpc.ts';
import { callMethod, type MethodTable } from './method-table.ts';
import { authorizedUser, type RpcUser } from './rpc-auth.ts';
import type { RpcContext } from './rpc-context.ts';
import { RPC, RpcError } from './rpc-error.ts';

export interface RpcServerOptions {
  readonly bind: readonly Endpoint[];
  readonly users: readonly RpcUser[];
  /** Who may connect beside this machine itself: `-rpcallowip`. */
  readonly allow?: readonly Subnet[];
  /** Which methods a user may call, by name: `-rpcwhitelist`. */
  readonly whitelist?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Whether users that are not in it may call nothing: so by default as soon as there is one. */
  readonly whitelistDefault?: boolean;
  /** How many calls may be under way: `-rpcworkqueue`. A call that waits costs no thread here. */
  readonly workQueue?: number;
  /** `-rpcservertimeout`, in milliseconds. */
  readonly timeoutMs?: number;
}

export interface RpcServerParts {
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  readonly methods: MethodTable;
  readonly options: RpcServerOptions;
}

/** What the node knows and the server does not. The server adds what it knows itself. */
export type NodeContext = Omit<RpcContext, 'walletName' | 'activeCommands'>;

const DEFAULT_WORK_QUEUE = 1000;
/** So long whoever has the wrong password waits for the answer, and nobody else. */
const WRONG_PASSWORD_MS = 250;
const WALLET_PATH = '/wallet/';
const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="jsonrpc"' };

interface ActiveCommand {
  readonly method: string;
  readonly since: number;
}

/**
 * The node's JSON-RPC over HTTP, as Bitcoin Core 28 serves it.
 *
 * It can be started before the node is there: until {@link ready}, every call is answered with the
 * error -28, and what the node is busy with.
 *
 * @example
 * const server = new RpcServer({ http, clock, log, methods: methodTable(allMethods), options });
 * await server.start();
 * server.ready(context);
 * // and in the end
 * await server.close();
 */
export class RpcServer {
  readonly #parts: RpcServerParts;
  readonly #servers: HttpServer[] = [];
  readonly #active = new Set<ActiveCommand>();
  #pending = 0;
  #context: NodeContext | undefined;
  #warmUp = 'RPC server started';

  constructor(parts: RpcServerParts) {
    this.#parts = parts;
  }

  /** Where it listens. */
  get addresses(): readonly Endpoint[] {
    return this.#servers.map(({ address }) => address);
  }

  /** @throws NetworkError if it cannot listen */
  async start(): Promise<void> {
    const { http, options } = this.#parts;
    const { bind, timeoutMs } = options;
    const limits = timeoutMs === undefined ? {} : { timeoutMs };
    try {
      for (const at of bind) {
        this.#servers.push(await http.serve(at, (request) => this.#answerSafely(request), limits));
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Says what the node is busy with, while it starts. */
  warmUp(words: string): void {
    this.#warmUp = words;
  }

  /** From now on calls are answered. */
  ready(context: NodeContext): void {
    this.#context = context;
  }

  /** Takes no more calls. Those that are being answered are waited for. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.close()));
  }

  /** A bug in an answer is no reason to end all others. */
  async #answerSafely(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof HttpError) throw error;
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#parts.log('error', 'rpc', `a request could not be answered: ${words}`);
      return { status: 500 };
    }
  }

  async #answer(request: HttpRequest): Promise<HttpResponse> {
    const { log, options, clock } = this.#parts;
    if (!this.#mayConnect(request.remote)) return { status: 403 };
    const path = request.url.split('?')[0] ?? '/';
    const isWallet = path.startsWith(WALLET_PATH);
    if (path !== '/' && !isWallet) return { status: 404 };
    if (request.method !== 'POST') {
      return { status: 405, body: 'JSONRPC server handles only POST requests' };
    }
    const header = request.headers.get('authorization');
    if (header === undefined) return { status: 401, headers: CHALLENGE };
    const user = authorizedUser(header, options.users);
    if (user === undefined) {
      const { host, port } = request.remote;
      log('warn', 'rpc', `ThreadRPCServer incorrect password attempt from ${host}:${port}`);
      await sleep(clock, WRONG_PASSWORD_MS);
      return { status: 401, headers: CHALLENGE };
    }
    // First the whole of it: whoever sends slowly takes nobody's place.
    const body = await request.body();
    if (this.#pending >= (options.workQueue ?? DEFAULT_WORK_QUEUE)) {
      log('warn', 'rpc', 'Request rejected because http work queue depth exceeded');
      return { status: 503, body: 'Work queue depth exceeded' };
    }
    this.#pending++;
    try {
      const wallet = isWallet ? walletName(path) : undefined;
      return await this.#answerUser(body, user, wallet);
    } finally {
      this.#pending--;
    }
  }

  #mayConnect({ host }: Endpoint): boolean {
    const address = parseAddress(host.split('%')[0] ?? host);
    if (address === undefined) return false;
    const { allow = [] } = this.#parts.options;
    return isLocal(address) || allow.some((subnet) => isInSubnet(address, subnet));
  }

  async #answerUser(
    body: Uint8Array,
    user: string,
    wallet: string | undefined,
  ): Promise<HttpResponse> {
    const { options, log, clock } = this.#parts;
    const { whitelist, whitelistDefault = whitelist !== undefined } = options;
    const allowed = whitelist?.get(user);
    if (allowed === undefined && whitelistDefault) {
      log('warn', 'rpc', `RPC User ${user} not allowed to call any methods`);
      return { status: 403 };
    }
    const reply = await answerJsonRpc(textOf(body), {
      isRestricted: allowed !== undefined,
      pause: () => clock.nextTurn(),
      isAllowed: (method) => allowed === undefined || allowed.has(method),
      call: (call) => this.#call(call, user, wallet),
    });
    if (reply.body === '') return { status: reply.status };
    return {
      status: reply.status,
      headers: { 'Content-Type': 'application/json' },
      body: reply.body,
    };
  }

  async #call(call: RpcCall, user: string, walletName: string | undefined): Promise<Json> {
    const { clock, log, methods } = this.#parts;
    if (this.#context === undefined) throw new RpcError(RPC.inWarmup, this.#warmUp);
    log('debug', 'rpc', `ThreadRPCServer method=${call.method} user=${user}`);
    const command = { method: call.method, since: clock.monotonic() };
    this.#active.add(command);
    try {
      return await callMethod(methods, call, {
        ...this.#context,
        walletName,
        activeCommands: () => this.#activeCommands(),
      });
    } finally {
      this.#active.delete(command);
    }
  }

  #activeCommands(): ReturnType<RpcContext['activeCommands']> {
    const now = this.#parts.clock.monotonic();
    return [...this.#active].map(({ method, since }) => ({
      method,
      microseconds: Math.round((now - since) * 1000),
    }));
  }
}

/** Bytes that are no UTF-8 are no JSON either, and are told as that. */
function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch (error) {
    if (error instanceof TypeError) return '';
    throw error;
  }
}

function walletName(path: string): string {
  const name = path.slice(WALLET_PATH.length);
  try {
    return decodeURIComponent(name);
  } catch (error) {
    if (error instanceof URIError) return name;
    throw error;
  }
}
