import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../protocol/bytes/hex.ts';
import { privateRules, publicRules } from './address-rules.ts';
import { addressText, fromLegacyBytes, legacyBytes, parseAddress } from './address-text.ts';
import { isLocal, isRoutable, isValid, type NetAddress } from './net-address.ts';
import { netGroup } from './net-group.ts';

const ONION = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';
const I2P = 'ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p';

function at(text: string, options = {}): NetAddress {
  const address = parseAddress(text, options);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

describe('text of addresses', () => {
  it('is the shortest form of RFC 5952', () => {
    const forms = {
      '2001:0DB8:0000:0000:0001:0000:0000:0001': '2001:db8::1:0:0:1',
      '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
      '2001:db8:0:0:0:0:2:1': '2001:db8::2:1',
      '0:0:0:0:0:0:0:1': '::1',
      '0:0:0:0:0:0:0:0': '::',
      'fe80::0': 'fe80::',
      '1:0:0:2:0:0:0:3': '1:0:0:2::3',
      '64:ff9b::1.2.3.4': '64:ff9b::102:304',
      '::ffff:1.2.3.4': '1.2.3.4',
    };
    for (const [text, short] of Object.entries(forms)) expect(addressText(at(text))).toBe(short);
  });

  it('comes back from the bytes of every IPv4 and IPv6 address', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.nat(0xff)), {
      minLength: 16,
      maxLength: 16,
    });
    fc.assert(
      fc.property(groups, (bytes) => {
        const address = Uint8Array.from(bytes);
        const known = fromLegacyBytes(address);
        expect(at(addressText(known))).toEqual(known);
        expect(legacyBytes(known)).toEqual(address);
      }),
    );
    expect(addressText({ network: 1, address: Uint8Array.of(8, 7, 6, 5) })).toBe('8.7.6.5');
  });

  it('of Tor and I2P comes back, and a wrong digit of an onion is found by its checksum', () => {
    expect(at(ONION).network).toBe(4);
    expect(addressText(at(ONION))).toBe(ONION);
    expect(addressText(at(I2P))).toBe(I2P);
    expect(at(I2P).network).toBe(5);
    expect(parseAddress(ONION.replace('pg6', 'pg7'))).toBeUndefined();
    expect(parseAddress('expyuzz4wqqyqhjn.onion')).toBeUndefined();
    expect(legacyBytes(at(ONION))).toBeUndefined();
  });

  it('is refused where it is none, or could mean two things', () => {
    const texts = [
      '',
      '1.2.3',
      '1.2.3.256',
      '01.2.3.4',
      '1.2.3.4.5',
      'example.org',
      ':::',
      '1::2::3',
    ];
    const more = [
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      '::1.2.3',
      '1.2.3.4::',
      ':1',
      '1:2:3:4:5:6:7::8',
    ];
    expect([...texts, ...more].filter((text) => parseAddress(text) !== undefined)).toEqual([]);
  });

  it('never breaks on anything', () => {
    const pieces = fc.array(fc.constantFrom(':', '.', '::', '1', 'ff', '0', 'g', '.onion', '256'), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(pieces, (parts) => {
        const address = parseAddress(parts.join(''));
        if (address !== undefined) expect(parseAddress(addressText(address))).toEqual(address);
      }),
    );
  });
});

describe('kinds of addresses', () => {
  it('that nobody outside can reach are not routable, as in Core', () => {
    const inside = [
      '10.0.0.1',
      '192.168.1.1',
      '172.31.255.255',
      '198.18.0.1',
      '169.254.1.1',
      '100.64.0.1',
    ];
    const examples = [
      '192.0.2.1',
      '198.51.100.1',
      '203.0.113.1',
      '2001:db8::1',
      '0.0.0.0',
      '255.255.255.255',
      '::',
    ];
    const others = [
      '127.0.0.1',
      '0.1.2.3',
      '::1',
      'fe80::1',
      'fd00::1',
      '2001:10::1',
      '2001:20::1',
    ];
    const texts = [...inside, ...examples, ...others];
    expect(texts.filter((text) => isRoutable(at(text)))).toEqual([]);
    const outside = [
      '8.8.8.8',
      '172.32.0.1',
      '100.128.0.1',
      '2001:4860::1',
      '2002:a01:1::1',
      ONION,
      I2P,
    ];
    expect(outside.filter((text) => !isRoutable(at(text)))).toEqual([]);
    expect(isRoutable(at('fc00::1', { cjdns: true }))).toBe(true);
    expect(isLocal(at('127.3.4.5'))).toBe(true);
    expect(isValid({ network: 1, address: new Uint8Array(5) })).toBe(false);
    expect(isValid({ network: 9, address: new Uint8Array(16) })).toBe(false);
  });

  it('that are private count on private chains alone, each host for itself', () => {
    expect(publicRules.isUsable(at('10.0.0.1'))).toBe(false);
    expect(privateRules.isUsable(at('10.0.0.1'))).toBe(true);
    expect(privateRules.isUsable(at('fd00::1'))).toBe(true);
    expect(privateRules.isUsable(at('127.0.0.1'))).toBe(false);
    const groupOf = (text: string): string => toHex(privateRules.groupOf(at(text)));
    expect(groupOf('10.0.0.1')).not.toBe(groupOf('10.0.0.2'));
    expect(groupOf('8.8.1.1')).toBe(groupOf('8.8.2.2'));
  });
});

describe('groups of addresses', () => {
  const group = (text: string, options = {}): readonly number[] => [...netGroup(at(text, options))];

  it('are those of Core', () => {
    expect(group('127.0.0.1')).toEqual([0]);
    expect(group('10.0.0.1')).toEqual([0]);
    expect(group('1.2.3.4')).toEqual([1, 1, 2]);
    expect(group('::ffff:0:102:304')).toEqual([1, 1, 2]);
    expect(group('64:ff9b::102:304')).toEqual([1, 1, 2]);
    expect(group('2002:102:304:9999:9999:9999:9999:9999')).toEqual([1, 1, 2]);
    expect(group('2001:0:9999:9999:9999:9999:fefd:fcfb')).toEqual([1, 1, 2]);
    expect(group('2001:470:abcd:9999:9999:9999:9999:9999')).toEqual([2, 32, 1, 4, 112, 175]);
    expect(group('2001:2001:9999:9999:9999:9999:9999:9999')).toEqual([2, 32, 1, 32, 1]);
    expect(group(ONION)).toEqual([3, 0x79 | 15]);
    expect(group('fc12:3456::1', { cjdns: true })).toEqual([5, 0xfc, 0x1f]);
  });
});
