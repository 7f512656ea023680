/**
 * Changes to a store that are made together or not at all, in this order. Keys and values are kept
 * by reference: they must not change until the batch has been written.
 *
 * @example
 * await store.write(new WriteBatch().put(key, value).delete(oldKey), { durable: true });
 */
export class WriteBatch {
  readonly #keys: Uint8Array[] = [];
  readonly #values: (Uint8Array | undefined)[] = [];
  #bytes = 0;

  /** How many changes there are. */
  get size(): number {
    return this.#keys.length;
  }

  /** The bytes of all keys and values. */
  get bytes(): number {
    return this.#bytes;
  }

  put(key: Uint8Array, value: Uint8Array): this {
    this.#keys.push(key);
    this.#values.push(value);
    this.#bytes += key.length + value.length;
    return this;
  }

  /** Removes a key; that there is none is no failure. */
  delete(key: Uint8Array): this {
    this.#keys.push(key);
    this.#values.push(undefined);
    this.#bytes += key.length;
    return this;
  }

  /** The key of a change. */
  keyAt(index: number): Uint8Array {
    return this.#keys[index] as Uint8Array;
  }

  /** What a change sets the key to; undefined if it removes it. */
  valueAt(index: number): Uint8Array | undefined {
    return this.#values[index];
  }
}
