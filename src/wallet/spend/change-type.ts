import type { OutputType } from '../../protocol/script/descriptor/output-type.ts';
import { solveScript } from '../../protocol/script/templates.ts';

export interface ChangeTypeChoice {
  /** What the user insists on. */
  readonly wanted?: OutputType | undefined;
  /** The kind of address that this wallet gives out by default. */
  readonly addressType: OutputType;
  /** The kinds of which this wallet can make addresses for change. */
  readonly available: ReadonlySet<OutputType>;
}

const PREFERRED: readonly OutputType[] = ['bech32m', 'bech32', 'p2sh-segwit', 'legacy'];

/**
 * The kind of address that change goes to: that of a recipient where possible, so that nobody sees by
 * the forms alone which output came back. The rule is Bitcoin Core's.
 *
 * @example
 * changeType([p2wpkh(hash)], { addressType: 'bech32m', available: new Set(['bech32', 'bech32m']) })
 * // 'bech32'
 */
export function changeType(
  recipients: readonly Uint8Array[],
  { wanted, addressType, available }: ChangeTypeChoice,
): OutputType {
  if (wanted !== undefined) return wanted;
  // Whoever gives out the oldest addresses may have a reader that knows no others.
  if (addressType === 'legacy') return 'legacy';
  const paid = new Set(recipients.map(matchingType));
  for (const type of PREFERRED) if (paid.has(type) && available.has(type)) return type;
  for (const type of ['bech32m', 'bech32'] as const) if (available.has(type)) return type;
  return addressType;
}

/** Core matches P2WPKH and not P2WSH: change is never a script of several. */
function matchingType(script: Uint8Array): OutputType | undefined {
  switch (solveScript(script).kind) {
    case 'witness_v1_taproot':
      return 'bech32m';
    case 'witness_v0_keyhash':
      return 'bech32';
    case 'scripthash':
      return 'p2sh-segwit';
    case 'pubkeyhash':
      return 'legacy';
    default:
      return undefined;
  }
}
