/**
 * Makes hostile inputs: random ones, and valid ones that something happened to. All chance comes
 * from one seeded stream, so that a seed replays a whole run.
 */

/** The stream of chance that a run is made of: whole numbers from 0 to below a bound. */
export type Dice = (bound: number) => number;

/** A small seeded generator (sfc32). Fast enough not to matter beside what it feeds. */
export function seededDice(seed: number): Dice {
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = seed | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  return (bound) => Math.floor((next() / 0x100000000) * bound);
}

const MAX_RANDOM_LENGTH = 200;
const MAX_LENGTH = 4096;

/** Bytes at which lengths, counts and scripts change their meaning. */
const TELLING = [0x00, 0x01, 0x4b, 0x4c, 0x4d, 0x4e, 0x50, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff];

type Mutation = (input: Uint8Array, dice: Dice, seeds: readonly Uint8Array[]) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(input, dice) {
    return changed(input, dice, (byte) => byte ^ (1 << dice(8)));
  },
  function setTellingByte(input, dice) {
    return changed(input, dice, () => TELLING[dice(TELLING.length)] as number);
  },
  function setRandomByte(input, dice) {
    return changed(input, dice, () => dice(256));
  },
  function cutEnd(input, dice) {
    return input.subarray(0, dice(input.length + 1));
  },
  function removePart(input, dice) {
    const from = dice(input.length + 1);
    const to = Math.min(input.length, from + 1 + dice(16));
    return join(input.subarray(0, from), input.subarray(to));
  },
  function insertRandom(input, dice) {
    const at = dice(input.length + 1);
    return join(input.subarray(0, at), randomBytes(dice, 1 + dice(9)), input.subarray(at));
  },
  function repeatPart(input, dice) {
    const from = dice(input.length + 1);
    const to = Math.min(input.length, from + 1 + dice(64));
    return join(input.subarray(0, to), input.subarray(from));
  },
  function hugeCount(input, dice) {
    const at = dice(input.length + 1);
    const size = dice(2) === 0 ? 4 : 8;
    const count = new Uint8Array(1 + size).fill(0xff, 1);
    count[0] = size === 4 ? 0xfe : 0xff;
    if (dice(2) === 0) count[size] = dice(3);
    return join(input.subarray(0, at), count, input.subarray(at + 1));
  },
  function splice(input, dice, seeds) {
    const other = seeds[dice(seeds.length)] as Uint8Array;
    return join(input.subarray(0, dice(input.length + 1)), other.subarray(dice(other.length + 1)));
  },
];

/** The next input of a run. One in eight is nothing but noise. */
export function nextInput(dice: Dice, seeds: readonly Uint8Array[]): Uint8Array {
  if (seeds.length === 0 || dice(8) === 0) return randomBytes(dice, dice(MAX_RANDOM_LENGTH));
  let input = seeds[dice(seeds.length)] as Uint8Array;
  for (let rounds = 1 + dice(4); rounds > 0; rounds--) {
    const mutation = MUTATIONS[dice(MUTATIONS.length)] as Mutation;
    input = mutation(input, dice, seeds);
  }
  return input.slice(0, MAX_LENGTH);
}

function randomBytes(dice: Dice, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => dice(256));
}

function changed(input: Uint8Array, dice: Dice, change: (byte: number) => number): Uint8Array {
  const copy = input.slice();
  const at = dice(Math.max(1, copy.length));
  if (at < copy.length) copy[at] = change(copy[at] as number);
  return copy;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
