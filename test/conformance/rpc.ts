/**
 * Sessions of JSON-RPC calls that were recorded from Bitcoin Core 28.1, played against a node of ours:
 * the same options, the same clock, the same calls in the same order, and every answer compared.
 */

import { jsonType } from '../../src/node/rpc/arguments.ts';
import { callMethod, type MethodTable } from '../../src/node/rpc/method-table.ts';
import type { RpcContext } from '../../src/node/rpc/rpc-context.ts';
import { RpcError } from '../../src/node/rpc/rpc-error.ts';
import { jsonText } from '../../src/protocol/report/json-text.ts';
import { JsonNumber, type JsonValue } from '../../src/protocol/report/json-value.ts';
import { readJson } from '../../src/protocol/report/read-json.ts';
import { walletCaller } from '../fixtures/wallet-caller.ts';
import type { CaseOutcome, VectorCheck, VectorFolder } from './vector-check.ts';

type RpcMap = ReadonlyMap<string, JsonValue>;

/** A line of a session. */
interface RecordedCall {
  readonly method: string;
  readonly params: JsonValue;
  /** The wallet that it is for. */
  readonly wallet: string | undefined;
  readonly result: JsonValue | undefined;
  readonly error: RpcMap | undefined;
  /** Fields that may differ, at any depth. */
  readonly ignore: ReadonlySet<string>;
}

interface PlayedCall {
  readonly call: RecordedCall;
  readonly outcome: CaseOutcome;
}

const USAGE_CODE = '-1';
/** So much of an answer is shown where it differs. */
const SHOWN = 300;

/** Plays a session from its first line to its last. */
export async function playSession(
  vectors: VectorFolder,
  file: string,
): Promise<readonly PlayedCall[]> {
  const [head, ...lines] = vectors.text(file).trim().split('\n').map(readJson) as RpcMap[];
  const options = (head as RpcMap).get('options') as readonly string[];
  const { table, context, close } = await walletCaller(options);
  const played: PlayedCall[] = [];
  for (const line of lines) {
    const call = callOf(line);
    played.push({ call, outcome: await play(call, table, context) });
  }
  await close();
  return played;
}

function callOf(line: RpcMap): RecordedCall {
  return {
    method: line.get('method') as string,
    params: line.get('params') as JsonValue,
    wallet: line.get('wallet') as string | undefined,
    result: line.get('result'),
    error: line.get('error') as RpcMap | undefined,
    ignore: new Set((line.get('ignore') ?? []) as readonly string[]),
  };
}

async function play(
  call: RecordedCall,
  table: MethodTable,
  context: RpcContext,
): Promise<CaseOutcome> {
  const said = await answerOf(call, table, { ...context, walletName: call.wallet });
  const difference = compare(call, said);
  if (difference === undefined) return undefined;
  return `${call.method} ${shorten(textOf(call.params))}: ${difference}`;
}

type Said = { readonly result: JsonValue } | { readonly error: RpcError };

async function answerOf(
  call: RecordedCall,
  table: MethodTable,
  context: RpcContext,
): Promise<Said> {
  try {
    const result = await callMethod(table, call, context);
    return { result: readJson(jsonText(result).replaceAll('/DATADIR/', 'DATADIR/')) };
  } catch (error) {
    if (error instanceof RpcError) return { error };
    throw error;
  }
}

function compare({ result, error, ignore }: RecordedCall, said: Said): CaseOutcome {
  if (error !== undefined) {
    const code = (error.get('code') as JsonNumber).text;
    const message = error.get('message') as string;
    if (!('error' in said)) {
      return `expected the error ${code} ${shorten(message)}, got ${shorten(textOf(said.result))}`;
    }
    const isUsage = code === USAGE_CODE && message.includes('\n\n');
    const words = said.error.message.replaceAll('/DATADIR/', 'DATADIR/');
    if (String(said.error.number) === code && (isUsage || words === message)) return undefined;
    return `expected the error ${code} ${shorten(message)}, got ${said.error.number} ${shorten(words)}`;
  }
  if ('error' in said) return `got the error ${said.error.number} ${shorten(said.error.message)}`;
  return difference(result as JsonValue, said.result, ignore, '');
}

/** The first place where two values differ, in words. */
function difference(
  expected: JsonValue,
  found: JsonValue,
  ignore: ReadonlySet<string>,
  path: string,
): CaseOutcome {
  const type = jsonType(expected);
  if (type === jsonType(found)) {
    if (expected instanceof Map) return objectDifference(expected, found as RpcMap, ignore, path);
    if (type === 'array') {
      const items = expected as readonly JsonValue[];
      const others = found as readonly JsonValue[];
      if (items.length === others.length) {
        for (const [i, item] of items.entries()) {
          const one = difference(item, others[i] as JsonValue, ignore, `${path}[${i}]`);
          if (one !== undefined) return one;
        }
        return undefined;
      }
    } else if (expected instanceof JsonNumber) {
      if (expected.text === (found as JsonNumber).text) return undefined;
    } else if (expected === found) {
      return undefined;
    } else if (isHelp(expected, found)) {
      return undefined;
    }
  }
  const where = path === '' ? '' : `${path} `;
  return `${where}expected ${shorten(textOf(expected))}, got ${shorten(textOf(found))}`;
}

/** Help is told in words of our own; the method's usage, its first line, is Core's. */
function isHelp(expected: JsonValue, found: JsonValue): boolean {
  if (typeof expected !== 'string' || typeof found !== 'string') return false;
  if (!expected.includes('\n\nResult:\n')) return false;
  return expected.split('\n')[0] === found.split('\n')[0];
}

function objectDifference(
  expected: RpcMap,
  found: RpcMap,
  ignore: ReadonlySet<string>,
  path: string,
): CaseOutcome {
  const names = [...new Set([...expected.keys(), ...found.keys()])].filter((n) => !ignore.has(n));
  for (const name of names) {
    const [one, other] = [expected.get(name), found.get(name)];
    if (one === undefined) return `${path}.${name} is too much`;
    if (other === undefined) return `${path}.${name} is missing`;
    const deeper = difference(one, other, ignore, `${path}.${name}`);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function textOf(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Map) {
    const fields = [...value].map(([name, item]) => `${JSON.stringify(name)}:${textOf(item)}`);
    return `{${fields.join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  return JSON.stringify(value);
}

function shorten(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

function sessionCheck(name: string, total: number): VectorCheck {
  const file = `rpc/${name}.jsonl`;
  return {
    ...{ file, total },
    run: async (vectors) => (await playSession(vectors, file)).map(({ outcome }) => outcome),
    groups: (vectors) =>
      vectors
        .text(file)
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => (readJson(line) as RpcMap).get('method') as string),
  };
}

export const rpcChecks: readonly VectorCheck[] = [
  sessionCheck('blockchain', 119),
  sessionCheck('rawtx', 139),
  sessionCheck('mining-util', 132),
  sessionCheck('wallet', 133),
];
