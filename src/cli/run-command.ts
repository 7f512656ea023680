import { version } from '../node/version.ts';
import { CodedError } from '../protocol/bytes/coded-error.ts';
import { CommandError } from './command-error.ts';
import { asksForDebug, readCommandLine } from './command-line.ts';
import { type CommandArguments, LOADERS } from './command-loaders.ts';
import type { CommandSpec } from './command-spec.ts';
import { type CommandName, GROUPS, specOf } from './command-table.ts';
import {
  EXIT_BUG,
  EXIT_FAILURE,
  EXIT_OK,
  EXIT_STOPPED,
  EXIT_USAGE,
  type ExitCode,
} from './exit-code.ts';
import { helpText } from './help-text.ts';
import type { Io } from './io.ts';
import { parseArguments } from './parse-arguments.ts';
import { oneLine } from './quote.ts';
import { UsageError } from './usage-error.ts';

/**
 * Runs a command line, and answers with the exit code. Whatever goes wrong becomes one line on
 * standard error: it never throws.
 *
 * @example
 * await runCommand(['chain', 'list'], io) // 0
 */
export async function runCommand(words: readonly string[], io: Io): Promise<ExitCode> {
  const [first = ''] = words;
  let speaker = Object.hasOwn(GROUPS, first) ? `blockyard ${first}` : 'blockyard';
  try {
    const line = readCommandLine(words);
    if (line.kind === 'version') {
      io.out.write(`blockyard ${version()}\n`);
      return EXIT_OK;
    }
    if (line.kind === 'help') {
      io.out.write(helpText(line.topic, io.out));
      return EXIT_OK;
    }
    speaker = `blockyard ${line.name}`;
    return await runNamed(line.name, line.words, io);
  } catch (error) {
    return reportError(speaker, error, asksForDebug(words), io);
  }
}

async function runNamed<N extends CommandName>(
  name: N,
  words: readonly string[],
  io: Io,
): Promise<ExitCode> {
  const spec = specOf(name);
  const given = spec.readsItself ? allWords(spec, words) : parseArguments(spec, words);
  // The one place where the types of the table are taken on trust: the parser reads the same table.
  const args = given as unknown as CommandArguments<N>;
  const command = await LOADERS[name]();
  return command(args, io);
}

/** What a command is called with that reads its words itself. */
function allWords(
  { arguments: parts }: CommandSpec,
  words: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.keys(parts).map((name) => [name, words]));
}

function reportError(speaker: string, error: unknown, debug: boolean, io: Io): ExitCode {
  const known = error instanceof CodedError;
  const said = error instanceof Error ? error.message : String(error);
  if (known) {
    const help = error instanceof UsageError ? ` (${speaker} --help tells more)` : '';
    io.err.write(`${speaker}: ${oneLine(said)}${help}\n`);
  } else {
    const kind = error instanceof Error ? error.name : typeof error;
    const hint = debug ? '' : '; add --debug to see where';
    io.err.write(`${speaker}: this is a bug in Blockyard: ${kind}: ${oneLine(said)}${hint}\n`);
  }
  if (debug && error instanceof Error) io.err.write(`${error.stack}\n`);
  if (error instanceof UsageError) return EXIT_USAGE;
  if (error instanceof CommandError && error.code === 'stopped') return EXIT_STOPPED;
  return known ? EXIT_FAILURE : EXIT_BUG;
}
