import type { Clock } from '../../outside/clock/clock.ts';
import { sleep } from '../../outside/clock/clock.ts';
import type { Http, HttpRequest, HttpResponse, HttpServer } from '../../outside/http/http.ts';
import { HttpError } from '../../outside/http/http-error.ts';
import { type Endpoint, endpointText } from '../../outside/network/endpoint.ts';
import { NetworkError } from '../../outside/network/network-error.ts';
import type { Json } from '../../protocol/report/json-text.ts';
import { isHeard, type Log } from '../log/log.ts';
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
  /** Whether everybody who may connect is answered at `/rest/`: `-rest`. Not by default. */
  readonly rest?: boolean;
}

interface RestRequest {
  /** With whatever is asked for behind the path. */
  readonly url: string;
  readonly body: Uint8Array;
}

/**
 * Answers what is asked at `/rest/`, of a node, or of one that is still busy with what the words say.
 * Undefined where there is nothing at this path.
 */
export type RestHandler = (
  request: RestRequest,
  state: RpcContext | string,
) => Promise<HttpResponse | undefined>;

export interface RpcServerParts {
  readonly http: Http;
  readonly clock: Clock;
  readonly log: Log;
  readonly methods: MethodTable;
  /** Heard if the options say so. */
  readonly rest?: RestHandler;
  readonly options: RpcServerOptions;
}

/** What the node knows and the server does not. The server adds what it knows itself. */
export type NodeContext = Omit<RpcContext, 'walletName' | 'activeCommands'>;

const DEFAULT_WORK_QUEUE = 1000;
/** So long whoever has the wrong password waits for the answer, and nobody else. */
const WRONG_PASSWORD_MS = 250;
/** What Core knows. Others are refused wherever they are used. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'HEAD', 'PUT']);
/** Who asks there needs no password, and no more than a few outputs to ask for. */
const REST_BODY_BYTES = 65_536;
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

  /**
   * Listens wherever it can: a machine without IPv6 has no `::1`.
   *
   * @throws NetworkError if it can nowhere
   */
  async start(): Promise<void> {
    const { http, options, log } = this.#parts;
    const { bind, timeoutMs } = options;
    const limits = timeoutMs === undefined ? {} : { timeoutMs };
    let failure: unknown;
    for (const at of bind) {
      log('info', 'http', `Binding RPC on address ${at.host} port ${at.port}`);
      try {
        this.#servers.push(await http.serve(at, (request) => this.#answerSafely(request), limits));
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        failure ??= error;
        log('warn', 'http', `Binding RPC on address ${at.host} port ${at.port} failed.`);
      }
    }
    if (this.#servers.length === 0 && failure !== undefined) throw failure;
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
    const { rest, options, log } = this.#parts;
    if (isHeard(log, 'debug', 'http')) {
      const { method, url, remote } = request;
      const from = endpointText(remote);
      log('debug', 'http', `Received a ${method} request for ${url.slice(0, 100)} from ${from}`);
    }
    if (!this.#mayConnect(request.remote)) return { status: 403 };
    if (!METHODS.has(request.method)) return { status: 405 };
    const path = request.url.split('?')[0] ?? '/';
    if (path === '/' || path.startsWith(WALLET_PATH)) return this.#answerPost(request, path);
    if (rest === undefined || options.rest !== true) return { status: 404 };
    const body = await request.body(REST_BODY_BYTES);
    const { url } = request;
    const answer = this.#inQueue(() => rest({ url, body }, this.#restState()));
    return (await answer) ?? { status: 404 };
  }

  /** Everybody who gets this far may ask there. */
  #restState(): RpcContext | string {
    const context = this.#context;
    return context === undefined ? this.#warmUp : this.#contextFor(context, undefined);
  }

  async #answerPost(request: HttpRequest, path: string): Promise<HttpResponse> {
    const { log, options, clock } = this.#parts;
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
    const wallet = path === '/' ? undefined : walletName(path);
    return this.#inQueue(() => this.#answerUser(body, user, wallet));
  }

  async #inQueue<T>(answer: () => Promise<T>): Promise<T | HttpResponse> {
    const { log, options } = this.#parts;
    if (this.#pending >= (options.workQueue ?? DEFAULT_WORK_QUEUE)) {
      log('warn', 'rpc', 'Request rejected because http work queue depth exceeded');
      return { status: 503, body: 'Work queue depth exceeded' };
    }
    this.#pending++;
    try {
      return await answer();
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
      return await callMethod(methods, call, this.#contextFor(this.#context, walletName));
    } finally {
      this.#active.delete(command);
    }
  }

  #contextFor(context: NodeContext, walletName: string | undefined): RpcContext {
    return { ...context, walletName, activeCommands: () => this.#activeCommands() };
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
