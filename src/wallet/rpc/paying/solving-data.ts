/** Keys and scripts that a request brings, so that the size of inputs is known that are not the wallet's. */
import { arrayFrom, bytesFromHex, objectFrom, stringFrom } from '../../../node/rpc/arguments.ts';
import { descriptorWords } from '../../../node/rpc/descriptor-words.ts';
import { publicKeyFrom } from '../../../node/rpc/public-key-from.ts';
import { RPC, RpcError } from '../../../node/rpc/rpc-error.ts';
import { hash160 } from '../../../protocol/crypto/hash.ts';
import type { ChainParams } from '../../../protocol/params/chain-params.ts';
import type { JsonValue } from '../../../protocol/report/json-value.ts';
import { DescriptorError } from '../../../protocol/script/descriptor/descriptor-error.ts';
import { expandDescriptor } from '../../../protocol/script/descriptor/expand.ts';
import {
  type KnownSolutions,
  NOTHING_KNOWN,
} from '../../../protocol/script/descriptor/known-solutions.ts';
import { parseDescriptor } from '../../../protocol/script/descriptor/parse.ts';
import { KeyRing } from '../../../protocol/script/sign/signing-provider.ts';
import { p2wpkh } from '../../../protocol/script/templates.ts';
import { fillRing } from '../../keys/fill-ring.ts';

/**
 * What is told by `solving_data`: `{ "pubkeys": [ … ], "scripts": [ … ], "descriptors": [ … ] }`.
 *
 * @throws RpcError -3, -5, -8
 */
export function solvingDataFrom(value: JsonValue | undefined, chain: ChainParams): KnownSolutions {
  if (value === undefined || value === null) return NOTHING_KNOWN;
  const fields = objectFrom(value);
  const ring = new KeyRing();
  for (const item of listIn(fields, 'pubkeys')) addPublicKey(ring, publicKeyFrom(item));
  for (const item of listIn(fields, 'scripts')) ring.addScript(scriptFrom(item));
  for (const item of listIn(fields, 'descriptors')) addDescriptor(ring, stringFrom(item), chain);
  return {
    key: (hash) => {
      const publicKey = ring.publicKey(hash);
      return publicKey && { publicKey, origin: ring.keyOrigin(hash) };
    },
    script: (hash) => ring.script(hash),
    taproot: (outputKey) => ring.taproot(outputKey),
  };
}

function listIn(fields: ReadonlyMap<string, JsonValue>, name: string): readonly JsonValue[] {
  return fields.has(name) ? arrayFrom(fields.get(name)) : [];
}

function addPublicKey(ring: KeyRing, publicKey: Uint8Array): void {
  ring.addPublicKey(publicKey);
  ring.addScript(p2wpkh(hash160(publicKey)));
}

function scriptFrom(value: JsonValue): Uint8Array {
  const text = stringFrom(value);
  const bytes = text === '' ? undefined : bytesFromHex(text);
  if (bytes !== undefined) return bytes;
  throw refused(`'${text}' is not hex`);
}

function addDescriptor(ring: KeyRing, text: string, chain: ChainParams): void {
  try {
    fillRing(ring, expandDescriptor(parseDescriptor(text, chain, { requireChecksum: true }), 0));
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    throw new RpcError(
      RPC.invalidParameter,
      `Unable to parse descriptor '${text}': ${descriptorWords(error)}`,
    );
  }
}

function refused(message: string): RpcError {
  return new RpcError(RPC.invalidAddressOrKey, message);
}
