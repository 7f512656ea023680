import { describe, expect, it } from 'vitest';
import { opcodeByName, opcodeName, opcodes, smallNumberOf } from './opcodes.ts';

describe('opcodes', () => {
  it('have the bytes that consensus gave them', () => {
    expect(opcodes.OP_PUSHDATA1).toBe(0x4c);
    expect(opcodes.OP_IF).toBe(0x63);
    expect(opcodes.OP_DUP).toBe(0x76);
    expect(opcodes.OP_EQUAL).toBe(0x87);
    expect(opcodes.OP_WITHIN).toBe(0xa5);
    expect(opcodes.OP_CHECKSIG).toBe(0xac);
    expect(opcodes.OP_NOP10).toBe(0xb9);
    expect(opcodes.OP_CHECKSIGADD).toBe(0xba);
  });

  it('leave no gap between OP_PUSHDATA1 and OP_CHECKSIGADD, and share no byte', () => {
    const values = Object.values(opcodes).sort((a, b) => a - b);
    const expected = Array.from({ length: 0xba - 0x4c + 1 }, (_, i) => 0x4c + i);
    expect(values).toEqual([0x00, ...expected, 0xff]);
  });

  it('are printed as Bitcoin Core prints them', () => {
    expect([0x00, 0x4f, 0x51, 0x60].map(opcodeName)).toEqual(['0', '-1', '1', '16']);
    expect(opcodeName(0xb1)).toBe('OP_CHECKLOCKTIMEVERIFY');
    expect(opcodeName(0x50)).toBe('OP_RESERVED');
    expect([0x01, 0x4b, 0xbb, 0xfe].map(opcodeName)).toEqual(Array(4).fill('OP_UNKNOWN'));
    expect(opcodeName(0xff)).toBe('OP_INVALIDOPCODE');
  });

  it('are found by every name they have, with OP_ and without', () => {
    for (const [name, value] of Object.entries(opcodes)) {
      expect(opcodeByName(name)).toBe(value);
      expect(opcodeByName(name.slice(3))).toBe(value);
    }
    expect(opcodeByName('OP_FALSE')).toBe(0x00);
    expect(opcodeByName('TRUE')).toBe(0x51);
    expect(opcodeByName('OP_NOP2')).toBe(0xb1);
    expect(opcodeByName('NOP3')).toBe(0xb2);
    expect(opcodeByName('OP_NONSENSE')).toBeUndefined();
    expect(opcodeByName('constructor')).toBeUndefined();
  });

  it('stand for the numbers 0 to 16 and no other', () => {
    expect([0x00, 0x51, 0x60].map(smallNumberOf)).toEqual([0, 1, 16]);
    expect([0x01, 0x4f, 0x50, 0x61].map(smallNumberOf)).toEqual(Array(4).fill(undefined));
  });
});
