/** From words of a command line to the arguments of a method: some are text, and some are JSON. */
import { RpcCallError } from '../../client/rpc-call-error.ts';
import type { CallParams } from '../../client/rpc-connection.ts';
import type { MethodSpec, RpcParameter } from '../../node/rpc/rpc-method.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import { JsonError, readJson } from '../../protocol/report/read-json.ts';
import { walletParameters } from './wallet-parameters.ts';

/** Words that are no arguments, in Bitcoin Core's words. */
export class ArgumentError extends CodedError {
  override readonly name = 'ArgumentError';
  readonly code = 'bad-argument';
}

/** What a word is read as; `either` is JSON where it can be read as that. */
type Reading = 'text' | 'json' | 'either';

interface Readings {
  readonly byPosition: (position: number) => Reading;
  readonly byName: (name: string) => Reading;
}

const ALL_TEXT: Readings = { byPosition: () => 'text', byName: () => 'text' };
/** A height is a number and a hash is text. Core 28 wants the hash in quotes, which later ones forgive. */
const EITHER: ReadonlySet<string> = new Set(['hash_or_height', 'rollback']);
/** Sends back what it was given: `echojson` is for JSON. */
const ECHO = 'echo';
const INVALID_PARAMETER = -8;

/**
 * The arguments that some words stand for, by what the method says of its parameters. Of a method that
 * nobody knows here, all are text.
 *
 * @example
 * convertArguments('getblockhash', ['0'], { isNamed: false, methods }) // [JsonNumber { text: '0' }]
 * @throws RpcCallError if arguments by position are named `args` as well
 */
export function convertArguments(
  method: string,
  words: readonly string[],
  { isNamed, methods }: { readonly isNamed: boolean; readonly methods: readonly MethodSpec[] },
): CallParams {
  const readings = readingsOf(method, methods);
  if (!isNamed) return words.map((word, i) => readWord(word, readings.byPosition(i)));
  const named = new Map<string, JsonValue>();
  const first: JsonValue[] = [];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) {
      first.push(readWord(word, readings.byPosition(first.length)));
      continue;
    }
    const name = word.slice(0, equals);
    // A later one counts more, so that scripts can put their own behind others.
    named.set(name, readWord(word.slice(equals + 1), readings.byName(name)));
  }
  if (first.length > 0) {
    if (named.has('args')) {
      // Core sends both, for the node to refuse. An object of this program has a name but once.
      throw new RpcCallError(INVALID_PARAMETER, 'Parameter args specified multiple times', method);
    }
    named.set('args', first);
  }
  return named;
}

function readingsOf(name: string, methods: readonly MethodSpec[]): Readings {
  const method = methods.find((candidate) => candidate.name === name);
  if (method !== undefined) return readingsOfMethod(method);
  const wallet = walletParameters(name);
  if (wallet === undefined) return ALL_TEXT;
  return {
    byPosition: (position) => (wallet.positions.has(position) ? 'json' : 'text'),
    byName: (parameter) => (wallet.names.has(parameter) ? 'json' : 'text'),
  };
}

function readingsOfMethod({ name, parameters }: MethodSpec): Readings {
  if (name === ECHO) return ALL_TEXT;
  const placed = parameters.filter(({ namedOnly }) => namedOnly !== true);
  const isCalled = (parameter: RpcParameter, text: string): boolean =>
    parameter.name === text || parameter.aliases?.includes(text) === true;
  return {
    byPosition: (position) => readingOf(placed[position]),
    byName: (text) => readingOf(parameters.find((parameter) => isCalled(parameter, text))),
  };
}

function readingOf(parameter: RpcParameter | undefined): Reading {
  if (parameter === undefined || parameter.type === 'string') return 'text';
  return EITHER.has(parameter.name) ? 'either' : 'json';
}

function readWord(word: string, reading: Reading): JsonValue {
  if (reading === 'text') return word;
  try {
    return readJson(word);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (reading === 'either') return word;
    throw new ArgumentError(`Error parsing JSON: ${word}`);
  }
}
