import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { pushBytes } from './build-script.ts';
import { instructionEnd, isPushOnly, parseScript } from './parse-script.ts';

describe('parseScript', () => {
  it('covers every byte of a script that is whole, once and in order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (script) => {
        const { instructions, brokenAt } = parseScript(script);
        let at = 0;
        for (const instruction of instructions) {
          expect(instruction.at).toBe(at);
          expect(instruction.opcode).toBe(script[at]);
          at = instructionEnd(script, at);
          const { data } = instruction;
          if (data !== undefined)
            expect(toHex(script.subarray(at - data.length, at))).toBe(toHex(data));
        }
        expect(at).toBe(brokenAt ?? script.length);
      }),
    );
  });

  it('reads back what was pushed, in every form of push', () => {
    for (const length of [0, 1, 75, 76, 255, 256, 65_535, 65_536]) {
      const data = new Uint8Array(length).fill(7);
      const script = pushBytes(data);
      expect(parseScript(script).instructions.map((instruction) => instruction.data)).toEqual([
        data,
      ]);
      expect(script.length - length).toBe(
        length < 76 ? 1 : length < 256 ? 2 : length < 65_536 ? 3 : 5,
      );
    }
  });

  it('says where a push begins that runs over the end', () => {
    for (const broken of ['01', '4c', '4c01', '4d00', '4d0100', '4e000000', '4effffffff', '4b00']) {
      const { instructions, brokenAt } = parseScript(fromHex(`51${broken}`));
      expect(brokenAt).toBe(1);
      expect(instructions).toHaveLength(1);
    }
  });
});

describe('isPushOnly', () => {
  it('takes pushes, numbers and OP_RESERVED, and nothing above', () => {
    expect(isPushOnly(fromHex('00 01ab 4c00 4f 50 51 60'.replaceAll(' ', '')))).toBe(true);
    expect(isPushOnly(new Uint8Array(0))).toBe(true);
    expect(isPushOnly(fromHex('61'))).toBe(false);
    expect(isPushOnly(fromHex('5102ab'))).toBe(false);
  });

  it('does not look for opcodes within what is pushed', () => {
    expect(isPushOnly(concatBytes(pushBytes(fromHex('acacac')), fromHex('51')))).toBe(true);
  });
});
