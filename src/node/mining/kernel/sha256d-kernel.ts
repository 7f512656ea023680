/**
 * The kernel of the search for a nonce: SHA-256 of SHA-256 of an 80-byte header, five nonces at a
 * time, as WebAssembly: four in vectors, and a fifth in plain words, on units that would be idle.
 *
 * What makes it fast is that it is small: eight rounds, and eight with the message schedule, in loops
 * that both hashes share, so that a processor keeps all of it decoded. With a second chain of vectors
 * it is at the edge of that: one module made 10 million hashes a second, and another one, with the same
 * instructions on other registers, 7 million. Constants folded into the schedule, and the last rounds
 * written out so that parts of them can be left away, gained 5 % at best and took as much at worst.
 */
import { type Lane, scalarLane, vectorLane } from './lane.ts';
import { FIRST_STATE, ROUND_CONSTANTS } from './sha256-words.ts';
import {
  br,
  brIf,
  type Code,
  encodeModule,
  giveBack,
  i32,
  local,
  loop,
  op,
  type ValueType,
  when,
} from './wasm-emitter.ts';

/** How many nonces are tried at once. */
const NONCES_AT_ONCE = 5;

/**
 * The memory. Every word has four times its room, filled with copies, so that a vector loads it with
 * one instruction. Each of the two hashes has a page: its constants, and behind them the words of its
 * message for each chain.
 */
const SLOT = 16;
const PAGE = 0x1000;
const MESSAGES_AT = 64 * SLOT;
const MESSAGE_SIZE = 64 * SLOT;
const MIDSTATE_AT = 2 * PAGE;
const FIRST_STATE_AT = MIDSTATE_AT + 8 * SLOT;
const COUNTING_AT = FIRST_STATE_AT + 8 * SLOT;
const UNREAD_AT = COUNTING_AT + SLOT;
const MEMORY_END = UNREAD_AT + 2 * SLOT;

const ROUNDS = 64;
const MESSAGE_WORDS = 16;
/** After so many rounds every word of the state is in its own variable again. */
const ROUNDS_A_LOOP = 8;

/** Word 3 of the last sixteen of a header. */
const NONCE_WORD = 3;
/** What follows a message: a bit, and in the last word its length in bits. */
const END_BIT = 0x80000000;
const HEADER_BITS = 640;
const HASH_BITS = 256;

const params = { first: 0, count: 1, top: 2 } as const;
/** `words` walks through the page of a hash; `plainEnd` and `end` are where the two loops end. */
const shared = { offset: 3, isSecond: 4, words: 5, plainEnd: 6, end: 7, hits: 8 } as const;
const FIRST_OWN = 9;

/** A chain's variables, behind its first: the state, and scratch. */
const own = { state: 0, first: 8, word: 9, pair: 10, digest: 12 } as const;
const OWN_VARIABLES = 13;

interface Chain {
  readonly lane: Lane;
  /** Its first nonce, of those that are tried at once. */
  readonly place: number;
  readonly number: number;
}

const chains: readonly Chain[] = [
  { lane: vectorLane(COUNTING_AT), place: 0, number: 0 },
  { lane: scalarLane, place: 4, number: 1 },
];

const ZERO = i32.const(0);
const { get } = local;

/**
 * A module with one function: `search(first, count, top)` tries so many nonces from the first on, and
 * perhaps a few more. It gives back how far behind the first the lowest one is whose hash, as a
 * number, begins with 32 bits of `top` or less; where there is none, `count` or more.
 */
export function encodeKernel(): Uint8Array<ArrayBuffer> {
  const locals: ValueType[] = new Array<ValueType>(FIRST_OWN - params.top - 1).fill('i32');
  for (const { lane } of chains) {
    locals.push(...new Array<ValueType>(OWN_VARIABLES).fill(lane.type));
  }
  const search = {
    name: 'search',
    params: ['i32', 'i32', 'i32'] as const,
    results: ['i32'] as const,
    locals,
    body: searchBody(),
  };
  return encodeModule({ memoryPages: 1, data: firstMemory(), functions: [search] });
}

/** Puts what is known of a header into the memory: the midstate, and the words before the nonce. */
export function loadHeader(
  memory: ArrayBuffer,
  midstate: readonly number[],
  tail: readonly number[],
): void {
  const view = new DataView(memory);
  putSlots(view, MIDSTATE_AT, midstate);
  for (const chain of chains) putSlots(view, messageAt(chain), tail.slice(0, NONCE_WORD));
}

function firstMemory(): Uint8Array {
  const view = new DataView(new ArrayBuffer(MEMORY_END));
  for (const page of [0, PAGE]) putSlots(view, page, ROUND_CONSTANTS);
  for (const chain of chains) {
    putSlots(view, messageAt(chain) + 4 * SLOT, [END_BIT]);
    putSlots(view, messageAt(chain) + 15 * SLOT, [HEADER_BITS]);
    putSlots(view, PAGE + messageAt(chain) + 8 * SLOT, [END_BIT]);
    putSlots(view, PAGE + messageAt(chain) + 15 * SLOT, [HASH_BITS]);
  }
  putSlots(view, FIRST_STATE_AT, FIRST_STATE);
  for (let i = 0; i < 4; i++) view.setUint32(COUNTING_AT + 4 * i, i, true);
  return new Uint8Array(view.buffer);
}

function putSlots(view: DataView, address: number, words: readonly number[]): void {
  words.forEach((word, i) => {
    for (let at = 0; at < SLOT; at += 4) view.setUint32(address + i * SLOT + at, word, true);
  });
}

function messageAt({ number }: Chain): number {
  return MESSAGES_AT + number * MESSAGE_SIZE;
}

function searchBody(): Code {
  const hashes = loop(
    loop(roundsOf(plainRound), goOnUntil(shared.plainEnd)),
    // Addresses have offsets above zero only, so the pointer is behind by what a schedule looks back.
    local.set(shared.words, op(i32.add, get(shared.words), i32.const(-MESSAGE_WORDS * SLOT))),
    loop(roundsOf(scheduledRound), goOnUntil(shared.end)),
    when(op(i32.equalsZero, get(shared.isSecond)), each(beginSecond), beginAt(PAGE, 1), br(1)),
  );
  const fives = loop(
    each(beginFirst),
    beginAt(0, 0),
    hashes,
    local.set(shared.hits, ZERO),
    each(check),
    when(
      get(shared.hits),
      giveBack(op(i32.add, get(shared.offset), op(i32.countTrailingZeros, get(shared.hits)))),
    ),
    local.set(shared.offset, op(i32.add, get(shared.offset), i32.const(NONCES_AT_ONCE))),
    brIf(0, op(i32.lessUnsigned, get(shared.offset), get(params.count))),
  );
  return [...fives, ...get(shared.offset)];
}

function each(make: (chain: Chain) => Code): Code {
  return chains.flatMap(make);
}

function roundsOf(round: (chain: Chain, t: number) => Code): Code {
  return Array.from({ length: ROUNDS_A_LOOP }, (_, t) => each((chain) => round(chain, t))).flat();
}

function goOnUntil(end: number): Code {
  const next = op(i32.add, get(shared.words), i32.const(ROUNDS_A_LOOP * SLOT));
  return brIf(0, op(i32.notEqual, local.tee(shared.words, next), get(end)));
}

function beginAt(page: number, isSecond: number): Code {
  return [
    ...local.set(shared.isSecond, i32.const(isSecond)),
    ...local.set(shared.words, i32.const(page)),
    ...local.set(shared.plainEnd, i32.const(page + MESSAGE_WORDS * SLOT)),
    ...local.set(shared.end, i32.const(page + (ROUNDS - MESSAGE_WORDS) * SLOT)),
  ];
}

/** The second half of the header: all but the nonce is in memory already. */
function beginFirst(chain: Chain): Code {
  const { lane, place } = chain;
  const word = variable(chain, own.word);
  const first = op(i32.add, get(shared.offset), get(params.first));
  return [
    ...local.set(word, lane.spread(op(i32.add, first, i32.const(place)))),
    // Headers are little-endian, SHA-256 is not.
    ...lane.store(ZERO, messageAt(chain) + NONCE_WORD * SLOT, lane.reverse(word)),
    ...setState(chain, MIDSTATE_AT),
  ];
}

/** The hash of the hash. */
function beginSecond(chain: Chain): Code {
  const { lane } = chain;
  const store = Array.from({ length: 8 }, (_, i) => {
    const word = op(lane.add, get(stateVariable(chain, i, 0)), slot(chain, MIDSTATE_AT, i));
    return lane.store(ZERO, PAGE + messageAt(chain) + i * SLOT, word);
  });
  return [...store.flat(), ...setState(chain, FIRST_STATE_AT)];
}

function setState(chain: Chain, address: number): Code {
  const words = Array.from({ length: 8 }, (_, i) =>
    local.set(stateVariable(chain, i, 0), slot(chain, address, i)),
  );
  const [b, c] = [stateVariable(chain, 1, 0), stateVariable(chain, 2, 0)];
  return [
    ...words.flat(),
    ...local.set(variable(chain, own.pair + 1), op(chain.lane.xor, get(b), get(c))),
  ];
}

/** A round with a word of the message itself. */
function plainRound(chain: Chain, t: number): Code {
  const word = chain.lane.load(get(shared.words), messageAt(chain) + t * SLOT);
  return round(chain, t, word, t);
}

/** A round with a word that is made of four before it, sixteen slots further on. */
function scheduledRound(chain: Chain, t: number): Code {
  const { lane } = chain;
  const here = t + MESSAGE_WORDS;
  const back = (by: number): Code =>
    lane.load(get(shared.words), messageAt(chain) + (here - by) * SLOT);
  const word = variable(chain, own.word);
  const far = [...local.set(word, back(15)), ...lane.mix(word, [7, 18], 3)];
  const near = [...local.set(word, back(2)), ...lane.mix(word, [17, 19], 10)];
  return [
    ...local.set(word, sum(lane, back(16), back(7), far, near)),
    ...lane.store(get(shared.words), messageAt(chain) + here * SLOT, get(word)),
    ...round(chain, t, get(word), here),
  ];
}

/**
 * A round. Instead of moving words from variable to variable, each round calls them by other names.
 * Sums begin with what is known first, and end with what takes longest to know.
 */
function round(chain: Chain, t: number, word: Code, constant: number): Code {
  const { lane } = chain;
  const state = (i: number): number => stateVariable(chain, i, t);
  const [a, b, d, e, f, g, h] = [
    state(0),
    state(1),
    state(3),
    state(4),
    state(5),
    state(6),
    state(7),
  ];
  const first = variable(chain, own.first);
  const choice = op(lane.xor, get(g), op(lane.and, get(e), op(lane.xor, get(f), get(g))));
  const constantWord = lane.load(get(shared.words), constant * SLOT);
  // Majority is `b ^ ((a ^ b) & (b ^ c))`, and `b ^ c` was `a ^ b` a round ago.
  const [pair, lastPair] = [own.pair + (t % 2), own.pair + ((t + 1) % 2)];
  const newPair = local.tee(variable(chain, pair), op(lane.xor, get(a), get(b)));
  const majority = op(lane.xor, get(b), op(lane.and, newPair, get(variable(chain, lastPair))));
  return [
    ...local.set(first, sum(lane, word, constantWord, get(h), choice, lane.mix(e, [6, 11, 25]))),
    ...local.set(d, op(lane.add, get(d), get(first))),
    ...local.set(h, sum(lane, lane.mix(a, [2, 13, 22]), majority, get(first))),
    // Nobody reads this. V8 does what has an effect in order, and the rest when it is wanted: without
    // it the loads of eight rounds come first, and no registers are left: half as many hashes a second.
    ...lane.store(ZERO, UNREAD_AT + chain.number * SLOT, get(h)),
  ];
}

/** Notes which hashes begin with zeros enough. They begin with the last word of the state. */
function check(chain: Chain): Code {
  const { lane, place } = chain;
  const digest = variable(chain, own.digest);
  const last = op(lane.add, get(stateVariable(chain, 7, 0)), slot(chain, FIRST_STATE_AT, 7));
  const bits = lane.bitsUpTo(lane.reverse(digest), get(params.top));
  const moved = op(i32.shiftLeft, bits, i32.const(place));
  return [
    ...local.set(digest, last),
    ...local.set(shared.hits, op(i32.or, get(shared.hits), moved)),
  ];
}

function variable({ number }: Chain, which: number): number {
  return FIRST_OWN + number * OWN_VARIABLES + which;
}

/** Where word `i` of the state (a, b, c and so on) is, so many rounds after it began. */
function stateVariable(chain: Chain, i: number, t: number): number {
  return variable(chain, own.state + ((i - t + ROUNDS_A_LOOP) % 8));
}

function slot({ lane }: Chain, address: number, i: number): Code {
  return lane.load(ZERO, address + i * SLOT);
}

function sum(lane: Lane, ...words: readonly Code[]): Code {
  return words.reduce((left, right) => op(lane.add, left, right));
}
