import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { encodeDer } from '../crypto/ecdsa-signature.ts';
import { parseAsm, parseScriptText, scriptSigToAsm, scriptToAsm } from './asm.ts';
import { pushData, pushNumber } from './build-script.ts';
import { ScriptTextError, type ScriptTextErrorCode } from './script-text-error.ts';

const signature = encodeDer(concatBytes(new Uint8Array(32).fill(0x7a), new Uint8Array(32).fill(3)));
const signed = (hashType: number) => concatBytes(signature, Uint8Array.of(hashType));

describe('ASM', () => {
  it.each([
    ['', ''],
    [
      '76a914aabbccddeeff00112233445566778899aabbccdd88ac',
      'OP_DUP OP_HASH160 aabbccddeeff00112233445566778899aabbccdd OP_EQUALVERIFY OP_CHECKSIG',
    ],
    ['00 4f 51 60 50', '0 -1 1 16 OP_RESERVED'],
    // Pushes of up to four bytes are numbers, in whatever form they are.
    ['0100 0180 0105 020500 04ffffffff 04ffffff7f', '0 0 5 5 -2147483647 2147483647'],
    ['05ffffffff00', 'ffffffff00'],
    ['4c00 4d0100aa 4e01000000aa', '0 -42 -42'],
    ['b1 b2 ba', 'OP_CHECKLOCKTIMEVERIFY OP_CHECKSEQUENCEVERIFY OP_CHECKSIGADD'],
    ['bb fe ff', 'OP_UNKNOWN OP_UNKNOWN OP_INVALIDOPCODE'],
    ['51 02aa', '1 [error]'],
    ['4d01', '[error]'],
  ])('of %s is %s', (hex, asm) => {
    expect(scriptToAsm(fromHex(hex.replaceAll(' ', '')))).toBe(asm);
  });

  it('of an input names the hash type of what looks like a signature', () => {
    const hex = toHex(signature);
    const names: readonly [number, string][] = [
      [0x01, 'ALL'],
      [0x02, 'NONE'],
      [0x03, 'SINGLE'],
      [0x81, 'ALL|ANYONECANPAY'],
      [0x82, 'NONE|ANYONECANPAY'],
      [0x83, 'SINGLE|ANYONECANPAY'],
    ];
    for (const [hashType, name] of names) {
      const script = pushData(signed(hashType));
      expect(scriptSigToAsm(script)).toBe(`${hex}[${name}]`);
      expect(scriptToAsm(script)).toBe(toHex(signed(hashType)));
    }
  });

  it('of an input leaves alone what is no signature, or could never be spent', () => {
    const strange = pushData(signed(4));
    expect(scriptSigToAsm(strange)).toBe(toHex(signed(4)));
    const broken = pushData(concatBytes(signature.subarray(1), Uint8Array.of(1)));
    expect(scriptSigToAsm(broken)).toBe(scriptToAsm(broken));
    const returned = concatBytes(fromHex('6a'), pushData(signed(1)));
    expect(scriptSigToAsm(returned)).toBe(`OP_RETURN ${toHex(signed(1))}`);
    const huge = concatBytes(pushData(signed(1)), new Uint8Array(10_000).fill(0x61));
    expect(scriptSigToAsm(huge)).not.toContain('[ALL]');
  });

  it('leads back to its script, if that pushes everything in its shortest form', () => {
    // Longer than a number, and with a letter in its hex.
    const pushes = fc
      .tuple(fc.integer({ min: 0xa0, max: 0xff }), fc.uint8Array({ minLength: 4, maxLength: 300 }))
      .map(([first, rest]) => pushData(Uint8Array.of(first, ...rest)));
    const numbers = fc.integer({ min: -0x7fffffff, max: 0x7fffffff }).map(pushNumber);
    const named = fc.integer({ min: 0x61, max: 0xba }).map((opcode) => Uint8Array.of(opcode));
    const signatures = fc.constantFrom(0x01, 0x83).map((type) => pushData(signed(type)));
    fc.assert(
      fc.property(fc.array(fc.oneof(pushes, numbers, named, signatures)), (parts) => {
        const script = concatBytes(...parts);
        expect(parseAsm(scriptToAsm(script))).toEqual(script);
        expect(parseAsm(scriptSigToAsm(script))).toEqual(script);
      }),
    );
  });

  it('of a script as long as a block can hold leads back to it', () => {
    const script = new Uint8Array(200_000).fill(0x61);
    expect(parseAsm(scriptToAsm(script))).toEqual(script);
    expect(parseScriptText('NOP '.repeat(script.length))).toEqual(script);
  });

  it('reads ten digits as a number where they can be one', () => {
    expect(toHex(parseAsm('1700000000'))).toBe('0400f15365');
    expect(toHex(parseAsm('2147483648'))).toBe('052147483648');
    expect(toHex(parseAsm('0000000000'))).toBe('050000000000');
    expect(toHex(parseAsm('-28398 -1 0 16 17'))).toBe('02eeee4f00600111');
  });

  it.each<[word: string, code: ScriptTextErrorCode, message: string]>([
    ['[error]', 'not-reversible', 'stands for a push that runs over the end'],
    ['OP_UNKNOWN', 'not-reversible', 'stands for any opcode without a name'],
    ['OP_HODL', 'unknown-word', 'is no opcode, no number and no data'],
    ['OP_PUSHDATA1', 'unknown-word', 'is no opcode'],
    ['aabbccddeef', 'bad-hex', 'has an odd number of hex digits'],
    ['aabb', 'bad-hex', 'is hex of up to 4 bytes; ASM writes'],
    ['-4294967296', 'unknown-word', 'is no opcode'],
    ['aabbccddee[SOME]', 'unknown-word', 'ends in no hash type; there are ALL, NONE'],
    ['0xaabb', 'unknown-word', 'is no opcode'],
  ])('is not %s', (word, code, message) => {
    const error = errorOf(() => parseAsm(`OP_DUP ${word}`));
    expect(error).toMatchObject({ code, word });
    expect(error.message).toContain(`"${word}" in the script text ${message}`);
  });
});

describe('script text', () => {
  it.each([
    ['', ''],
    [' \t\n ', ''],
    ['0 -1 1 16 17 -17 127 128 255 -255', '00 4f 51 60 0111 0191 017f 028000 02ff00 02ff80'],
    ['-4294967295 4294967295', '05ffffffff80 05ffffffff00'],
    ['-0 007', '00 57'],
    ['0x51 0x02 0xabCD', '51 02 abcd'],
    ["'' 'a' 'Az'", '00 0161 02417a'],
    ["'é'", '02c3a9'],
    ['DUP OP_DUP NOP2 CHECKLOCKTIMEVERIFY', '76 76 b1 b1'],
    ['RESERVED INVALIDOPCODE CHECKSIGADD 1NEGATE TRUE', '50 ff ba 4f 51'],
  ])('%j is %s', (text, hex) => {
    expect(toHex(parseScriptText(text))).toBe(hex.replaceAll(' ', ''));
  });

  it('pushes longer text with the longer opcodes', () => {
    expect(toHex(parseScriptText(`'${'a'.repeat(75)}'`).slice(0, 2))).toBe('4b61');
    expect(toHex(parseScriptText(`'${'a'.repeat(76)}'`).slice(0, 3))).toBe('4c4c61');
    expect(toHex(parseScriptText(`'${'a'.repeat(256)}'`).slice(0, 4))).toBe('4d000161');
  });

  it.each<[word: string, code: ScriptTextErrorCode, message: string]>([
    ['HODL', 'unknown-word', 'is no opcode, no number and no data'],
    ['PUSHDATA2', 'unknown-word', 'is no opcode'],
    ['dup', 'unknown-word', 'is no opcode'],
    ["'a", 'unknown-word', 'is no opcode'],
    ["'", 'unknown-word', 'is no opcode'],
    ['0x', 'bad-hex', 'an even number of digits follows 0x'],
    ['0xabc', 'bad-hex', 'an even number of digits follows 0x'],
    ['0xzz', 'bad-hex', 'an even number of digits follows 0x'],
    ['4294967296', 'number-out-of-range', 'numbers from -4294967295 to 4294967295'],
    ['-4294967296', 'number-out-of-range', 'is too large'],
    ['9'.repeat(400), 'number-out-of-range', 'is too large'],
  ])('is not %s', (word, code, message) => {
    const error = errorOf(() => parseScriptText(`1 ${word} DROP`));
    expect(error).toMatchObject({ code, word });
    expect(error.message).toContain(message);
    expect(error.message.length).toBeLessThan(160);
  });
});

function errorOf(run: () => unknown): ScriptTextError {
  try {
    run();
  } catch (error) {
    if (error instanceof ScriptTextError) return error;
    throw error;
  }
  throw new Error('it was taken');
}
