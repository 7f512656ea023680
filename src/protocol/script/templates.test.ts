import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/concat.ts';
import { EncodeError } from '../bytes/encode-error.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import {
  isPayToScriptHash,
  multisig,
  nullData,
  p2pk,
  p2pkh,
  p2sh,
  p2tr,
  p2wpkh,
  p2wsh,
  solveScript,
  witnessOutput,
  witnessProgramOf,
} from './templates.ts';

const HASH = new Uint8Array(20).fill(0xaa);
const LONG_HASH = new Uint8Array(32).fill(0xbb);
const KEY = concatBytes(Uint8Array.of(2), new Uint8Array(32).fill(0x11));
const LONG_KEY = concatBytes(Uint8Array.of(4), new Uint8Array(64).fill(0x22));
const HYBRID_KEY = concatBytes(Uint8Array.of(7), new Uint8Array(64).fill(0x33));
const MAX_KEYS = 20;

const hex = (length: number, byte: string) => byte.repeat(length);

describe('the solver', () => {
  it('reads every form that is built, and the bytes are the known ones', () => {
    expect(toHex(p2pk(KEY))).toBe(`2102${hex(32, '11')}ac`);
    expect(solveScript(p2pk(KEY))).toEqual({ kind: 'pubkey', publicKey: KEY });
    expect(solveScript(p2pk(LONG_KEY))).toEqual({ kind: 'pubkey', publicKey: LONG_KEY });
    expect(solveScript(p2pk(HYBRID_KEY))).toEqual({ kind: 'pubkey', publicKey: HYBRID_KEY });
    expect(toHex(p2pkh(HASH))).toBe(`76a914${hex(20, 'aa')}88ac`);
    expect(solveScript(p2pkh(HASH))).toEqual({ kind: 'pubkeyhash', hash: HASH });
    expect(toHex(p2sh(HASH))).toBe(`a914${hex(20, 'aa')}87`);
    expect(solveScript(p2sh(HASH))).toEqual({ kind: 'scripthash', hash: HASH });
    expect(toHex(p2wpkh(HASH))).toBe(`0014${hex(20, 'aa')}`);
    expect(solveScript(p2wpkh(HASH))).toEqual({ kind: 'witness_v0_keyhash', hash: HASH });
    expect(toHex(p2wsh(LONG_HASH))).toBe(`0020${hex(32, 'bb')}`);
    expect(solveScript(p2wsh(LONG_HASH))).toEqual({
      kind: 'witness_v0_scripthash',
      hash: LONG_HASH,
    });
    expect(toHex(p2tr(LONG_HASH))).toBe(`5120${hex(32, 'bb')}`);
    expect(solveScript(p2tr(LONG_HASH))).toEqual({
      kind: 'witness_v1_taproot',
      outputKey: LONG_HASH,
    });
    expect(solveScript(fromHex('51024e73'))).toEqual({ kind: 'anchor' });
  });

  it('reads any witness program of a version that has no rules yet', () => {
    const versions = fc.integer({ min: 1, max: 16 });
    const programs = fc.uint8Array({ minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(versions, programs, (version, program) => {
        const script = witnessOutput(version, program);
        expect(witnessProgramOf(script)).toEqual({ version, program });
        fc.pre(version !== 1 || (program.length !== 32 && toHex(program) !== '4e73'));
        expect(solveScript(script)).toEqual({ kind: 'witness_unknown', version, program });
      }),
    );
  });

  it('reads multisig of 1 to 20 keys, in every form of key', () => {
    for (let total = 1; total <= MAX_KEYS; total++) {
      const publicKeys = Array.from(
        { length: total },
        (_, i) => [KEY, LONG_KEY, HYBRID_KEY][i % 3],
      );
      for (const required of [1, total]) {
        const script = multisig(required, publicKeys as Uint8Array[]);
        expect(solveScript(script)).toEqual({ kind: 'multisig', required, publicKeys });
      }
    }
    // From 17 on a number is a push and no opcode.
    expect(toHex(multisig(1, new Array(17).fill(KEY)).slice(-3))).toBe('0111ae');
  });

  it('reads a key of a multisig in any push, but a number in its shortest form alone', () => {
    const key = toHex(KEY);
    expect(kindOf(`51 4c21${key} 51 ae`)).toBe('multisig');
    expect(kindOf(`51 4d2100${key} 51 ae`)).toBe('multisig');
    expect(kindOf(`0101 21${key} 51 ae`)).toBe('nonstandard');
    expect(kindOf(`51 21${key} 0101 ae`)).toBe('nonstandard');
    expect(kindOf(`51 21${key} 020100 ae`)).toBe('nonstandard');
  });

  it('takes whatever only pushes behind OP_RETURN for data', () => {
    expect(kindOf('6a')).toBe('nulldata');
    expect(kindOf('6a 0548656c6c6f 00 51 60 4f 50')).toBe('nulldata');
    expect(kindOf(`6a 4c50${hex(80, 'cc')}`)).toBe('nulldata');
    expect(kindOf('6a 61')).toBe('nonstandard');
    expect(kindOf('6a 05aabb')).toBe('nonstandard');
  });

  it.each([
    ['nothing', ''],
    ['an opcode', '51'],
    ['a key without OP_CHECKSIG', `21${toHex(KEY)}`],
    ['a key with a prefix of no key', `2105${hex(32, '11')}ac`],
    ['a short key with the prefix of a long one', `2104${hex(32, '11')}ac`],
    ['a long key with the prefix of a short one', `4102${hex(64, '11')}ac`],
    ['a key in a longer push', `4c21${toHex(KEY)}ac`],
    ['a key hash in a longer push', `76a94c14${hex(20, 'aa')}88ac`],
    ['a script hash in a longer push', `a94c14${hex(20, 'aa')}87`],
    ['a script hash with something behind', `a914${hex(20, 'aa')}8761`],
    ['a version 0 program of 21 bytes', `0015${hex(21, 'aa')}`],
    ['a multisig without keys', '51 51 ae'],
    ['a multisig with no signature', `00 21${toHex(KEY)} 51 ae`],
    ['a multisig that wants more than it has', `52 21${toHex(KEY)} 51 ae`],
    ['a multisig that counts wrong', `51 21${toHex(KEY)} 52 ae`],
    ['a multisig with an opcode between', `51 21${toHex(KEY)} 61 51 ae`],
    ['a multisig with something behind', `51 21${toHex(KEY)} 51 ae ae`],
    ['a multisig that is pushed', `02 51ae`],
    ['a multisig of 21 keys', `51 ${`21${toHex(KEY)}`.repeat(21)} 0115 ae`],
    ['a broken push', '4d'],
  ])('finds no form in %s', (_name, script) => {
    expect(kindOf(script)).toBe('nonstandard');
  });

  it('finds a form in any bytes, and never falls over', () => {
    const starts = fc.constantFrom('', '6a', 'a914', '76a914', '0014', '5120', '5121', '21', '41');
    fc.assert(
      fc.property(starts, fc.uint8Array({ maxLength: 80 }), (start, rest) => {
        const script = concatBytes(fromHex(start), rest);
        const { kind } = solveScript(script);
        expect(kind === 'scripthash').toBe(isPayToScriptHash(script));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a witness program', () => {
  it.each([
    ['of one byte', '5101aa'],
    ['of 41 bytes', `5129${hex(41, 'aa')}`],
    ['with a length that is wrong', '5103aabb'],
    ['of a version that is no number', `6120${hex(32, 'aa')}`],
    ['of version -1', `4f20${hex(32, 'aa')}`],
    ['in a longer push', `514c20${hex(32, 'aa')}`],
  ])('is not one %s', (_name, script) => {
    expect(witnessProgramOf(fromHex(script))).toBeUndefined();
  });
});

describe('the builders', () => {
  it('put data into an output as it is', () => {
    expect(toHex(nullData())).toBe('6a');
    expect(toHex(nullData(new TextEncoder().encode('hello')))).toBe('6a0568656c6c6f');
    // Not OP_5 and not OP_0 as an opcode of its own: Core writes pushes here.
    expect(toHex(nullData(Uint8Array.of(5), new Uint8Array(0)))).toBe('6a010500');
    expect(toHex(nullData(new Uint8Array(76)).slice(0, 3))).toBe('6a4c4c');
  });

  it.each<[name: string, build: () => unknown, message: string]>([
    ['p2pkh', () => p2pkh(LONG_HASH), '32 bytes where exactly 20 belong'],
    ['p2sh', () => p2sh(KEY), '33 bytes where exactly 20 belong'],
    ['p2wpkh', () => p2wpkh(LONG_HASH), '32 bytes where exactly 20 belong'],
    ['p2wsh', () => p2wsh(HASH), '20 bytes where exactly 32 belong'],
    ['p2tr', () => p2tr(KEY), '33 bytes where exactly 32 belong'],
    ['p2pk', () => p2pk(HASH), '20 bytes that are no public key'],
    ['witness', () => witnessOutput(17, HASH), 'witness version 17; versions go from 0 to 16'],
    ['witness', () => witnessOutput(1, HASH.slice(19)), 'of 1 bytes; 2 to 40 are allowed'],
    ['multisig', () => multisig(1, []), 'multisig of 0 keys; 1 to 20'],
    ['multisig', () => multisig(1, new Array(21).fill(KEY)), 'multisig of 21 keys; 1 to 20'],
    ['multisig', () => multisig(2, [KEY]), 'multisig of 2 of 1 keys; 1 to 1'],
    ['multisig', () => multisig(0, [KEY]), 'multisig of 0 of 1 keys; 1 to 1'],
    ['multisig', () => multisig(1, [HASH]), '20 bytes that are no public key'],
  ])('build no %s that would be none', (_name, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(EncodeError);
  });
});

function kindOf(script: string): string {
  return solveScript(fromHex(script.replaceAll(' ', ''))).kind;
}
