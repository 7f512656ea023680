/**
 * Frames: what separates messages in a stream of bytes. Each has a header of 24 bytes (the chain's magic,
 * the command in 12 bytes padded with zeros, the payload's length, and the first four bytes of its double
 * SHA-256) and the payload behind it.
 */
import { Reader } from '../bytes/reader.ts';
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
  const writer = new Writer(message.command === 'block' ? FRAME_HEADER_SIZE : undefined);
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
  const length = new Writer(4);
  length.u32(payload.length);
  frame.set(length.finish(), LENGTH_AT);
  frame.set(sha256d(payload).subarray(0, CHECKSUM_SIZE), CHECKSUM_AT);
}

interface FrameHeader {
  /** Undefined if it is not letters and then zeros. */
  readonly command: string | undefined;
  readonly length: number;
  readonly checksum: Uint8Array;
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
  readonly #headerBytes = new Uint8Array(FRAME_HEADER_SIZE);
  #headerFilled = 0;
  /** Undefined while the header is not complete. */
  #header: FrameHeader | undefined;
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
      if (this.#header === undefined) {
        const taken = this.#takeHeader(bytes, at);
        at += taken;
        if (this.#headerFilled < FRAME_HEADER_SIZE) break;
        const problem = this.#readHeader();
        if (problem !== undefined) found.push(problem);
        continue;
      }
      const { command, length } = this.#header;
      const taken = Math.min(length - this.#payloadFilled, bytes.length - at);
      const piece = bytes.subarray(at, at + taken);
      const payload = isToShare(command, piece, length) ? piece : this.#takePayload(piece, length);
      at += taken;
      if (payload === undefined) break;
      found.push(this.#finish(this.#header, payload));
    }
    return found;
  }

  #takeHeader(bytes: Uint8Array, at: number): number {
    const taken = Math.min(FRAME_HEADER_SIZE - this.#headerFilled, bytes.length - at);
    this.#headerBytes.set(bytes.subarray(at, at + taken), this.#headerFilled);
    this.#headerFilled += taken;
    return taken;
  }

  #readHeader(): FrameProblem | undefined {
    const reader = new Reader(this.#headerBytes);
    const magic = reader.bytes(COMMAND_AT);
    const command = readCommand(reader.bytes(COMMAND_SIZE));
    const length = reader.u32();
    const checksum = reader.bytes(CHECKSUM_SIZE);
    if (this.#magic.some((byte, i) => byte !== magic[i])) {
      return this.#breakOff('wrong-magic', 'the message is of another chain');
    }
    if (length > MAX_PAYLOAD_SIZE) {
      const words = `a message of ${length} bytes; allowed are up to ${MAX_PAYLOAD_SIZE}`;
      return this.#breakOff('oversize', words);
    }
    this.#header = { command, length, checksum };
    return undefined;
  }

  #breakOff(code: FrameProblem['code'], words: string): FrameProblem {
    this.#isBroken = true;
    this.#headerFilled = 0;
    return { kind: 'problem', code, isFatal: true, words };
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

  #finish({ command, checksum }: FrameHeader, payload: Uint8Array): Frame | FrameProblem {
    const digest = sha256d(payload);
    const isIntact = checksum.every((byte, i) => byte === digest[i]);
    this.#header = undefined;
    this.#headerFilled = 0;
    this.#payload = new Uint8Array(0);
    this.#payloadFilled = 0;
    if (!isIntact) {
      return problem('wrong-checksum', `the checksum of ${command ?? 'a message'} is wrong`);
    }
    if (command === undefined) return problem('bad-command', 'the command is not text');
    return { kind: 'frame', command, payload };
  }
}

function problem(code: FrameProblem['code'], words: string): FrameProblem {
  return { kind: 'problem', code, isFatal: false, words };
}

/**
 * Blocks are kept as they are until they are on the disk. A copy of each small one costs more than what it
 * shares its array with, unless that is much.
 */
function isToShare(command: string | undefined, piece: Uint8Array, length: number): boolean {
  if (command !== 'block' || piece.length !== length) return false;
  return piece.buffer.byteLength <= MOST_SHARED * length;
}

/** Printable ASCII, and zeros from there to the end. */
function readCommand(bytes: Uint8Array): string | undefined {
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
