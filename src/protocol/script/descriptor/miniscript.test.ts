import { describe, expect, it } from 'vitest';
import { toHex } from '../../bytes/hex.ts';
import { sha256 } from '../../crypto/hash.ts';
import { masterKeyFromSeed, neuter } from '../../keys/extended-key.ts';
import { encodeExtendedKey } from '../../keys/extended-key-text.ts';
import { publicKeyOf } from '../../keys/private-key.ts';
import { encodeWif } from '../../keys/wif.ts';
import { scriptToAsm } from '../asm.ts';
import { p2wsh } from '../templates.ts';
import type { DescriptorChain } from './chain.ts';
import { hasPrivateKeys, isRange, isSolvable, keysOf } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import { expandDescriptor } from './expand.ts';
import { inferDescriptor } from './infer.ts';
import { knownFrom } from './known-solutions.ts';
import { parseDescriptor, parseMultipathDescriptor } from './parse.ts';
import { descriptorToString, type PrintOptions } from './print.ts';

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
const wif = (n: number) =>
  encodeWif({ privateKey: secret(n), compressed: true }, REGTEST.keyPrefixes.wif);
const MASTER = masterKeyFromSeed(new Uint8Array(32).fill(7));
const XPRV = encodeExtendedKey(MASTER, REGTEST.keyPrefixes);
const XPUB = encodeExtendedKey(neuter(MASTER), REGTEST.keyPrefixes);

const parse = (text: string) => parseDescriptor(text, REGTEST);

function print(text: string, options: PrintOptions = {}): string {
  return descriptorToString(parse(text), REGTEST, { checksum: false, ...options });
}

function refusal(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof DescriptorError) return error.message;
    throw error;
  }
  return `accepted ${text}`;
}

describe('miniscript in a descriptor', () => {
  const WSH = `wsh(or_d(multi(2,${pub(1)},${pub(2)}),and_v(v:pkh(${pub(3)}),older(144))))`;
  const TR = `tr(${xOnly(1)},{pk(${xOnly(2)}),and_v(v:multi_a(1,${xOnly(3)},${xOnly(4)}),after(9))})`;

  it.each([WSH, TR, `sh(${WSH})`, `tr(${xOnly(1)},thresh(1,pk(${xOnly(2)})))`])(
    'prints the same: %s',
    (text) => {
      expect(print(text)).toBe(text);
    },
  );

  it('has scripts made of the keys at an index', () => {
    const [output] = expandDescriptor(parse(WSH)).outputs;
    expect(scriptToAsm(output?.witnessScript as Uint8Array)).toMatch(
      /^2 02\w{64} 02\w{64} 2 OP_CHECKMULTISIG OP_IFDUP OP_NOTIF OP_DUP OP_HASH160 \w{40} OP_EQUALVERIFY OP_CHECKSIGVERIFY 144 OP_CHECKSEQUENCEVERIFY OP_ENDIF$/,
    );
    expect(toHex(output?.script as Uint8Array)).toBe(
      toHex(p2wsh(sha256(output?.witnessScript as Uint8Array))),
    );
    const range = parse(`wsh(and_v(v:pk(${XPUB}/0/*),older(1)))`);
    expect(isRange(range)).toBe(true);
    const scripts = [0, 1].map((i) =>
      toHex(expandDescriptor(range, i).outputs[0]?.script as never),
    );
    expect(scripts[0]).not.toBe(scripts[1]);
  });

  it('answers the questions that descriptors answer', () => {
    const descriptor = parse(WSH);
    expect(keysOf(descriptor)).toHaveLength(3);
    expect(isSolvable(descriptor)).toBe(true);
    expect(hasPrivateKeys(descriptor)).toBe(false);
    const secretOne = `wsh(and_v(v:pk(${wif(1)}),older(5)))`;
    expect(hasPrivateKeys(parse(secretOne))).toBe(true);
    expect(print(secretOne)).toBe(`wsh(and_v(v:pk(${pub(1)}),older(5)))`);
    expect(print(secretOne, { form: 'private' })).toBe(secretOne);
  });

  it.each([WSH, `sh(${WSH})`, TR])('is found again in the script: %s', (text) => {
    const expansion = expandDescriptor(parse(text));
    const script = expansion.outputs[0]?.script as Uint8Array;
    const found = inferDescriptor(script, REGTEST, knownFrom([expansion]));
    const again = expandDescriptor(found).outputs[0]?.script as Uint8Array;
    expect(toHex(again)).toBe(toHex(script));
    const names = (printed: string) => printed.replace(/\[[^\]]*\]/g, '');
    expect(names(descriptorToString(found, REGTEST, { checksum: false }))).toBe(text);
  });

  it('takes alternatives in paths where those of BIP389 are read', () => {
    const text = `wsh(and_v(v:pk(${XPUB}/<0;1>/*),pk(${pub(1)})))`;
    const both = parseMultipathDescriptor(text, REGTEST).map((descriptor) =>
      descriptorToString(descriptor, REGTEST, { checksum: false }),
    );
    expect(both).toEqual([text.replace('<0;1>', '0'), text.replace('<0;1>', '1')]);
  });
});

describe('miniscript is refused in Core’s words:', () => {
  const [a, b] = [pub(1), pub(2)];
  it.each([
    ['wsh(older(1))', 'older(1) is not sane: witnesses without signature exist'],
    [`wsh(and_b(pk(${a}),pk(${b})))`, `and_b(pk(${a}),pk(${b})) is invalid`],
    [`wsh(v:pk(${a}))`, `v:pk(${a}) is not sane`],
    [`wsh(c:pk(${a}))`, `c:pk(${a}) is invalid`],
    [
      `wsh(and_v(v:pk(${a}),pk(${a})))`,
      `and_v(v:pk(${a}),pk(${a})) is not sane: contains duplicate public keys`,
    ],
    [
      `wsh(and_v(v:pk(${a}),and_v(v:after(100),after(500000000))))`,
      'and_v(v:after(100),after(500000000)) is not sane: contains mixes of timelocks expressed in blocks and seconds',
    ],
    [
      `wsh(or_i(older(1),pk(${a})))`,
      `or_i(older(1),pk(${a})) is not sane: witnesses without signature exist`,
    ],
    [
      `wsh(and_v(v:pk(${a}),or_i(older(1),older(2))))`,
      'or_i(older(1),older(2)) is not sane: malleable witnesses exist',
    ],
    [`wsh(and_v(v:pk(${a}),0))`, `and_v(v:pk(${a}),0) is not satisfiable`],
    ['wsh(0)', '0 is not satisfiable'],
    [`sh(and_v(v:pk(${a}),older(1)))`, 'Miniscript expressions can only be used in wsh or tr.'],
    [`and_v(v:pk(${a}),older(1))`, 'Miniscript expressions can only be used in wsh or tr.'],
    [`wsh(and_v(v:pk(zz),older(1)))`, "key 'zz' is not valid"],
    [`wsh(and_v(v:pk(${a}),older(0)))`, 'A function is needed within P2WSH'],
    [
      `tr(${a},and_v(v:pk(${b}),older(2147483648)))`,
      `'and_v(v:pk(${b}),older(2147483648))' is not a valid descriptor function`,
    ],
    [
      `tr(${a},and_v(v:multi(1,${b}),older(1)))`,
      `'and_v(v:multi(1,${b}),older(1))' is not a valid descriptor function`,
    ],
  ])('%s', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('any two keys with a hardened step, which Core cannot tell apart', () => {
    const text = `wsh(and_v(v:pk(${XPRV}/0h),pk(${XPRV}/1h)))`;
    expect(refusal(text)).toMatch(/ is not sane: contains duplicate public keys$/);
  });
});
