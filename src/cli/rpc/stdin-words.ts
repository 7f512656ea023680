/** What is read from standard input instead of the command line: passwords, and arguments. */
import { CommandError } from '../command-error.ts';
import type { Io } from '../io.ts';
import { ArgumentError } from './convert-arguments.ts';

/** Which of its lines are asked for. */
export interface StdinWishes {
  readonly rpcPassword: boolean;
  readonly walletPassphrase: boolean;
  readonly words: boolean;
}

export interface StdinAnswers {
  readonly rpcPassword: string | undefined;
  readonly walletPassphrase: string | undefined;
  readonly words: readonly string[];
}

/** Blocks go through here as well. */
const MOST_BYTES = 64 * 2 ** 20;

/**
 * The first line is the password, the next one the passphrase, and what is left are arguments; whichever of
 * them is wanted. A person at a terminal is asked for each, and does not see what they type.
 *
 * @throws ArgumentError if a line is missing
 */
export async function readStdin(wishes: StdinWishes, { input }: Io): Promise<StdinAnswers> {
  const { rpcPassword: password, walletPassphrase: passphrase, words } = wishes;
  if (!password && !passphrase && !words) {
    return { rpcPassword: undefined, walletPassphrase: undefined, words: [] };
  }
  const source = input.isTerminal ? askingLines(input) : pipedLines(input);
  return {
    rpcPassword: password ? await needed(source.secret('RPC password> '), 'rpcpass') : undefined,
    walletPassphrase: passphrase
      ? await needed(source.secret('Wallet passphrase> '), 'walletpassphrase')
      : undefined,
    words: words ? await source.rest() : [],
  };
}

interface Lines {
  /** The next line, undefined if there is none. */
  readonly secret: (prompt: string) => Promise<string | undefined>;
  readonly rest: () => Promise<readonly string[]>;
}

async function needed(line: Promise<string | undefined>, option: string): Promise<string> {
  const text = await line;
  if (text !== undefined) return text;
  throw new ArgumentError(`-stdin${option} specified but failed to read from standard input`);
}

function pipedLines(input: Io['input']): Lines {
  let left: Promise<string[]> | undefined;
  const lines = (): Promise<string[]> => {
    left ??= allLines(input);
    return left;
  };
  return {
    secret: async () => (await lines()).shift(),
    rest: lines,
  };
}

function askingLines(input: Io['input']): Lines {
  return { secret: (prompt) => input.readSecret(prompt), rest: () => allLines(input) };
}

async function allLines(input: Io['input']): Promise<string[]> {
  const bytes = await input.readAll(MOST_BYTES);
  if (bytes === undefined) {
    const message = `standard input has more than ${MOST_BYTES} bytes`;
    throw new CommandError('input-too-large', message);
  }
  const lines = new TextDecoder().decode(bytes).split('\n');
  // What stands behind the last line is none.
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/\r$/, ''));
}
