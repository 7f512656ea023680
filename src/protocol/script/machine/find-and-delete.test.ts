import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { findAndDelete } from './find-and-delete.ts';

const without = (script: string, signature: string): string =>
  toHex(findAndDelete(fromHex(script), fromHex(signature)));

describe('findAndDelete', () => {
  it('cuts out every push of the signature, neighbours too', () => {
    expect(without('5102ababac02abab02abab51', 'abab')).toBe('51ac51');
    expect(without('02abab', 'abab')).toBe('');
  });

  it('finds a push only where an instruction begins', () => {
    expect(without('0302abab51', 'abab')).toBe('0302abab51');
  });

  it('goes on at the instruction behind a cut, even if that is now another one', () => {
    // Behind the cut comes a push of three bytes, which hides the second match.
    expect(without('02abab0302abab51', 'abab')).toBe('0302abab51');
  });

  it('looks for the form that spells bytes out, even for what has an opcode of its own', () => {
    expect(without('51010151', '01')).toBe('5151');
    expect(without('00ac00', '')).toBe('ac');
  });

  it('keeps a broken push at the end, and answers the script itself if nothing was found', () => {
    expect(without('02abab4cff', 'abab')).toBe('4cff');
    const script = fromHex('51ac');
    expect(findAndDelete(script, fromHex('abab'))).toBe(script);
  });
});
