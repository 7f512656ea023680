import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { fromHex, toHex } from '../../../protocol/bytes/hex.ts';
import {
  type DnsData,
  type DnsMessage,
  type DnsRecord,
  decodeDnsMessage,
  encodeDnsMessage,
} from './dns-message.ts';
import { dnsName } from './dns-name.ts';

const label = fc
  .array(fc.nat(255), { minLength: 1, maxLength: 20 })
  .map((bytes) => String.fromCharCode(...bytes));
const name = fc.oneof(
  fc.array(label, { maxLength: 5 }),
  fc.constantFrom(
    dnsName('_blockyard._tcp.local'),
    dnsName('x._blockyard._tcp.local'),
    dnsName('local'),
  ),
);
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const data: fc.Arbitrary<DnsData> = fc.oneof(
  bytes(4).map((address) => ({ type: 'A' as const, address })),
  bytes(16).map((address) => ({ type: 'AAAA' as const, address })),
  name.map((target) => ({ type: 'PTR' as const, target })),
  fc.record({ port: fc.nat(65535), target: name }).map((srv) => ({ type: 'SRV' as const, ...srv })),
  fc
    .array(fc.oneof(label, fc.constant('')), { maxLength: 4 })
    .map((texts) => ({ type: 'TXT' as const, texts })),
);
const record: fc.Arbitrary<DnsRecord> = fc.record({
  name,
  ttl: fc.nat(0xffffffff),
  isUnique: fc.boolean(),
  data,
});
const message: fc.Arbitrary<DnsMessage> = fc.record({
  isResponse: fc.boolean(),
  questions: fc.array(fc.record({ name, type: fc.nat(65535) }), { maxLength: 3 }),
  answers: fc.array(record, { maxLength: 5 }),
  additionals: fc.array(record, { maxLength: 5 }),
});

describe('messages of the domain name system', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeDnsMessage(encodeDnsMessage(value))).toEqual(value);
      }),
    );
  });

  it('that are damaged anywhere are read in another way or refused, and nothing else', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(message, damage, fc.nat(), (value, changes, end) => {
        const written = encodeDnsMessage(value).slice();
        for (const [at, byte] of changes) written[at % written.length] = byte;
        expectSound(written);
        expectSound(written.subarray(0, end % written.length));
      }),
      { numRuns: 1000 },
    );
  });

  it('of any bytes at all are read or refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), expectSound), { numRuns: 2000 });
  });

  it('share the ends of names', () => {
    const question = (text: string) => ({ name: dnsName(text), type: 12 });
    const questions = [question('_blockyard._tcp.local'), question('_other._tcp.local')];
    const written = encodeDnsMessage({
      isResponse: false,
      questions,
      answers: [],
      additionals: [],
    });
    // The second name is `_other` and a pointer to byte 23, where `_tcp.local` stands.
    expect(toHex(written.subarray(written.length - 13))).toBe('065f6f74686572c017000c0001');
  });
});

describe('a name', () => {
  it('that points to itself, forwards, or in a circle is refused', () => {
    const header = '000000000001000000000000';
    for (const text of ['c00c', 'c010', '0161c00c', 'c0ff', 'c00e']) {
      expect(() => decodeDnsMessage(fromHex(`${header}${text}000c0001`))).toThrow(DecodeError);
    }
    // Two questions whose names point at each other.
    const two = '000000000002000000000000';
    expect(() => decodeDnsMessage(fromHex(`${two}0161c012000c00010162c00c000c0001`))).toThrow(
      DecodeError,
    );
  });

  it('of more than 255 bytes is refused, however it is put together', () => {
    const header = '000000000006000000000000';
    const long = `3f${'61'.repeat(63)}`;
    let [text, at] = [header, 12];
    for (let i = 0; i < 6; i++) {
      text += i === 0 ? `${long}00000c0001` : `${long}${(0xc000 | at).toString(16)}000c0001`;
      at = i === 0 ? 12 : at + (i === 1 ? 69 : 70);
    }
    expect(() => decodeDnsMessage(fromHex(text))).toThrow(/more than 255/);
  });

  it('counts that the message cannot hold are refused before anything is read', () => {
    expect(() => decodeDnsMessage(fromHex('00000000ffff000000000000'))).toThrow(/counts/);
    expect(() => decodeDnsMessage(new Uint8Array(9001))).toThrow(/9001/);
  });
});

function expectSound(bytesRead: Uint8Array): void {
  let read: DnsMessage | undefined;
  try {
    read = decodeDnsMessage(bytesRead);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    return;
  }
  if (read === undefined) return;
  // What was read can be written, unless sharing made it small and it is too large in full.
  try {
    expect(decodeDnsMessage(encodeDnsMessage(read))).toEqual(read);
  } catch (error) {
    expect(error).toMatchObject({ name: 'EncodeError' });
  }
}
