import { describe, expect, it } from 'vitest';
import { toHex } from '../../bytes/hex.ts';
import { masterKeyFromSeed, neuter } from '../../keys/extended-key.ts';
import { encodeExtendedKey } from '../../keys/extended-key-text.ts';
import { publicKeyOf } from '../../keys/private-key.ts';
import { encodeWif } from '../../keys/wif.ts';
import type { DescriptorChain } from './chain.ts';
import { hasAllPrivateKeys, hasPrivateKeys, isRange, isSolvable, keysOf } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import { MAX_DESCRIPTOR_LENGTH, parseDescriptor } from './parse.ts';
import { descriptorToString } from './print.ts';

const REGTEST: DescriptorChain = {
  keyPrefixes: { wif: 0xef, extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 },
  addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' },
};

function secret(n: number): Uint8Array {
  const key = new Uint8Array(32);
  key[31] = n;
  return key;
}
const pub = (n: number) => toHex(publicKeyOf(secret(n)));
const xOnly = (n: number) => pub(n).slice(2);
const fat = (n: number) => toHex(publicKeyOf(secret(n), false));
const wif = (n: number, compressed = true) =>
  encodeWif({ privateKey: secret(n), compressed }, REGTEST.keyPrefixes.wif);

const MASTER = masterKeyFromSeed(new Uint8Array(32).fill(7));
const XPRV = encodeExtendedKey(MASTER, REGTEST.keyPrefixes);
const XPUB = encodeExtendedKey(neuter(MASTER), REGTEST.keyPrefixes);

/** The same descriptor, printed. */
function reprint(text: string): string {
  return descriptorToString(parseDescriptor(text, REGTEST), REGTEST, { checksum: false });
}

function refusal(text: string): string {
  try {
    parseDescriptor(text, REGTEST);
  } catch (error) {
    if (error instanceof DescriptorError) return error.message;
    throw error;
  }
  return `accepted ${text}`;
}

describe('a descriptor', () => {
  it.each([
    `pk(${pub(1)})`,
    `pk(${fat(1)})`,
    `pkh(${fat(1)})`,
    `wpkh(${pub(1)})`,
    `combo(${pub(1)})`,
    `multi(1,${pub(1)},${fat(2)},${pub(3)})`,
    `sortedmulti(2,${pub(1)},${pub(2)})`,
    `sh(pk(${fat(1)}))`,
    `sh(pkh(${pub(1)}))`,
    `sh(wpkh(${pub(1)}))`,
    `sh(multi(1,${pub(1)},${pub(2)}))`,
    `sh(wsh(sortedmulti(1,${pub(1)},${pub(2)})))`,
    `wsh(pk(${pub(1)}))`,
    `wsh(pkh(${pub(1)}))`,
    `tr(${xOnly(1)})`,
    `tr(${pub(1)})`,
    `tr(${xOnly(1)},pk(${xOnly(2)}))`,
    `tr(${xOnly(1)},pkh(${xOnly(2)}))`,
    `tr(${xOnly(1)},{pk(${pub(2)}),multi_a(1,${xOnly(3)},${pub(4)})})`,
    `tr(${xOnly(1)},{{pk(${xOnly(2)}),pk(${xOnly(3)})},{pk(${xOnly(4)}),{pk(${xOnly(5)}),pk(${xOnly(6)})}}})`,
    `tr(${xOnly(1)},sortedmulti_a(2,${xOnly(2)},${xOnly(3)}))`,
    `rawtr(${xOnly(1)})`,
    `rawtr(${pub(1)})`,
    `wpkh(${XPUB})`,
    `wpkh(${XPUB}/0/1/2147483647)`,
    `wpkh([d34db33f/84h/1h/0h]${XPUB}/0/*)`,
    `wpkh([d34db33f/84'/1'/0']${XPUB}/0/*')`,
    `wpkh([d34db33f]${pub(1)})`,
    'raw(51)',
    'addr(bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh)',
  ])('is printed as it was read: %s', (text) => {
    expect(reprint(text)).toBe(text);
  });

  it('is printed in its canonical form', () => {
    expect(reprint(`pk(${pub(1).toUpperCase()})`)).toBe(`pk(${pub(1)})`);
    expect(reprint('raw(AABB)')).toBe('raw(aabb)');
    expect(reprint('addr(BCRT1QL2R22YRU5MEJQHG6QHDY5QCYAUU7LZWKR8LTUH)')).toBe(
      'addr(bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh)',
    );
    expect(reprint(`wpkh([D34DB33F]${XPUB}/007/+8)`)).toBe(`wpkh([d34db33f]${XPUB}/7/8)`);
    expect(reprint(`multi(+1,${pub(1)})`)).toBe(`multi(1,${pub(1)})`);
  });

  it('has all hardened steps of a key marked as its path marks the last one', () => {
    expect(reprint(`pkh([d34db33f/1']${XPUB}/2h/3/*')`)).toBe(`pkh([d34db33f/1h]${XPUB}/2h/3/*h)`);
    expect(reprint(`pkh([d34db33f/1h]${XPUB}/3/*')`)).toBe(`pkh([d34db33f/1']${XPUB}/3/*')`);
    expect(reprint(`pkh([d34db33f/1']${XPUB}/3/*)`)).toBe(`pkh([d34db33f/1']${XPUB}/3/*)`);
    expect(reprint(`multi(1,${XPUB}/1',${XPUB}/1h)`)).toBe(`multi(1,${XPUB}/1',${XPUB}/1h)`);
  });

  it('shows private keys only when asked', () => {
    for (const [text, hidden] of [
      [`pk(${wif(1)})`, `pk(${pub(1)})`],
      [`pkh(${wif(1, false)})`, `pkh(${fat(1)})`],
      [`tr(${wif(3)})`, `tr(${xOnly(3)})`],
      [`wpkh([d34db33f/84']${XPRV}/0/*')`, `wpkh([d34db33f/84']${XPUB}/0/*')`],
      [`multi(1,${wif(1)},${pub(2)})`, `multi(1,${pub(1)},${pub(2)})`],
    ] as const) {
      const descriptor = parseDescriptor(text, REGTEST);
      expect(descriptorToString(descriptor, REGTEST, { checksum: false })).toBe(hidden);
      expect(descriptorToString(descriptor, REGTEST, { form: 'private', checksum: false })).toBe(
        text,
      );
    }
  });

  it('is normalized by taking each key at its last hardened step', () => {
    const normalized = (text: string) =>
      descriptorToString(parseDescriptor(text, REGTEST), REGTEST, {
        form: 'normalized',
        checksum: false,
      });
    const account = /^wpkh\(\[([0-9a-f]{8})\/84h\/1h\](tpub\w+)\/0\/\*\)$/;
    const [, fingerprint, key] = account.exec(normalized(`wpkh(${XPRV}/84'/1'/0/*)`)) ?? [];
    expect(fingerprint).toHaveLength(8);
    expect(normalized(`wpkh([d34db33f/9]${XPRV}/84h/1h/0/*)`)).toBe(
      `wpkh([d34db33f/9/84h/1h]${key}/0/*)`,
    );
    expect(normalized(`wpkh([d34db33f/9']${XPUB}/0/*)`)).toBe(`wpkh([d34db33f/9h]${XPUB}/0/*)`);
    expect(normalized(`wpkh(${XPRV}/84'/*')`)).toBe(`wpkh(${XPUB}/84h/*h)`);
    expect(() => normalized(`wpkh(${XPUB}/84'/0)`)).toThrow(
      'Cannot derive script without private keys',
    );
  });

  it('knows what it is', () => {
    const ask = (text: string) => {
      const descriptor = parseDescriptor(text, REGTEST);
      return [
        isRange(descriptor),
        isSolvable(descriptor),
        hasPrivateKeys(descriptor),
        hasAllPrivateKeys(descriptor),
        keysOf(descriptor).length,
      ];
    };
    expect(ask(`wpkh(${XPUB}/0/*)`)).toEqual([true, true, false, false, 1]);
    expect(ask(`wpkh(${XPRV}/0/*h)`)).toEqual([true, true, true, true, 1]);
    expect(ask(`sh(multi(1,${wif(1)},${pub(2)}))`)).toEqual([false, true, true, false, 2]);
    expect(ask(`tr(${wif(1)},{pk(${XPUB}/*),multi_a(1,${pub(2)},${pub(3)})})`)).toEqual([
      true,
      true,
      true,
      false,
      4,
    ]);
    expect(ask('raw(51)')).toEqual([false, false, false, false, 0]);
  });

  it('lets keys with the same root share its private key, as Core does', () => {
    const shared = parseDescriptor(`wsh(multi(2,${XPRV}/0h,${XPUB}/1h))`, REGTEST);
    expect(hasAllPrivateKeys(shared)).toBe(true);
    // 6 * G has an odd y coordinate, and the text has x alone.
    expect(hasAllPrivateKeys(parseDescriptor(`tr(${wif(6)},pk(${xOnly(6)}))`, REGTEST))).toBe(true);
    expect(pub(6).startsWith('03')).toBe(true);
  });
});

describe('a descriptor that is wrong is refused in Core’s words:', () => {
  it.each([
    ['', "'' is not a valid descriptor function"],
    ['pk', "'pk' is not a valid descriptor function"],
    ['nope()', "'nope()' is not a valid descriptor function"],
    ['constructor(1)', "'constructor(1)' is not a valid descriptor function"],
    ['pk (02)', "'pk (02)' is not a valid descriptor function"],
    ['pk(', "'pk(' is not a valid descriptor function"],
    ['pk()', 'pk(): No key provided'],
    ['pk(00)', "pk(): Pubkey '00' is invalid"],
    [`pk(${xOnly(1)})`, `pk(): Pubkey '${xOnly(1)}' is invalid`],
    [`pk(${'f'.repeat(1000)})`, `pk(): Pubkey '${'f'.repeat(1000)}' is invalid`],
    ['pk(zz)', "pk(): key 'zz' is not valid"],
    [`pk(${wif(1)}/0)`, `pk(): key '${wif(1)}' is not valid`],
    [`pk(${pub(1)}/0)`, `pk(): key '${pub(1)}' is not valid`],
    [`pk(07${fat(1).slice(2)})`, 'pk(): Hybrid public keys are not allowed'],
    [`wpkh(06${fat(1).slice(2)})`, 'wpkh(): Hybrid public keys are not allowed'],
    [`wpkh(${fat(1)})`, 'wpkh(): Uncompressed keys are not allowed'],
    [`sh(wpkh(${wif(1, false)}))`, 'wpkh(): Uncompressed keys are not allowed'],
    [`wsh(pk(${fat(1)}))`, 'pk(): Uncompressed keys are not allowed'],
    [`wsh(multi(1,${fat(1)}))`, 'Multi: Uncompressed keys are not allowed'],
    [`tr(${fat(1)})`, 'tr(): Uncompressed keys are not allowed'],
    [`tr(${'f'.repeat(64)})`, `tr(): Pubkey '${'f'.repeat(64)}' is invalid`],
    [`pk(${XPUB}/1aa)`, "pk(): Key path value '1aa' is not a valid uint32"],
    [`pk(${XPUB}/)`, "pk(): Key path value '' is not a valid uint32"],
    [`pk(${XPUB}/h)`, "pk(): Key path value '' is not a valid uint32"],
    [`pk(${XPUB}/-1)`, "pk(): Key path value '-1' is not a valid uint32"],
    [`pk(${XPUB}/4294967296)`, "pk(): Key path value '4294967296' is not a valid uint32"],
    [`pk(${XPUB}/2147483648)`, 'pk(): Key path value 2147483648 is out of range'],
    [`pk(${XPUB}/*/0)`, "pk(): Key path value '*' is not a valid uint32"],
    [`pk(${XPUB}/<0;1>/*)`, "pk(): Key path value '<0;1>' is not a valid uint32"],
    [`pk([d34db33f/x]${XPUB})`, "pk(): Key path value 'x' is not a valid uint32"],
    [
      `pk([d34db33]${XPUB})`,
      'pk(): Fingerprint is not 4 bytes (7 characters instead of 8 characters)',
    ],
    [`pk([d34db33g]${XPUB})`, "pk(): Fingerprint 'd34db33g' is not hex"],
    [`pk([d34db33f]]${XPUB})`, "pk(): Multiple ']' characters found for a single pubkey"],
    [
      `pk(d34db33f]${XPUB})`,
      "pk(): Key origin start '[ character expected but not found, got 'd' instead",
    ],
    [`pk(]${XPUB})`, "pk(): Key origin start '[ character expected but not found, got ']' instead"],
    ['pk([d34db33f])', 'pk(): No key provided'],
    [`sh(${pub(1)})`, 'A function is needed within P2SH'],
    [`wsh(${pub(1)})`, 'A function is needed within P2WSH'],
    ['wsh(nope(1))', 'A function is needed within P2WSH'],
    [`tr(${xOnly(1)},${xOnly(2)})`, `'${xOnly(2)}' is not a valid descriptor function`],
    [`sh(sh(pk(${pub(1)})))`, 'Can only have sh() at top level'],
    [`wsh(wsh(pk(${pub(1)})))`, 'Can only have wsh() at top level or inside sh()'],
    [`wsh(wpkh(${pub(1)}))`, 'Can only have wpkh() at top level or inside sh()'],
    [`sh(combo(${pub(1)}))`, 'Can only have combo() at top level'],
    [`sh(tr(${pub(1)}))`, 'Can only have tr at top level'],
    [`sh(rawtr(${pub(1)}))`, 'Can only have rawtr at top level'],
    ['sh(raw(51))', 'Can only have raw() at top level'],
    ['sh(addr(x))', 'Can only have addr() at top level'],
    [
      `tr(${pub(1)},multi(1,${pub(1)}))`,
      'Can only have multi/sortedmulti at top level, in sh(), or in wsh()',
    ],
    [`wsh(multi_a(1,${pub(1)}))`, 'Can only have multi_a/sortedmulti_a inside tr()'],
    ['multi()', "Multi threshold '' is not valid"],
    ['multi(a)', "Multi threshold 'a' is not valid"],
    ['multi(1)', 'Cannot have 0 keys in multisig; must have between 1 and 20 keys, inclusive'],
    ['multi(1,)', 'Multi: No key provided'],
    ['multi(1)(2)', "Multi: expected ',', got ')'"],
    [`multi(0,${pub(1)})`, 'Multisig threshold cannot be 0, must be at least 1'],
    [
      `multi(2,${pub(1)})`,
      'Multisig threshold cannot be larger than the number of keys; threshold is 2 but only 1 keys specified',
    ],
    [
      `multi(1,${pub(1)},${pub(2)},${pub(3)},${pub(4)})`,
      'Cannot have 4 pubkeys in bare multisig; only at most 3 pubkeys',
    ],
    ['addr(x)', 'Address is not valid'],
    ['raw(x)', 'Raw script is not hex'],
    ['raw()', 'Raw script is not hex'],
    [`rawtr(${pub(1)},${pub(2)})`, 'rawtr(): only one key expected.'],
    ['tr()', 'tr(): No key provided'],
    [`tr(${xOnly(1)},)`, "'' is not a valid descriptor function"],
    [`tr(${xOnly(1)})(2)`, "tr: expected ',', got ')'"],
    [`tr(${xOnly(1)},{pk(${xOnly(2)})})`, "tr(): expected ',' after script expression"],
    [
      `tr(${xOnly(1)},{pk(${xOnly(2)}),pk(${xOnly(3)}),pk(${xOnly(4)})})`,
      "tr(): expected '}' after script expression",
    ],
    [
      `tr(${xOnly(1)},pk(${xOnly(2)}),pk(${xOnly(3)}))`,
      "tr(): expected ')' after script expression",
    ],
    [`tr(${xOnly(1)},pkh(zz))`, "key 'zz' is not valid"],
    [`v:pk(${pub(1)})`, 'Miniscript expressions can only be used in wsh or tr.'],
    ['sh(older(1))', 'Miniscript expressions can only be used in wsh or tr.'],
  ])('%s', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('text behind the end, for which Core has no words', () => {
    expect(refusal(`pk(${pub(1)}),pk(2)`)).toBe("Unexpected ',pk(2)' behind the descriptor");
    expect(refusal(`sh(pk(${pub(1)}),1)`)).toBe("Unexpected ',1' behind the script in sh()");
  });

  it('longer ones than anybody needs', () => {
    expect(refusal(`raw(${'00'.repeat(MAX_DESCRIPTOR_LENGTH / 2)})`)).toBe(
      'The descriptor has 262149 characters; at most 262144 are allowed',
    );
  });
});

describe('the limits of', () => {
  const keys = (count: number, key: (n: number) => string) =>
    Array.from({ length: count }, (_, i) => key((i % 200) + 1)).join(',');

  it('bare multisig: 3 keys', () => {
    expect(reprint(`multi(1,${keys(3, pub)})`)).toContain('multi(1,');
    expect(refusal(`multi(1,${keys(4, pub)})`)).toMatch(/^Cannot have 4 pubkeys in bare/);
  });

  it('P2SH multisig: 15 compressed keys, or 7 uncompressed ones', () => {
    expect(reprint(`sh(multi(1,${keys(15, pub)}))`)).toContain('multi(1,');
    expect(refusal(`sh(multi(1,${keys(16, pub)}))`)).toBe(
      'P2SH script is too large, 547 bytes is larger than 520 bytes',
    );
    expect(reprint(`sh(multi(1,${keys(7, fat)}))`)).toContain('multi(1,');
    expect(refusal(`sh(multi(1,${keys(8, fat)}))`)).toBe(
      'P2SH script is too large, 531 bytes is larger than 520 bytes',
    );
  });

  it('P2WSH multisig: 20 keys', () => {
    expect(reprint(`wsh(multi(20,${keys(20, pub)}))`)).toContain('multi(20,');
    expect(refusal(`wsh(multi(1,${keys(21, pub)}))`)).toBe(
      'Cannot have 21 keys in multisig; must have between 1 and 20 keys, inclusive',
    );
  });

  it('multisig in Taproot: 999 keys', () => {
    expect(reprint(`tr(${pub(1)},multi_a(999,${keys(999, pub)}))`)).toContain('multi_a(999,');
    expect(refusal(`tr(${pub(1)},sortedmulti_a(1,${keys(1000, pub)}))`)).toBe(
      'Cannot have 1000 keys in multi_a; must have between 1 and 999 keys, inclusive',
    );
  });

  it('trees: 128 levels', () => {
    const tree = (depth: number) =>
      `tr(${pub(1)},${`{pk(${pub(1)}),`.repeat(depth)}pk(${pub(1)})${'}'.repeat(depth)})`;
    expect(reprint(tree(128))).toBe(tree(128));
    expect(refusal(tree(129))).toBe('tr() supports at most 128 nesting levels');
  });
});
