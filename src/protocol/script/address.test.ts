import { bech32, bech32m } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { encodeBase58, encodeBase58Check } from '../keys/base58check.ts';
import {
  AddressError,
  type AddressErrorCode,
  addressFromScript,
  chainsOfAddress,
  isAddress,
  scriptFromAddress,
} from './address.ts';
import { multisig, nullData, p2pk, p2pkh, p2sh, witnessOutput } from './templates.ts';

const MAIN = { pubKeyHash: 0, scriptHash: 5, bech32: 'bc' };
const REGTEST = { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' };
const TEST = { pubKeyHash: 111, scriptHash: 196, bech32: 'tb' };

const hashes = fc.uint8Array({ minLength: 20, maxLength: 20 });

describe('an address', () => {
  it('leads to its script and back', () => {
    const versions = fc.integer({ min: 1, max: 16 });
    const programs = fc.uint8Array({ minLength: 2, maxLength: 40 });
    const scripts = fc.oneof(
      hashes.map(p2pkh),
      hashes.map(p2sh),
      hashes.map((hash) => witnessOutput(0, hash)),
      fc.uint8Array({ minLength: 32, maxLength: 32 }).map((hash) => witnessOutput(0, hash)),
      fc.tuple(versions, programs).map(([version, program]) => witnessOutput(version, program)),
    );
    fc.assert(
      fc.property(scripts, fc.constantFrom(MAIN, REGTEST, TEST), (script, prefixes) => {
        const address = addressFromScript(script, prefixes);
        expect(scriptFromAddress(String(address), prefixes)).toEqual(script);
      }),
    );
  });

  it('is written as everybody knows it', () => {
    const genesis = fromHex('62e907b15cbf27d5425399ebf6f0fb50ebb88f18');
    expect(addressFromScript(p2pkh(genesis), MAIN)).toBe('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa');
    expect(addressFromScript(fromHex('51024e73'), MAIN)).toBe('bc1pfeessrawgf');
    expect(addressFromScript(fromHex('51024e73'), REGTEST)).toBe('bcrt1pfeesnyr2tx');
  });

  it('in SegWit may be in capitals, and is written small', () => {
    const script = fromHex('51024e73');
    expect(scriptFromAddress('BC1PFEESSRAWGF', MAIN)).toEqual(script);
  });

  it('is not what every script has', () => {
    const key = concatBytes(Uint8Array.of(2), new Uint8Array(32));
    const without = [p2pk(key), multisig(1, [key]), nullData(key), new Uint8Array(0)];
    for (const script of without) expect(addressFromScript(script, MAIN)).toBeUndefined();
    expect(addressFromScript(concatBytes(fromHex('0015'), new Uint8Array(21)), MAIN)).toBe(
      undefined,
    );
  });

  it('has a place on one chain, or on several that share their prefixes', () => {
    const chains = [
      { name: 'main', addressPrefixes: MAIN },
      { name: 'test', addressPrefixes: TEST },
      { name: 'regtest', addressPrefixes: REGTEST },
    ];
    expect(chainsOfAddress('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', chains)).toEqual(['main']);
    expect(chainsOfAddress('bcrt1pfeesnyr2tx', chains)).toEqual(['regtest']);
    const legacy = String(addressFromScript(p2pkh(new Uint8Array(20)), TEST));
    expect(chainsOfAddress(legacy, chains)).toEqual(['test', 'regtest']);
    expect(chainsOfAddress('hello', chains)).toEqual([]);
    expect(isAddress(legacy, TEST)).toBe(true);
    expect(isAddress(legacy, MAIN)).toBe(false);
  });

  it('is refused with a typed error, whatever the text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 120 }),
      fc.string({ maxLength: 110 }).map((text) => `bc1${text}`),
      fc.uint8Array({ maxLength: 30 }).map(encodeBase58Check),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const script = scriptFromAddress(text, MAIN);
          expect(addressFromScript(script, MAIN)).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AddressError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what is no address', () => {
  const UNSUPPORTED = 'Invalid or unsupported Segwit (Bech32) or Base58 encoding.';
  const BAD_CHECKSUM = 'Invalid checksum or length of Base58 address (P2PKH or P2SH)';
  const hash = new Uint8Array(20).fill(1);
  const base58 = (prefix: number, body: Uint8Array) =>
    encodeBase58Check(concatBytes(Uint8Array.of(prefix), body));
  const segwit = (codec: typeof bech32, version: number, program: Uint8Array, prefix = 'bc') =>
    codec.encode(prefix, [version, ...bech32.toWords(program)], false);

  it.each<[name: string, text: string, code: AddressErrorCode, message: string]>([
    ['nothing', '', 'bad-base58-checksum', BAD_CHECKSUM],
    ['a word', 'x', 'bad-base58-checksum', BAD_CHECKSUM],
    ['no Base58', 'hello', 'not-an-address', UNSUPPORTED],
    [
      'text that no address is as long as',
      encodeBase58(new Uint8Array(101)),
      'not-an-address',
      UNSUPPORTED,
    ],
    ['long Base58', encodeBase58(new Uint8Array(100)), 'bad-base58-checksum', BAD_CHECKSUM],
    [
      'a SegWit address of another chain',
      segwit(bech32, 0, hash, 'tb'),
      'not-an-address',
      UNSUPPORTED,
    ],
    [
      'one whose prefix begins alike',
      segwit(bech32, 0, hash, 'bcrt'),
      'wrong-bech32-prefix',
      'Invalid or unsupported prefix for Segwit (Bech32) address (expected bc, got bcrt).',
    ],
    [
      'of another chain',
      base58(111, hash),
      'wrong-base58-prefix',
      'Invalid or unsupported Base58-encoded address.',
    ],
    [
      'a short hash',
      base58(0, hash.slice(1)),
      'bad-base58-length',
      'Invalid length for Base58 address (P2PKH or P2SH)',
    ],
    [
      'a short script hash',
      base58(5, hash.slice(1)),
      'bad-base58-length',
      'Invalid length for Base58 address (P2PKH or P2SH)',
    ],
    ['a long hash', base58(0, new Uint8Array(21)), 'bad-base58-checksum', BAD_CHECKSUM],
    [
      'an empty payload',
      encodeBase58Check(new Uint8Array(0)),
      'wrong-base58-prefix',
      'Invalid or unsupported Base58-encoded address.',
    ],
    ['a private key', base58(128, new Uint8Array(32).fill(1)), 'bad-base58-checksum', BAD_CHECKSUM],
    ['a prefix alone', bech32.encode('bc', []), 'empty-bech32', 'Empty Bech32 data section'],
    [
      'version 0 in Bech32m',
      segwit(bech32m, 0, hash),
      'wrong-bech32-checksum',
      'Version 0 witness address must use Bech32 checksum',
    ],
    [
      'version 1 in Bech32',
      segwit(bech32, 1, hash),
      'wrong-bech32-checksum',
      'Version 1+ witness address must use Bech32m checksum',
    ],
    [
      'version 0 of 21 bytes',
      segwit(bech32, 0, new Uint8Array(21)),
      'bad-witness-program',
      'Invalid Bech32 v0 address program size (21 bytes), per BIP141',
    ],
    [
      'version 0 of one byte',
      segwit(bech32, 0, new Uint8Array(1)),
      'bad-witness-program',
      'Invalid Bech32 v0 address program size (1 byte), per BIP141',
    ],
    [
      'version 1 of one byte',
      segwit(bech32m, 1, new Uint8Array(1)),
      'bad-witness-program',
      'Invalid Bech32 address program size (1 byte)',
    ],
    [
      'version 16 of 41 bytes',
      segwit(bech32m, 16, new Uint8Array(41)),
      'bad-witness-program',
      'Invalid Bech32 address program size (41 bytes)',
    ],
    [
      'version 17',
      segwit(bech32m, 17, hash),
      'bad-witness-version',
      'Invalid Bech32 address witness version',
    ],
    [
      'zeros too many',
      bech32m.encode('bc', [1, 0, 0, 0, 0, 0, 0]),
      'bad-bech32-padding',
      'Invalid padding in Bech32 data section',
    ],
    [
      'bits that are not zero',
      bech32m.encode('bc', [1, 0, 0, 0, 1]),
      'bad-bech32-padding',
      'Invalid padding in Bech32 data section',
    ],
    ['mixed case', 'bc1PFEESSRAWGF', 'bad-bech32', 'Invalid character or mixed case'],
  ])('%s', (_name, text, code, message) => {
    const error = errorOf(text);
    expect(error.message).toBe(message);
    expect(error.code).toBe(code);
  });

  it('names the wrong characters where the checksum can', () => {
    expect(errorOf('bc1pfeessrawgq').locations).toEqual([13]);
    expect(errorOf('hello').locations).toEqual([]);
  });

  it('ignores spaces around Base58, as Core does, and not around SegWit addresses', () => {
    const text = String(addressFromScript(p2pkh(hash), MAIN));
    expect(scriptFromAddress(` ${text}\n`, MAIN)).toEqual(p2pkh(hash));
    expect(isAddress(' bc1pfeessrawgf', MAIN)).toBe(false);
    expect(errorOf('bc1pfeessrawgf ').locations).toEqual([14]);
  });
});

interface Call {
  readonly method?: string;
  readonly params?: readonly string[];
  readonly result?: {
    readonly isvalid: boolean;
    readonly address?: string;
    readonly scriptPubKey?: string;
    readonly error?: string;
    readonly error_locations?: readonly number[];
  };
}

const SESSION = 'rpc/mining-util.jsonl';
const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('address: SKIPPED the recorded calls, there is no reference data');
}

describe.skipIf(vectors === undefined)('validateaddress, as Bitcoin Core answers it', () => {
  const calls = (vectors?.text(SESSION).trim().split('\n') ?? [])
    .map((line) => JSON.parse(line) as Call)
    .filter(({ method, result }) => method === 'validateaddress' && result !== undefined);

  it('is answered in the same way in all recorded calls', () => {
    expect(calls).toHaveLength(14);
    for (const { params, result } of calls) {
      const text = String(params?.[0]);
      if (result?.isvalid === true) {
        const script = scriptFromAddress(text, REGTEST);
        expect(toHex(script)).toBe(result.scriptPubKey);
        expect(addressFromScript(script, REGTEST)).toBe(result.address);
      } else {
        const { message, locations } = errorOf(text, REGTEST);
        expect({ text, message, locations }).toEqual({
          text,
          message: result?.error,
          locations: result?.error_locations,
        });
      }
    }
  });
});

function errorOf(text: string, prefixes = MAIN): AddressError {
  try {
    scriptFromAddress(text, prefixes);
  } catch (error) {
    if (error instanceof AddressError) return error;
    throw error;
  }
  throw new Error(`${text} was taken`);
}
