/**
 * Frames: what separates messages in a stream of bytes. Each has a header of 24 bytes (the chain's magic,
 * the command in 12 bytes padded with zeros, the payload's length, and the first four bytes of its double
 * SHA-256) and the payload behind it.
 */
import { toHex } from '../bytes/hex.ts';
import { Writer } from '../bytes/writer.ts';
import { sha256d } from '../crypto/hash.ts';
import { type Message, writePayload } from './message.ts';

export const FRAME_HEADER_SIZE = 24;
/** Bitcoin Core's limit, of whatever command. */
export const MAX_PAYLOAD_SIZE = 4_000_000;

const COMMAND_AT = 4;
const COMMAND_SIZE = 12;
const LENGTH_AT = 16;
const CHECKSUM_AT = 20;
const CHECKSUM_SIZE = 4;

/**
 * What a stranger can make us set aside before a byte of the payload has come. It grows fourfold, so that
 * a payload that comes in many pieces is copied a third more than once.
 */
const FIRST_CAPACITY = 0x10000;
const GROWTH = 4;
/** The array that a block shares may be so many times as long. */
const MOST_SHARED = 32;

/** A message, not yet decoded. */
export interface Frame {
  readonly kind: 'frame';
  readonly command: string;
  /**
   * An array of its own, so that what is kept of it keeps nothing else in memory; but for a block, which
   * may share the bytes that it came in.
   */
  readonly payload: Uint8Array;
}

/**
 * Bytes that are no frame. After `wrong-magic` and `oversize` nobody can tell where the next one begins,
 * and the connection is of no more use; the other two cost nothing but the message.
 */
export interface FrameProblem {
  readonly kind: 'problem';
  readonly code: 'wrong-magic' | 'oversize' | 'wrong-checksum' | 'bad-command';
  readonly isFatal: boolean;
  /** How many bytes of the stream it was, its header among them; 0 if nobody can tell. */
  readonly size: number;
  /** For the log. */
  readonly words: string;
}

/**
 * A message as it goes over the wire.
 *
 * @example
 * connection.send(encodeFrame(regtest.magic, { command: 'ping', nonce: 42n }));
 */
export function encodeFrame(magic: Uint8Array, message: Message): Uint8Array {
  // The bytes of a block are there already, and nothing has to grow around them.
  if (message.command === 'block') return framePayload(magic, message.command, message.raw);
  const writer = new Writer();
  writer.bytes(EMPTY_HEADER);
  writePayload(writer, message);
  const frame = writer.finish();
  writeHeader(frame, magic, message.command);
  return frame;
}

/** The same for a payload that is made already, of whatever command. */
export function framePayload(magic: Uint8Array, command: string, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_SIZE + payload.length);
  frame.set(payload, FRAME_HEADER_SIZE);
  writeHeader(frame, magic, command);
  return frame;
}

const EMPTY_HEADER = new Uint8Array(FRAME_HEADER_SIZE);

/** Puts the header before the payload that stands in its place. */
function writeHeader(frame: Uint8Array, magic: Uint8Array, command: string): void {
  const payload = frame.subarray(FRAME_HEADER_SIZE);
  frame.set(magic);
  for (let i = 0; i < command.length; i++) frame[COMMAND_AT + i] = command.charCodeAt(i);
  new DataView(frame.buffer, frame.byteOffset).setUint32(LENGTH_AT, payload.length, true);
  const digest = sha256d(payload);
  for (let i = 0; i < CHECKSUM_SIZE; i++) frame[CHECKSUM_AT + i] = digest[i] as number;
}

/**
 * Finds the frames in a stream of bytes, however it is cut into pieces.
 *
 * @example
 * const frames = new FrameReader(regtest.magic);
 * for (const frame of frames.push(received)) if (frame.kind === 'frame') handle(frame);
 */
export class FrameReader {
  readonly #magic: Uint8Array;
  readonly #header = new Uint8Array(FRAME_HEADER_SIZE);
  #headerFilled = 0;
  /** Of the frame whose payload is being taken; undefined while its header is not complete. */
  #length: number | undefined;
  /** The command of the last header, and its bytes: messages of the same kind come in rows. */
  #command: string | undefined = '';
  readonly #commandBytes = new Uint8Array(COMMAND_SIZE);
  #payload = new Uint8Array(0);
  #payloadFilled = 0;
  #isBroken = false;

  constructor(magic: Uint8Array) {
    this.#magic = magic;
  }

  /** Bytes that have come and are of no frame yet. */
  get pending(): number {
    return this.#headerFilled + this.#payloadFilled;
  }

  /**
   * Takes the next bytes of the stream, and answers with what they complete. Nobody may change them
   * afterwards.
   * After a fatal problem all that comes is dropped.
   */
  push(bytes: Uint8Array): readonly (Frame | FrameProblem)[] {
    const found: (Frame | FrameProblem)[] = [];
    let at = 0;
    while (!this.#isBroken) {
      if (this.#length === undefined) {
        at = this.#takeHeader(bytes, at);
        if (this.#headerFilled < FRAME_HEADER_SIZE) break;
        const problem = this.#readHeader();
        if (problem !== undefined) found.push(problem);
        continue;
      }
      const length = this.#length;
      const taken = Math.min(length - this.#payloadFilled, bytes.length - at);
      const piece = bytes.subarray(at, at + taken);
      const isShared = isToShare(this.#command, piece, length);
      const payload = isShared ? piece : this.#takePayload(piece, length);
      at += taken;
      if (payload === undefined) break;
      found.push(this.#finish(payload));
    }
    return found;
  }

  /** Byte by byte: a view for each header costs more. Answers with where what follows begins. */
  #takeHeader(bytes: Uint8Array, from: number): number {
    let at = from;
    while (this.#headerFilled < FRAME_HEADER_SIZE && at < bytes.length) {
      this.#header[this.#headerFilled++] = bytes[at++] as number;
    }
    return at;
  }

  #readHeader(): FrameProblem | undefined {
    const header = this.#header;
    if (!this.#magic.every((byte, i) => byte === header[i])) {
      const words = `Wrong MessageStart ${toHex(header.subarray(0, COMMAND_AT))} received`;
      return this.#breakOff('wrong-magic', words);
    }
    const length = new DataView(header.buffer).getUint32(LENGTH_AT, true);
    this.#readCommand();
    if (length > MAX_PAYLOAD_SIZE) {
      const words = `Size too large (${this.#shownCommand()}, ${length} bytes)`;
      return this.#breakOff('oversize', words);
    }
    this.#length = length;
    return undefined;
  }

  #readCommand(): void {
    const bytes = this.#commandBytes;
    let isSame = true;
    for (let i = 0; i < COMMAND_SIZE; i++) {
      const byte = this.#header[COMMAND_AT + i] as number;
      isSame &&= bytes[i] === byte;
      bytes[i] = byte;
    }
    if (!isSame) this.#command = commandOf(bytes);
  }

  #breakOff(code: FrameProblem['code'], words: string): FrameProblem {
    this.#isBroken = true;
    this.#headerFilled = 0;
    return { kind: 'problem', code, isFatal: true, size: 0, words: `Header error: ${words}` };
  }

  /** The payload, once all of it is there. */
  #takePayload(piece: Uint8Array, length: number): Uint8Array | undefined {
    // Most payloads come in one piece, and are copied out of it once.
    if (piece.length === length) return piece.slice();
    if (piece.length === 0) return undefined;
    const filled = this.#payloadFilled + piece.length;
    if (filled > this.#payload.length) {
      let capacity = Math.max(this.#payload.length * GROWTH, FIRST_CAPACITY);
      while (capacity < filled) capacity *= GROWTH;
      const larger = new Uint8Array(Math.min(capacity, length));
      larger.set(this.#payload.subarray(0, this.#payloadFilled));
      this.#payload = larger;
    }
    this.#payload.set(piece, this.#payloadFilled);
    this.#payloadFilled = filled;
    return filled < length ? undefined : this.#payload;
  }

  #finish(payload: Uint8Array): Frame | FrameProblem {
    const command = this.#command;
    const digest = sha256d(payload);
    const isIntact = hasChecksum(this.#header, digest);
    this.#length = undefined;
    this.#headerFilled = 0;
    if (this.#payloadFilled > 0) this.#payload = new Uint8Array(0);
    this.#payloadFilled = 0;
    if (!isIntact) {
      const right = toHex(digest.subarray(0, CHECKSUM_SIZE));
      const sums = `expected ${right} was ${toHex(this.#header.subarray(CHECKSUM_AT))}`;
      return this.#passOver('wrong-checksum', 'Wrong checksum', payload, `, ${sums}`);
    }
    if (command === undefined) {
      return this.#passOver('bad-command', 'Invalid message type', payload);
    }
    return { kind: 'frame', command, payload };
  }

  #passOver(
    code: FrameProblem['code'],
    what: string,
    { length }: Uint8Array,
    more = '',
  ): FrameProblem {
    const words = `Header error: ${what} (${this.#shownCommand()}, ${length} bytes)${more}`;
    return { kind: 'problem', code, isFatal: false, size: FRAME_HEADER_SIZE + length, words };
  }

  /** Up to the first zero, without what could do harm on a terminal. */
  #shownCommand(): string {
    const [text = ''] = String.fromCharCode(...this.#commandBytes).split('\0', 1);
    return text.replace(/[^a-zA-Z0-9 .,;\-_/:?@()]/g, '');
  }
}

/**
 * Blocks are kept as they are until they are on the disk. A copy of each small one costs more than what it
 * shares its array with, unless that is much.
 */
function isToShare(command: string | undefined, piece: Uint8Array, length: number): boolean {
  if (command !== 'block' || piece.length !== length) return false;
  return piece.buffer.byteLength <= MOST_SHARED * length;
}

function hasChecksum(header: Uint8Array, digest: Uint8Array): boolean {
  for (let i = 0; i < CHECKSUM_SIZE; i++) if (header[CHECKSUM_AT + i] !== digest[i]) return false;
  return true;
}

/** Printable ASCII, and zeros from there to the end. */
function commandOf(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  const length = end < 0 ? bytes.length : end;
  let command = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (i >= length ? byte !== 0 : byte < 0x20 || byte > 0x7e) return undefined;
    if (i < length) command += String.fromCharCode(byte);
  }
  return command;
}
