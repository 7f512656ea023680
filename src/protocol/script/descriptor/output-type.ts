import { solveScript } from '../templates.ts';
import type { Descriptor } from './descriptor.ts';

/** The kinds of addresses that a wallet chooses from, by Bitcoin Core's names. */
export type OutputType = 'legacy' | 'p2sh-segwit' | 'bech32' | 'bech32m';

/**
 * The kind of address that a descriptor gives; undefined where it gives none, or several.
 *
 * @example
 * outputType(parseDescriptor('sh(wpkh(02…))', mainnet)) // 'p2sh-segwit'
 */
export function outputType(descriptor: Descriptor): OutputType | undefined {
  switch (descriptor.kind) {
    case 'pkh':
      return 'legacy';
    case 'wpkh':
    case 'wsh':
      return 'bech32';
    case 'tr':
    case 'rawtr':
      return 'bech32m';
    case 'sh':
      return outputType(descriptor.inner) === 'bech32' ? 'p2sh-segwit' : 'legacy';
    case 'addr':
    case 'raw':
      return outputTypeOfScript(descriptor.script);
    default:
      return undefined;
  }
}

function outputTypeOfScript(script: Uint8Array): OutputType | undefined {
  switch (solveScript(script).kind) {
    case 'pubkeyhash':
    case 'scripthash':
      return 'legacy';
    case 'witness_v0_keyhash':
    case 'witness_v0_scripthash':
      return 'bech32';
    case 'witness_v1_taproot':
    case 'witness_unknown':
      return 'bech32m';
    default:
      return undefined;
  }
}
