import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodeError } from '../bytes/encode-error.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { buildScript, pushBytes, pushData, pushNumber } from './build-script.ts';
import { opcodes, smallNumberOf } from './opcodes.ts';
import { parseScript } from './parse-script.ts';
import { encodeScriptNumber } from './script-number.ts';

const hex = (bytes: Uint8Array): string => toHex(bytes);

describe('buildScript', () => {
  it('puts opcodes and pushes one after the other', () => {
    const { OP_DUP, OP_HASH160, OP_EQUALVERIFY, OP_CHECKSIG } = opcodes;
    const hash = new Uint8Array(20).fill(0xab);
    const script = buildScript(OP_DUP, OP_HASH160, hash, OP_EQUALVERIFY, OP_CHECKSIG);
    expect(hex(script)).toBe(`76a914${'ab'.repeat(20)}88ac`);
  });

  it('refuses a number that is no byte', () => {
    for (const wrong of [-1, 256, 1.5, Number.NaN])
      expect(() => buildScript(wrong)).toThrow(EncodeError);
  });
});

describe('pushData', () => {
  it('uses the opcode of a number where there is one', () => {
    expect(hex(pushData(fromHex('')))).toBe('00');
    expect(hex(pushData(fromHex('01')))).toBe('51');
    expect(hex(pushData(fromHex('10')))).toBe('60');
    expect(hex(pushData(fromHex('81')))).toBe('4f');
  });

  it('spells out what only looks like a number', () => {
    expect(hex(pushData(fromHex('00')))).toBe('0100');
    expect(hex(pushData(fromHex('11')))).toBe('0111');
    expect(hex(pushData(fromHex('80')))).toBe('0180');
    expect(hex(pushData(fromHex('0100')))).toBe('020100');
  });

  it('pushes exactly these bytes, in one instruction', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (data) => {
        const [push, ...more] = parseScript(pushData(data)).instructions;
        expect(more).toEqual([]);
        const number = smallNumberOf(push?.opcode ?? 0xff);
        const pushed =
          push?.opcode === opcodes.OP_1NEGATE
            ? fromHex('81')
            : (push?.data ?? encodeScriptNumber(number ?? Number.NaN));
        expect(hex(pushed)).toBe(hex(data));
        expect(pushData(data).length).toBeLessThanOrEqual(pushBytes(data).length);
      }),
    );
  });
});

describe('pushNumber', () => {
  it('writes numbers as Bitcoin Core does', () => {
    const pushes = [0, 1, 16, -1, 17, -2, 127, 128, 255, 256, -255, 500_000].map(pushNumber);
    const expected = '00 51 60 4f 0111 0182 017f 028000 02ff00 020001 02ff80 0320a107';
    expect(pushes.map(hex).join(' ')).toBe(expected);
  });
});
