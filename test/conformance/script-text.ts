import { concatBytes } from '../../src/protocol/bytes/concat.ts';
import { fromHex } from '../../src/protocol/bytes/hex.ts';
import { pushBytes, pushNumber } from '../../src/protocol/script/build-script.ts';
import { opcodeByName } from '../../src/protocol/script/opcodes.ts';

/**
 * Scripts as Bitcoin Core's test files write them: a decimal is the shortest push of that number,
 * `0x…` are raw bytes put in as they are, `'text'` is a push of its letters, and opcodes have their
 * names, with `OP_` or without.
 *
 * @example
 * scriptFromText('2 0x02abcd CHECKSIG') // 52 02 ab cd ac
 */
export function scriptFromText(text: string): Uint8Array {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return concatBytes(...words.map(wordToBytes));
}

function wordToBytes(word: string): Uint8Array {
  if (/^-?\d+$/.test(word)) return pushNumber(Number(word));
  if (word.startsWith('0x')) return fromHex(word.slice(2));
  const quoted = /^'(.*)'$/.exec(word);
  if (quoted !== null) return pushBytes(new TextEncoder().encode(quoted[1]));
  const opcode = opcodeByName(word);
  if (opcode === undefined) throw new Error(`there is no opcode ${word}`);
  return Uint8Array.of(opcode);
}
