/** How much a wallet has, and how sure that is. */
import { isCoinbase } from '../../protocol/primitives/transaction.ts';
import type { Ledger } from './ledger.ts';
import { isOutdone } from './outdone.ts';
import type { OwnCoin, WalletTx } from './wallet-tx.ts';

/** In satoshis. No coin is in two of them. */
export interface Balances {
  /** Confirmed, or change of the wallet's own payments that nobody else can take back. */
  readonly trusted: bigint;
  /** In the pool, and from others. */
  readonly untrustedPending: bigint;
  /** Mined, and not yet deep enough to be spent. */
  readonly immature: bigint;
  /** What comes back from payments that no node has yet. Bitcoin Core counts it nowhere. */
  readonly waiting: bigint;
  /** What would be trusted or pending, and is at addresses that were paid from. See {@link BalanceRules.isUsed}. */
  readonly used: bigint;
}

export interface BalanceRules {
  /** How deep a coinbase must lie before it may be spent (`coinbaseMaturity`). */
  readonly coinbaseMaturity: number;
  /** Whether change that waits for its block may be spent: Core's `-spendzeroconfchange`. */
  readonly spendsPendingChange: boolean;
  /**
   * Whether the wallet's own payments are relied on that no node has yet. Without a node that is the
   * only way to pay a second time; with one, what it does not have may be what it does not want.
   */
  readonly trustsWaiting?: boolean;
  /** Coins of less depth are not counted as trusted. */
  readonly minDepth?: number;
  /** Whether a coin is at an address that was paid from: such coins are counted by themselves. */
  readonly isUsed?: ((script: Uint8Array) => boolean) | undefined;
}

/**
 * Answers whether transactions can be relied on. It remembers its answers, so that it is good for as
 * long as the ledger does not change.
 */
export class Trust {
  readonly #ledger: Ledger;
  readonly #rules: BalanceRules;
  readonly #known = new Map<WalletTx, boolean>();

  constructor(ledger: Ledger, rules: BalanceRules) {
    this.#ledger = ledger;
    this.#rules = rules;
  }

  /**
   * Whether nobody but the wallet could keep a transaction from confirming: it is confirmed, or it is
   * the wallet's own, in the pool, and spends nothing but what can be relied on itself.
   */
  isTrusted(walletTx: WalletTx): boolean {
    if (walletTx.state.kind === 'confirmed') return true;
    const known = this.#known.get(walletTx);
    if (known !== undefined) return known;
    const answer = this.#decide(walletTx);
    this.#known.set(walletTx, answer);
    return answer;
  }

  /** Whether a coin may be spent for its age. Core's wallet waits one block more than the rule asks. */
  isMature({ walletTx }: OwnCoin): boolean {
    return blocksToMaturity(this.#ledger, walletTx, this.#rules) === 0;
  }

  #decide(walletTx: WalletTx): boolean {
    const { state, tx } = walletTx;
    if (!this.#rules.spendsPendingChange || isCoinbase(tx)) return false;
    const isUnderWay = state.kind === 'waiting' && this.#rules.trustsWaiting === true;
    if (state.kind !== 'pool' && !(isUnderWay && !isOutdone(this.#ledger, walletTx))) return false;
    return tx.inputs.every(({ prevout }) => {
      const parent = this.#ledger.get(prevout.txid);
      const output = parent?.tx.outputs[prevout.vout];
      if (parent === undefined || output === undefined) return false;
      return this.#ledger.isOurs(output.scriptPubKey) && this.isTrusted(parent);
    });
  }
}

/**
 * How many blocks it still takes until what a coinbase paid may be spent; 0 for other transactions.
 *
 * @example
 * blocksToMaturity(ledger, coinbase, { coinbaseMaturity: 100 }) // 101 while it has no block
 */
export function blocksToMaturity(
  ledger: Ledger,
  walletTx: WalletTx,
  { coinbaseMaturity }: Pick<BalanceRules, 'coinbaseMaturity'>,
): number {
  if (!walletTx.isCoinbase) return 0;
  return Math.max(0, coinbaseMaturity + 1 - ledger.depth(walletTx));
}

/** The sum of the coins of a wallet, by how sure they are. */
export function balancesOf(ledger: Ledger, rules: BalanceRules): Balances {
  const trust = new Trust(ledger, rules);
  const { minDepth = 0, isUsed } = rules;
  let [trusted, untrustedPending, immature, waiting, used] = [0n, 0n, 0n, 0n, 0n];
  for (const coin of ledger.unspent()) {
    const { walletTx, output } = coin;
    const depth = ledger.depth(walletTx);
    if (depth < 0 || walletTx.state.kind === 'abandoned') continue;
    if (!trust.isMature(coin)) immature += depth > 0 ? output.value : 0n;
    else if (isUsed?.(output.scriptPubKey) === true) {
      const isCounted = trust.isTrusted(walletTx)
        ? depth >= minDepth
        : walletTx.state.kind === 'pool';
      used += isCounted ? output.value : 0n;
    } else if (trust.isTrusted(walletTx)) trusted += depth >= minDepth ? output.value : 0n;
    else if (walletTx.state.kind === 'pool') untrustedPending += output.value;
    else if (!isOutdone(ledger, walletTx)) waiting += output.value;
  }
  return { trusted, untrustedPending, immature, waiting, used };
}
