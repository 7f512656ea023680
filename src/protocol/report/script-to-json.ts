import { toHex } from '../bytes/hex.ts';
import { isUnspendable } from '../consensus/coin.ts';
import { hash160, sha256 } from '../crypto/hash.ts';
import { type AddressPrefixes, addressFromScript } from '../script/address.ts';
import { scriptSigToAsm, scriptToAsm } from '../script/asm.ts';
import { p2sh, p2wpkh, p2wsh, type ScriptTemplate, solveScript } from '../script/templates.ts';
import { descriptorWithAddress, inferredWitnessDescriptor } from './inferred-descriptor.ts';
import type { JsonObject } from './json-text.ts';
import { hasTapscriptOpcode, hasValidOps } from './script-soundness.ts';

/**
 * An output script as every RPC method shows it.
 *
 * @example
 * scriptToJson(fromHex('51024e73'), main.addressPrefixes).type // 'anchor'
 */
export function scriptToJson(script: Uint8Array, prefixes: AddressPrefixes): JsonObject {
  const address = addressFromScript(script, prefixes);
  return describe(script, address, descriptorWithAddress(script, address), toHex(script));
}

/** The script of an input, with the hash types of what looks like a signature. */
export function scriptSigToJson(script: Uint8Array): JsonObject {
  return { asm: scriptSigToAsm(script), hex: toHex(script) };
}

/**
 * Any script as `decodescript` shows it: with the addresses that would pay to it, were it behind a
 * hash.
 *
 * @example
 * decodedScriptToJson(fromHex('51'), main.addressPrefixes).p2sh // '3…'
 */
export function decodedScriptToJson(script: Uint8Array, prefixes: AddressPrefixes): JsonObject {
  const form = solveScript(script);
  const address = addressFromScript(script, prefixes);
  const own = describe(script, address, descriptorWithAddress(script, address), undefined);
  if (!canBeWrapped(script, form)) return own;
  return {
    ...own,
    p2sh: addressFromScript(p2sh(hash160(script)), prefixes),
    segwit: segwitToJson(script, form, prefixes),
  };
}

/**
 * The SegWit output that is like a script: to the hash of its key, or of the whole script. Witness
 * programs are not wrapped again, and uncompressed keys cannot be spent by a witness.
 */
function segwitToJson(
  script: Uint8Array,
  form: ScriptTemplate,
  prefixes: AddressPrefixes,
): JsonObject | undefined {
  switch (form.kind) {
    case 'pubkey':
      return isCompressed(form.publicKey)
        ? keyHashToJson(hash160(form.publicKey), prefixes)
        : undefined;
    case 'pubkeyhash':
      return keyHashToJson(form.hash, prefixes);
    case 'multisig':
      return form.publicKeys.every(isCompressed) ? scriptHashToJson(script, prefixes) : undefined;
    case 'nonstandard':
      return scriptHashToJson(script, prefixes);
    default:
      return undefined;
  }
}

function keyHashToJson(hash: Uint8Array, prefixes: AddressPrefixes): JsonObject {
  const output = p2wpkh(hash);
  return { ...scriptToJson(output, prefixes), ...nestedAddress(output, prefixes) };
}

function scriptHashToJson(script: Uint8Array, prefixes: AddressPrefixes): JsonObject {
  const output = p2wsh(sha256(script));
  const desc = inferredWitnessDescriptor(output, script, prefixes);
  return {
    ...describe(output, addressFromScript(output, prefixes), desc, toHex(output)),
    ...nestedAddress(output, prefixes),
  };
}

/** A SegWit output behind a script hash, for those who could not yet pay to one (BIP141). */
function nestedAddress(output: Uint8Array, prefixes: AddressPrefixes): JsonObject {
  return { 'p2sh-segwit': addressFromScript(p2sh(hash160(output)), prefixes) };
}

function describe(
  script: Uint8Array,
  address: string | undefined,
  desc: string,
  hex: string | undefined,
): JsonObject {
  return {
    asm: scriptToAsm(script),
    desc,
    hex,
    address,
    type: solveScript(script).kind,
  };
}

/** What is itself a hash of a script, or could never run behind one, is not wrapped. */
function canBeWrapped(script: Uint8Array, { kind }: ScriptTemplate): boolean {
  switch (kind) {
    case 'multisig':
    case 'nonstandard':
    case 'pubkey':
    case 'pubkeyhash':
    case 'witness_v0_keyhash':
    case 'witness_v0_scripthash':
      return hasValidOps(script) && !isUnspendable(script) && !hasTapscriptOpcode(script);
    default:
      return false;
  }
}

function isCompressed(publicKey: Uint8Array): boolean {
  return publicKey.length === 33;
}
