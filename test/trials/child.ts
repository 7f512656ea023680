/** Processes that a trial starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Where a process tells what it has to tell. The standard streams are for whatever goes wrong. */
export const REPORT_STREAM = 3;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

export interface Child {
  readonly process: ChildProcess;
  /** How it ended. */
  readonly ended: Promise<Ended>;
}

/**
 * Comes before the words of a program that measures itself: what else the machine does has to wait, all
 * threads of the program alike. Without the right to do so, it says so and changes nothing.
 */
export const WITH_PRECEDENCE: readonly string[] =
  process.platform === 'win32' ? [] : ['nice', '-n', '-20'];

interface ChildOptions {
  /** The words of a command that runs it: {@link WITH_PRECEDENCE}. */
  readonly before?: readonly string[];
}

/**
 * Starts a program that lies beside this file, in the form that this one is in: trials run as they are
 * built.
 */
export function startChild(
  name: string,
  task: unknown,
  onLine: (words: readonly string[]) => void,
  { before = [] }: ChildOptions = {},
): Child {
  const program = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const [command = '', ...words] = [...before, process.execPath, program, JSON.stringify(task)];
  const child = spawn(command, words, {
    // What it is told while it runs comes by its standard input.
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  // It may have been killed: how it ended is told below, and what it was not told is lost.
  child.stdin?.on('error', () => {});
  let errors = '';
  child.stderr?.on('data', (text: Buffer) => {
    errors += text.toString();
  });
  const lines = child.stdio[REPORT_STREAM] as Readable;
  createInterface({ input: lines }).on('line', (line) => onLine(line.split(' ')));
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, errors }));
  });
  return { process: child, ended };
}
