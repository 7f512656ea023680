import { toHex } from '../bytes/hex.ts';
import {
  AddressError,
  type AddressPrefixes,
  addressFromScript,
  scriptFromAddress,
} from '../script/address.ts';
import { solveScript } from '../script/templates.ts';
import type { JsonObject } from './json-text.ts';

/**
 * An address as `validateaddress` shows it, valid or not.
 *
 * @example
 * addressToJson('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', main.addressPrefixes).isvalid // true
 */
export function addressToJson(text: string, prefixes: AddressPrefixes): JsonObject {
  try {
    const script = scriptFromAddress(text, prefixes);
    return {
      isvalid: true,
      address: addressFromScript(script, prefixes),
      scriptPubKey: toHex(script),
      ...addressFormToJson(script),
    };
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    return { isvalid: false, error_locations: error.locations, error: error.message };
  }
}

/**
 * What form of address a script has. Which fields there are differs from form to form, and Core's RPC
 * tells no more of an anchor.
 *
 * @example
 * addressFormToJson(p2wpkh(hash)) // { isscript: false, iswitness: true, witness_version: 0, … }
 */
export function addressFormToJson(script: Uint8Array): JsonObject {
  const form = solveScript(script);
  switch (form.kind) {
    case 'witness_v0_keyhash':
      return { isscript: false, iswitness: true, ...witness(0, form.hash) };
    case 'witness_v0_scripthash':
      return { isscript: true, iswitness: true, ...witness(0, form.hash) };
    case 'witness_v1_taproot':
      return { isscript: true, iswitness: true, ...witness(1, form.outputKey) };
    case 'anchor':
      return { isscript: true, iswitness: true };
    case 'witness_unknown':
      return { iswitness: true, ...witness(form.version, form.program) };
    default:
      return { isscript: form.kind === 'scripthash', iswitness: false };
  }
}

function witness(version: number, program: Uint8Array): JsonObject {
  return { witness_version: version, witness_program: toHex(program) };
}
