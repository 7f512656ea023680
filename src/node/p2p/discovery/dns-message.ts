/**
 * Messages of the domain name system (RFC 1035), as far as services on a local network need them (RFC
 * 6762 and 6763). Records of other types and classes are passed over.
 */
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { EncodeError } from '../../../protocol/bytes/encode-error.ts';
import { Reader } from '../../../protocol/bytes/reader.ts';
import { Writer } from '../../../protocol/bytes/writer.ts';
import { type DnsName, NameWriter, readName } from './dns-name.ts';

/** RFC 6762, 17: no longer ones are sent on any local network. */
const LARGEST_MESSAGE = 9000;

export const RECORD_TYPES = { A: 1, PTR: 12, TXT: 16, AAAA: 28, SRV: 33, ANY: 255 } as const;

const CLASS_IN = 1;
/** The highest bit of a class. In a record: older ones are void; in a question: answer me alone. */
const TOP_BIT = 0x8000;
const RESPONSE = 0x8000;
const AUTHORITATIVE = 0x0400;
/** The kind of a query, and what went wrong with it: anything but zero is not for us. */
const OPCODE_AND_RCODE = 0x780f;

const QUESTION_SIZE = 5;
const RECORD_SIZE = 11;

export interface DnsMessage {
  readonly isResponse: boolean;
  readonly questions: readonly DnsQuestion[];
  /** What was asked for; in a query, what is known already. */
  readonly answers: readonly DnsRecord[];
  /** What whoever asks will want to know next. */
  readonly additionals: readonly DnsRecord[];
}

export interface DnsQuestion {
  readonly name: DnsName;
  readonly type: number;
}

export interface DnsRecord {
  readonly name: DnsName;
  /** In seconds; 0 says that it is gone. */
  readonly ttl: number;
  /** There is no other record of this name and type. */
  readonly isUnique: boolean;
  readonly data: DnsData;
}

export type DnsData =
  | { readonly type: 'A' | 'AAAA'; readonly address: Uint8Array }
  | { readonly type: 'PTR'; readonly target: DnsName }
  | { readonly type: 'TXT'; readonly texts: readonly string[] }
  | { readonly type: 'SRV'; readonly port: number; readonly target: DnsName };

/** Answers undefined for a message of a kind that nobody has to understand. */
export function decodeDnsMessage(bytes: Uint8Array): DnsMessage | undefined {
  if (bytes.length > LARGEST_MESSAGE) {
    throw new DecodeError('bad-length', `${bytes.length} bytes; allowed are ${LARGEST_MESSAGE}`);
  }
  const reader = new Reader(bytes);
  reader.u16be();
  const flags = reader.u16be();
  if ((flags & OPCODE_AND_RCODE) !== 0) return undefined;
  const [questions, answers, authorities, additionals] = [0, 0, 0, 0].map(() => reader.u16be());
  const records = [answers, authorities, additionals] as [number, number, number];
  const least = (questions as number) * QUESTION_SIZE + sum(records) * RECORD_SIZE;
  if (least > reader.remaining) {
    throw new DecodeError('end-of-data', `it has not the ${least} bytes that its counts need`);
  }
  const asked = times(questions as number, () => readQuestion(reader));
  const [told, , more] = records.map((count) => times(count, () => readRecord(reader)));
  return {
    isResponse: (flags & RESPONSE) !== 0,
    questions: asked,
    answers: told as readonly DnsRecord[],
    additionals: more as readonly DnsRecord[],
  };
}

export function encodeDnsMessage(message: DnsMessage): Uint8Array {
  const { isResponse, questions, answers, additionals } = message;
  const writer = new Writer();
  const names = new NameWriter(writer);
  writer.u16be(0);
  writer.u16be(isResponse ? RESPONSE | AUTHORITATIVE : 0);
  for (const count of [questions.length, answers.length, 0, additionals.length])
    writer.u16be(count);
  for (const { name, type } of questions) {
    names.write(name);
    writer.u16be(type);
    writer.u16be(CLASS_IN);
  }
  for (const record of [...answers, ...additionals]) writeRecord(writer, names, record);
  if (writer.length > LARGEST_MESSAGE) {
    throw new EncodeError(`a message of ${writer.length} bytes; allowed are ${LARGEST_MESSAGE}`);
  }
  return writer.finish();
}

function readQuestion(reader: Reader): DnsQuestion | undefined {
  const name = readName(reader);
  const type = reader.u16be();
  return (reader.u16be() & ~TOP_BIT) === CLASS_IN ? { name, type } : undefined;
}

function readRecord(reader: Reader): DnsRecord | undefined {
  const name = readName(reader);
  const type = reader.u16be();
  const cls = reader.u16be();
  const ttl = reader.u16be() * 0x10000 + reader.u16be();
  const length = reader.u16be();
  const end = reader.offset + length;
  if (length > reader.remaining)
    throw new DecodeError('end-of-data', 'a record goes beyond the end');
  const data = (cls & ~TOP_BIT) === CLASS_IN ? readData(reader, type, end) : undefined;
  if (data !== undefined && reader.offset !== end) {
    throw new DecodeError(
      'bad-length',
      `a record of type ${type} has not the ${length} bytes it says`,
    );
  }
  reader.offset = end;
  return data && { name, ttl, isUnique: (cls & TOP_BIT) !== 0, data };
}

function readData(reader: Reader, type: number, end: number): DnsData | undefined {
  switch (type) {
    case RECORD_TYPES.A:
      return { type: 'A', address: reader.bytes(4).slice() };
    case RECORD_TYPES.AAAA:
      return { type: 'AAAA', address: reader.bytes(16).slice() };
    case RECORD_TYPES.PTR:
      return { type: 'PTR', target: readName(reader) };
    case RECORD_TYPES.SRV: {
      // Priority and weight choose among many places of one service. Here each has one.
      reader.bytes(4);
      return { type: 'SRV', port: reader.u16be(), target: readName(reader) };
    }
    case RECORD_TYPES.TXT: {
      const texts: string[] = [];
      while (reader.offset < end) texts.push(String.fromCharCode(...reader.bytes(reader.u8())));
      return { type: 'TXT', texts };
    }
    default:
      return undefined;
  }
}

function writeRecord(writer: Writer, names: NameWriter, record: DnsRecord): void {
  const { name, ttl, isUnique, data } = record;
  names.write(name);
  writer.u16be(RECORD_TYPES[data.type]);
  writer.u16be(isUnique ? CLASS_IN | TOP_BIT : CLASS_IN);
  writer.u16be(ttl >>> 16);
  writer.u16be(ttl & 0xffff);
  // The length stands before what it counts, and is written when that is known.
  const at = writer.length;
  writer.u16be(0);
  writeData(writer, names, data);
  const length = writer.length - at - 2;
  const written = writer.finish();
  written[at] = length >> 8;
  written[at + 1] = length & 0xff;
}

function writeData(writer: Writer, names: NameWriter, data: DnsData): void {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      writer.bytes(data.address);
      break;
    case 'PTR':
      names.write(data.target);
      break;
    case 'SRV':
      writer.bytes(new Uint8Array(4));
      writer.u16be(data.port);
      names.write(data.target);
      break;
    case 'TXT':
      for (const text of data.texts) {
        writer.u8(text.length);
        writer.bytes(Uint8Array.from(text, (character) => character.charCodeAt(0)));
      }
  }
}

/** So many, without those that are passed over. */
function times<T>(count: number, read: () => T | undefined): readonly T[] {
  const values: T[] = [];
  for (let i = 0; i < count; i++) {
    const value = read();
    if (value !== undefined) values.push(value);
  }
  return values;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
