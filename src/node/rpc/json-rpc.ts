/** JSON-RPC 1.0, 1.1 and 2.0 as Bitcoin Core 28 speaks them: from the text of a request to that of an answer. */
import { type Json, type JsonObject, jsonText } from '../../protocol/report/json-text.ts';
import { JsonNumber, type JsonValue } from '../../protocol/report/json-value.ts';
import { JsonError, readJson } from '../../protocol/report/read-json.ts';
import { typeMismatch } from './arguments.ts';
import { longText } from './long-text.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** A call that was read from a request. */
export interface RpcCall {
  readonly method: string;
  readonly params: JsonValue;
}

export interface RpcReply {
  /** The status of HTTP: 2.0 has 200 for everything but what could not be read. */
  readonly status: number;
  /** Nothing for notifications. */
  readonly body: string;
}

export interface RpcCaller {
  /** Whether there are methods that the caller may not use. */
  readonly isRestricted: boolean;
  readonly isAllowed: (method: string) => boolean;
  /** Lets others have a turn, in the middle of a batch. */
  readonly pause: () => Promise<void>;
  /** @throws RpcError */
  readonly call: (call: RpcCall) => Promise<Json>;
}

/** Of a batch, so many calls are made before others have a turn. */
const CALLS_IN_A_ROW = 50;

const OK = 200;
const NO_CONTENT = 204;
const BAD_REQUEST = 400;
const FORBIDDEN = 403;
const NOT_FOUND = 404;
const INTERNAL_ERROR = 500;

/** What is known of the request that is being answered. Of a batch, a bad one inherits from the one before. */
interface Request {
  /** undefined where there is none: a notification, in 2.0. */
  id: JsonValue | undefined;
  version: 'legacy' | '2.0';
}

/**
 * Answers a request, or a batch of them.
 *
 * @example
 * await answerJsonRpc('{"method":"getblockcount"}', caller)
 * // { status: 200, body: '{"result":0,"error":null,"id":null}\n' }
 */
export async function answerJsonRpc(text: string, caller: RpcCaller): Promise<RpcReply> {
  const request: Request = { id: null, version: 'legacy' };
  try {
    const value = read(text);
    if (value instanceof Map) return await answerOne(value, request, caller);
    if (Array.isArray(value)) return await answerBatch(value, request, caller);
    throw new RpcError(RPC.parse, 'Top-level object parse error');
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    return { status: statusOf(error), body: `${jsonText(failure(error, request))}\n` };
  }
}

function read(text: string): JsonValue {
  try {
    return readJson(text);
  } catch (error) {
    if (error instanceof JsonError) throw new RpcError(RPC.parse, 'Parse error');
    throw error;
  }
}

/** Errors of 1.0 and 1.1 are errors of HTTP too. */
function statusOf({ number }: RpcError): number {
  if (number === RPC.invalidRequest) return BAD_REQUEST;
  return number === RPC.methodNotFound ? NOT_FOUND : INTERNAL_ERROR;
}

async function answerOne(value: JsonValue, request: Request, caller: RpcCaller): Promise<RpcReply> {
  const call = parseRequest(value, request);
  if (!caller.isAllowed(call.method)) return { status: FORBIDDEN, body: '' };
  const answer = await execute(call, request, caller, request.version === '2.0');
  if (isNotification(request)) return { status: NO_CONTENT, body: '' };
  return { status: OK, body: `${await longText(answer, caller.pause)}\n` };
}

/** Batches are answered with the status 200, whatever is in them; notifications not at all. */
async function answerBatch(
  items: readonly JsonValue[],
  request: Request,
  caller: RpcCaller,
): Promise<RpcReply> {
  if (caller.isRestricted && !items.every((item) => caller.isAllowed(methodIn(item)))) {
    return { status: FORBIDDEN, body: '' };
  }
  // Written one by one: the text of a hundred thousand answers at once would keep others waiting.
  const answers: string[] = [];
  for (const [i, item] of items.entries()) {
    if (i % CALLS_IN_A_ROW === CALLS_IN_A_ROW - 1) await caller.pause();
    const answer = await answerItem(item, request, caller);
    if (!isNotification(request)) answers.push(await longText(answer, caller.pause));
  }
  // An empty batch names no version, and older clients expect the empty list.
  if (answers.length === 0 && items.length > 0) return { status: NO_CONTENT, body: '' };
  return { status: OK, body: `[${answers.join(',')}]\n` };
}

/** Before anything of a batch is done, it is asked whether all of it may be. */
function methodIn(item: JsonValue): string {
  if (!(item instanceof Map)) throw invalid('Invalid Request object');
  const method: JsonValue | undefined = item.get('method');
  if (typeof method === 'string') return method;
  throw new RpcError(RPC.parse, typeMismatch(method, 'string'));
}

async function answerItem(
  item: JsonValue,
  request: Request,
  caller: RpcCaller,
): Promise<JsonObject> {
  let call: RpcCall;
  try {
    call = parseRequest(item, request);
  } catch (error) {
    if (error instanceof RpcError) return failure(error, request);
    throw error;
  }
  return await execute(call, request, caller, true);
}

async function execute(
  call: RpcCall,
  request: Request,
  caller: RpcCaller,
  catchErrors: boolean,
): Promise<JsonObject> {
  try {
    const result = await caller.call(call);
    return request.version === '2.0'
      ? { jsonrpc: '2.0', result, id: request.id }
      : { result, error: null, id: request.id };
  } catch (error) {
    if (catchErrors && error instanceof RpcError) return failure(error, request);
    throw error;
  }
}

function failure({ number: code, message }: RpcError, request: Request): JsonObject {
  const error = { code, message };
  return request.version === '2.0'
    ? { jsonrpc: '2.0', error, id: request.id }
    : { result: null, error, id: request.id };
}

function isNotification({ id, version }: Request): boolean {
  return id === undefined && version === '2.0';
}

/** Reads a request. The id comes first, so that whatever is wrong with the rest is told under it. */
function parseRequest(value: JsonValue, request: Request): RpcCall {
  if (!(value instanceof Map)) throw invalid('Invalid Request object');
  const fields: ReadonlyMap<string, JsonValue> = value;
  request.id = fields.get('id');
  request.version = 'legacy';
  request.version = versionOf(fields.get('jsonrpc') ?? null);
  const method = fields.get('method') ?? null;
  if (method === null) throw invalid('Missing method');
  if (typeof method !== 'string') throw invalid('Method must be a string');
  const params = fields.get('params') ?? null;
  if (params === null) return { method, params: [] };
  if (typeof params === 'object' && !(params instanceof JsonNumber)) return { method, params };
  throw invalid('Params must be an array or object');
}

function versionOf(version: JsonValue): Request['version'] {
  if (version === null) return 'legacy';
  if (typeof version !== 'string') throw invalid('jsonrpc field must be a string');
  if (version === '2.0') return '2.0';
  // What 1.0 never had, and many clients send.
  if (version === '1.0') return 'legacy';
  throw invalid('JSON-RPC version not supported');
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidRequest, message);
}
