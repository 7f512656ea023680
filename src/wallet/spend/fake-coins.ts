/** Coins for the tests of this folder. */
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { p2pkh, p2tr, p2wpkh } from '../../protocol/script/templates.ts';
import type { ChangeOutput } from './change-terms.ts';
import type { SpendableCoin } from './coin-input.ts';
import type { InputSize } from './input-size.ts';

export const WPKH: InputSize = { scriptSig: 0, witness: 107 };
export const TR: InputSize = { scriptSig: 0, witness: 67 };
export const PKH: InputSize = { scriptSig: 106, witness: 0 };

type FakeKind = 'wpkh' | 'tr' | 'pkh';

const SIZES: Readonly<Record<FakeKind, InputSize>> = { wpkh: WPKH, tr: TR, pkh: PKH };

/** A script that nobody else has. */
export function scriptOf(kind: FakeKind, owner: number): Uint8Array {
  const hash = new Uint8Array(kind === 'tr' ? 32 : 20);
  new DataView(hash.buffer).setUint32(0, owner);
  if (kind === 'tr') return p2tr(hash);
  return kind === 'wpkh' ? p2wpkh(hash) : p2pkh(hash);
}

let made = 0;

export interface FakeCoin {
  readonly kind?: FakeKind;
  /** Whose address it was paid to; each has its own by default. */
  readonly owner?: number;
  readonly tier?: number;
  readonly sequence?: number;
}

export function coin(
  value: bigint,
  { kind = 'wpkh', owner, ...rest }: FakeCoin = {},
): SpendableCoin {
  made++;
  const txid = new Uint8Array(32);
  new DataView(txid.buffer).setUint32(0, made);
  return {
    outPoint: { txid: txid as Txid, vout: 0 },
    output: { value, scriptPubKey: scriptOf(kind, owner ?? 1_000_000 + made) },
    size: SIZES[kind],
    ...rest,
  };
}

export const CHANGE: ChangeOutput = { script: scriptOf('wpkh', 1), size: WPKH };
