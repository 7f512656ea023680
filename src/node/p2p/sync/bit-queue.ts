/** Bits, first in, first out. */
export class BitQueue {
  #bytes = new Uint8Array(8);
  #first = 0;
  #end = 0;

  get size(): number {
    return this.#end - this.#first;
  }

  get memoryBytes(): number {
    return this.#bytes.length;
  }

  push(bit: boolean): void {
    if (this.#end === this.#bytes.length * 8) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    const at = this.#end++;
    if (bit) this.#bytes[at >>> 3] = (this.#bytes[at >>> 3] ?? 0) | (1 << (at & 7));
  }

  /** The oldest; undefined if there is none. */
  shift(): boolean | undefined {
    if (this.#first === this.#end) return undefined;
    const at = this.#first++;
    return ((this.#bytes[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0;
  }
}
