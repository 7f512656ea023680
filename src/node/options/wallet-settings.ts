/** What is set for wallets, and what of it cannot be, in Bitcoin Core's words. */
import type { AddressKind, WalletSettings } from './node-settings.ts';
import { OptionError } from './option-error.ts';
import { amountFrom } from './setting-values.ts';
import type { Settings } from './settings.ts';

const ADDRESS_KINDS: readonly AddressKind[] = ['legacy', 'p2sh-segwit', 'bech32', 'bech32m'];
/** `-maxapsfee`: coins of an address are not even tried together. */
const NEVER = '-1';

/** What goes beyond this is told of: it may be meant, or a slip. */
const HIGH_FEE_RATE = 1_000_000n;
const HIGH_GROUPING_FEE = 10_000n;
const HIGH_FEE = 100_000_000n;

/** The settings of wallets. @throws OptionError */
export function walletSettings(settings: Settings): WalletSettings {
  const { flag, number, text, list, amount } = settings;
  checkFees(settings);
  return {
    disabled: flag('disablewallet') ?? false,
    names: settings.isSet('wallet') ? list('wallet') : undefined,
    folder: text('walletdir'),
    keypool: Math.max(1, number('keypool') ?? 1000),
    fallbackFeeRate: amount('fallbackfee') ?? 0n,
    payFeeRate: amount('paytxfee') ?? 0n,
    minFeeRate: amount('mintxfee') ?? 1000n,
    discardFeeRate: amount('discardfee') ?? 10_000n,
    consolidateFeeRate: amount('consolidatefeerate') ?? 10_000n,
    maxFee: amount('maxtxfee') ?? 10_000_000n,
    maxPartialSpendFee: groupingFee(settings),
    avoidPartialSpends: flag('avoidpartialspends') ?? false,
    spendUnconfirmedChange: flag('spendzeroconfchange') ?? true,
    confirmTarget: number('txconfirmtarget') ?? 6,
    replaceable: flag('walletrbf') ?? true,
    broadcast: flag('walletbroadcast') ?? true,
    rejectLongChains: flag('walletrejectlongchains') ?? true,
    addressType: addressKind('address', text('addresstype')) ?? 'bech32',
    changeType: addressKind('change', text('changetype')),
    notify: text('walletnotify'),
  };
}

function groupingFee({ text }: Settings): bigint | undefined {
  const given = text('maxapsfee') ?? '0';
  if (given === NEVER) return undefined;
  const fee = amountFrom(given);
  if (fee !== undefined) return fee;
  throw new OptionError('bad-value', `Invalid amount for -maxapsfee=<amount>: '${given}'`);
}

function addressKind(what: string, text: string | undefined): AddressKind | undefined {
  if (text === undefined || text === '') return undefined;
  const found = ADDRESS_KINDS.find((kind) => kind === text);
  if (found !== undefined) return found;
  throw new OptionError('bad-value', `Unknown ${what} type '${text}'`);
}

/** What is below what the node itself relays would never leave it. */
function checkFees({ amount, text }: Settings): void {
  const least = amount('minrelaytxfee') ?? atLeast(1000n, amount('incrementalrelayfee'));
  const rules = [
    ['paytxfee', 'must be at least ', ''],
    ['maxtxfee', 'must be at least the minrelay fee of ', ' to prevent stuck transactions'],
  ] as const;
  for (const [name, before, after] of rules) {
    const given = amount(name);
    if (given === undefined || given >= least) continue;
    const rule = `${before}${coins(least)} BTC/kvB${after}`;
    const words = `Invalid amount for -${name}=<amount>: '${text(name)}' (${rule})`;
    throw new OptionError('bad-value', words);
  }
}

function atLeast(least: bigint, value: bigint | undefined): bigint {
  return value !== undefined && value > least ? value : least;
}

function coins(satoshis: bigint): string {
  const digits = String(satoshis).padStart(9, '0');
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`;
}

/**
 * Fees that are so high that they may be a slip.
 *
 * @example
 * highFees(settings) // ['-paytxfee is set very high! This is the transaction fee …']
 */
export function highFees({
  minFeeRate,
  maxPartialSpendFee = 0n,
  fallbackFeeRate,
  discardFeeRate,
  payFeeRate,
  maxFee,
}: WalletSettings): readonly string[] {
  const high = (name: string, isHigh: boolean, means: string): readonly string[] =>
    isHigh ? [`-${name} is set very high! ${means}`] : [];
  return [
    ...high(
      'mintxfee',
      minFeeRate > HIGH_FEE_RATE,
      'This is the minimum transaction fee you pay on every transaction.',
    ),
    ...high(
      'maxapsfee',
      maxPartialSpendFee > HIGH_GROUPING_FEE,
      'This is the maximum transaction fee you pay (in addition to the normal fee) to prioritize partial spend avoidance over regular coin selection.',
    ),
    ...high(
      'fallbackfee',
      fallbackFeeRate > HIGH_FEE_RATE,
      'This is the transaction fee you may pay when fee estimates are not available.',
    ),
    ...high(
      'discardfee',
      discardFeeRate > HIGH_FEE_RATE,
      'This is the transaction fee you may discard if change is smaller than dust at this level',
    ),
    ...high(
      'paytxfee',
      payFeeRate > HIGH_FEE_RATE,
      'This is the transaction fee you will pay if you send a transaction.',
    ),
    ...high(
      'maxtxfee',
      maxFee > HIGH_FEE,
      'Fees this large could be paid on a single transaction.',
    ),
  ];
}
