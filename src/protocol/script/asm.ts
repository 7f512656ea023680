/**
 * Scripts as text, in the two ways of Bitcoin Core.
 *
 * ASM is what its RPC prints: `OP_DUP OP_HASH160 89ab… OP_EQUALVERIFY OP_CHECKSIG`. A push of up to
 * four bytes is printed as the number that it would be, so not every text leads back to its script.
 *
 * Script text is what people and reference tests write: `DUP HASH160 0x14 0x89ab… EQUALVERIFY`.
 */
import { concatBytes, joinBytes } from '../bytes/concat.ts';
import { fromHex, isHex, toHex } from '../bytes/hex.ts';
import { pushBytes, pushNumber } from './build-script.ts';
import { MAX_SCRIPT_SIZE } from './limits.ts';
import { isStrictDer } from './machine/signature-encoding.ts';
import { opcodeByName, opcodeName, opcodes } from './opcodes.ts';
import { parseScript } from './parse-script.ts';
import { decodeScriptNumber, MAX_NUMBER_SIZE } from './script-number.ts';
import { ScriptTextError } from './script-text-error.ts';

/** The hash types that signatures may end in, by the names that ASM gives them. */
const HASH_TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x01, 'ALL'],
  [0x02, 'NONE'],
  [0x03, 'SINGLE'],
  [0x81, 'ALL|ANYONECANPAY'],
  [0x82, 'NONE|ANYONECANPAY'],
  [0x83, 'SINGLE|ANYONECANPAY'],
]);
const HASH_TYPES: ReadonlyMap<string, number> = new Map(
  Array.from(HASH_TYPE_NAMES, ([hashType, name]) => [name, hashType]),
);

/**
 * The name of a hash type; undefined for those that have none.
 *
 * @example
 * hashTypeName(0x81) // 'ALL|ANYONECANPAY'
 */
export function hashTypeName(hashType: number): string | undefined {
  return HASH_TYPE_NAMES.get(hashType);
}

/** The hash type of a name that {@link hashTypeName} gives; undefined for others. */
export function hashTypeByName(name: string): number | undefined {
  return HASH_TYPES.get(name);
}

/** The largest number of four bytes: a sign and 31 bits. */
const MAX_PRINTED_NUMBER = 0x7fffffff;
const MAX_WRITTEN_NUMBER = 0xffffffff;

/**
 * An output script as ASM.
 *
 * @example
 * scriptToAsm(fromHex('6a0548656c6c6f')) // 'OP_RETURN 48656c6c6f'
 * scriptToAsm(fromHex('02ff')) // '[error]'
 */
export function scriptToAsm(script: Uint8Array): string {
  return printScript(script, toHex);
}

/**
 * The script of an input as ASM, in which what looks like a signature shows its hash type by name.
 *
 * @example
 * scriptSigToAsm(input.scriptSig) // '3044…[ALL] 02…'
 */
export function scriptSigToAsm(script: Uint8Array): string {
  // What can never be spent is carried, and only looks like a signature by chance.
  const unspendable = script[0] === opcodes.OP_RETURN || script.length > MAX_SCRIPT_SIZE;
  return printScript(script, unspendable ? toHex : printSignature);
}

function printScript(script: Uint8Array, printData: (data: Uint8Array) => string): string {
  const { instructions, brokenAt } = parseScript(script);
  const words = instructions.map(({ opcode, data }) => {
    if (data === undefined) return opcodeName(opcode);
    if (data.length > MAX_NUMBER_SIZE) return printData(data);
    return String(decodeScriptNumber(data, false));
  });
  if (brokenAt !== undefined) words.push('[error]');
  return words.join(' ');
}

function printSignature(data: Uint8Array): string {
  const hashType = HASH_TYPE_NAMES.get(data.at(-1) as number);
  return hashType !== undefined && isStrictDer(data)
    ? `${toHex(data.subarray(0, -1))}[${hashType}]`
    : toHex(data);
}

/**
 * The script that ASM was printed from, if it pushes everything in its shortest form. Ten digits up
 * to 2147483647 are read as a number: lock times are common, and five bytes whose hex happens to
 * have no letter are not.
 *
 * @example
 * parseAsm('OP_RETURN 48656c6c6f') // 6a0548656c6c6f
 */
export function parseAsm(text: string): Uint8Array {
  return joinBytes(wordsOf(text).map(parseAsmWord));
}

function parseAsmWord(word: string): Uint8Array {
  if (/^(0|-?[1-9][0-9]{0,9})$/.test(word) && Math.abs(Number(word)) <= MAX_PRINTED_NUMBER) {
    return pushNumber(Number(word));
  }
  if (word === '[error]') {
    throw new ScriptTextError('not-reversible', word, 'stands for a push that runs over the end');
  }
  if (word === 'OP_UNKNOWN') {
    throw new ScriptTextError('not-reversible', word, 'stands for any opcode without a name');
  }
  const [, hex, hashTypeName] = /^([0-9a-fA-F]+)(?:\[([A-Z|]+)\])?$/.exec(word) ?? [];
  const opcode = hashTypeName === undefined ? opcodeOf(word) : undefined;
  if (opcode !== undefined) return Uint8Array.of(opcode);
  if (hex === undefined) throw unknownWord(word);
  return pushBytes(concatBytes(asmData(word, hex), hashTypeByte(word, hashTypeName)));
}

function asmData(word: string, hex: string): Uint8Array {
  if (!isHex(hex)) throw new ScriptTextError('bad-hex', word, 'has an odd number of hex digits');
  if (hex.length <= 2 * MAX_NUMBER_SIZE) {
    throw new ScriptTextError(
      'bad-hex',
      word,
      `is hex of up to ${MAX_NUMBER_SIZE} bytes; ASM writes pushes as short as that as decimal numbers`,
    );
  }
  return fromHex(hex);
}

function hashTypeByte(word: string, name: string | undefined): Uint8Array {
  if (name === undefined) return new Uint8Array(0);
  const hashType = HASH_TYPES.get(name);
  if (hashType !== undefined) return Uint8Array.of(hashType);
  const known = [...HASH_TYPES.keys()].join(', ');
  throw new ScriptTextError('unknown-word', word, `ends in no hash type; there are ${known}`);
}

/**
 * A script from the text of Bitcoin Core's script tests: a decimal is pushed in its shortest form,
 * `0x…` is inserted as it is, `'text'` is pushed, and opcodes come with or without `OP_`. White space
 * ends a word, within quotes too.
 *
 * @example
 * parseScriptText("1 0x02 0xabcd 'a' ADD") // 51 02abcd 0161 93
 */
export function parseScriptText(text: string): Uint8Array {
  return joinBytes(wordsOf(text).map(parseTextWord));
}

function parseTextWord(word: string): Uint8Array {
  if (/^-?[0-9]+$/.test(word)) {
    const number = Number(word);
    if (Math.abs(number) <= MAX_WRITTEN_NUMBER) return pushNumber(number);
    throw new ScriptTextError(
      'number-out-of-range',
      word,
      `is too large; numbers from -${MAX_WRITTEN_NUMBER} to ${MAX_WRITTEN_NUMBER} are allowed`,
    );
  }
  if (word.startsWith('0x')) {
    const hex = word.slice(2);
    if (hex !== '' && isHex(hex)) return fromHex(hex);
    throw new ScriptTextError('bad-hex', word, 'is no hex; an even number of digits follows 0x');
  }
  if (word.length >= 2 && word.startsWith("'") && word.endsWith("'")) {
    return pushBytes(new TextEncoder().encode(word.slice(1, -1)));
  }
  const opcode = opcodeOf(word);
  if (opcode === undefined) throw unknownWord(word);
  return Uint8Array.of(opcode);
}

/** An opcode that stands alone. Those that announce a length would swallow what follows. */
function opcodeOf(word: string): number | undefined {
  const { OP_PUSHDATA1, OP_PUSHDATA4 } = opcodes;
  const opcode = opcodeByName(word);
  const announcesLength = opcode !== undefined && opcode >= OP_PUSHDATA1 && opcode <= OP_PUSHDATA4;
  return announcesLength ? undefined : opcode;
}

function wordsOf(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function unknownWord(word: string): ScriptTextError {
  return new ScriptTextError('unknown-word', word, 'is no opcode, no number and no data');
}
