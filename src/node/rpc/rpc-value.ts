/** Values of a request. Numbers keep the digits that they were written with. */

/** A JSON number, exact at any size: an amount of 0.1 is ten million satoshis, and 2^63 is no double. */
export class RpcNumber {
  /** As it was written. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * A JSON object. A map, so that no name means anything of its own, `__proto__` least of all. Of a name
 * that comes twice the first value counts, as in Bitcoin Core.
 */
export class RpcObject extends Map<string, RpcValue> {
  /** The names that came more than once. Who must not overlook that asks here. */
  readonly repeated = new Set<string>();
}

export type RpcValue =
  | null
  | boolean
  | string
  | RpcNumber
  | readonly RpcValue[]
  | ReadonlyMap<string, RpcValue>;
