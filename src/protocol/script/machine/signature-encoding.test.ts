import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { encodeDer } from '../../crypto/ecdsa-signature.ts';
import { scriptFlags } from '../flags.ts';
import { ScriptError } from '../script-error.ts';
import { checkPublicKeyEncoding, checkSignatureEncoding } from './signature-encoding.ts';

const GROUP_ORDER = 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141';
const HALF_ORDER = '7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0';

function problemOf(run: () => void): string {
  try {
    run();
    return 'OK';
  } catch (error) {
    if (error instanceof ScriptError) return error.code;
    throw error;
  }
}

/** r = 1, and this s. */
function signatureWith(s: string, hashType = '01'): string {
  const der = encodeDer(fromHex(`${'1'.padStart(64, '0')}${s.padStart(64, '0')}`));
  return toHex(der) + hashType;
}

describe('checkSignatureEncoding', () => {
  const problem = (signature: string, ...flags: string[]): string =>
    problemOf(() => checkSignatureEncoding(fromHex(signature), scriptFlags(...flags)));

  it('lets an empty signature pass: it is the short form of none', () => {
    expect(problem('', 'DERSIG', 'LOW_S', 'STRICTENC')).toBe('OK');
  });

  it('asks for strict DER under any of three flags (BIP66)', () => {
    const padded = '3007020200010201020' + '1';
    for (const flag of ['DERSIG', 'LOW_S', 'STRICTENC']) {
      expect(problem(`${padded}01`, flag)).toBe('SIG_DER');
    }
    expect(problem(`${padded}01`)).toBe('OK');
  });

  it('takes 9 to 73 bytes, the hash type included', () => {
    const withLengths = (r: number, s: number): string =>
      [[0x30, 4 + r + s], [2, r], new Array(r).fill(1), [2, s], new Array(s).fill(1), [1]]
        .flat()
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('');
    expect(problem(withLengths(1, 1), 'DERSIG')).toBe('OK');
    expect(problem(withLengths(33, 33), 'DERSIG')).toBe('OK');
    expect(problem(withLengths(33, 34), 'DERSIG')).toBe('SIG_DER');
    expect(problem('300602010102', 'DERSIG')).toBe('SIG_DER');
  });

  it('knows each way in which DER can be lax', () => {
    const strict = '3006020101020102';
    expect(problem(`${strict}01`, 'DERSIG')).toBe('OK');
    for (const lax of [
      '3106020101020102', // not a sequence
      '3007020101020102', // wrong length
      '3006030101020102', // r is no integer
      '3006020101030102', // s is no integer
      '3006020181020102', // r is negative
      '3006020101020182', // s is negative
      '300702020001020102', // r is padded
      '300702010102020002', // s is padded
      '3005020002010201', // r is empty
      '30050201010200', // s is empty
      '300602010102010200', // something follows
    ]) {
      expect(problem(`${lax}01`, 'DERSIG')).toBe('SIG_DER');
    }
  });

  it('takes the lower half of S, the middle included, under LOW_S', () => {
    const above = `${HALF_ORDER.slice(0, -1)}1`;
    expect(problem(signatureWith(HALF_ORDER), 'LOW_S')).toBe('OK');
    expect(problem(signatureWith(above), 'LOW_S')).toBe('SIG_HIGH_S');
    expect(problem(signatureWith(above), 'DERSIG')).toBe('OK');
  });

  it('does not call S high that is beyond the order: it stands for zero', () => {
    expect(problem(signatureWith(GROUP_ORDER), 'LOW_S')).toBe('OK');
  });

  it('asks for a defined hash type under STRICTENC', () => {
    for (const type of ['01', '02', '03', '81', '82', '83']) {
      expect(problem(signatureWith('1', type), 'STRICTENC')).toBe('OK');
    }
    for (const type of ['00', '04', '80', '84', '41']) {
      expect(problem(signatureWith('1', type), 'STRICTENC')).toBe('SIG_HASHTYPE');
      expect(problem(signatureWith('1', type), 'DERSIG', 'LOW_S')).toBe('OK');
    }
  });
});

describe('checkPublicKeyEncoding', () => {
  const key = (prefix: string, size: number) => fromHex(prefix.padEnd(2 * size, '0'));

  it('asks for a compressed or uncompressed key under STRICTENC', () => {
    const problem = (bytes: Uint8Array): string =>
      problemOf(() => checkPublicKeyEncoding(bytes, scriptFlags('STRICTENC'), 'legacy'));
    for (const good of [key('02', 33), key('03', 33), key('04', 65)])
      expect(problem(good)).toBe('OK');
    for (const bad of [key('06', 65), key('02', 65), key('04', 33), key('02', 32), key('', 0)]) {
      expect(problem(bad)).toBe('PUBKEYTYPE');
    }
  });

  it('asks for a compressed key under WITNESS_PUBKEYTYPE, in SegWit v0 alone', () => {
    const flags = scriptFlags('WITNESS_PUBKEYTYPE');
    const problem = (version: 'legacy' | 'segwit-v0'): string =>
      problemOf(() => checkPublicKeyEncoding(key('04', 65), flags, version));
    expect(problem('segwit-v0')).toBe('WITNESS_PUBKEYTYPE');
    expect(problem('legacy')).toBe('OK');
  });
});
