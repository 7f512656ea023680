/** Which process this is, and whether another one still runs. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** A process, told apart from every other one that ever had its number. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** Changes each time the machine starts; empty where the system does not say. */
  readonly boot: string;
  /** When the process started, in ticks since the machine did; empty likewise. */
  readonly started: string;
}

export async function thisProcess(): Promise<Owner> {
  const { pid } = process;
  const started = (await inProc(pid))?.started ?? '';
  return { pid, host: hostname(), boot: (await bootOf()) ?? '', started };
}

/** A process of this machine of which only the number is known. */
export function ownerOf(pid: number): Owner {
  return { pid, host: hostname(), boot: '', started: '' };
}

/** An owner as a line of text, made unlike any other by a tag. */
export function writeOwner(owner: Owner, tag: string): string {
  return `${JSON.stringify({ ...owner, tag })}\n`;
}

/** The owner in such a line; undefined if it is none. */
export function readOwner(line: string): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, host, boot, started } = value as Partial<Record<keyof Owner, unknown>>;
  // Numbers below 1 stand for groups of processes, which all run.
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1) return undefined;
  if (typeof host !== 'string' || typeof boot !== 'string' || typeof started !== 'string') {
    return undefined;
  }
  return { pid, host, boot, started };
}

/**
 * Whether a process still runs. A number alone would not tell: it is given to another process once
 * the first has ended. Of another machine's processes, one whose disk this machine shares (or another
 * container's), nothing can be learnt: `elsewhere`.
 */
export async function isRunning(owner: Owner): Promise<'yes' | 'no' | 'elsewhere'> {
  if (owner.host !== hostname()) return 'elsewhere';
  const boot = await bootOf();
  if (owner.boot !== '' && boot !== undefined && owner.boot !== boot) return 'no';
  if (!hasProcess(owner.pid)) return 'no';
  const found = await inProc(owner.pid);
  if (found === undefined) return 'yes';
  if (found.isGone) return 'no';
  return owner.started === '' || owner.started === found.started ? 'yes' : 'no';
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** What Linux tells of a process; undefined elsewhere. */
async function inProc(pid: number): Promise<{ isGone: boolean; started: string } | undefined> {
  const line = await textOf(`/proc/${pid}/stat`);
  if (line === undefined) return undefined;
  // The second field is the program's name in brackets, which may hold anything.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const [state, threads, started = ''] = [fields[0], fields[17], fields[19]];
  // A zombie has ended, and its parent has not asked how: in a container, often for ever. But while
  // it has more threads than the one, those may still be at a write that they had begun.
  return { isGone: state === 'Z' && threads === '1', started };
}

async function bootOf(): Promise<string | undefined> {
  return (await textOf('/proc/sys/kernel/random/boot_id'))?.trim();
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1');
  } catch {
    return undefined;
  }
}
