import { fromHex, toHex } from '../../src/protocol/bytes/hex.ts';
import {
  deriveChild,
  derivePath,
  type ExtendedKey,
  type ExtendedPrivateKey,
  masterKeyFromSeed,
  neuter,
} from '../../src/protocol/keys/extended-key.ts';
import { decodeExtendedKey, encodeExtendedKey } from '../../src/protocol/keys/extended-key-text.ts';
import { type CaseOutcome, outcomeOf, type VectorCheck } from './vector-check.ts';

const PREFIXES = { extendedPublic: 0x0488b21e, extendedPrivate: 0x0488ade4 };

interface KeyPair {
  readonly pub: string;
  readonly prv: string;
}

/** A test vector of BIP32: a seed, and the two keys at each path. */
type Vector = { readonly seed: string } & Readonly<Record<string, KeyPair | string>>;

interface HdFile extends Readonly<Record<string, Vector | string>> {
  readonly vector1: Vector;
  readonly vector2: Vector;
  readonly seed: string;
}

/**
 * BIP32's first two test vectors; a tree that grows from a seed; a key with zeros in front. (The
 * file has a phrase too, which belongs to none of them.)
 */
export const bip32Check: VectorCheck = {
  file: 'keys/hd.json',
  total: 38,
  run(vectors) {
    const file = vectors.json<HdFile>('keys/hd.json');
    return [
      ...vectorOutcomes('vector1', file.vector1),
      ...vectorOutcomes('vector2', file.vector2),
      ...treeOutcomes(file),
      outcomeOf('zero_priv', () => checkLeadingZeros(String(file['zero_priv']))),
    ];
  },
};

function vectorOutcomes(name: string, vector: Vector): readonly CaseOutcome[] {
  const master = masterKeyFromSeed(fromHex(vector.seed));
  const outcomes: CaseOutcome[] = [];
  for (const [path, pair] of Object.entries(vector)) {
    if (typeof pair === 'string') continue;
    const key = derivePath(master, path);
    outcomes.push(textOutcome(`${name} ${path} private`, key, pair.prv));
    outcomes.push(textOutcome(`${name} ${path} public`, publicPath(master, path), pair.pub));
  }
  return outcomes;
}

/** The public key at a path, by public derivation as far as the path's end allows. */
function publicPath(master: ExtendedPrivateKey, path: string): ExtendedKey {
  const steps = path.split('/').slice(1);
  const hardened = steps.findLastIndex((step) => step.endsWith("'")) + 1;
  const account = neuter(derivePath(master, ['m', ...steps.slice(0, hardened)].join('/')));
  return derivePath(account, steps.slice(hardened).map(Number));
}

function treeOutcomes(file: HdFile): readonly CaseOutcome[] {
  const master = masterKeyFromSeed(fromHex(file.seed));
  const child4 = deriveChild(master, 2);
  const keys: Readonly<Record<string, ExtendedKey>> = {
    master_priv: master,
    master_pub: neuter(master),
    child1_priv: deriveChild(master, 0),
    child1_pub: deriveChild(neuter(master), 0),
    child2_pub: deriveChild(neuter(master), 1),
    child3_priv: deriveChild(master, 1),
    child3_pub: neuter(deriveChild(master, 1)),
    child4_priv: child4,
    child4_pub: deriveChild(neuter(master), 2),
    child5_priv: deriveChild(child4, 0),
    child5_pub: deriveChild(neuter(child4), 0),
    child6_priv: deriveChild(child4, 1),
    child6_pub: deriveChild(neuter(child4), 1),
  };
  return Object.entries(keys).map(([name, key]) => textOutcome(name, key, String(file[name])));
}

function textOutcome(name: string, key: ExtendedKey, expected: string): CaseOutcome {
  return outcomeOf(name, () => {
    const text = encodeExtendedKey(key, PREFIXES);
    if (text !== expected) throw new Error(`got ${text}`);
    const again = encodeExtendedKey(decodeExtendedKey(text, PREFIXES), PREFIXES);
    if (again !== expected) throw new Error(`read and written again: ${again}`);
  });
}

/** Implementations have dropped leading zeros of a parent's key from what they hash. */
function checkLeadingZeros(text: string): void {
  const key = decodeExtendedKey(text, PREFIXES);
  if (encodeExtendedKey(key, PREFIXES) !== text) throw new Error('written as another text');
  if (key.kind !== 'private') throw new Error('read as a public key');
  if (!toHex(key.privateKey).startsWith('000000')) throw new Error('no zeros in front');
  const child = toHex(derivePath(key, "m/44'/0'/0'/0/0'").privateKey);
  const expected = '3348069561d2a0fb925e74bf198762acc47dce7db27372257d2d959a9e6f8aeb';
  if (child !== expected) throw new Error(`the child is ${child}`);
}
