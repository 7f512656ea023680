/** From the `params` of a request to the arguments of a method, with Core's words where they do not fit. */

import { JsonMap, type JsonValue } from '../../protocol/report/json-value.ts';
import { type JsonType, jsonType, typeMismatch } from './arguments.ts';
import { methodHelp } from './method-help.ts';
import { RPC, RpcError } from './rpc-error.ts';
import type { MethodSpec, RpcParameter } from './rpc-method.ts';

/** What a parameter is checked for. What is an amount or a range is looked at by the method itself. */
const CHECKED: Readonly<Record<RpcParameter['type'], JsonType | undefined>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  object: 'object',
  array: 'array',
  amount: undefined,
  range: undefined,
  any: undefined,
};

type NamedValues = ReadonlyMap<string, JsonValue>;

/**
 * The arguments of a call in the order of the parameters that can be given by position, as many as were
 * given. What was given as null is undefined.
 *
 * @throws RpcError -1 with the method's help if they are too few or too many, -3 if one has another
 * type, -8 if a name is unknown or comes twice
 */
export function matchArguments(
  method: MethodSpec,
  params: JsonValue,
): readonly (JsonValue | undefined)[] {
  const given = isNamed(params) ? positionsOf(method, params) : (params as readonly JsonValue[]);
  const parameters = positional(method);
  const required = parameters.findLastIndex(({ optional }) => optional !== true) + 1;
  if (given.length < required || given.length > parameters.length) {
    throw new RpcError(RPC.misc, methodHelp(method));
  }
  checkTypes(parameters, given);
  return given.map((value) => value ?? undefined);
}

function isNamed(params: JsonValue): params is NamedValues {
  return params instanceof Map;
}

function positional({ parameters }: MethodSpec): readonly RpcParameter[] {
  return parameters.filter(({ namedOnly }) => namedOnly !== true);
}

function checkTypes(parameters: readonly RpcParameter[], given: readonly JsonValue[]): void {
  const complaints: string[] = [];
  parameters.forEach((parameter, i) => {
    const value = given[i] ?? null;
    const expected = CHECKED[parameter.type];
    if (expected === undefined || (value === null && parameter.optional === true)) return;
    if (jsonType(value) === expected) return;
    const place = JSON.stringify(`Position ${i + 1} (${namesOf(parameter).join('|')})`);
    complaints.push(`    ${place}: ${JSON.stringify(typeMismatch(value, expected))}`);
  });
  if (complaints.length === 0) return;
  throw new RpcError(RPC.type, `Wrong type passed:\n{\n${complaints.join(',\n')}\n}`);
}

function namesOf({ name, aliases = [] }: RpcParameter): readonly string[] {
  return [name, ...aliases];
}

/**
 * Named arguments in their places, with null where one is left out before another. A list named `args`
 * has those that come first.
 */
function positionsOf(method: MethodSpec, params: NamedValues): readonly JsonValue[] {
  const [repeated] = params instanceof JsonMap ? params.repeated : [];
  if (repeated !== undefined) throw givenTwice(repeated);
  const left = new Map(params);
  const named = placeNamed(method.parameters, left);
  const first = left.get('args');
  left.delete('args');
  const placed = Array.isArray(first) ? behind(first, named) : named.values;
  const [unknown] = left.keys();
  if (unknown === undefined) return placed;
  throw new RpcError(RPC.invalidParameter, `Unknown named parameter ${unknown}`);
}

interface Placed {
  readonly values: readonly JsonValue[];
  /** How many places are free at the beginning. */
  readonly free: number;
  /** The first parameter that was named. */
  readonly firstNamed: string | undefined;
}

function placeNamed(parameters: readonly RpcParameter[], left: Map<string, JsonValue>): Placed {
  const values: JsonValue[] = [];
  let [hole, free] = [0, 0];
  let firstNamed: string | undefined;
  let options = new Map<string, JsonValue>();
  for (const parameter of parameters) {
    const name = namesOf(parameter).find((one) => left.has(one));
    const value = name === undefined ? undefined : left.get(name);
    if (name !== undefined) left.delete(name);
    if (parameter.namedOnly === true) {
      if (name === undefined) continue;
      if (options.has(name)) throw givenTwice(name);
      options.set(name, value ?? null);
      continue;
    }
    if (name === undefined && options.size === 0) {
      hole++;
      if (values.length === 0) free = hole;
      continue;
    }
    while (hole > 0) {
      values.push(null);
      hole--;
    }
    firstNamed ??= namesOf(parameter).join('|');
    if (name !== undefined) {
      const [option] = options.keys();
      if (option !== undefined) throw conflict(name, option);
      values.push(value ?? null);
    } else {
      values.push(options);
      options = new Map();
    }
  }
  return { values, free, firstNamed };
}

function behind(
  first: readonly JsonValue[],
  { values, free, firstNamed }: Placed,
): readonly JsonValue[] {
  if (first.length > free && firstNamed !== undefined) {
    const problem = 'specified twice both as positional and named argument';
    throw new RpcError(RPC.invalidParameter, `Parameter ${firstNamed} ${problem}`);
  }
  return [...first, ...values.slice(first.length)];
}

function givenTwice(name: string): RpcError {
  return new RpcError(RPC.invalidParameter, `Parameter ${name} specified multiple times`);
}

function conflict(name: string, option: string): RpcError {
  return new RpcError(RPC.invalidParameter, `Parameter ${name} conflicts with parameter ${option}`);
}
