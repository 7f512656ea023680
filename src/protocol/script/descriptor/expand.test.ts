import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { concatBytes } from '../../bytes/concat.ts';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { hash160, sha256 } from '../../crypto/hash.ts';
import { derivePath, fingerprint, masterKeyFromSeed, neuter } from '../../keys/extended-key.ts';
import { encodeExtendedKey } from '../../keys/extended-key-text.ts';
import { publicKeyOf } from '../../keys/private-key.ts';
import { encodeWif } from '../../keys/wif.ts';
import { isCommittedTo, tapBranchHash, tapLeafHash } from '../taproot.ts';
import { multisig, p2pk, p2pkh, p2sh, p2tr, p2wpkh, p2wsh } from '../templates.ts';
import type { DescriptorChain } from './chain.ts';
import { DescriptorError } from './descriptor-error.ts';
import { expandDescriptor } from './expand.ts';
import { outputType } from './output-type.ts';
import { parseDescriptor } from './parse.ts';
import { withoutPrivateKeys, withPrivateKeys } from './private-keys.ts';

const REGTEST: DescriptorChain = {
  keyPrefixes: { wif: 0xef, extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 },
  addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' },
};
const HARDENED = 0x80000000;

const SECRET = new Uint8Array(32).fill(9);
const KEY = publicKeyOf(SECRET);
const FAT_KEY = publicKeyOf(SECRET, false);
const OTHER = publicKeyOf(new Uint8Array(32).fill(8));
const WIF = encodeWif({ privateKey: SECRET, compressed: true }, REGTEST.keyPrefixes.wif);
const MASTER = masterKeyFromSeed(new Uint8Array(32).fill(7));
const XPRV = encodeExtendedKey(MASTER, REGTEST.keyPrefixes);
const XPUB = encodeExtendedKey(neuter(MASTER), REGTEST.keyPrefixes);

const parse = (text: string) => parseDescriptor(text, REGTEST);
const expand = (text: string, index?: number) => expandDescriptor(parse(text), index);
const output = (text: string, index?: number) => {
  const [first] = expand(text, index).outputs;
  if (first === undefined) throw new Error('no output');
  return first;
};
const x = (publicKey: Uint8Array) => toHex(publicKey).slice(2);

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof DescriptorError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no error';
}

describe('expandDescriptor', () => {
  const hash = hash160(KEY);

  it.each([
    ['pk', `pk(${toHex(KEY)})`, p2pk(KEY)],
    ['pk uncompressed', `pk(${toHex(FAT_KEY)})`, p2pk(FAT_KEY)],
    ['pkh', `pkh(${toHex(KEY)})`, p2pkh(hash)],
    ['wpkh', `wpkh(${toHex(KEY)})`, p2wpkh(hash)],
    ['rawtr', `rawtr(${x(KEY)})`, p2tr(KEY.subarray(1))],
    ['raw', 'raw(6a)', fromHex('6a')],
    ['addr', 'addr(bcrt1pfeesnyr2tx)', fromHex('51024e73')],
    ['multi', `multi(1,${toHex(OTHER)},${toHex(KEY)})`, multisig(1, [OTHER, KEY])],
  ])('gives the script of %s', (_, text, script) => {
    expect(output(text)).toEqual({
      script,
      redeemScript: undefined,
      witnessScript: undefined,
      taproot: undefined,
    });
  });

  it('gives all scripts of combo, the witness ones for compressed keys alone', () => {
    const witness = p2wpkh(hash);
    const { outputs, keys } = expand(`combo(${toHex(KEY)})`);
    expect(outputs.map(({ script }) => script)).toEqual([
      p2pk(KEY),
      p2pkh(hash),
      witness,
      p2sh(hash160(witness)),
    ]);
    expect(outputs[3]?.redeemScript).toEqual(witness);
    expect(keys).toHaveLength(1);
    expect(expand(`combo(${toHex(FAT_KEY)})`).outputs).toHaveLength(2);
  });

  it('gives the scripts that are shown when spending', () => {
    const script = multisig(2, [KEY, OTHER]);
    const text = `multi(2,${toHex(KEY)},${toHex(OTHER)})`;
    expect(output(`sh(${text})`)).toMatchObject({
      script: p2sh(hash160(script)),
      redeemScript: script,
      witnessScript: undefined,
    });
    expect(output(`wsh(${text})`)).toMatchObject({
      script: p2wsh(sha256(script)),
      redeemScript: undefined,
      witnessScript: script,
    });
    expect(output(`sh(wsh(${text}))`)).toMatchObject({
      script: p2sh(hash160(p2wsh(sha256(script)))),
      redeemScript: p2wsh(sha256(script)),
      witnessScript: script,
    });
    expect(output(`sh(wpkh(${toHex(KEY)}))`)).toMatchObject({
      script: p2sh(hash160(p2wpkh(hash))),
      redeemScript: p2wpkh(hash),
      witnessScript: undefined,
    });
  });

  it('orders the keys of sortedmulti anew at every index', () => {
    const text = `sortedmulti(1,${XPUB}/0/*,${XPUB}/1/*)`;
    const orders = new Set<boolean>();
    for (let index = 0; index < 8; index++) {
      const { keys } = expand(text, index);
      const [a, b] = keys.map(({ publicKey }) => publicKey) as [Uint8Array, Uint8Array];
      const inOrder = toHex(a) < toHex(b);
      expect(output(text, index).script).toEqual(multisig(1, inOrder ? [a, b] : [b, a]));
      orders.add(inOrder);
    }
    expect(orders.size).toBe(2);
  });

  it('knows the keys, where they come from, and their private keys', () => {
    const account = derivePath(MASTER, [HARDENED + 84, 1]);
    const child = derivePath(account, [5]);
    const { keys } = expand(`wpkh(${XPRV}/84h/1/*)`, 5);
    expect(keys).toEqual([
      {
        publicKey: child.publicKey,
        privateKey: child.privateKey,
        origin: { fingerprint: fingerprint(MASTER), path: [HARDENED + 84, 1, 5] },
      },
    ]);
    const accountText = encodeExtendedKey(neuter(account), REGTEST.keyPrefixes);
    expect(expand(`wpkh([d34db33f/84h/1]${accountText}/*)`, 5).keys).toEqual([
      {
        publicKey: child.publicKey,
        privateKey: undefined,
        origin: { fingerprint: fromHex('d34db33f'), path: [HARDENED + 84, 1, 5] },
      },
    ]);
    expect(expand(`wpkh(${XPRV}/*h)`, 5).keys[0]?.origin.path).toEqual([HARDENED + 5]);
    expect(expand(`pk(${WIF})`).keys).toEqual([
      {
        publicKey: KEY,
        privateKey: SECRET,
        origin: { fingerprint: hash.slice(0, 4), path: [] },
      },
    ]);
  });

  it('is the same at every index without a wildcard', () => {
    expect(expand(`wpkh(${XPUB}/1)`, 7)).toEqual(expand(`wpkh(${XPUB}/1)`));
  });

  it('needs private keys for hardened steps', () => {
    for (const text of [`wpkh(${XPUB}/1h)`, `wpkh(${XPUB}/*h)`, `tr(${x(KEY)},pk(${XPUB}/1h/*))`]) {
      expect(codeOf(() => expand(text))).toBe(
        'needs-private-key: Cannot derive script without private keys',
      );
    }
  });

  it('takes private keys from elsewhere', () => {
    const watching = parse(`wpkh(${XPUB}/1h/*)`);
    const spending = withPrivateKeys(watching, (publicKey) =>
      toHex(publicKey) === toHex(MASTER.publicKey) ? MASTER.privateKey : undefined,
    );
    expect(expandDescriptor(spending, 3)).toEqual(expand(`wpkh(${XPRV}/1h/*)`, 3));
    expect(withoutPrivateKeys(spending)).toEqual(watching);
  });

  it('refuses an index that there is none of', () => {
    for (const index of [-1, 0.5, HARDENED, Number.NaN]) {
      expect(codeOf(() => expand(`wpkh(${XPUB}/*)`, index))).toMatch(/^bad-index: Index /);
    }
    expect(codeOf(() => expand(`wpkh(${XPUB}/*)`, HARDENED - 1))).toBe('no error');
  });

  it('refuses a path that leads below the last level of BIP32', () => {
    expect(codeOf(() => expand(`pk(${XPUB}${'/0'.repeat(255)})`))).toBe('no error');
    expect(codeOf(() => expand(`pk(${XPUB}${'/0'.repeat(256)})`))).toMatch(/^no-such-key: /);
  });
});

describe('expanding tr', () => {
  const leaf = (key: Uint8Array) => concatBytes(Uint8Array.of(32), key.subarray(1), fromHex('ac'));

  it('tweaks the internal key', () => {
    const { script, taproot } = output(`tr(${toHex(KEY)})`);
    expect(taproot?.merkleRoot).toBeUndefined();
    expect(taproot?.internalKey).toEqual(KEY.subarray(1));
    const tweaked = curve.addToXOnlyKey(KEY.subarray(1), taproot?.tweak as Uint8Array);
    expect(script).toEqual(p2tr(tweaked?.key as Uint8Array));
  });

  it('hashes the tree in its shape', () => {
    const keys = [1, 2, 3].map((n) => publicKeyOf(new Uint8Array(32).fill(n)));
    const [a, b, c] = keys as [Uint8Array, Uint8Array, Uint8Array];
    const { taproot } = output(`tr(${x(KEY)},{pk(${x(a)}),{pk(${x(b)}),pk(${x(c)})}})`);
    const [hashA, hashB, hashC] = keys.map((key) => tapLeafHash(leaf(key))) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(taproot?.merkleRoot).toEqual(tapBranchHash(hashA, tapBranchHash(hashB, hashC)));
    expect(taproot?.leaves.map(({ path }) => path.length)).toEqual([1, 2, 2]);
    expect(taproot?.leaves.map((spend) => spend.leaf.script)).toEqual(keys.map(leaf));
    expect(taproot?.leaves.map((spend) => spend.keys.map((key) => x(key.publicKey)))).toEqual(
      keys.map((key) => [x(key)]),
    );
  });

  it('gives control blocks that lead to the output key', () => {
    const spread = Array.from({ length: 9 }, (_, i) => `{pk(${XPUB}/${i}/*),`).join('');
    const text = `tr(${XPUB}/9/*,${spread}multi_a(1,${x(KEY)},${x(OTHER)})${'}'.repeat(9)})`;
    const { taproot } = output(text, 4);
    expect(taproot?.leaves).toHaveLength(10);
    for (const { controlBlock, leafHash } of taproot?.leaves ?? []) {
      expect(isCommittedTo(taproot?.outputKey as Uint8Array, controlBlock, leafHash)).toBe(true);
    }
  });

  it.each([
    ['pk', `pk(${x(KEY)})`, `20${x(KEY)}ac`],
    ['pk of a whole key', `pk(${toHex(KEY)})`, `20${x(KEY)}ac`],
    ['pkh', `pkh(${x(KEY)})`, `76a914${toHex(hash160(KEY.subarray(1)))}88ac`],
    ['multi_a', `multi_a(2,${x(OTHER)},${x(KEY)})`, `20${x(OTHER)}ac20${x(KEY)}ba529c`],
    [
      'sortedmulti_a',
      `sortedmulti_a(1,${x(OTHER)},${x(KEY)})`,
      [x(OTHER), x(KEY)].sort().reduce((text, key, i) => `${text}20${key}${i ? 'ba' : 'ac'}`, '') +
        '519c',
    ],
    [
      'multi_a with a threshold above 16',
      `multi_a(17,${Array(17).fill(x(KEY)).join(',')})`,
      `20${x(KEY)}ac${`20${x(KEY)}ba`.repeat(16)}01119c`,
    ],
    [
      'multi_a with a threshold above 127',
      `multi_a(128,${Array(128).fill(x(KEY)).join(',')})`,
      `20${x(KEY)}ac${`20${x(KEY)}ba`.repeat(127)}0280009c`,
    ],
  ])('writes the script of %s', (_, text, script) => {
    const { taproot } = output(`tr(${x(KEY)},${text})`);
    expect(taproot?.leaves.map((spend) => toHex(spend.leaf.script))).toEqual([script]);
  });
});

describe('outputType', () => {
  it.each([
    [`pk(${toHex(KEY)})`, undefined],
    [`combo(${toHex(KEY)})`, undefined],
    [`multi(1,${toHex(KEY)})`, undefined],
    [`pkh(${toHex(KEY)})`, 'legacy'],
    [`sh(pk(${toHex(KEY)}))`, 'legacy'],
    [`sh(pkh(${toHex(KEY)}))`, 'legacy'],
    [`sh(wpkh(${toHex(KEY)}))`, 'p2sh-segwit'],
    [`sh(wsh(pk(${toHex(KEY)})))`, 'p2sh-segwit'],
    [`wpkh(${toHex(KEY)})`, 'bech32'],
    [`wsh(pk(${toHex(KEY)}))`, 'bech32'],
    [`tr(${toHex(KEY)})`, 'bech32m'],
    [`rawtr(${toHex(KEY)})`, 'bech32m'],
    ['addr(mh5CE8Nbj38iND267s4XnvhSmhDW7yWc6Q)', 'legacy'],
    ['addr(bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh)', 'bech32'],
    ['raw(5102eeee)', 'bech32m'],
    ['raw(51024e73)', undefined],
    ['raw(6a)', undefined],
  ])('of %s', (text, type) => {
    expect(outputType(parse(text))).toBe(type);
  });
});
