import { relative } from 'node:path';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { SystemDisk } from '../outside/disk/system-disk.ts';
import { concatBytes } from '../protocol/bytes/concat.ts';
import { CommandError } from './command-error.ts';
import type { Input, Io, Output } from './io.ts';

/** The streams of this process, and the real doors. */
export function processIo(): Io {
  // A reader that has seen enough, like `head`, closes the pipe. That is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`blockyard: cannot write: ${error.message}\n`);
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  // Nobody is left to be told.
  process.stderr.on('error', () => {});
  return {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    input: standardInput,
    disk: new SystemDisk(),
    clock: new SystemClock(),
    command: commandOf(process.argv[1] ?? 'blockyard', process.env['npm_command']),
  };
}

/** How this program was called. From a clone, `npx` finds it; a path to it always works. */
function commandOf(script: string, npmCommand: string | undefined): string {
  if (npmCommand !== undefined) return 'npx blockyard';
  return /[\\/]blockyard$/.test(script) ? 'blockyard' : `node ${relative(process.cwd(), script)}`;
}

function outputOf(stream: NodeJS.WriteStream): Output {
  const isTerminal = stream.isTTY === true;
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal,
    columns: stream.columns ?? 80,
    // https://no-color.org: any value but an empty one.
    colours: isTerminal && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  };
}

const standardInput: Input = {
  isTerminal: process.stdin.isTTY === true,
  readAll: async (limit) => {
    try {
      return await readStream(process.stdin, limit);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError('unreadable', `cannot read standard input: ${reason}`);
    }
  },
};

async function readStream(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}
