import { curve } from '#curve';
import type { Disk } from '../../outside/disk/disk.ts';
import { joinPath } from '../../outside/disk/disk-path.ts';
import { readFile, replaceFile } from '../../outside/disk/whole-file.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { hash160 } from '../../protocol/crypto/hash.ts';
import { KeyError } from '../../protocol/keys/key-error.ts';
import { decodePem, encodePrivateKeyPem } from '../../protocol/keys/pem.ts';
import { PRIVATE_KEY_LENGTH, publicKeyOf } from '../../protocol/keys/private-key.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import { p2wpkh } from '../../protocol/script/templates.ts';
import { CommandError } from '../command-error.ts';

const FILE = 'miner.pem';
const SECRET_FILE = 0o600;

export interface MinerKey {
  /** Where the rewards go. */
  readonly address: string;
  /** The file with its key; undefined where it is not kept. */
  readonly path: string | undefined;
}

/**
 * The key that rewards are paid to, from a PEM file in the folder of the chain. Where there is none, one
 * is made, and is on the disk before anybody can pay to it.
 *
 * @throws CommandError if the file holds no key
 */
export async function minerKey(
  folder: string,
  params: ChainParams,
  { disk, entropy }: { readonly disk: Disk; readonly entropy: Entropy },
): Promise<MinerKey> {
  const path = joinPath(folder, FILE);
  const isThere = (await disk.stat(path)) !== undefined;
  const key = isThere ? await readKey(path, disk) : await newKeyFile(path, { disk, entropy });
  return { address: addressOf(key, params), path };
}

/** A key for a chain in memory: nobody can spend what it gets, and the chain is forgotten as well. */
export function forgottenKey(
  params: ChainParams,
  { entropy }: { readonly entropy: Entropy },
): MinerKey {
  return { address: addressOf(drawKey(entropy), params), path: undefined };
}

function addressOf(key: Uint8Array, { addressPrefixes }: ChainParams): string {
  return addressFromScript(p2wpkh(hash160(publicKeyOf(key))), addressPrefixes) as string;
}

function drawKey(entropy: Entropy): Uint8Array {
  for (;;) {
    const key = entropy.bytes(PRIVATE_KEY_LENGTH);
    // One in 2^128 is none.
    if (curve.isPrivateKey(key)) return key;
  }
}

async function newKeyFile(
  path: string,
  { disk, entropy }: { readonly disk: Disk; readonly entropy: Entropy },
): Promise<Uint8Array> {
  const key = drawKey(entropy);
  const text = encodePrivateKeyPem(key, 'sec1', 'compressed');
  await replaceFile(disk, path, new TextEncoder().encode(text), { permissions: SECRET_FILE });
  return key;
}

async function readKey(path: string, disk: Disk): Promise<Uint8Array> {
  try {
    const pem = decodePem(new TextDecoder().decode(await readFile(disk, path)));
    if (pem.kind === 'private') return pem.privateKey;
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    throw new CommandError('bad-key', `${path}: ${error.message}`);
  }
  throw new CommandError('bad-key', `${path} holds a public key; the private one is wanted`);
}
