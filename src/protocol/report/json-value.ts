/** JSON that was read: numbers keep the digits that they were written with, and no name means anything. */

/** A JSON number, exact at any size: an amount of 0.1 is ten million satoshis, and 2^63 is no double. */
export class JsonNumber {
  /** As it was written, and as it is written again. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * A JSON object. A map, so that no name means anything of its own, `__proto__` least of all. Of a name
 * that comes twice the first value counts, as in Bitcoin Core.
 */
export class JsonMap extends Map<string, JsonValue> {
  /** The names that came more than once. Who must not overlook that asks here. */
  readonly repeated = new Set<string>();
}

export type JsonValue =
  | null
  | boolean
  | string
  | JsonNumber
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>;
