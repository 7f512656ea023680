/**
 * The keys of descriptors (BIP380): written out, or as the root of a tree and the path through it;
 * private or public; and with their origin in front, where it is known.
 */
import { curve } from '#curve';
import { fromHex, isHex } from '../../bytes/hex.ts';
import { type ExtendedPublicKey, neuter } from '../../keys/extended-key.ts';
import { decodeExtendedKey } from '../../keys/extended-key-text.ts';
import { KeyError } from '../../keys/key-error.ts';
import { publicKeyOf } from '../../keys/private-key.ts';
import { decodeWif } from '../../keys/wif.ts';
import type { DescriptorChain } from './chain.ts';
import { DescriptorError, type DescriptorErrorCode } from './descriptor-error.ts';
import { type HardenedMark, type KeyPaths, type MultipathRule, readKeyPath } from './key-path.ts';

/** Where a key stands, which decides what forms it may have. */
type KeyPlace = 'top' | 'sh' | 'wpkh' | 'wsh' | 'tr';

/** The master key that a key descends from, and the way from there: `[d34db33f/84h/0h]`. */
export interface KeyOrigin {
  /** Four bytes. */
  readonly fingerprint: Uint8Array;
  readonly path: readonly number[];
}

interface KeyFields {
  readonly origin: KeyOrigin | undefined;
  /** How all hardened steps of this key are printed. */
  readonly mark: HardenedMark;
  /** Of the key itself, or of the root that its path starts from. */
  readonly privateKey: Uint8Array | undefined;
}

export interface ConstantKey extends KeyFields {
  readonly kind: 'constant';
  /** 33 or 65 bytes. Where the text had the x coordinate alone, y is taken to be even. */
  readonly publicKey: Uint8Array;
  /** Printed as its x coordinate. */
  readonly xOnly: boolean;
}

export interface DerivedKey extends KeyFields {
  readonly kind: 'derived';
  readonly root: ExtendedPublicKey;
  readonly path: readonly number[];
  /** Whether the path goes on with the index that a descriptor is expanded at: `/*` or `/*h`. */
  readonly wildcard: 'none' | 'unhardened' | 'hardened';
}

export type KeyExpression = ConstantKey | DerivedKey;

export interface KeyContext {
  readonly chain: DescriptorChain;
  readonly place: KeyPlace;
  readonly multipath: boolean;
  /** What Bitcoin Core puts before the message when a key is wrong: `pk(): `. */
  readonly label: string;
}

/**
 * The key that a text stands for; several where its path has alternatives.
 *
 * @example
 * readKeys("[d34db33f/84h]xpub…/0/*", { chain, place: 'wpkh', multipath: false, label: 'wpkh(): ' })
 */
export function readKeys(text: string, context: KeyContext): readonly KeyExpression[] {
  const [first = '', second, ...more] = text.split(']');
  if (more.length > 0) {
    throw keyError(context, 'bad-key-origin', "Multiple ']' characters found for a single pubkey");
  }
  if (second === undefined) return readBareKeys(first, undefined, context);
  const { origin, mark } = readOrigin(first, context);
  return readBareKeys(second, mark, context).map((key) => ({ ...key, origin }));
}

function readOrigin(
  text: string,
  context: KeyContext,
): { readonly origin: KeyOrigin; readonly mark: HardenedMark | undefined } {
  if (!text.startsWith('[')) {
    // The missing apostrophe is Core's.
    throw keyError(
      context,
      'bad-key-origin',
      `Key origin start '[ character expected but not found, got '${text[0] ?? ']'}' instead`,
    );
  }
  const [fingerprint = '', ...steps] = text.slice(1).split('/');
  if (fingerprint.length !== 8) {
    throw keyError(
      context,
      'bad-key-origin',
      `Fingerprint is not 4 bytes (${fingerprint.length} characters instead of 8 characters)`,
    );
  }
  if (!isHex(fingerprint)) {
    throw keyError(context, 'bad-key-origin', `Fingerprint '${fingerprint}' is not hex`);
  }
  const { paths, mark } = readPath(steps, context.multipath ? 'misplaced' : 'unknown', context);
  return { origin: { fingerprint: fromHex(fingerprint), path: paths[0] ?? [] }, mark };
}

/** A key without its origin. `mark` is the last one of the origin: it holds until another comes. */
function readBareKeys(
  text: string,
  mark: HardenedMark | undefined,
  context: KeyContext,
): readonly KeyExpression[] {
  const [head = '', ...steps] = text.split('/');
  if (head === '') throw keyError(context, 'bad-key', 'No key provided');
  if (steps.length === 0) {
    const constant = readConstantKey(head, context);
    if (constant !== undefined) return [{ ...constant, origin: undefined, mark: mark ?? 'h' }];
  }
  const extended = attempt(() => decodeExtendedKey(head, context.chain.keyPrefixes));
  if (extended === undefined) throw keyError(context, 'bad-key', `key '${head}' is not valid`);
  const { wildcard, mark: wildcardMark } = readWildcard(steps.at(-1));
  if (wildcard !== 'none') steps.pop();
  const path = readPath(steps, context.multipath ? 'allowed' : 'unknown', context);
  const root = neuter(extended);
  return path.paths.map((way) => ({
    kind: 'derived',
    root,
    path: way,
    wildcard,
    privateKey: extended.kind === 'private' ? extended.privateKey : undefined,
    origin: undefined,
    // The path has the last word, although the wildcard stands behind it.
    mark: path.mark ?? wildcardMark ?? mark ?? 'h',
  }));
}

function readWildcard(
  step: string | undefined,
): Pick<DerivedKey, 'wildcard'> & { readonly mark: HardenedMark | undefined } {
  if (step === '*') return { wildcard: 'unhardened', mark: undefined };
  if (step === "*'") return { wildcard: 'hardened', mark: "'" };
  if (step === '*h') return { wildcard: 'hardened', mark: 'h' };
  return { wildcard: 'none', mark: undefined };
}

type ConstantBody = Pick<ConstantKey, 'kind' | 'publicKey' | 'xOnly' | 'privateKey'>;

/** A key in hex or WIF; undefined where the text is neither. */
function readConstantKey(text: string, context: KeyContext): ConstantBody | undefined {
  if (isHex(text)) {
    return { kind: 'constant', ...readPublicKey(text, context), privateKey: undefined };
  }
  const wif = attempt(() => decodeWif(text, context.chain.keyPrefixes.wif));
  if (wif === undefined) return undefined;
  if (!wif.compressed) checkUncompressed(context);
  return {
    kind: 'constant',
    publicKey: publicKeyOf(wif.privateKey, wif.compressed),
    xOnly: context.place === 'tr',
    privateKey: wif.privateKey,
  };
}

function readPublicKey(
  text: string,
  context: KeyContext,
): Pick<ConstantKey, 'publicKey' | 'xOnly'> {
  const bytes = text.length <= 2 * 65 ? fromHex(text) : new Uint8Array();
  if (bytes.length === 65 && (bytes[0] === 6 || bytes[0] === 7)) {
    throw keyError(context, 'bad-key', 'Hybrid public keys are not allowed');
  }
  if (curve.isPublicKey(bytes)) {
    if (bytes.length === 65) checkUncompressed(context);
    return { publicKey: bytes, xOnly: false };
  }
  if (context.place === 'tr' && bytes.length === 32) {
    const publicKey = Uint8Array.of(2, ...bytes);
    if (curve.isPublicKey(publicKey)) return { publicKey, xOnly: true };
  }
  throw keyError(context, 'bad-key', `Pubkey '${text}' is invalid`);
}

/** Witnesses take compressed keys alone. Consensus lets others in before Taproot, policy does not. */
function checkUncompressed(context: KeyContext): void {
  if (context.place !== 'top' && context.place !== 'sh') {
    throw keyError(context, 'bad-key', 'Uncompressed keys are not allowed');
  }
}

function readPath(steps: readonly string[], rule: MultipathRule, context: KeyContext): KeyPaths {
  try {
    return readKeyPath(steps, rule);
  } catch (error) {
    if (error instanceof DescriptorError) throw keyError(context, error.code, error.message);
    throw error;
  }
}

/** What a reader of keys makes of a text, if it is one for it. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof KeyError) return undefined;
    throw error;
  }
}

function keyError(
  context: KeyContext,
  code: DescriptorErrorCode,
  message: string,
): DescriptorError {
  return new DescriptorError(code, `${context.label}${message}`);
}
