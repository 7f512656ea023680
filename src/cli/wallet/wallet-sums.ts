/** What a wallet has, told apart as people ask for it. */

import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { addressFromScript } from '../../protocol/script/address.ts';
import { blocksToMaturity } from '../../wallet/ledger/balances.ts';
import type { Wallet } from '../../wallet/wallet.ts';

/** In satoshis. Together, it is all that the wallet has. */
export interface Sums {
  /** In blocks, deep enough, and to be spent. */
  readonly confirmed: bigint;
  /** Not in a block, or not deep enough. */
  readonly pending: bigint;
  /** Mined, and not old enough to be spent. */
  readonly immature: bigint;
}

export interface AddressSums extends Sums {
  /** Empty where it has none. */
  readonly name: string;
  readonly address: string;
  /** Whether nobody was given it. */
  readonly isChange: boolean;
}

export const NO_SUMS: Sums = { confirmed: 0n, pending: 0n, immature: 0n };

/**
 * @param isMeant which coins count, by their scripts; all by default
 * @example
 * sumsOf(wallet, 1) // { confirmed: 5_000_000_000n, pending: 0n, immature: 0n }
 */
export function sumsOf(
  wallet: Wallet,
  minDepth: number,
  isMeant: (script: Uint8Array) => boolean = () => true,
): Sums {
  let sums = NO_SUMS;
  for (const { script, ...coin } of coinsOf(wallet, minDepth)) {
    if (isMeant(script)) sums = addSums(sums, coin);
  }
  return sums;
}

/** All addresses that were given out, in the order of their names, and those with change on them. */
export function addressSums(
  wallet: Wallet,
  { addressPrefixes }: ChainParams,
): readonly AddressSums[] {
  const { book } = wallet.state;
  const found = new ByteMap<Sums>(0);
  for (const { script, purpose } of book.all()) {
    if (purpose === 'receive' && wallet.state.ledger.isOurs(script)) found.set(script, NO_SUMS);
  }
  for (const { script, ...coin } of coinsOf(wallet, 1)) {
    found.set(script, addSums(found.get(script) ?? NO_SUMS, coin));
  }
  return [...found]
    .map(([script, sums]) => {
      const entry = book.get(script);
      const address = addressFromScript(script, addressPrefixes) ?? '(a key without an address)';
      return { name: entry?.label ?? '', address, isChange: entry === undefined, ...sums };
    })
    .sort((a, b) => Number(a.isChange) - Number(b.isChange) || order(a.name, b.name));
}

export function addSums(a: Sums, b: Sums): Sums {
  return {
    confirmed: a.confirmed + b.confirmed,
    pending: a.pending + b.pending,
    immature: a.immature + b.immature,
  };
}

function* coinsOf(
  wallet: Wallet,
  minDepth: number,
): Generator<Sums & { readonly script: Uint8Array }> {
  const { ledger, rules } = wallet.state;
  for (const { walletTx, output, depth } of wallet.coins()) {
    const { scriptPubKey: script, value } = output;
    // Of what no block has that was mined, nothing is left.
    if (depth === 0 && walletTx.isCoinbase) continue;
    const kind =
      blocksToMaturity(ledger, walletTx, rules) > 0
        ? 'immature'
        : depth >= minDepth
          ? 'confirmed'
          : 'pending';
    yield { ...NO_SUMS, [kind]: value, script };
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
