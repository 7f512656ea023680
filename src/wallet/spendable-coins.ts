/** Which of a wallet's coins may be spent now. */
import { Trust } from './ledger/balances.ts';
import { isFromWallet } from './ledger/history.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import { pendingAncestors, pendingDescendants } from './pending-ancestors.ts';
import { coinTier, type SpendableCoin } from './spend/coin-input.ts';
import type { WalletState } from './wallet-state.ts';

/** Which coins somebody wants to spend. */
export interface CoinWishes {
  /** Coins of less depth stay where they are. */
  readonly minDepth?: number;
  /** And those of more. */
  readonly maxDepth?: number;
  /** Also coins that wait and that others may take back. */
  readonly includesUnsafe?: boolean;
  /** Whoever signs may make signatures that are a byte longer than this wallet's. */
  readonly signsElsewhere?: boolean;
  /** Without coins at addresses that were paid from before: spent later, they tell whose those were. */
  readonly avoidsReuse?: boolean;
}

/** The transactions that wait together with one, that one included. */
interface Family {
  /** How many have to confirm with it. */
  readonly ancestors: number;
  /** How many depend on the one of these on which most depend. */
  readonly descendants: number;
}

export interface FoundCoins {
  readonly coins: readonly SpendableCoin[];
  /** Of coins that wait: what waits with them. */
  readonly families: ReadonlyMap<SpendableCoin, Family>;
  /** What coins hold of which nobody can tell how large their inputs would be, in satoshis. */
  readonly unsolvable: bigint;
}

/** From here on, {@link coinTier} asks nothing else. */
const SETTLED_DEPTH = 6;

/** Without a node, there may be any number of them, of which nobody asks. */
const COUNTED = { most: 100 };

/** The coins of a wallet, with the sizes of their inputs. */
export function findSpendable(
  state: WalletState,
  wishes: CoinWishes & { readonly isReachable: boolean },
): FoundCoins {
  const { ledger, lockedCoins, rules, keys } = state;
  const { isReachable, minDepth = 0, maxDepth = Number.MAX_SAFE_INTEGER } = wishes;
  const trust = new Trust(ledger, { ...rules, trustsWaiting: !isReachable });
  const coins: SpendableCoin[] = [];
  const families = new Map<SpendableCoin, Family>();
  const descendantsOf = remembered((each) => pendingDescendants(ledger, each).length + 1);
  const familyOf = remembered((walletTx) => {
    const ancestors = pendingAncestors(ledger, [walletTx], COUNTED);
    const descendants = Math.max(0, ...[...ancestors].map(descendantsOf));
    return { ancestors: ancestors.size, descendants };
  });
  let unsolvable = 0n;
  for (const coin of ledger.unspent()) {
    const { walletTx, vout, output } = coin;
    const depth = ledger.depth(walletTx);
    if (depth < minDepth || depth > maxDepth) continue;
    if (lockedCoins.has(coin.key) || !trust.isMature(coin)) continue;
    if (wishes.avoidsReuse === true && state.isUsed(output.scriptPubKey)) continue;
    if (depth === 0 && !isOffered(walletTx, trust, wishes)) continue;
    const size = keys.inputSizeOf(output.scriptPubKey, { lowR: wishes.signsElsewhere !== true });
    if (size === undefined) {
      unsolvable += output.value;
      continue;
    }
    const family = depth === 0 ? familyOf(walletTx) : undefined;
    // Of what lies deep enough for both kinds, it does not matter who paid it.
    const isOwn = depth < SETTLED_DEPTH && isFromWallet(ledger, walletTx);
    const ancestors = Math.max(family?.ancestors ?? 0, family?.descendants ?? 0);
    const tier = coinTier({ depth, isOwn, ancestors });
    const spendable = { outPoint: { txid: walletTx.txid, vout }, output, size, tier };
    coins.push(spendable);
    if (family !== undefined) families.set(spendable, family);
  }
  return { coins, families, unsolvable };
}

/** Whether a coin that waits is to be had. What a node does not have may be what it does not want. */
function isOffered(
  walletTx: WalletTx,
  trust: Trust,
  { isReachable, includesUnsafe = false }: CoinWishes & { readonly isReachable: boolean },
): boolean {
  const { kind } = walletTx.state;
  if (includesUnsafe && (kind === 'pool' || (!isReachable && kind === 'waiting'))) return true;
  return trust.isTrusted(walletTx) && isUndisputed(walletTx);
}

/** Of two payments of which one replaces the other, nobody knows yet which will be. */
function isUndisputed({ notes }: WalletTx): boolean {
  return notes.replaces === undefined && notes.replacedBy === undefined;
}

function remembered<T>(count: (walletTx: WalletTx) => T): (walletTx: WalletTx) => T {
  const known = new Map<WalletTx, T>();
  return (walletTx) => {
    const before = known.get(walletTx);
    if (before !== undefined) return before;
    const answer = count(walletTx);
    known.set(walletTx, answer);
    return answer;
  };
}
