/** Who calls: a user with a password, or a program that may read the node's cookie. */
import type { Disk } from '../outside/disk/disk.ts';
import { DiskError } from '../outside/disk/disk-error.ts';
import { readFile } from '../outside/disk/whole-file.ts';

export interface RpcCredentials {
  /** Whether they may be others when they are read again: a node writes a new cookie when it starts. */
  readonly mayChange: boolean;
  /** `user:password`; undefined if there are none. */
  read(): Promise<string | undefined>;
}

/**
 * A user and a password that stay what they are.
 *
 * @example
 * await passwordCredentials('alice', 'secret').read() // 'alice:secret'
 */
export function passwordCredentials(user: string, password: string): RpcCredentials {
  return { mayChange: false, read: async () => `${user}:${password}` };
}

/**
 * What is in the file `.cookie` in the folder of a node's chain.
 *
 * @example
 * cookieCredentials(disk, '/home/alice/.blockyard/regtest/.cookie')
 */
export function cookieCredentials(disk: Disk, path: string): RpcCredentials {
  return { mayChange: true, read: () => readCookie(disk, path) };
}

async function readCookie(disk: Disk, path: string): Promise<string | undefined> {
  try {
    const text = new TextDecoder().decode(await readFile(disk, path)).trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if (error instanceof DiskError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** The header of HTTP that says who calls. */
export function authorizationHeader(credentials: string): string {
  const bytes = new TextEncoder().encode(credentials);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
