/**
 * The ChaCha20 stream cipher (RFC 8439, section 2.4), of which only the key stream is needed: MuHash
 * spreads a hash out over 384 bytes with it.
 */

/** "expand 32-byte k", in little-endian words. */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
const BLOCK_SIZE = 64;

/**
 * So many bytes of the key stream: key of 32 bytes, nonce of 12, from the block of this number on.
 *
 * @example
 * chaCha20KeyStream(sha256(data), new Uint8Array(12), 384)
 */
export function chaCha20KeyStream(
  key: Uint8Array,
  nonce: Uint8Array,
  length: number,
  firstBlock = 0,
): Uint8Array {
  const initial = initialState(key, nonce);
  const state = new Int32Array(16);
  const blocks = Math.ceil(length / BLOCK_SIZE);
  const stream = new Uint8Array(blocks * BLOCK_SIZE);
  const words = new DataView(stream.buffer);
  for (let block = 0; block < blocks; block++) {
    initial[12] = firstBlock + block;
    state.set(initial);
    for (let i = 0; i < 10; i++) doubleRound(state);
    for (let i = 0; i < 16; i++) {
      const word = (state[i] as number) + (initial[i] as number);
      words.setInt32(block * BLOCK_SIZE + 4 * i, word, true);
    }
  }
  return stream.subarray(0, length);
}

function initialState(key: Uint8Array, nonce: Uint8Array): Int32Array {
  const state = new Int32Array(16);
  const keyWords = new DataView(key.buffer, key.byteOffset, 32);
  const nonceWords = new DataView(nonce.buffer, nonce.byteOffset, 12);
  state.set(CONSTANTS);
  for (let i = 0; i < 8; i++) state[4 + i] = keyWords.getInt32(4 * i, true);
  for (let i = 0; i < 3; i++) state[13 + i] = nonceWords.getInt32(4 * i, true);
  return state;
}

/** The state is a square of four by four words: first its columns are mixed, then its diagonals. */
function doubleRound(state: Int32Array): void {
  quarterRound(state, 0, 4, 8, 12);
  quarterRound(state, 1, 5, 9, 13);
  quarterRound(state, 2, 6, 10, 14);
  quarterRound(state, 3, 7, 11, 15);
  quarterRound(state, 0, 5, 10, 15);
  quarterRound(state, 1, 6, 11, 12);
  quarterRound(state, 2, 7, 8, 13);
  quarterRound(state, 3, 4, 9, 14);
}

function quarterRound(state: Int32Array, ia: number, ib: number, ic: number, id: number): void {
  let a = state[ia] as number;
  let b = state[ib] as number;
  let c = state[ic] as number;
  let d = state[id] as number;
  a = (a + b) | 0;
  d = rotated(d ^ a, 16);
  c = (c + d) | 0;
  b = rotated(b ^ c, 12);
  a = (a + b) | 0;
  d = rotated(d ^ a, 8);
  c = (c + d) | 0;
  b = rotated(b ^ c, 7);
  state[ia] = a;
  state[ib] = b;
  state[ic] = c;
  state[id] = d;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
