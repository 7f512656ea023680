/** The keys of a wallet's records. The first byte is a letter that says what a record is. */
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import type { OutPoint } from '../../protocol/primitives/transaction.ts';

/** What the store is: it stands in every wallet, and is written first. */
export const FORMAT_KEY: Uint8Array = Uint8Array.of(0x00);

/** `v`: the encrypted master key of the vault. */
export const VAULT_KEY: Uint8Array = letter('v');
/** `p`: up to which block the wallet knows the chain. */
export const PLACE_KEY: Uint8Array = letter('p');
/** `a`: which descriptors give out new addresses. */
export const ACTIVE_KEY: Uint8Array = letter('a');

export const PREFIXES = {
  /** `k` and a public key: its private key. */
  secret: letter('k'),
  /** `d` and the id of a descriptor. */
  descriptor: letter('d'),
  /** `s`, the id of a descriptor and an index: its scripts there. */
  scripts: letter('s'),
  /** `t` and a txid. */
  transaction: letter('t'),
  /** `l` and a script: what an address is called. */
  label: letter('l'),
  /** `c` and an outpoint: a coin that is not to be spent. */
  lockedCoin: letter('c'),
} as const;

export function secretKey(publicKey: Uint8Array): Uint8Array {
  return concatBytes(PREFIXES.secret, publicKey);
}

export function descriptorKey(id: Uint8Array): Uint8Array {
  return concatBytes(PREFIXES.descriptor, id);
}

/** Indices are big-endian, so that they come in their order. */
export function scriptsKey(id: Uint8Array, index: number): Uint8Array {
  const end = new Uint8Array(4);
  new DataView(end.buffer).setUint32(0, index);
  return concatBytes(PREFIXES.scripts, id, end);
}

export function transactionKey(txid: Uint8Array): Uint8Array {
  return concatBytes(PREFIXES.transaction, txid);
}

export function labelKey(script: Uint8Array): Uint8Array {
  return concatBytes(PREFIXES.label, script);
}

export function lockedCoinKey(outPoint: OutPoint): Uint8Array {
  return concatBytes(PREFIXES.lockedCoin, coinKey(outPoint));
}

function letter(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
