import {
  NODE_BLOOM,
  NODE_COMPACT_FILTERS,
  NODE_NETWORK,
  NODE_NETWORK_LIMITED,
  NODE_P2P_V2,
  NODE_WITNESS,
} from '../../../protocol/wire/services.ts';

const NAMES: ReadonlyMap<bigint, string> = new Map([
  [NODE_NETWORK, 'NETWORK'],
  [NODE_BLOOM, 'BLOOM'],
  [NODE_WITNESS, 'WITNESS'],
  [NODE_COMPACT_FILTERS, 'COMPACT_FILTERS'],
  [NODE_NETWORK_LIMITED, 'NETWORK_LIMITED'],
  [NODE_P2P_V2, 'P2P_V2'],
]);
const BITS = 64n;
const HEX_DIGITS = 16;

/**
 * What a node offers, in Core's words. A bit that has no name is told by its number.
 *
 * @example
 * serviceNames(9n) // ['NETWORK', 'WITNESS']
 */
export function serviceNames(services: bigint): readonly string[] {
  const names: string[] = [];
  for (let bit = 0n; bit < BITS; bit++) {
    const flag = 1n << bit;
    if ((services & flag) !== 0n) names.push(NAMES.get(flag) ?? `UNKNOWN[2^${bit}]`);
  }
  return names;
}

/** @example hexServices(9n) // '0000000000000009' */
export function hexServices(services: bigint): string {
  return services.toString(16).padStart(HEX_DIGITS, '0');
}
