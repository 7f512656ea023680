/** The command `blockyard`, as people type it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const PATIENCE_MS = 120_000;

export interface CommandRun {
  /** Null where it had to be ended. */
  readonly code: number | null;
  readonly output: string;
  /** What was said on standard error, but for the progress. */
  readonly messages: readonly string[];
  /** What came by the fourth stream, if the program has one. */
  readonly report: string;
}

/** Runs a command to its end. */
export function runBlockyard(
  words: readonly string[],
  program: string = PROGRAM,
): Promise<CommandRun> {
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const texts = ['', '', '', ''];
  for (const i of [1, 2, 3]) {
    child.stdio[i]?.on('data', (text: Buffer) => {
      texts[i] += text.toString();
    });
  }
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(impatience);
      const [, output = '', errors = '', report = ''] = texts;
      const lines = errors.split('\n').filter((line) => line !== '');
      const messages = lines.filter((line) => !/^(Importing|Opening|Verifying)/.test(line));
      resolve({ code, output, messages, report });
    });
  });
}
