import { curve } from '#curve';
import type { Disk } from '../outside/disk/disk.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import { readFile, replaceFile } from '../outside/disk/whole-file.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import { fromHex, isHex, toHex } from '../protocol/bytes/hex.ts';
import { hash160 } from '../protocol/crypto/hash.ts';
import { KeyRing } from '../protocol/script/sign/signing-provider.ts';
import { p2wpkh } from '../protocol/script/templates.ts';
import { NodeError } from './node-error.ts';

const KEY_BYTES = 32;
/** Beside the blocks, in hex: plain text, as its coins are worth nothing. */
const FILE = 'faucet.key';
const SECRET_FILE = 0o600;

/** The key that a node's faucet pays with. */
export interface FaucetKey {
  readonly ring: KeyRing;
  readonly scriptPubKey: Uint8Array;
}

/** A key of chance: nobody else's coins are ever taken for one's own. */
export function drawFaucetKey(entropy: Entropy): FaucetKey {
  return faucetKey(drawPrivateKey(entropy));
}

/**
 * The key of a node in a folder, which has the same one every time, and with it the same coins.
 *
 * @throws NodeError `bad-option` if the file is not what it was; DiskError
 */
export async function keptFaucetKey(
  disk: Disk,
  folder: string,
  entropy: Entropy,
): Promise<FaucetKey> {
  const path = joinPath(folder, FILE);
  if ((await disk.stat(path)) === undefined) {
    const privateKey = drawPrivateKey(entropy);
    const text = new TextEncoder().encode(`${toHex(privateKey)}\n`);
    await replaceFile(disk, path, text, { permissions: SECRET_FILE });
    return faucetKey(privateKey);
  }
  const text = new TextDecoder().decode(await readFile(disk, path)).trim();
  const privateKey = isHex(text) ? fromHex(text) : new Uint8Array();
  if (curve.isPrivateKey(privateKey)) return faucetKey(privateKey);
  const words = `${path} holds no key; allowed: 64 hex digits, or no such file`;
  throw new NodeError('bad-option', words);
}

function drawPrivateKey(entropy: Entropy): Uint8Array {
  let privateKey = entropy.bytes(KEY_BYTES);
  while (!curve.isPrivateKey(privateKey)) privateKey = entropy.bytes(KEY_BYTES);
  return privateKey;
}

function faucetKey(privateKey: Uint8Array): FaucetKey {
  const ring = new KeyRing();
  ring.addPrivateKey({ privateKey, compressed: true });
  const publicKey = curve.publicKey(privateKey) as Uint8Array;
  return { ring, scriptPubKey: p2wpkh(hash160(publicKey)) };
}
