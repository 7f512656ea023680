/** Who may call: HTTP Basic authentication against passwords, salted hashes of them, and a cookie. */
import type { Disk } from '../../outside/disk/disk.ts';
import { replaceFile } from '../../outside/disk/whole-file.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { sha256 } from '../../protocol/crypto/hash.ts';
import { hmacSha256 } from '../../protocol/crypto/hmac-sha256.ts';

/** Somebody who may call. */
export type RpcUser =
  | { readonly name: string; readonly password: string }
  /** `-rpcauth=NAME:SALT$HASH`: the hash is HMAC-SHA256 of the password, under the salt as text. */
  | { readonly name: string; readonly salt: string; readonly hash: string };

const COOKIE_USER = '__cookie__';
const COOKIE_BYTES = 32;
const SECRET_FILE = 0o600;

/** An `-rpcauth` that is none. */
export class RpcAuthError extends CodedError {
  override readonly name = 'RpcAuthError';
  readonly code = 'bad-rpcauth';
}

/**
 * Reads the value of `-rpcauth`, as Bitcoin Core's `rpcauth.py` makes it.
 *
 * @throws RpcAuthError
 */
export function parseRpcAuth(text: string): RpcUser {
  const [, name, salt, hash] = /^([^:]*):([^$]*)\$([^$]*)$/.exec(text) ?? [];
  if (name === undefined || salt === undefined || hash === undefined) {
    throw new RpcAuthError('Invalid -rpcauth argument.');
  }
  return { name, salt, hash: hash.toLowerCase() };
}

/**
 * Writes a cookie, a password that lasts as long as the node runs, for programs of the same user.
 *
 * @example
 * const user = await writeCookie(disk, '/data/regtest/.cookie', entropy);
 */
export async function writeCookie(
  disk: Disk,
  path: string,
  entropy: Entropy,
  permissions = SECRET_FILE,
): Promise<RpcUser> {
  const password = toHex(entropy.bytes(COOKIE_BYTES));
  const bytes = new TextEncoder().encode(`${COOKIE_USER}:${password}`);
  await replaceFile(disk, path, bytes, { permissions });
  return { name: COOKIE_USER, password };
}

/** The name of whoever sent this header; undefined if nobody knows them. */
export function authorizedUser(
  header: string | undefined,
  users: readonly RpcUser[],
): string | undefined {
  const given = readBasic(header);
  if (given === undefined) return undefined;
  // Everybody is looked at, and hashes are compared, so that the time tells nothing.
  const found = users.filter((user) => isUser(user, given));
  return found[0]?.name;
}

interface Credentials {
  readonly name: string;
  readonly password: string;
}

function readBasic(header: string | undefined): Credentials | undefined {
  if (header === undefined || !header.startsWith('Basic ')) return undefined;
  const text = decodeBase64(header.slice('Basic '.length).trim());
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0) return undefined;
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decodeBase64(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function isUser(user: RpcUser, given: Credentials): boolean {
  const isName = isSame(user.name, given.name);
  if ('password' in user) return isSame(user.password, given.password) && isName;
  const text = new TextEncoder();
  const hash = toHex(hmacSha256(text.encode(user.salt), text.encode(given.password)));
  return isSame(user.hash, hash) && isName;
}

function isSame(a: string, b: string): boolean {
  const text = new TextEncoder();
  return equalBytes(sha256(text.encode(a)), sha256(text.encode(b)));
}
