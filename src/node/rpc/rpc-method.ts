import type { Json } from '../../protocol/report/json-text.ts';
import type { JsonValue } from '../../protocol/report/json-value.ts';
import type { RpcContext } from './rpc-context.ts';

/** A parameter of a method. Its type is checked before the method runs, with Core's words. */
export interface RpcParameter {
  readonly name: string;
  /** Other names that it is known by: Core's `verbosity|verbose`. */
  readonly aliases?: readonly string[];
  readonly type: 'string' | 'number' | 'amount' | 'boolean' | 'object' | 'array' | 'range' | 'any';
  readonly optional?: true;
  /** Takes part in `help`, in a sentence of our own. */
  readonly about: string;
  /** How the line shows it that tells how the method is called, where its name and type do not say it. */
  readonly usage?: string;
  /** That line ends before it: Core 28 has no such parameter, or does not tell of it. */
  readonly unshown?: true;
  /** Only by name, at any place: Core's options that `createwallet` and others take. */
  readonly namedOnly?: true;
}

export type RpcFamily =
  | 'blockchain'
  | 'control'
  | 'mining'
  | 'network'
  | 'rawtransactions'
  | 'util'
  | 'wallet';

/** What there is to know of a method before it is called: a row of the table that makes `help` and `docs/rpc.md`. */
export interface MethodSpec {
  readonly name: string;
  readonly family: RpcFamily;
  /** One or two sentences for `help`. */
  readonly about: string;
  readonly parameters: readonly RpcParameter[];
  /** What it answers, in a sentence or as lines of an example object. */
  readonly result: string;
  /** Not told by `help`: for tests. */
  readonly hidden?: true;
  /** It only says what has taken its place, and its help has no answer to tell of. */
  readonly gone?: true;
}

/**
 * A method, as a row of the table that makes dispatch, `help` and `docs/rpc.md`. The arguments of `run`
 * are in the order of `parameters`; what was not given, or given as null, is undefined.
 */
export interface RpcMethod extends MethodSpec {
  run(args: readonly (JsonValue | undefined)[], context: RpcContext): Promise<Json> | Json;
}
