/** Which of a wallet's coins may be spent now. */
import { Trust } from './ledger/balances.ts';
import { isFromWallet } from './ledger/history.ts';
import type { WalletTx } from './ledger/wallet-tx.ts';
import { pendingAncestors } from './pending-ancestors.ts';
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

export interface FoundCoins {
  readonly coins: readonly SpendableCoin[];
  /** Of coins that wait: how many transactions have to confirm with them, their own included. */
  readonly families: ReadonlyMap<SpendableCoin, number>;
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
  const families = new Map<SpendableCoin, number>();
  const familySize = remembered((walletTx) => pendingAncestors(ledger, [walletTx], COUNTED).size);
  let unsolvable = 0n;
  for (const coin of ledger.unspent()) {
    const { walletTx, vout, output } = coin;
    const depth = ledger.depth(walletTx);
    if (depth < minDepth || depth > maxDepth) continue;
    if (lockedCoins.has(coin.key) || !trust.isMature(coin)) continue;
    if (wishes.avoidsReuse === true && state.isUsed(output.scriptPubKey)) continue;
    if (depth === 0 && !isOffered(walletTx, trust, wishes)) continue;
    const keeper = keys.ownerOf(output.scriptPubKey)?.keeper;
    const size = wishes.signsElsewhere === true ? keeper?.largestInputSize : keeper?.inputSize;
    if (size === undefined) {
      unsolvable += output.value;
      continue;
    }
    const ancestors = depth === 0 ? familySize(walletTx) : 0;
    // Of what lies deep enough for both kinds, it does not matter who paid it.
    const isOwn = depth < SETTLED_DEPTH && isFromWallet(ledger, walletTx);
    const tier = coinTier({ depth, isOwn, ancestors });
    const spendable = { outPoint: { txid: walletTx.txid, vout }, output, size, tier };
    coins.push(spendable);
    if (depth === 0) families.set(spendable, ancestors);
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

function remembered(count: (walletTx: WalletTx) => number): (walletTx: WalletTx) => number {
  const known = new Map<WalletTx, number>();
  return (walletTx) => {
    const before = known.get(walletTx);
    if (before !== undefined) return before;
    const answer = count(walletTx);
    known.set(walletTx, answer);
    return answer;
  };
}
