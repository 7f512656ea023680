import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { EncodeError } from '../../../protocol/bytes/encode-error.ts';
import type { Reader } from '../../../protocol/bytes/reader.ts';
import type { Writer } from '../../../protocol/bytes/writer.ts';

/** A name of the domain name system, label by label. A character is a byte. */
export type DnsName = readonly string[];

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;
/** The two highest bits of a length: the rest of the name stands elsewhere in the message. */
const POINTER = 0xc0;
const POINTER_RANGE = 0x4000;

/** @example dnsName('_blockyard._tcp.local') // ['_blockyard', '_tcp', 'local'] */
export function dnsName(text: string): DnsName {
  return text.split('.');
}

/** The same for names that are equal: letters count alike in both cases. */
export function nameKey(name: DnsName): string {
  // A label may have dots in it, so they cannot stand between labels here.
  return name.map((label) => label.toLowerCase()).join('\0');
}

export function equalNames(a: DnsName, b: DnsName): boolean {
  return nameKey(a) === nameKey(b);
}

/**
 * Reads a name. Its end may be a pointer to an earlier name in the message, the end of which may be one
 * again: each has to point before the place where the name that it ends began, so that no loop is
 * possible, and a name is no longer than 255 bytes in all.
 */
export function readName(reader: Reader): DnsName {
  const labels: string[] = [];
  let length = 1;
  let start = reader.offset;
  let back: number | undefined;
  for (;;) {
    const size = reader.u8();
    if (size === 0) break;
    if (size >= POINTER) {
      const target = ((size & ~POINTER) << 8) | reader.u8();
      if (target >= start) throw bad(`a name points to byte ${target}, from byte ${start}`);
      back ??= reader.offset;
      reader.offset = target;
      start = target;
      continue;
    }
    if (size > LONGEST_LABEL) throw bad(`a label begins with ${size}`);
    length += size + 1;
    if (length > LONGEST_NAME) throw bad(`a name has more than ${LONGEST_NAME} bytes`);
    labels.push(String.fromCharCode(...reader.bytes(size)));
  }
  if (back !== undefined) reader.offset = back;
  return labels;
}

/** Writes names, and points to those that it has already written. */
export class NameWriter {
  readonly #writer: Writer;
  readonly #places = new Map<string, number>();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  write(name: DnsName): void {
    const size = name.reduce((sum, label) => sum + label.length + 1, 1);
    const isSound = (label: string): boolean =>
      label.length > 0 && label.length <= LONGEST_LABEL && !/[^\0-\xff]/.test(label);
    if (size > LONGEST_NAME || !name.every(isSound)) {
      throw new EncodeError(
        `${JSON.stringify(name.join('.'))} is no name: allowed are labels of 1 to ${LONGEST_LABEL} bytes, ${LONGEST_NAME} in all`,
      );
    }
    for (let i = 0; i < name.length; i++) {
      // Letters are kept as they are, so only names that are the same to the letter are shared.
      const rest = name.slice(i).join('\0');
      const place = this.#places.get(rest);
      if (place !== undefined) {
        this.#writer.u16be((POINTER << 8) | place);
        return;
      }
      if (this.#writer.length < POINTER_RANGE) this.#places.set(rest, this.#writer.length);
      const label = name[i] as string;
      this.#writer.u8(label.length);
      this.#writer.bytes(Uint8Array.from(label, (character) => character.charCodeAt(0)));
    }
    this.#writer.u8(0);
  }
}

function bad(message: string): DecodeError {
  return new DecodeError('bad-value', message);
}
