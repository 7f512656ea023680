/**
 * The search for a nonce in plain JavaScript, as fast as it gets: the midstate is kept, numbers stay
 * 32-bit integers, and nothing is allocated. What a browser without WebAssembly could do.
 */
import { compress, FIRST_STATE, ROUND_CONSTANTS } from '../src/node/mining/kernel/sha256-words.ts';

const NONCE_WORD = 3;
const END_BIT = 0x80000000;
const HEADER_BITS = 640;
const HASH_BITS = 256;

const constants = Int32Array.from(ROUND_CONSTANTS);
const firstState = Int32Array.from(FIRST_STATE);

export class PlainMiner {
  readonly #midstate: Int32Array;
  readonly #tail: readonly number[];
  readonly #words = new Int32Array(64);
  readonly #state = new Int32Array(8);

  constructor(header: Uint8Array) {
    const view = new DataView(header.buffer, header.byteOffset, header.length);
    const words = Array.from({ length: 20 }, (_, i) => view.getInt32(4 * i));
    this.#midstate = Int32Array.from(compress(FIRST_STATE, words.slice(0, 16)));
    this.#tail = words.slice(16);
  }

  /** Tries nonces, and counts those whose hash, as a number, begins with 32 zero bits. */
  run(first: number, count: number): number {
    const words = this.#words;
    let found = 0;
    for (let nonce = first; nonce < first + count; nonce++) {
      words.fill(0, 5, 15);
      for (let i = 0; i < NONCE_WORD; i++) words[i] = this.#tail[i] as number;
      words[NONCE_WORD] = reversed(nonce);
      words[4] = END_BIT;
      words[15] = HEADER_BITS;
      hashBlock(this.#midstate, words, this.#state);
      words.set(this.#state);
      words[8] = END_BIT;
      words.fill(0, 9, 15);
      words[15] = HASH_BITS;
      hashBlock(firstState, words, this.#state);
      if (this.#state[7] === 0) found++;
    }
    return found;
  }
}

function reversed(word: number): number {
  return (word >>> 24) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff0000) | (word << 24);
}

/** The state behind a block, of which `words` has sixteen words and room for the others. */
function hashBlock(before: Int32Array, words: Int32Array, state: Int32Array): void {
  for (let t = 16; t < 64; t++) {
    const far = words[t - 15] as number;
    const near = words[t - 2] as number;
    const mixedFar = turn(far, 7) ^ turn(far, 18) ^ (far >>> 3);
    const mixedNear = turn(near, 17) ^ turn(near, 19) ^ (near >>> 10);
    words[t] = (mixedNear + (words[t - 7] as number) + mixedFar + (words[t - 16] as number)) | 0;
  }
  let a = before[0] as number;
  let b = before[1] as number;
  let c = before[2] as number;
  let d = before[3] as number;
  let e = before[4] as number;
  let f = before[5] as number;
  let g = before[6] as number;
  let h = before[7] as number;
  for (let t = 0; t < 64; t++) {
    const mixedE = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const choice = g ^ (e & (f ^ g));
    const first = (h + mixedE + choice + (constants[t] as number) + (words[t] as number)) | 0;
    const mixedA = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const second = (mixedA + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0] = (before[0] as number) + a;
  state[1] = (before[1] as number) + b;
  state[2] = (before[2] as number) + c;
  state[3] = (before[3] as number) + d;
  state[4] = (before[4] as number) + e;
  state[5] = (before[5] as number) + f;
  state[6] = (before[6] as number) + g;
  state[7] = (before[7] as number) + h;
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
