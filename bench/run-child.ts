import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CurveBackend } from '../src/protocol/crypto/curve/curve.ts';
import type { Tasks } from './child.ts';

export interface ChildFigures<T> {
  readonly answer: T;
  /** The most memory that the process ever took, in MB. */
  readonly peakMemoryMb: number;
}

/**
 * Comes before the words of a program whose answers are waited for: what else the machine does has to
 * wait instead. It takes the right to do so.
 */
export const WITH_PRECEDENCE: readonly string[] =
  process.getuid?.() === 0 ? ['nice', '-n', '-20'] : [];

interface ChildOptions {
  /** The words of a command that runs it: {@link WITH_PRECEDENCE}. */
  readonly before?: readonly string[];
  readonly backend?: CurveBackend | undefined;
}

/**
 * Carries out a task in a process of its own, where nothing is compiled, cached or in memory from the
 * one before, and where the curve can be another one.
 */
export async function runChild<N extends keyof Tasks>(
  name: N,
  given: Tasks[N]['given'],
  { backend, before = [] }: ChildOptions = {},
): Promise<ChildFigures<Tasks[N]['answer']>> {
  const child = fileURLToPath(new URL('./child.js', import.meta.url));
  const environment = backend === undefined ? {} : { BLOCKYARD_CURVE: backend };
  const [command = '', ...words] = [...before, process.execPath, child, name];
  const running = spawn(command, [...words, JSON.stringify(given)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise((resolve, reject) => {
    running.on('close', resolve).on('error', reject);
  });
  if (code !== 0) throw new Error(`a measurement ended with exit code ${code}`);
  return JSON.parse(output) as ChildFigures<Tasks[N]['answer']>;
}
