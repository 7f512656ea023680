import { spawn } from 'node:child_process';
import type { BackgroundProgram, Programs } from './programs.ts';

/** As shells have it, where there is no such program. */
const NOT_FOUND = 127;
/** A program that a signal ended has this and the number of the signal; which one is nobody's concern. */
const ENDED_BY_SIGNAL = 128;
const READY = 'ready';
/** Tells a program that its parent waits for it. Others may have a channel to it for reasons of their own. */
const MARK = 'BLOCKYARD_STARTED_AGAIN';

/** The programs of the machine. */
export class SystemPrograms implements Programs {
  readonly pid = process.pid;

  get folder(): string {
    return process.cwd();
  }

  runShell(command: string): Promise<number> {
    return new Promise((resolve) => {
      const child = spawn(command, { shell: true, stdio: ['ignore', 'inherit', 'inherit'] });
      child.once('error', () => resolve(NOT_FOUND));
      child.once('exit', (code) => resolve(code ?? ENDED_BY_SIGNAL));
      child.unref();
    });
  }

  startAgain(more: readonly string[]): BackgroundProgram {
    const { execPath, execArgv, argv, env } = process;
    const child = spawn(execPath, [...execArgv, ...argv.slice(1), ...more], {
      env: { ...env, [MARK]: '1' },
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return {
      pid: child.pid,
      isReady: new Promise((resolve) => {
        child.once('message', (message) => resolve(message === READY));
        child.once('error', () => resolve(false));
        child.once('exit', () => resolve(false));
      }),
      letGo: () => {
        if (child.connected) child.disconnect();
        child.unref();
      },
    };
  }

  reportReady(): void {
    if (process.env[MARK] === undefined || process.connected !== true) return;
    process.send?.(READY, () => {
      if (process.connected) process.disconnect();
    });
  }
}
