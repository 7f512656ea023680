/** What a wallet knows of an address: the fields of `getaddressinfo`. */
import { toHex } from '../../protocol/bytes/hex.ts';
import { ripemd160 } from '../../protocol/crypto/hash.ts';
import { formatPath } from '../../protocol/keys/key-path.ts';
import { addressFormToJson } from '../../protocol/report/address-to-json.ts';
import type { JsonObject } from '../../protocol/report/json-text.ts';
import { type AddressPrefixes, addressFromScript } from '../../protocol/script/address.ts';
import type { KeyOrigin } from '../../protocol/script/descriptor/key-expression.ts';
import type { KnownSolutions } from '../../protocol/script/descriptor/known-solutions.ts';
import { descriptorToString } from '../../protocol/script/descriptor/print.ts';
import { byXOnlyKey } from '../../protocol/script/sign/signing-provider.ts';
import { solveScript } from '../../protocol/script/templates.ts';
import type { Wallet } from '../wallet.ts';
import { solutionOf } from './solution-of.ts';

/** Wallets of descriptors have none; the field is from before them. */
const NO_SEED_ID = '00'.repeat(20);
const COMPRESSED_LENGTH = 33;

/**
 * An address as a wallet sees it, be it the wallet's or not.
 *
 * @example
 * addressInfo(wallet, script).hdkeypath // 'm/84h/1h/0h/0/0'
 */
export function addressInfo(wallet: Wallet, script: Uint8Array): JsonObject {
  const { keys, book, options, isChange } = wallet.state;
  const { chain } = options;
  const keeper = keys.ownerOf(script)?.keeper;
  const solution = solutionOf(wallet, script);
  const { descriptor, known } = solution ?? {};
  const origin = known && originOf(script, known);
  const entry = book.get(script);
  return {
    address: addressFromScript(script, chain.addressPrefixes),
    scriptPubKey: toHex(script),
    ismine: keeper !== undefined,
    solvable: descriptor !== undefined,
    desc: descriptor && descriptorToString(descriptor, chain),
    parent_desc: keeper?.record.normalized,
    // Whatever is in a wallet of descriptors is its own.
    iswatchonly: false,
    ...addressFormToJson(script),
    ...(known && knownToJson(script, known, chain.addressPrefixes)),
    ischange: isChange(script),
    timestamp: origin && keeper?.record.timestamp,
    hdkeypath: origin && formatPath(origin.path),
    hdseedid: origin && NO_SEED_ID,
    hdmasterfingerprint: origin && toHex(origin.fingerprint),
    labels: entry === undefined ? [] : [entry.label],
  };
}

/** The key of an address, or the script of which it has the hash. */
function knownToJson(
  script: Uint8Array,
  known: KnownSolutions,
  prefixes: AddressPrefixes,
): JsonObject {
  const form = solveScript(script);
  switch (form.kind) {
    case 'pubkeyhash': {
      const key = known.key(form.hash)?.publicKey;
      return key ? { pubkey: toHex(key), iscompressed: key.length === COMPRESSED_LENGTH } : {};
    }
    case 'witness_v0_keyhash': {
      const key = known.key(form.hash)?.publicKey;
      return key ? { pubkey: toHex(key) } : {};
    }
    case 'scripthash':
      return innerToJson(known.script(form.hash), known, prefixes);
    case 'witness_v0_scripthash':
      return innerToJson(known.script(ripemd160(form.hash)), known, prefixes);
    default:
      return {};
  }
}

function innerToJson(
  script: Uint8Array | undefined,
  known: KnownSolutions,
  prefixes: AddressPrefixes,
): JsonObject {
  if (script === undefined) return {};
  const form = solveScript(script);
  const shown: JsonObject = { script: form.kind, hex: toHex(script) };
  const address = addressFromScript(script, prefixes);
  if (address !== undefined) {
    const inner: JsonObject = {
      ...addressFormToJson(script),
      ...knownToJson(script, known, prefixes),
    };
    const embedded = { ...inner, address, scriptPubKey: toHex(script) };
    // So that those who ask for the key of any address find it in one place.
    return { ...shown, pubkey: inner['pubkey'], embedded };
  }
  if (form.kind !== 'multisig') return shown;
  return { ...shown, sigsrequired: form.required, pubkeys: form.publicKeys.map(toHex) };
}

/** Where the one key of an address comes from; of others, such as multisig, nobody could say whose. */
function originOf(script: Uint8Array, known: KnownSolutions): KeyOrigin | undefined {
  const form = solveScript(script);
  switch (form.kind) {
    case 'pubkeyhash':
    case 'witness_v0_keyhash':
      return known.key(form.hash)?.origin;
    case 'scripthash': {
      const inner = known.script(form.hash);
      const innerForm = inner && solveScript(inner);
      if (innerForm?.kind !== 'witness_v0_keyhash') return undefined;
      return known.key(innerForm.hash)?.origin;
    }
    case 'witness_v1_taproot': {
      const solution = known.taproot(form.outputKey);
      if (solution === undefined || solution.leaves.length > 0) return undefined;
      return byXOnlyKey(solution.internalKey, (hash) => known.key(hash))?.origin;
    }
    default:
      return undefined;
  }
}
