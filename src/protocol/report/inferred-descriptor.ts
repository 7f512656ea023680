import { curve } from '#curve';
import { toHex } from '../bytes/hex.ts';
import { type AddressPrefixes, addressFromScript } from '../script/address.ts';
import { addChecksum } from '../script/descriptor/checksum.ts';
import { decompileMiniscript } from '../script/miniscript/decompile-miniscript.ts';
import { miniscriptFault } from '../script/miniscript/miniscript-fault.ts';
import { printMiniscript } from '../script/miniscript/print-miniscript.ts';
import { solveScript } from '../script/templates.ts';

/**
 * The descriptor that says most about an output script when nothing but the script is known: its
 * keys where it shows them, else its address, else its bytes.
 *
 * @example
 * inferredDescriptor(fromHex('6a'), main.addressPrefixes) // 'raw(6a)#4mhr9ur5'
 */
export function inferredDescriptor(script: Uint8Array, prefixes: AddressPrefixes): string {
  return descriptorWithAddress(script, addressFromScript(script, prefixes));
}

/** The same for a script whose address is known, or that has none. */
export function descriptorWithAddress(script: Uint8Array, address: string | undefined): string {
  const keys = keysText(script, 'top') ?? taprootText(script);
  return addChecksum(keys ?? addressText(script, address));
}

/**
 * The same for a pay-to-witness-script-hash output of which the script is known: most scripts that make
 * sense are miniscripts.
 */
export function inferredWitnessDescriptor(
  output: Uint8Array,
  witnessScript: Uint8Array,
  prefixes: AddressPrefixes,
): string {
  const inner = keysText(witnessScript, 'wsh') ?? miniscriptText(witnessScript);
  if (inner !== undefined) return addChecksum(`wsh(${inner})`);
  return addChecksum(addressText(output, addressFromScript(output, prefixes)));
}

function keysText(script: Uint8Array, place: 'top' | 'wsh'): string | undefined {
  const form = solveScript(script);
  if (form.kind === 'pubkey') {
    return isPlainKey(form.publicKey, place) ? `pk(${toHex(form.publicKey)})` : undefined;
  }
  if (form.kind === 'multisig') {
    return form.publicKeys.every((key) => isPlainKey(key, place))
      ? `multi(${[form.required, ...form.publicKeys.map(toHex)].join(',')})`
      : undefined;
  }
  return undefined;
}

/** Keys of which a script has the hash alone are not known here. */
function miniscriptText(script: Uint8Array): string | undefined {
  const found = decompileMiniscript(script, 'wsh', {
    byBytes: (key) => (key.length === 33 && (key[0] === 2 || key[0] === 3) ? key : undefined),
    byHash: () => undefined,
  });
  const isSane = found !== undefined && miniscriptFault(found, toHex) === undefined;
  return isSane ? printMiniscript(found, toHex) : undefined;
}

/** Descriptors have no hybrid keys (first byte 6 or 7), and witness scripts no uncompressed ones. */
function isPlainKey(key: Uint8Array, place: 'top' | 'wsh'): boolean {
  const first = key[0] as number;
  return place === 'top' ? first <= 4 : first <= 3;
}

/** An output key that is not on the curve cannot be spent, and `rawtr` does not take it. */
function taprootText(script: Uint8Array): string | undefined {
  const form = solveScript(script);
  return form.kind === 'witness_v1_taproot' && curve.isXOnlyKey(form.outputKey)
    ? `rawtr(${toHex(form.outputKey)})`
    : undefined;
}

function addressText(script: Uint8Array, address: string | undefined): string {
  return address === undefined ? `raw(${toHex(script)})` : `addr(${address})`;
}
