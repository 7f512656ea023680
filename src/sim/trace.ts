import { concatBytes } from '../protocol/bytes/concat.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import { sha256 } from '../protocol/crypto/hash.ts';

/**
 * All that happened in a simulation, line by line, and a digest of it: two runs with the same seed have
 * the same lines, or something came from the real world.
 */
export class Trace {
  readonly #write: ((line: string) => void) | undefined;
  readonly #encoder = new TextEncoder();
  #digest: Uint8Array = new Uint8Array(32);
  #lines = 0;

  constructor(write?: (line: string) => void) {
    this.#write = write;
  }

  add(at: number, who: string, what: string): void {
    const line = `${at.toFixed(3)} ${who} ${what}`;
    this.#digest = sha256(concatBytes(this.#digest, this.#encoder.encode(line)));
    this.#lines++;
    this.#write?.(line);
  }

  get lines(): number {
    return this.#lines;
  }

  /** Of all lines so far, and of their order. */
  get digest(): string {
    return toHex(this.#digest);
  }
}
