/** What holds for every descriptor, and for every text that is none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../bytes/hex.ts';
import { masterKeyFromSeed, neuter } from '../../keys/extended-key.ts';
import { encodeExtendedKey } from '../../keys/extended-key-text.ts';
import { publicKeyOf } from '../../keys/private-key.ts';
import { encodeWif } from '../../keys/wif.ts';
import type { DescriptorChain } from './chain.ts';
import { addChecksum } from './checksum.ts';
import { type Descriptor, hasAllPrivateKeys, isSolvable, keysOf, mapKeys } from './descriptor.ts';
import { DescriptorError } from './descriptor-error.ts';
import { expandDescriptor } from './expand.ts';
import { inferDescriptor } from './infer.ts';
import { knownFrom } from './known-solutions.ts';
import { parseDescriptor, parseMultipathDescriptor } from './parse.ts';
import { descriptorToString } from './print.ts';

const CHAIN: DescriptorChain = {
  keyPrefixes: { wif: 0xef, extendedPublic: 0x043587cf, extendedPrivate: 0x04358394 },
  addressPrefixes: { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' },
};

const secrets = [1, 2, 3, 6, 7].map((n) => new Uint8Array(32).fill(n));
const masters = [1, 2].map((n) => masterKeyFromSeed(new Uint8Array(32).fill(n)));

const compressed = fc.constantFrom(...secrets.map((key) => toHex(publicKeyOf(key))));
const uncompressed = fc.constantFrom(...secrets.map((key) => toHex(publicKeyOf(key, false))));
const xOnly = compressed.map((key) => key.slice(2));
const wif = fc.constantFrom(
  ...secrets.map((privateKey) =>
    encodeWif({ privateKey, compressed: true }, CHAIN.keyPrefixes.wif),
  ),
);
const extended = fc.constantFrom(
  ...masters.flatMap((key) => [
    encodeExtendedKey(key, CHAIN.keyPrefixes),
    encodeExtendedKey(neuter(key), CHAIN.keyPrefixes),
  ]),
);

/** All of a key's hardened steps have the same mark when it is printed. */
const mark = fc.constantFrom("'", 'h');
const path = (hardened: string) =>
  fc
    .array(fc.tuple(fc.nat({ max: 0x7fffffff }), fc.constantFrom('', hardened)), { maxLength: 3 })
    .map((steps) => steps.map(([step, suffix]) => `/${step}${suffix}`).join(''));
const originOf = (hardened: string) =>
  fc
    .tuple(fc.uint8Array({ minLength: 4, maxLength: 4 }), path(hardened))
    .map(([fingerprint, steps]) => `[${toHex(fingerprint)}${steps}]`);

function keyText(constants: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return mark.chain((hardened) => {
    const origin = fc.oneof(fc.constant(''), originOf(hardened));
    const tail = fc.constantFrom('', '/*', `/*${hardened}`);
    const derived = fc.tuple(extended, path(hardened), tail).map((parts) => parts.join(''));
    return fc.tuple(origin, fc.oneof(constants, derived)).map((parts) => parts.join(''));
  });
}

const legacyKey = keyText(fc.oneof(compressed, uncompressed, wif));
const witnessKey = keyText(fc.oneof(compressed, wif));
const taprootKey = keyText(fc.oneof(compressed, xOnly, wif));

function multi(
  names: readonly string[],
  key: fc.Arbitrary<string>,
  maxLength: number,
): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...names),
      fc.array(key, { minLength: 1, maxLength }),
      fc.nat({ max: maxLength }),
    )
    .map(([name, keys, n]) => `${name}(${(n % keys.length) + 1},${keys.join(',')})`);
}

const call = (name: string, argument: fc.Arbitrary<string>) =>
  argument.map((text) => `${name}(${text})`);

const inWsh = fc.oneof(
  call('pk', witnessKey),
  call('pkh', witnessKey),
  multi(['multi', 'sortedmulti'], witnessKey, 4),
);
const inSh = fc.oneof(
  call('pk', legacyKey),
  call('pkh', legacyKey),
  call('wpkh', witnessKey),
  call('wsh', inWsh),
  multi(['multi', 'sortedmulti'], legacyKey, 4),
);
const { tree } = fc.letrec<{ tree: string; leaf: string; branch: string }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('branch')),
  leaf: fc.oneof(
    call('pk', taprootKey),
    call('pkh', taprootKey),
    multi(['multi_a', 'sortedmulti_a'], taprootKey, 3),
  ),
  branch: fc.tuple(tie('tree'), tie('tree')).map(([left, right]) => `{${left},${right}}`),
}));
const descriptorText = fc.oneof(
  call('pk', legacyKey),
  call('pkh', legacyKey),
  call('wpkh', witnessKey),
  call('combo', legacyKey),
  call('sh', inSh),
  call('wsh', inWsh),
  multi(['multi', 'sortedmulti'], legacyKey, 3),
  call('tr', taprootKey),
  call(
    'tr',
    fc.tuple(taprootKey, tree).map((parts) => parts.join(',')),
  ),
  call('rawtr', taprootKey),
  call('raw', fc.uint8Array({ minLength: 1, maxLength: 40 }).map(toHex)),
);

/** Only with hardened steps can a public key keep a descriptor from being expanded. */
function expandable(text: string, index: number) {
  try {
    return expandDescriptor(parseDescriptor(text, CHAIN), index);
  } catch (error) {
    if (error instanceof DescriptorError && error.code === 'needs-private-key') return undefined;
    throw error;
  }
}

/**
 * In Taproot a WIF key reads as an x coordinate, also where it was printed for a whole key whose
 * private key stood elsewhere in the text. They mean the same.
 */
function byXCoordinate(descriptor: Descriptor): Descriptor {
  if (descriptor.kind !== 'tr' && descriptor.kind !== 'rawtr') return descriptor;
  return mapKeys(descriptor, (key) =>
    key.kind === 'derived'
      ? key
      : { ...key, xOnly: true, publicKey: Uint8Array.of(2, ...key.publicKey.subarray(1)) },
  );
}

describe('every descriptor', () => {
  it('reads again as what it was printed from', () => {
    fc.assert(
      fc.property(descriptorText, (text) => {
        const descriptor = parseDescriptor(text, CHAIN);
        const shared = descriptorToString(descriptor, CHAIN, { form: 'private' });
        const again = parseDescriptor(shared, CHAIN, { requireChecksum: true });
        expect(byXCoordinate(again)).toEqual(byXCoordinate(descriptor));
        expect(descriptorToString(again, CHAIN, { form: 'private' })).toBe(shared);
        const open = descriptorToString(descriptor, CHAIN);
        const openAgain = parseDescriptor(open, CHAIN, { requireChecksum: true });
        expect(descriptorToString(openAgain, CHAIN)).toBe(open);
      }),
      { numRuns: 300 },
    );
  });

  it('has the same scripts when it is printed without private keys and normalized', () => {
    fc.assert(
      fc.property(descriptorText, fc.nat({ max: 0x7fffffff }), (text, index) => {
        const expansion = expandable(text, index);
        const descriptor = parseDescriptor(text, CHAIN);
        if (expansion === undefined || text.includes("*'") || text.includes('*h')) return;
        const normalized = descriptorToString(descriptor, CHAIN, { form: 'normalized' });
        const { outputs, keys } = expandDescriptor(parseDescriptor(normalized, CHAIN), index);
        expect(outputs.map(({ script }) => script)).toEqual(
          expansion.outputs.map(({ script }) => script),
        );
        expect(keys.map(({ origin }) => origin.path)).toEqual(
          expansion.keys.map(({ origin }) => origin.path),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('is inferred from its scripts and what it told', () => {
    fc.assert(
      fc.property(descriptorText, (text) => {
        const expansion = expandable(text, 3);
        if (expansion === undefined) return;
        const known = knownFrom([expansion]);
        for (const { script } of expansion.outputs) {
          const inferred = inferDescriptor(script, CHAIN, known);
          expect(isSolvable(inferred)).toBe(isSolvable(parseDescriptor(text, CHAIN)));
          const [again] = expandDescriptor(inferred).outputs;
          expect(again?.script).toEqual(script);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('gives each of its keys its private key, where it has all', () => {
    fc.assert(
      fc.property(descriptorText, (text) => {
        const descriptor = parseDescriptor(text, CHAIN);
        if (!hasAllPrivateKeys(descriptor)) return;
        const { keys } = expandDescriptor(descriptor, 1);
        expect(keys).toHaveLength(keysOf(descriptor).length);
        for (const { publicKey, privateKey } of keys) {
          const found = publicKeyOf(privateKey as Uint8Array, publicKey.length === 33);
          // A key that was given by its x coordinate may have either y.
          expect(toHex(found).slice(2)).toBe(toHex(publicKey).slice(2));
        }
      }),
      { numRuns: 150 },
    );
  });
});

/** Reads a text in every way; whatever is read can be printed. Only typed errors come out. */
function readAndPrint(text: string): void {
  try {
    for (const descriptor of parseMultipathDescriptor(text, CHAIN)) {
      descriptorToString(descriptor, CHAIN, { form: 'private' });
      descriptorToString(descriptor, CHAIN, { form: 'normalized' });
      expandDescriptor(descriptor, 0);
    }
    parseDescriptor(text, CHAIN, { requireChecksum: true });
  } catch (error) {
    if (error instanceof DescriptorError && error.message !== '') return;
    throw error;
  }
}

const PIECES = [
  ...'()[]{},/*\'h#<>;0129afx "\\~Ü\n',
  ...['pk(', 'pkh(', 'wpkh(', 'sh(', 'wsh(', 'combo(', 'multi(', 'sortedmulti(', 'tr(', 'rawtr('],
  ...[
    'multi_a(',
    'sortedmulti_a(',
    'addr(',
    'raw(',
    'v:pk(',
    'older(',
    '<0;1>',
    '/*h',
    '2147483647',
  ],
  ...['[d34db33f', '__proto__(', 'constructor(', 'miMQDVXLdwzUejKKZGpq1KBw3Q5y46mNE2'],
];

describe('any text', () => {
  it('is a descriptor or a DescriptorError: random characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 80 }), readAndPrint));
  });

  it('is a descriptor or a DescriptorError: pieces of descriptors', () => {
    const piece = fc.oneof(fc.constantFrom(...PIECES), compressed, xOnly, extended, wif);
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(fc.property(text, readAndPrint), { numRuns: 2000 });
  });

  it('is a descriptor or a DescriptorError: descriptors with mistakes', () => {
    const mistake = fc.tuple(
      fc.nat({ max: 10_000 }),
      fc.nat({ max: 3 }),
      fc.oneof(fc.constant(''), fc.constantFrom(...PIECES), compressed, extended),
    );
    const text = fc
      .tuple(descriptorText, fc.array(mistake, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([valid, mistakes, checksum]) => {
        const wrong = mistakes.reduce((before, [at, length, insert]) => {
          const place = at % (before.length + 1);
          return before.slice(0, place) + insert + before.slice(place + length);
        }, valid);
        return checksum && /^[ -~]*$/.test(wrong) ? addChecksum(wrong) : wrong;
      });
    fc.assert(fc.property(text, readAndPrint), { numRuns: 2000 });
  });
});
