import { joinBytes } from '../protocol/bytes/concat.ts';
import { CommandError } from './command-error.ts';
import { EXIT_STOPPED } from './exit-code.ts';
import type { Input } from './io.ts';

/** What is piped into this process, or typed by a person. */
export const standardInput: Input = {
  isTerminal: process.stdin.isTTY === true,
  readAll: async (limit) => {
    try {
      return await readStream(process.stdin, limit);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError('unreadable', `cannot read standard input: ${reason}`);
    }
  },
  readSecret,
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
  return joinBytes(chunks);
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const LINE_ENDS: ReadonlySet<string> = new Set(['\r', '\n', CTRL_D]);
const RUBOUT: ReadonlySet<string> = new Set(['\u007f', '\b']);

/** Reads a line key by key, so that the terminal shows none of it. */
function readSecret(prompt: string): Promise<string | undefined> {
  const { stdin, stderr } = process;
  stderr.write(prompt);
  stdin.setRawMode(true);
  return new Promise((resolve) => {
    const typed: string[] = [];
    const end = (line: string | undefined): void => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      resolve(line);
    };
    const take = (keys: Uint8Array): void => {
      for (const key of new TextDecoder().decode(keys)) {
        // In this mode the terminal makes no signal of it.
        if (key === CTRL_C) process.exit(EXIT_STOPPED);
        if (key === CTRL_D && typed.length === 0) {
          end(undefined);
          return;
        }
        if (LINE_ENDS.has(key)) {
          end(typed.join(''));
          return;
        }
        if (RUBOUT.has(key)) typed.pop();
        else typed.push(key);
      }
    };
    stdin.on('data', take);
    stdin.resume();
  });
}
