/**
 * Addresses: output scripts as text. Base58Check for the old forms; Bech32 (BIP173) for version 0 of
 * SegWit and Bech32m (BIP350) from version 1 on. The messages are those of Bitcoin Core, which
 * `validateaddress` answers with.
 */
import { bech32, bech32m } from '@scure/base';
import { CodedError } from '../bytes/coded-error.ts';
import { concatBytes } from '../bytes/concat.ts';
import { base58CheckPayload, decodeBase58, encodeBase58Check } from '../keys/base58check.ts';
import { KeyError } from '../keys/key-error.ts';
import { diagnoseBech32 } from './bech32-errors.ts';
import { p2pkh, p2sh, solveScript, witnessOutput, witnessProgramOf } from './templates.ts';

/** The prefixes by which the addresses of one chain are told from those of another. */
export interface AddressPrefixes {
  /** The byte in front of a public key hash, in Base58Check. */
  readonly pubKeyHash: number;
  /** The byte in front of a script hash, in Base58Check. */
  readonly scriptHash: number;
  /** The human-readable part of SegWit addresses (bech32 and bech32m). */
  readonly bech32: string;
}

export type AddressErrorCode =
  /** Neither Base58 nor anything that begins like a SegWit address of this chain. */
  | 'not-an-address'
  | 'bad-base58-checksum'
  | 'bad-base58-length'
  /** An address of another chain, or text of another kind, such as a private key. */
  | 'wrong-base58-prefix'
  /** `locations` say which characters, if the checksum can tell. */
  | 'bad-bech32'
  | 'wrong-bech32-prefix'
  /** Bech32 where Bech32m belongs, or the other way round. */
  | 'wrong-bech32-checksum'
  | 'empty-bech32'
  | 'bad-bech32-padding'
  | 'bad-witness-version'
  | 'bad-witness-program';

/** Text that is no address of the chain. */
export class AddressError extends CodedError {
  override readonly name = 'AddressError';
  readonly code: AddressErrorCode;
  /** Which characters are wrong, counted from 0; empty where that cannot be known. */
  readonly locations: readonly number[];

  constructor(code: AddressErrorCode, message: string, locations: readonly number[] = []) {
    super(message);
    this.code = code;
    this.locations = locations;
  }
}

/** A version byte and a hash. */
const BASE58_PAYLOAD_LENGTH = 21;
/** How long Core lets a text be before it says that it is no Base58 at all. */
const LONGEST_BASE58 = 100;

/**
 * The output script that an address stands for.
 *
 * @example
 * scriptFromAddress('bc1pfeessrawgf', { pubKeyHash: 0, scriptHash: 5, bech32: 'bc' })
 * // 51024e73
 */
export function scriptFromAddress(text: string, prefixes: AddressPrefixes): Uint8Array {
  const start = text.slice(0, prefixes.bech32.length).toLowerCase();
  return start === prefixes.bech32
    ? scriptFromBech32(text, prefixes.bech32)
    : scriptFromBase58(text, prefixes);
}

/**
 * The address of an output script; undefined for the many scripts that have none, pay-to-public-key
 * among them.
 *
 * @example
 * addressFromScript(p2tr(outputKey), mainnet.addressPrefixes) // 'bc1p…'
 */
export function addressFromScript(
  script: Uint8Array,
  prefixes: AddressPrefixes,
): string | undefined {
  const template = solveScript(script);
  switch (template.kind) {
    case 'pubkeyhash':
      return base58Address(prefixes.pubKeyHash, template.hash);
    case 'scripthash':
      return base58Address(prefixes.scriptHash, template.hash);
    case 'witness_v0_keyhash':
    case 'witness_v0_scripthash':
    case 'witness_v1_taproot':
    case 'anchor':
    case 'witness_unknown':
      return bech32Address(script, prefixes.bech32);
    default:
      return undefined;
  }
}

/**
 * Which of several chains an address belongs to: for a better message than that it is wrong. Test
 * networks share their prefixes, so it may be more than one.
 *
 * @example
 * chainsOfAddress('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', [mainnet, regtest]) // ['main']
 */
export function chainsOfAddress(
  text: string,
  chains: readonly { readonly name: string; readonly addressPrefixes: AddressPrefixes }[],
): readonly string[] {
  return chains
    .filter(({ addressPrefixes }) => isAddress(text, addressPrefixes))
    .map(({ name }) => name);
}

/**
 * Whether a text is an address of the chain.
 *
 * @example
 * isAddress('bc1pfeessrawgf', mainnet.addressPrefixes) // true
 */
export function isAddress(text: string, prefixes: AddressPrefixes): boolean {
  try {
    scriptFromAddress(text, prefixes);
    return true;
  } catch (error) {
    if (error instanceof AddressError) return false;
    throw error;
  }
}

function scriptFromBase58(text: string, prefixes: AddressPrefixes): Uint8Array {
  const payload = base58CheckPayload(decodeAnyBase58(text));
  if (payload === undefined || payload.length > BASE58_PAYLOAD_LENGTH) {
    throw new AddressError(
      'bad-base58-checksum',
      'Invalid checksum or length of Base58 address (P2PKH or P2SH)',
    );
  }
  const build =
    payload[0] === prefixes.pubKeyHash
      ? p2pkh
      : payload[0] === prefixes.scriptHash
        ? p2sh
        : undefined;
  if (build === undefined) {
    throw new AddressError('wrong-base58-prefix', 'Invalid or unsupported Base58-encoded address.');
  }
  if (payload.length !== BASE58_PAYLOAD_LENGTH) {
    throw new AddressError(
      'bad-base58-length',
      'Invalid length for Base58 address (P2PKH or P2SH)',
    );
  }
  return build(payload.subarray(1));
}

function decodeAnyBase58(text: string): Uint8Array {
  try {
    return decodeBase58(text, LONGEST_BASE58);
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new AddressError(
      'not-an-address',
      'Invalid or unsupported Segwit (Bech32) or Base58 encoding.',
    );
  }
}

function scriptFromBech32(text: string, expectedPrefix: string): Uint8Array {
  const plain = bech32.decodeUnsafe(text);
  const decoded = plain ?? bech32m.decodeUnsafe(text);
  if (!decoded) {
    const { message, locations } = diagnoseBech32(text) ?? {
      message: 'Invalid checksum',
      locations: [],
    };
    throw new AddressError('bad-bech32', message, locations);
  }
  const [version, ...words] = decoded.words;
  if (version === undefined) throw new AddressError('empty-bech32', 'Empty Bech32 data section');
  if (decoded.prefix !== expectedPrefix) {
    throw new AddressError(
      'wrong-bech32-prefix',
      `Invalid or unsupported prefix for Segwit (Bech32) address (expected ${expectedPrefix}, got ${decoded.prefix}).`,
    );
  }
  checkVariant(version, plain ? 'Bech32' : 'Bech32m');
  const program = bech32.fromWordsUnsafe(words);
  if (!program) {
    throw new AddressError('bad-bech32-padding', 'Invalid padding in Bech32 data section');
  }
  checkProgram(version, program);
  return witnessOutput(version, program);
}

/**
 * A text in Bech32 that ends in p stays valid when q's are put before the p: BIP350 gave all
 * versions but the first, whose lengths are fixed, another checksum.
 */
function checkVariant(version: number, variant: 'Bech32' | 'Bech32m'): void {
  if (version === 0 && variant !== 'Bech32') {
    throw new AddressError(
      'wrong-bech32-checksum',
      'Version 0 witness address must use Bech32 checksum',
    );
  }
  if (version !== 0 && variant !== 'Bech32m') {
    throw new AddressError(
      'wrong-bech32-checksum',
      'Version 1+ witness address must use Bech32m checksum',
    );
  }
}

function checkProgram(version: number, program: Uint8Array): void {
  const { length } = program;
  const size = `${length} ${length === 1 ? 'byte' : 'bytes'}`;
  if (version === 0) {
    if (length === 20 || length === 32) return;
    throw new AddressError(
      'bad-witness-program',
      `Invalid Bech32 v0 address program size (${size}), per BIP141`,
    );
  }
  if (version > 16) {
    throw new AddressError('bad-witness-version', 'Invalid Bech32 address witness version');
  }
  if (length < 2 || length > 40) {
    throw new AddressError('bad-witness-program', `Invalid Bech32 address program size (${size})`);
  }
}

function base58Address(prefix: number, hash: Uint8Array): string {
  return encodeBase58Check(concatBytes(Uint8Array.of(prefix), hash));
}

function bech32Address(script: Uint8Array, prefix: string): string | undefined {
  const witness = witnessProgramOf(script);
  if (witness === undefined) return undefined;
  const words = [witness.version, ...bech32.toWords(witness.program)];
  return (witness.version === 0 ? bech32 : bech32m).encode(prefix, words, false);
}
