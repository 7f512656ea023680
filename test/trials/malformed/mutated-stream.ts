/** What a peer says that has lost its mind, or means harm: messages as they should not be. */
import { concatBytes, joinBytes } from '../../../src/protocol/bytes/concat.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import {
  encodeFrame,
  FRAME_HEADER_SIZE,
  framePayload,
  MAX_PAYLOAD_SIZE,
} from '../../../src/protocol/wire/frame.ts';
import {
  COMMANDS,
  type Command,
  encodePayload,
  type Message,
  type MessageOf,
} from '../../../src/protocol/wire/message.ts';
import { exampleMessages } from '../../fixtures/example-messages.ts';
import { type Dice, nextInput } from '../../fuzz/mutate.ts';

const { magic } = regtest;
const LENGTH_AT = 16;

/** Numbers at which sizes, times, heights and amounts change their meaning, of eight bytes each. */
const EXTREMES = [
  0n,
  1n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
];
/** The most that may be in one list, and one more: the same thing again and again. Large, and so seldom. */
const LONG_LISTS = [50_000, 50_001];
const LONG_ONE_IN = 1000;
const LISTS: ReadonlySet<Command> = new Set<Command>(['inv', 'getdata']);
const ITEM_SIZE = 36;

/** What each thousandth of all messages is like. The rest are messages as they should be, out of order. */
const SHARES = {
  mutated: 720,
  extreme: 80,
  /** One message twice or more, and the same with another's end. */
  repeated: 40,
  broken: 35,
  unknown: 10,
  fatal: 3,
} as const;

/** Those that lead deep into a node come often. */
const DEEP: ReadonlySet<Command> = new Set<Command>([
  ...(['tx', 'block', 'headers', 'cmpctblock', 'blocktxn', 'getblocktxn'] as const),
  ...(['inv', 'getdata', 'getheaders', 'getblocks', 'addr', 'addrv2'] as const),
]);
/** Those that are nearly always the end of a connection, and so of all that would come over it, seldom. */
const FINAL: ReadonlySet<Command> = new Set<Command>([
  ...(['wtxidrelay', 'sendaddrv2', 'filteradd', 'filterload'] as const),
  ...(['getcfilters', 'getcfheaders', 'getcfcheckpt'] as const),
]);
/** Each command as often as it is to be drawn. */
const DRAWN = COMMANDS.flatMap((command) => {
  const times = DEEP.has(command) ? 10 : FINAL.has(command) ? 1 : 4;
  return Array.from({ length: times }, () => command);
});

/** Valid payloads of every command, to begin with. */
export type Seeds = ReadonlyMap<Command, readonly Uint8Array[]>;

/** Seeds of a chain that the node has, beside the examples of every message. */
export function seedsOf(real: readonly Message[]): Seeds {
  const seeds = new Map<Command, Uint8Array[]>();
  for (const message of [...exampleMessages, ...real]) {
    const payloads = seeds.get(message.command) ?? [];
    payloads.push(encodePayload(message));
    seeds.set(message.command, payloads);
  }
  return seeds;
}

/** How each sort of message came to be sent how often. */
export type Tally = Map<string, number>;

/**
 * An endless stream of such messages, framed. All of it comes from the dice.
 *
 * @example
 * const stream = new MutatedStream(seedsOf([]), seededDice(7), new Map());
 * connection.write(stream.next());
 */
export class MutatedStream {
  #seeds: Seeds;
  readonly #dice: Dice;
  readonly #tally: Tally;

  constructor(seeds: Seeds, dice: Dice, tally: Tally) {
    this.#seeds = seeds;
    this.#dice = dice;
    this.#tally = tally;
  }

  /** From here on, other things are true. */
  use(seeds: Seeds): void {
    this.#seeds = seeds;
  }

  next(): Uint8Array {
    const command = this.#pick(DRAWN);
    let at = this.#dice(1000);
    for (const [kind, share] of Object.entries(SHARES) as [keyof typeof SHARES, number][]) {
      at -= share;
      if (at < 0) return this.#make(kind, command);
    }
    this.#count('as it should be');
    return framePayload(magic, command, this.#seed(command));
  }

  /** A handshake; now and then one that is wrong somewhere. */
  greeting(): Uint8Array {
    const version = exampleMessages.find(
      (one) => one.command === 'version',
    ) as MessageOf<'version'>;
    // Each is somebody else: a node parts with those who have its own nonce.
    const nonce = BigInt(this.#dice(2 ** 32));
    const words: Message[] = [{ ...version, nonce, services: 1033n }];
    if (this.#dice(2) === 0) words.push({ command: 'wtxidrelay' }, { command: 'sendaddrv2' });
    words.push({ command: 'verack' });
    return joinBytes(words.map((message) => encodeFrame(magic, message)));
  }

  #make(kind: keyof typeof SHARES, command: Command): Uint8Array {
    this.#count(kind);
    switch (kind) {
      case 'mutated':
        return framePayload(magic, command, this.#mutated(command));
      case 'extreme':
        return framePayload(magic, command, this.#withExtreme(command));
      case 'repeated':
        return framePayload(magic, command, this.#repeated(command));
      case 'broken':
        return this.#broken(command);
      case 'unknown':
        return framePayload(magic, this.#unknownCommand(), this.#mutated(command));
      default:
        return this.#fatal(command);
    }
  }

  #mutated(command: Command): Uint8Array {
    if (LISTS.has(command) && this.#dice(LONG_ONE_IN) === 0) return this.#longList(command);
    return nextInput(this.#dice, this.#seeds.get(command) ?? []);
  }

  #withExtreme(command: Command): Uint8Array {
    const payload = this.#seed(command).slice();
    for (let left = 1 + this.#dice(3); left > 0; left--) {
      const size = this.#pick([1, 2, 4, 8]);
      if (payload.length < size) break;
      const number = new Uint8Array(8);
      new DataView(number.buffer).setBigUint64(0, this.#pick(EXTREMES), true);
      payload.set(number.subarray(0, size), this.#dice(payload.length - size + 1));
    }
    return payload;
  }

  #repeated(command: Command): Uint8Array {
    const payload = this.#seed(command);
    const times = 2 + this.#dice(4);
    const other = this.#seed(this.#pick(COMMANDS));
    return concatBytes(
      joinBytes(Array.from({ length: times }, () => payload)),
      other.subarray(this.#dice(other.length + 1)),
    );
  }

  #longList(command: Command): Uint8Array {
    const count = this.#pick(LONG_LISTS);
    // Behind the count, which is a single byte where there are few.
    const item = this.#seed(command).subarray(1, 1 + ITEM_SIZE);
    const payload = new Uint8Array(3 + count * ITEM_SIZE);
    payload.set([0xfd, count & 0xff, count >>> 8]);
    for (let at = 3; at < payload.length; at += ITEM_SIZE) payload.set(item, at);
    return payload;
  }

  /** A frame that is not one, and behind which the next may be found all the same. */
  #broken(command: Command): Uint8Array {
    const frame = framePayload(magic, command, this.#mutated(command));
    const words = new DataView(frame.buffer, frame.byteOffset);
    const length = words.getUint32(LENGTH_AT, true);
    const kind = this.#dice(20);
    // These two hide the messages behind them, and are most often the end of the connection.
    if (kind === 0) words.setUint32(LENGTH_AT, length + 1 + this.#dice(500), true);
    else if (kind === 1) return frame.slice(0, FRAME_HEADER_SIZE);
    // The checksum of something else, or a command that is not text.
    else if (kind % 2 === 0) frame[20] = (frame[20] as number) ^ (1 + this.#dice(255));
    else frame[4 + this.#dice(12)] = this.#pick([0x00, 0x01, 0x7f, 0x80, 0xff]);
    return frame;
  }

  /** A frame after which no other can be found: the node hangs up. */
  #fatal(command: Command): Uint8Array {
    const frame = framePayload(magic, command, this.#mutated(command));
    if (this.#dice(2) === 0) frame[this.#dice(4)] = this.#dice(250);
    else {
      const length = this.#pick([MAX_PAYLOAD_SIZE + 1, 0x7fffffff, 0xffffffff]);
      new DataView(frame.buffer, frame.byteOffset).setUint32(LENGTH_AT, length, true);
    }
    return frame;
  }

  #unknownCommand(): string {
    const known = this.#pick(COMMANDS);
    return this.#pick([
      known.toUpperCase(),
      known.slice(0, -1),
      `${known}x`.slice(0, 12),
      'sendtxrcncl',
      'reject',
      '',
    ]);
  }

  #seed(command: Command): Uint8Array {
    return this.#pick(this.#seeds.get(command) ?? []);
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#dice(values.length)] as T;
  }

  #count(kind: string): void {
    this.#tally.set(kind, (this.#tally.get(kind) ?? 0) + 1);
  }
}
