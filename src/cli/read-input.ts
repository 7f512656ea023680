/** What a command is given to work on: as a word of the command line, or on standard input. */
import { DecodeError } from '../protocol/bytes/decode-error.ts';
import { fromHex } from '../protocol/bytes/hex.ts';
import { CommandError } from './command-error.ts';
import type { Io } from './io.ts';
import { quote } from './quote.ts';

/** Twice the largest message of the protocol, for hex; and some room for line breaks. */
const MAX_INPUT = 72 * 1024 * 1024;

/** Stands for standard input. */
const STDIN = '-';

/**
 * Bytes, written as hex. Standard input may hold the bytes themselves instead: whatever is not
 * plain text is taken for them.
 */
export async function readBytes(word: string, io: Io): Promise<Uint8Array> {
  if (word !== STDIN) return parseHex(word, quote(word));
  const input = await readStandardInput(io);
  const text = plainText(input);
  return text === undefined ? input : parseHex(text, 'standard input');
}

/** A line of text. */
export async function readText(word: string, io: Io): Promise<string> {
  if (word !== STDIN) return word.trim();
  const text = plainText(await readStandardInput(io));
  if (text === undefined) {
    throw new CommandError('undecodable', 'standard input holds bytes where text belongs');
  }
  return text.trim();
}

async function readStandardInput(io: Io): Promise<Uint8Array> {
  if (io.input.isTerminal) {
    io.err.write('Paste it here, and end with Ctrl-D on a line of its own.\n');
  }
  const bytes = await io.input.readAll(MAX_INPUT);
  if (bytes === undefined) {
    throw new CommandError(
      'input-too-large',
      `standard input holds more than ${MAX_INPUT / 1024 / 1024} MiB; no block is that large`,
    );
  }
  if (bytes.every(isSpace)) {
    throw new CommandError('no-input', 'standard input is empty; there is nothing to decode');
  }
  return bytes;
}

/** The bytes as text, if they are printable ASCII with spaces and line breaks. */
function plainText(input: Uint8Array): string | undefined {
  // Some editors begin a text file with a mark of its encoding (UTF-8).
  const bytes =
    input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf ? input.subarray(3) : input;
  const printable = bytes.every((byte) => isSpace(byte) || (byte >= 0x20 && byte < 0x7f));
  return printable ? new TextDecoder('latin1').decode(bytes) : undefined;
}

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function parseHex(text: string, source: string): Uint8Array {
  try {
    return fromHex(text.replace(/\s+/g, ''));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new CommandError('undecodable', `${source} is not hex: ${error.message}`);
  }
}
