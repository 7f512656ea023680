import type { Log } from '../node/log/log.ts';
import type { Programs } from '../outside/programs/programs.ts';

export interface CommandParts {
  readonly programs: Pick<Programs, 'runShell'>;
  readonly log: Log;
}

/** Runs a command of the user's. That it fails is told, and stops nobody. */
export async function runCommand(command: string, { programs, log }: CommandParts): Promise<void> {
  const code = await programs.runShell(command);
  if (code !== 0) log('warn', 'node', `runCommand error: system(${command}) returned ${code}`);
}
