/** Coins that are spent together or not at all. */
import { toHex } from '../../protocol/bytes/hex.ts';
import {
  type CoinKind,
  coinKind,
  type PaymentRates,
  type SpendableCoin,
  spendingFee,
} from './coin-input.ts';
import { type InputSize, inputWeight } from './input-size.ts';

export interface CoinGroup {
  readonly coins: readonly SpendableCoin[];
  readonly kind: CoinKind;
  /** What it adds to a payment; the fees for spending it are taken off, unless recipients bear them. */
  readonly amount: bigint;
  /** What spending it costs now. */
  readonly fee: bigint;
  /** What spending it is expected to cost one day. */
  readonly longTermFee: bigint;
  readonly weight: number;
  /** Of the coin that is the least welcome. */
  readonly tier: number;
  /** Whether other coins of the same address are in groups that are full. */
  readonly isPartial: boolean;
}

/** What decides how coins are weighed and put together. */
export interface GroupTerms {
  readonly rates: PaymentRates;
  /** Whether recipients bear the fees, so that a coin counts with all that it holds. */
  readonly feeIsSubtracted: boolean;
  readonly avoidPartialSpends: boolean;
}

/** Whoever was paid very often to one address shall not be surprised by the fee: Core's limit. */
const MAX_COINS_IN_GROUP = 100;

/**
 * Groups of all coins that are worth spending at this rate: of one each, or, where partial spends are
 * to be avoided, of all coins of one script.
 *
 * @example
 * groupCoins(coins, { rates, feeIsSubtracted: false, avoidPartialSpends: true })
 */
export function groupCoins(
  coins: readonly SpendableCoin[],
  terms: GroupTerms,
): readonly CoinGroup[] {
  const costOf = costsAt(terms.rates);
  const worthwhile = coins.filter(
    ({ output, size, ancestorFee = 0n }) => output.value > costOf(size).fee + ancestorFee,
  );
  const groupOf = (members: readonly SpendableCoin[], isPartial: boolean): CoinGroup => {
    const sums = addUp(members, costOf);
    const amount = terms.feeIsSubtracted ? sums.value : sums.value - sums.fee;
    const kind = coinKind(members[0] as SpendableCoin);
    const { fee, longTermFee, weight, tier } = sums;
    return { coins: members, kind, amount, fee, longTermFee, weight, tier, isPartial };
  };
  if (!terms.avoidPartialSpends) return worthwhile.map((coin) => groupOf([coin], false));
  const byScript = new Map<string, SpendableCoin[]>();
  for (const coin of worthwhile) {
    const script = toHex(coin.output.scriptPubKey);
    const others = byScript.get(script);
    if (others === undefined) byScript.set(script, [coin]);
    else others.push(coin);
  }
  return [...byScript.values()].flatMap((ofScript) =>
    inHundreds(ofScript).map((some, i) => groupOf(some, i > 0 && some.length < MAX_COINS_IN_GROUP)),
  );
}

/**
 * The largest amounts first; of equal ones those that weigh less.
 *
 * @example
 * sortGroups(groups)[0] // the one that adds the most
 */
export function sortGroups(groups: readonly CoinGroup[]): readonly CoinGroup[] {
  // Numbers are compared three times as fast, and what they round is no matter to an order.
  const keys = Float64Array.from(groups, ({ amount }) => Number(amount));
  const order = Uint32Array.from(groups, (_, i) => i).sort(
    (a, b) =>
      (keys[b] as number) - (keys[a] as number) ||
      (groups[a] as CoinGroup).weight - (groups[b] as CoinGroup).weight ||
      a - b,
  );
  return Array.from(order, (index) => groups[index] as CoinGroup);
}

/** What an input of some size costs. */
interface InputCost {
  readonly fee: bigint;
  readonly longTermFee: bigint;
  readonly weight: number;
}

/** A wallet has many coins, and few sizes of inputs. */
function costsAt(rates: PaymentRates): (size: InputSize) => InputCost {
  const known = new Map<InputSize, InputCost>();
  return (size) => {
    let cost = known.get(size);
    if (cost === undefined) {
      cost = {
        fee: spendingFee({ size }, rates.feeRate),
        longTermFee: spendingFee({ size }, rates.longTermFeeRate),
        weight: inputWeight(size) + (size.witness === 0 ? 1 : 0),
      };
      known.set(size, cost);
    }
    return cost;
  };
}

function addUp(
  coins: readonly SpendableCoin[],
  costOf: (size: InputSize) => InputCost,
): InputCost & { readonly value: bigint; readonly tier: number } {
  let [value, fee, longTermFee] = [0n, 0n, 0n];
  let [weight, tier] = [0, 0];
  for (const { output, size, ancestorFee, tier: own = 0 } of coins) {
    const cost = costOf(size);
    value += output.value;
    fee += ancestorFee === undefined ? cost.fee : cost.fee + ancestorFee;
    longTermFee += cost.longTermFee;
    weight += cost.weight;
    if (own > tier) tier = own;
  }
  return { value, fee, longTermFee, weight, tier };
}

function inHundreds(coins: readonly SpendableCoin[]): readonly (readonly SpendableCoin[])[] {
  const parts: (readonly SpendableCoin[])[] = [];
  for (let at = 0; at < coins.length; at += MAX_COINS_IN_GROUP) {
    parts.push(coins.slice(at, at + MAX_COINS_IN_GROUP));
  }
  return parts;
}
